#include "server/intake/masking.h"

#include <gtest/gtest.h>

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

TEST(Masking, Names) {
  EXPECT_EQ(mask_name("张三"), "张**");
  EXPECT_EQ(mask_name("欧阳锋"), "欧**");
  EXPECT_EQ(mask_name(""), "");
}

}  // namespace
}  // namespace huiyin
