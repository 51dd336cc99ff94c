#include "server/cases/time.h"

#include <gtest/gtest.h>

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

constexpr Instant kMarch26{sys_days{2026y / 3 / 26} + 1h + 10min};  // 09:10 in Shanghai

struct ParseCase {
  const char* label;
  const char* text;
  std::optional<Instant> expected;
};

const ParseCase kParse[] = {
    {"shanghai", "2026-03-26T09:10:00+08:00", kMarch26},
    {"utc", "2026-03-26T01:10:00Z", kMarch26},
    {"small_letters", "2026-03-26t01:10:00z", kMarch26},
    {"west", "2026-03-25T20:10:00-05:00", kMarch26},
    {"half_hour_offset", "2026-03-26T06:40:00+05:30", kMarch26},
    {"fraction", "2026-03-26T01:10:00.25Z", kMarch26 + 250ms},
    {"micros", "2026-03-26T01:10:00.000001Z", kMarch26 + 1us},
    {"nanos_cut", "2026-03-26T01:10:00.000001999Z", kMarch26 + 1us},
    {"leap_day", "2028-02-29T00:00:00Z", Instant{sys_days{2028y / 2 / 29}}},
    {"leap_second", "2016-12-31T23:59:60Z", Instant{sys_days{2017y / 1 / 1}}},
    {"before_epoch", "1969-12-31T23:59:59Z", Instant{-1s}},
    {"empty", "", {}},
    {"no_offset", "2026-03-26T09:10:00", {}},
    {"no_seconds", "2026-03-26T09:10+08:00", {}},
    {"space_for_t", "2026-03-26 09:10:00+08:00", {}},
    {"no_such_day", "2026-02-29T00:00:00Z", {}},
    {"month_13", "2026-13-01T00:00:00Z", {}},
    {"hour_24", "2026-03-26T24:00:00Z", {}},
    {"minute_60", "2026-03-26T10:60:00Z", {}},
    {"second_61", "2026-03-26T10:00:61Z", {}},
    {"empty_fraction", "2026-03-26T10:00:00.Z", {}},
    {"offset_24", "2026-03-26T10:00:00+24:00", {}},
    {"offset_without_colon", "2026-03-26T10:00:00+0800", {}},
    {"trailing", "2026-03-26T10:00:00Z ", {}},
    {"cut", "2026-03-26T10:00:00+08:0", {}},
    {"signed_year", "+026-03-26T10:00:00Z", {}},
    {"full_width", "２０２６-03-26T10:00:00Z", {}},
};

class Parse : public testing::TestWithParam<ParseCase> {};
TEST_P(Parse, Rfc3339) { EXPECT_EQ(parse_rfc3339(GetParam().text), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(Time, Parse, testing::ValuesIn(kParse),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Time, EveryPrefixOfAnInstantIsRefused) {
  const std::string whole = "2026-03-26T09:10:00.5+08:00";
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_rfc3339(whole.substr(0, length))) << whole.substr(0, length);
}

TEST(Time, FormatsInShanghaiTime) {
  EXPECT_EQ(format_rfc3339(kMarch26), "2026-03-26T09:10:00+08:00");
  EXPECT_EQ(format_rfc3339(kMarch26 + 999999us), "2026-03-26T09:10:00+08:00");
  EXPECT_EQ(format_rfc3339(Instant{}), "");
  EXPECT_EQ(parse_rfc3339(format_rfc3339(kMarch26)), kMarch26);
}

TEST(Time, ShowsDatesTheWayPeopleReadThem) {
  const Instant late{sys_days{2026y / 11 / 29} + 16h + 5min};  // 30 November 00:05 in Shanghai
  EXPECT_EQ(show_date(kMarch26, "zh"), "3月26日");
  EXPECT_EQ(show_date(late, "zh"), "11月30日");
  EXPECT_EQ(show_time(late, "zh"), "11月30日 00:05");
  EXPECT_EQ(show_date(kMarch26, "en"), "26 Mar");
  EXPECT_EQ(show_time(kMarch26, "en"), "26 Mar 09:10");
  EXPECT_EQ(show_date(kMarch26, "unknown locale"), "3月26日");
}

TEST(Time, ShanghaiAndBack) {
  EXPECT_EQ(to_shanghai(kMarch26), LocalTime{std::chrono::local_days{2026y / 3 / 26} + 9h + 10min});
  EXPECT_EQ(from_shanghai(to_shanghai(kMarch26)), kMarch26);
}

}  // namespace
}  // namespace huiyin
