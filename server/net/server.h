// The listening side: accept loop, TLS, framing checks, limits, drain.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "server/net/http.h"

namespace huiyin::net {

// facts/reliability.md §2. Every time is a total, not reset by each byte.
struct Limits {
  std::size_t target_bytes = 4 * 1024;
  std::size_t header_bytes = 8 * 1024;
  std::size_t header_fields = 100;
  std::size_t body_bytes = 256 * 1024;
  // When full, a new connection takes the place of the one that has been silent longest; when none
  // is silent, it gets 503. The process needs that many descriptors (RLIMIT_NOFILE) and some more.
  std::size_t connections = 4096;
  std::chrono::milliseconds handshake{5000};
  std::chrono::milliseconds header{5000};
  std::chrono::milliseconds body{10000};
  std::chrono::milliseconds write{10000};
  std::size_t slowest_reader = 64 * 1024;  // bytes a second: bodies over 1 MiB get more time
  std::chrono::milliseconds idle{60000};
  std::chrono::milliseconds handler{4500};  // no answer from the handler by then: 503
};

struct ServerOptions {
  std::string address;      // "127.0.0.1:8080", "[::1]:0"; port 0 lets the system choose
  unsigned threads = 1;     // one io_context each, SO_REUSEPORT when more than one
  std::string certificate;  // PEM chain file; empty with `key` empty: plain HTTP
  std::string key;          // PEM file
  Limits limits;
};

struct Answer {
  HttpResponse response;
  // Called at most once on the connection's thread: true when all bytes were written to the socket,
  // false when the connection was gone or the peer had closed its side before they were (nobody
  // reads them then). On another thread only when the server itself is gone. May be empty.
  std::function<void(bool)> on_written;
  // The connection is closed without an answer: for those who stand in for a server that fails.
  bool hang_up = false;
};

// May be called from any thread, exactly once, also after the server is gone. A second call does
// nothing. When the last copy is destroyed without a call, the peer gets 500.
using Respond = std::function<void(Answer)>;
// Called on a network thread; must not block. A throw is answered with 500 without details.
using Handler = std::function<void(HttpRequest, Respond)>;

// Counted since start; each may be read from any thread.
struct ServerCounters {
  std::uint64_t accepted = 0, open = 0, requests = 0, refused_framing = 0, refused_limit = 0,
                timeouts = 0, accept_errors = 0, handler_timeouts = 0;
};

class Server {
 public:
  // Binds and starts to accept. Throws std::runtime_error that names the address and the cause.
  static std::unique_ptr<Server> start(ServerOptions options, Handler handler);
  virtual ~Server() = default;  // stops at once

  virtual std::uint16_t port() const = 0;
  virtual bool loopback() const = 0;
  virtual ServerCounters counters() const = 0;
  // Reads certificate and key again for new connections; keeps the old pair and throws when they
  // cannot be used.
  virtual void reload_tls() = 0;
  // Stops accepting, closes idle connections, lets running requests finish (Connection: close), and
  // returns when all are closed or `grace` is over. Called once, not from a network thread.
  virtual void drain(std::chrono::milliseconds grace) = 0;
};

// Names of refusals, for the log: auth of the peer is not net's business, framing is
// (facts/reliability.md §5): "http.framing", "http.syntax", "http.limit", "http.timeout",
// "http.method", "http.type", "http.accept". Faults of the program itself: "http.handler" (threw,
// or answered with an impossible header), "http.callback" (on_written or a client's callback
// threw), "http.internal". `peer` is empty where there is none.
using NetLog = std::function<void(const char* event, const std::string& peer)>;
// Set once before the first start(); called on network threads, must not block.
void set_net_log(NetLog log);

}  // namespace huiyin::net
