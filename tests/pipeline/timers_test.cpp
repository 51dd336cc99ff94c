// Due timers take effect once, in order, from any number of processes.
#include "server/pipeline/timers.h"

#include <gmock/gmock.h>

#include <thread>

#include "tests/fakes/test_database.h"
#include "tests/pipeline/rig.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;

constexpr const char* kLamp = "东浦村村口的路灯坏了，晚上老人走路看不见";

class TimersTest : public testing::TestWithParam<fakes::Engine> {
 protected:
  TimersTest() : database_{GetParam()} {
    const auto store = store::open(database_.url());
    store->migrate();
    import_rig_directory(*store);
  }
  std::unique_ptr<Rig> rig(std::string process) {
    Rig::Options options;
    options.process = std::move(process);
    return std::make_unique<Rig>(database_.url(), std::move(options));
  }
  static std::unique_ptr<Timers> timers(Rig& rig) {
    return Timers::start(0ms, rig.open(), *rig.inbox, *rig.outbox, *rig.current, rig.clock,
                         rig.monitor);
  }
  // Moves from timer to timer, as PUT /clock does.
  static void move_to(Instant target, Rig& rig, Timers& timers) {
    for (auto next = timers.next(); next && *next <= target; next = timers.next()) {
      rig.clock.set(std::max(*next, rig.clock.now()));
      timers.run_due();
    }
    rig.clock.set(target);
  }

  fakes::TestDatabase database_;
};
INSTANTIATE_TEST_SUITE_P(Engines, TimersTest, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

TEST_P(TimersTest, ForgottenCaseIsWarnedOfStepByStep) {
  auto r = rig("p1");
  auto t = timers(*r);
  r->say("farmer", kLamp);
  ASSERT_TRUE(r->settle());
  move_to(r->clock.now() + std::chrono::days{10}, *r, *t);
  ASSERT_TRUE(r->settle());
  const auto kinds = r->kinds_to("cadre");
  EXPECT_EQ(std::ranges::count(kinds, "accept_half"), 1);
  EXPECT_EQ(std::ranges::count(kinds, "accept_over"), 1);
  EXPECT_EQ(std::ranges::count(kinds, "due_now"), 1);
  EXPECT_EQ(std::ranges::count(kinds, "overdue"), 1);
  EXPECT_LT(std::ranges::find(kinds, "accept_half"), std::ranges::find(kinds, "due_now"));
}

TEST_P(TimersTest, TwoProcessesFireATimerOnce) {
  auto p1 = rig("p1"), p2 = rig("p2");
  auto t1 = timers(*p1), t2 = timers(*p2);
  for (int i = 0; i < 5; ++i) p1->say("farmer" + std::to_string(i), kLamp);
  t1->run_due();  // rounds that were never done are due at once
  const auto due = *t1->next();
  p1->clock.set(due);
  p2->clock.set(due);
  std::thread other{[&] { t2->run_due(); }};
  t1->run_due();
  other.join();
  ASSERT_TRUE(p1->settle() && p2->settle());
  auto count = [](const Rig& r) {
    const auto kinds = r.kinds_to("cadre");
    return std::ranges::count(kinds, "accept_half");
  };
  EXPECT_EQ(count(*p1) + count(*p2), 5);
}

TEST_P(TimersTest, CatchesUpAfterAWeekWithoutServer) {
  {
    auto r = rig("p1");
    r->say("farmer", kLamp);
    ASSERT_TRUE(r->settle());
  }
  Rig::Options options;
  options.process = "p2";
  options.start = *parse_rfc3339("2026-04-07T09:10:00+08:00");
  Rig r{database_.url(), options};
  auto t = timers(r);
  t->run_due();
  ASSERT_TRUE(r.settle());
  EXPECT_FALSE(t->next() && *t->next() <= r.clock.now()) << "nothing stays due";
  EXPECT_FALSE(r.kinds_to("cadre").empty());
}

}  // namespace
}  // namespace huiyin
