#include "server/cases/calendar.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::local_days;
using std::chrono::month_day;

// Handbook §5: days off and worked weekends of 2026.
WorkingCalendar::Year year_2026() {
  WorkingCalendar::Year year;
  const auto off = [&](month_day first, month_day last) {
    const auto end = local_days{2026y / last.month() / last.day()};
    for (auto day = local_days{2026y / first.month() / first.day()}; day <= end; day += days{1})
      year.off.insert(day);
  };
  off(std::chrono::January / 1, std::chrono::January / 3);
  off(std::chrono::February / 15, std::chrono::February / 23);
  off(std::chrono::April / 4, std::chrono::April / 6);
  off(std::chrono::May / 1, std::chrono::May / 5);
  off(std::chrono::June / 19, std::chrono::June / 21);
  off(std::chrono::September / 25, std::chrono::September / 27);
  off(std::chrono::October / 1, std::chrono::October / 7);
  for (const auto date : {2026y / 1 / 4, 2026y / 2 / 14, 2026y / 2 / 28, 2026y / 5 / 9,
                          2026y / 9 / 20, 2026y / 10 / 10})
    year.worked.insert(local_days{date});
  return year;
}

const WorkingCalendar& calendar() {
  static const WorkingCalendar kCalendar{{{8h + 30min, 12h}, {14h, 17h + 30min}},
                                         {{2026, year_2026()}}};
  return kCalendar;
}

Instant at(std::chrono::year_month_day date, std::chrono::minutes time) {
  return from_shanghai(local_days{date} + time);
}

struct DayCase {
  const char* label;
  std::chrono::year_month_day start;
  int n;
  std::chrono::year_month_day due;
};
const DayCase kDays[] = {
    {"national_day_2", 2026y / 9 / 30, 2, 2026y / 10 / 9},
    {"national_day_3_worked_saturday", 2026y / 9 / 30, 3, 2026y / 10 / 10},
    {"national_day_5", 2026y / 9 / 30, 5, 2026y / 10 / 13},
    {"spring_festival", 2026y / 2 / 13, 2, 2026y / 2 / 24},
    {"worked_sunday", 2026y / 9 / 18, 1, 2026y / 9 / 20},
    {"new_year", 2026y / 1 / 2, 2, 2026y / 1 / 5},
    {"start_on_worked_saturday", 2026y / 2 / 28, 1, 2026y / 3 / 2},
    {"mid_autumn", 2026y / 9 / 24, 2, 2026y / 9 / 29},
    {"plain_week", 2026y / 11 / 23, 5, 2026y / 11 / 30},
};

class WorkingDays : public testing::TestWithParam<DayCase> {};
TEST_P(WorkingDays, EndWithTheNthDayWhateverTheHourOfTheStart) {
  const auto& [label, start, n, due] = GetParam();
  for (const std::chrono::minutes time : {0min, 480min, 600min, 750min, 1050min, 1439min})
    EXPECT_EQ(calendar().add_working_days(at(start, time), n), at(due, 17h + 30min))
        << time.count();
}
INSTANTIATE_TEST_SUITE_P(Handbook, WorkingDays, testing::ValuesIn(kDays),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Calendar, TheYear2026Has248WorkingDays) {
  int count = 0;
  for (auto day = local_days{2026y / 1 / 1}; day < local_days{2027y / 1 / 1}; day += days{1})
    count += calendar().is_working_day(day);
  EXPECT_EQ(count, 248);
}

struct MinuteCase {
  const char* label;
  Instant start;
  std::chrono::minutes n;
  Instant due;
};
const MinuteCase kMinutes[] = {
    {"within_the_morning", at(2026y / 3 / 26, 9h + 10min), 60min, at(2026y / 3 / 26, 10h + 10min)},
    {"across_lunch", at(2026y / 3 / 26, 11h), 4h, at(2026y / 3 / 26, 17h)},
    {"ends_at_lunch", at(2026y / 3 / 26, 11h), 60min, at(2026y / 3 / 26, 12h)},
    {"a_minute_past_lunch", at(2026y / 3 / 26, 11h), 61min, at(2026y / 3 / 26, 14h + 1min)},
    {"start_in_lunch", at(2026y / 3 / 26, 12h + 30min), 30min, at(2026y / 3 / 26, 14h + 30min)},
    {"before_work", at(2026y / 3 / 26, 6h), 30min, at(2026y / 3 / 26, 9h)},
    {"over_night", at(2026y / 3 / 26, 17h), 60min, at(2026y / 3 / 27, 9h)},
    {"over_a_weekend", at(2026y / 3 / 27, 16h + 30min), 4h, at(2026y / 3 / 30, 11h + 30min)},
    {"start_on_sunday", at(2026y / 3 / 29, 10h), 4h, at(2026y / 3 / 30, 14h + 30min)},
    {"over_national_day", at(2026y / 9 / 30, 17h), 60min, at(2026y / 10 / 8, 9h)},
    {"into_a_worked_saturday", at(2026y / 10 / 9, 17h), 60min, at(2026y / 10 / 10, 9h)},
    {"a_whole_day", at(2026y / 3 / 26, 8h + 30min), 7h, at(2026y / 3 / 26, 17h + 30min)},
    {"three_weeks", at(2026y / 3 / 2, 8h + 30min), 7h * 15, at(2026y / 3 / 20, 17h + 30min)},
    {"nothing_in_working_time", at(2026y / 3 / 26, 9h), 0min, at(2026y / 3 / 26, 9h)},
    {"nothing_at_night", at(2026y / 3 / 26, 22h), 0min, at(2026y / 3 / 27, 8h + 30min)},
};

