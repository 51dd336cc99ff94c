// The outbox benchmark's program; scripts/bench starts what it needs.
//
//   bench_outbox platform               answers after 50 ms; prints its URL
//   bench_outbox run KEY=VALUE...       sends, checks, measures, prints; exit 1 when a promise
//   broke
#include "server/pipeline/outbox.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <mutex>
#include <sstream>
#include <thread>

#include "server/store/store.h"
#include "tests/bench/outbox/platform.h"
#include "tests/bench/outbox/writer.h"

namespace huiyin::bench {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr std::size_t kBatch = 64;  // notices a commit
constexpr std::size_t kPeople = 4000;
constexpr std::size_t kBroadcast = 10000;
constexpr auto kDrainLimit = 60s;

struct SystemClock : Clock {
  Instant now() const override {
    return std::chrono::time_point_cast<Instant::duration>(std::chrono::system_clock::now());
  }
};

struct Loud : Monitor {
  void event(Severity severity, std::string_view name, Fields) override {
    if (severity != Severity::info && seen_++ < 5)
      std::fprintf(stderr, "bench_outbox: %.*s\n", static_cast<int>(name.size()), name.data());
  }
  std::atomic<int> seen_{0};
};

net::ClientOptions with(std::size_t connections) {
  net::ClientOptions options;
  options.connections_per_host = connections;
  return options;
}

// Hands on, and counts what was answered.
class CountingClient : public net::Client {
 public:
  explicit CountingClient(std::size_t connections)
      : inner_{net::Client::create(with(connections))} {}

  void send(net::OutgoingRequest request, Steady::time_point deadline, Callback done) override {
    inner_->send(std::move(request), deadline,
                 [this, done = std::move(done)](net::ClientResult result) {
                   failed += result.fault != net::Fault::none;
                   done(std::move(result));
                   {
                     const std::lock_guard lock{mutex_};
                     ++answered_;
                   }
                   one_more_.notify_one();
                 });
  }
  void after(milliseconds delay, std::function<void()> work) override {
    inner_->after(delay, std::move(work));
  }

  std::size_t answered() const {
    const std::lock_guard lock{mutex_};
    return answered_;
  }
  // Until so many were answered; false: that took too long.
  bool wait_for(std::size_t count, std::chrono::seconds limit) {
    std::unique_lock lock{mutex_};
    return one_more_.wait_for(lock, limit, [&] { return answered_ >= count; });
  }

  std::atomic<std::size_t> failed{0};

 private:
  std::unique_ptr<net::Client> inner_;
  mutable std::mutex mutex_;
  std::condition_variable one_more_;
  std::size_t answered_ = 0;
};

double own_cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// In MB. VmHWM is set back by reset_peak().
double memory(std::string_view line_name) {
  std::ifstream file{"/proc/self/status"};
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(line_name)) return std::atof(line.c_str() + line_name.size() + 1) / 1024;
  return 0;
}
void reset_peak() { std::ofstream{"/proc/self/clear_refs"} << "5"; }

double seconds_since(Steady::time_point began) {
  return std::chrono::duration<double>(Steady::now() - began).count();
}

struct World {
  std::string store_url, platform;
  int runs = 0;
  std::vector<std::string> broken;
};

// An outbox with a store, a client and a writer of its own.
struct Stage {
  Stage(World& world, int connections, std::size_t people)
      : world{world},
        client{static_cast<std::size_t>(connections)},
        store{store::open(world.store_url)},
        writer{*store, people} {
    channels.emplace("bench", std::make_unique<BenchChannel>(world.platform));
    OutboxOptions options;
    options.process = "bench" + std::to_string(++world.runs);
    options.connections = connections;
    outbox = Outbox::start(options, store::open(world.store_url), channels, client, clock, monitor);
  }
  ~Stage() { outbox->stop(5s); }

  // All that was written has come, each once.
  std::map<std::int64_t, std::vector<Steady::time_point>> check(const std::string& what) {
    if (!outbox->wait_idle(kDrainLimit)) world.broken.push_back(what + ": not all was delivered");
    auto came = arrivals(client, world.platform);
    std::size_t missing = 0, copies = 0;
    for (const auto& [id, when] : writer.committed()) {
      const auto found = came.find(id);
      missing += found == came.end();
      copies += found != came.end() && found->second.size() > 1;
    }
    if (missing + copies > 0)
      world.broken.push_back(what + ": " + std::to_string(missing) + " missing, " +
                             std::to_string(copies) + " came twice");
    if (client.failed > 0)
      world.broken.push_back(what + ": " + std::to_string(client.failed) + " requests failed");
    return came;
  }

