#include <gtest/gtest.h>

#include "tests/intake/samples.h"

namespace huiyin {
namespace {

using samples::understand;

struct SignalCase {
  int line;
  std::string text;
  Danger danger;
  bool certain;
  Urgency urgency;
  CaseType type;
};

constexpr auto kNormal = Urgency::normal;
constexpr auto kUrgent = Urgency::urgent;
constexpr auto kEmergency = Urgency::emergency;

const SignalCase kSignals[] = {
    {__LINE__, "楼家村着火了快来", Danger::fire, true, kEmergency, CaseType::help},
    {__LINE__, "孩子掉河里了", Danger::fire, true, kEmergency, CaseType::help},
    {__LINE__, "我妈晕倒了", Danger::medical, true, kEmergency, CaseType::help},
    {__LINE__, "村口发生车禍", Danger::crash, true, kEmergency, CaseType::help},
    {__LINE__, "有人拿刀砍人", Danger::crime, true, kEmergency, CaseType::help},
    {__LINE__, "我不想活了", Danger::suicide, true, kEmergency, CaseType::help},
    {__LINE__, "there is smoke, people trapped", Danger::fire, true, kEmergency, CaseType::help},
    {__LINE__, "昨天着火的事，已扑灭", Danger::fire, false, kNormal, CaseType::help},
    {__LINE__, "水库边没有护栏，怕孩子落水", Danger::fire, false, kNormal, CaseType::help},
    {__LINE__, "消防通道被占了", Danger::none, false, kNormal, CaseType::help},
    {__LINE__, "楼道堆杂物有火灾隐患", Danger::none, false, kNormal, CaseType::help},
    {__LINE__, "村里停水两天了", Danger::none, false, kUrgent, CaseType::help},
    {__LINE__, "路上有个大坑", Danger::none, false, kUrgent, CaseType::help},
    {__LINE__, "我要投诉物业态度差", Danger::none, false, kNormal, CaseType::complaint},
    {__LINE__, "举报有人违章搭建", Danger::none, false, kNormal, CaseType::violation},
    {__LINE__, "村主任乱收费", Danger::none, false, kNormal, CaseType::complaint},
    {__LINE__, "村书记以权谋私", Danger::none, false, kNormal, CaseType::violation},
    {__LINE__, "建议村口装个红绿灯", Danger::none, false, kNormal, CaseType::suggestion},
    {__LINE__, "请问低保怎么申请", Danger::none, false, kNormal, CaseType::consult},
    {__LINE__, "表扬楼家村的驻村干部", Danger::none, false, kNormal, CaseType::praise},
    {__LINE__, "路灯坏了", Danger::none, false, kNormal, CaseType::help},
};

TEST(Signals, DangerUrgencyAndType) {
  for (const SignalCase& s : kSignals) {
    SCOPED_TRACE("line " + std::to_string(s.line) + ": " + s.text);
    const Meaning meaning = understand(s.text);
    EXPECT_EQ(meaning.danger, s.danger);
    EXPECT_EQ(meaning.danger_certain, s.certain);
    EXPECT_EQ(meaning.urgency, s.urgency);
    EXPECT_EQ(meaning.type, s.type);
    EXPECT_TRUE(meaning.substance);
  }
}

TEST(Signals, WhoIsNamedAndWhetherTheKindIsSaid) {
  struct Row {
    const char* text;
    Officials officials;
    bool type_said;
  };
  constexpr auto kNobody = Officials::none;
  for (const Row& row : {
           Row{"我要投诉村主任王某乱收费，楼家村的", Officials::frontline, true},
           Row{"举报楼家村书记优亲厚友", Officials::frontline, true},
           Row{"网格员从来不来，推诿", Officials::frontline, false},
           Row{"驻村指导员態度差", Officials::frontline, false},
           Row{"投诉石璜镇政府不作为", Officials::township, true},
           Row{"举报镇党委书记受贿", Officials::township, true},
           Row{"建议村口装个红绿灯", kNobody, true},
           Row{"村委会门口的路灯坏了", kNobody, false},
           Row{"书记家旁边有条狗乱叫", kNobody, false},
           Row{"镇政府大门口堵车", kNobody, false},
           Row{"我要投诉饭店服务员态度差", kNobody, true},
           Row{"路灯坏了", kNobody, false},
       }) {
    const Meaning meaning = understand(row.text);
    EXPECT_EQ(meaning.officials, row.officials) << row.text;
    EXPECT_EQ(meaning.type_said, row.type_said) << row.text;
  }
}

TEST(Signals, WhoMustHavePowerAndWhoMayKnow) {
  struct Row {
    const char* text;
    bool enforcement;
    Privacy privacy;
  };
  using enum Privacy;
  for (const Row& row : {
           Row{"举报楼家村有人偷排污水", true, confidential},
           Row{"工厂排污水发臭", true, named},
           Row{"排污管堵了", false, named},
           Row{"老板欠薪三个月", true, named},
           Row{"食品厂门口路灯坏了", false, named},
           Row{"超市卖过期食品", true, named},
           Row{"请问违建怎么认定，想了解", true, confidential},
           Row{"建议整治违建", true, confidential},
           Row{"投诉垃圾没人收", false, named},
           Row{"投诉饭店服务员骂人", false, confidential},
           Row{"我要投诉村主任乱收费", false, confidential},
           Row{"路灯坏了，别说是我", false, confidential},
           Row{"匿名：河边有人倒垃圾", false, anonymous},
           Row{"我不想留名，桥上护栏断了", false, anonymous},
           Row{"公司的保密协议怎么签", false, named},
       }) {
    const Meaning meaning = understand(row.text);
    EXPECT_EQ(meaning.enforcement, row.enforcement) << row.text;
    EXPECT_EQ(meaning.privacy, row.privacy) << row.text;
  }
}

TEST(Signals, Topics) {
  const std::pair<const char*, const char*> kTable[] = {
      {"施工把沟渠挖断了，生姜没水灌溉", "agriculture"},
      {"小区路灯坏了", "construction"},
      {"工厂排污水发臭", "environment"},
      {"公交车改线了", "transport"},
      {"拖欠工资三个月", "labour_security"},
      {"低保怎么申请", "civil_affairs"},
      {"宅基地被占", "land"},
      {"这件事怎么弄", ""},
  };
  for (const auto& [text, topic] : kTable) EXPECT_EQ(understand(text).topic, topic) << text;
}

// Whatever strangers send, the answer is a value, and time grows with the length only.
TEST(Understanding, TakesAnything) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  std::string long_one, brackets, digits, dashes;
  for (int i = 0; i < 30000; ++i) {
    long_one += "楼家村着火";
    brackets += "[";
    digits += static_cast<char>('0' + i % 10);
    dashes += i % 7 == 0 ? "-" : "1";
  }
  for (const std::string& text :
       {all, long_one, brackets, digits, dashes, std::string(5, '\0'), std::string("编号"),
        std::string("第"), std::string("/:"), std::string("["), std::string("\n\n签收\n\n")}) {
    const Meaning meaning = understand(text);
    EXPECT_LE(meaning.text.size(), 4U * 4096U);
  }
}

}  // namespace
}  // namespace huiyin
