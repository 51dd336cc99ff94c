// What happens when nobody says anything: warnings, the end of waiting, the honest note.
#include <algorithm>
#include <chrono>
#include <vector>

#include "server/desk/cadre_moves.h"
#include "server/desk/facts.h"
#include "server/desk/hear.h"
#include "server/desk/owners.h"
#include "server/desk/register.h"
#include "server/desk/requests.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"
#include "server/desk/timers.h"

namespace huiyin {
namespace {

// One person hears once, whatever he is to the case.
class Told {
 public:
  Told(Turn& turn, const Case& c) : turn_{turn}, c_{c} {}

  // Null for who heard already, and for the desk of last resort.
  NoticeDraft* tell(PersonId to, std::string_view kind, Audience audience) {
    if (std::ranges::find(people_, to) != people_.end()) return nullptr;
    people_.push_back(to);
    return tell_person(turn_, c_, to, kind, audience);
  }

 private:
  Turn& turn_;
  const Case& c_;
  std::vector<PersonId> people_;
};

void remind(Turn& turn, Case& c) { turn.make_by_system(c, Move::remind, c.timer); }

// Clerks of the nearest office above `unit` that has any who may know of the case.
std::vector<Assignment> clerks_above(const Turn& turn, const Case& c, const UnitCode& unit) {
  const Unit* at = turn.directory.unit(unit);
  while (at && at->parent) {
    at = turn.directory.unit(at->parent);
    if (!at) break;
    if (auto clerks = clerks_at(turn, c, at->code); !clerks.empty()) return clerks;
  }
  return {};
}

std::string office_name(const Turn& turn, const Assignment& clerk, std::string_view locale) {
  return owner_name(turn, clerk.person, clerk.unit, locale);
}

// ---- the owner ---------------------------------------------------------------------------------

void remind_owner(Turn& turn, Case& c, std::string_view kind) {
  remind(turn, c);
  tell_owner(turn, c, kind);
}

void remind_with_deputies(Turn& turn, Case& c, std::string_view kind) {
  remind_owner(turn, c, kind);
  for (const PersonId deputy : deputies_of(turn, c))
    tell_person(turn, c, deputy, kind, Audience::owner);
}

void accept_over(Turn& turn, Case& c) {
  remind_with_deputies(turn, c, "accept_over");
  if (auto* draft = tell_office(turn, c, "overdue")) draft->facts["unaccepted"] = "1";
}

// The office supervises; where the owner is that office, the one above it does.
Assignment supervisor(const Turn& turn, const Case& c) {
  const Assignment office = office_of(turn, c);
  if (office.person && office.person != c.owner && office.unit != c.owner_unit) return office;
  const auto above = clerks_above(turn, c, office.unit ? office.unit : c.owner_unit);
  return above.empty() ? Assignment{} : above.front();
}

void overdue(Turn& turn, Case& c) {
  remind_with_deputies(turn, c, "overdue");
  const Assignment above = supervisor(turn, c);
  const bool asked = tell_person(turn, c, above.person, "overdue", Audience::office) != nullptr;
  if (!turn.make_by_system(c, Move::note, c.timer)) return;
  auto* line = turn.echo(c, "late");
  if (line && asked) line->facts["office"] = office_name(turn, above, turn.locale_of(c.reporter));
}

void answer_over(Turn& turn, Case& c) {
  if (!turn.make_by_system(c, Move::answer_timeout, "")) return;
  turn.echo(c, "going_on");
  tell_owner(turn, c, "answer_timeout");
}

void break_silence(Turn& turn, Case& c) {
  // After a standstill: the honest line is to follow at once, and says more.
  const Instant overdue = timers::overdue_at(c, turn.policy);
  if (c.next_due_at < overdue && overdue <= turn.now) return;
  if (!turn.make_by_system(c, Move::note, c.timer)) return;
  turn.echo(c, "silence");
  tell_owner(turn, c, "silence");
}

void review(Turn& turn, Case& c) {
  if (!turn.make_by_system(c, Move::resume, "")) return;
  turn.echo(c, "resumed");
  tell_owner(turn, c, "resumed");
}

// ---- offices and leaders -----------------------------------------------------------------------

// The clerk who has the case while it waits, and who is on duty there now.
void triage_over(Turn& turn, Case& c, bool again) {
  remind(turn, c);
  Told told{turn, c};
  told.tell(c.owner, "triage_over", Audience::office);
  const UnitCode office = office_unit(turn, c);
  const auto clerks = clerks_at(turn, c, office);
  if (!clerks.empty()) told.tell(clerks.front().person, "triage_over", Audience::office);
  if (!again) return;
  const auto above = clerks_above(turn, c, office);
  if (above.empty()) return;
  if (auto* draft = told.tell(above.front().person, "triage_over", Audience::office))
    draft->facts["office"] = owner_name(turn, c.owner, c.owner_unit, turn.locale_of(draft->to));
}

// Those of the nearest level that has leaders.
void remind_leaders(Turn& turn, const Case& c, Told& told) {
  const auto leaders = leaders_of(turn, c);
  for (const Assignment& leader : leaders)
    if (leader.unit == leaders.front().unit)
      told.tell(leader.person, "unclaimed", Audience::leader);
}

void claim_over(Turn& turn, Case& c) {
  remind(turn, c);
  Told told{turn, c};
  remind_leaders(turn, c, told);
  told.tell(office_of(turn, c).person, "unclaimed", Audience::office);
}

void unclaimed(Turn& turn, Case& c) {
  // As 难事 it may be listed long since: that was before it waited for a leader.
  if (c.listed_at >= c.stage_at)
    remind(turn, c);
  else if (turn.make_by_system(c, Move::list_hard, c.timer))
    c.listed_at = turn.now;
  Told told{turn, c};
  const UnitCode city = turn.directory.office_at(office_unit(turn, c), Level::city);
  for (const Assignment& leader : leaders_of(turn, c))
    if (leader.unit == city) told.tell(leader.person, "unclaimed", Audience::leader);
  const auto clerks = clerks_at(turn, c, city);
  if (!clerks.empty()) told.tell(clerks.front().person, "unclaimed", Audience::office);
  told.tell(office_of(turn, c).person, "unclaimed", Audience::office);
}

void approval_over(Turn& turn, Case& c) {
  if (c.request.other && !turn.has_case(c.request.other)) return;
  remind(turn, c);
  if (auto* draft = tell_approver(turn, c)) draft->facts["again"] = "1";
}

void list_hard(Turn& turn, Case& c) {
  if (!turn.make_by_system(c, Move::list_hard, c.timer)) return;
  c.listed_at = turn.now;
  c.overall_due = {};
  Told told{turn, c};
  const auto days = std::to_string(turn.policy.clocks.progress_limit_working_days);
  const auto tell = [&](PersonId clerk) {
    if (auto* draft = told.tell(clerk, "hard", Audience::office)) draft->facts["days"] = days;
  };
  tell(office_of(turn, c).person);
  const auto upper = clerks_at(turn, c, upper_unit(turn, c));
  if (!upper.empty()) tell(upper.front().person);
}

// The duty desk of that level, everybody who is there, on all their accounts.
void ladder(Turn& turn, Case& c, Level level, int step) {
  remind(turn, c);
  const UnitCode desk = turn.directory.office_at(seat_of(turn, c), level);
  auto clerks = clerks_at(turn, c, desk);
  if (clerks.empty()) clerks = clerks_above(turn, c, desk);
  Told told{turn, c};
  const auto minutes = std::to_string(step * turn.policy.clocks.ladder.count());
  for (const Assignment& clerk : clerks)
    if (auto* draft = told.tell(clerk.person, "unaccepted", Audience::office))
      draft->facts["minutes"] = minutes;
}

// ---- after the end -----------------------------------------------------------------------------

bool low(int grade) { return grade == 1 || grade == 2; }

const Party* follower_rated_low(const Case& c) {
  const auto found =
      std::ranges::find_if(c.parties, [](const Party& party) { return low(party.rating); });
  return found == c.parties.end() ? nullptr : &*found;
}

// Somebody wrote a note after the last bad rating: that is the call.
bool called_back(const std::vector<Event>& history) {
  for (auto event = history.rbegin(); event != history.rend(); ++event) {
    if (event->move == Move::note && event->role != Role::system) return true;
    if (event->move == Move::rate) return false;
  }
  return false;
}

void call_back(Turn& turn, Case& c) {
  const Party* follower = follower_rated_low(c);
  if ((!low(c.rating) && !follower) || !turn.has_history(c.id)) return;
  if (called_back(turn.set.history(c.id))) return;
  remind(turn, c);
  const PersonId office = office_of(turn, c).person;
  auto* draft = tell_person(turn, c, office ? office : c.owner, "rating", Audience::office);
  if (!draft) return;
  draft->facts["again"] = "1";
  if (low(c.rating)) return;
  draft->facts.erase("reporter");
  draft->facts["by_follower"] = "1";
  if (!follower->own.empty()) draft->facts["own_number"] = follower->own;
}

void serve(Turn& turn, Case& c) {
  const std::string timer = c.timer;
  if (timer == timers::kAcceptHalf)
    remind_owner(turn, c, "accept_half");
  else if (timer == timers::kAcceptOver)
    accept_over(turn, c);
  else if (timer == timers::kLadderCounty)
    ladder(turn, c, Level::county, 1);
  else if (timer == timers::kLadderCity)
    ladder(turn, c, Level::city, 2);
  else if (timer == timers::kContactOver)
    remind_owner(turn, c, "contact_over");
  else if (timer == timers::kTriageOver)
    triage_over(turn, c, false);
  else if (timer == timers::kTriageAgain)
    triage_over(turn, c, true);
  else if (timer == timers::kApprovalOver)
    approval_over(turn, c);
  else if (timer == timers::kClaimOver)
    claim_over(turn, c);
  else if (timer == timers::kUnclaimed)
    unclaimed(turn, c);
  else if (timer == timers::kDueTomorrow)
    remind_owner(turn, c, "due_tomorrow");
  else if (timer == timers::kDueNow)
    remind_with_deputies(turn, c, "due_now");
  else if (timer == timers::kOverdue)
    overdue(turn, c);
  else if (timer == timers::kOverall)
    list_hard(turn, c);
  else if (timer == timers::kReview)
    review(turn, c);
  else if (timer == timers::kAnswer)
    answer_over(turn, c);
  else if (timer == timers::kSilence)
    break_silence(turn, c);
  else if (timer == timers::kCallback)
    call_back(turn, c);
  else if (timer == timers::kArchive)
    turn.make_by_system(c, Move::archive, "");
  // Any other name is of another version of the program: only the next timer is set.
}

}  // namespace

void timer_due(Turn& turn, CaseId id) {
  if (!turn.has_case(id)) return;
  const Case* found = turn.set.find_case(id);
  if (!found || found->next_due_at == Instant{} || found->next_due_at > turn.now) return;
  if (!turn.has_person(found->reporter)) return;
  Case c = *found;
  turn.set_fired(c.next_due_at);
  if (c.stage == Stage::draft) return register_draft(turn, std::move(c));
  if (replace_gone_owner(turn, c)) turn.echo(c, "dispatched");
  serve(turn, c);
  turn.put(std::move(c));
}

}  // namespace huiyin
