#include "server/cases/calendar.h"

#include <algorithm>
#include <stdexcept>

namespace huiyin {

namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::year_month_day;

local_days day_of(LocalTime at) { return std::chrono::floor<days>(at); }

int year_of(local_days day) { return static_cast<int>(year_month_day{day}.year()); }

bool is_weekend(local_days day) {
  const std::chrono::weekday weekday{day};
  return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
}

// The public holidays that fall on the same date every year (State Council Decree 795, in force
// since 2025): 1 January, 1-2 May, 1-3 October. Spring Festival, Qingming, Dragon Boat and
// Mid-Autumn follow the moon or the sun and are known only from the year's notice.
bool is_fixed_holiday(local_days day) {
  const year_month_day date{day};
  const unsigned month = static_cast<unsigned>(date.month());
  const unsigned number = static_cast<unsigned>(date.day());
  return (month == 1 && number == 1) || (month == 5 && number <= 2) || (month == 10 && number <= 3);
}

}  // namespace

WorkingCalendar::WorkingCalendar(std::vector<Interval> day, std::map<int, Year> years)
    : day_{std::move(day)}, years_{std::move(years)} {
  if (day_.empty()) throw std::invalid_argument{"working calendar: no working interval"};
  minutes last{0};
  for (const Interval& interval : day_) {
    if (interval.from < last || interval.to <= interval.from || interval.to > days{1})
      throw std::invalid_argument{
          "working calendar: intervals must lie within the day, in order, without overlap"};
    last = interval.to;
  }
}

bool WorkingCalendar::is_working_day(local_days day) const {
  const auto year = years_.find(year_of(day));
  if (year == years_.end()) return !is_weekend(day) && !is_fixed_holiday(day);
  if (year->second.worked.contains(day)) return true;
  return !is_weekend(day) && !year->second.off.contains(day);
}

bool WorkingCalendar::is_working_time(Instant at) const { return next_working_time(at) == at; }

Instant WorkingCalendar::next_working_time(Instant at) const {
  const LocalTime local = to_shanghai(at);
  local_days day = day_of(local);
  if (is_working_day(day))
    for (const Interval& interval : day_)
      if (local < day + interval.to)
        return from_shanghai(std::max<LocalTime>(local, day + interval.from));
  do day += days{1};
  while (!is_working_day(day));
  return from_shanghai(day + day_.front().from);
}

Instant WorkingCalendar::add_working_days(Instant start, int n) const {
  if (n < 1) throw std::invalid_argument{"working calendar: at least one working day to add"};
  local_days day = day_of(to_shanghai(start));
  while (n > 0) {
    day += days{1};
    if (is_working_day(day)) --n;
  }
  return from_shanghai(day + day_.back().to);
}

Instant WorkingCalendar::add_working_minutes(Instant start, minutes n) const {
  if (n < minutes{0}) throw std::invalid_argument{"working calendar: negative working time"};
  return add_working_time(start, n);
}

Instant WorkingCalendar::add_working_time(Instant start, microseconds rest) const {
  LocalTime at = to_shanghai(next_working_time(start));
  local_days day = day_of(at);
  while (true) {
    if (is_working_day(day))
      for (const Interval& interval : day_) {
        const LocalTime from = std::max<LocalTime>(at, day + interval.from);
        const LocalTime to = day + interval.to;
        if (from >= to) continue;
        if (rest <= to - from) return from_shanghai(from + rest);
        rest -= to - from;
      }
    day += days{1};
    at = day;
  }
}

microseconds WorkingCalendar::working_time(Instant from, Instant to) const {
  const LocalTime begin = to_shanghai(from), end = to_shanghai(to);
  microseconds sum{0};
  for (local_days day = day_of(begin); day <= day_of(end); day += days{1}) {
    if (!is_working_day(day)) continue;
    for (const Interval& interval : day_) {
      const LocalTime a = std::max<LocalTime>(begin, day + interval.from);
      const LocalTime b = std::min<LocalTime>(end, day + interval.to);
      if (a < b) sum += b - a;
    }
  }
  return sum;
}

