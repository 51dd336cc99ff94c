#include "server/cases/directory.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>

namespace huiyin {

namespace {

bool is_frontline(UnitKind kind) {
  switch (kind) {
    case UnitKind::village:
    case UnitKind::community:
    case UnitKind::hamlet:
    case UnitKind::grid:
    case UnitKind::enterprise:
      return true;
    default:
      return false;
  }
}

// Above these nobody is stationed: the search for a cadre ends here.
bool is_stationed_level(UnitKind kind) {
  return kind == UnitKind::village || kind == UnitKind::community || kind == UnitKind::enterprise;
}

bool in_force(Instant from, Instant to, Instant at) {
  return (from == Instant{} || at >= from) && (to == Instant{} || at < to);
}

Person duty_desk() {
  Person desk;
  desk.id = kDutyDesk;
  desk.code = "duty-desk";
  desk.name = "值班室";
  return desk;
}

}  // namespace

Directory::Directory(std::int64_t version, std::vector<Unit> units, std::vector<Duty> duties,
                     std::vector<Person> persons, std::vector<Account> accounts)
    : version_{version}, units_{std::move(units)}, duties_{std::move(duties)} {
  index_units();
  index_duties();
  persons_.emplace(kDutyDesk, duty_desk());
  for (Person& person : persons) {
    const PersonId id = person.id;
    persons_.insert_or_assign(id, std::move(person));
  }
  for (Account& account : accounts) {
    const PersonId id = account.person;
    accounts_[id].push_back(std::move(account));
  }
  // Preferred: where messages arrive, and where the person wrote last.
  for (auto& [id, list] : accounts_)
    std::ranges::sort(list, [](const Account& a, const Account& b) {
      return std::tuple{!a.following, b.last_in_at, a.id} <
             std::tuple{!b.following, a.last_in_at, b.id};
    });
}

void Directory::index_units() {
  by_code_.reserve(units_.size());
  for (Index i = 0; i < units_.size(); ++i)
    if (!by_code_.emplace(units_[i].code, i).second)
      throw std::invalid_argument{"directory: unit code '" + units_[i].code.raw() +
                                  "' is given twice"};
  parents_.reserve(units_.size());
  for (Index i = 0; i < units_.size(); ++i) {
    const Unit& unit = units_[i];
    parents_.push_back(unit.parent ? find(unit.parent) : kNoUnit);
    if (!unit.parent)
      tops_.push_back(i);
    else if (parents_.back() == kNoUnit)
      throw std::invalid_argument{"directory: unit '" + unit.code.raw() +
                                  "' has an unknown parent '" + unit.parent.raw() + "'"};
  }
  // Each chain is walked once: units known to lead to a top are not walked again.
  std::vector<char> leads_up(units_.size(), 0);
  for (Index start = 0; start < units_.size(); ++start) {
    std::vector<Index> chain;
    for (Index at = start; at != kNoUnit && !leads_up[at]; at = parents_[at]) {
      chain.push_back(at);
      if (chain.size() > units_.size())
        throw std::invalid_argument{"directory: unit '" + units_[start].code.raw() +
                                    "' is above itself"};
    }
    for (Index at : chain) leads_up[at] = 1;
  }
}

void Directory::index_duties() {
  hours_.reserve(duties_.size());
  for (Index i = 0; i < duties_.size(); ++i) {
    const Duty& duty = duties_[i];
    const Index unit = find(duty.unit);
    if (unit == kNoUnit)
      throw std::invalid_argument{"directory: duty at an unknown unit '" + duty.unit.raw() + "'"};
    auto hours = DutyHours::parse(duty.hours);
    if (!hours)
      throw std::invalid_argument{"directory: hours '" + duty.hours + "' at unit '" +
                                  duty.unit.raw() + "': write them as 08:30-17:30 Mon-Fri"};
    hours_.push_back(std::move(*hours));
    duties_at_[unit].push_back(i);
    duties_by_person_[duty.person].push_back(i);
  }
  for (auto& [unit, list] : duties_at_)
    std::ranges::sort(list, [this](Index a, Index b) {
      return std::tuple{duties_[a].priority, duties_[a].person, a} <
             std::tuple{duties_[b].priority, duties_[b].person, b};
    });
}

Directory::Index Directory::find(const UnitCode& code) const {
  const auto found = by_code_.find(code);
  return found == by_code_.end() ? kNoUnit : found->second;
}

// ---- units --------------------------------------------------------------------------------------

const Unit* Directory::unit(const UnitCode& code) const {
  const Index i = find(code);
  return i == kNoUnit ? nullptr : &units_[i];
}

Directory::Index Directory::township_index(Index unit) const {
  while (unit != kNoUnit && units_[unit].kind != UnitKind::township) unit = parents_[unit];
  return unit;
}

const Unit* Directory::township_of(const UnitCode& code) const {
  const Index i = township_index(find(code));
  return i == kNoUnit ? nullptr : &units_[i];
}

bool Directory::within(const UnitCode& code, const UnitCode& area) const {
  const Index target = find(area);
  if (target == kNoUnit) return false;
  for (Index i = find(code); i != kNoUnit; i = parents_[i])
    if (i == target) return true;
  return false;
}

std::string Directory::full_name(const UnitCode& code) const {
  const Index unit = find(code);
  if (unit == kNoUnit) return {};
  const Index top = township_index(unit);
  if (top == kNoUnit) return units_[unit].name;
  std::vector<Index> chain{unit};
  while (chain.back() != top) chain.push_back(parents_[chain.back()]);
  std::string full;
  for (auto i = chain.rbegin(); i != chain.rend(); ++i) {
    const std::string& name = units_[*i].name;
    // Some lists already write the parent into the name: 石璜镇楼家村.
    full = name.starts_with(full) ? name : full + name;
  }
  return full;
}

// ---- people -------------------------------------------------------------------------------------

const Person* Directory::person(PersonId id) const {
  const auto found = persons_.find(id);
  return found == persons_.end() ? nullptr : &found->second;
}

const std::vector<Account>& Directory::accounts_of(PersonId person) const {
  static const std::vector<Account> kNone;
  const auto found = accounts_.find(person);
  return found == accounts_.end() ? kNone : found->second;
}

bool Directory::active(Index duty, Instant at, Hours hours) const {
  return in_force(duties_[duty].from, duties_[duty].to, at) &&
         (hours == Hours::ignored || hours_[duty].covers(at));
}

std::vector<Duty> Directory::duties_of(PersonId person, Instant at) const {
  std::vector<Duty> found;
  if (const auto list = duties_by_person_.find(person); list != duties_by_person_.end())
    for (Index i : list->second)
      if (active(i, at, Hours::ignored)) found.push_back(duties_[i]);
  return found;
}

std::vector<Directory::Index> Directory::holders(Index unit, DutyRole role, Instant at,
                                                 Hours hours) const {
  std::vector<Index> found;
  if (const auto list = duties_at_.find(unit); list != duties_at_.end())
    for (Index i : list->second)
      if (duties_[i].role == role && active(i, at, hours)) found.push_back(i);
  return found;
}

// ---- who is responsible -------------------------------------------------------------------------

std::optional<Assignment> Directory::first(Index unit, DutyRole role, Instant at, Hours hours,
                                           PersonId except) const {
  for (Index i : holders(unit, role, at, hours))
    if (duties_[i].person != except) return Assignment{duties_[i].person, units_[unit].code, role};
  return std::nullopt;
}

std::optional<Assignment> Directory::search(Index unit, Instant at, Hours hours,
                                            PersonId except) const {
  for (const DutyRole role : {DutyRole::stationed_cadre, DutyRole::deputy})
    for (Index i = unit; i != kNoUnit && is_frontline(units_[i].kind); i = parents_[i]) {
      if (auto found = first(i, role, at, hours, except)) return found;
      if (is_stationed_level(units_[i].kind)) break;
    }
  for (Index i = unit; i != kNoUnit; i = parents_[i])
    if (auto found = first(i, DutyRole::clerk, at, hours, except)) return found;
  if (unit == kNoUnit)
    for (Index top : tops_)
      if (auto found = first(top, DutyRole::clerk, at, hours, except)) return found;
  return std::nullopt;
}

Assignment Directory::owner_for(const UnitCode& unit, Instant at, PersonId except) const {
  const Index start = find(unit);
  for (const Hours hours : {Hours::respected, Hours::ignored})
    if (auto found = search(start, at, hours, except)) return *found;
  const Index township = township_index(start);
  return {kDutyDesk, township == kNoUnit ? unit : units_[township].code, DutyRole::clerk};
}

bool Directory::may_act_for(PersonId person, const Assignment& owner, Instant at) const {
  if (!person) return false;
  if (person == owner.person) return true;
  const Index unit = find(owner.unit);
  if (unit == kNoUnit) return false;
  return std::ranges::any_of(holders(unit, DutyRole::deputy, at, Hours::ignored),
                             [&](Index i) { return duties_[i].person == person; });
}

std::vector<Assignment> Directory::clerks_at(Index unit, Instant at, Hours hours) const {
  std::vector<Assignment> clerks;
  for (Index i : holders(unit, DutyRole::clerk, at, hours))
    clerks.push_back({duties_[i].person, units_[unit].code, DutyRole::clerk});
  return clerks;
}

std::vector<Assignment> Directory::office_for(const UnitCode& unit, Instant at) const {
  const Index known = find(unit);
  const Index township = township_index(known);
  for (const Hours hours : {Hours::respected, Hours::ignored}) {
    for (Index i = township != kNoUnit ? township : known; i != kNoUnit; i = parents_[i])
      if (auto clerks = clerks_at(i, at, hours); !clerks.empty()) return clerks;
    if (known == kNoUnit)
      for (Index top : tops_)
        if (auto clerks = clerks_at(top, at, hours); !clerks.empty()) return clerks;
  }
  return {};
}

}  // namespace huiyin
