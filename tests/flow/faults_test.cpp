// Random faults on every platform at once: nothing that is owed is lost, what may have arrived is
// sent at most once more, and nobody hears things in the wrong order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <random>
#include <regex>

#include "handlers/channel.h"
#include "server/app/play_stage.h"
#include "server/ops/config.h"
#include "tests/flow/flow.h"

namespace huiyin::flow {
namespace {

constexpr int kRounds = 4;
constexpr int kRenewed =
    3;  // so often people write: WeChat allows five messages for each of theirs

struct Reporter {
  Seat seat;
  const char* problem;
  std::vector<std::string> faults;  // such as need no long wait
};
const Reporter kReporters[] = {
    {{"wechat", "oRandomVillager0001"},
     "路灯坏了",
     {"reset", "lost_reply", "500", "expired_token"}},
    {{"telegram", "5811119001"}, "自来水管漏水", {"reset", "lost_reply", "500", "throttle"}},
    {{"slack", "U0RANDOM01"}, "公交站牌倒了", {"reset", "lost_reply", "500", "throttle"}},
    {{"whatsapp", "8613800009001"}, "有棵大树倒在路上", {"reset", "lost_reply", "500"}},
    {{"line", "U4af4980629e1c9f2d8b0d0a3b6b3e999"}, "排水沟堵了", {"reset", "lost_reply", "500"}},
    {{"feishu", "ou_random0001"},
     "文化礼堂漏雨",
     {"reset", "lost_reply", "500", "throttle", "expired_token"}},
};
const Seat kCadre{"console", "lou-cadre"};

std::vector<ChannelConfig> channels_of(const Server& server) {
  const auto& settings = server.settings();
  std::vector<std::string> sets;
  for (std::size_t i = 2; i + 1 < settings.size(); i += 2) sets.push_back(settings[i + 1]);
  return load_config(settings.at(1), sets, platforms()).config.channels;
}

class RandomFaults : public testing::TestWithParam<std::tuple<std::string, unsigned>> {
 protected:
  void say(const Seat& seat, const std::string& text) {
    PlayedMessage said;
    said.user = seat.user;
    said.text = text;
    ASSERT_EQ(stage_->say(seat, said, false), "") << seat.channel << " " << text;
  }

  // What each reporter sees, from the first message on.
  void take_all() {
    for (const Reporter& one : kReporters)
      for (const auto& [seat, seen] : stage_->untaken())
        if (seat == one.seat) heard_[seat].push_back(stage_->next(seat)->text);
  }

  std::string number_of(const Seat& seat) {
    static const std::regex number{"编号([0-9]{6}-[0-9]{4,5})"};
    std::smatch found;
    for (const auto& text : heard_[seat])
      if (std::regex_search(text, found, number)) return found[1];
    return {};
  }

