// Import of people: matched by code, their accounts by (channel, user).
#include <functional>
#include <unordered_map>

#include "server/store/bulk.h"
#include "server/store/sql_store.h"

namespace huiyin::store {
namespace {

using Login = std::pair<std::string, std::string>;  // channel, user
using GivenPerson = std::pair<Person, std::vector<Login>>;

struct Known {
  struct Entry {
    Person person;
    std::string specialities;
  };
  std::unordered_map<std::string, Entry> people;  // by code
  std::map<Login, Account> accounts;
  // One id for each person and account that is not there yet.
  std::size_t missing = 0;
};

Known load_known(Connection& connection, std::span<const GivenPerson> people) {
  std::set<std::string> codes;
  std::map<std::string, std::set<std::string>> logins;
  for (const auto& [person, accounts] : people) {
    codes.insert(person.code);
    for (const auto& [channel, user] : accounts) logins[channel].insert(user);
  }
  Known known;
  known.missing = codes.size();
  std::unordered_map<PersonId, std::string> code_of;
  std::set<PersonId> ids;
  query_in(connection, "SELECT code,person,specialities FROM people WHERE code IN ", codes, "",
           [&](std::span<const Value> cells) {
             const PersonId id{cells[1].integer()};
             ids.insert(id);
             code_of[id] = cells[0].text();
             known.people[cells[0].text()].specialities = cells[2].text();
           });
  const auto lock = " ORDER BY id" + connection.dialect().for_update();
  query_in(connection, "SELECT " + select_list<Person>() + " FROM persons WHERE id IN ", ids, lock,
           [&](std::span<const Value> cells) {
             auto row = read_row<Person>(cells);
             known.people[code_of[row.id]].person = std::move(row);
           });
  known.missing -= known.people.size();
  for (const auto& [channel, users] : logins) {
    known.missing += users.size();
    query_in(connection,
             "SELECT " + select_list<Account>() + " FROM accounts WHERE channel=? AND user IN ",
             users, lock,
             [&](std::span<const Value> cells) {
               auto row = read_row<Account>(cells);
               Login login{row.channel, row.user};
               known.accounts.emplace(std::move(login), std::move(row));
               --known.missing;
             },
             {channel});
  }
  return known;
}

// Compares one given person after another with what is known and keeps the differences. What was
// given counts as known from then on: the same person may stand on two lines.
class PeopleImport {
 public:
  PeopleImport(Known known, std::function<std::int64_t()> new_id)
      : known_{std::move(known)}, new_id_{std::move(new_id)} {}

  void take(const GivenPerson& given, const std::vector<std::string>& specialities) {
    const auto id = take_person(given.first, join_list(specialities));
    for (const auto& login : given.second) take_account(login, id);
  }

  // Returns rows changed.
  std::size_t write(Connection& connection) const {
    Params persons[2], people, accounts[2];  // created, changed
    for (const auto& code : changed_people_) {
      const auto& entry = known_.people.at(code);
      put(persons, entry.person);
      people.insert(people.end(),
                    {Value{code}, to_value(entry.person.id), Value{entry.specialities}});
    }
    for (const auto& login : changed_accounts_) put(accounts, known_.accounts.at(login));
    insert_rows(connection, "persons", column_names<Person>(), persons[0]);
    update_rows(connection, "persons", column_names<Person>(), true, persons[1]);
    upsert_rows(connection, "people", {"code", "person", "specialities"}, {"code"}, people);
    insert_rows(connection, "accounts", column_names<Account>(), accounts[0]);
    update_rows(connection, "accounts", column_names<Account>(), true, accounts[1]);
    return changed_people_.size() + changed_accounts_.size();
  }

 private:
  PersonId take_person(const Person& given, const std::string& specialities) {
    const auto [place, fresh] = known_.people.try_emplace(given.code);
    auto& entry = place->second;
    if (fresh) {
      check_key(given.code, "a person's id");
      entry.person = given;
      entry.person.id = PersonId{new_id_()};
      entry.person.version = 0;
    }
    if (fresh || entry.person.name != given.name || entry.person.phone != given.phone ||
        entry.specialities != specialities) {
      entry.person.name = given.name;
      entry.person.phone = given.phone;
      entry.specialities = specialities;
      changed_people_.insert(given.code);
    }
    return entry.person.id;
  }

  void take_account(const Login& login, PersonId person) {
    const auto [place, fresh] = known_.accounts.try_emplace(login);
    auto& account = place->second;
    if (fresh) {
      check_key(login.second, "an account's user id");
      account.id = AccountId{new_id_()};
      account.channel = login.first;
      account.user = login.second;
    }
    // Wrote before as a resident: the account follows, the cases stay with the resident's row.
    if (fresh || account.person != person) {
      account.person = person;
      changed_accounts_.insert(login);
    }
  }

  // Stored rows count from version 1; a new one has 0.
  template <class T>
  static void put(Params (&created_and_changed)[2], T row) {
    const bool fresh = row.version == 0;
    if (fresh) row.version = 1;
    write_row(created_and_changed[fresh ? 0 : 1], row);
  }

  Known known_;
  std::function<std::int64_t()> new_id_;
  std::set<std::string> changed_people_;
  std::set<Login> changed_accounts_;
};

}  // namespace

std::size_t SqlStore::import_people(std::span<const GivenPerson> people,
                                    std::span<const std::vector<std::string>> specialities) {
  // Ids come from their own transaction, so that this one does not hold up everybody else's. An
  // import that only repeats needs none.
  const auto missing =
      static_cast<std::int64_t>(transact([&] { return load_known(connection(), people).missing; }));
  const auto first_id = missing > 0 ? lease("id", missing) : 0;
  return transact([&] {
    lock_directory();
    auto next_id = first_id;
    PeopleImport import{load_known(connection(), people), [&] {
                          if (next_id == first_id + missing)
                            throw Error{Trouble::retry, 0, "people changed during the import"};
                          return next_id++;
                        }};
    static const std::vector<std::string> kNone;
    for (std::size_t i = 0; i < people.size(); ++i)
      import.take(people[i], i < specialities.size() ? specialities[i] : kNone);
    const auto changed = import.write(connection());
    if (changed > 0) bump_directory();
    return changed;
  });
}

}  // namespace huiyin::store