  World& world;
  SystemClock clock;
  Loud monitor;
  Channels channels;
  CountingClient client;
  std::unique_ptr<store::Store> store;
  Writer writer;
  std::unique_ptr<Outbox> outbox;
};

// ---- the client alone ---------------------------------------------------------------------------

// As many requests at once as there are connections, without a store.
double bare_rate(const std::string& platform, int connections, milliseconds length) {
  CountingClient client{static_cast<std::size_t>(connections)};
  const BenchChannel channel{platform};
  Notice notice;
  notice.recipient = "oBenchReader1000000";
  notice.text = std::string(220, 'x');
  std::atomic<bool> over{false};
  std::function<void()> next = [&] {
    if (over) return;
    client.send(
        channel.encode(notice, Route::session, {}), Steady::now() + 8s,
        [&](const net::ClientResult& result) {
          if (channel.interpret(Route::session, result.response).kind == SendOutcome::delivered)
            next();
        });
  };
  for (int i = 0; i < connections; ++i) next();
  std::this_thread::sleep_for(300ms);
  const auto before = client.answered();
  const auto began = Steady::now();
  std::this_thread::sleep_for(length);
  const double rate = static_cast<double>(client.answered() - before) / seconds_since(began);
  over = true;
  std::this_thread::sleep_for(200ms);
  arrivals(client, platform);
  return rate;
}

// ---- rate and delay -----------------------------------------------------------------------------

struct Result {
  double rate = 0, cpu_us = 0, p50_ms = 0, p99_ms = 0, bare = 0;
};

// Keeps two notices for each connection on their way.
void saturate(Stage& stage, Result& result, int connections, bool left_due, milliseconds length) {
  const auto most = std::max<std::size_t>(kBatch, static_cast<std::size_t>(connections)) * 2;
  std::size_t written = 0;
  const auto write = [&] {
    stage.writer.write(*stage.outbox, kBatch, left_due);
    written += kBatch;
  };
  const auto warm = Steady::now() + 500ms, until = warm + length;
  std::size_t before = 0;
  double cpu = 0;
  Steady::time_point began{};
  while (Steady::now() < until) {
    if (began == Steady::time_point{} && Steady::now() >= warm) {
      before = stage.client.answered();
      cpu = own_cpu();
      began = Steady::now();
    }
    if (written - stage.client.answered() + kBatch > most)
      stage.client.wait_for(written + kBatch - most, 5s);
    else
      write();
  }
  const auto sent = static_cast<double>(stage.client.answered() - before);
  result.rate = sent / seconds_since(began);
  result.cpu_us = 1e6 * (own_cpu() - cpu) / std::max(1.0, sent);
}

// From the commit until the platform has it, at half the highest rate.
void pace(Stage& stage, Result& result, bool left_due, milliseconds length) {
  constexpr std::size_t kFew = 8;
  const auto every = std::chrono::duration_cast<Steady::duration>(
      std::chrono::duration<double>(kFew / std::max(100.0, result.rate / 2)));
  const auto until = Steady::now() + length;
  for (auto at = Steady::now(); at < until; at += every) {
    std::this_thread::sleep_until(at);
    stage.writer.write(*stage.outbox, kFew, left_due);
  }
}

Result measure(World& world, int connections, bool left_due, milliseconds length) {
  Result result;
  result.bare = bare_rate(world.platform, connections, length / 2);
  const std::string what = std::to_string(connections) + " connections";
  {
    Stage stage{world, connections, kPeople};
    saturate(stage, result, connections, left_due, length);
    stage.check(what);
  }
  Stage stage{world, connections, kPeople};
  pace(stage, result, left_due, length / 2);
  const auto came = stage.check(what + ", half the rate");
  std::vector<double> delays;
  for (const auto& [id, committed] : stage.writer.committed())
    if (const auto found = came.find(id); found != came.end())
      delays.push_back(
          std::chrono::duration<double, std::milli>(found->second.front() - committed).count());
  std::ranges::sort(delays);
  if (delays.empty()) return result;
  result.p50_ms = delays[delays.size() / 2];
  result.p99_ms = delays[delays.size() * 99 / 100];
  return result;
}

