#include "server/ops/tsv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <sstream>

namespace huiyin {
namespace {

using testing::ElementsAre;

constexpr std::array<std::string_view, 3> kFruit = {"name", "colour", "price"};
constexpr std::array<std::string_view, 1> kFruitNeeds = {"name"};
constexpr std::array<std::string_view, 2> kTown = {"code", "title"};
constexpr std::array<std::string_view, 2> kTownNeeds = {"code", "title"};
const std::array<TsvTable, 2> kTables = {
    {{"fruit", kFruit, kFruitNeeds}, {"town", kTown, kTownNeeds}}};

struct Read {
  std::optional<std::size_t> table;
  std::vector<std::string> rows, problems;
};

Read read(const std::string& text) {
  std::istringstream in{text};
  Read result;
  Problems problems;
  result.table = read_tsv(
      in, "f.tsv", kTables,
      [&](std::size_t table, const TsvRow& row) {
        std::string shown = std::to_string(row.place().line) + ":";
        for (std::size_t c = 0; c < kTables[table].columns.size(); ++c) {
          shown += std::string{row[c]} + ";";
        }
        result.rows.push_back(shown);
      },
      problems);
  for (const Problem& problem : problems) result.problems.push_back(show(problem));
  return result;
}

struct TsvCase {
  const char* label;
  std::string text;
  std::vector<std::string> rows, problems;
};

const TsvCase kCases[] = {
    {"plain", "name\tcolour\tprice\npear\tgreen\t3\n", {"2:pear;green;3;"}, {}},
    {"any_order_some_left_out", "price\tname\n3\tpear\n", {"2:pear;;3;"}, {}},
    {"other_table", "title\tcode\n石璜镇\t1\n", {"2:1;石璜镇;"}, {}},
    {"mark_and_crlf", "\xEF\xBB\xBFname\r\npear\r\n", {"2:pear;;;"}, {}},
    {"quotes_are_literal", "name\n\"pear\"\n", {"2:\"pear\";;;"}, {}},
    {"empty_lines", "name\n\npear\n\n", {"3:pear;;;"}, {}},
    {"no_last_line_end", "name\npear", {"2:pear;;;"}, {}},
    {"header_only", "name\n", {}, {}},
    {"empty", "", {}, {"f.tsv: empty, a header line is wanted"}},
    {"unknown_column",
     "name\tcolor\n",
     {},
     {"f.tsv:1:1: fruit: unknown column 'color', allowed are name, colour, price"}},
    {"column_missing",
     "code\n",
     {},
     {"f.tsv:1:1: town: column 'title' is missing, wanted are code, title"}},
    {"column_twice",
     "name\tname\n",
     {},
     {"f.tsv:1:1: name: this column is there twice, each is allowed once"}},
    {"bad_rows_do_not_hide_others",
     "name\tprice\npear\nplum\t2\tx\napple\t1\n\xFF\t1\n",
     {"4:apple;;1;"},
     {"f.tsv:2:1: 1 fields, the header has 2", "f.tsv:3:1: 3 fields, the header has 2",
      "f.tsv:5:1: not UTF-8, save the file as UTF-8"}},
    {"utf8_header", "name\xFF\n", {}, {"f.tsv:1:1: not UTF-8, save the file as UTF-8"}},
    {"nul", std::string{"name\npe\0ar\n", 11}, {}, {"f.tsv:2:1: holds a NUL byte, text is wanted"}},
};

class Tsv : public testing::TestWithParam<TsvCase> {};
INSTANTIATE_TEST_SUITE_P(All, Tsv, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST_P(Tsv, RowsAndProblems) {
  const Read got = read(GetParam().text);
  EXPECT_EQ(got.rows, GetParam().rows);
  EXPECT_EQ(got.problems, GetParam().problems);
}

TEST(TsvKind, IsToldByTheColumns) {
  EXPECT_EQ(read("name\n").table, 0U);
  EXPECT_EQ(read("code\ttitle\n").table, 1U);
  EXPECT_EQ(read("code\tname\n").table, std::nullopt);
}

TEST(Utf8, Strict) {
  for (const char* good : {"", "a", "渠", "😀", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(well_formed_utf8(good));
  for (const char* bad : {"\x80", "\xC0\xAF", "\xE6\xB8", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xE0\x80\x80", "\xF5\x80\x80\x80"}) {
    EXPECT_FALSE(well_formed_utf8(bad));
  }
}

}  // namespace
}  // namespace huiyin
