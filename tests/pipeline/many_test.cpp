// One message that moves many cases, each with people who hear of it: rows of several rounds of
// Need, more ids than are reserved, and two processes that lock the same rows. On both engines.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/fakes/test_database.h"
#include "tests/pipeline/rig.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kOpen = 50, kFollowers = 1;

std::string farmer(std::size_t i) { return "farmer" + std::to_string(i); }

class Many : public testing::TestWithParam<fakes::Engine> {
 protected:
  Many() : database_{GetParam()} {
    store_ = store::open(database_.url());
    store_->migrate();
    import_rig_directory(*store_);
  }

  std::unique_ptr<Rig> rig(const std::string& process, unsigned workers = 1) {
    Rig::Options options;
    options.process = process;
    options.workers = workers;
    return std::make_unique<Rig>(database_.url(), std::move(options));
  }

  // As many cases, all of the cadre's: of one problem each.
  std::vector<Case> told(Rig& r, std::size_t cases) {
    for (std::size_t i = 0; i < cases; ++i)
      EXPECT_EQ(r.say(farmer(i), "东浦村第" + std::to_string(i) + "组的路灯坏了").status,
                Receipt::accepted);
    return all();
  }
  // Oldest first.
  std::vector<Case> all() const {
    std::vector<Case> cases;
    store_->audit_cases([&](const store::Store::AuditRow& row) { cases.push_back(row.the_case); });
    std::ranges::sort(cases, {}, &Case::number);
    return cases;
  }
  void expect_whole(const Rig& r) const {
    EXPECT_EQ(r.monitor.count("inbox.quarantine"), 0);
    EXPECT_EQ(r.monitor.count("inbox.unavailable"), 0);
    EXPECT_TRUE(store_->lost(r.clock.now() + 1h).empty());
  }

  fakes::TestDatabase database_;
  std::unique_ptr<store::Store> store_;
};

TEST_P(Many, CasesWithFollowersAreHandedOverAtOnce) {
  const auto r = rig("p1");
  // Whose cases are joined to another one follow it.
  const auto cases = told(*r, kOpen * (1 + kFollowers));
  for (std::size_t i = kOpen; i < cases.size(); ++i) {
    const auto receipt = r->say("cadre", "并件 " + cases[i].number + " " + cases[i % kOpen].number);
    ASSERT_EQ(receipt.status, Receipt::accepted);
    ASSERT_EQ(r->say("clerk", "批准 " + cases[i].number).status, Receipt::accepted);
  }
  const auto joined = all();
  for (std::size_t i = 0; i < kOpen; ++i)
    EXPECT_EQ(joined[i].parties.size(), kFollowers) << joined[i].number;
  EXPECT_EQ(r->say("cadre", "移交 全部 deputy").status, Receipt::accepted);
  EXPECT_TRUE(r->settle());
  const auto heard = r->sent_to("cadre");
  ASSERT_FALSE(heard.empty());
  const auto after = all();
  for (std::size_t i = 0; i < kOpen; ++i)
    ASSERT_NE(after[i].owner, cases[i].owner) << after[i].number << " " << heard.back();
  expect_whole(*r);
}

TEST_P(Many, JoinedToWhatIsJoinedLater) {
  const auto r = rig("p1");
  const auto cases = told(*r, 6);
  const auto join = [&](int what, int to) {
    EXPECT_EQ(r->say("cadre", "并件 " + cases[what].number + " " + cases[to].number).status,
              Receipt::accepted);
    return r->say("clerk", "批准 " + cases[what].number).status;
  };
  EXPECT_EQ(join(0, 1), Receipt::accepted);
  EXPECT_EQ(join(2, 1), Receipt::accepted);
  EXPECT_EQ(join(1, 3), Receipt::accepted);
  EXPECT_EQ(join(4, 5), Receipt::accepted);
  EXPECT_EQ(join(5, 3), Receipt::accepted);
  EXPECT_EQ(all()[0].outcome, Outcome::merged);
  EXPECT_EQ(all()[5].parent, cases[3].id);
  EXPECT_EQ(r->say("cadre", "拆件 " + cases[5].number).status, Receipt::accepted);
  EXPECT_EQ(r->say(farmer(4), "删除我的信息").status, Receipt::accepted);
  EXPECT_EQ(r->say(farmer(4), "是").status, Receipt::accepted);
  EXPECT_EQ(r->say(farmer(1), "撤回 " + cases[1].number).status, Receipt::accepted);
  EXPECT_EQ(r->say(farmer(1), "是").status, Receipt::accepted);
  EXPECT_TRUE(r->settle());
  for (const Case& c : all())
    EXPECT_TRUE(c.owner) << c.number << " " << name(c.stage) << " " << name(c.outcome);
  expect_whole(*r);
}

// Everybody at once, through two processes of two workers.
TEST_P(Many, TwoProcessesAtTheSameCases) {
  const auto one = rig("p1", 2), other = rig("p2", 2);
  const auto cases = told(*one, 12);
  std::atomic<int> left{0};
  std::vector<std::future<Receipt::Status>> answers;
  int serial = 0;
  const auto say = [&](const std::string& user, const std::string& text) {
    auto promise = std::make_shared<std::promise<Receipt::Status>>();
    answers.push_back(promise->get_future());
    (serial % 2 ? *one : *other)
        .say_async(user, text, "many-" + std::to_string(serial),
                   [promise](const Receipt& receipt) { promise->set_value(receipt.status); });
    ++serial;
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    say("cadre", "签收 " + cases[i].number);
    say(farmer(i), "催办");
    say(farmer(cases.size() - 1 - i), "关注 " + cases[i].number);
    say("clerk", "督办 " + cases[cases.size() - 1 - i].number + " 请尽快");
    if (i == 3) say("cadre", "移交 全部 deputy");
    if (i == 6) say("deputy", "移交 全部 cadre");
    if (i % 4 == 0)
      say("cadre", "并件 " + cases[i].number + " " + cases[(i + 5) % cases.size()].number);
    if (i == 8) say(farmer(2), "删除我的信息");
    if (i == 9) say(farmer(2), "是");
  }
  for (auto& answer : answers) EXPECT_EQ(answer.get(), Receipt::accepted);
  EXPECT_TRUE(one->settle() && other->settle());
  expect_whole(*one);
  expect_whole(*other);
  for (const Case& c : all()) EXPECT_TRUE(c.owner) << c.number;
}

INSTANTIATE_TEST_SUITE_P(, Many, testing::ValuesIn(fakes::engines()), fakes::engine_name);

}  // namespace
}  // namespace huiyin
