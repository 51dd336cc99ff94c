// Units, duties and who is responsible. An immutable snapshot: the pipeline swaps it when
// directory_version changed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/cases/case.h"
#include "server/cases/hours.h"

namespace huiyin {

enum class UnitKind {
  city,
  county,
  township,
  village,
  community,
  hamlet,
  grid,
  enterprise,
  department,
  partner,
};
template <>
struct EnumNames<UnitKind> {
  static constexpr std::array<std::string_view, 10> kNames{
      "city",   "county", "township",   "village",    "community",
      "hamlet", "grid",   "enterprise", "department", "partner"};
};

struct Unit {
  UnitCode code;
  std::string name;
  UnitKind kind = UnitKind::village;
  UnitCode parent;  // empty for the top
  std::vector<std::string> aliases, former_names, topics;
  std::optional<double> latitude, longitude;  // degrees, WGS-84 or GCJ-02 as imported
  Instant valid_from, valid_to;               // epoch: open; valid_to is exclusive
  std::string phone;                          // published duty phone, may be empty
};

enum class DutyRole {
  stationed_cadre,
  liaison,
  grid_worker,
  deputy,
  clerk,
  leader,
  contact,
  part_time_member,
  helper,
};
template <>
struct EnumNames<DutyRole> {
  static constexpr std::array<std::string_view, 9> kNames{
      "stationed_cadre", "liaison", "grid_worker",      "deputy", "clerk",
      "leader",          "contact", "part_time_member", "helper"};
};

// Who serves where, from when to when. Priority 1 is asked first, then the smaller person id.
struct Duty {
  UnitCode unit;
  PersonId person;
  int priority = 1;
  DutyRole role = DutyRole::stationed_cadre;
  Instant from, to;   // epoch: open; `to` is exclusive
  std::string hours;  // duty roster of hours.h "08:30-17:30 Mon-Fri"; empty: always
};

struct Assignment {
  PersonId person;
  UnitCode unit;  // the unit whose duty makes the person responsible
  DutyRole role = DutyRole::stationed_cadre;
  friend bool operator==(const Assignment&, const Assignment&) = default;
};

// The last resort when a whole tree has nobody: a built-in person without accounts, so that no
// case is ever without an owner (P1). Seen in logs and on the coverage list.
inline constexpr PersonId kDutyDesk{1};

class Directory {
 public:
  // Throws std::invalid_argument for a missing parent, a cycle or a duplicate code (names it), and
  // for a duty without a listed unit or with hours that cannot be read. 620,000 units: about a
  // second.
  Directory(std::int64_t version, std::vector<Unit> units, std::vector<Duty> duties,
            std::vector<Person> persons, std::vector<Account> accounts);

  std::int64_t version() const { return version_; }
  const std::vector<Unit>& units() const { return units_; }
  const std::vector<Duty>& duties() const { return duties_; }
  // Everybody who was given to the constructor, and kDutyDesk.
  const std::unordered_map<PersonId, Person>& people() const { return persons_; }
  const Unit* unit(const UnitCode& code) const;  // nullptr when unknown; lives as long as this
  const Person* person(PersonId id) const;       // only people who hold or held a duty
  const Unit* township_of(
      const UnitCode& code) const;  // itself or nearest ancestor of kind township
  bool within(const UnitCode& code, const UnitCode& area) const;  // equal or below
  // "石璜镇楼家村溪东自然村": from township level (or the unit itself when above) down.
  std::string full_name(const UnitCode& code) const;

  // The owner rule: stationed cadre of the unit, or of the nearest unit above up to village,
  // community or enterprise -> deputy there -> clerk of the township -> clerk further up ->
  // kDutyDesk. `except`: somebody who returned the case. Always exactly one. Duty hours count; when
  // nobody in the whole tree is on duty at this hour, the same search is made without them.
  // An unknown or empty unit belongs to the top: clerks of units without parent.
  Assignment owner_for(const UnitCode& unit, Instant at, PersonId except = {}) const;
  // The owner, and deputies: same unit, active deputy duty, at any hour.
  bool may_act_for(PersonId person, const Assignment& owner, Instant at) const;
  // Office clerks responsible for the unit's township (all that are on duty, first = priority);
  // those of the nearest unit above that has clerks; off-duty ones when nobody is on duty.
  std::vector<Assignment> office_for(const UnitCode& unit, Instant at) const;
  std::vector<Duty> duties_of(PersonId person, Instant at) const;  // active ones, at any hour
  // Accounts of duty holders, preferred first.
  const std::vector<Account>& accounts_of(PersonId person) const;

 private:
  using Index = std::size_t;
  static constexpr Index kNoUnit = static_cast<Index>(-1);
  enum class Hours { respected, ignored };

  void index_units();
  void index_duties();
  Index find(const UnitCode& code) const;  // kNoUnit when unknown
  Index township_index(Index unit) const;  // kNoUnit when there is none
  bool active(Index duty, Instant at, Hours hours) const;
  // Active duties of the role at the unit, by priority.
  std::vector<Index> holders(Index unit, DutyRole role, Instant at, Hours hours) const;
  std::optional<Assignment> first(Index unit, DutyRole role, Instant at, Hours hours,
                                  PersonId except) const;
  std::optional<Assignment> search(Index unit, Instant at, Hours hours, PersonId except) const;
  std::vector<Assignment> clerks_at(Index unit, Instant at, Hours hours) const;

  std::int64_t version_;
  std::vector<Unit> units_;
  std::vector<Index> parents_;  // of units_, kNoUnit for the top
  std::vector<Index> tops_;
  std::vector<Duty> duties_;
  std::vector<DutyHours> hours_;  // of duties_
  std::unordered_map<UnitCode, Index> by_code_;
  std::unordered_map<Index, std::vector<Index>> duties_at_;  // unit -> duties by priority
  std::unordered_map<PersonId, std::vector<Index>> duties_by_person_;
  std::unordered_map<PersonId, Person> persons_;
  std::unordered_map<PersonId, std::vector<Account>> accounts_;
};

using DirectoryPtr = std::shared_ptr<const Directory>;

}  // namespace huiyin