  // What is still under way when the time is over.
  static std::vector<std::string> restless(const Database& database) {
    std::vector<std::string> rows;
    eventually(
        [&] {
          rows = database.rows(
              "SELECT channel,kind,state,attempts,code,next_at FROM notices"
              " WHERE state IN ('riding','due','sending')");
          return rows.empty();
        },
        milliseconds{30'000});
    return rows;
  }

  std::unique_ptr<PlayStage> stage_;
  std::map<Seat, std::vector<std::string>> heard_;
};

TEST_P(RandomFaults, LoseNothingAndKeepTheOrder) {
  const auto& [engine, seed] = GetParam();
  std::mt19937 dice{seed};
  const Scratch scratch;
  const Database database{engine, scratch};
  prepare(scratch, database.url());
  Server::Options options;
  options.config = "cross-story";
  Server server{scratch, database.url(), std::move(options)};
  ASSERT_TRUE(server.ready()) << server.log();

  const auto channels = channels_of(server);
  std::set<std::string> used{kCadre.channel};
  for (const Reporter& one : kReporters) used.insert(one.seat.channel);
  PlayStage::Options world;
  world.server = server.url();
  world.admin = server.admin();
  world.patience = milliseconds{20'000};
  stage_ = std::make_unique<PlayStage>(world, channels, used);
  ClockMove start;
  start.to = parse_rfc3339("2026-03-24T09:00:00+08:00");
  ASSERT_EQ(stage_->move_clock(start), "");

  for (const Reporter& one : kReporters)
    ASSERT_NO_FATAL_FAILURE(say(one.seat, std::string{"楼家村"} + one.problem + "，请来修"));
  ASSERT_THAT(restless(database), testing::IsEmpty()) << server.log();
  take_all();
  std::map<Seat, std::string> numbers;
  for (const Reporter& one : kReporters) {
    numbers[one.seat] = number_of(one.seat);
    ASSERT_NE(numbers[one.seat], "") << one.seat.channel;
    ASSERT_NO_FATAL_FAILURE(say(kCadre, "签收 " + numbers[one.seat]));
  }

  std::map<std::string, int> doubtful;  // by channel: faults after which a second copy may be sent
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_THAT(restless(database), testing::IsEmpty()) << server.log();
    // The played platforms count what is too often in the story's time.
    ClockMove minute;
    minute.step = std::chrono::seconds{60};
    ASSERT_EQ(stage_->move_clock(minute), "");
    for (const Reporter& one : kReporters) {
      if (round == kRenewed) {
        ASSERT_NO_FATAL_FAILURE(say(one.seat, "谢谢"));
      }
      const auto& fault = one.faults[dice() % one.faults.size()];
      if (dice() % 4 == 0) continue;
      ASSERT_EQ(stage_->inject(one.seat.channel, fault, 1), "");
      doubtful[one.seat.channel] += fault == "lost_reply";
    }
    for (const Reporter& one : kReporters)
      ASSERT_NO_FATAL_FAILURE(
          say(kCadre, "进展 " + numbers[one.seat] + " 第" + std::to_string(round) + "次去看"));
  }
  ASSERT_THAT(restless(database), testing::IsEmpty()) << server.log();
  take_all();

  for (const Reporter& one : kReporters) {
    SCOPED_TRACE(one.seat.channel);
    std::vector<int> marks;  // rounds in the order in which they were seen
    for (const auto& text : heard_[one.seat])
      for (int round = 0; round < kRounds; ++round)
        if (text.find("第" + std::to_string(round) + "次去看") != std::string::npos)
          marks.push_back(round);
    EXPECT_TRUE(std::ranges::is_sorted(marks)) << testing::PrintToString(marks);
    int twice = 0;
    for (int round = 0; round < kRounds; ++round) {
      const auto copies = std::ranges::count(marks, round);
      EXPECT_GE(copies, 1) << "round " << round << " was lost";
      EXPECT_LE(copies, 2) << "round " << round;
      twice += copies == 2;
    }
    EXPECT_LE(twice, doubtful[one.seat.channel]) << "a copy without doubt";
  }

  // Every owed echo is in a state that somebody answers for.
  EXPECT_THAT(database.rows("SELECT state,code,channel FROM notices WHERE echo=1 AND state NOT IN"
                            " ('sent','held','told')"),
              testing::IsEmpty());
  EXPECT_EQ(database.rows("SELECT COUNT(*) FROM notices WHERE echo=1 AND kind='progress' AND"
                          " state='sent'"),
            std::vector<std::string>{std::to_string(kRounds * std::size(kReporters))});
  EXPECT_THAT(database.rows("SELECT reason FROM quarantine"), testing::IsEmpty());
  server.process().signal(SIGTERM);
  EXPECT_EQ(server.process().wait(milliseconds{20'000}).exit, 0) << server.log();
}

INSTANTIATE_TEST_SUITE_P(Flow, RandomFaults,
                         testing::Combine(testing::ValuesIn(engines()),
                                          testing::Values(1U, 20261124U)),
                         [](const auto& info) {
                           return std::get<0>(info.param) + "_" +
                                  std::to_string(std::get<1>(info.param));
                         });

}  // namespace
}  // namespace huiyin::flow
