#include "server/ops/tsv.h"

#include <algorithm>

namespace huiyin {
namespace {

void split(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  for (;;) {
    const std::size_t tab = line.find('\t');
    fields.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return;
    line.remove_prefix(tab + 1);
  }
}

std::string joined(std::span<const std::string_view> words) {
  std::string all;
  for (const std::string_view word : words) all += (all.empty() ? "" : ", ") + std::string{word};
  return all;
}

bool has(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

bool fits(const TsvTable& table, std::span<const std::string_view> header) {
  return std::ranges::all_of(table.required, [&](auto column) { return has(header, column); }) &&
         std::ranges::all_of(header, [&](auto column) { return has(table.columns, column); });
}

// The table that shares most columns, to say what is wrong with the header.
void blame(std::span<const TsvTable> tables, std::span<const std::string_view> header,
           const FilePlace& place, Problems& problems) {
  const auto shared = [&](const TsvTable& table) {
    return std::ranges::count_if(header, [&](auto column) { return has(table.columns, column); });
  };
  const TsvTable& nearest = *std::ranges::max_element(tables, {}, shared);
  for (const std::string_view column : header) {
    if (has(nearest.columns, column)) continue;
    problems.push_back({Problem::error, place, std::string{nearest.name},
                        "unknown column '" + std::string{column.substr(0, 40)} + "', allowed are " +
                            joined(nearest.columns)});
  }
  for (const std::string_view column : nearest.required) {
    if (has(header, column)) continue;
    problems.push_back({Problem::error, place, std::string{nearest.name},
                        "column '" + std::string{column} + "' is missing, wanted are " +
                            joined(nearest.required)});
  }
}

std::optional<std::size_t> table_of(std::span<const TsvTable> tables,
                                    std::span<const std::string_view> header,
                                    const FilePlace& place, Problems& problems) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (has(header.subspan(i + 1), header[i])) {
      problems.push_back({Problem::error, place, std::string{header[i].substr(0, 40)},
                          "this column is there twice, each is allowed once"});
      return std::nullopt;
    }
  }
  const auto found = std::ranges::find_if(tables, [&](auto& table) { return fits(table, header); });
  if (found != tables.end()) return static_cast<std::size_t>(found - tables.begin());
  blame(tables, header, place, problems);
  return std::nullopt;
}

bool next_line(std::istream& in, std::string& line) {
  if (!std::getline(in, line)) return false;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return true;
}

}  // namespace

bool well_formed_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
    const unsigned first = byte(i);
    const std::size_t more = first < 0x80                    ? 0
                             : first >= 0xC2 && first < 0xE0 ? 1
                             : first >= 0xE0 && first < 0xF0 ? 2
                             : first >= 0xF0 && first < 0xF5 ? 3
                                                             : 4;
    if (more == 4 || i + more >= text.size()) return false;
    for (std::size_t k = i + 1; k <= i + more; ++k) {
      if ((byte(k) & 0xC0) != 0x80) return false;
    }
    const unsigned second = more > 0 ? byte(i + 1) : 0x80;
    if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
        (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) {
      return false;
    }
    i += more + 1;
  }
  return true;
}

std::optional<std::size_t> read_tsv(std::istream& in, const std::string& file,
                                    std::span<const TsvTable> tables,
                                    const std::function<void(std::size_t, const TsvRow&)>& row,
                                    Problems& problems) {
  std::string line;
  FilePlace place{file, 1, 1};
  if (!next_line(in, line)) {
    problems.push_back({Problem::error, {file, 0, 0}, "", "empty, a header line is wanted"});
    return std::nullopt;
  }
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
  const std::string header_line = line;
  std::vector<std::string_view> header;
  split(header_line, header);
  if (!well_formed_utf8(header_line)) {
    problems.push_back({Problem::error, place, "", "not UTF-8, save the file as UTF-8"});
    return std::nullopt;
  }
  const auto kind = table_of(tables, header, place, problems);
  if (!kind) return std::nullopt;
  const TsvTable& table = tables[*kind];
  std::vector<std::size_t> column_of;  // field -> column of the table
  for (const std::string_view name : header) {
    column_of.push_back(
        static_cast<std::size_t>(std::ranges::find(table.columns, name) - table.columns.begin()));
  }

  std::vector<std::string_view> fields, cells(table.columns.size());
  while (next_line(in, line)) {
    ++place.line;
    if (line.empty()) continue;
    if (!well_formed_utf8(line)) {
      problems.push_back({Problem::error, place, "", "not UTF-8, save the file as UTF-8"});
      continue;
    }
    if (line.find('\0') != std::string::npos) {
      problems.push_back({Problem::error, place, "", "holds a NUL byte, text is wanted"});
      continue;
    }
    split(line, fields);
    if (fields.size() != header.size()) {
      problems.push_back({Problem::error, place, "",
                          std::to_string(fields.size()) + " fields, the header has " +
                              std::to_string(header.size())});
      continue;
    }
    for (std::size_t i = 0; i < fields.size(); ++i) cells[column_of[i]] = fields[i];
    row(*kind, TsvRow{file, place.line, cells});
  }
  return kind;
}

}  // namespace huiyin
