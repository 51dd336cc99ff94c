// Where a matter starts (handbook §6), and where its place is when several are named.
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::DeskHarness;
namespace people = fakes::people;

struct Start {
  const char* label;
  const char* says;
  Level level;
  Stage stage;
  PersonId owner;
  const char* unit;
  const char* concerned = "";
};

const Start kStarts[] = {
    {"small", "楼家村路灯坏了", Level::frontline, Stage::dispatched, people::instructor, "lj"},
    {"grid", "楼家一网格路灯坏了", Level::frontline, Stage::dispatched, people::grid, "lj-1"},
    {"enterprise", "云帆纺织门口路灯坏了", Level::frontline, Stage::dispatched, people::officer,
     "yf"},
    {"enforcement", "楼家村有人偷排污水", Level::township, Stage::pending_triage, people::clerk,
     "lj"},
    {"wages", "云帆纺织拖欠工资三个月", Level::township, Stage::pending_triage, people::clerk,
     "yf"},
    {"a_drain_is_no_crime", "楼家村排污管堵了", Level::frontline, Stage::dispatched,
     people::instructor, "lj"},
    {"unit_unknown", "石璜镇路灯坏了", Level::township, Stage::pending_triage, people::clerk, "sh"},
    {"two_units", "楼家村到新胜村的路面坏了", Level::township, Stage::pending_triage, people::clerk,
     "sh"},
    {"two_townships", "石璜镇到黄泽镇的公交改线了", Level::county, Stage::pending_triage,
     people::county_clerk, "sz"},
    {"home_is_elsewhere", "我是楼家村的，云帆纺织门口的路灯坏了", Level::frontline,
     Stage::dispatched, people::officer, "yf"},
    {"about_the_committee", "投诉楼家村村委会乱收费", Level::township, Stage::pending_triage,
     people::clerk, "lj", "lj"},
    {"about_the_instructor", "举报楼家村驻村指导员吃拿卡要", Level::township, Stage::pending_triage,
     people::clerk, "lj", "lj"},
    {"about_the_township", "投诉石璜镇政府不作为", Level::county, Stage::pending_triage,
     people::county_clerk, "sh", "sh"},
    {"praise", "表扬楼家村驻村指导员，办事认真", Level::frontline, Stage::dispatched,
     people::instructor, "lj"},
    {"fire_goes_the_short_way", "楼家村食品过期的仓库着火了快来人", Level::frontline,
     Stage::dispatched, people::instructor, "lj"},
};

class Starts : public testing::TestWithParam<Start> {};
INSTANTIATE_TEST_SUITE_P(All, Starts, testing::ValuesIn(kStarts),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST_P(Starts, where_they_belong) {
  const Start& row = GetParam();
  DeskHarness desk;
  const auto decision = desk.say("甲", row.says);
  ASSERT_EQ(desk.set.cases().size(), 1u) << row.says;
  const Case& c = desk.only_case();
  EXPECT_EQ(c.level, row.level) << row.says;
  EXPECT_EQ(c.stage, row.stage) << row.says;
  EXPECT_EQ(c.owner, row.owner) << row.says;
  EXPECT_EQ(c.unit.raw(), row.unit) << row.says;
  EXPECT_EQ(c.concerned_unit.raw(), row.concerned) << row.says;
  EXPECT_EQ(c.due_at == Instant{}, c.type == CaseType::praise);
  const auto card = desk.to(decision, row.owner);
  ASSERT_EQ(card.size(), 1u);
  EXPECT_EQ(card[0]->audience,
            row.stage == Stage::pending_triage ? Audience::office : Audience::owner);
  const auto told = desk.to(decision, c.reporter);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0]->kind, "registered");
  EXPECT_EQ(told[0]->events.size(), 2u);
  EXPECT_TRUE(told[0]->facts.contains("owner"));
  if (row.stage == Stage::pending_triage) {
    EXPECT_THAT(c.waits, testing::ElementsAre(Wait{c.owner_unit, WaitKind::triage}));
  }
}

TEST(Start, five_reporters_of_one_problem_are_the_townships_matter) {
  DeskHarness desk;
  for (const char* who : {"甲", "乙", "丙", "丁"}) {
    desk.say(who, "楼家村自来水又黄又浑");
    EXPECT_EQ(desk.last_case().level, Level::frontline) << who;
    desk.now += std::chrono::minutes{11};
  }
  desk.say("戊", "楼家村自来水又黄又浑");
  EXPECT_EQ(desk.last_case().level, Level::township);
  EXPECT_EQ(desk.last_case().stage, Stage::pending_triage);
}

TEST(Start, nobody_lives_in_two_places) {
  DeskHarness desk;
  const auto decision = desk.say("甲", "绑定 楼家村和云帆纺织");
  EXPECT_THAT(desk.kinds(decision), testing::ElementsAre("reporter/which_place"));
}

}  // namespace
}  // namespace huiyin::conversation
