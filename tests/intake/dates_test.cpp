// Dates as people write them. Today is Tuesday, 24 November 2026.
#include "server/intake/dates.h"

#include <gtest/gtest.h>

#include <string>

namespace huiyin::dates {
namespace {

struct DateCase {
  const char* text;
  const char* read;  // "2026-12-05", "3 days", "3 working days"; "" when there is none
  const char* rest = "";
};

const DateCase kDates[] = {
    {"12月5日 配件下周才到", "2026-12-05", "配件下周才到"},
    {"12月5号，配件没到", "2026-12-05", "配件没到"},
    {"１２月５日", "2026-12-05"},
    {"十二月五日", "2026-12-05"},
    {"12-5 等材料", "2026-12-05", "等材料"},
    {"12/5", "2026-12-05"},
    {"12.5前", "2026-12-05"},
    {"2026-12-05", "2026-12-05"},
    {"2026/12/5", "2026-12-05"},
    {"2026年12月5日之前 修好", "2026-12-05", "修好"},
    {"2027年3月1日起", "2027-03-01"},
    {"5日", "2026-12-05"},   // the next fifth
    {"26号", "2026-11-26"},  // of this month
    {"24日", "2026-11-24"},
    {"1月5日", "2027-01-05"},  // the year rolls over
    {"3-1 春季", "2027-03-01", "春季"},
    {"11月1日", "2026-11-01"},  // a few weeks ago is not meant for next year
    {"9月1日", "2026-09-01"},
    {"8月1日", "2027-08-01"},
    {"2月29日", ""},  // neither year has one
    {"今天", "2026-11-24"},
    {"明天上午 到货", "2026-11-25", "到货"},
    {"后天", "2026-11-26"},
    {"大后天", "2026-11-27"},
    {"周五", "2026-11-27"},
    {"星期二", "2026-11-24"},
    {"周一", "2026-11-30"},
    {"本周五", "2026-11-27"},
    {"这个星期五", "2026-11-27"},
    {"下周五 再看", "2026-12-04", "再看"},
    {"下星期一", "2026-11-30"},
    {"下下周一", "2026-12-07"},
    {"下周日", "2026-12-06"},
    {"礼拜天", "2026-11-29"},
    {"月底", "2026-11-30"},
    {"本月底", "2026-11-30"},
    {"下月底", "2026-12-31"},
    {"下个月5号", "2026-12-05"},
    {"12月底", "2026-12-31"},
    {"年底", "2026-12-31"},
    {"3天 等配件", "3 days", "等配件"},
    {"三天后", "3 days"},
    {"两周", "14 days"},
    {"1个月", "30 days"},
    {"3个工作日 等配件", "3 working days", "等配件"},
    {"5工作日", "5 working days"},
    {"十个工作日", "10 working days"},
    {"3 working days waiting for the part", "3 working days", "waiting for the part"},
    {"5 Dec the part is late", "2026-12-05", "the part is late"},
    {"December 5: the part is late", "2026-12-05", "the part is late"},
    {"tomorrow", "2026-11-25"},
    {"2 weeks", "14 days"},
    // no dates
    {"", ""},
    {"配件没到", ""},
    {"13月1日", ""},
    {"12月32日", ""},
    {"11-31", ""},
    {"2026-13-01", ""},
    {"0个工作日", ""},
    {"900天", ""},
    {"周八", ""},
    {"12", ""},
    {"13812345678", ""},
    {"2026年春天", ""},
};

std::string shown(const std::optional<SaidDate>& date) {
  if (!date) return "";
  if (date->kind == SaidDate::days) return std::to_string(date->count) + " days";
  if (date->kind == SaidDate::working_days) return std::to_string(date->count) + " working days";
  const std::chrono::year_month_day day{date->on};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()),
                static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()));
  return text;
}

TEST(Dates, AsPeopleWriteThem) {
  const Instant now = *parse_rfc3339("2026-11-24T10:00:00+08:00");
  for (const DateCase& d : kDates) {
    SCOPED_TRACE(d.text);
    const auto date = read(d.text, now);
    EXPECT_EQ(shown(date), d.read);
    if (date) {
      EXPECT_EQ(date->rest, d.rest);
    }
  }
}

TEST(Dates, LeapYearsAndYearEnds) {
  const Instant december = *parse_rfc3339("2027-12-30T23:59:59+08:00");
  EXPECT_EQ(shown(read("2月29日", december)), "2028-02-29");
  EXPECT_EQ(shown(read("明天", december)), "2027-12-31");
  EXPECT_EQ(shown(read("后天", december)), "2028-01-01");
  EXPECT_EQ(shown(read("3日", december)), "2028-01-03");
  EXPECT_EQ(shown(read("下月底", december)), "2028-01-31");
  // Shanghai's day, not that of UTC.
  EXPECT_EQ(shown(read("今天", *parse_rfc3339("2026-11-24T17:00:00Z"))), "2026-11-25");
}

TEST(Dates, SpansCountFromADay) {
  const auto from = today(*parse_rfc3339("2026-11-24T10:00:00+08:00"));
  const auto span = read("10天", *parse_rfc3339("2026-11-24T10:00:00+08:00"));
  ASSERT_TRUE(span);
  EXPECT_EQ((day_of(*span, from) - from).count(), 10);
}

}  // namespace
}  // namespace huiyin::dates
