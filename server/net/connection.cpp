#include "server/net/connection.h"

#include <boost/asio/as_tuple.hpp>

#include "server/net/loop.h"
#include "server/net/net_log.h"
#include "server/net/response_head.h"

namespace huiyin::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<Executor>{});
constexpr std::chrono::milliseconds kLinger{1000};
constexpr std::size_t kLargeAnswer = 1024 * 1024;  // beyond that, the time to write grows with it
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

constexpr Refusal kTimeout = {408, "http.timeout", "request took too long"};

}  // namespace

Connection::Connection(Loop& loop, Socket socket, std::string peer)
    : loop_{loop},
      wire_{std::move(socket)},
      reader_{loop.service().limits},
      peer_{std::move(peer)},
      wake_{loop.executor(), std::chrono::steady_clock::time_point::max()} {
  wire_.send_without_delay();
  loop_.list(*this);
}

Connection::~Connection() {
  loop_.unlist(*this);
  loop_.service().tally.closed_one();
}

Task<void> Connection::run(std::shared_ptr<Connection> self,
                           std::shared_ptr<asio::ssl::context> tls) {
  if (tls) {
    const bool secured = co_await self->shake_hands(*tls);
    if (!secured) co_return;
  }
  co_await self->serve();
}

Task<bool> Connection::shake_hands(asio::ssl::context& tls) {
  enter(Phase::handshake, loop_.service().limits.handshake);
  const auto [error] = co_await wire_.accept_tls(tls);
  if (error && expired_) timed_out();
  co_return !error;
}

Task<void> Connection::serve() {
  enter(Phase::fresh, loop_.service().limits.header);
  bool stays = true;
  while (stays) stays = co_await serve_one();
  if (closed_) co_return;
  enter(Phase::lingering, kLinger);
  co_await wire_.linger();
}

// False: the connection has no further request.
Task<bool> Connection::serve_one() {
  const auto state = co_await receive();
  if (state == RequestReader::State::refused) co_return co_await send_refusal(reader_.refusal());
  if (state != RequestReader::State::complete) {
    if (closed_ || !expired_) co_return false;
    const bool nothing_came = phase_ == Phase::idle || phase_ == Phase::fresh;
    const Refusal refusal = phase_ == Phase::idle ? Refusal{} : timed_out();
    if (nothing_came) {
      close();
      co_return false;
    }
    co_return co_await send_refusal(refusal);
  }

  HttpRequest request = reader_.take();
  request.peer = peer_;
  request.loopback_listener = loop_.service().loopback;
  request.secure = wire_.secure();
  const bool with_body = request.method != "HEAD";
  Answer answer = co_await ask_handler(request);
  co_return co_await send(answer, reader_.keep_alive(), with_body);
}

// Ends with complete or refused, or with another state when the connection is lost or out of time.
Task<RequestReader::State> Connection::receive() {
  for (;;) {
    const auto state = reader_.advance();
    if (state == RequestReader::State::complete || state == RequestReader::State::refused)
      co_return state;
    follow(state);
    // The drain has closed the idle ones already, and this one has become idle since.
    const bool draining = loop_.service().draining.load(std::memory_order_relaxed);
    if (phase_ == Phase::idle && draining) close_if_idle();
    if (reader_.owes_continue()) {
      const asio::const_buffer interim{kContinue.data(), kContinue.size()};
      const asio::const_buffer nothing;
      const auto [error, written] = co_await wire_.write(interim, nothing);
      if (error) co_return state;
    }
    const auto space = reader_.space();
    const asio::mutable_buffer into{space.data(), space.size()};
    const auto [error, bytes] = co_await wire_.read_some(into);
    if (error) co_return state;
    reader_.commit(bytes);
  }
}

Task<Answer> Connection::ask_handler(HttpRequest& request) {
  Tally::add(loop_.service().tally.requests);
  enter(Phase::handler, loop_.service().limits.handler);
  ++request_;
  answer_.reset();
  call_handler(request);
  while (!answer_ && !expired_ && !closed_) co_await wake_.async_wait(kAwait);

  Answer answer;
  if (answer_) {
    answer = std::move(*answer_);
  } else {
    answer.response = busy_response();
    if (!closed_) Tally::add(loop_.service().tally.handler_timeouts);
  }
  ++request_;  // an answer that comes later finds nobody
  answer_.reset();
  co_return answer;
}

