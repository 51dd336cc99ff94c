// The inbox benchmark's program; scripts/bench starts what it needs.
//
//   bench_inbox world DIR SINK_URL       writes the directory's tables and huiyin.toml
//   bench_inbox answer                   a server that answers 200 to everything; prints its URL
//   bench_inbox run KEY=VALUE...         fires, checks, measures, prints; exit 1 when a promise
//   broke
#include <sys/utsname.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <thread>

#include "server/net/url.h"
#include "tests/bench/inbox/limits.h"
#include "tests/bench/inbox/load.h"
#include "tests/bench/inbox/village.h"

namespace huiyin::bench {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostPerSecond = 20'000;  // requests are encrypted before the clock starts
constexpr std::size_t kMostRequests = 200'000;  // 1.2 KB each
constexpr milliseconds kDrainLimit{60'000};
constexpr std::size_t kSampleEvery = 97;  // replies that are decrypted afterwards

class Arguments {
 public:
  Arguments(int argc, char** argv) {
    for (int i = 2; i < argc; ++i) {
      const auto* equals = std::strchr(argv[i], '=');
      if (equals == nullptr) throw std::invalid_argument{std::string{"not KEY=VALUE: "} + argv[i]};
      values_[std::string{argv[i], static_cast<std::size_t>(equals - argv[i])}] = equals + 1;
    }
  }
  std::string text(const std::string& key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) throw std::invalid_argument{"missing: " + key};
    return found->second;
  }
  int number(const std::string& key, int otherwise) const {
    const auto found = values_.find(key);
    return found == values_.end() ? otherwise : std::stoi(found->second);
  }

 private:
  std::map<std::string, std::string> values_;
};

LoadOptions towards(const std::string& url, const Arguments& arguments) {
  const auto parsed = net::parse_url(url);
  LoadOptions options;
  options.host = parsed.host;
  options.port = parsed.port;
  options.connections = static_cast<unsigned>(arguments.number("connections", 64));
  return options;
}

// ---- Huiyin -----------------------------------------------------------------------------------

struct Inbox {
  LoadResult load;
  std::size_t replies_read = 0;
  std::string reply_fault;
  std::int64_t cases = 0;                   // new ones in the store
  std::int64_t waiting = 0;                 // notices, when the last answer had come
  double drained_after = 0;                 // seconds
  std::int64_t waiting_after = 0;           // still, when the benchmark gave up
  double server_cpu = 0, database_cpu = 0;  // seconds, from the first message until drained
};

Inbox measure_inbox(const Arguments& arguments, const std::vector<std::string>& requests) {
  auto options = towards(arguments.text("server"), arguments);
  options.duration = milliseconds{1000 * arguments.number("seconds", 10)};
  const int server = arguments.number("server-pid", 0);
  const int database = arguments.number("database-pid", 0);
  const auto store = store::open(arguments.text("store"));
  const auto before = store->counts();

  Inbox out;
  const double server_before = process_cpu(server), database_before = process_cpu(database);
  std::vector<std::pair<std::size_t, std::string>> samples;
  out.load = fire(options, requests, [&](std::size_t index, const std::string& body) {
    if (index % kSampleEvery == 0) samples.emplace_back(index, body);
    return body.find("<Encrypt>") != std::string::npos;
  });
  const auto ended = Clock::now();
  auto counts = store->counts();
  out.waiting = counts.notices_due;
  out.cases = counts.open_cases - before.open_cases;
  while (counts.notices_due > 0 && Clock::now() - ended < kDrainLimit) {
    std::this_thread::sleep_for(milliseconds{50});
    counts = store->counts();
  }
  out.drained_after = std::chrono::duration<double>(Clock::now() - ended).count();
  out.waiting_after = counts.notices_due + counts.notices_held + counts.notices_dead;
  out.server_cpu = process_cpu(server) - server_before;
  out.database_cpu = process_cpu(database) - database_before;
  for (const auto& [index, body] : samples) {
    ++out.replies_read;
    if (const auto fault = fault_of_reply(index, body); !fault.empty() && out.reply_fault.empty())
      out.reply_fault = fault;
  }
  return out;
}

std::vector<std::string> broken_promises(const Inbox& inbox) {
  std::vector<std::string> out;
  if (inbox.load.failed > 0)
    out.push_back(std::to_string(inbox.load.failed) +
                  " messages were not answered well; the first: " + inbox.load.first_failure);
  if (inbox.cases != static_cast<std::int64_t>(inbox.load.answered))
    out.push_back(std::to_string(inbox.load.answered) + " acknowledged, " +
                  std::to_string(inbox.cases) + " cases stored");
  if (!inbox.reply_fault.empty()) out.push_back("a passive reply: " + inbox.reply_fault);
  if (inbox.waiting_after > 0)
    out.push_back(std::to_string(inbox.waiting_after) + " notices were never delivered");
  return out;
}

// ---- report -----------------------------------------------------------------------------------

std::string load_average() {
  std::ifstream file{"/proc/loadavg"};
  std::string one, five, fifteen;
  file >> one >> five >> fifteen;
  return one + " " + five + " " + fifteen;
}

boost::json::object times_of(const LoadResult& load) {
  boost::json::object out;
  out["per_second"] = load.per_second();
  out["p50_ms"] = load.percentile(0.50);
  out["p99_ms"] = load.percentile(0.99);
  out["max_ms"] = load.percentile(1.0);
  return out;
}

int run(const Arguments& arguments) {
  const int seconds = arguments.number("seconds", 10);
  const auto engine = arguments.text("engine");
  const auto load_before = load_average();
  const auto sink = start_sink("127.0.0.1:" + arguments.text("sink-port"));
  const auto count =
      std::min(kMostRequests, kMostPerSecond * static_cast<std::size_t>(seconds + 1));
  const auto requests = encrypted_requests(count);

  const auto inbox = measure_inbox(arguments, requests);
  const auto n = static_cast<double>(std::max<std::size_t>(1, inbox.load.answered));

  const auto rows_url = arguments.text("rows-store");
  make_database(rows_url);
  store::open(rows_url)->migrate();
  const auto sampled = sample_rows(arguments.text("store"), 1024);
  RowsResult rows;
  if (!sampled.empty())
    rows = write_rows(rows_url, sampled, engine == "mysql" ? 2 : 1,
                      milliseconds{arguments.number("rows-ms", 1000)});

  auto plain = towards(arguments.text("answer"), arguments);
  plain.warm_up = milliseconds{300};
  plain.duration = milliseconds{arguments.number("answer-ms", 3000)};
  const int answerer = arguments.number("answer-pid", 0);
  const double answer_before = process_cpu(answerer);
  const auto answers = fire(plain, requests, [](std::size_t, const std::string&) { return true; });
  const double answer_cpu = process_cpu(answerer) - answer_before;

  const double server_us = 1e6 * inbox.server_cpu / n, database_us = 1e6 * inbox.database_cpu / n;
  const double rate = inbox.load.per_second();
  std::printf("\n%s: %u connections, %.1f s, %ld cores, load %s before and %s after\n",
              engine.c_str(), towards(arguments.text("server"), arguments).connections,
              inbox.load.seconds, sysconf(_SC_NPROCESSORS_ONLN), load_before.c_str(),
              load_average().c_str());
  std::printf("  messages           %9.0f /s    p50 %.1f ms   p99 %.1f ms   max %.1f ms\n", rate,
              inbox.load.percentile(0.50), inbox.load.percentile(0.99), inbox.load.percentile(1.0));
  std::printf("  acknowledged       %9zu       cases stored %lld   replies read %zu\n",
              inbox.load.answered, static_cast<long long>(inbox.cases), inbox.replies_read);
  std::printf("  notices waiting    %9lld       delivered %.2f s after the last answer\n",
              static_cast<long long>(inbox.waiting), inbox.drained_after);
  std::printf("  CPU a message      %9.0f us    server %.0f + database %.0f (generator %.0f)\n",
              server_us + database_us, server_us, database_us,
              1e6 * inbox.load.own_cpu_seconds / n);
  std::printf(
      "  same rows, no rules%9.0f /s    %u writer(s) x %zu messages a commit   ratio %.2f\n",
      rows.per_second, rows.writers, rows.batch, rate / std::max(1.0, rows.per_second));
  std::printf("  200, no rules      %9.0f /s    p99 %.1f ms, server %.0f us   ratio %.2f\n",
              answers.per_second(), answers.percentile(0.99),
              1e6 * answer_cpu / static_cast<double>(std::max<std::size_t>(1, answers.answered)),
              rate / std::max(1.0, answers.per_second()));

  const auto broken = broken_promises(inbox);
  for (const auto& one : broken) std::printf("  BROKEN: %s\n", one.c_str());
  std::fflush(stdout);

  boost::json::object json = times_of(inbox.load);
  json["engine"] = engine;
  json["connections"] = arguments.number("connections", 64);
  json["seconds"] = inbox.load.seconds;
  json["cores"] = sysconf(_SC_NPROCESSORS_ONLN);
  json["load_before"] = load_before;
  json["acknowledged"] = inbox.load.answered;
  json["failed"] = inbox.load.failed;
  json["cases"] = inbox.cases;
  json["replies_read"] = inbox.replies_read;
  json["notices_waiting"] = inbox.waiting;
  json["drained_after_s"] = inbox.drained_after;
  json["server_cpu_us"] = server_us;
  json["database_cpu_us"] = database_us;
  json["generator_cpu_us"] = 1e6 * inbox.load.own_cpu_seconds / n;
  json["rows_per_second"] = rows.per_second;
  json["rows_batch"] = rows.batch;
  json["rows_writers"] = rows.writers;
  json["rows_ratio"] = rate / std::max(1.0, rows.per_second);
  json["answer"] = times_of(answers);
  json["answer_ratio"] = rate / std::max(1.0, answers.per_second());
  json["ok"] = broken.empty();
  std::ofstream{arguments.text("json"), std::ios::app} << boost::json::serialize(json) << "\n";
  return broken.empty() ? 0 : 1;
}

int answer() {
  const auto server = start_answerer("127.0.0.1:0");
  std::cout << "listening http://127.0.0.1:" << server->port() << std::endl;
  // Until whoever started it is gone, or kills it.
  for (char byte; ::read(0, &byte, 1) > 0;) {
  }
  return 0;
}

}  // namespace
}  // namespace huiyin::bench

int main(int argc, char** argv) {
  using namespace huiyin::bench;
  const std::string command = argc > 1 ? argv[1] : "";
  try {
    if (command == "world" && argc == 4) {
      write_world(argv[2], argv[3]);
      return 0;
    }
    if (command == "answer") return answer();
    if (command == "run") return run(Arguments{argc, argv});
  } catch (const std::exception& error) {
    std::cerr << "bench_inbox: " << error.what() << "\n";
    return 1;
  }
  std::cerr << "usage: bench_inbox world DIR SINK_URL | answer | run KEY=VALUE...\n";
  return 2;
}
