// A TCP proxy on loopback that a test puts before a server to cut connections at a chosen moment.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace huiyin {

class TcpProxy {
 public:
  enum class Cut {
    nothing,
    before,  // what the client sent is dropped, both sides are closed
    after,   // it is passed on and the server has answered; the answer is dropped, both are closed
  };
  // Looks at each piece of bytes that a client sends (one read of the socket). Called from the
  // proxy's threads, one connection at a time.
  using Watch = std::function<Cut(std::string_view bytes)>;

  // Listens on a free port of 127.0.0.1. Throws std::system_error.
  TcpProxy(const std::string& host, int port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  int port() const { return port_; }
  void watch(Watch watch);  // for all bytes from now on; empty: cut nothing
  int cuts() const { return cuts_; }

 private:
  void accept_loop();
  void serve(int client);

  std::string host_;
  int server_port_;
  int port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> cuts_ = 0;
  std::mutex mutex_;
  Watch watch_;
  std::vector<std::thread> sessions_;
  std::thread acceptor_;
};

}  // namespace huiyin
