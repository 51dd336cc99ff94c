// What leaders say, verb by verb.
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using testing::HasSubstr;
namespace people = fakes::people;

void wanted(fakes::DeskHarness& desk) {
  play(desk, {{"甲", "楼家村沟渠断水，姜地浇不上", {"owner/card", "reporter/registered"}},
              {"instructor", "签收", {"reporter/accepted", "owner/done"}}});
  desk.say(people::instructor, "上报 260326-0001 超出本村权限，需要水利部门");
  if (desk.only_case().level == Level::frontline) desk.say(people::instructor, "0");
  desk.say(people::clerk, "上报 0001 镇里没有抽水设备");
  ASSERT_EQ(desk.only_case().level, Level::county);
  desk.say(people::county_clerk, "提请认领 0001");
  ASSERT_EQ(desk.only_case().stage, Stage::pending_claim);
}

void claimed(fakes::DeskHarness& desk) {
  wanted(desk);
  desk.say(people::county_leader, "认领 水利局");
  ASSERT_EQ(desk.only_case().stage, Stage::in_progress);
}

using Given = void (*)(fakes::DeskHarness&);
struct Says {
  const char* label;
  Given given;
  std::vector<Line> lines;
  Stage stage;
  PersonId owner;
};

class Leaders : public testing::TestWithParam<Says> {};

TEST_P(Leaders, say) {
  const auto& row = GetParam();
  fakes::DeskHarness desk;
  ASSERT_NO_FATAL_FAILURE(row.given(desk));
  play(desk, row.lines);
  EXPECT_EQ(name(desk.only_case().stage), name(row.stage));
  EXPECT_EQ(desk.only_case().owner, row.owner);
}

const std::vector<std::string> kRefused{"owner/refused"};
const std::vector<std::string> kClaimed{"reporter/claimed", "owner/card", "office/claimed",
                                        "owner/done"};

INSTANTIATE_TEST_SUITE_P(
    Claim, Leaders,
    testing::Values(
        Says{"the_only_one",
             wanted,
             {{"leader", "认领 水利局", kClaimed, "由水利局联系人办理"}},
             Stage::in_progress,
             people::water},
        Says{"what_another_leads",
             claimed,
             {{"leader", "认领 0001 水利局", kRefused, "已有领导牵头"}},
             Stage::in_progress,
             people::water},
        Says{"by_number_with_words",
             wanted,
             {{"leader", "认领 260326-0001 水利局 三天内拿出办法", kClaimed}},
             Stage::in_progress,
             people::water},
        Says{
            "with_another_department",
            wanted,
            {{"leader",
              "认领 0001 水利局、人社局 三天内拿出办法",
              {"reporter/claimed", "owner/card", "owner/co_card", "office/claimed", "owner/done"}}},
            Stage::in_progress,
            people::water},
        Says{"without_department",
             wanted,
             {{"leader", "认领 0001", kRefused, "请写明牵头部门"}, {"leader", "水利局", kClaimed}},
             Stage::in_progress,
             people::water},
        Says{"unknown_department",
             wanted,
             {{"leader", "认领 0001 气象局", kRefused, "没有找到"}},
             Stage::pending_claim,
             people::county_clerk},
        Says{"not_a_partner",
             wanted,
             {{"leader", "认领 0001 供水站", kRefused}},
             Stage::pending_claim,
             people::county_clerk},
        Says{"by_the_city",
             wanted,
             {{"cityleader", "认领 260326-0001 市水利局", kClaimed}},
             Stage::in_progress,
             people::city_water},
        Says{"not_by_a_clerk",
             wanted,
             {{"county", "认领 260326-0001 水利局", kRefused}},
             Stage::pending_claim,
             people::county_clerk},
        Says{"not_twice",
             claimed,
             {{"leader", "认领 260326-0001 人社局", kRefused}},
             Stage::in_progress,
             people::water}),
    [](const auto& info) { return std::string{info.param.label}; });

INSTANTIATE_TEST_SUITE_P(
    Lead, Leaders,
    testing::Values(
        Says{"another_department",
             claimed,
             {{"leader",
               "指定 0001 人社局",
               {"reporter/dispatched", "owner/card", "owner/taken_over", "owner/done"}}},
             Stage::in_progress,
             people::labour},
        Says{"not_before_the_claim",
             wanted,
             {{"leader", "指定 0001 人社局", kRefused, "还没有领导牵头"}},
             Stage::pending_claim,
             people::county_clerk},
        Says{"not_the_same_again",
             claimed,
             {{"leader", "指定 0001 水利局", kRefused}},
             Stage::in_progress,
             people::water},
        Says{"instructions",
             claimed,
             {{"leader",
               "批示 0001 先把水送到田里",
               {"owner/instructed", "office/instructed", "owner/done"}}},
             Stage::in_progress,
             people::water},
        Says{
            "instructions_need_words",
            claimed,
            {{"leader", "批示 0001", kRefused, "请写明"},
             {"leader", "先把水送到田里", {"owner/instructed", "office/instructed", "owner/done"}}},
            Stage::in_progress,
            people::water},
        Says{"not_planned_by_himself",
             claimed,
             {{"leader", "办结 0001 列入计划 明年统一修渠", kRefused}},
             Stage::in_progress,
             people::water},
        Says{"a_result_is_a_fact",
             claimed,
             {{"leader", "办结 0001 好了", kRefused}},
             Stage::in_progress,
             people::water}),
    [](const auto& info) { return std::string{info.param.label}; });

TEST(Leader, closes_what_he_leads) {
  fakes::DeskHarness desk;
  claimed(desk);
  const auto decision = desk.say(people::county_leader, "办结 0001 水渠已修好，水到田头");
  EXPECT_EQ(desk.only_case().stage, Stage::closed);
  EXPECT_EQ(desk.only_case().outcome, Outcome::solved);
  EXPECT_EQ(desk.to(decision, people::water).size(), 1U);
  EXPECT_EQ(desk.to(decision, people::instructor).size(), 1U);  // had it before
}

TEST(Leader, lists_the_hard_matters) {
  fakes::DeskHarness desk;
  play(desk, {{"leader", "难事", {"owner/hard_list"}, "没有等着牵头的难事"}});
  wanted(desk);
  play(desk, {{"leader", "难事", {"owner/hard_list"}, "等领导牵头"},
              {"cityleader", "难事", {"owner/hard_list"}, "没有等着牵头的难事"},
              {"leader", "认领 水利局", kClaimed},
              {"leader", "难事", {"owner/hard_list"}, "办理中"}});
}

TEST(Leader, looks_at_the_cases_of_his_area) {
  fakes::DeskHarness desk;
  play(desk, {{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}},
              {"leader", "260326-0001", {"leader/card"}, "260326-0001"},
              {"leader", "批示 260326-0001 快些修", kRefused},
              {"leader", "帮助 260326-0001", {"owner/moves"}, "现在没有要您做的"},
              {"leader", "查询 260326-0009", {"owner/not_found"}}});
}

TEST(Leader, reporter_hears_whose_leaders_lead) {
  fakes::DeskHarness desk;
  wanted(desk);
  const auto decision = desk.say(people::county_leader, "认领 水利局");
  EXPECT_THAT(desk.read(*desk.to(decision, desk.resident("甲")).at(0)),
              HasSubstr("已由嵊州市领导牵头，水利局联系人具体办理"));
  EXPECT_EQ(desk.only_case().leader, people::county_leader);
}

}  // namespace
}  // namespace huiyin::conversation
