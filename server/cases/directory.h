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
#include "server/cases/duty.h"
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

struct Assignment {
  PersonId person;
  UnitCode unit;  // the unit whose duty makes the person responsible
  DutyRole role = DutyRole::stationed_cadre;
  friend bool operator==(const Assignment&, const Assignment&) = default;
};

// A unit that nobody serves at some moment (派驻覆盖全域化), although one of its kind should have
// somebody stationed.
struct Gap {
  UnitCode unit;
  bool on_leave = false;  // somebody is stationed, but away without a deputy
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
            std::vector<Person> persons, std::vector<Account> accounts,
            std::vector<Leave> leaves = {});
  // Indices look into the rows.
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::int64_t version() const { return version_; }
  const std::vector<Unit>& units() const { return units_; }
  const std::vector<Duty>& duties() const { return duties_; }
  const std::vector<Leave>& leaves() const { return leaves_; }
  // Everybody who was given to the constructor, and kDutyDesk.
  const std::unordered_map<PersonId, Person>& people() const { return persons_; }
  const Unit* unit(const UnitCode& code) const;  // nullptr when unknown; lives as long as this
  const Person* person(PersonId id) const;       // only people who hold or held a duty
  const Unit* township_of(
      const UnitCode& code) const;  // itself or nearest ancestor of kind township
  bool within(const UnitCode& code, const UnitCode& area) const;  // equal or below
  // "石璜镇楼家村溪东自然村": from township level (or the unit itself when above) down;
  // of enterprises their name alone.
  std::string full_name(const UnitCode& code) const;

  // Nearest of the kind, itself included; nullptr when there is none.
  const Unit* above(const UnitCode& code, UnitKind kind) const;
  // village, community, enterprise, hamlet, grid, partner: frontline; a department has the level of
  // what it belongs to.
  Level level_of(const UnitCode& code) const;
  // The unit whose office has the case at that level (frontline: the township's), nearest above
  // `code`; itself when it is of that kind. Unknown codes and missing levels: the next one above
  // that there is, else the top. Empty only without any unit.
  UnitCode office_at(const UnitCode& code, Level level) const;
  // Hamlets and grids directly below, in the order of units().
  std::vector<UnitCode> parts_of(const UnitCode& code) const;
  // Units in force with that name, alias or former name, exactly as written; whole names first.
  std::vector<const Unit*> named(std::string_view name, Instant at) const;
  // People of the directory with that name or code.
  std::vector<PersonId> people_named(std::string_view name) const;
  // Departments in force that handle the topic (Unit::topics), those of the nearest unit above
  // `code` first. Partners (kind partner) likewise, within the same township.
  std::vector<const Unit*> departments_for(std::string_view topic, const UnitCode& code,
                                           Instant at) const;
  std::vector<const Unit*> partners_for(std::string_view topic, const UnitCode& code,
                                        Instant at) const;

  // The owner rule: stationed cadre of the unit, or of the nearest unit above up to village,
  // community or enterprise (a grid's own worker comes first; departments and partners: their
  // contact) -> deputy there -> clerk of the township -> clerk further up -> kDutyDesk. Who is on
  // leave is passed over for his deputy. `except`: somebody who returned the case. Always exactly
  // one. Duty hours count; when nobody in the whole tree is on duty at this hour, the same search
  // is made without them.
  // An unknown or empty unit belongs to the top: clerks of units without parent.
  Assignment owner_for(const UnitCode& unit, Instant at, PersonId except = {}) const;
  // Still entitled to own cases there: has an active duty at the unit and is not on leave, or
  // stands in for one who has. kDutyDesk always.
  bool may_own(PersonId person, const UnitCode& unit, Instant at) const;
  // The owner, deputies (same unit, active deputy duty, at any hour), and his deputy while he is on
  // leave.
  bool may_act_for(PersonId person, const Assignment& owner, Instant at) const;
  bool on_leave(PersonId person, Instant at) const;
  // Who has the person's cases during a leave: the deputy named, or his deputy in turn. None: not
  // on leave, or nobody was named.
  PersonId stand_in(PersonId person, Instant at) const;
  // Clerks, leaders ... of exactly this unit, on duty first by priority; those on leave are
  // replaced by their deputies. Off-duty ones when nobody is on duty.
  std::vector<Assignment> holders_at(const UnitCode& unit, DutyRole role, Instant at) const;
  // Office clerks responsible for the unit's township (all that are on duty, first = priority);
  // those of the nearest unit above that has clerks; off-duty ones when nobody is on duty.
  std::vector<Assignment> office_for(const UnitCode& unit, Instant at) const;
  std::vector<Duty> duties_of(PersonId person, Instant at) const;  // active ones, at any hour
  // Villages, communities and enterprises in force without anybody stationed, in the order of
  // units().
  std::vector<Gap> gaps(Instant at) const;
  // The next moment when a duty, a leave or a unit begins or ends. Epoch: none is known.
  Instant next_change(Instant after) const;
  // Accounts of duty holders, preferred first.
  const std::vector<Account>& accounts_of(PersonId person) const;

 private:
  using Index = std::size_t;
  static constexpr Index kNoUnit = static_cast<Index>(-1);
  enum class Hours { respected, ignored };

  void index_units();
  void index_names();
  void index_duties();
  void index_people();
  void index_changes();
  Index find(const UnitCode& code) const;  // kNoUnit when unknown
  Index township_index(Index unit) const;  // kNoUnit when there is none
  bool active(Index duty, Instant at, Hours hours) const;
  // Active duties of the role at the unit, by priority.
  std::vector<Index> holders(Index unit, DutyRole role, Instant at, Hours hours) const;
  // Units in force of that list that handle the topic.
  std::vector<const Unit*> on_topic(const std::unordered_map<Index, std::vector<Index>>& of,
                                    Index area, std::string_view topic, Instant at) const;
  const Leave* leave_of(PersonId person, Instant at) const;  // null: the person is here
  std::optional<Assignment> first(Index unit, DutyRole role, Instant at, Hours hours,
                                  PersonId except) const;
  std::optional<Assignment> search(Index unit, Instant at, Hours hours, PersonId except) const;
  // Who serves by that duty: its holder, or his deputy while he is away. Empty: nobody, or only
  // `except`.
  std::optional<Assignment> serving(Index duty, Instant at, PersonId except) const;
  std::vector<Assignment> serving_at(Index unit, DutyRole role, Instant at, Hours hours) const;

  std::int64_t version_;
  std::vector<Unit> units_;
  std::vector<Index> parents_;  // of units_, kNoUnit for the top
  std::vector<Index> tops_;
  std::vector<Duty> duties_;
  std::vector<DutyHours> hours_;  // of duties_
  std::vector<Leave> leaves_;
  std::unordered_map<UnitCode, Index> by_code_;
  std::unordered_map<Index, std::vector<Index>> parts_;  // unit -> its hamlets and grids
  // Names in the order of writing, a unit's own name before aliases and former names.
  struct Named {
    std::string_view name;
    bool other;
    Index unit;
    friend auto operator<=>(const Named&, const Named&) = default;
  };
  std::vector<Named> names_;
  std::unordered_map<Index, std::vector<Index>> departments_;  // unit -> directly below
  std::unordered_map<Index, std::vector<Index>> partners_;     // township -> within
  std::unordered_multimap<std::string_view, PersonId> people_by_name_;
  std::unordered_map<PersonId, std::vector<Index>> leaves_by_person_;
  std::vector<Instant> changes_;                             // ascending
  std::unordered_map<Index, std::vector<Index>> duties_at_;  // unit -> duties by priority
  std::unordered_map<PersonId, std::vector<Index>> duties_by_person_;
  std::unordered_map<PersonId, Person> persons_;
  std::unordered_map<PersonId, std::vector<Account>> accounts_;
};

using DirectoryPtr = std::shared_ptr<const Directory>;

}  // namespace huiyin
