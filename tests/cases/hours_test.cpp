#include "server/cases/hours.h"

#include <gtest/gtest.h>

namespace huiyin {
namespace {

using namespace std::chrono_literals;

// The week of Monday 23 March 2026; day 0 is that Monday.
Instant on(int day, std::chrono::minutes time) {
  return from_shanghai(std::chrono::local_days{2026y / 3 / 23} + std::chrono::days{day} + time);
}

struct CoversCase {
  const char* label;
  const char* hours;
  Instant at;
  bool expected;
};
const CoversCase kCovers[] = {
    {"always", "", on(6, 3h), true},
    {"begins", "08:30-17:30 Mon-Fri", on(0, 8h + 30min), true},
    {"just_before", "08:30-17:30 Mon-Fri", on(0, 8h + 29min), false},
    {"end_is_open", "08:30-17:30 Mon-Fri", on(4, 17h + 30min), false},
    {"weekend", "08:30-17:30 Mon-Fri", on(5, 9h), false},
    {"every_day", "08:30-17:30", on(6, 9h), true},
    {"lunch", "08:30-12:00,14:00-17:30 Mon-Fri", on(2, 13h), false},
    {"afternoon", "08:30-12:00,14:00-17:30 Mon-Fri", on(2, 14h), true},
    {"night_evening", "18:00-08:00 Mon", on(0, 23h), true},
    {"night_next_morning", "18:00-08:00 Mon", on(1, 7h + 59min), true},
    {"night_over", "18:00-08:00 Mon", on(1, 8h), false},
    {"night_not_the_morning_before", "18:00-08:00 Mon", on(0, 7h), false},
    {"sunday_night_into_monday", "20:00-06:00 Sun", on(7, 5h), true},
    {"list_of_days", "09:00-10:00 Mon,Wed,Sat-Sun", on(6, 9h), true},
    {"list_without_thursday", "09:00-10:00 Mon,Wed,Sat-Sun", on(3, 9h), false},
    {"days_around_the_week", "09:00-10:00 Sat-Mon", on(0, 9h), true},
    {"whole_day", "00:00-24:00 Tue", on(1, 23h + 59min), true},
    {"whole_day_over", "00:00-24:00 Tue", on(2, 0h), false},
    {"more_spaces", "  08:30-17:30   Mon - Fri ", on(0, 9h), true},
};
class Covers : public testing::TestWithParam<CoversCase> {};
TEST_P(Covers, Hour) {
  const auto hours = DutyHours::parse(GetParam().hours);
  ASSERT_TRUE(hours.has_value());
  EXPECT_EQ(hours->covers(GetParam().at), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Hours, Covers, testing::ValuesIn(kCovers),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Hours, UnreadableTextIsRefused) {
  for (const char* bad :
       {"8:30-17:30", "08:30", "08:30-", "-17:30", "08:30-17:60", "25:00-26:00", "24:00-08:00",
        "08:30-08:30", "08:30-17:30 Mo", "08:30-17:30 Mon-", "08:30-17:30 -Fri", "08:30-17:30 mon",
        "Mon-Fri", ",", "08:30-17:30 Mon;Tue", "08.30-17.30", "08:30-17:30 周一"})
    EXPECT_FALSE(DutyHours::parse(bad)) << bad;
}

}  // namespace
}  // namespace huiyin
