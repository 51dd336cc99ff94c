// Complaints about those who serve are not for their eyes (handbook §4).
#include "tests/desk/changed_directory.h"
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::DeskHarness;
namespace people = fakes::people;

// Nothing of the case reaches them, and whatever they say about it is answered as if there were
// none.
void expect_nothing(DeskHarness& desk, PersonId who, const std::string& number) {
  for (const std::string& word :
       std::vector<std::string>{"查询", "签收", "进展", "补充", "帮助", "关注", "催办"}) {
    const bool words = word == "进展" || word == "补充";
    const auto decision = desk.say(who, word + " " + number + (words ? " 已经去看过了" : ""));
    for (const auto& notice : decision.notices) {
      EXPECT_FALSE(notice.about && desk.set.find_case(notice.about)->number == number)
          << word << notice.kind;
      EXPECT_THAT(desk.read(notice), testing::Not(testing::HasSubstr("乱收费"))) << word;
    }
    EXPECT_TRUE(decision.cases.empty()) << word;
  }
  for (const char* list : {"待办", "查询"}) {
    for (const auto& notice : desk.say(who, list).notices)
      EXPECT_THAT(desk.read(notice), testing::Not(testing::HasSubstr(number))) << list;
  }
}

struct About {
  const char* label;
  const char* says;
  std::vector<PersonId> concerned;
};

