#include "server/net/loop.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <cstdio>
#include <ctime>

#include "server/net/net_log.h"
#include "server/net/response_head.h"

namespace huiyin::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<Executor>{});
// Long enough for descriptors to be given back, short enough that nobody's health check fails.
constexpr std::chrono::milliseconds kAcceptPause{150};

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// A coroutine of ours that throws is a fault of ours: said, never swallowed.
constexpr auto kReportFault = [](std::exception_ptr fault) {
  if (fault) report("http.internal", "");
};

// RFC 9110 §5.6.7; strftime would follow the process's locale.
std::string http_date() {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                                 kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900,
                                 utc.tm_hour, utc.tm_min, utc.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

// How often deadlines are looked at: an eighth of the shortest, so that none is much overrun.
std::chrono::milliseconds tick_length(const Limits& limits) {
  const auto shortest = std::min(
      {limits.handshake, limits.header, limits.body, limits.write, limits.idle, limits.handler});
  return std::clamp(shortest / 8, std::chrono::milliseconds{5}, std::chrono::milliseconds{100});
}

std::string printable(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  return address.to_string();
}

}  // namespace

Loop::Loop(Service& service, const Tcp::endpoint& endpoint, bool share_port)
    : service_{service},
      mailbox_{std::make_shared<Mailbox>(io_)},
      acceptor_{io_.get_executor()},
      tick_{io_.get_executor()},
      pause_{io_.get_executor()},
      date_{http_date()} {
  acceptor_.open(endpoint.protocol());
  acceptor_.set_option(Acceptor::reuse_address{true});
  if (share_port) acceptor_.set_option(ReusePort{true});
  acceptor_.bind(endpoint);
  acceptor_.listen();
  port_ = acceptor_.local_endpoint().port();
}

Loop::~Loop() {
  if (thread_.joinable()) {
    asio::post(io_, [this] {
      stopping_ = true;
      error_code ignored;  // nothing is left to do with it
      acceptor_.close(ignored);
      tick_.cancel();
      pause_.cancel();
      close_all();
    });
    thread_.join();
  }
  mailbox_->close();
}

void Loop::start() {
  asio::co_spawn(io_, accept(), kReportFault);
  asio::co_spawn(io_, keep_time(), kReportFault);
  thread_ = std::thread{[this] { run(); }};
}

void Loop::run() {
  mailbox_->set_thread(std::this_thread::get_id());
  for (;;) {
    try {
      io_.run();
      return;
    } catch (const std::exception&) {
      report("http.internal", "");
    }
  }
}

Task<void> Loop::accept() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(kAwait);
    if (!error) {
      admit(std::move(socket));
    } else if (acceptor_.is_open() && error != asio::error::connection_aborted) {
      // Out of descriptors or memory: the listener must outlive it (Beast's example does not).
      Tally::add(service_.tally.accept_errors);
      report("http.accept", "");
      pause_.expires_after(kAcceptPause);
      co_await pause_.async_wait(kAwait);
    }
  }
}

void Loop::admit(Socket socket) {
  // Accepted just before the end: nobody would close it, and the destructor would wait for it.
  if (stopping_) return;
  error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;  // gone already
  const auto peer = printable(remote.address());
  Tally::add(service_.tally.accepted);
  if (service_.tally.open >= service_.limits.connections && !evict_idle()) {
    refuse(socket, peer);
    return;
  }
  Tally::add(service_.tally.open);
  auto connection = std::make_shared<Connection>(*this, std::move(socket), peer);
  asio::co_spawn(io_, Connection::run(std::move(connection), service_.tls.get()), kReportFault);
}

// A flood of silent connections must not lock out a health check: the newest is worth more than
// the one that has been silent longest.
bool Loop::evict_idle() {
  if (idle_.empty()) return false;
  Tally::add(service_.tally.refused_limit);
  report("http.limit", idle_.front()->peer());
  idle_.front()->close();
  return true;
}

void Loop::refuse(Socket& socket, const std::string& peer) {
  Tally::add(service_.tally.refused_limit);
  report("http.limit", peer);
  if (service_.tls.get()) return;
  std::string bytes;
  const auto response = busy_response();
  ResponseStyle style;
  style.keep_alive = false;
  style.date = date_;
  append_response_head(bytes, response, style);
  bytes += response.body;
  // Best effort: the buffer of a new socket has room for it.
  if (::send(socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
    ::shutdown(socket.native_handle(), SHUT_WR);
}

Task<void> Loop::keep_time() {
  const auto length = tick_length(service_.limits);
  while (!stopping_) {
    tick_.expires_after(length);
    co_await tick_.async_wait(kAwait);
    const auto now = std::chrono::steady_clock::now();
    // close() moves a connection between the lists, so step on before the call.
    for (auto* all : {&idle_, &busy_}) {
      for (auto it = all->begin(); it != all->end();) (*it++)->tick(now);
    }
    date_ = http_date();
  }
}

void Loop::drain(std::function<void()> done) {
  asio::post(io_, [this, done = std::move(done)] {
    error_code ignored;  // it is closed afterwards in any case
    acceptor_.close(ignored);
    pause_.cancel();
    for (auto it = idle_.begin(); it != idle_.end();) (*it++)->close_if_idle();
    done();
  });
}

void Loop::close_connections() {
  asio::post(io_, [this] { close_all(); });
}

void Loop::close_all() {
  for (auto* all : {&idle_, &busy_}) {
    for (auto it = all->begin(); it != all->end();) (*it++)->close();
  }
}

void Loop::list(Connection& connection) {
  connection.place_ = busy_.insert(busy_.end(), &connection);
  connection.listed_idle_ = false;
}

void Loop::list_as(Connection& connection, bool idle) {
  auto& from = connection.listed_idle_ ? idle_ : busy_;
  auto& to = idle ? idle_ : busy_;
  if (idle || connection.listed_idle_) to.splice(to.end(), from, connection.place_);
  connection.listed_idle_ = idle;
}

void Loop::unlist(Connection& connection) {
  (connection.listed_idle_ ? idle_ : busy_).erase(connection.place_);
}

}  // namespace huiyin::net