// ---- broadcast ----------------------------------------------------------------------------------

struct Broadcast {
  double seconds = 0, before_mb = 0, peak_mb = 0;
};

Broadcast broadcast(World& world, int connections) {
  Stage stage{world, connections, kBroadcast};
  Broadcast out;
  out.before_mb = memory("VmRSS:");
  reset_peak();
  const auto began = Steady::now();
  for (std::size_t written = 0; written < kBroadcast; written += kBatch)
    stage.writer.write(*stage.outbox, std::min(kBatch, kBroadcast - written), false);
  stage.client.wait_for(kBroadcast, kDrainLimit);
  out.seconds = seconds_since(began);
  out.peak_mb = memory("VmHWM:");
  stage.check("broadcast");
  return out;
}

// ---- report -------------------------------------------------------------------------------------

std::string load_average() {
  std::ifstream file{"/proc/loadavg"};
  std::string one;
  file >> one;
  return one;
}

boost::json::object run(World& world, const std::vector<int>& connections, milliseconds length) {
  boost::json::array rows;
  std::printf(
      "  connections  lanes    notices/s  CPU us/notice  p50 ms  p99 ms  bare/s  ratio  load\n");
  const auto row = [&](int count, bool left_due) {
    const auto load = load_average();
    const auto r = measure(world, count, left_due, length);
    std::printf("  %11d  %-7s  %9.0f  %13.0f  %6.1f  %6.1f  %6.0f  %5.2f  %s\n", count,
                left_due ? "claimed" : "ours", r.rate, r.cpu_us, r.p50_ms, r.p99_ms, r.bare,
                r.rate / std::max(1.0, r.bare), load.c_str());
    std::fflush(stdout);
    rows.push_back(boost::json::object{{"connections", count},
                                       {"lanes", left_due ? "claimed" : "ours"},
                                       {"per_second", r.rate},
                                       {"cpu_us", r.cpu_us},
                                       {"p50_ms", r.p50_ms},
                                       {"p99_ms", r.p99_ms},
                                       {"bare_per_second", r.bare}});
  };
  for (const int count : connections) row(count, false);
  row(connections.back(), true);
  const auto b = broadcast(world, connections.back());
  std::printf("  broadcast to %zu: %.1f s (%.0f/s), memory %.0f MB before, %.0f MB at most\n",
              kBroadcast, b.seconds, kBroadcast / b.seconds, b.before_mb, b.peak_mb);
  return {{"rows", rows},
          {"broadcast_s", b.seconds},
          {"broadcast_before_mb", b.before_mb},
          {"broadcast_peak_mb", b.peak_mb}};
}

int run(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 2; i < argc; ++i) {
    const char* equals = std::strchr(argv[i], '=');
    if (!equals) throw std::invalid_argument{std::string{"not KEY=VALUE: "} + argv[i]};
    given[std::string{argv[i], static_cast<std::size_t>(equals - argv[i])}] = equals + 1;
  }
  std::vector<int> connections;
  std::istringstream list{given.at("connections")};
  for (std::string one; std::getline(list, one, ',');) connections.push_back(std::stoi(one));
  World world{given.at("store"), given.at("platform"), 0, {}};
  store::open(world.store_url)->migrate();

  auto json = run(world, connections, milliseconds{1000 * std::stoi(given.at("seconds"))});
  for (const auto& one : world.broken) std::printf("  BROKEN: %s\n", one.c_str());
  json["engine"] = given.at("engine");
  json["ok"] = world.broken.empty();
  std::ofstream{given.at("json"), std::ios::app} << boost::json::serialize(json) << "\n";
  return world.broken.empty() ? 0 : 1;
}

}  // namespace
}  // namespace huiyin::bench

int main(int argc, char** argv) {
  using namespace huiyin::bench;
  const std::string command = argc > 1 ? argv[1] : "";
  try {
    if (command == "platform") return run_platform(milliseconds{50});
    if (command == "run") return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "bench_outbox: " << error.what() << "\n";
    return 1;
  }
  std::cerr << "usage: bench_outbox platform | run KEY=VALUE...\n";
  return 2;
}
