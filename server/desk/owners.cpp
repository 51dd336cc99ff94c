#include "server/desk/owners.h"

#include <algorithm>
#include <set>

#include "server/desk/roles.h"
#include "server/desk/words.h"

namespace huiyin {
namespace {

bool cadre_duty(DutyRole role) {
  switch (role) {
    case DutyRole::stationed_cadre:
    case DutyRole::liaison:
    case DutyRole::grid_worker:
    case DutyRole::deputy:
    case DutyRole::contact:  // of a department or partner: has what was given to them
    case DutyRole::helper:
      return true;
    default:
      return false;
  }
}

bool active(const Duty& duty, Instant now) {
  return (duty.from == Instant{} || duty.from <= now) && (duty.to == Instant{} || now < duty.to);
}

}  // namespace

Speaker speaker_of(const Directory& directory, PersonId person, Instant now) {
  auto duties = directory.duties_of(person, now);
  for (const Leave& leave : directory.leaves())
    if (directory.stand_in(leave.person, now) == person)
      for (Duty& duty : directory.duties_of(leave.person, now)) duties.push_back(std::move(duty));
  bool office = false, cadre = false;
  for (const auto& duty : duties) {
    if (duty.role == DutyRole::leader) return Speaker::leader;
    office = office || duty.role == DutyRole::clerk;
    cadre = cadre || cadre_duty(duty.role);
  }
  return office ? Speaker::office : cadre ? Speaker::cadre : Speaker::resident;
}

std::optional<Role> role_in(const Turn& turn, const Case& c, PersonId person) {
  const Roles roles = roles_in(turn, c, person);
  for (const Role role : {Role::owner, Role::office, Role::upper, Role::leader, Role::co_handler})
    if (roles.has(role)) return role;
  return std::nullopt;
}

std::optional<Assignment> next_owner(Turn& turn, const Case& c, PersonId returner) {
  if (!turn.has_history(c.id)) return std::nullopt;
  std::set<PersonId> out{returner};
  for (const auto& event : turn.set.history(c.id))
    if (event.move == Move::return_case) out.insert(event.actor);

  const auto& directory = turn.directory;
  // A deputy who returned it spoke for the owner too.
  const auto free = [&](const Assignment& a) {
    return a.person && std::ranges::none_of(out, [&](PersonId person) {
             return directory.may_act_for(person, a, turn.now);
           });
  };
  if (c.level == Level::frontline) {
    if (const auto next = directory.owner_for(c.unit, turn.now, returner); free(next)) return next;
    // Several returned it: everybody of the unit, then the offices above, one after the other.
    for (const auto deputy : deputies_of(turn, c))
      if (!out.contains(deputy)) return Assignment{deputy, c.owner_unit, DutyRole::deputy};
  } else {
    for (const auto& clerk : offices_of(turn, c))
      if (free(clerk)) return clerk;
  }
  for (const Unit* unit = directory.unit(office_unit(turn, c)); unit;
       unit = directory.unit(unit->parent)) {
    for (const auto& duty : directory.duties())
      if (duty.unit == unit->code && duty.role == DutyRole::clerk && active(duty, turn.now) &&
          free({duty.person, duty.unit, duty.role}))
        return Assignment{duty.person, duty.unit, duty.role};
  }
  return Assignment{kDutyDesk, area_of(turn), DutyRole::clerk};
}

Assignment responsible(const Turn& turn, const Case& c) {
  if (c.level == Level::frontline) return turn.directory.owner_for(c.unit, turn.now);
  const auto clerk = office_of(turn, c);
  return clerk.person ? clerk : Assignment{kDutyDesk, area_of(turn), DutyRole::clerk};
}

std::vector<Assignment> offices_of(const Turn& turn, const Case& c) {
  const auto& directory = turn.directory;
  for (const Unit* unit = directory.unit(office_unit(turn, c)); unit;
       unit = directory.unit(unit->parent)) {
    auto clerks = directory.office_for(unit->code, turn.now);
    std::erase_if(clerks,
                  [&](const Assignment& clerk) { return concerned(turn, c, clerk.person); });
    if (!clerks.empty()) return clerks;
  }
  return {};
}

Assignment office_of(const Turn& turn, const Case& c) {
  const auto clerks = offices_of(turn, c);
  return clerks.empty() || clerks.front().person == kDutyDesk ? Assignment{} : clerks.front();
}

std::vector<PersonId> deputies_of(const Turn& turn, const Case& c) {
  std::vector<const Duty*> duties;
  for (const auto& duty : turn.directory.duties())
    if (duty.unit == c.owner_unit && duty.role == DutyRole::deputy && active(duty, turn.now) &&
        duty.person != c.owner)
      duties.push_back(&duty);
  std::ranges::stable_sort(duties, {}, [](const Duty* duty) { return duty->priority; });
  std::vector<PersonId> people;
  if (const PersonId deputy = turn.directory.stand_in(c.owner, turn.now)) people.push_back(deputy);
  for (const auto* duty : duties)
    if (std::ranges::find(people, duty->person) == people.end()) people.push_back(duty->person);
  return people;
}

std::vector<PersonId> principals_of(const Turn& turn, PersonId deputy) {
  std::vector<PersonId> people;
  for (const auto& leave : turn.directory.leaves())
    if (turn.directory.stand_in(leave.person, turn.now) == deputy &&
        std::ranges::find(people, leave.person) == people.end())
      people.push_back(leave.person);
  for (const auto& mine : turn.directory.duties_of(deputy, turn.now)) {
    if (mine.role != DutyRole::deputy) continue;
    for (const auto& other : turn.directory.duties())
      if (other.unit == mine.unit && other.person != deputy &&
          turn.directory.may_act_for(deputy, {other.person, other.unit, other.role}, turn.now) &&
          std::ranges::find(people, other.person) == people.end())
        people.push_back(other.person);
  }
  return people;
}

DutyRole duty_of(const Turn& turn, PersonId person, const UnitCode& unit) {
  if (person == kDutyDesk) return DutyRole::clerk;
  std::optional<DutyRole> elsewhere;
  for (const auto& duty : turn.directory.duties_of(person, turn.now)) {
    if (duty.unit == unit) return duty.role;
    elsewhere = elsewhere.value_or(duty.role);
  }
  // Who stands in has the role of whom he stands for.
  for (const Leave& leave : turn.directory.leaves())
    if (turn.directory.stand_in(leave.person, turn.now) == person)
      for (const auto& duty : turn.directory.duties_of(leave.person, turn.now))
        if (duty.unit == unit) return duty.role;
  const bool above = elsewhere == DutyRole::clerk || elsewhere == DutyRole::leader;
  if (above && turn.directory.level_of(unit) == Level::frontline) return DutyRole::deputy;
  return elsewhere.value_or(DutyRole::stationed_cadre);
}

std::string owner_name(const Turn& turn, PersonId person, const UnitCode& unit,
                       std::string_view locale) {
  const Unit* where = turn.directory.unit(unit);
  return words::role_at(duty_of(turn, person, unit), where ? where->kind : UnitKind::village,
                        where ? turn.directory.full_name(unit) : "", locale);
}

std::string phone_of(const Directory& directory, const UnitCode& unit) {
  for (const Unit* at = directory.unit(unit); at; at = directory.unit(at->parent)) {
    if (!at->phone.empty()) return at->phone;
    if (at->kind == UnitKind::township) break;
  }
  return {};
}

UnitCode area_of(const Turn& turn) {
  if (turn.policy.area && turn.directory.unit(turn.policy.area)) return turn.policy.area;
  for (const auto& unit : turn.directory.units())
    if (!unit.parent) return unit.code;
  return {};
}

}  // namespace huiyin
