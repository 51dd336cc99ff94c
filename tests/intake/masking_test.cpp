#include "server/intake/masking.h"

#include <gtest/gtest.h>

#include <iterator>
#include <random>

namespace huiyin {
namespace {

struct MaskCase {
  const char* label;
  std::string text, masked;
};

const MaskCase kMasks[] = {
    {"mobile", "电话13812345678", "电话138****5678"},
    {"mobile_spaces", "138 1234 5678", "138 **** 5678"},
    {"mobile_dashes", "138-1234-5678。", "138-****-5678。"},
    {"mobile_full_width", "１３８１２３４５６７８", "１３８****５６７８"},
    {"mobile_chinese", "一三八幺二三四五六七八", "一三八****五六七八"},
    {"mobile_mixed", "138一二三四5678", "138****5678"},
    {"mobile_country", "+86 13812345678", "+86 138****5678"},
    {"mobile_country_joined", "8613812345678", "86138****5678"},
    {"two_mobiles", "13812345678 13987654321", "138****5678 139****4321"},
    {"two_mobiles_comma", "13812345678，13987654321", "138****5678，139****4321"},
    {"every_occurrence", "13812345678打了，再打13812345678", "138****5678打了，再打138****5678"},
    {"landline", "0575-83012345", "****-****2345"},
    {"landline_local", "电话83012345", "电话****2345"},
    {"identity", "330683199003071234", "330683********1234"},
    {"identity_x", "33068319900307123X", "330683********123X"},
    {"identity_wrong_digit", "330683199003071239", "330683********1239"},
    {"identity_spaces", "330683 19900307 1234", "330683 ******** 1234"},
    {"identity_15", "330683900307123", "330683*****7123"},
    {"bank_card", "6222021234567890123", "***************0123"},
    {"bank_card_spaces", "6222 0212 3456 7890", "**** **** **** 7890"},
    {"plate", "浙D12345", "浙D***45"},
    {"plate_dot", "浙D·12345", "浙D·***45"},
    {"plate_green", "浙DF12345", "浙D****45"},
    {"mobile_spaced_dashes", "138 - 1234 - 5678", "138 - **** - 5678"},
    {"mobile_single_digits", "1 3 8 1 2 3 4 5 6 7 8", "1 3 8 * * * * 5 6 7 8"},
    {"mobile_chinese_spaced", "幺三八 一二三四 五六七八", "幺三八 **** 五六七八"},
    {"mobile_0086", "0086 138 1234 5678", "0086 138 **** 5678"},
    {"mobile_keycaps", "1⃣3⃣8⃣1⃣2⃣3⃣4⃣5⃣6⃣7⃣8⃣", "1⃣3⃣8⃣*⃣*⃣*⃣*⃣5⃣6⃣7⃣8⃣"},
    {"identity_x_apart", "11010519491231002 X", "110105********002 X"},
    {"landline_parted", "电话8301-2345", "电话****-2345"},
    {"years_are_no_number", "2024-2025年度", "2024-2025年度"},
    {"plate_police", "浙D1234警", "浙D**34警"},
    {"name_said", "我叫王小明，住楼家村", "我叫王**，住楼家村"},
    {"name_of_two", "我叫王明住楼家村", "我叫王**住楼家村"},
    {"name_label", "联系人：骆建平", "联系人：骆**"},
    {"name_before_phone", "王小明，电话13812345678", "王**，电话138****5678"},
    {"name_before_number", "路坏了。张三13812345678", "路坏了。张**138****5678"},
    {"no_name", "叫人来修，石桥电话亭坏了", "叫人来修，石桥电话亭坏了"},
    {"case_number", "编号261123-0042", "编号261123-0042"},
    {"case_number_then_mobile", "261123-0042 13812345678", "261123-0042 138****5678"},
    {"case_number_compact", "2611230042", "2611230042"},
    {"date", "2026-11-23", "2026-11-23"},
    {"date_then_mobile", "2026-11-23 13812345678", "2026-11-23 138****5678"},
    {"date_compact", "20261123", "20261123"},
    {"date_words", "2026年11月23日", "2026年11月23日"},
    {"amount", "欠薪12000元，共3500000元", "欠薪12000元，共3500000元"},
    {"amount_words", "一千二百元", "一千二百元"},
    {"count", "涉及412户3285人", "涉及412户3285人"},
    {"hamlets", "三五户人家，一二三组", "三五户人家，一二三组"},
    {"plain", "水渠断了，生姜要水", "水渠断了，生姜要水"},
    {"empty", "", ""},
};

class Masking : public testing::TestWithParam<MaskCase> {};
INSTANTIATE_TEST_SUITE_P(All, Masking, testing::ValuesIn(kMasks),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST_P(Masking, HidesPeopleAndNothingElse) {
  EXPECT_EQ(mask_personal(GetParam().text), GetParam().masked);
}

// However a number is written, and among whatever words, its middle is gone and the rest stands.
TEST(Masking, ManyWaysOfWriting) {
  const char* digits[][10] = {{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
                              {"０", "１", "２", "３", "４", "５", "６", "７", "８", "９"},
                              {"零", "幺", "二", "三", "四", "五", "六", "七", "八", "九"},
                              {"〇", "一", "二", "三", "四", "五", "六", "七", "八", "九"}};
  const char* gaps[] = {"", " ", "-", " - ", "  ", "－", "·", "、", "—", ")("};
  const char* words[] = {"水渠断了，", "编号261123-0042。", "欠3500元；", "2026年3月26日，", "",
                         "电话：",     "楼家村12号。"};
  std::mt19937 random{20261124};
  const auto pick = [&](std::size_t n) { return random() % n; };
  for (int round = 0; round < 20000; ++round) {
    std::string number{"1"};
    number += static_cast<char>('3' + pick(7));
    for (int n = 0; n < 9; ++n) number += static_cast<char>('0' + pick(10));
    const auto& style = digits[pick(4)];
    const std::string gap = gaps[pick(std::size(gaps))];
    const std::string before = words[pick(std::size(words))];
    std::string written, middle;
    for (std::size_t n = 0; n < number.size(); ++n) {
      if (n == 3 || n == 7) written += gap;
      written += style[number[n] - '0'];
      if (n >= 3 && n < 7) middle += style[number[n] - '0'];
    }
    const std::string text = before + written + "，请快来";
    const std::string out = mask_personal(text);
    ASSERT_EQ(out.find(middle + gap + style[number[7] - '0']), std::string::npos) << text << out;
    ASSERT_NE(out.find("****"), std::string::npos) << text << " -> " << out;
    ASSERT_TRUE(out.starts_with(before)) << text << " -> " << out;
    ASSERT_EQ(mask_personal(out), out) << text;
  }
}

TEST(Masking, TakesAnything) {
  std::mt19937 random{7};
  const char* pieces[] = {"王", "1",  "138", "我叫", "电话", "浙D", "-",
                          " ",  "一", "x",   "\xff", "￥",   "\n",  "0575"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t n = random() % 30; n > 0; --n) text += pieces[random() % std::size(pieces)];
    const std::string out = mask_personal(text);
    ASSERT_LE(out.size(), 3 * text.size() + 8);
  }
}

TEST(Masking, KnownNames) {
  EXPECT_EQ(mask_known_name("王小明家，王小明说", "王小明"), "王**家，王**说");
  EXPECT_EQ(mask_known_name("王家", "王"), "王家");
  EXPECT_EQ(mask_known_name("路灯坏了", ""), "路灯坏了");
}

TEST(Masking, Names) {
  EXPECT_EQ(mask_name("张三"), "张**");
  EXPECT_EQ(mask_name("欧阳锋"), "欧**");
  EXPECT_EQ(mask_name(""), "");
}

}  // namespace
}  // namespace huiyin
