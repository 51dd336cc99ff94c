#include "server/desk/owners.h"

#include <algorithm>
#include <set>

#include "server/desk/words.h"

namespace huiyin {
namespace {

bool cadre_duty(DutyRole role) {
  switch (role) {
    case DutyRole::stationed_cadre:
    case DutyRole::liaison:
    case DutyRole::grid_worker:
    case DutyRole::deputy:
      return true;
    default:
      return false;
  }
}

bool active(const Duty& duty, Instant now) {
  return (duty.from == Instant{} || duty.from <= now) && (duty.to == Instant{} || now < duty.to);
}

// A case about the township is overseen from above it.
UnitCode office_area(const Turn& turn, const Case& c) {
  if (c.level < Level::county) return c.unit;
  const Unit* township = turn.directory.township_of(c.unit);
  return township ? township->parent : c.unit;
}

// Works in the village itself, at whatever else he is.
bool serves_there(const Turn& turn, PersonId person, const UnitCode& unit) {
  const auto& directory = turn.directory;
  const auto there = [&](const Duty& duty) {
    const Unit* township = directory.township_of(duty.unit);
    const bool below = township && township->code != duty.unit;
    return below && cadre_duty(duty.role) && directory.within(unit, duty.unit);
  };
  return std::ranges::any_of(directory.duties_of(person, turn.now), there);
}

}  // namespace

Speaker speaker_of(const Directory& directory, PersonId person, Instant now) {
  bool office = false, cadre = false;
  for (const auto& duty : directory.duties_of(person, now)) {
    if (duty.role == DutyRole::leader) return Speaker::leader;
    office = office || duty.role == DutyRole::clerk;
    cadre = cadre || cadre_duty(duty.role);
  }
  return office ? Speaker::office : cadre ? Speaker::cadre : Speaker::resident;
}

std::optional<Role> role_in(const Turn& turn, const Case& c, PersonId person) {
  if (c.stage == Stage::draft) return std::nullopt;
  if (c.owner == person) return Role::owner;
  const Assignment owner{c.owner, c.owner_unit, duty_of(turn, c.owner, c.owner_unit)};
  if (turn.directory.may_act_for(person, owner, turn.now)) return Role::owner;
  // Whoever has the desk, also outside duty hours.
  for (const auto& duty : turn.directory.duties_of(person, turn.now))
    if (duty.role == DutyRole::clerk && turn.directory.within(office_area(turn, c), duty.unit))
      return Role::office;
  return std::nullopt;
}

bool visible(const Turn& turn, const Case& c, PersonId person) {
  return c.reporter == person || role_in(turn, c, person).has_value();
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
  for (const Unit* unit = directory.unit(office_area(turn, c)); unit;
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
  auto clerks = directory.office_for(office_area(turn, c), turn.now);
  if (c.level == Level::frontline) return clerks;
  const auto concerned = [&](const Assignment& clerk) {
    return serves_there(turn, clerk.person, c.unit);
  };
  std::erase_if(clerks, concerned);
  const Unit* township = directory.township_of(c.unit);
  if (clerks.empty() && township) {
    clerks = directory.office_for(township->parent, turn.now);
    std::erase_if(clerks, concerned);
  }
  return clerks;
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
  for (const auto* duty : duties) people.push_back(duty->person);
  return people;
}

std::vector<PersonId> principals_of(const Turn& turn, PersonId deputy) {
  std::vector<PersonId> people;
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
