#include "server/net/server.h"

#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <future>
#include <stdexcept>
#include <vector>

#include "server/net/loop.h"

namespace huiyin::net {
namespace {

Tcp::endpoint parse_address(const std::string& text) {
  const auto colon = text.rfind(':');
  const auto fail = [&text] {
    return std::runtime_error{
        "cannot listen on '" + text +
        "': write an IP address and a port, like 127.0.0.1:8080 or [::1]:8080"};
  };
  if (colon == std::string::npos || colon == 0) throw fail();
  auto host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  std::uint16_t port = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, port);
  if (error || parsed.ec != std::errc{} || parsed.ptr != end) throw fail();
  return {address, port};
}

// SO_REUSEPORT would let two servers of one user share a port unnoticed, each getting half of the
// messages. A socket without the option finds out.
void require_free(const Tcp::endpoint& endpoint) {
  asio::io_context io{1};
  Acceptor probe{io.get_executor()};
  probe.open(endpoint.protocol());
  probe.set_option(Acceptor::reuse_address{true});
  probe.bind(endpoint);
}

class ThreadedServer final : public Server {
 public:
  ThreadedServer(ServerOptions options, Handler handler)
      : certificate_{std::move(options.certificate)}, key_{std::move(options.key)} {
    auto endpoint = parse_address(options.address);
    service_.limits = options.limits;
    service_.handler = std::move(handler);
    service_.loopback = endpoint.address().is_loopback();
    if (certificate_.empty() != key_.empty())
      throw std::runtime_error{"TLS needs both a certificate and a key, or neither"};
    if (!certificate_.empty()) reload_tls();

    const unsigned threads = std::max(1U, options.threads);
    try {
      if (threads > 1) require_free(endpoint);
      for (unsigned i = 0; i < threads; ++i) {
        loops_.push_back(std::make_unique<Loop>(service_, endpoint, threads > 1));
        endpoint.port(loops_.front()->port());
      }
    } catch (const boost::system::system_error& error) {
      throw std::runtime_error{"cannot listen on " + options.address + ": " +
                               error.code().message()};
    }
    for (auto& loop : loops_) loop->start();
  }

  std::uint16_t port() const override { return loops_.front()->port(); }
  bool loopback() const override { return service_.loopback; }
  ServerCounters counters() const override { return service_.tally.read(); }
  void reload_tls() override { service_.tls.set(server_tls(certificate_, key_)); }

  void drain(std::chrono::milliseconds grace) override {
    const auto deadline = std::chrono::steady_clock::now() + grace;
    service_.draining = true;
    for (auto& loop : loops_) {
      // Shared: with the grace over, this function may be gone before the loop gets to it.
      const auto drained = std::make_shared<std::promise<void>>();
      auto done = drained->get_future();
      loop->drain([drained] { drained->set_value(); });
      done.wait_until(deadline);
    }
    service_.tally.wait_until_none_open(deadline);
    for (auto& loop : loops_) loop->close_connections();
  }

 private:
  const std::string certificate_;
  const std::string key_;
  Service service_;
  std::vector<std::unique_ptr<Loop>> loops_;  // after service_: their threads use it
};

}  // namespace

std::unique_ptr<Server> Server::start(ServerOptions options, Handler handler) {
  return std::make_unique<ThreadedServer>(std::move(options), std::move(handler));
}

}  // namespace huiyin::net
