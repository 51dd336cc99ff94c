// Strict tab separated tables: UTF-8, a header line, any order of columns, quotes are ordinary
// characters. A byte order mark and CRLF line ends are tolerated; empty lines are skipped.
#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/ops/problem.h"

namespace huiyin {

// A kind of table. A file is of that kind when it has all `required` columns and none beyond
// `columns`.
struct TsvTable {
  std::string_view name;
  std::span<const std::string_view> columns, required;
};

// One row, valid during the call that receives it.
class TsvRow {
 public:
  TsvRow(const std::string& file, int line, std::span<const std::string_view> cells)
      : file_{file}, line_{line}, cells_{cells} {}
  std::string_view operator[](std::size_t column) const { return cells_[column]; }
  FilePlace place() const { return {file_, line_, 1}; }

 private:
  const std::string& file_;
  int line_;
  std::span<const std::string_view> cells_;  // by the table's columns; empty where left out
};

// Reads to the end and calls `row` for each row with the right number of fields, in constant
// memory. Everything else becomes a Problem (file, line, what, what is allowed; no content).
// Returns the index of the table in `tables`, or nothing when the header fits none.
std::optional<std::size_t> read_tsv(std::istream& in, const std::string& file,
                                    std::span<const TsvTable> tables,
                                    const std::function<void(std::size_t, const TsvRow&)>& row,
                                    Problems& problems);

bool well_formed_utf8(std::string_view text);

}  // namespace huiyin