class WorkingMinutes : public testing::TestWithParam<MinuteCase> {};
TEST_P(WorkingMinutes, CountOnlyWorkingTime) {
  const auto& [label, start, n, due] = GetParam();
  EXPECT_EQ(calendar().add_working_minutes(start, n), due)
      << format_rfc3339(calendar().add_working_minutes(start, n));
  EXPECT_EQ(calendar().working_time(start, due), n);
}
INSTANTIATE_TEST_SUITE_P(Calendar, WorkingMinutes, testing::ValuesIn(kMinutes),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Calendar, WorkingTimeHasOpenEnds) {
  EXPECT_FALSE(calendar().is_working_time(at(2026y / 3 / 26, 8h + 29min)));
  EXPECT_TRUE(calendar().is_working_time(at(2026y / 3 / 26, 8h + 30min)));
  EXPECT_FALSE(calendar().is_working_time(at(2026y / 3 / 26, 12h)));
  EXPECT_TRUE(calendar().is_working_time(at(2026y / 3 / 26, 14h)));
  EXPECT_FALSE(calendar().is_working_time(at(2026y / 3 / 26, 17h + 30min)));
  EXPECT_FALSE(calendar().is_working_time(at(2026y / 3 / 28, 9h))) << "Saturday";
  EXPECT_TRUE(calendar().is_working_time(at(2026y / 9 / 20, 9h))) << "worked Sunday";
}

TEST(Calendar, AYearWithoutDataIsWeekendsAndFixedHolidays) {
  EXPECT_FALSE(calendar().provisional(at(2026y / 12 / 31, 23h + 59min)));
  EXPECT_TRUE(calendar().provisional(at(2027y / 1 / 1, 0min)));
  for (const auto off : {2027y / 1 / 1, 2027y / 5 / 1, 2029y / 5 / 2, 2027y / 10 / 1,
                         2029y / 10 / 2, 2029y / 10 / 3, 2027y / 1 / 2, 2027y / 1 / 3})
    EXPECT_FALSE(calendar().is_working_day(local_days{off})) << unsigned{off.day()};
  for (const auto on : {2027y / 1 / 4, 2027y / 5 / 3, 2027y / 10 / 4, 2027y / 2 / 8})
    EXPECT_TRUE(calendar().is_working_day(local_days{on})) << unsigned{on.day()};
  // 31 December 2026 is a Thursday; the Friday after it is New Year's Day.
  EXPECT_EQ(calendar().add_working_days(at(2026y / 12 / 31, 9h), 1),
            at(2027y / 1 / 4, 17h + 30min));
}

TEST(Calendar, BadIntervalsAreRefused) {
  const std::vector<std::vector<WorkingCalendar::Interval>> bad{
      {},          {{12h, 8h}},  {{8h, 8h}}, {{8h, 12h}, {11h, 17h}}, {{14h, 17h}, {8h, 12h}},
      {{8h, 25h}}, {{-1h, 12h}},
  };
  for (std::size_t i = 0; i < bad.size(); ++i)
    EXPECT_THROW((WorkingCalendar{bad[i], {}}), std::invalid_argument) << i;
  EXPECT_NO_THROW((WorkingCalendar{{{0h, 12h}, {12h, 24h}}, {}}));
}

TEST(Calendar, NegativeSpansAreRefused) {
  EXPECT_THROW(calendar().add_working_days(Instant{}, 0), std::invalid_argument);
  EXPECT_THROW(calendar().add_working_minutes(Instant{}, -1min), std::invalid_argument);
}

