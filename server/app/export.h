// huiyin export: cases as JSON lines, the directory as the tables that import reads.
#pragma once

#include <iosfwd>
#include <string>

#include "server/store/store.h"

namespace huiyin {

struct ExportRequest {
  std::string since;            // RFC 3339 or 2026-03-26; wanted for cases
  std::string table = "cases";  // cases, units, people, duties
  std::string format;           // jsonl for cases, tsv for the rest; empty: that one
  bool personal = false;        // people.tsv is names and telephones: refused without it
};

// 0 done, 2 wrong use (said on `errors`, nothing written). Cases carry no reporter, name or
// telephone, and their texts are masked. store::Error passes through.
int run_export(store::Store& store, const ExportRequest& request, std::ostream& out,
               std::ostream& errors);

}  // namespace huiyin
