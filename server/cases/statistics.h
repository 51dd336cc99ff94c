// Figures of many cases: facts/governance.md §12. Rows in, counts out; who may see which rows is
// the caller's business.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/cases/calendar.h"
#include "server/cases/case.h"

namespace huiyin {

// So many of so many.
struct Share {
  std::int64_t count = 0, of = 0;
  friend bool operator==(const Share&, const Share&) = default;
};
// "99.1%": one decimal, half up. "—" of nothing.
std::string percent(const Share& share);
// "2.5": days, rounded as above. "—" without a value.
std::string show_days(const std::optional<std::chrono::microseconds>& span);

struct Figures {
  std::int64_t reports = 0;     // 件: what people reported, each by itself
  std::int64_t cases = 0;       // 事: problems; what was joined to another case is none
  std::int64_t open = 0;        // of the cases
  std::int64_t unanswered = 0;  // reporters and followers of closed cases who gave no grade
  // All of cases, none of reports.
  Share closing;       // closed / registered
  Share self_solved;   // closed below county level / registered
  Share county_stage;  // closed at county level or above / all that are there
  // An answer is a grade, or 没解决 without a grade since; solved is what was closed as solved and
  // graded 3 to 5.
  Share solved;
  Share satisfaction;  // grades 3 to 5 / grades, those of followers too
  Share response;      // first human contact in time / cases due for it by now
  Share on_time;       // closed by their date / closed + overdue; only what has a date
  Share returned;      // given back at least once / dispatched
  Share reopened;      // opened again at least once / closed at least once
  // Moves told to the reporter or a follower within a minute / moves to be told. Of 0 unless
  // add_echo() was called.
  Share echo;
  struct OfLevel {
    std::int64_t cases = 0, closed = 0;
    std::optional<std::chrono::microseconds> median;  // from registration to closing
  };
  std::array<OfLevel, 4> levels;  // level 1..4, where the case is by now
};

struct NamedShare {
  std::string_view name;  // as handbook §12 calls it
  Share Figures::*share;
};
inline constexpr auto kShares = std::to_array<NamedShare>({
    {"closing_rate", &Figures::closing},
    {"self_solved_rate", &Figures::self_solved},
    {"county_stage_rate", &Figures::county_stage},
    {"solved_rate", &Figures::solved},
    {"satisfaction_rate", &Figures::satisfaction},
    {"response_rate", &Figures::response},
    {"on_time_rate", &Figures::on_time},
    {"echo_rate", &Figures::echo},
    {"return_rate", &Figures::returned},
    {"reopen_rate", &Figures::reopened},
});

// Drafts are no reports yet; what was invalid or withdrawn is none any more.
bool in_statistics(const Case& c);

class Statistics {
 public:
  // As of `now`. References must outlive it.
  Statistics(const WorkingCalendar& calendar, const Clocks& clocks, Instant now);
  // Looks at stage, level, urgency, outcome, round, returns, rating, registered_at, dispatched_at,
  // contacted_at, closed_at, due_at, paused_at and parties. Passes over what is not
  // in_statistics().
  void add(const Case& c);
  // One move and one person to be told of it.
  void add_echo(bool within_a_minute);
  Figures figures() const;

 private:
  void add_grades(const Case& c);
  void add_dates(const Case& c);
  void add_level(const Case& c);

  const WorkingCalendar& calendar_;
  const Clocks& clocks_;
  Instant now_;
  Figures figures_;
  std::array<std::vector<std::chrono::microseconds>, 4> spans_;  // by level, of what is closed
};

}  // namespace huiyin