struct DueCase {
  const char* label;
  CaseType type;
  Level level;
  Urgency urgency;
  Instant due;  // for a case of Monday 23 November 2026, 16:00
};
constexpr auto kNormal = Urgency::normal;
const DueCase kDue[] = {
    {"help_1", CaseType::help, Level::frontline, kNormal, at(2026y / 11 / 30, 17h + 30min)},
    {"help_2", CaseType::help, Level::township, kNormal, at(2026y / 12 / 7, 17h + 30min)},
    {"help_3", CaseType::help, Level::county, kNormal, at(2026y / 12 / 14, 17h + 30min)},
    {"help_4", CaseType::help, Level::city, kNormal, at(2026y / 12 / 14, 17h + 30min)},
    {"complaint_1", CaseType::complaint, Level::frontline, kNormal, at(2026y / 11 / 30, 1050min)},
    {"complaint_2", CaseType::complaint, Level::township, kNormal, at(2026y / 12 / 14, 1050min)},
    {"violation_2", CaseType::violation, Level::township, kNormal, at(2026y / 12 / 14, 1050min)},
    {"suggestion_1", CaseType::suggestion, Level::frontline, kNormal, at(2026y / 12 / 7, 1050min)},
    {"suggestion_3", CaseType::suggestion, Level::county, kNormal, at(2026y / 12 / 14, 1050min)},
    {"consult_1", CaseType::consult, Level::frontline, kNormal, at(2026y / 11 / 25, 1050min)},
    {"consult_2", CaseType::consult, Level::township, kNormal, at(2026y / 11 / 25, 1050min)},
    {"consult_3", CaseType::consult, Level::county, kNormal, at(2026y / 11 / 30, 1050min)},
    {"praise", CaseType::praise, Level::frontline, kNormal, Instant{}},
    {"urgent", CaseType::help, Level::frontline, Urgency::urgent, at(2026y / 11 / 24, 16h)},
    {"emergency", CaseType::help, Level::county, Urgency::emergency, at(2026y / 11 / 23, 18h)},
};

class HandleDue : public testing::TestWithParam<DueCase> {};
TEST_P(HandleDue, IsTheHandbooks) {
  const auto& expected = GetParam();
  Case c;
  c.type = expected.type;
  c.level = expected.level;
  c.urgency = expected.urgency;
  EXPECT_EQ(handle_due(calendar(), default_clocks(), c, at(2026y / 11 / 23, 16h)), expected.due);
}
INSTANTIATE_TEST_SUITE_P(Handbook, HandleDue, testing::ValuesIn(kDue),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Calendar, AcceptanceByUrgency) {
  const Clocks clocks = default_clocks();
  const Instant start = at(2026y / 3 / 27, 16h);  // Friday
  EXPECT_EQ(accept_due(calendar(), clocks, Urgency::normal, start), at(2026y / 3 / 30, 11h));
  EXPECT_EQ(accept_due(calendar(), clocks, Urgency::urgent, start), at(2026y / 3 / 27, 17h));
  EXPECT_EQ(accept_due(calendar(), clocks, Urgency::emergency, start),
            at(2026y / 3 / 27, 16h + 15min));
  EXPECT_EQ(add(calendar(), start, clocks.contact.at(Urgency::normal)),
            at(2026y / 3 / 30, 17h + 30min));
  EXPECT_EQ(add(calendar(), start, clocks.answer), at(2026y / 4 / 1, 17h + 30min));
}

struct ShiftCase {
  const char* label;
  Urgency urgency;
  Instant due, paused, now, expected;
};
const ShiftCase kShift[] = {
    {"a_working_day", kNormal, at(2026y / 3 / 26, 1050min), at(2026y / 3 / 24, 9h),
     at(2026y / 3 / 25, 9h), at(2026y / 3 / 27, 1050min)},
    {"half_a_day", kNormal, at(2026y / 3 / 26, 1050min), at(2026y / 3 / 24, 9h),
     at(2026y / 3 / 24, 15h), at(2026y / 3 / 27, 14h + 30min)},
    {"a_weekend_costs_nothing", kNormal, at(2026y / 3 / 31, 1050min), at(2026y / 3 / 27, 1050min),
     at(2026y / 3 / 30, 8h), at(2026y / 3 / 31, 1050min)},
    {"urgent_is_natural_time", Urgency::urgent, at(2026y / 3 / 29, 9h), at(2026y / 3 / 28, 9h),
     at(2026y / 3 / 28, 12h), at(2026y / 3 / 29, 12h)},
    {"not_paused", kNormal, at(2026y / 3 / 26, 1050min), Instant{}, at(2026y / 3 / 25, 9h),
     at(2026y / 3 / 26, 1050min)},
    {"no_clock", kNormal, Instant{}, at(2026y / 3 / 24, 9h), at(2026y / 3 / 25, 9h), Instant{}},
};
class Shift : public testing::TestWithParam<ShiftCase> {};
TEST_P(Shift, MovesByThePause) {
  const auto& given = GetParam();
  Case c;
  c.urgency = given.urgency;
  c.due_at = given.due;
  c.paused_at = given.paused;
  EXPECT_EQ(shifted_due(calendar(), c, given.now), given.expected)
      << format_rfc3339(shifted_due(calendar(), c, given.now));
}
INSTANTIATE_TEST_SUITE_P(Calendar, Shift, testing::ValuesIn(kShift),
                         [](const auto& info) { return std::string{info.param.label}; });

