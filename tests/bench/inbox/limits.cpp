#include "tests/bench/inbox/limits.h"

#include <unistd.h>

#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "server/store/connection.h"
#include "server/store/url.h"

namespace huiyin::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatches[] = {16, 32, 64, 128, 256};

// One message's rows under new ids.
void add_copy(const MessageRows& from, std::int64_t& id, const std::string& batch, WorkingSet& set,
              store::Writes& writes) {
  Decision decision;
  Person person = from.person;
  person.id = PersonId{++id};
  person.version = 0;
  Account account = from.account;
  account.id = AccountId{++id};
  account.person = person.id;
  account.user += "x" + std::to_string(id);
  account.version = 0;
  Case problem = from.problem;
  problem.id = CaseId{++id};
  problem.number += std::to_string(id);
  problem.reporter = person.id;
  problem.reporter_account = account.id;
  problem.version = 0;
  for (auto event : from.events) {
    event.id = EventId{++id};
    event.case_id = problem.id;
    decision.events.push_back(std::move(event));
  }
  for (auto notice : from.notices) {
    notice.notice.id = NoticeId{++id};
    notice.about = problem.id;
    notice.events = {decision.events.back().id};
    if (notice.account == from.account.id) notice.account = account.id;
    writes.notices.push_back(std::move(notice));
  }
  store::Inbound inbound = from.inbound;
  inbound.key.dedupe_key = batch + std::to_string(id);
  inbound.about = problem.id;
  writes.inbound.push_back(std::move(inbound));
  set.create(std::move(person));
  set.create(std::move(account));
  decision.cases.push_back(std::move(problem));
  set.fold(decision);
}

double run_writer(const std::string& store_url, std::span<const MessageRows> rows,
                  std::size_t batch, std::chrono::milliseconds length) {
  const auto store = store::open(store_url);
  std::size_t written = 0;
  const auto began = Clock::now();
  while (Clock::now() - began < length) {
    std::int64_t id = store->lease("id", static_cast<std::int64_t>(batch) * 32) - 1;
    WorkingSet set;
    store::Writes writes;
    writes.batch_id = std::to_string(id);
    for (std::size_t i = 0; i < batch; ++i)
      add_copy(rows[(written + i) % rows.size()], id, writes.batch_id + "-", set, writes);
    writes.set = &set;
    const auto tx = store->begin();
    tx->save(writes);
    tx->commit();
    written += batch;
  }
  return static_cast<double>(written) / std::chrono::duration<double>(Clock::now() - began).count();
}

net::Handler at_once(std::function<std::string(const net::HttpRequest&)> body) {
  return [body = std::move(body)](net::HttpRequest request, net::Respond respond) {
    respond({net::HttpResponse::text(200, body(request), "application/json"), {}});
  };
}

}  // namespace

std::vector<MessageRows> sample_rows(const std::string& store_url, std::size_t most) {
  const auto store = store::open(store_url);
  struct Enough {};
  std::vector<MessageRows> out;
  try {
    store->export_cases(Instant{}, [&](const Case& problem, const std::vector<Event>& events) {
      if (out.size() == most) throw Enough{};
      MessageRows rows;
      rows.problem = problem;
      rows.events = events;
      out.push_back(std::move(rows));
    });
  } catch (const Enough&) {
  }
  const auto tx = store->begin();
  Need need;
  WorkingSet set;
  for (const auto& rows : out) {
    need.persons.insert(rows.problem.reporter);
    need.persons.insert(rows.problem.owner);
  }
  tx->load(need, Instant{}, set);
  std::map<PersonId, std::vector<store::NoticeRow>> cards;
  for (auto& rows : out) {
    rows.person = *set.person(rows.problem.reporter);
    rows.account = *set.accounts_of(rows.problem.reporter).front();
  }
  for (auto& rows : out) {
    rows.notices = store->notices_of(rows.account.channel, rows.account.user, 0);
    const auto owner = set.accounts_of(rows.problem.owner);
    auto& of_owner = cards[rows.problem.owner];
    if (of_owner.empty() && !owner.empty())
      of_owner = store->notices_of(owner.front()->channel, owner.front()->user, 0);
    for (const auto& card : of_owner)
      if (card.about == rows.problem.id) rows.notices.push_back(card);
    rows.inbound.key.channel = rows.account.channel;
    rows.inbound.sender = rows.account.user;
    rows.inbound.kind = "text";
    // What is kept of a WeChat text message: its XML.
    rows.inbound.body.assign(rows.problem.text.size() + 280, 'x');
    rows.inbound.received_at = rows.problem.registered_at;
    rows.inbound.sent_at = rows.problem.registered_at;
  }
  return out;
}

RowsResult write_rows(const std::string& store_url, std::span<const MessageRows> rows,
                      unsigned writers, std::chrono::milliseconds each) {
  RowsResult best;
  for (unsigned threads = 1; threads <= writers; ++threads)
    for (const auto batch : kBatches) {
      std::vector<double> rates(threads);
      const double cpu = process_cpu(getpid());
      std::vector<std::thread> all;
      std::vector<std::exception_ptr> faults(threads);
      for (unsigned i = 0; i < threads; ++i)
        all.emplace_back([&, i] {
          try {
            rates[i] = run_writer(store_url, rows, batch, each);
          } catch (...) {
            faults[i] = std::current_exception();
          }
        });
      for (auto& thread : all) thread.join();
      for (const auto& fault : faults)
        if (fault) std::rethrow_exception(fault);
      double rate = 0;
      for (const double one : rates) rate += one;
      if (rate <= best.per_second) continue;
      const double spent = process_cpu(getpid()) - cpu;
      best = {batch, threads, rate,
              1e6 * spent / (rate * std::chrono::duration<double>(each).count())};
    }
  return best;
}

void make_database(const std::string& store_url) {
  auto url = store::parse_url(store_url);
  if (url.engine != store::Url::mysql) return;
  const auto database = std::exchange(url.database, "");
  const auto connection = store::connect(url);
  connection->run("DROP DATABASE IF EXISTS `" + database + "`");
  connection->run("CREATE DATABASE `" + database + "` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
}

std::unique_ptr<net::Server> start_sink(const std::string& address) {
  net::ServerOptions options;
  options.address = address;
  return net::Server::start(options, at_once([](const net::HttpRequest& request) -> std::string {
                              if (request.path().ends_with("token"))
                                return R"({"access_token":"bench-access-token","expires_in":7200})";
                              return R"({"errcode":0,"errmsg":"ok","msgid":4711})";
                            }));
}

std::unique_ptr<net::Server> start_answerer(const std::string& address) {
  net::ServerOptions options;
  options.address = address;
  return net::Server::start(options, at_once([](const net::HttpRequest&) { return "success"; }));
}

double process_cpu(int pid) {
  if (pid == 0) return 0;
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  std::getline(file, line);
  // The name in parentheses may hold anything; utime and stime are the 12th and 13th after it.
  const auto name = line.rfind(')');
  if (name == std::string::npos) return 0;
  std::istringstream fields{line.substr(name + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace huiyin::bench
