#include "server/desk/timers.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>

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

// The span for the urgency; where there is none (an emergency among claims) the next milder one.
Instant after(const WorkingCalendar& calendar, Instant start, const std::map<Urgency, Span>& spans,
              Urgency urgency) {
  if (!set(start)) return {};
  auto span = spans.upper_bound(urgency);
  return span == spans.begin() ? Instant{} : add(calendar, start, std::prev(span)->second);
}

// Ranks: the microsecond that belongs to each timer, and the order of those of one instant. What
// breaks the silence comes last: others may have broken it.
enum Rank {
  accept_half_,
  accept_over_,
  ladder_county_,
  ladder_city_,
  contact_over_,
  triage_over_,
  triage_again_,
  approval_over_,
  claim_over_,
  unclaimed_,
  due_tomorrow_,
  due_now_,
  overdue_,
  overall_,
  review_,
  answer_,
  silence_,
  callback_,
  archive_
};
constexpr std::array<std::string_view, 19> kNames{
    timers::kAcceptHalf,  timers::kAcceptOver, timers::kLadderCounty, timers::kLadderCity,
    timers::kContactOver, timers::kTriageOver, timers::kTriageAgain,  timers::kApprovalOver,
    timers::kClaimOver,   timers::kUnclaimed,  timers::kDueTomorrow,  timers::kDueNow,
    timers::kOverdue,     timers::kOverall,    timers::kReview,       timers::kAnswer,
    timers::kSilence,     timers::kCallback,   timers::kArchive};

class Candidates {
 public:
  explicit Candidates(Instant from) : from_{from} {}

  void add(Instant at, Rank rank) {
    if (set(at)) take(at + microseconds{rank}, rank);
  }
  // Served late rather than never, when its hour lies before what was served already (a review date
  // that passed before the approval). Only for what a case has no more once it was served; added
  // after the others, which keep the instant that both would have.
  void add_overdue_too(Instant at, Rank rank) {
    if (set(at)) take(std::max(at + microseconds{rank}, from_), rank);
  }
  Timer best() const { return best_; }

 private:
  void take(Instant at, Rank rank) {
    if (at < from_ || (set(best_.at) && best_.at <= at)) return;
    best_ = {at, kNames.at(rank)};
  }

  Instant from_;
  Timer best_;
};

// Someone else has to say something before the case goes on: an office, a leader.
void add_queues(Candidates& next, const Case& c, const Policy& policy) {
  const auto& calendar = policy.calendar;
  const auto& clocks = policy.clocks;
  if (c.stage == Stage::registered || c.stage == Stage::pending_triage) {
    const Instant over = after(calendar, c.stage_at, clocks.triage, c.urgency);
    next.add(over, triage_over_);
    next.add(after(calendar, over, clocks.triage, c.urgency), triage_again_);
  }
  if (c.stage == Stage::pending_claim && set(c.stage_at)) {
    next.add(after(calendar, c.stage_at, clocks.claim, c.urgency), claim_over_);
    next.add(calendar.add_working_days(c.stage_at, clocks.unclaimed_working_days), unclaimed_);
  }
  if (c.request.kind != RequestKind::none && set(c.request.at))
    next.add(natural_time(c) ? after(calendar, c.request.at, clocks.triage, c.urgency)
                             : add(calendar, c.request.at, clocks.approval),
             approval_over_);
}

// What the owner has to do by when.
void add_work(Candidates& next, const Case& c, const Policy& policy) {
  const auto& calendar = policy.calendar;
  if (c.stage == Stage::dispatched && set(c.accept_due)) {
    next.add(accept_half(c, policy), accept_half_);
    next.add(c.accept_due, accept_over_);
    if (c.urgency == Urgency::emergency) {
      next.add(c.dispatched_at + policy.clocks.ladder, ladder_county_);
      next.add(c.dispatched_at + 2 * policy.clocks.ladder, ladder_city_);
    }
  }
  const bool handled = c.stage == Stage::dispatched || c.stage == Stage::in_progress;
  if (handled && !set(c.contacted_at))
    next.add(after(calendar, c.dispatched_at, policy.clocks.contact, c.urgency), contact_over_);
  if (!set(c.due_at)) return;
  // Urgent matters run in hours: a warning a day before would come before the case itself.
  if (!natural_time(c)) next.add(working_day_before(calendar, c.due_at), due_tomorrow_);
  next.add(c.due_at, due_now_);
  next.add(timers::overdue_at(c, policy), overdue_);
}

}  // namespace

Instant timers::call_back_by(const Policy& policy, Instant now) {
  return after(policy.calendar, now, policy.clocks.contact, Urgency::normal);
}

void timers::call_back(Case& c, const Policy& policy, Instant now) {
  if (c.timer == kCallback) return;
  c.timer = kCallback;
  c.next_due_at = call_back_by(policy, now) + microseconds{callback_};
}

Instant timers::overdue_at(const Case& c, const Policy& policy) {
  if (!set(c.due_at)) return {};
  return natural_time(c) ? c.due_at + days{1} : policy.calendar.add_working_days(c.due_at, 1);
}

Timer next_timer(const Case& c, const Policy& policy, Instant from) {
  if (c.stage == Stage::draft) return {c.next_due_at, c.timer};
  const auto& calendar = policy.calendar;
  const auto& clocks = policy.clocks;
  Candidates next{from};
  if (c.stage == Stage::closed) {
    if (c.timer == timers::kCallback && c.next_due_at >= from)
      return {c.next_due_at, timers::kCallback};
    next.add_overdue_too(c.closed_at + days{clocks.archive_days}, archive_);
    return next.best();
  }
  if (!is_open(c.stage)) return {};
  if (c.stage == Stage::awaiting_reporter) {
    next.add_overdue_too(add(calendar, c.paused_at, clocks.answer), answer_);
    return next.best();
  }
  if (c.stage == Stage::suspended) {
    const bool dated = set(c.review_at);
    next.add_overdue_too(dated ? c.review_at : c.paused_at + days{clocks.suspension_days}, review_);
    return next.best();
  }
  // Praise is passed on and has no clock, so nobody owes work or news of it.
  if (c.type == CaseType::praise) return {};
  add_queues(next, c, policy);
  add_work(next, c, policy);
  if (set(c.last_echo_at))
    next.add(calendar.add_working_days(c.last_echo_at, clocks.silence_working_days), silence_);
  if (!set(c.listed_at)) next.add_overdue_too(c.overall_due, overall_);
  return next.best();
}

}  // namespace huiyin
