// A byte stream over TCP, plain or TLS, for coroutines of one io_context. Not thread-safe.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>
#include <tuple>

namespace huiyin::net {

namespace asio = boost::asio;
using boost::system::error_code;

// The concrete executor: no type erasure and no reference counting on the hot path.
using Executor = asio::io_context::executor_type;
using Tcp = asio::ip::tcp;
using Socket = asio::basic_stream_socket<Tcp, Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
template <class T>
using Task = asio::awaitable<T, Executor>;
// Operations report errors as values: an exception per closed connection would be too dear.
using Transfer = std::tuple<error_code, std::size_t>;
using Outcome = std::tuple<error_code>;

class Wire {
 public:
  explicit Wire(Socket socket);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  Socket& socket() { return socket_; }
  // Small answers leave at once. For a connected socket.
  void send_without_delay();
  bool secure() const { return tls_ != nullptr; }

  Task<Outcome> accept_tls(asio::ssl::context& context);
  // Checks the peer's certificate against `host` (a name or an address literal).
  Task<Outcome> connect_tls(asio::ssl::context& context, const std::string& host);
  // Why the certificate was refused, or empty.
  std::string certificate_fault() const;

  Task<Transfer> read_some(asio::mutable_buffer into);
  // All of both buffers, in one system call when it can.
  Task<Transfer> write(asio::const_buffer first, asio::const_buffer second);

  // Ends what is in progress with operation_aborted.
  void cancel();
  void close();
  // Says goodbye and swallows a little of what the peer is still sending: closing a socket with
  // unread bytes makes the kernel reset it, and the peer would lose our last answer. Ends when the
  // peer closes; the caller bounds the time by close().
  Task<void> linger();

  // The peer has sent FIN or RST: what we write now is likely read by nobody.
  bool peer_closed();
  // Bytes are waiting that nobody asked for, or the peer is gone: not fit for another request.
  bool stale();

 private:
  struct Tls;

  Socket socket_;
  std::unique_ptr<Tls> tls_;
};

}  // namespace huiyin::net
