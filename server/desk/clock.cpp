// What happens when nobody says anything: warnings, the end of waiting, the honest note.
#include "server/desk/cadre_moves.h"
#include "server/desk/facts.h"
#include "server/desk/hear.h"
#include "server/desk/owners.h"
#include "server/desk/register.h"
#include "server/desk/tell.h"
#include "server/desk/timers.h"

namespace huiyin {
namespace {

void remind_owner(Turn& turn, Case& c, std::string_view kind) {
  turn.make_by_system(c, Move::remind, c.timer);
  tell_owner(turn, c, kind);
}

void remind_deputies(Turn& turn, const Case& c, std::string_view kind) {
  for (const PersonId deputy : deputies_of(turn, c))
    tell_person(turn, c, deputy, kind, Audience::owner);
}

void accept_over(Turn& turn, Case& c) {
  remind_owner(turn, c, "accept_over");
  remind_deputies(turn, c, "accept_over");
  if (auto* draft = tell_office(turn, c, "overdue")) draft->facts["unaccepted"] = "1";
}

void due_now(Turn& turn, Case& c) {
  remind_owner(turn, c, "due_now");
  remind_deputies(turn, c, "due_now");
}

void overdue(Turn& turn, Case& c) {
  remind_owner(turn, c, "overdue");
  tell_office(turn, c, "overdue");
}

void answer_over(Turn& turn, Case& c) {
  if (!turn.make_by_system(c, Move::answer_timeout, "")) return;
  turn.echo(c, "going_on");
  tell_owner(turn, c, "answer_timeout");
}

void break_silence(Turn& turn, Case& c) {
  if (!turn.make_by_system(c, Move::note, c.timer)) return;
  turn.echo(c, "silence");
  tell_owner(turn, c, "silence");
}

void serve(Turn& turn, Case& c) {
  const std::string timer = c.timer;
  if (timer == timers::kAcceptHalf)
    remind_owner(turn, c, "accept_half");
  else if (timer == timers::kAcceptOver)
    accept_over(turn, c);
  else if (timer == timers::kDueTomorrow)
    remind_owner(turn, c, "due_tomorrow");
  else if (timer == timers::kDueNow)
    due_now(turn, c);
  else if (timer == timers::kOverdue)
    overdue(turn, c);
  else if (timer == timers::kAnswer)
    answer_over(turn, c);
  else if (timer == timers::kSilence)
    break_silence(turn, c);
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
