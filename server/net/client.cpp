#include "server/net/client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <vector>

#include "server/net/host_pool.h"
#include "server/net/net_log.h"
#include "server/net/tls.h"
#include "server/net/wire.h"

namespace huiyin::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<Executor>{});
// How often deadlines are looked at, with and without requests under way.
constexpr std::chrono::milliseconds kBusyTick{20};
constexpr std::chrono::milliseconds kIdleTick{500};

class PooledClient final : public Client {
 public:
  explicit PooledClient(ClientOptions options)
      : options_{std::move(options)},
        tls_{client_tls(options_.ca_file)},
        tick_{io_.get_executor()} {
    asio::co_spawn(io_, keep_time(), [](std::exception_ptr fault) {
      if (fault) report("http.internal", "");
    });
    thread_ = std::thread{[this] { run(); }};
  }

  ~PooledClient() override {
    asio::post(io_, [this] { stop(); });
    thread_.join();
    take_inbox();  // what came in after stop()
  }

  void send(OutgoingRequest request, Instant deadline, Callback done) override {
    Url url;
    std::string fault;
    try {
      url = parse_url(request.url);
    } catch (const std::invalid_argument& error) {
      fault = error.what();
    }
    auto job = std::make_shared<Job>(std::move(request), std::move(url), deadline, std::move(done));
    const std::lock_guard lock{mutex_};
    inbox_.push_back({std::move(job), std::move(fault)});
    if (inbox_.size() == 1) asio::post(io_, [this] { take_inbox(); });
  }

  void after(std::chrono::milliseconds delay, std::function<void()> work) override {
    const auto at = std::chrono::steady_clock::now() + delay;
    asio::post(io_, [this, at, work = std::move(work)]() mutable {
      if (stopped_) return;
      const auto timer = timers_.emplace(timers_.end(), io_.get_executor(), at);
      timer->async_wait([this, timer, work = std::move(work)](const error_code& cancelled) {
        timers_.erase(timer);
        if (!cancelled && !stopped_) work();
      });
    });
  }

 private:
  struct Arrival {
    JobPtr job;
    std::string fault;  // not empty: its URL is no good
  };

  void run() {
    for (;;) {
      try {
        io_.run();
        return;
      } catch (...) {
        report("http.callback", "");  // after()'s work; the client must go on
      }
    }
  }

  void take_inbox() {
    std::vector<Arrival> arrivals;
    {
      const std::lock_guard lock{mutex_};
      arrivals.swap(inbox_);
    }
    for (auto& [job, fault] : arrivals) {
      if (!fault.empty()) {
        ClientResult result;
        result.fault = Fault::refused;
        result.detail = std::move(fault);
        job->finish(std::move(result));
      } else if (stopped_) {
        job->fail(Fault::overloaded, "client is stopped");
      } else {
        HostPool& pool = pool_of(job->url, job->request.public_only);
        pool.submit(std::move(job));
      }
    }
    if (slow_ && !stopped_) tick_.cancel();
  }

  HostPool& pool_of(const Url& url, bool public_only) {
    auto& pool = pools_[(public_only ? "public " : "") + url.pool_key()];
    if (!pool) pool = std::make_unique<HostPool>(io_, options_, *tls_, url, public_only);
    return *pool;
  }

  Task<void> keep_time() {
    while (!stopped_) {
      bool busy = false;
      for (const auto& [key, pool] : pools_) busy = busy || pool->busy();
      slow_ = !busy;
      tick_.expires_after(busy ? kBusyTick : kIdleTick);
      co_await tick_.async_wait(kAwait);
      const auto now = std::chrono::steady_clock::now();
      for (const auto& [key, pool] : pools_) pool->tick(now);
    }
  }

  void stop() {
    stopped_ = true;
    tick_.cancel();
    for (auto& timer : timers_) timer.cancel();
    for (const auto& [key, pool] : pools_) pool->stop();
  }

  const ClientOptions options_;
  const std::shared_ptr<asio::ssl::context> tls_;
  asio::io_context io_{1};
  Timer tick_;

  std::mutex mutex_;
  std::vector<Arrival> inbox_;  // under mutex_

  // The client's thread only.
  bool stopped_ = false;
  bool slow_ = false;
  std::unordered_map<std::string, std::unique_ptr<HostPool>> pools_;
  std::list<Timer> timers_;

  std::thread thread_;
};

}  // namespace

std::unique_ptr<Client> Client::create(ClientOptions options) {
  return std::make_unique<PooledClient>(std::move(options));
}

}  // namespace huiyin::net
