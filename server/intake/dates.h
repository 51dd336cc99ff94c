// Dates as people write them: 12月5日, 12-5, 明天, 下周五, 3个工作日, 月底.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/cases/time.h"

namespace huiyin::dates {

struct SaidDate {
  enum Kind { day, days, working_days };
  Kind kind = day;
  std::chrono::local_days on{};  // of `day`
  int count = 0;                 // of the other two, 1..366
  std::string rest;              // what follows, as written
};

// Reads one from the beginning of `text`; "today" is the day of `now` in Shanghai. A month and a
// day without year are this year's, or next year's when they would be more than 90 days ago; a bare
// day (5日) is the next one. Empty: no date stands there, or one that the calendar does not have.
std::optional<SaidDate> read(std::string_view text, Instant now);

std::chrono::local_days today(Instant now);
// `date` as a day; spans of days count from `from`, working days are not for this.
std::chrono::local_days day_of(const SaidDate& date, std::chrono::local_days from);

}  // namespace huiyin::dates
