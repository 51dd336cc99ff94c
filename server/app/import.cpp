#include "server/app/import.h"

#include <ostream>

#include "server/app/import_tables.h"

namespace huiyin {
namespace {

constexpr int kDone = 0, kBad = 2;

KnownDirectory known_in(store::Store& store) {
  KnownDirectory known;
  const DirectoryPtr directory = store.load_directory();
  for (const Unit& unit : directory->units()) {
    known.parent_of_unit.emplace(unit.code.raw(), unit.parent.raw());
  }
  for (auto& listed : store.list_people()) {
    known.accounts_of_person.emplace(listed.person.code, std::move(listed.accounts));
  }
  return known;
}

}  // namespace

int run_import(store::Store& store, const std::vector<std::string>& files, std::ostream& out,
               std::ostream& errors) {
  if (files.empty()) {
    errors << "import: no file given; wanted are units.tsv, people.tsv, duties.tsv or leaves.tsv\n";
    return kBad;
  }
  const KnownDirectory known = known_in(store);
  Problems problems;
  const auto progress = [&](const std::string& file, std::size_t rows) {
    out << file << ": " << rows << " rows read\n" << std::flush;
  };
  const ImportTables tables = read_tables(files, known, progress, problems);
  if (!problems.empty()) {
    for (const Problem& problem : problems) errors << show(problem) << '\n';
    errors << problems.size() << " problem(s); nothing was imported\n";
    return kBad;
  }
  const auto report = [&](const char* what, std::size_t rows, auto&& write, const char* note = "") {
    if (rows == 0) return;
    out << what << ": " << rows << " row(s), writing ...\n" << std::flush;
    const std::size_t changed = write();
    out << what << ": " << changed << " row(s) new or changed" << note << "\n" << std::flush;
  };
  try {
    report("units", tables.units.size(), [&] { return store.import_units(tables.units); });
    report(
        "people", tables.people.size(),
        [&] { return store.import_people(tables.people, tables.specialities); },
        " (accounts are rows of their own)");
    report("duties", tables.duties.size(), [&] { return store.import_duties(tables.duties); });
    report("leaves", tables.leaves.size(), [&] { return store.import_leaves(tables.leaves); });
  } catch (const std::invalid_argument& wrong) {
    errors << "import: " << wrong.what() << '\n';
    return kBad;
  }
  return kDone;
}

}  // namespace huiyin
