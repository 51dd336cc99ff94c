#include "server/app/test_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace huiyin {
namespace {

using namespace std::chrono_literals;

Instant at(std::string_view text) { return parse_rfc3339(text).value(); }

struct MoveCase {
  const char* label;
  const char* text;
  bool good;
  std::chrono::seconds step;
};
class Moves : public testing::TestWithParam<MoveCase> {};

TEST_P(Moves, are_read) {
  const MoveCase& want = GetParam();
  const auto move = parse_clock_move(want.text);
  ASSERT_EQ(move.has_value(), want.good);
  if (!move || move->to) return;
  EXPECT_EQ(move->step, want.step);
}

const MoveCase kMoves[] = {
    {"seconds", "+20s", true, 20s},
    {"minutes", "+90m", true, 90min},
    {"hours", " +3h\n", true, 3h},
    {"days", "+2d", true, 48h},
    {"nothing_passes", "+0m", true, 0s},
    {"instant", "2026-03-26T09:10:00+08:00", true, 0s},
    {"utc", "2026-03-26T01:10:00Z", true, 0s},
    {"empty", "", false, 0s},
    {"plus", "+", false, 0s},
    {"no_unit", "+90", false, 0s},
    {"no_number", "+m", false, 0s},
    {"backwards", "-5m", false, 0s},
    {"minus_inside", "+-5m", false, 0s},
    {"other_unit", "+5w", false, 0s},
    {"fraction", "+1.5h", false, 0s},
    {"too_far", "+367d", false, 0s},
    {"overflow", "+99999999999999999999d", false, 0s},
    {"date_alone", "2026-03-26", false, 0s},
};
INSTANTIATE_TEST_SUITE_P(Clock, Moves, testing::ValuesIn(kMoves),
                         [](const auto& info) { return std::string{info.param.label}; });

// Timers as a sorted list; running one may add others.
class Travel : public testing::Test {
 protected:
  TestClock clock_{at("2026-03-26T09:00:00+08:00")};
  std::vector<Instant> timers_;
  std::vector<Instant> fired_, settled_;  // by the clock
  bool rests_ = true, untouched_ = false;
  std::function<void()> on_fire_;

  TimeTravel travel_{clock_,
                     {.next = [this]() -> std::optional<Instant> {
                        if (timers_.empty()) return std::nullopt;
                        return *std::min_element(timers_.begin(), timers_.end());
                      },
                      .run_due =
                          [this] {
                            std::erase_if(timers_, [&](Instant t) { return t <= clock_.now(); });
                            fired_.push_back(clock_.now());
                            if (on_fire_) on_fire_();
                          },
                      .settle =
                          [this] {
                            settled_.push_back(clock_.now());
                            return rests_;
                          },
                      .untouched = [this] { return untouched_; }}};
};

TEST_F(Travel, stands_still_by_itself) {
  const Instant before = clock_.now();
  EXPECT_EQ(clock_.now(), before);
  EXPECT_EQ(travel_.move("+0m").text, "2026-03-26T09:00:00+08:00");
  EXPECT_EQ(clock_.now(), before);
}

TEST_F(Travel, every_timer_fires_at_its_own_time) {
  timers_ = {at("2026-03-26T11:00:00+08:00"), at("2026-03-26T10:00:00+08:00"),
             at("2026-03-26T12:00:01+08:00")};
  const auto answer = travel_.move("+3h");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.text, "2026-03-26T12:00:00+08:00");
  EXPECT_THAT(fired_, testing::ElementsAre(at("2026-03-26T10:00:00+08:00"),
                                           at("2026-03-26T11:00:00+08:00")));
  EXPECT_THAT(settled_,
              testing::ElementsAre(at("2026-03-26T09:00:00+08:00"), at("2026-03-26T10:00:00+08:00"),
                                   at("2026-03-26T11:00:00+08:00")));
  EXPECT_EQ(timers_.size(), 1u);
}

TEST_F(Travel, a_timer_may_set_another_on_the_way) {
  timers_ = {at("2026-03-26T10:00:00+08:00")};
  on_fire_ = [this] {
    if (fired_.size() == 1) timers_.push_back(at("2026-03-26T10:30:00+08:00"));
  };
  EXPECT_EQ(travel_.move("2026-03-26T11:00:00+08:00").status, 200);
  EXPECT_EQ(fired_.size(), 2u);
}

TEST_F(Travel, what_is_overdue_happens_now_and_not_in_the_past) {
  timers_ = {at("2026-03-25T10:00:00+08:00")};
  EXPECT_EQ(travel_.move("+0m").status, 200);
  EXPECT_THAT(fired_, testing::ElementsAre(at("2026-03-26T09:00:00+08:00")));
}

TEST_F(Travel, a_timer_that_never_ends_does_not_hang_the_caller) {
  timers_ = {at("2026-03-26T10:00:00+08:00")};
  on_fire_ = [this] { timers_.push_back(clock_.now()); };
  EXPECT_EQ(travel_.move("+3h").status, 503);
  EXPECT_EQ(clock_.now(), at("2026-03-26T10:00:00+08:00"));
}

TEST_F(Travel, backwards_is_refused_once_something_was_taken) {
  const auto answer = travel_.move("2026-03-26T08:59:59+08:00");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.text, testing::HasSubstr("2026-03-26T09:00:00+08:00"));
  EXPECT_EQ(clock_.now(), at("2026-03-26T09:00:00+08:00"));
}

TEST_F(Travel, a_story_may_begin_in_the_past) {
  untouched_ = true;
  EXPECT_EQ(travel_.move("2026-01-01T08:00:00+08:00").status, 200);
  EXPECT_EQ(clock_.now(), at("2026-01-01T08:00:00+08:00"));
}

TEST_F(Travel, nonsense_is_refused) {
  const auto answer = travel_.move("later");
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.text, testing::HasSubstr("RFC 3339"));
}

TEST_F(Travel, says_when_notices_are_still_under_way) {
  rests_ = false;
  EXPECT_EQ(travel_.move("+1h").status, 503);
}

}  // namespace
}  // namespace huiyin
