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
                     std::vector<Person> persons, std::vector<Account> accounts,
                     std::vector<Leave> leaves)
    : version_{version},
      units_{std::move(units)},
      duties_{std::move(duties)},
      leaves_{std::move(leaves)} {
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

bool Directory::on_leave(PersonId person, Instant at) const {
  return std::ranges::any_of(leaves_, [&](const Leave& leave) {
    return leave.person == person && in_force(leave.from, leave.to, at);
  });
}

PersonId Directory::stand_in(PersonId person, Instant at) const {
  // Deputies may be away too, and name each other: every step must lead to somebody new.
  std::vector<PersonId> asked{person};
  for (;;) {
    const auto away = std::ranges::find_if(leaves_, [&](const Leave& leave) {
      return leave.person == asked.back() && in_force(leave.from, leave.to, at);
    });
    if (away == leaves_.end()) return asked.size() > 1 ? asked.back() : PersonId{};
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
  Instant next{};
  const auto take = [&](Instant at) {
    if (at != Instant{} && at > after && (next == Instant{} || at < next)) next = at;
  };
  for (const Duty& duty : duties_) take(duty.from), take(duty.to);
  for (const Leave& leave : leaves_) take(leave.from), take(leave.to);
  for (const Unit& unit : units_) take(unit.valid_from), take(unit.valid_to);
  return next;
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
  std::vector<const Unit*> whole, other;
  if (name.empty()) return whole;
  const auto has = [&](const std::vector<std::string>& names) {
    return std::ranges::find(names, name) != names.end();
  };
  for (const Unit& unit : units_) {
    if (!in_force(unit.valid_from, unit.valid_to, at)) continue;
    if (unit.name == name || unit.code.raw() == name)
      whole.push_back(&unit);
    else if (has(unit.aliases) || has(unit.former_names))
      other.push_back(&unit);
  }
  whole.insert(whole.end(), other.begin(), other.end());
  return whole;
}

std::vector<PersonId> Directory::people_named(std::string_view name) const {
  std::vector<PersonId> found;
  if (name.empty()) return found;
  for (const auto& [id, person] : persons_)
    if (id != kDutyDesk && (person.name == name || person.code == name)) found.push_back(id);
  std::ranges::sort(found);
  return found;
}

std::vector<const Unit*> Directory::departments_for(std::string_view topic, const UnitCode& code,
                                                    Instant at) const {
  std::vector<const Unit*> found;
  if (topic.empty()) return found;
  // From below upwards, so that the township's own office comes before the county's.
  for (Index above = find(code); above != kNoUnit; above = parents_[above])
    for (const Unit& unit : units_)
      if (unit.kind == UnitKind::department && unit.parent == units_[above].code &&
          in_force(unit.valid_from, unit.valid_to, at) &&
          std::ranges::find(unit.topics, topic) != unit.topics.end())
        found.push_back(&unit);
  return found;
}

std::vector<const Unit*> Directory::partners_for(std::string_view topic, const UnitCode& code,
                                                 Instant at) const {
  std::vector<const Unit*> found;
  const Unit* township = township_of(code);
  if (topic.empty() || !township) return found;
  for (const Unit& unit : units_)
    if (unit.kind == UnitKind::partner && in_force(unit.valid_from, unit.valid_to, at) &&
        within(unit.code, township->code) &&
        std::ranges::find(unit.topics, topic) != unit.topics.end())
      found.push_back(&unit);
  return found;
}

}  // namespace huiyin
