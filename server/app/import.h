// huiyin import FILE...: units, people and duties into the database. Columns: docs/import.md.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "server/store/store.h"

namespace huiyin {

// Files in any order; units go in before people, people before duties. Nothing is imported when any
// row of any file is bad: then 2, and each problem on `errors` as file:line. 0 when done; importing
// the same again changes nothing. store::Error passes through; running it again is safe.
int run_import(store::Store& store, const std::vector<std::string>& files, std::ostream& out,
               std::ostream& errors);

}  // namespace huiyin
