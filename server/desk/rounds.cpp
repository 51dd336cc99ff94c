#include "server/desk/rounds.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "server/desk/admins.h"
#include "server/desk/leave.h"
#include "server/desk/words.h"

namespace huiyin {
namespace {

using std::chrono::days;
using std::chrono::local_days;

constexpr std::size_t kMostGaps = 12;  // lines a message

// The first brief of a working day after `at`.
Instant next_brief(const Policy& policy, Instant at) {
  const LocalTime local = to_shanghai(at);
  local_days day = std::chrono::floor<days>(local);
  while (day + policy.clocks.brief <= local || !policy.calendar.is_working_day(day)) day += days{1};
  return from_shanghai(day + policy.clocks.brief);
}

bool never_done(const RoundDone& last, Instant now) {
  return last.at == Instant{} || last.at > now + days{1};
}

Instant earlier(Instant a, Instant b) { return a == Instant{} ? b : std::min(a, b); }

void done(Turn& turn, const Round& round) {
  turn.round_done({round.last.name, turn.now, turn.directory.version()});
}

// ---- nobody keeps a case who may not have it ---------------------------------------------------

std::set<PersonId> not_entitled(const Turn& turn) {
  std::set<PersonId> people;
  for (const OwnerOf& owner : turn.set.owners())
    if (owner.person == kDutyDesk || !turn.directory.may_own(owner.person, owner.unit, turn.now))
      people.insert(owner.person);
  return people;
}

void check_owners(Turn& turn, const Round& round) {
  if (!turn.has_owners()) return;
  const auto people = not_entitled(turn);
  for (const PersonId person : people) turn.has_cases_of(person);
  if (!turn.need().empty()) return;
  std::size_t room = kHandedOverAtOnce;
  bool all = true;
  for (const PersonId person : people) {
    const HandOver moved = hand_over_cases(turn, person, {}, room);
    room -= moved.moved;
    all = all && moved.left == 0;
  }
  if (all) done(turn, round);
}

// ---- every unit has somebody -------------------------------------------------------------------

void tell_gaps(Turn& turn, const UnitCode& office, const std::vector<Gap>& gaps) {
  const auto clerks = turn.directory.office_for(office, turn.now);
  if (clerks.empty() || clerks.front().person == kDutyDesk) return;
  auto& draft = turn.tell(clerks.front().person, "gaps", Audience::office);
  draft.facts["area"] = turn.directory.full_name(office);
  draft.facts["count"] = std::to_string(gaps.size());
  auto& lines = draft.lists["gaps"];
  for (const Gap& gap : gaps) {
    if (lines.size() == kMostGaps) {
      draft.facts["more"] = std::to_string(gaps.size() - kMostGaps);
      break;
    }
    auto& line = lines.emplace_back();
    line["name"] = turn.directory.unit(gap.unit)->name;
    if (gap.on_leave) line["on_leave"] = "1";
  }
}

// The State Council's notice is there by then (§5); dates of that year are guesses without it.
void check_calendar(Turn& turn) {
  const std::chrono::year_month_day today{std::chrono::floor<days>(to_shanghai(turn.now))};
  if (today.month() != std::chrono::December) return;
  const auto year = today.year() + std::chrono::years{1};
  const Instant begins = from_shanghai(local_days{year / std::chrono::January / 1});
  if (!turn.policy.calendar.provisional(begins)) return;
  for (const PersonId admin : admins(turn))
    turn.tell(admin, "audit", Audience::office).facts["year"] =
        std::to_string(static_cast<int>(year));
}

void check_coverage(Turn& turn, const Round& round) {
  done(turn, round);
  // A server that starts for the first time begins with the next brief.
  if (never_done(round.last, turn.now)) return;
  std::map<UnitCode, std::vector<Gap>> by_office;
  for (const Gap& gap : turn.directory.gaps(turn.now))
    by_office[turn.directory.office_at(gap.unit, Level::township)].push_back(gap);
  for (const auto& [office, gaps] : by_office) tell_gaps(turn, office, gaps);
  check_calendar(turn);
}

}  // namespace

std::optional<Instant> rounds::due(const RoundDone& last, const Directory& directory,
                                   const Policy& policy, Instant now) {
  const bool never = never_done(last, now);
  if (last.name == kCoverage) return never ? Instant{} : next_brief(policy, last.at);
  if (last.name != kOwners) return std::nullopt;
  if (never) return Instant{};
  if (last.directory != directory.version()) return last.at;
  // Once a day in any case: a process that did not know yet may have given somebody a case.
  return earlier(directory.next_change(last.at), next_brief(policy, last.at));
}

void round_due(Turn& turn, const Round& round) {
  const auto due = rounds::due(round.last, turn.directory, turn.policy, turn.now);
  if (!due || *due > turn.now) return;
  if (round.last.name == rounds::kOwners) check_owners(turn, round);
  if (round.last.name == rounds::kCoverage) check_coverage(turn, round);
}

}  // namespace huiyin