bool WorkingCalendar::is_service_time(Instant at, minutes from) const {
  const LocalTime local = to_shanghai(at);
  const local_days day = day_of(local);
  const auto minute = std::chrono::floor<minutes>(local - day);
  return is_working_day(day) && from <= minute && minute <= day_.back().to;
}

bool WorkingCalendar::provisional(Instant at) const {
  return !years_.contains(year_of(day_of(to_shanghai(at))));
}

Instant add(const WorkingCalendar& calendar, Instant start, const Span& span) {
  if (span.working_days > 0) return calendar.add_working_days(start, span.working_days);
  if (span.working > minutes{0}) return calendar.add_working_minutes(start, span.working);
  return start + span.natural;
}

Clocks default_clocks() {
  using namespace std::chrono_literals;
  const auto working_days = [](int n) { return Span{n, {}, {}}; };
  const auto working = [](minutes n) { return Span{0, n, {}}; };
  const auto natural = [](minutes n) { return Span{0, {}, n}; };
  Clocks clocks;
  clocks.accept = {{Urgency::normal, working(4h)},
                   {Urgency::urgent, natural(1h)},
                   {Urgency::emergency, natural(15min)}};
  clocks.contact = {{Urgency::normal, working_days(1)},
                    {Urgency::urgent, natural(4h)},
                    {Urgency::emergency, natural(1h)}};
  clocks.triage = {{Urgency::normal, working(2h)},
                   {Urgency::urgent, natural(30min)},
                   {Urgency::emergency, natural(10min)}};
  clocks.claim = {{Urgency::normal, working_days(2)}, {Urgency::urgent, natural(4h)}};
  clocks.handle_working_days = {{CaseType::help, {5, 10, 15, 15}},
                                {CaseType::complaint, {5, 15, 15, 15}},
                                {CaseType::violation, {5, 15, 15, 15}},
                                {CaseType::suggestion, {10, 10, 15, 15}},
                                {CaseType::consult, {2, 2, 5, 5}}};
  clocks.handle = {{Urgency::urgent, natural(24h)}, {Urgency::emergency, natural(2h)}};
  return clocks;
}

Instant push_to_resident_at(const Clocks& clocks, Instant now) {
  const LocalTime local = to_shanghai(now);
  const local_days day = day_of(local);
  const auto from = clocks.quiet_from, to = clocks.quiet_to;
  const auto time = local - day;
  const bool over_midnight = to < from;
  if (over_midnight ? time < from && time >= to : time < from || time >= to) return {};
  return from_shanghai(time < to ? day + to : day + days{1} + to);
}

Instant push_to_cadre_at(const WorkingCalendar& calendar, const Clocks& clocks, Instant now) {
  if (calendar.is_service_time(now, clocks.brief)) return {};
  const LocalTime local = to_shanghai(now);
  local_days day = day_of(local);
  while (!calendar.is_working_day(day) || day + clocks.brief <= local) day += days{1};
  return from_shanghai(day + clocks.brief);
}

Instant accept_due(const WorkingCalendar& calendar, const Clocks& clocks, Urgency urgency,
                   Instant start) {
  const auto span = clocks.accept.find(urgency);
  return span == clocks.accept.end() ? Instant{} : add(calendar, start, span->second);
}

Instant handle_due(const WorkingCalendar& calendar, const Clocks& clocks, const Case& c,
                   Instant start) {
  if (const auto span = clocks.handle.find(c.urgency); span != clocks.handle.end())
    return add(calendar, start, span->second);
  const auto by_level = clocks.handle_working_days.find(c.type);
  if (by_level == clocks.handle_working_days.end() || c.level == Level::none) return {};
  const int working_days = by_level->second.at(static_cast<std::size_t>(c.level) - 1);
  return working_days < 1 ? Instant{} : calendar.add_working_days(start, working_days);
}

Instant shifted_due(const WorkingCalendar& calendar, const Case& c, Instant now) {
  if (c.due_at == Instant{} || c.paused_at == Instant{} || now <= c.paused_at) return c.due_at;
  if (c.urgency != Urgency::normal) return c.due_at + (now - c.paused_at);
  const microseconds paused = calendar.working_time(c.paused_at, now);
  return paused == microseconds{0} ? c.due_at : calendar.add_working_time(c.due_at, paused);
}

}  // namespace huiyin
