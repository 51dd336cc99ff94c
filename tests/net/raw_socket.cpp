#include "tests/net/raw_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace huiyin::net::testing {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void give_up_after_5_s(int descriptor) {
  const timeval limit{5, 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

int bound_socket(std::uint16_t& port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return descriptor;
}

std::size_t content_length(std::string_view head) {
  const auto at = head.find("Content-Length: ");
  if (at == std::string_view::npos) return 0;
  return std::stoul(std::string{head.substr(at + 16, head.find("\r\n", at) - at - 16)});
}

}  // namespace

RawSocket::RawSocket(std::uint16_t port) {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(port);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    close();
  if (descriptor_ >= 0) give_up_after_5_s(descriptor_);
}

RawSocket RawSocket::adopt(int descriptor) {
  RawSocket socket;
  socket.descriptor_ = descriptor;
  give_up_after_5_s(descriptor);
  return socket;
}

RawSocket::RawSocket(RawSocket&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)}, buffer_{std::move(other.buffer_)} {}

RawSocket::~RawSocket() { close(); }

bool RawSocket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string RawSocket::read_some() {
  if (!buffer_.empty()) return std::exchange(buffer_, {});
  std::array<char, 16384> bytes;
  const auto got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
  return got > 0 ? std::string{bytes.data(), static_cast<std::size_t>(got)} : std::string{};
}

std::string RawSocket::read_until(std::string_view end) {
  std::string all;
  while (all.find(end) == std::string::npos) {
    const auto part = read_some();
    if (part.empty()) return all;
    all += part;
  }
  const auto stop = all.find(end) + end.size();
  buffer_ = all.substr(stop);
  return all.substr(0, stop);
}

std::string RawSocket::read_response(bool to_head) {
  std::string response = read_until("\r\n\r\n");
  const std::size_t total = response.size() + (to_head ? 0 : content_length(response));
  while (response.size() < total) {
    const auto part = read_some();
    if (part.empty()) return response;
    response += part;
  }
  buffer_ = response.substr(total) + buffer_;
  return response.substr(0, total);
}

std::string RawSocket::read_all() {
  std::string all;
  for (;;) {
    const auto part = read_some();
    if (part.empty()) return all;
    all += part;
  }
}

void RawSocket::half_close() { ::shutdown(descriptor_, SHUT_WR); }

void RawSocket::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void RawSocket::reset() {
  const linger now{1, 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

RawServer::RawServer(Script script) : script_{std::move(script)} {
  listener_ = bound_socket(port_);
  ::listen(listener_, 128);
  acceptor_ = std::thread{[this] { accept(); }};
}

RawServer::~RawServer() {
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  for (auto& script : scripts_) script.join();
}

std::string RawServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string{path};
}

int RawServer::accepted() const {
  const std::lock_guard lock{mutex_};
  return accepted_;
}

void RawServer::accept() {
  for (;;) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    const std::lock_guard lock{mutex_};
    const int number = accepted_++;
    scripts_.emplace_back([this, descriptor, number] {
      auto socket = RawSocket::adopt(descriptor);
      script_(socket, number);
    });
  }
}

FullListener::FullListener() {
  listener_ = bound_socket(port_);
  ::listen(listener_, 0);  // Linux keeps one more than asked
  queued_.emplace_back(port_);
}

FullListener::~FullListener() { ::close(listener_); }

std::uint16_t unused_port() {
  std::uint16_t port = 0;
  ::close(bound_socket(port));
  return port;
}

int status_of(std::string_view response) {
  return response.starts_with("HTTP/1.1 ") ? std::stoi(std::string{response.substr(9, 3)}) : 0;
}

std::string body_of(std::string_view response) {
  const auto end = response.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string{} : std::string{response.substr(end + 4)};
}

int count_answers(std::string_view bytes) {
  int count = 0;
  for (auto at = bytes.find("HTTP/1.1 "); at != std::string_view::npos;
       at = bytes.find("HTTP/1.1 ", at + 1))
    ++count;
  return count;
}

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

}  // namespace huiyin::net::testing
