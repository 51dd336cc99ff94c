// Working calendar and clocks: facts/governance.md §5.
#pragma once

#include <array>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "server/cases/case.h"
#include "server/cases/time.h"

namespace huiyin {

// Shanghai working time with several intervals a day, holidays and worked weekends (调休).
class WorkingCalendar {
 public:
  struct Interval {
    std::chrono::minutes from, to;  // since local midnight, from < to
  };
  struct Year {
    std::set<std::chrono::local_days> off, worked;  // deviations from Monday..Friday
  };

  // Throws std::invalid_argument for empty, overlapping or unordered intervals.
  WorkingCalendar(std::vector<Interval> day, std::map<int, Year> years);

  bool is_working_day(std::chrono::local_days day) const;
  bool is_working_time(Instant at) const;
  // Skips the start day; ends at the last interval's end of the Nth working day after it. n >= 1.
  Instant add_working_days(Instant start, int n) const;
  // Counts only working minutes; a start outside them begins at the next interval. n >= 0.
  Instant add_working_minutes(Instant start, std::chrono::minutes n) const;
  Instant add_working_time(Instant start, std::chrono::microseconds n) const;
  // Working minutes (seconds are kept) between the two; zero when `to` is not after `from`.
  std::chrono::microseconds working_time(Instant from, Instant to) const;
  // First instant at or after `at` that is working time.
  Instant next_working_time(Instant at) const;
  // On a working day, from the minute `from` (since midnight) to the end of the last interval; that
  // minute still counts, and so does the noon break.
  bool is_service_time(Instant at, std::chrono::minutes from) const;
  // True when the year of `at` has no data: weekends plus the statutory days with a fixed date
  // (1 January, 1-2 May, 1-3 October) are assumed.
  bool provisional(Instant at) const;

 private:
  std::vector<Interval> day_;
  std::map<int, Year> years_;
};

// A span in working days, working minutes or natural minutes; exactly one is non-zero.
struct Span {
  int working_days = 0;
  std::chrono::minutes working{0};
  std::chrono::minutes natural{0};
};
Instant add(const WorkingCalendar& calendar, Instant start, const Span& span);

// The clocks of §5 as data (config/deadlines.toml).
struct Clocks {
  std::map<Urgency, Span> accept;                              // dispatched -> accepted
  std::map<Urgency, Span> contact;                             // first human contact
  std::map<CaseType, std::array<int, 4>> handle_working_days;  // by level 1..4
  std::map<Urgency, Span> handle;  // urgent, emergency: by urgency alone
  Span answer{3, {}, {}};          // awaiting_reporter
  Span draft_place{0, {}, std::chrono::minutes{30}};
  Span draft_media{0, {}, std::chrono::minutes{10}};
  std::chrono::minutes supplement_window{10};
  std::map<Urgency, Span> triage;   // waits for an office
  std::map<Urgency, Span> claim;    // waits for a leader; an emergency is not left to that
  int unclaimed_working_days = 5;   // then the city lists it
  Span approval{1, {}, {}};         // waits for the office above
  std::chrono::minutes ladder{10};  // an emergency nobody accepted: the county's duty hears
  int extension_working_days = 10;  // at most
  int suspension_days = 90;         // until the review, at most
  int silence_working_days = 5;     // P3
  int reopen_days = 15;             // natural days after closing
  int archive_days = 15;
  int return_working_days = 1;
  int progress_limit_working_days = 30;
  // Handbook §10: not urgent news for residents stay out of the night; time of day in Shanghai.
  // Equal: no such hours.
  std::chrono::minutes quiet_from{21 * 60}, quiet_to{7 * 60 + 30};
  // §14: what came for cadres outside their working day leaves then, on the next one.
  std::chrono::minutes brief{8 * 60 + 30};
  std::chrono::hours telephone{24};  // P2: unheard so long: the owner telephones
};
// Defaults are the handbook's figures.
Clocks default_clocks();

// When what can wait may leave. Epoch: at once.
// Residents are left in peace from quiet_from to quiet_to (handbook §10).
Instant push_to_resident_at(const Clocks&, Instant now);
// What comes outside their working day waits for cadres and offices until the brief of the next
// one (§14), so that nothing overtakes the card that it is about.
Instant push_to_cadre_at(const WorkingCalendar&, const Clocks&, Instant now);

// Epoch when nothing is due: praise has no clock.
Instant accept_due(const WorkingCalendar&, const Clocks&, Urgency, Instant start);
Instant handle_due(const WorkingCalendar&, const Clocks&, const Case&, Instant start);
// Where `c.due_at` moves when a case paused since `c.paused_at` runs again at `now`: by the working
// time (normal) or the natural time (urgent, emergency) of the pause. Ask before step(), which
// clears paused_at.
Instant shifted_due(const WorkingCalendar&, const Case& c, Instant now);

}  // namespace huiyin
