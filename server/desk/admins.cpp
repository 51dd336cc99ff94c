#include "server/desk/admins.h"

#include <algorithm>

namespace huiyin {

std::vector<PersonId> admins(const Turn& turn) {
  std::vector<PersonId> people;
  const auto add = [&](PersonId person) {
    if (person && person != kDutyDesk && std::ranges::find(people, person) == people.end())
      people.push_back(person);
  };
  const auto& directory = turn.directory;
  for (const auto& code : turn.policy.admins)
    for (const PersonId person : directory.people_named(code)) add(person);
  if (!people.empty()) return people;
  for (const Unit& unit : directory.units()) {
    if (unit.parent) continue;
    for (const auto& clerk : directory.holders_at(unit.code, DutyRole::clerk, turn.now))
      add(clerk.person);
  }
  return people;
}

}  // namespace huiyin
