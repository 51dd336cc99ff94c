#include "server/desk/timers.h"

#include <array>
#include <chrono>

namespace huiyin {
namespace {

using std::chrono::days;
using std::chrono::microseconds;

bool set(Instant at) { return at != Instant{}; }

bool natural_time(const Case& c) { return c.urgency != Urgency::normal; }

// The same time of day, one working day earlier.
Instant working_day_before(const WorkingCalendar& calendar, Instant at) {
  const auto local = to_shanghai(at);
  auto day = std::chrono::floor<days>(local);
  const auto time_of_day = local - day;
  do {
    day -= days{1};
  } while (!calendar.is_working_day(day));
  return from_shanghai(day + time_of_day);
}

Instant accept_half(const Case& c, const Policy& policy) {
  const auto span = policy.clocks.accept.find(c.urgency);
  if (span == policy.clocks.accept.end() || span->second.working_days > 0)
    return c.dispatched_at + (c.accept_due - c.dispatched_at) / 2;
  Span half;
  half.working = span->second.working / 2;
  half.natural = span->second.natural / 2;
  return add(policy.calendar, c.dispatched_at, half);
}

// Ranks: the microsecond that belongs to each timer.
enum Rank {
  accept_half_,
  accept_over_,
  due_tomorrow_,
  due_now_,
  overdue_,
  answer_,
  silence_,
  archive_
};
constexpr std::array<std::string_view, 8> kNames{
    timers::kAcceptHalf, timers::kAcceptOver, timers::kDueTomorrow, timers::kDueNow,
    timers::kOverdue,    timers::kAnswer,     timers::kSilence,     timers::kArchive};

class Candidates {
 public:
  explicit Candidates(Instant from) : from_{from} {}

  void add(Instant at, Rank rank) {
    if (!set(at)) return;
    at += microseconds{rank};
    if (at < from_ || (set(best_.at) && best_.at <= at)) return;
    best_ = {at, kNames.at(rank)};
  }
  Timer best() const { return best_; }

 private:
  Instant from_;
  Timer best_;
};

}  // namespace

Timer next_timer(const Case& c, const Policy& policy, Instant from) {
  if (c.stage == Stage::draft) return {c.next_due_at, c.timer};
  const auto& calendar = policy.calendar;
  const auto& clocks = policy.clocks;
  Candidates next{from};
  if (c.stage == Stage::closed) {
    next.add(c.closed_at + days{clocks.archive_days}, archive_);
    return next.best();
  }
  if (!is_open(c.stage)) return {};
  if (c.stage == Stage::awaiting_reporter) {
    next.add(add(calendar, c.paused_at, clocks.answer), answer_);
    return next.best();
  }
  if (c.stage == Stage::dispatched && set(c.accept_due)) {
    next.add(accept_half(c, policy), accept_half_);
    next.add(c.accept_due, accept_over_);
  }
  if (set(c.due_at)) {
    // Urgent matters run in hours: a warning a day before would come before the case itself.
    if (!natural_time(c)) next.add(working_day_before(calendar, c.due_at), due_tomorrow_);
    next.add(c.due_at, due_now_);
    next.add(natural_time(c) ? c.due_at + days{1} : calendar.add_working_days(c.due_at, 1),
             overdue_);
  }
  // Praise is passed on and has no clock, so nobody owes news of it.
  if (c.type != CaseType::praise && set(c.last_echo_at))
    next.add(calendar.add_working_days(c.last_echo_at, clocks.silence_working_days), silence_);
  return next.best();
}

}  // namespace huiyin
