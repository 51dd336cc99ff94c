// The directory as one snapshot, read in pages: a province has 620,000 units.
#include <algorithm>

#include "server/store/bulk.h"
#include "server/store/sql_store.h"

namespace huiyin::store {
namespace {

constexpr int kPage = 8192;

std::vector<Unit> load_units(Connection& connection) {
  std::vector<Unit> out;
  const std::string sql =
      "SELECT " + select_list<Unit>() + " FROM units WHERE code>? ORDER BY code LIMIT ?";
  for (std::string last;;) {
    const Params params{last, kPage};
    const Rows rows = connection.query(sql, params);
    for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(read_row<Unit>(rows[i]));
    if (rows.size() < kPage) return out;
    last = out.back().code.raw();
  }
}

template <class T>
std::vector<T> load_rows(Connection& connection, const std::string& from) {
  std::vector<T> out;
  const Rows rows = connection.query("SELECT " + select_list<T>() + " FROM " + from);
  for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(read_row<T>(rows[i]));
  return out;
}

}  // namespace

std::int64_t SqlStore::directory_version() {
  const Rows rows = connection().query("SELECT value FROM meta WHERE name='directory_version'");
  if (rows.empty()) throw Error{Trouble::broken, 0, "the schema is missing: run huiyin migrate"};
  return rows[0][0].integer();
}

DirectoryPtr SqlStore::load_directory() {
  Transaction transaction{connection(), Transaction::snapshot};
  const auto version = directory_version();
  auto units = load_units(connection());
  auto duties = load_rows<Duty>(connection(), "duties ORDER BY unit,priority,from_at,person");
  auto leaves = load_rows<Leave>(connection(), "leaves ORDER BY person,from_at");
  const std::string who =
      " JOIN (SELECT person AS one FROM duties UNION SELECT person FROM leaves UNION SELECT deputy"
      " FROM leaves) AS serving ON serving.one=";
  auto persons = load_rows<Person>(connection(), "persons" + who + "persons.id ORDER BY id");
  auto accounts =
      load_rows<Account>(connection(), "accounts" + who + "accounts.person ORDER BY id");
  transaction.commit();
  return std::make_shared<const Directory>(version, std::move(units), std::move(duties),
                                           std::move(persons), std::move(accounts),
                                           std::move(leaves));
}

}  // namespace huiyin::store
