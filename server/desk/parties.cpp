#include "server/desk/parties.h"

#include <algorithm>
#include <utility>

namespace huiyin {

bool takes_part(const Case& c, PersonId person, PartyKind kind) {
  return std::ranges::any_of(
      c.parties, [&](const Party& party) { return party.person == person && party.kind == kind; });
}

void add_party(Case& c, Party party) {
  if (!takes_part(c, party.person, party.kind)) c.parties.push_back(std::move(party));
}

void add_watcher(const Turn& turn, Case& c, PersonId person) {
  if (!person || person == kDutyDesk) return;
  Party watcher;
  watcher.person = person;
  watcher.kind = PartyKind::watcher;
  watcher.since = turn.now;
  add_party(c, std::move(watcher));
}

void give_to(const Turn& turn, Case& c, const Assignment& next) {
  if (c.owner != next.person) {
    add_watcher(turn, c, c.owner);
    c.request = {};
  }
  c.owner = next.person;
  c.owner_unit = next.unit;
  std::erase_if(c.parties, [&](const Party& party) {
    return party.kind != PartyKind::follower && party.person == c.owner;
  });
}

}  // namespace huiyin