void Connection::call_handler(HttpRequest& request) {
  const std::weak_ptr<Receiver> self = weak_from_this();
  const auto ticket = std::make_shared<Ticket>(loop_.mailbox(), self, request_);
  try {
    loop_.service().handler(std::move(request),
                            [ticket](Answer answer) { ticket->answer(std::move(answer)); });
  } catch (...) {
    report("http.handler", peer_);
    if (!answer_) answer_.emplace().response = plain_response(500);
  }
}

bool Connection::deliver(std::uint64_t request, Answer& answer) {
  if (closed_ || phase_ != Phase::handler || request != request_ || answer_) return false;
  answer_ = std::move(answer);
  wake_.cancel();
  return true;
}

Task<bool> Connection::send_refusal(Refusal refusal) {
  if (refusal.status != kTimeout.status) {
    const bool limit = refusal.event == std::string_view{"http.limit"};
    auto& tally = loop_.service().tally;
    Tally::add(limit ? tally.refused_limit : tally.refused_framing);
    report(refusal.event, peer_);
  }
  Answer answer;
  answer.response = plain_response(refusal.status);
  if (refusal.status == 405)
    answer.response.headers.emplace_back("Allow", "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH");
  co_return co_await send(answer, false, true);
}

// True: written, and the connection stays.
Task<bool> Connection::send(Answer& answer, bool keep_alive, bool with_body) {
  Written written{std::move(answer.on_written)};
  if (closed_) co_return false;
  if (answer.hang_up) {
    close();
    co_return false;
  }
  ResponseStyle style;
  style.keep_alive = keep_alive && !loop_.service().draining.load(std::memory_order_relaxed);
  style.http_1_0 = reader_.http_1_0();
  style.date = loop_.date();
  head_.clear();
  bool honest = true;
  if (!append_response_head(head_, answer.response, style)) {
    report("http.handler", peer_);
    honest = false;
    answer.response = plain_response(500);
    append_response_head(head_, answer.response, style);
  }
  if (!with_body || !status_has_body(answer.response.status)) answer.response.body.clear();
  if (written.wanted()) honest = honest && !wire_.peer_closed();

  // A photo over a telephone's connection takes its time.
  const Limits& limits = loop_.service().limits;
  const std::size_t size = answer.response.body.size();
  const std::chrono::seconds more{size > kLargeAnswer ? size / limits.slowest_reader : 0};
  enter(Phase::writing, limits.write + more);
  const asio::const_buffer head{head_.data(), head_.size()};
  const asio::const_buffer body{answer.response.body.data(), answer.response.body.size()};
  const auto [error, bytes] = co_await wire_.write(head, body);
  if (error) {
    if (expired_) timed_out();
    close();
    co_return false;
  }
  written.say(honest);
  if (closed_ || !style.keep_alive) co_return false;
  enter(Phase::idle, loop_.service().limits.idle);
  co_return true;
}

void Connection::enter(Phase phase, std::chrono::milliseconds limit) {
  phase_ = phase;
  deadline_ = std::chrono::steady_clock::now() + limit;
  expired_ = false;
  loop_.list_as(*this, phase == Phase::idle || phase == Phase::fresh || phase == Phase::handshake);
}

void Connection::follow(RequestReader::State state) {
  if (state == RequestReader::State::head && phase_ == Phase::idle)
    enter(Phase::header, loop_.service().limits.header);
  if (state == RequestReader::State::head && phase_ == Phase::fresh) {
    phase_ = Phase::header;  // the time has run since the connection was made
    loop_.list_as(*this, false);
  }
  if (state == RequestReader::State::body && phase_ != Phase::body)
    enter(Phase::body, loop_.service().limits.body);
}

Refusal Connection::timed_out() {
  Tally::add(loop_.service().tally.timeouts);
  report(kTimeout.event, peer_);
  return kTimeout;
}

void Connection::tick(std::chrono::steady_clock::time_point now) {
  if (now < deadline_ || closed_) return;
  expired_ = true;
  switch (phase_) {
    case Phase::handler:
      wake_.cancel();
      break;
    case Phase::lingering:
      close();
      break;
    // Again at every tick: an operation of several steps may have been between two of them.
    case Phase::handshake:
    case Phase::fresh:
    case Phase::header:
    case Phase::body:
    case Phase::writing:
    case Phase::idle:
      wire_.cancel();
      break;
  }
}

void Connection::close() {
  if (closed_) return;
  closed_ = true;
  wire_.close();
  wake_.cancel();
  loop_.list_as(*this, false);
}

void Connection::close_if_idle() {
  error_code error;
  if (wire_.socket().available(error) == 0) close();
}

}  // namespace huiyin::net
