// A door between the program and its database: opens late, and slams on demand.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace huiyin::flow {

class Gate {
 public:
  // Forwards 127.0.0.1:port to `target` ("127.0.0.1:3306").
  Gate(std::uint16_t port, const std::string& target);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  void close();  // cuts every connection and refuses new ones
  void open();

 private:
  void accept_loop();
  void forward(int from);
  void cut();

  const std::string host_;
  const std::uint16_t target_port_;
  int listener_ = -1;
  std::atomic<bool> open_{true}, stopping_{false};
  std::mutex mutex_;  // guards what follows
  std::vector<int> sockets_;
  std::vector<std::thread> pumps_;
  std::thread acceptor_;
};

}  // namespace huiyin::flow
