#include "tests/flow/gate.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace huiyin::flow {
namespace {

sockaddr_in address_of(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  return address;
}

}  // namespace

Gate::Gate(std::uint16_t port, const std::string& target)
    : host_{target.substr(0, target.find(':'))},
      target_port_{static_cast<std::uint16_t>(std::stoi(target.substr(target.find(':') + 1)))} {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in address = address_of("127.0.0.1", port);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, 64) != 0) {
    ::close(listener_);
    throw std::runtime_error{"the gate cannot listen"};
  }
  acceptor_ = std::thread{[this] { accept_loop(); }};
}

Gate::~Gate() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  cut();
  for (std::thread& pump : pumps_) pump.join();
  for (const int one : sockets_) ::close(one);
  ::close(listener_);
}

void Gate::open() { open_ = true; }

void Gate::close() {
  open_ = false;
  cut();
}

// The pumps see the end; descriptors stay until the gate is gone, so that none is used twice.
void Gate::cut() {
  const std::lock_guard lock{mutex_};
  for (const int one : sockets_) shutdown(one, SHUT_RDWR);
}

void Gate::accept_loop() {
  while (!stopping_) {
    const int from = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (from < 0) continue;
    if (!open_) {
      ::close(from);
      continue;
    }
    forward(from);
  }
}

void Gate::forward(int from) {
  const int to = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = address_of(host_, target_port_);
  if (connect(to, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(from);
    ::close(to);
    return;
  }
  const auto pump = [](int source, int sink) {
    char bytes[16384];
    while (true) {
      const ssize_t size = recv(source, bytes, sizeof bytes, 0);
      if (size <= 0 || send(sink, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL) != size) {
        break;
      }
    }
    shutdown(source, SHUT_RDWR);
    shutdown(sink, SHUT_RDWR);
  };
  const std::lock_guard lock{mutex_};
  sockets_.push_back(from);
  sockets_.push_back(to);
  pumps_.emplace_back(pump, from, to);
  pumps_.emplace_back(pump, to, from);
}

}  // namespace huiyin::flow