// When a push that can wait leaves: to a resident, to a cadre. Epoch: at once.
struct PushCase {
  const char* label;
  Instant now, resident, cadre;
};
constexpr Instant kNow{};
const PushCase kPushes[] = {
    {"working_morning", at(2026y / 3 / 26, 9h), kNow, kNow},
    {"noon_break_is_inside", at(2026y / 3 / 26, 13h), kNow, kNow},
    {"end_of_the_day", at(2026y / 3 / 26, 17h + 30min) + 999ms, kNow, kNow},
    {"after_the_end", at(2026y / 3 / 26, 17h + 31min), kNow, at(2026y / 3 / 27, 8h + 30min)},
    {"just_before_nine", at(2026y / 3 / 26, 21h) - 1us, kNow, at(2026y / 3 / 27, 8h + 30min)},
    {"nine_sharp", at(2026y / 3 / 26, 21h), at(2026y / 3 / 27, 7h + 30min),
     at(2026y / 3 / 27, 8h + 30min)},
    {"before_midnight", at(2026y / 3 / 26, 24h) - 1us, at(2026y / 3 / 27, 7h + 30min),
     at(2026y / 3 / 27, 8h + 30min)},
    {"midnight", at(2026y / 3 / 27, 0h), at(2026y / 3 / 27, 7h + 30min),
     at(2026y / 3 / 27, 8h + 30min)},
    {"before_half_past_seven", at(2026y / 3 / 27, 7h + 30min) - 1us, at(2026y / 3 / 27, 7h + 30min),
     at(2026y / 3 / 27, 8h + 30min)},
    {"half_past_seven", at(2026y / 3 / 27, 7h + 30min), kNow, at(2026y / 3 / 27, 8h + 30min)},
    {"before_the_brief", at(2026y / 3 / 27, 8h + 30min) - 1us, kNow,
     at(2026y / 3 / 27, 8h + 30min)},
    {"the_brief", at(2026y / 3 / 27, 8h + 30min), kNow, kNow},
    {"friday_evening", at(2026y / 3 / 27, 22h), at(2026y / 3 / 28, 7h + 30min),
     at(2026y / 3 / 30, 8h + 30min)},
    {"saturday", at(2026y / 3 / 28, 10h), kNow, at(2026y / 3 / 30, 8h + 30min)},
    {"worked_saturday", at(2026y / 2 / 28, 10h), kNow, kNow},
    {"eve_of_a_worked_sunday", at(2026y / 9 / 19, 10h), kNow, at(2026y / 9 / 20, 8h + 30min)},
    {"eve_of_the_national_holidays", at(2026y / 9 / 30, 23h), at(2026y / 10 / 1, 7h + 30min),
     at(2026y / 10 / 8, 8h + 30min)},
    {"holiday", at(2026y / 10 / 2, 9h), kNow, at(2026y / 10 / 8, 8h + 30min)},
    // 2027 has no data here: 1 January and the weekend.
    {"new_year", at(2026y / 12 / 31, 21h), at(2027y / 1 / 1, 7h + 30min),
     at(2027y / 1 / 4, 8h + 30min)},
};
class Pushes : public testing::TestWithParam<PushCase> {};
TEST_P(Pushes, WaitForTheirHour) {
  const auto& [label, now, resident, cadre] = GetParam();
  const auto clocks = default_clocks();
  const auto to_resident = push_to_resident_at(clocks, now);
  EXPECT_EQ(to_resident, resident) << format_rfc3339(to_resident);
  const auto to_cadre = push_to_cadre_at(calendar(), clocks, now);
  EXPECT_EQ(to_cadre, cadre) << format_rfc3339(to_cadre);
}
INSTANTIATE_TEST_SUITE_P(Calendar, Pushes, testing::ValuesIn(kPushes),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Calendar, QuietHoursMayLieWithinADayOrNotBe) {
  Clocks clocks = default_clocks();
  clocks.quiet_from = 12h;
  clocks.quiet_to = 14h;
  const auto noon = at(2026y / 3 / 26, 12h);
  EXPECT_EQ(push_to_resident_at(clocks, noon), at(2026y / 3 / 26, 14h));
  EXPECT_EQ(push_to_resident_at(clocks, at(2026y / 3 / 26, 23h)), kNow);
  clocks.quiet_to = clocks.quiet_from;
  EXPECT_EQ(push_to_resident_at(clocks, noon), kNow);
}

}  // namespace
}  // namespace huiyin
