// What an owner wants and the office above has to agree to: 延期, 挂账, 并件.
#include <algorithm>

#include "server/desk/cadre_moves.h"
#include "server/desk/requests.h"
#include "server/desk/result.h"
#include "server/desk/roles.h"
#include "server/intake/dates.h"
#include "server/intake/said_numbers.h"

namespace huiyin {
namespace {

using std::chrono::hours;
using std::chrono::local_days;
using words::Why;

constexpr hours kHalfDay{12};

// The end of that working day, or of the next one.
Instant end_of(const WorkingCalendar& calendar, local_days day) {
  return calendar.add_working_days(from_shanghai(day) - kHalfDay, 1);
}

Instant extended(const Turn& turn, const Case& c, const dates::SaidDate& date) {
  const auto& calendar = turn.policy.calendar;
  if (date.kind == dates::SaidDate::working_days)
    return calendar.add_working_days(c.due_at, date.count);
  return end_of(calendar, dates::day_of(date, dates::today(c.due_at)));
}

std::optional<Why> no_extension(const Turn& turn, const Case& c) {
  if (c.due_at == Instant{}) return Why::no_due;
  if (turn.now > c.due_at) return Why::extend_late;
  if (c.extended_level == static_cast<int>(c.level)) return Why::extended_already;
  return std::nullopt;
}

// Handbook §5: at most so many working days after the present date.
std::optional<Why> wrong_extension(const Turn& turn, const Case& c, Instant until) {
  const auto& policy = turn.policy;
  if (until <= turn.now) return Why::date_past;
  if (until <= c.due_at) return Why::extend_before;
  if (until > policy.calendar.add_working_days(c.due_at, policy.clocks.extension_working_days))
    return Why::extend_too_long;
  return std::nullopt;
}

// The other case of "并件 A B": by full number, or by the last four digits of one that the speaker
// has. Null: not there for him, or rows are missing.
const Case* other_case(Turn& turn, const Command& command, std::string_view number) {
  if (number.size() > 4) {
    if (!turn.has_number(number)) return nullptr;
    const Case* c = turn.set.find_case(number);
    return c && visible(turn, *c, turn.speaker()) ? c : nullptr;
  }
  const Case* found = nullptr;
  for (const Case* c : turn.set.owned_by(turn.speaker())) {
    if (!c->number.ends_with(number) || c->number == command.number) continue;
    if (found) return nullptr;
    found = c;
  }
  return found;
}

}  // namespace

void ask_extension(Turn& turn, const Case& c, const Command& command) {
  if (const auto why = no_extension(turn, c)) return refuse_about(turn, c, *why);
  const auto date = dates::read(command.argument, turn.now);
  if (!date) return refuse_about(turn, c, Why::extend_date);
  Request request;
  request.kind = RequestKind::extend;
  request.until = extended(turn, c, *date);
  request.text = date->rest;
  if (const auto why = wrong_extension(turn, c, request.until)) return refuse_about(turn, c, *why);
  if (meaningful_characters(date->rest) < 2) return refuse_about(turn, c, Why::reason_wanted);
  ask_above(turn, c, std::move(request), Verb::extend);
}

void ask_suspension(Turn& turn, const Case& c, const Command& command) {
  const auto date = dates::read(command.argument, turn.now);
  if (!date) return refuse_about(turn, c, Why::suspend_date);
  const auto& policy = turn.policy;
  const auto today = dates::today(turn.now);
  auto day = dates::day_of(*date, today);
  if (date->kind == dates::SaidDate::working_days)
    day = dates::today(policy.calendar.add_working_days(turn.now, date->count));
  if (day <= today) return refuse_about(turn, c, Why::date_past);
  if ((day - today).count() > policy.clocks.suspension_days)
    return refuse_about(turn, c, Why::suspend_too_long);
  if (meaningful_characters(date->rest) < 2) return refuse_about(turn, c, Why::reason_wanted);
  Request request;
  request.kind = RequestKind::suspend;
  request.until = from_shanghai(day + policy.clocks.brief);
  request.text = date->rest;
  ask_above(turn, c, std::move(request), Verb::suspend);
}

void ask_merge(Turn& turn, const Case& c, const Command& command) {
  const auto numbers = case_numbers_in(command.argument);
  const auto it = std::ranges::find_if(
      numbers, [&](const std::string& number) { return !c.number.ends_with(number); });
  if (it == numbers.end()) return refuse_about(turn, c, Why::merge_number);
  const Case* other = other_case(turn, command, *it);
  if (!turn.need().empty()) return;
  if (!other) return refuse_about(turn, c, Why::merge_unknown);
  Request request;
  request.kind = RequestKind::merge;
  request.other = other->id;
  request.text = other->number;
  ask_above(turn, c, std::move(request), Verb::merge);
}

}  // namespace huiyin
