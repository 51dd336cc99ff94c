#include "server/net/wire.h"

#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <optional>

namespace huiyin::net {
namespace {

using Stream = asio::ssl::stream<Socket&>;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<Executor>{});
constexpr std::size_t kSwallowAtMost = 64 * 1024;

}  // namespace

struct Wire::Tls {
  Tls(Socket& socket, asio::ssl::context& context) : stream{socket, context} {}
  Stream stream;
};

Wire::Wire(Socket socket) : socket_{std::move(socket)} {}

Wire::~Wire() = default;

void Wire::send_without_delay() {
  error_code ignored;  // only speed is lost
  socket_.set_option(Tcp::no_delay{true}, ignored);
}

Task<Outcome> Wire::accept_tls(asio::ssl::context& context) {
  tls_ = std::make_unique<Tls>(socket_, context);
  return tls_->stream.async_handshake(asio::ssl::stream_base::server, kAwait);
}

Task<Outcome> Wire::connect_tls(asio::ssl::context& context, const std::string& host) {
  tls_ = std::make_unique<Tls>(socket_, context);
  SSL* ssl = tls_->stream.native_handle();
  error_code not_literal;
  asio::ip::make_address(host, not_literal);
  int good = 0;
  if (not_literal) {
    good = SSL_set1_host(ssl, host.c_str()) && SSL_set_tlsext_host_name(ssl, host.c_str());
  } else {
    good = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str());
  }
  if (!good) {
    const Outcome failed{asio::error::invalid_argument};
    co_return failed;
  }
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  co_return co_await tls_->stream.async_handshake(asio::ssl::stream_base::client, kAwait);
}

std::string Wire::certificate_fault() const {
  if (!tls_) return {};
  const long result = SSL_get_verify_result(tls_->stream.native_handle());
  return result == X509_V_OK ? std::string{} : X509_verify_cert_error_string(result);
}

Task<Transfer> Wire::read_some(asio::mutable_buffer into) {
  if (tls_) return tls_->stream.async_read_some(into, kAwait);
  return socket_.async_read_some(into, kAwait);
}

Task<Transfer> Wire::write(asio::const_buffer first, asio::const_buffer second) {
  const std::array<asio::const_buffer, 2> both = {first, second};
  if (tls_) return asio::async_write(tls_->stream, both, kAwait);
  return asio::async_write(socket_, both, kAwait);
}

void Wire::cancel() {
  error_code ignored;  // fails only on a closed socket, where nothing is in progress
  socket_.cancel(ignored);
}

void Wire::close() {
  error_code ignored;  // the descriptor is gone either way
  socket_.close(ignored);
}

Task<void> Wire::linger() {
  error_code failed;
  if (tls_) {
    // Sends close_notify; the peer's answer does not matter to us.
    SSL_set_shutdown(tls_->stream.native_handle(), SSL_RECEIVED_SHUTDOWN);
    co_await tls_->stream.async_shutdown(kAwait);
  }
  socket_.shutdown(Socket::shutdown_send, failed);
  std::array<char, 4096> swallowed;
  std::size_t total = 0;
  while (!failed && total < kSwallowAtMost) {
    const auto [error, bytes] = co_await socket_.async_read_some(asio::buffer(swallowed), kAwait);
    total += bytes;
    failed = error;
  }
}

bool Wire::peer_closed() {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return true;
  return info.tcpi_state != TCP_ESTABLISHED;
}

bool Wire::stale() {
  char byte = 0;
  const auto got = recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

}  // namespace huiyin::net
