#include "server/net/response_reader.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "server/net/client.h"
#include "server/net/framing.h"

namespace huiyin::net {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t kHeaderLimit = 32 * 1024;  // platforms send up to about 2 KiB
constexpr std::size_t kRead = 8 * 1024;
constexpr int kInterimAtMost = 8;

}  // namespace

struct ResponseReader::Parts {
  beast::flat_buffer buffer{kHeaderLimit + 2 * kRead};
  std::optional<http::response_parser<http::string_body>> parser;
  int interim = 0;
};

ResponseReader::ResponseReader() : parts_{std::make_unique<Parts>()} {}

ResponseReader::~ResponseReader() = default;

void ResponseReader::start(bool to_head, std::size_t body_limit) {
  to_head_ = to_head;
  body_limit_ = body_limit;
  got_some_ = false;
  keep_alive_ = false;
  fault_.clear();
  parts_->interim = 0;
  next_parser();
}

void ResponseReader::next_parser() {
  auto& parser = parts_->parser.emplace();
  parser.header_limit(kHeaderLimit);
  parser.body_limit(body_limit_);
  parser.eager(true);
  parser.skip(to_head_);
}

std::span<char> ResponseReader::space() {
  const auto room = parts_->buffer.prepare(kRead);
  return {static_cast<char*>(room.data()), room.size()};
}

ResponseReader::State ResponseReader::commit(std::size_t bytes) {
  got_some_ = got_some_ || bytes > 0;
  parts_->buffer.commit(bytes);
  for (;;) {
    const auto state = advance();
    if (state != State::complete) return state;
    // 100 Continue, 103 Early Hints: the response proper follows.
    const int status = parts_->parser->get().result_int();
    if (status >= 200) return complete(false);
    if (status == 101 || ++parts_->interim > kInterimAtMost) {
      fault_ = "unexpected interim response";
      return State::bad;
    }
    next_parser();
  }
}

ResponseReader::State ResponseReader::advance() {
  auto& parser = *parts_->parser;
  boost::system::error_code error;
  while (!parser.is_done()) {
    if (parser.is_header_done() && parser.chunked() && parts_->buffer.size() < kShortestChunkedEnd)
      return State::more;
    const auto used = parser.put(parts_->buffer.data(), error);
    parts_->buffer.consume(used);
    if (error && error != http::error::need_more) {
      fault_ = error == http::error::body_limit ? std::string{kTooLarge}
                                                : "response: " + error.message();
      return State::bad;
    }
    if (parts_->buffer.size() > kHeaderLimit + kRead) {
      fault_ = "response: a line is too long";
      return State::bad;
    }
    if (!parser.is_done() && (used == 0 || error || parts_->buffer.size() == 0)) return State::more;
  }
  return State::complete;
}

ResponseReader::State ResponseReader::finish() {
  if (!parts_->parser->got_some()) {
    fault_ = "connection closed before a response";
    return State::bad;
  }
  boost::system::error_code error;
  parts_->parser->put_eof(error);
  if (error || !parts_->parser->is_done()) {
    fault_ = "connection closed within the response";
    return State::bad;
  }
  return complete(true);
}

ResponseReader::State ResponseReader::complete(bool at_end) {
  // Bytes after the response were never asked for: who knows what they would answer.
  keep_alive_ = !at_end && parts_->parser->keep_alive() && parts_->buffer.size() == 0;
  return State::complete;
}

HttpResponse ResponseReader::take() {
  auto& message = parts_->parser->get();
  HttpResponse response;
  response.status = static_cast<int>(message.result_int());
  response.headers.reserve(static_cast<std::size_t>(std::distance(message.begin(), message.end())));
  for (const auto& field : message) {
    response.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
  }
  response.body = std::move(message.body());
  parts_->parser.reset();
  return response;
}

}  // namespace huiyin::net
