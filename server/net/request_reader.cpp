#include "server/net/request_reader.h"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <limits>
#include <optional>

namespace huiyin::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

// A webhook is about 1 KiB: one read takes all of it, and an idle connection keeps little.
constexpr std::size_t kHeadRead = 4 * 1024;
constexpr std::size_t kBodyRead = 16 * 1024;

constexpr Refusal kBeastRefuses = {400, "http.syntax", "request is malformed"};

}  // namespace

struct RequestReader::Parts {
  explicit Parts(const Limits& limits)
      : buffer{std::max(limits.header_bytes, kBodyRead) + kBodyRead} {}

  std::string_view bytes() const {
    const auto data = buffer.data();
    return {static_cast<const char*>(data.data()), data.size()};
  }

  beast::flat_buffer buffer;
  std::optional<http::request_parser<http::string_body>> parser;
  std::optional<ChunkGuard> guard;
};

RequestReader::RequestReader(const Limits& limits)
    : limits_{limits}, parts_{std::make_unique<Parts>(limits)} {}

RequestReader::~RequestReader() = default;

std::span<char> RequestReader::space() {
  const auto room = parts_->buffer.prepare(state_ == State::body ? kBodyRead : kHeadRead);
  return {static_cast<char*>(room.data()), room.size()};
}

void RequestReader::commit(std::size_t bytes) { parts_->buffer.commit(bytes); }

RequestReader::State RequestReader::refuse(const Refusal& refusal) {
  refusal_ = refusal;
  return state_ = State::refused;
}

RequestReader::State RequestReader::advance() {
  if (state_ == State::empty || state_ == State::head) advance_head();
  if (state_ == State::body) advance_body();
  return state_;
}

RequestReader::State RequestReader::advance_head() {
  const auto bytes = parts_->bytes();
  if (bytes.empty()) return state_ = State::empty;

  const auto end = bytes.find("\r\n\r\n", scanned_ < 3 ? 0 : scanned_ - 3);
  if (end == std::string_view::npos) {
    const auto refusal = check_partial_head(bytes, scanned_, limits_);
    scanned_ = bytes.size();
    return refusal ? refuse(refusal) : state_ = State::head;
  }

  const auto block = bytes.substr(0, end + 4);
  head_ = check_head(block, limits_);
  if (head_.refusal) return refuse(head_.refusal);
  scanned_ = 0;

  auto& parser = parts_->parser.emplace();
  parser.header_limit(std::numeric_limits<std::uint32_t>::max());  // bounded above already
  parser.body_limit(limits_.body_bytes);
  parser.eager(true);
  boost::system::error_code error;
  const auto used = parser.put(boost::asio::const_buffer{block.data(), block.size()}, error);
  if (error || used != block.size()) return refuse(kBeastRefuses);
  parts_->buffer.consume(used);
  if (head_.chunked) parts_->guard.emplace(limits_.body_bytes);
  guarded_ = 0;
  return state_ = parser.is_done() ? State::complete : State::body;
}

RequestReader::State RequestReader::advance_body() {
  auto& parser = *parts_->parser;
  const auto bytes = parts_->bytes();
  if (head_.chunked) {
    auto& guard = *parts_->guard;
    guarded_ += guard.feed(bytes.substr(guarded_));
    if (guard.refusal()) return refuse(guard.refusal());
    if (guarded_ < kShortestChunkedEnd) return state_;
  } else {
    guarded_ = bytes.size();
  }
  if (guarded_ == 0) return state_;

  boost::system::error_code error;
  const auto used = parser.put(boost::asio::const_buffer{bytes.data(), guarded_}, error);
  if (error && error != http::error::need_more) return refuse(kBeastRefuses);
  parts_->buffer.consume(used);
  guarded_ -= used;
  if (parser.is_done()) return state_ = State::complete;
  // The guard has seen the end: a parser that wants more disagrees about where the request ends.
  if (head_.chunked && parts_->guard->done()) return refuse(kBeastRefuses);
  return state_;
}

bool RequestReader::owes_continue() {
  if (state_ != State::body || !head_.expects_continue || parts_->buffer.size() > 0) return false;
  head_.expects_continue = false;
  return parts_->parser->get().body().empty();
}

HttpRequest RequestReader::take() {
  auto& message = parts_->parser->get();
  keep_alive_ = parts_->parser->keep_alive();
  http_1_0_ = message.version() == 10;

  HttpRequest request;
  request.method = std::string{message.method_string()};
  request.target = std::string{message.target()};
  request.headers.reserve(static_cast<std::size_t>(std::distance(message.begin(), message.end())));
  for (const auto& field : message) {
    request.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
  }
  request.body = std::move(message.body());

  parts_->parser.reset();
  parts_->guard.reset();
  state_ = State::empty;
  return request;
}

}  // namespace huiyin::net
