// The county of a test after people have come, gone or taken leave.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "server/cases/directory.h"

namespace huiyin::conversation {

// `before` with other duties and leaves; its version is the next one.
inline DirectoryPtr changed(const Directory& before, std::vector<Duty> duties,
                            std::vector<Leave> leaves) {
  std::vector<Person> persons;
  std::vector<Account> accounts;
  for (const auto& [id, person] : before.people()) {
    if (id == kDutyDesk) continue;
    persons.push_back(person);
    for (const Account& account : before.accounts_of(id)) accounts.push_back(account);
  }
  return std::make_shared<const Directory>(before.version() + 1, before.units(), std::move(duties),
                                           std::move(persons), std::move(accounts),
                                           std::move(leaves));
}

// They hold no duty any more.
inline DirectoryPtr without(const Directory& before, const std::vector<PersonId>& gone) {
  auto duties = before.duties();
  std::erase_if(
      duties, [&](const Duty& duty) { return std::ranges::find(gone, duty.person) != gone.end(); });
  return changed(before, std::move(duties), before.leaves());
}

}  // namespace huiyin::conversation