class Conflicts : public testing::TestWithParam<About> {};
INSTANTIATE_TEST_SUITE_P(All, Conflicts,
                         testing::Values(About{"village",
                                               "投诉楼家村村委会乱收费",
                                               {people::instructor, people::deputy, people::grid}},
                                         About{"township",
                                               "投诉石璜镇政府乱收费",
                                               {people::clerk, people::second_clerk,
                                                people::instructor, people::officer,
                                                people::partner}}),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST_P(Conflicts, those_concerned_find_nothing) {
  DeskHarness desk;
  const auto decision = desk.say("甲", GetParam().says);
  const std::string number = desk.only_case().number;
  for (const PersonId who : GetParam().concerned) {
    SCOPED_TRACE(desk.directory->person(who)->name);
    EXPECT_TRUE(desk.to(decision, who).empty());
    EXPECT_EQ(std::ranges::count(desk.case_of(number).concerned, who), 1);
    expect_nothing(desk, who, number);
  }
}

// Who leaves the village for the office takes his curiosity with him.
TEST(Conflict, another_duty_does_not_help) {
  DeskHarness desk;
  desk.say("甲", "投诉楼家村村委会乱收费");
  const std::string number = desk.only_case().number;
  std::vector<Duty> duties = desk.directory->duties();
  for (Duty& duty : duties)
    if (duty.person == people::instructor) {
      duty.unit = UnitCode{"sh"};
      duty.role = DutyRole::clerk;
      duty.priority = 0;
    }
  std::vector<Leave> leaves{{people::clerk, desk.now - std::chrono::hours{1},
                             desk.now + std::chrono::hours{99}, people::instructor}};
  desk.directory = changed(*desk.directory, std::move(duties), std::move(leaves));
  expect_nothing(desk, people::instructor, number);
  const auto urged = desk.say("甲", "催办");
  EXPECT_TRUE(desk.to(urged, people::instructor).empty());
}

// Nor is it for those who come to the village afterwards.
TEST(Conflict, a_new_colleague_of_theirs_finds_nothing) {
  DeskHarness desk;
  desk.say("甲", "投诉楼家村村委会乱收费");
  const std::string number = desk.only_case().number;
  auto duties = desk.directory->duties();
  duties.push_back({UnitCode{"lj"}, people::officer, 1, DutyRole::stationed_cadre, {}, {}, {}});
  desk.directory = changed(*desk.directory, std::move(duties), {});
  expect_nothing(desk, people::officer, number);
  EXPECT_THAT(desk.kinds(desk.say(people::clerk, "分流 " + number + " 楼家村")),
              testing::ElementsAre("owner/refused"));
}

TEST(Conflict, what_is_added_about_the_owner_becomes_a_case_of_its_own) {
  DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了");
  const auto decision = desk.say("甲", "我要投诉村主任乱收费，楼家村的");
  EXPECT_TRUE(desk.to(decision, people::instructor).empty());
  const Case& c = desk.last_case();
  EXPECT_EQ(c.number, "260326-0002");
  EXPECT_EQ(c.concerned_unit, UnitCode{"lj"});
  EXPECT_EQ(c.privacy, Privacy::confidential);
  EXPECT_THAT(desk.case_of("260326-0001").text, testing::Not(testing::HasSubstr("乱收费")));
  expect_nothing(desk, people::instructor, "260326-0002");
}

TEST(Conflict, reopening_with_a_complaint_takes_it_away_from_them) {
  DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了");
  desk.say(people::instructor, "办结 换了新灯泡，已经亮了");
  const auto decision = desk.say("甲", "没解决，我要投诉村主任乱收费");
  const Case& c = desk.only_case();
  EXPECT_EQ(c.level, Level::township);
  EXPECT_EQ(c.owner, people::clerk);
  EXPECT_EQ(c.concerned_unit, UnitCode{"lj"});
  EXPECT_TRUE(desk.to(decision, people::instructor).empty());
  EXPECT_THAT(desk.kinds(decision), testing::Contains("reporter/reopened"));
  for (const auto* edit : desk.edits(decision))
    if (edit->to == people::instructor) {
      EXPECT_THAT(desk.read(*edit), testing::Not(testing::HasSubstr("路灯")));
      EXPECT_THAT(desk.read(*edit), testing::Not(testing::HasSubstr("乱收费")));
    }
  expect_nothing(desk, people::instructor, c.number);
}

// Which village it is may be known to nobody: then none of them gets it, whatever the office says.
TEST(Conflict, an_unknown_village_is_any_of_them) {
  struct Row {
    const char* label;
    std::vector<const char*> says;
    PersonId office;
    const char* to;  // 分流
    std::vector<PersonId> concerned;
  };
  const std::vector<PersonId> village{people::instructor, people::deputy, people::grid};
  for (const Row& row : {Row{"somewhere_in_the_township",
                             {"投诉石璜镇的村主任乱收费"},
                             people::clerk,
                             "楼家村",
                             village},
                         Row{"nowhere",
                             {"投诉村主任乱收费", "不知道", "说不清楚"},
                             people::city_clerk,
                             "楼家村",
                             village},
                         Row{"some_township",
                             {"投诉镇政府乱收费", "不知道", "说不清楚"},
                             people::city_clerk,
                             "石璜镇",
                             {people::clerk, people::instructor}}}) {
    SCOPED_TRACE(row.label);
    DeskHarness desk;
    for (const char* line : row.says) desk.say("甲", line);
    desk.pass_until(desk.now + std::chrono::minutes{31});
    ASSERT_NE(desk.only_case().stage, Stage::draft);
    const std::string number = desk.only_case().number;
    EXPECT_EQ(desk.only_case().owner, row.office);
    for (const PersonId who : row.concerned)
      EXPECT_EQ(std::ranges::count(desk.only_case().concerned, who), 1) << who.raw();
    for (const std::string word : {"分流", "下派"}) {
      const auto decision = desk.say(row.office, word + " " + number + " " + row.to + " 请核实");
      EXPECT_THAT(desk.kinds(decision), testing::ElementsAre("owner/refused")) << word;
      EXPECT_EQ(desk.only_case().stage, Stage::pending_triage);
    }
    for (const PersonId who : row.concerned) expect_nothing(desk, who, number);
  }
}

// The reporter tells the village afterwards: those of the others are free again.
TEST(Conflict, the_village_told_afterwards) {
  DeskHarness desk;
  desk.say("甲", "投诉石璜镇的村主任乱收费");
  ASSERT_EQ(std::ranges::count(desk.only_case().concerned, people::officer), 1);
  desk.say("甲", "楼家村");
  const Case& c = desk.only_case();
  EXPECT_EQ(c.concerned_unit, UnitCode{"lj"});
  EXPECT_EQ(std::ranges::count(c.concerned, people::officer), 0);
  EXPECT_EQ(std::ranges::count(c.concerned, people::instructor), 1);
  EXPECT_EQ(c.owner, people::clerk);
}

TEST(Conflict, emergencies_too_pass_by_those_they_are_about) {
  DeskHarness desk;
  const auto decision = desk.say("甲", "投诉楼家村村主任打人，正拿刀砍人，快来");
  const Case& c = desk.only_case();
  EXPECT_EQ(c.urgency, Urgency::emergency);
  for (const PersonId who : {people::instructor, people::deputy, people::grid})
    EXPECT_TRUE(desk.to(decision, who).empty());
  EXPECT_EQ(desk.to(decision, people::clerk).size(), 1u);
  EXPECT_TRUE(desk.to(decision, c.reporter).at(0)->facts.contains("advice"));
}

}  // namespace
}  // namespace huiyin::conversation
