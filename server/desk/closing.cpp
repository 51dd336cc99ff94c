#include "server/desk/closing.h"

#include <set>

#include "server/desk/roles.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

void tell_those_who_helped(Turn& turn, const Case& c, PersonId actor) {
  std::set<PersonId> told{actor, c.reporter};
  const auto tell = [&](PersonId person) {
    if (!told.insert(person).second || concerned(turn, c, person)) return;
    tell_person(turn, c, person, "closed", Audience::owner);
  };
  if (actor != c.owner && !turn.directory.may_act_for(actor, {c.owner, c.owner_unit, {}}, turn.now))
    tell(c.owner);
  for (const Party& party : c.parties)
    if (party.kind != PartyKind::follower) tell(party.person);
}

}  // namespace

NoticeDraft* close_case(Turn& turn, Case& c, PersonId actor, Role by, Outcome outcome,
                        std::string result) {
  std::string detail{name(outcome)};
  if (!turn.make_for(actor, c, Move::close, by, result, std::move(detail))) return nullptr;
  c.outcome = outcome;
  c.result = std::move(result);
  // The echo last: its draft goes back to the caller, and notices stay where they are until then.
  tell_those_who_helped(turn, c, actor);
  NoticeDraft* draft = turn.echo(c, "closed");
  if (!draft) return nullptr;
  const auto locale = turn.locale_of(c.reporter);
  draft->buttons.push_back(
      {std::string{words::verb(Verb::reopen, locale)}, words::command(Verb::reopen, c.number)});
  return draft;
}

}  // namespace huiyin
