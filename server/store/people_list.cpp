// People as people.tsv has them, read in one snapshot.
#include <unordered_map>

#include "server/store/bulk.h"
#include "server/store/content.h"
#include "server/store/sql_store.h"

namespace huiyin::store {

std::vector<Store::ListedPerson> SqlStore::list_people() {
  Transaction transaction{connection(), Transaction::snapshot};
  std::vector<ListedPerson> listed;
  std::unordered_map<PersonId, std::size_t> position;
  const Rows people =
      connection().query("SELECT code,person,specialities FROM people ORDER BY code");
  for (std::size_t i = 0; i < people.size(); ++i) {
    const auto cells = people[i];
    position.emplace(PersonId{cells[1].integer()}, listed.size());
    listed.emplace_back().specialities = split_list(cells[2].text());
    listed.back().person.code = cells[0].text();
  }
  const Rows persons = connection().query("SELECT " + select_list<Person>() +
                                          " FROM persons WHERE id IN (SELECT person FROM people)");
  for (std::size_t i = 0; i < persons.size(); ++i) {
    auto person = read_row<Person>(persons[i]);
    if (const auto at = position.find(person.id); at != position.end()) {
      person.code = listed[at->second].person.code;
      listed[at->second].person = std::move(person);
    }
  }
  const Rows accounts =
      connection().query("SELECT " + select_list<Account>() +
                         " FROM accounts WHERE person IN (SELECT person FROM people) ORDER BY id");
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    auto account = read_row<Account>(accounts[i]);
    if (const auto at = position.find(account.person); at != position.end()) {
      listed[at->second].accounts.emplace_back(std::move(account.channel), std::move(account.user));
    }
  }
  transaction.commit();
  return listed;
}

}  // namespace huiyin::store
