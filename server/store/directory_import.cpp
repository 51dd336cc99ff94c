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

using Login = std::pair<std::string, std::string>;  // channel, user

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

struct StoredPerson {
  PersonId id;
  std::string specialities;
};
std::unordered_map<std::string, StoredPerson> people_by_code(Connection& connection,
                                                             const std::set<std::string>& codes) {
  std::unordered_map<std::string, StoredPerson> out;
  query_in(connection, "SELECT code,person,specialities FROM people WHERE code IN ", codes, "",
           [&](std::span<const Value> cells) {
             out[cells[0].text()] = {PersonId{cells[1].integer()}, cells[2].text()};
           });
  return out;
}

std::map<Login, Account> accounts_by_login(Connection& connection,
                                           const std::map<std::string, std::set<std::string>>& by) {
  std::map<Login, Account> out;
  for (const auto& [channel, users] : by)
    query_in(connection,
             "SELECT " + select_list<Account>() + " FROM accounts WHERE channel=? AND user IN ",
             users, connection.dialect().for_update(),
             [&](std::span<const Value> cells) {
               auto row = read_row<Account>(cells);
               Login login{row.channel, row.user};
               out.emplace(std::move(login), std::move(row));
             },
             {channel});
  return out;
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
        write_row(rows, unit);
        ++changed;
      }
      upsert_rows(connection(), "units", column_names<Unit>(), {"code"}, rows);
    }
    if (changed > 0) bump_directory();
    return changed;
  });
}

std::size_t SqlStore::import_people(std::span<const std::pair<Person, std::vector<Login>>> people,
                                    std::span<const std::vector<std::string>> specialities) {
  std::set<std::string> codes;
  std::map<std::string, std::set<std::string>> logins;
  std::size_t most_ids = 0;
  for (const auto& [person, accounts] : people) {
    codes.insert(person.code);
    for (const auto& [channel, user] : accounts) logins[channel].insert(user);
    most_ids += 1 + accounts.size();
  }
  // Ids come from their own transaction, so that this one does not hold up everybody else's. An
  // import that only repeats needs none.
  std::size_t known = people_by_code(connection(), codes).size();
  {
    Transaction look{connection(), Transaction::snapshot};
    for (const auto& [channel, users] : logins)
      query_in(connection(), "SELECT id FROM accounts WHERE channel=? AND user IN ", users, "",
               [&](std::span<const Value>) { ++known; }, {channel});
    look.commit();
  }
  const auto missing = most_ids > known ? most_ids - known : 0;
  const auto first_id = missing > 0 ? lease("id", static_cast<std::int64_t>(missing)) : 0;

  return transact([&] {
    lock_directory();
    auto next_id = first_id;
    const auto new_id = [&] {
      if (next_id == first_id + static_cast<std::int64_t>(missing))
        throw Error{Trouble::retry, 0, "people changed during the import"};
      return next_id++;
    };
    const auto by_code = people_by_code(connection(), codes);
    auto by_login = accounts_by_login(connection(), logins);
    std::set<PersonId> ids;
    for (const auto& [code, stored] : by_code) ids.insert(stored.id);
    std::unordered_map<PersonId, Person> persons;
    query_in(connection(), "SELECT " + select_list<Person>() + " FROM persons WHERE id IN ", ids,
             " ORDER BY id" + connection().dialect().for_update(),
             [&](std::span<const Value> cells) {
               auto row = read_row<Person>(cells);
               const auto id = row.id;
               persons.emplace(id, std::move(row));
             });

    std::size_t changed = 0;
    Params new_persons, changed_persons, people_rows, new_accounts, changed_accounts;
    for (std::size_t i = 0; i < people.size(); ++i) {
      const auto& [given, accounts] = people[i];
      const auto special = i < specialities.size() ? join_list(specialities[i]) : std::string{};
      const auto found = by_code.find(given.code);
      PersonId id;
      bool differs = false;
      if (found == by_code.end()) {
        auto person = given;
        id = person.id = PersonId{new_id()};
        person.version = 1;
        write_row(new_persons, person);
        differs = true;
      } else {
        id = found->second.id;
        auto person = persons.at(id);
        if (person.name != given.name || person.phone != given.phone) {
          person.name = given.name;
          person.phone = given.phone;
          write_row(changed_persons, person);
          differs = true;
        }
        differs = differs || found->second.specialities != special;
      }
      if (differs) {
        ++changed;
        people_rows.insert(people_rows.end(), {Value{given.code}, to_value(id), Value{special}});
      }
      for (const auto& login : accounts) {
        const auto known_account = by_login.find(login);
        if (known_account == by_login.end()) {
          Account account;
          account.id = AccountId{new_id()};
          account.version = 1;
          account.channel = login.first;
          account.user = login.second;
          account.person = id;
          write_row(new_accounts, account);
          ++changed;
        } else if (known_account->second.person != id) {
          // Wrote before as a resident. Cases stay with the resident's row.
          known_account->second.person = id;
          write_row(changed_accounts, known_account->second);
          ++changed;
        }
      }
    }
    insert_rows(connection(), "persons", column_names<Person>(), new_persons);
    update_rows(connection(), "persons", column_names<Person>(), true, changed_persons);
    upsert_rows(connection(), "people", {"code", "person", "specialities"}, {"code"}, people_rows);
    insert_rows(connection(), "accounts", column_names<Account>(), new_accounts);
    update_rows(connection(), "accounts", column_names<Account>(), true, changed_accounts);
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
      const auto person = people.find(given.person_code);
      if (person == people.end())
        throw std::invalid_argument{"duty " + std::to_string(i + 1) + ": no person with id '" +
                                    given.person_code + "', import people first"};
      const Duty duty{given.unit, person->second.id, given.priority, given.role,
                      given.from, given.to,          given.hours};
      const auto found = stored.find(Key{duty.unit, duty.person, duty.role, duty.from});
      if (found != stored.end() && same(found->second, duty)) continue;
      write_row(rows, duty);
      ++changed;
    }
    upsert_rows(connection(), "duties", column_names<Duty>(), {"unit", "person", "role", "from_at"},
                rows);
    if (changed > 0) bump_directory();
    return changed;
  });
}

}  // namespace huiyin::store
