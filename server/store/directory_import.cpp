// Imports: what is there already is read in bulk and compared, so that only differences are written
// and counted, and a second import of the same file changes nothing. One transaction each;
// importers take turns at the row of directory_version.
#include <algorithm>
#include <stdexcept>
#include <unordered_map>

#include "server/store/bulk.h"
#include "server/store/sql_store.h"

namespace huiyin::store {
namespace {

template <class T>
Params values_of(const T& row) {
  Params out;
  write_row(out, row);
  return out;
}
template <class T>
bool same(const T& a, const T& b) {
  const auto x = values_of(a), y = values_of(b);
  return std::equal(x.begin(), x.end(), y.begin(), y.end(), [](const Value& u, const Value& v) {
    if (u.is_null() || v.is_null()) return u.is_null() && v.is_null();
    if (std::holds_alternative<double>(u.raw()) || std::holds_alternative<double>(v.raw()))
      return u.real() == v.real();
    return u.raw().index() == v.raw().index() &&
           (std::holds_alternative<std::int64_t>(u.raw()) ? u.integer() == v.integer()
                                                          : u.text() == v.text());
  });
}

using People = std::unordered_map<std::string, PersonId>;
People people_by_code(Connection& connection, const std::set<std::string>& codes) {
  People people;
  query_in(connection, "SELECT code,person FROM people WHERE code IN ", codes, "",
           [&](std::span<const Value> cells) {
             people[cells[0].text()] = PersonId{cells[1].integer()};
           });
  return people;
}

PersonId known(const People& people, const std::string& code, const std::string& what,
               std::size_t row) {
  const auto found = people.find(code);
  if (found == people.end())
    throw std::invalid_argument{what + " " + std::to_string(row + 1) + ": no person with id '" +
                                code + "', import people first"};
  return found->second;
}

}  // namespace

std::int64_t SqlStore::lock_directory() {
  return connection()
      .query("SELECT value FROM meta WHERE name='directory_version'" +
             connection().dialect().for_update())[0][0]
      .integer();
}

void SqlStore::bump_directory() {
  connection().execute("UPDATE meta SET value=value+1 WHERE name='directory_version'");
}

std::size_t SqlStore::import_units(std::span<const Unit> units) {
  return transact([&] {
    lock_directory();
    std::size_t changed = 0;
    constexpr std::size_t kStep = 512;
    for (std::size_t done = 0; done < units.size(); done += kStep) {
      const auto part = units.subspan(done, std::min(kStep, units.size() - done));
      std::set<std::string> codes;
      for (const auto& unit : part) codes.insert(unit.code.raw());
      std::unordered_map<std::string, Unit> stored;
      query_in(connection(), "SELECT " + select_list<Unit>() + " FROM units WHERE code IN ", codes,
               "", [&](std::span<const Value> cells) {
                 auto row = read_row<Unit>(cells);
                 const auto code = row.code.raw();
                 stored.emplace(code, std::move(row));
               });
      Params rows;
      for (const auto& unit : part) {
        const auto found = stored.find(unit.code.raw());
        if (found != stored.end() && same(found->second, unit)) continue;
        check_key(unit.code.raw(), "a unit's code");
        write_row(rows, unit);
        ++changed;
      }
      upsert_rows(connection(), "units", column_names<Unit>(), {"code"}, rows);
    }
    if (changed > 0) bump_directory();
    return changed;
  });
}

std::size_t SqlStore::import_duties(std::span<const DutyImport> duties) {
  return transact([&] {
    lock_directory();
    std::set<std::string> codes, units;
    for (const auto& duty : duties) {
      codes.insert(duty.person_code);
      units.insert(duty.unit.raw());
    }
    const auto people = people_by_code(connection(), codes);
    using Key = std::tuple<UnitCode, PersonId, DutyRole, Instant>;
    std::map<Key, Duty> stored;
    query_in(connection(), "SELECT " + select_list<Duty>() + " FROM duties WHERE unit IN ", units,
             "", [&](std::span<const Value> cells) {
               auto row = read_row<Duty>(cells);
               Key key{row.unit, row.person, row.role, row.from};
               stored.emplace(std::move(key), std::move(row));
             });
    std::size_t changed = 0;
    Params rows;
    for (std::size_t i = 0; i < duties.size(); ++i) {
      const auto& given = duties[i];
      const PersonId person = known(people, given.person_code, "duty", i);
      const Duty duty{given.unit, person,   given.priority, given.role,
                      given.from, given.to, given.hours};
      const auto found = stored.find(Key{duty.unit, duty.person, duty.role, duty.from});
      if (found != stored.end() && same(found->second, duty)) continue;
      write_row(rows, duty);
      ++changed;
    }
    upsert_rows(connection(), "duties", column_names<Duty>(), key_of_duty(), rows);
    if (changed > 0) bump_directory();
    return changed;
  });
}

std::size_t SqlStore::import_leaves(std::span<const LeaveImport> leaves) {
  return transact([&] {
    lock_directory();
    std::set<std::string> codes;
    for (const auto& leave : leaves) {
      codes.insert(leave.person_code);
      if (!leave.deputy_code.empty()) codes.insert(leave.deputy_code);
    }
    const auto people = people_by_code(connection(), codes);
    std::set<PersonId> away;
    for (const auto& entry : people) away.insert(entry.second);
    std::map<std::pair<PersonId, Instant>, Leave> stored;
    query_in(connection(), "SELECT " + select_list<Leave>() + " FROM leaves WHERE person IN ", away,
             "", [&](std::span<const Value> cells) {
               const auto row = read_row<Leave>(cells);
               stored.emplace(std::pair{row.person, row.from}, row);
             });
    std::size_t changed = 0;
    Params rows;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const auto& given = leaves[i];
      Leave leave;
      leave.person = known(people, given.person_code, "leave", i);
      leave.from = given.from;
      leave.to = given.to;
      if (!given.deputy_code.empty()) leave.deputy = known(people, given.deputy_code, "leave", i);
      const auto found = stored.find({leave.person, leave.from});
      if (found != stored.end() && found->second == leave) continue;
      write_row(rows, leave);
      ++changed;
    }
    upsert_rows(connection(), "leaves", column_names<Leave>(), key_of_leave(), rows);
    if (changed > 0) bump_directory();
    return changed;
  });
}

}  // namespace huiyin::store
