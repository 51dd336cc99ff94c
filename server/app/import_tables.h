// units.tsv, people.tsv, duties.tsv, leaves.tsv <-> rows of the directory. Columns: docs/import.md.
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/ops/problem.h"
#include "server/store/store.h"

namespace huiyin {

struct ImportTables {
  std::vector<Unit> units;
  std::vector<std::pair<Person, std::vector<std::pair<std::string, std::string>>>> people;
  std::vector<std::vector<std::string>> specialities;  // of `people`
  std::vector<store::Store::DutyImport> duties;
  std::vector<store::Store::LeaveImport> leaves;
};

// What is in the database already, so that a file may refer to it.
struct KnownDirectory {
  std::map<std::string, std::string> parent_of_unit;  // code -> parent
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> accounts_of_person;
};

// Reads files of any of the four kinds, in any order. `progress(file, rows)` is called each 50,000
// rows. All problems of all files are collected; the tables may be imported only when there is
// none.
ImportTables read_tables(const std::vector<std::string>& files, const KnownDirectory& known,
                         const std::function<void(const std::string&, std::size_t)>& progress,
                         Problems& problems);

// The reverse: reading back what is written gives the same rows.
void write_units(std::ostream& out, const std::vector<Unit>& units);
void write_people(std::ostream& out, const std::vector<store::Store::ListedPerson>& people);
void write_duties(std::ostream& out, const std::vector<store::Store::DutyImport>& duties);
void write_leaves(std::ostream& out, const std::vector<store::Store::LeaveImport>& leaves);

}  // namespace huiyin
