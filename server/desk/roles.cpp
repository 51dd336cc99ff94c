#include "server/desk/roles.h"

#include <algorithm>

#include "server/desk/owners.h"

namespace huiyin {
namespace {

bool serves(DutyRole role) {
  switch (role) {
    case DutyRole::stationed_cadre:
    case DutyRole::liaison:
    case DutyRole::grid_worker:
    case DutyRole::deputy:
    case DutyRole::helper:
      return true;
    default:
      return false;
  }
}

Level office_level(const Turn& turn, const Case& c) {
  if (duty_of(turn, c.owner, c.owner_unit) != DutyRole::clerk) return c.level;
  return std::max(c.level, turn.directory.level_of(c.owner_unit));
}

Level approval_level(const Turn& turn, const Case& c) {
  return static_cast<Level>(std::min(4, static_cast<int>(office_level(turn, c)) + 1));
}

void add_duty_roles(const Turn& turn, const Case& c, PersonId person, Roles& roles) {
  const auto& directory = turn.directory;
  const UnitCode seat = seat_of(turn, c);
  const UnitCode office = office_unit(turn, c);
  const Level approves = approval_level(turn, c);
  for (const Duty& duty : duties_with_stand_ins(turn, person)) {
    if (!directory.within(seat, duty.unit)) continue;
    const Level level = directory.level_of(duty.unit);
    if (duty.role == DutyRole::leader && level >= Level::county && level >= c.level)
      roles.add(Role::leader);
    if (duty.role != DutyRole::clerk) continue;
    if (duty.unit == office) roles.add(Role::office);
    if (level >= approves) roles.add(Role::upper);
  }
  // Nobody is at the office itself: whoever decides for it.
  if (!roles.has(Role::office))
    for (const Assignment& clerk : offices_of(turn, c))
      if (clerk.person == person) roles.add(Role::office);
}

}  // namespace

std::vector<Duty> duties_with_stand_ins(const Turn& turn, PersonId person) {
  const auto& directory = turn.directory;
  auto duties = directory.duties_of(person, turn.now);
  for (const Leave& leave : directory.leaves())
    if (leave.from <= turn.now && turn.now < leave.to &&
        directory.stand_in(leave.person, turn.now) == person)
      for (Duty& duty : directory.duties_of(leave.person, turn.now))
        duties.push_back(std::move(duty));
  return duties;
}

UnitCode seat_of(const Turn& turn, const Case& c) {
  return turn.directory.unit(c.unit) ? c.unit : area_of(turn);
}

UnitCode office_unit(const Turn& turn, const Case& c) {
  const auto& directory = turn.directory;
  UnitCode office = directory.office_at(seat_of(turn, c), c.level);
  while (c.concerned_unit && directory.within(office, c.concerned_unit)) {
    const Unit* unit = directory.unit(office);
    if (!unit || !unit->parent) break;
    office = unit->parent;
  }
  return office;
}

UnitCode upper_unit(const Turn& turn, const Case& c) {
  return turn.directory.office_at(seat_of(turn, c), approval_level(turn, c));
}

bool at_the_top(const Turn& turn, const Case& c) {
  const UnitCode above = upper_unit(turn, c);
  return duty_of(turn, c.owner, c.owner_unit) == DutyRole::clerk && c.owner_unit == above;
}

std::vector<Assignment> clerks_at(const Turn& turn, const Case& c, const UnitCode& office) {
  auto clerks = turn.directory.holders_at(office, DutyRole::clerk, turn.now);
  std::erase_if(clerks, [&](const Assignment& clerk) { return concerned(turn, c, clerk.person); });
  return clerks;
}

std::vector<Assignment> leaders_of(const Turn& turn, const Case& c) {
  const auto& directory = turn.directory;
  std::vector<Assignment> leaders;
  for (const Unit* unit = directory.unit(office_unit(turn, c)); unit;
       unit = directory.unit(unit->parent))
    for (const Assignment& leader : directory.holders_at(unit->code, DutyRole::leader, turn.now))
      if (!concerned(turn, c, leader.person)) leaders.push_back(leader);
  return leaders;
}

bool concerned(const Turn& turn, const Case& c, PersonId person) {
  if (std::ranges::find(c.concerned, person) != c.concerned.end()) return true;
  if (!c.concerned_unit) return false;
  return std::ranges::any_of(turn.directory.duties_of(person, turn.now), [&](const Duty& duty) {
    return turn.directory.within(duty.unit, c.concerned_unit);
  });
}

Roles roles_in(const Turn& turn, const Case& c, PersonId person) {
  Roles roles;
  if (c.reporter == person) roles.add(Role::reporter);
  for (const Party& party : c.parties) {
    if (party.kind == PartyKind::follower && party.person == person) roles.add(Role::follower);
  }
  if (c.stage == Stage::draft || concerned(turn, c, person)) return roles;
  const Assignment owner{c.owner, c.owner_unit, duty_of(turn, c.owner, c.owner_unit)};
  if (turn.directory.may_act_for(person, owner, turn.now)) roles.add(Role::owner);
  for (const Party& party : c.parties) {
    const Assignment helper{party.person, party.unit, DutyRole::contact};
    if (party.kind == PartyKind::co_handler && turn.directory.may_act_for(person, helper, turn.now))
      roles.add(Role::co_handler);
  }
  add_duty_roles(turn, c, person, roles);
  return roles;
}

std::optional<Rule> may(const Turn& turn, const Case& c, PersonId person, Move move) {
  return find_rule(c.stage, move, roles_in(turn, c, person), c.level);
}

std::vector<Rule> may_all(const Turn& turn, const Case& c, PersonId person) {
  return rules_for(c.stage, roles_in(turn, c, person), c.level);
}

bool visible(const Turn& turn, const Case& c, PersonId person) {
  if (!roles_in(turn, c, person).empty()) return true;
  if (c.stage == Stage::draft || concerned(turn, c, person)) return false;
  const auto had_it = [&](const Party& party) { return party.person == person; };
  if (std::ranges::any_of(c.parties, had_it)) return true;
  const auto& directory = turn.directory;
  for (const Duty& duty : duties_with_stand_ins(turn, person)) {
    if (!directory.within(c.unit, duty.unit)) continue;
    if (duty.role == DutyRole::clerk) return true;  // an office sees its subtree
    if (serves(duty.role) && c.level == Level::frontline && c.privacy == Privacy::named)
      return true;
  }
  return false;
}

}  // namespace huiyin
