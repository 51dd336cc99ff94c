#include "server/desk/merge.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "server/desk/facts.h"
#include "server/desk/owners.h"
#include "server/desk/parties.h"
#include "server/desk/register.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

using words::Why;

// The case that is handled for this one; null when rows are missing.
const Case* root_of(Turn& turn, CaseId id) {
  std::set<CaseId> seen;
  while (seen.insert(id).second) {
    if (!turn.has_case(id)) return nullptr;
    const Case* c = turn.find(id);
    if (!c || c->outcome != Outcome::merged || !c->parent) return c;
    id = c->parent;
  }
  return nullptr;
}

// Numbers of reports that were joined to `c` before: those who made them follow it.
std::vector<std::string> joined_before(const Case& c) {
  std::vector<std::string> numbers;
  for (const Party& party : c.parties)
    if (party.kind == PartyKind::follower && !party.own.empty()) numbers.push_back(party.own);
  return numbers;
}

// The children of `c` that are closed as merged into `into`; empty and a need when not loaded.
std::vector<Case> children_in(Turn& turn, const Case& c, CaseId into) {
  std::vector<Case> children;
  for (const auto& number : joined_before(c)) {
    if (!turn.has_number(number)) continue;
    const Case* loaded = turn.set.find_case(number);
    const Case* child = loaded ? turn.find(loaded->id) : nullptr;
    if (child && child->parent == into && child->outcome == Outcome::merged)
      children.push_back(*child);
  }
  return children;
}

void follow(const Turn& turn, Case& parent, Party follower) {
  if (follower.person == parent.reporter) return;
  follower.kind = PartyKind::follower;
  follower.since = turn.now;
  follower.rating = 0;
  add_party(parent, std::move(follower));
}

// For programs: who hears of `parent` from now on because `child` was joined to it.
std::string joined(const Case& child, const Case& before, const Case& parent) {
  std::string detail = child.number + " followers";
  for (const Party& party : parent.parties)
    if (party.kind == PartyKind::follower && !takes_part(before, party.person, PartyKind::follower))
      detail += " " + std::to_string(party.person.raw());
  return detail;
}

void follow_all(const Turn& turn, const Case& child, Case& parent) {
  follow(turn, parent,
         Party{child.reporter, PartyKind::follower, child.reporter_account, UnitCode{},
               child.number, turn.now, 0});
  for (Party party : child.parties) {
    if (party.kind != PartyKind::follower) continue;
    if (party.own.empty()) party.own = child.number;
    follow(turn, parent, std::move(party));
  }
}

// What its owner reads of a report that came to his case: nothing of who made it.
void tell_parent(Turn& turn, const Case& child, const Case& parent) {
  if (parent.owner == turn.speaker()) return;
  if (auto* draft = tell_owner(turn, parent, "supplement")) {
    draft->facts["merged"] = child.number;
    draft->facts["supplement"] = without_stop(
        case_facts(turn, child, Audience::reporter, turn.locale_of(parent.owner))["text"]);
  }
}

bool same_people(std::vector<PersonId> a, std::vector<PersonId> b) {
  std::ranges::sort(a);
  std::ranges::sort(b);
  return a == b;
}

}  // namespace

std::optional<Why> cannot_merge(const Turn&, const Case& child, const Case& parent) {
  if (child.id == parent.id) return Why::merge_itself;
  if (!is_open(child.stage) || child.stage == Stage::draft) return Why::merge_closed;
  if (!is_open(parent.stage) || parent.stage == Stage::draft) return Why::merge_closed;
  // Joined, those whom one of them is about would hear of it through the other.
  if (child.concerned_unit != parent.concerned_unit ||
      !same_people(child.concerned, parent.concerned))
    return Why::merge_apart;
  return std::nullopt;
}

bool merge_case(Turn& turn, Case child, CaseId into) {
  const Case* root = root_of(turn, into);
  if (!root || cannot_merge(turn, child, *root)) return false;
  auto grandchildren = children_in(turn, child, child.id);
  for (const Party& party : child.parties)
    if (party.kind == PartyKind::follower) turn.has_person(party.person);
  turn.has_person(child.reporter);
  turn.has_person(root->reporter);
  if (!turn.need().empty()) return false;

  Case parent = *root;
  follow_all(turn, child, parent);
  turn.make(parent, Move::note, {Role::office, Role::upper}, child.number,
            joined(child, *root, parent));
  turn.make(child, Move::merge, Role::office, parent.number, parent.number);
  child.outcome = Outcome::merged;
  child.parent = parent.id;
  child.request = {};
  if (auto* draft = turn.echo(child, "merged")) {
    draft->facts["parent"] = parent.number;
    draft->facts["owner"] =
        owner_name(turn, parent.owner, parent.owner_unit, turn.locale_of(child.reporter));
  }
  if (child.owner != parent.owner && child.owner != turn.speaker())
    tell_person(turn, child, child.owner, "taken_over", Audience::owner);
  tell_parent(turn, child, parent);
  for (Case& grandchild : grandchildren) {
    grandchild.parent = parent.id;
    turn.put(std::move(grandchild));
  }
  turn.put(std::move(parent));
  turn.put(std::move(child));
  return true;
}

bool unmerge_case(Turn& turn, Case child) {
  if (child.stage != Stage::closed || child.outcome != Outcome::merged || !child.parent)
    return false;
  turn.has_case(child.parent);
  turn.has_person(child.reporter);
  for (const Party& party : child.parties)
    if (party.kind == PartyKind::follower) turn.has_person(party.person);
  auto grandchildren = children_in(turn, child, child.parent);
  if (!turn.need().empty()) return false;

  if (const Case* found = turn.find(child.parent)) {
    Case parent = *found;
    auto numbers = joined_before(child);
    numbers.push_back(child.number);
    std::erase_if(parent.parties, [&](const Party& party) {
      return party.kind == PartyKind::follower &&
             std::ranges::find(numbers, party.own) != numbers.end();
    });
    turn.make(parent, Move::note, {Role::office, Role::upper}, child.number, child.number);
    turn.put(std::move(parent));
  }
  for (Case& grandchild : grandchildren) {
    grandchild.parent = child.id;
    turn.put(std::move(grandchild));
  }
  const auto parent_id = child.parent;
  turn.make(child, Move::unmerge, Role::office, "", turn.find(parent_id)->number);
  child.parent = {};
  if (!turn.directory.may_own(child.owner, child.owner_unit, turn.now) ||
      concerned(turn, child, child.owner)) {
    const auto next = responsible(turn, child);
    child.owner = next.person;
    child.owner_unit = next.unit;
  }
  turn.echo(child, "unmerged");
  send_card(turn, child, child.owner);
  turn.put(std::move(child));
  return true;
}

}  // namespace huiyin
