#include "server/cases/directory.h"

#include <algorithm>
#include <functional>
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
                     std::vector<Person> persons, std::vector<Account> accounts,
                     std::vector<Leave> leaves)
    : version_{version},
      units_{std::move(units)},
      duties_{std::move(duties)},
      leaves_{std::move(leaves)} {
  index_units();
  index_names();
  index_duties();
  index_changes();
  persons_.emplace(kDutyDesk, duty_desk());
  for (Person& person : persons) {
    const PersonId id = person.id;
    persons_.insert_or_assign(id, std::move(person));
  }
  index_people();
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
    if (unit.parent && (unit.kind == UnitKind::hamlet || unit.kind == UnitKind::grid))
      parts_[parents_.back()].push_back(i);
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

void Directory::index_names() {
  names_.reserve(units_.size());
  for (Index i = 0; i < units_.size(); ++i) {
    const Unit& unit = units_[i];
    if (!unit.name.empty()) names_.push_back({unit.name, false, i});
    for (const auto& list : {std::cref(unit.aliases), std::cref(unit.former_names)})
      for (const std::string& other : list.get())
        if (!other.empty() && other != unit.name) names_.push_back({other, true, i});
    if (unit.kind == UnitKind::department && parents_[i] != kNoUnit)
      departments_[parents_[i]].push_back(i);
    if (unit.kind == UnitKind::partner)
      if (const Index township = township_index(i); township != kNoUnit)
        partners_[township].push_back(i);
  }
  std::ranges::sort(names_);
  // The same word as alias and as former name is one name.
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
}

void Directory::index_people() {
  for (const auto& [id, person] : persons_) {
    if (id == kDutyDesk) continue;
    if (!person.name.empty()) people_by_name_.emplace(person.name, id);
    if (!person.code.empty() && person.code != person.name)
      people_by_name_.emplace(person.code, id);
  }
}

void Directory::index_changes() {
  const auto add = [this](Instant from, Instant to) {
    for (const Instant at : {from, to})
      if (at != Instant{}) changes_.push_back(at);
  };
  for (const Duty& duty : duties_) add(duty.from, duty.to);
  for (const Unit& unit : units_) add(unit.valid_from, unit.valid_to);
  for (Index i = 0; i < leaves_.size(); ++i) {
    add(leaves_[i].from, leaves_[i].to);
    leaves_by_person_[leaves_[i].person].push_back(i);
  }
  std::ranges::sort(changes_);
  changes_.erase(std::unique(changes_.begin(), changes_.end()), changes_.end());
}

std::vector<UnitCode> Directory::parts_of(const UnitCode& code) const {
  std::vector<UnitCode> codes;
  if (const auto found = parts_.find(find(code)); found != parts_.end())
    for (const Index part : found->second) codes.push_back(units_[part].code);
  return codes;
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
  // Firms are known by their names, wherever they are.
  if (units_[unit].kind == UnitKind::enterprise) return units_[unit].name;
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

// ---- who is away --------------------------------------------------------------------------------

const Leave* Directory::leave_of(PersonId person, Instant at) const {
  const auto list = leaves_by_person_.find(person);
  if (list == leaves_by_person_.end()) return nullptr;
  for (const Index i : list->second)
    if (in_force(leaves_[i].from, leaves_[i].to, at)) return &leaves_[i];
  return nullptr;
}

bool Directory::on_leave(PersonId person, Instant at) const {
  return leave_of(person, at) != nullptr;
}

PersonId Directory::stand_in(PersonId person, Instant at) const {
  // Deputies may be away too, and name each other: every step must lead to somebody new.
  std::vector<PersonId> asked{person};
  for (;;) {
    const Leave* away = leave_of(asked.back(), at);
    if (!away) return asked.size() > 1 ? asked.back() : PersonId{};
    if (!away->deputy || std::ranges::find(asked, away->deputy) != asked.end()) return {};
    asked.push_back(away->deputy);
  }
}

bool Directory::may_own(PersonId person, const UnitCode& unit, Instant at) const {
  if (person == kDutyDesk) return true;
  const Index where = find(unit);
  if (where == kNoUnit || !person || on_leave(person, at)) return false;
  const auto list = duties_at_.find(where);
  if (list == duties_at_.end()) return false;
  return std::ranges::any_of(list->second, [&](Index i) {
    return active(i, at, Hours::ignored) &&
           (duties_[i].person == person || stand_in(duties_[i].person, at) == person);
  });
}

Instant Directory::next_change(Instant after) const {
  const auto next = std::ranges::upper_bound(changes_, after);
  return next == changes_.end() ? Instant{} : *next;
}

std::vector<Gap> Directory::gaps(Instant at) const {
  std::vector<Gap> found;
  for (Index i = 0; i < units_.size(); ++i) {
    const Unit& unit = units_[i];
    if (!is_stationed_level(unit.kind) || !in_force(unit.valid_from, unit.valid_to, at)) continue;
    const auto stationed = holders(i, DutyRole::stationed_cadre, at, Hours::ignored);
    const auto there = [&](Index duty) {
      const PersonId person = duties_[duty].person;
      return !on_leave(person, at) || stand_in(person, at);
    };
    if (std::ranges::none_of(stationed, there)) found.push_back({unit.code, !stationed.empty()});
  }
  return found;
}

// ---- who is responsible -------------------------------------------------------------------------

std::optional<Assignment> Directory::serving(Index duty, Instant at, PersonId except) const {
  const auto& [unit, person, priority, role, from, to, hours] = duties_[duty];
  if (!on_leave(person, at)) {
    if (person == except) return std::nullopt;
    return Assignment{person, unit, role};
  }
  const PersonId deputy = stand_in(person, at);
  if (!deputy || deputy == except) return std::nullopt;
  return Assignment{deputy, unit, role == DutyRole::stationed_cadre ? DutyRole::deputy : role};
}

std::optional<Assignment> Directory::first(Index unit, DutyRole role, Instant at, Hours hours,
                                           PersonId except) const {
  for (Index i : holders(unit, role, at, hours))
    if (auto found = serving(i, at, except)) return found;
  return std::nullopt;
}

std::optional<Assignment> Directory::search(Index unit, Instant at, Hours hours,
                                            PersonId except) const {
  if (unit != kNoUnit) {
    const UnitKind kind = units_[unit].kind;
    if (kind == UnitKind::grid)
      if (auto found = first(unit, DutyRole::grid_worker, at, hours, except)) return found;
    if (kind == UnitKind::department || kind == UnitKind::partner)
      for (const DutyRole role :
           {DutyRole::contact, DutyRole::stationed_cadre, DutyRole::deputy, DutyRole::clerk})
        if (auto found = first(unit, role, at, hours, except)) return found;
  }
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
  if (person == owner.person || stand_in(owner.person, at) == person) return true;
  const Index unit = find(owner.unit);
  if (unit == kNoUnit) return false;
  return std::ranges::any_of(holders(unit, DutyRole::deputy, at, Hours::ignored),
                             [&](Index i) { return duties_[i].person == person; });
}

std::vector<Assignment> Directory::serving_at(Index unit, DutyRole role, Instant at,
                                              Hours hours) const {
  std::vector<Assignment> found;
  for (Index i : holders(unit, role, at, hours))
    if (auto one = serving(i, at, {}); one && std::ranges::find(found, *one) == found.end())
      found.push_back(*one);
  return found;
}

std::vector<Assignment> Directory::holders_at(const UnitCode& unit, DutyRole role,
                                              Instant at) const {
  const Index where = find(unit);
  if (where == kNoUnit) return {};
  for (const Hours hours : {Hours::respected, Hours::ignored})
    if (auto found = serving_at(where, role, at, hours); !found.empty()) return found;
  return {};
}

std::vector<Assignment> Directory::office_for(const UnitCode& unit, Instant at) const {
  const Index known = find(unit);
  const Index township = township_index(known);
  for (const Hours hours : {Hours::respected, Hours::ignored}) {
    for (Index i = township != kNoUnit ? township : known; i != kNoUnit; i = parents_[i])
      if (auto clerks = serving_at(i, DutyRole::clerk, at, hours); !clerks.empty()) return clerks;
    if (known == kNoUnit)
      for (Index top : tops_)
        if (auto clerks = serving_at(top, DutyRole::clerk, at, hours); !clerks.empty())
          return clerks;
  }
  return {};
}

// ---- levels, names, subjects --------------------------------------------------------------------

const Unit* Directory::above(const UnitCode& code, UnitKind kind) const {
  for (Index i = find(code); i != kNoUnit; i = parents_[i])
    if (units_[i].kind == kind) return &units_[i];
  return nullptr;
}

Level Directory::level_of(const UnitCode& code) const {
  for (Index i = find(code); i != kNoUnit; i = parents_[i]) switch (units_[i].kind) {
      case UnitKind::city:
        return Level::city;
      case UnitKind::county:
        return Level::county;
      case UnitKind::township:
        return Level::township;
      case UnitKind::department:
        continue;
      default:
        return Level::frontline;
    }
  return Level::frontline;
}

UnitCode Directory::office_at(const UnitCode& code, Level level) const {
  const Level wanted = std::max(level, Level::township);
  Index last = kNoUnit;
  for (Index i = find(code); i != kNoUnit; i = parents_[i]) {
    last = i;
    const UnitKind kind = units_[i].kind;
    const bool office =
        kind == UnitKind::township || kind == UnitKind::county || kind == UnitKind::city;
    if (office && level_of(units_[i].code) >= wanted) return units_[i].code;
  }
  if (last == kNoUnit && !tops_.empty()) last = tops_.front();
  return last == kNoUnit ? UnitCode{} : units_[last].code;
}

std::vector<const Unit*> Directory::named(std::string_view name, Instant at) const {
  std::vector<const Unit*> found;
  const auto add = [&](Index i) {
    const Unit* unit = &units_[i];
    if (in_force(unit->valid_from, unit->valid_to, at) &&
        std::ranges::find(found, unit) == found.end())
      found.push_back(unit);
  };
  const auto same = std::ranges::equal_range(names_, name, {}, &Named::name);
  for (const Named& one : same)
    if (!one.other) add(one.unit);
  if (const Index i = find(UnitCode{std::string{name}}); i != kNoUnit) add(i);
  for (const Named& one : same)
    if (one.other) add(one.unit);
  return found;
}

std::vector<PersonId> Directory::people_named(std::string_view name) const {
  std::vector<PersonId> found;
  const auto [first, last] = people_by_name_.equal_range(name);
  for (auto at = first; at != last; ++at) found.push_back(at->second);
  std::ranges::sort(found);
  return found;
}

std::vector<const Unit*> Directory::on_topic(
    const std::unordered_map<Index, std::vector<Index>>& of, Index area, std::string_view topic,
    Instant at) const {
  std::vector<const Unit*> found;
  const auto list = of.find(area);
  if (topic.empty() || list == of.end()) return found;
  for (const Index i : list->second) {
    const Unit& unit = units_[i];
    if (in_force(unit.valid_from, unit.valid_to, at) &&
        std::ranges::find(unit.topics, topic) != unit.topics.end())
      found.push_back(&unit);
  }
  return found;
}

std::vector<const Unit*> Directory::departments_for(std::string_view topic, const UnitCode& code,
                                                    Instant at) const {
  std::vector<const Unit*> found;
  // From below upwards, so that the township's own office comes before the county's.
  for (Index i = find(code); i != kNoUnit; i = parents_[i])
    for (const Unit* unit : on_topic(departments_, i, topic, at)) found.push_back(unit);
  return found;
}

std::vector<const Unit*> Directory::partners_for(std::string_view topic, const UnitCode& code,
                                                 Instant at) const {
  return on_topic(partners_, township_index(find(code)), topic, at);
}

}  // namespace huiyin
