// Bare POSIX sockets for tests: they send what a proper client would never send.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace huiyin::net::testing {

// One connected socket. Reading gives up after 5 s, so that a hanging server fails the test.
class RawSocket {
 public:
  explicit RawSocket(std::uint16_t port);  // connects to 127.0.0.1
  static RawSocket adopt(int descriptor);
  RawSocket(RawSocket&& other) noexcept;
  RawSocket& operator=(RawSocket&&) = delete;
  ~RawSocket();

  bool connected() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  bool send(std::string_view bytes);
  // Head and body by Content-Length (nothing when HEAD was asked); empty when the peer closed.
  std::string read_response(bool to_head = false);
  std::string read_some();  // empty: closed, reset or gave up
  std::string read_until(std::string_view end);
  std::string read_all();  // until the peer closes
  void half_close();       // sends FIN
  void close();
  void reset();  // sends RST

 private:
  RawSocket() = default;
  int descriptor_ = -1;
  std::string buffer_;
};

// Accepts on 127.0.0.1 and runs `script` for each connection on a thread of its own.
class RawServer {
 public:
  using Script = std::function<void(RawSocket&, int number)>;
  explicit RawServer(Script script);
  ~RawServer();

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view path = "/") const;
  int accepted() const;

 private:
  void accept();

  Script script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  int accepted_ = 0;
  std::list<std::thread> scripts_;
  std::thread acceptor_;
};

// Listens with a full queue: the kernel answers no further handshake.
class FullListener {
 public:
  FullListener();
  ~FullListener();
  std::uint16_t port() const { return port_; }

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::list<RawSocket> queued_;
};

std::uint16_t unused_port();  // nobody listens there
int status_of(std::string_view response);
std::string body_of(std::string_view response);
int count_answers(std::string_view bytes);

// Waits until `condition` holds; false after 5 s.
bool eventually(const std::function<bool()>& condition);

}  // namespace huiyin::net::testing
