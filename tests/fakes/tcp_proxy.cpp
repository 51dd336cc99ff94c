#include "tests/fakes/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace huiyin {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

sockaddr_in address(const std::string& host, int port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(static_cast<std::uint16_t>(port));
  inet_pton(AF_INET, host.c_str(), &out.sin_addr);
  return out;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

class Socket {
 public:
  explicit Socket(int fd) : fd_{fd} {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

// The server's answer has begun to arrive, so it has done what it was told.
void wait_for_answer(int server) {
  std::array<char, 4096> answer;
  (void)recv(server, answer.data(), answer.size(), 0);
}

}  // namespace

TcpProxy::TcpProxy(const std::string& host, int port) : host_{host}, server_port_{port} {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0) fail("socket");
  auto self = address("127.0.0.1", 0);
  socklen_t size = sizeof self;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&self), size) != 0 ||
      listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&self), &size) != 0) {
    close(listener_);
    fail("bind");
  }
  port_ = ntohs(self.sin_port);
  acceptor_ = std::thread{[this] { accept_loop(); }};
}

TcpProxy::~TcpProxy() {
  stopping_ = true;
  acceptor_.join();
  for (auto& session : sessions_) session.join();
  close(listener_);
}

void TcpProxy::watch(Watch watch) {
  const std::lock_guard lock{mutex_};
  watch_ = std::move(watch);
}

void TcpProxy::accept_loop() {
  while (!stopping_) {
    pollfd ready{listener_, POLLIN, 0};
    if (poll(&ready, 1, 20) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) sessions_.emplace_back([this, client] { serve(client); });
  }
}

void TcpProxy::serve(int client_fd) {
  const Socket client{client_fd};
  const Socket server{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const auto target = address(host_, server_port_);
  if (connect(server.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0) return;
  const int on = 1;
  setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(server.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  std::array<char, 65536> buffer;
  while (!stopping_) {
    std::array<pollfd, 2> ready{pollfd{client.get(), POLLIN, 0}, pollfd{server.get(), POLLIN, 0}};
    if (poll(ready.data(), ready.size(), 20) <= 0) continue;
    for (const bool from_client : {true, false}) {
      if (ready[from_client ? 0 : 1].revents == 0) continue;
      const int source = from_client ? client.get() : server.get();
      const int sink = from_client ? server.get() : client.get();
      const auto size = recv(source, buffer.data(), buffer.size(), 0);
      if (size <= 0) return;
      const std::string_view bytes{buffer.data(), static_cast<std::size_t>(size)};
      auto cut = Cut::nothing;
      if (from_client) {
        const std::lock_guard lock{mutex_};
        if (watch_) cut = watch_(bytes);
      }
      if (cut != Cut::nothing) ++cuts_;
      if (cut == Cut::before || !send_all(sink, bytes)) return;
      if (cut == Cut::after) {
        wait_for_answer(server.get());
        return;
      }
    }
  }
}

}  // namespace huiyin
