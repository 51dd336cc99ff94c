#include "server/intake/fold.h"

#include <gtest/gtest.h>

#include "server/intake/numbers.h"
#include "server/intake/trie.h"

namespace huiyin {
namespace {

struct FoldCase {
  const char* label;
  std::string written, display;
  std::u32string folded;
};

const FoldCase kFolds[] = {
    {"plain", "路灯坏了", "路灯坏了", U"路灯坏了"},
    {"trimmed", " \t　路灯 坏了\r\n ", "路灯 坏了", U"路灯 坏了"},
    {"full_width", "ＡＢＣ　１２３：", "ＡＢＣ　１２３：", U"abc 123:"},
    {"traditional", "樓家村溝渠斷水", "樓家村溝渠斷水", U"楼家村沟渠断水"},
    {"dashes", "261123—0042－1", "261123—0042－1", U"261123-0042-1"},
    {"zero_width_inside", "签\u200B收", "签\u200B收", U"签收"},
    {"zero_width_ends", "\uFEFF签收\u200B", "签收", U"签收"},
    {"four_bytes", "😀好𠮷", "😀好𠮷", U"😀好𠮷"},
    {"control_characters", std::string{"好\0\x01的", 8}, "好的", U"好的"},
    {"line_ends", "一\r\n二", "一\n二", U"一\n二"},
    {"bad_byte", "好\xFF的", "好\uFFFD的", U"好\uFFFD的"},
    {"cut_character", "好\xE7\x9A", "好\uFFFD\uFFFD", U"好\uFFFD\uFFFD"},
    {"overlong", "\xC0\xAF", "\uFFFD\uFFFD", U"\uFFFD\uFFFD"},
    {"surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD", U"\uFFFD\uFFFD\uFFFD"},
    {"empty", "", "", U""},
    {"only_space", " \n　", "", U""},
};

class Fold : public testing::TestWithParam<FoldCase> {};
INSTANTIATE_TEST_SUITE_P(All, Fold, testing::ValuesIn(kFolds),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST_P(Fold, KeepsDisplayAndFoldsForMatching) {
  const Folded folded = fold(GetParam().written);
  EXPECT_EQ(folded.display, GetParam().display);
  EXPECT_EQ(folded.chars, GetParam().folded);
  ASSERT_EQ(folded.at.size(), folded.chars.size() + 1);
  EXPECT_EQ(folded.written(0, folded.size()), folded.display);
}

TEST(FoldLimit, CutsOnACharacter) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "渠";
  const Folded folded = fold(text);
  EXPECT_EQ(folded.size(), kMaxCharacters);
  EXPECT_EQ(folded.display.size(), kMaxCharacters * 3);
}

struct NumberCase {
  const char* label;
  std::string text;
  std::vector<std::string> certain, possible;
};

const NumberCase kNumbers[] = {
    {"as_given", "261123-0042", {"261123-0042"}, {}},
    {"full_width", "２６１１２３－００４２办好了吗", {"261123-0042"}, {}},
    {"missing_zeros", "261123-42", {"261123-0042"}, {}},
    {"compact", "查询2611230042", {"261123-0042"}, {}},
    {"five_digits", "261123-10042", {"261123-10042"}, {}},
    {"space", "261123 0042", {"261123-0042"}, {}},
    {"prefix", "编号：42 怎么样了", {"0042"}, {}},
    {"prefix_full", "单号261123-0042", {"261123-0042"}, {}},
    {"ordinal", "第42号怎么样了", {"0042"}, {}},
    {"brackets", "【261123-0042】", {"261123-0042"}, {}},
    {"four_alone", "0042", {}, {"0042"}},
    {"two", "并件 261123-0042 261120-7", {"261123-0042", "261120-0007"}, {}},
    {"building", "第12号楼没电", {}, {}},
    {"mobile", "13812345678", {}, {}},
    {"mobile_spaced", "138 1234 5678", {}, {"1234", "5678"}},
    {"mobile_dashed", "138-1234-5678", {}, {}},
    {"landline", "0575-83012345", {}, {}},
    {"date", "2026-11-23", {}, {}},
    {"year", "2026年停水", {}, {}},
    {"amount", "3000元", {}, {}},
    {"identity", "330683199003071234", {}, {}},
    {"bad_day", "261340-0042", {}, {}},
    {"plate", "浙D12345", {}, {}},
    {"time", "08:30", {}, {}},
};

class CaseNumbers : public testing::TestWithParam<NumberCase> {};
INSTANTIATE_TEST_SUITE_P(All, CaseNumbers, testing::ValuesIn(kNumbers),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST_P(CaseNumbers, AreFoundAndNothingElse) {
  std::vector<std::string> certain, possible;
  for (const NumberToken& token : find_case_numbers(fold(GetParam().text).chars)) {
    (token.certainty == NumberToken::certain ? certain : possible).push_back(token.number);
  }
  EXPECT_EQ(certain, GetParam().certain);
  EXPECT_EQ(possible, GetParam().possible);
}

TEST(SmallNumber, DigitsAndNumerals) {
  const std::pair<std::u32string_view, int> kGood[] = {
      {U"0", 0},   {U"5", 5},     {U"99", 99},   {U"三", 3},     {U"两", 2},
      {U"十", 10}, {U"十二", 12}, {U"二十", 20}, {U"九十九", 99}};
  for (const auto& [text, value] : kGood) EXPECT_EQ(small_number(text), value);
  for (const std::u32string_view text : {U"", U"100", U"一二", U"百", U"3a", U"十十", U"一下"}) {
    EXPECT_EQ(small_number(text), std::nullopt);
  }
}

TEST(TrieTest, FindsTheLongestWordAndAllItsValues) {
  const Trie trie{{{U"石璜", 1}, {U"石璜镇", 2}, {U"石", 3}, {U"石璜", 4}, {U"", 9}, {U"𠮷村", 5}}};
  EXPECT_EQ(trie.longest(U"石璜镇楼家").length, 3U);
  const auto hit = trie.longest(U"石璜村");
  EXPECT_EQ(hit.length, 2U);
  EXPECT_EQ(std::vector<Trie::Value>(hit.values.begin(), hit.values.end()),
            (std::vector<Trie::Value>{1, 4}));
  EXPECT_EQ(trie.longest(U"𠮷村").values.front(), 5U);
  EXPECT_EQ(trie.longest(U"璜").length, 0U);
  EXPECT_EQ(Trie{}.longest(U"石").length, 0U);
}

}  // namespace
}  // namespace huiyin
