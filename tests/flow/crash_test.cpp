// What was acknowledged is stored, whatever happens to the process (reliability.md P1, P2, P12).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <random>
#include <thread>

#include "tests/flow/flow.h"
#include "tests/flow/gate.h"
#include "tests/flow/load.h"

namespace huiyin::flow {
namespace {

constexpr int kKills = 20;
constexpr int kDrains = 5;

class Crash : public testing::TestWithParam<std::string> {
 protected:
  std::set<std::string> stored() const {
    const auto rows = database_.rows("SELECT sender FROM inbound");
    return {rows.begin(), rows.end()};
  }
  // Acknowledged senders that the database does not know.
  static std::vector<std::string> lost(const std::set<std::string>& acknowledged,
                                       const std::set<std::string>& stored) {
    std::vector<std::string> missing;
    std::ranges::set_difference(acknowledged, stored, std::back_inserter(missing));
    return missing;
  }

  Scratch scratch_;
  Database database_{GetParam(), scratch_};
};

TEST_P(Crash, nothing_acknowledged_is_lost_by_a_kill) {
  prepare(scratch_, database_.url());
  std::mt19937 dice{20260326};
  std::set<std::string> acknowledged, unanswered;
  for (int cycle = 0; cycle < kKills; ++cycle) {
    Server server{scratch_, database_.url(), {false, {}}};
    ASSERT_TRUE(server.ready()) << server.log();
    Load load{server.url(), "k" + std::to_string(cycle), 8};
    const std::size_t enough = 1 + dice() % 40;
    ASSERT_TRUE(eventually([&] { return load.acknowledged_so_far() >= enough; })) << server.log();
    server.process().signal(SIGKILL);
    EXPECT_EQ(server.process().wait(milliseconds{10'000}).exit, -SIGKILL);
    load.stop();
    acknowledged.insert(load.acknowledged().begin(), load.acknowledged().end());
    unanswered.insert(load.unanswered().begin(), load.unanswered().end());
  }
  const std::set<std::string> kept = stored();
  EXPECT_THAT(lost(acknowledged, kept), testing::IsEmpty());
  std::printf("%d kills: %zu acknowledged, %zu unanswered, %zu stored\n", kKills,
              acknowledged.size(), unanswered.size(), kept.size());

  // Whoever was not answered says it again, as a platform does: one effect each.
  Server server{scratch_, database_.url(), {false, {}}};
  ASSERT_TRUE(server.ready()) << server.log();
  int again = 0;
  for (const std::string& sender : unanswered) {
    if (++again > 40) break;
    EXPECT_EQ(
        post_console(server.url(), console_message(sender, "1", "楼家村路灯坏了，晚上看不见")),
        200);
  }
  EXPECT_THAT(database_.rows("SELECT sender, COUNT(*) FROM inbound GROUP BY sender"
                             " HAVING COUNT(*) > 1"),
              testing::IsEmpty());
  EXPECT_THAT(database_.rows("SELECT reporter, COUNT(*) FROM cases GROUP BY reporter"
                             " HAVING COUNT(*) > 1"),
              testing::IsEmpty());
  EXPECT_THAT(database_.rows("SELECT number, COUNT(*) FROM cases GROUP BY number"
                             " HAVING COUNT(*) > 1"),
              testing::IsEmpty());
}

TEST_P(Crash, a_drain_ends_in_order_and_loses_nothing) {
  prepare(scratch_, database_.url());
  std::set<std::string> acknowledged;
  for (int cycle = 0; cycle < kDrains; ++cycle) {
    Server server{scratch_, database_.url(), {false, {}}};
    ASSERT_TRUE(server.ready()) << server.log();
    Load load{server.url(), "d" + std::to_string(cycle), 8};
    ASSERT_TRUE(eventually([&] { return load.acknowledged_so_far() >= 20; })) << server.log();
    server.process().signal(SIGTERM);
    EXPECT_EQ(server.process().wait(milliseconds{15'000}).exit, 0) << server.log();
    load.stop();
    acknowledged.insert(load.acknowledged().begin(), load.acknowledged().end());
  }
  EXPECT_THAT(lost(acknowledged, stored()), testing::IsEmpty());
  // Lanes were given back: the next process need not wait for a lease.
  EXPECT_THAT(database_.rows("SELECT id FROM accounts WHERE lane_owner <> ''"), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Flow, Crash, testing::ValuesIn(engines()),
                         [](const auto& info) { return info.param; });

// ---- several processes, one database ----------------------------------------------------------

class Shared : public testing::TestWithParam<std::string> {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Shared);

TEST_P(Shared, two_processes_and_one_sender_make_one_case) {
  const Scratch scratch;
  const Database database{GetParam(), scratch};
  prepare(scratch, database.url());
  Server one{scratch, database.url(), {false, {}}, 1}, two{scratch, database.url(), {false, {}}, 2};
  ASSERT_TRUE(one.ready()) << one.log();
  ASSERT_TRUE(two.ready()) << two.log();

  constexpr int kSenders = 30;
  for (int i = 0; i < kSenders; ++i) {
    const std::string sender = "s" + std::to_string(i);
    std::vector<std::thread> burst;
    std::atomic<int> good{0};
    for (int part = 0; part < 3; ++part) {
      burst.emplace_back([&, part] {
        const std::string& url = (part % 2 == 0 ? one : two).url();
        const std::string text = part == 0   ? "楼家村路灯坏了"
                                 : part == 1 ? "楼家村的路灯不亮，天黑看不见"
                                             : "楼家村路灯从昨天开始就不亮了";
        good += post_console(url, console_message(sender, std::to_string(part), text)) == 200;
      });
    }
    for (std::thread& each : burst) each.join();
    EXPECT_EQ(good, 3) << sender;
  }
  EXPECT_THAT(database.rows("SELECT COUNT(*) FROM cases"),
              testing::ElementsAre(std::to_string(kSenders)));
  EXPECT_THAT(database.rows("SELECT COUNT(*) FROM inbound"),
              testing::ElementsAre(std::to_string(3 * kSenders)));
}

TEST_P(Shared, overlapping_copies_have_one_effect_and_one_answer) {
  const Scratch scratch;
  const Database database{GetParam(), scratch};
  prepare(scratch, database.url());
  Server one{scratch, database.url(), {false, {}}, 1}, two{scratch, database.url(), {false, {}}, 2};
  ASSERT_TRUE(one.ready()) << one.log();
  ASSERT_TRUE(two.ready()) << two.log();

  constexpr int kMessages = 30;
  for (int i = 0; i < kMessages; ++i) {
    const std::string message = console_message("c" + std::to_string(i), "1", "楼家村路灯坏了");
    std::array<std::string, 3> answers;
    std::array<int, 3> statuses{};
    std::vector<std::thread> copies;
    for (std::size_t copy = 0; copy < 3; ++copy) {
      copies.emplace_back([&, copy] {
        statuses[copy] = post_console((copy == 2 ? two : one).url(), message, &answers[copy]);
      });
    }
    for (std::thread& each : copies) each.join();
    EXPECT_THAT(statuses, testing::Each(200));
    EXPECT_THAT(answers[0], testing::HasSubstr("\"case\":\""));
    EXPECT_EQ(answers[0], answers[1]);
    EXPECT_EQ(answers[0], answers[2]);
  }
  EXPECT_THAT(database.rows("SELECT COUNT(*) FROM cases"),
              testing::ElementsAre(std::to_string(kMessages)));
  EXPECT_THAT(database.rows("SELECT COUNT(*) FROM inbound"),
              testing::ElementsAre(std::to_string(kMessages)));
}

TEST_P(Shared, a_database_that_goes_and_comes_back_needs_nobody) {
  const Scratch scratch;
  const Database database{GetParam(), scratch};
  prepare(scratch, database.url());
  const std::string& url = database.url();
  const auto at = url.rfind('@') + 1, slash = url.rfind('/');
  const std::uint16_t port = free_port();
  Gate gate{port, url.substr(at, slash - at)};
  Server server{scratch,
                url.substr(0, at) + "127.0.0.1:" + std::to_string(port) + url.substr(slash),
                {false, {}}};
  ASSERT_TRUE(server.ready()) << server.log();
  Load load{server.url(), "g", 4};
  ASSERT_TRUE(eventually([&] { return load.acknowledged_so_far() >= 10; }));
  gate.close();
  EXPECT_TRUE(
      eventually([&] { return request("GET", server.url() + "/readyz").response.status == 503; }));
  gate.open();
  EXPECT_TRUE(server.ready()) << server.log();
  const std::size_t before = load.acknowledged_so_far();
  EXPECT_TRUE(eventually([&] { return load.acknowledged_so_far() > before + 10; })) << server.log();
  load.stop();
  const auto rows = database.rows("SELECT sender FROM inbound");
  const std::set<std::string> stored{rows.begin(), rows.end()};
  EXPECT_TRUE(std::ranges::includes(stored, load.acknowledged()));
}

std::vector<std::string> shared_engines() {
  std::vector<std::string> all = engines();
  std::erase(all, "sqlite");
  return all;
}
INSTANTIATE_TEST_SUITE_P(Flow, Shared, testing::ValuesIn(shared_engines()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace huiyin::flow
