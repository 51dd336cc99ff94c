#include "server/app/serve.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <iostream>
#include <thread>

#include "server/app/signals.h"

namespace huiyin {
namespace {

// The line of `out` that begins with "admin ", once it is there.
class AdminUrl : public std::stringbuf {
 public:
  std::future<std::string> wanted() { return found_.get_future(); }

 protected:
  int sync() override {
    const std::string text = str();
    const auto at = text.find("admin ");
    if (at != std::string::npos && !std::exchange(told_, true)) {
      found_.set_value(text.substr(at + 6, text.find('\n', at) - at - 6));
    }
    return 0;
  }

 private:
  bool told_ = false;
  std::promise<std::string> found_;
};

// Stops while a network thread hangs in a handler, so that nothing can join it any more.
void stop_with_a_thread_that_hangs() {
  alarm(10);  // ends the process with a signal when serve() hangs, too
  block_signals();
  Monitor monitor;
  std::promise<void> hanging;
  const ServeOps ops{.monitor = monitor,
                     .metrics = [&]() -> std::string {
                       hanging.set_value();
                       while (true) pause();
                     },
                     .counted = [](const store::Counts&, Instant) {},
                     .sampled = [](const net::ServerCounters&, std::size_t) {},
                     .received = [] { return std::uint64_t{0}; }};
  ServeSettings settings;
  settings.listen.address = settings.admin_listen.address = "127.0.0.1:0";
  settings.engine.store_url = "sqlite:/dev/null/never.db";  // away: the rest must do without it
  settings.load_files = [] { return RuntimeFiles::Loaded{}; };
  settings.stop_limit = std::chrono::milliseconds{1500};
  AdminUrl buffer;
  std::ostream out{&buffer};
  const auto client = net::Client::create({});
  std::thread{[&, url = buffer.wanted()]() mutable {
    net::OutgoingRequest request;
    request.method = "GET";
    request.url = url.get() + "/metrics";
    client->send(std::move(request), std::chrono::steady_clock::now() + std::chrono::minutes{1},
                 [](net::ClientResult) {});
    hanging.get_future().wait();
    kill(getpid(), SIGTERM);
  }}.detach();
  _exit(serve(std::move(settings), ops, out, std::cerr));
}

TEST(ServeDeathTest, ends_in_its_time_when_a_thread_hangs) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(stop_with_a_thread_that_hangs(), testing::ExitedWithCode(1), "");
}

}  // namespace
}  // namespace huiyin
