// What offices decide, verb by verb: done, not allowed, at the wrong level, with unknown and
// doubtful names, without words.
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
namespace people = fakes::people;

const Line kDitch{"甲", "楼家村沟渠断水，姜地浇不上", {"owner/card", "reporter/registered"}};
const Line kSigned{"instructor", "签收", {"reporter/accepted", "owner/done"}};

// The village passes it on: it waits at the township's office.
void to_township(fakes::DeskHarness& desk) {
  play(desk, {kDitch, kSigned});
  Case c = desk.only_case();
  desk.say(people::instructor, "上报 260326-0001 超出本村权限，需要水利部门");
  if (desk.only_case().level == Level::frontline) desk.say(people::instructor, "0");
  ASSERT_EQ(desk.only_case().stage, Stage::pending_triage);
  ASSERT_EQ(desk.only_case().level, Level::township);
}

void to_county(fakes::DeskHarness& desk) {
  to_township(desk);
  play(desk, {{"clerk",
               "上报 0001 镇里没有抽水设备",
               {"reporter/escalated", "office/card", "owner/done"},
               "由嵊州市三服务办公室办理"}});
  ASSERT_EQ(desk.only_case().level, Level::county);
}

void to_city(fakes::DeskHarness& desk) {
  to_county(desk);
  play(desk,
       {{"county", "上报 0001 涉及两个县市", {"reporter/escalated", "office/card", "owner/done"}}});
  ASSERT_EQ(desk.only_case().level, Level::city);
}

void returned(fakes::DeskHarness& desk) {
  play(desk, {kDitch});
  desk.say(people::instructor, "退回 不在本村范围");
  ASSERT_EQ(desk.only_case().stage, Stage::registered);
}

void working(fakes::DeskHarness& desk) { play(desk, {kDitch, kSigned}); }

using Given = void (*)(fakes::DeskHarness&);
struct Decides {
  const char* label;
  Given given;
  std::vector<Line> lines;
  Stage stage;
  Level level;
  PersonId owner;
};

class Offices : public testing::TestWithParam<Decides> {};

TEST_P(Offices, decide) {
  const auto& row = GetParam();
  fakes::DeskHarness desk;
  ASSERT_NO_FATAL_FAILURE(row.given(desk));
  play(desk, row.lines);
  const Case& c = desk.only_case();
  EXPECT_EQ(name(c.stage), name(row.stage));
  EXPECT_EQ(c.level, row.level);
  EXPECT_EQ(c.owner, row.owner);
}

const std::vector<std::string> kGiven{"reporter/dispatched", "owner/card", "owner/done"};
const std::vector<std::string> kRefused{"owner/refused"};

INSTANTIATE_TEST_SUITE_P(
    Assign, Offices,
    testing::Values(
        Decides{
            "a_returned_case",
            returned,
            {{"clerk", "分流 260326-0001 云帆纺织 请去看看", kGiven, "由云帆纺织驻企服务员办理"}},
            Stage::dispatched,
            Level::frontline,
            people::officer},
        Decides{"by_the_last_digits",
                returned,
                {{"clerk", "分流 0001 云帆纺织", kGiven}},
                Stage::dispatched,
                Level::frontline,
                people::officer},
        Decides{"the_only_one_without_number",
                returned,
                {{"clerk", "交办 云帆纺织", kGiven}},
                Stage::dispatched,
                Level::frontline,
                people::officer},
        Decides{"without_a_space_behind_the_name",
                returned,
                {{"clerk", "分流 0001 云帆纺织请去看看", kGiven}},
                Stage::dispatched,
                Level::frontline,
                people::officer},
        Decides{"to_a_person",
                returned,
                {{"clerk", "分流 0001 骆明", kGiven}},
                Stage::dispatched,
                Level::frontline,
                people::officer},
        Decides{"to_a_person_of_a_unit",
                returned,
                {{"clerk", "分流 0001 楼家村 张小燕 请接着办", kGiven}},
                Stage::dispatched,
                Level::frontline,
                people::deputy},
        Decides{"to_the_office_itself",
                returned,
                {{"clerk", "分流 0001 石璜镇三服务办公室", {"reporter/dispatched", "owner/done"}}},
                Stage::dispatched,
                Level::frontline,
                people::clerk},
        Decides{"by_the_other_clerk",
                returned,
                {{"clerk2", "分流 260326-0001 云帆纺织", kGiven}},
                Stage::dispatched,
                Level::frontline,
                people::officer},
        Decides{
            "the_name_follows",
            returned,
            {{"clerk", "分流 0001", kRefused, "请写明单位或姓名"}, {"clerk", "云帆纺织", kGiven}},
            Stage::dispatched,
            Level::frontline,
            people::officer},
        Decides{"an_unknown_name",
                returned,
                {{"clerk", "分流 0001 气象局", kRefused, "没有找到"}},
                Stage::registered,
                Level::frontline,
                people::clerk},
        Decides{"out_of_the_area",
                returned,
                {{"clerk", "分流 0001 水利局", kRefused, "没有找到"}},
                Stage::registered,
                Level::frontline,
                people::clerk},
        Decides{"not_to_a_partner",
                returned,
                {{"clerk", "分流 0001 供水站", kRefused}},
                Stage::registered,
                Level::frontline,
                people::clerk},
        Decides{"not_by_a_cadre",
                returned,
                {{"officer", "分流 260326-0001 云帆纺织", kRefused}},
                Stage::registered,
                Level::frontline,
                people::clerk},
        Decides{"not_an_unknown_number",
                returned,
                {{"clerk", "分流 260326-0099 云帆纺织", {"owner/not_found"}}},
                Stage::registered,
                Level::frontline,
                people::clerk},
        Decides{"what_is_on_a_desk",
                working,
                {{"clerk",
                  "分流 260326-0001 云帆纺织",
                  {"reporter/dispatched", "owner/card", "owner/done", "owner/taken_over"}}},
                Stage::in_progress,
                Level::frontline,
                people::officer},
        Decides{"not_what_he_has_already",
                working,
                {{"clerk", "分流 260326-0001 楼家村", kRefused, "已经在办"}},
                Stage::in_progress,
                Level::frontline,
                people::instructor},
        Decides{"at_level_two",
                to_township,
                {{"clerk", "分流 0001 楼家村 张小燕", kGiven}},
                Stage::dispatched,
                Level::township,
                people::deputy},
        Decides{"to_a_department_of_the_county",
                to_county,
                {{"county", "分流 0001 水利局", kGiven, "由水利局联系人办理"}},
                Stage::dispatched,
                Level::county,
                people::water},
        Decides{"a_homonym_is_asked_for",
                to_county,
                {{"county", "分流 0001 新胜村", {"owner/which_unit"}, "黄泽镇新胜村"},
                 {"county", "1", {"reporter/dispatched", "office/card", "owner/done"}}},
                Stage::dispatched,
                Level::county,
                people::clerk},
        Decides{"a_homonym_with_its_township",
                to_county,
                {{"county",
                  "分流 0001 石璜镇新胜村",
                  {"reporter/dispatched", "office/card", "owner/done"}}},
                Stage::dispatched,
                Level::county,
                people::clerk},
        Decides{"not_by_the_office_below",
                to_county,
                {{"clerk", "分流 260326-0001 楼家村", kRefused}},
                Stage::pending_triage,
                Level::county,
                people::county_clerk}),
    [](const auto& info) { return std::string{info.param.label}; });

INSTANTIATE_TEST_SUITE_P(
    Levels, Offices,
    testing::Values(
        Decides{"down_to_the_village",
                to_township,
                {{"clerk", "下派 0001 村里自己能修", kGiven, "由石璜镇楼家村驻村指导员办理"}},
                Stage::dispatched,
                Level::frontline,
                people::instructor},
        Decides{"down_to_the_township",
                to_county,
                {{"county",
                  "下派 0001 镇里先协调",
                  {"reporter/dispatched", "office/card", "owner/done"}}},
                Stage::dispatched,
                Level::township,
                people::clerk},
        Decides{"down_needs_a_reason",
                to_township,
                {{"clerk", "下派 0001", kRefused, "请写明原因"}, {"clerk", "村里自己能修", kGiven}},
                Stage::dispatched,
                Level::frontline,
                people::instructor},
        Decides{"nothing_is_below_the_village",
                returned,
                {{"clerk", "下派 0001 村里自己能修", kRefused}},
                Stage::registered,
                Level::frontline,
                people::clerk},
        Decides{"up_needs_a_reason",
                to_township,
                {{"clerk", "上报 0001", kRefused, "原因"}},
                Stage::pending_triage,
                Level::township,
                people::clerk},
        Decides{"up_ends_at_the_city",
                to_city,
                {{"city", "上报 260326-0001 办不了的事", kRefused}},
                Stage::pending_triage,
                Level::city,
                people::city_clerk},
        Decides{"a_leader_is_asked_for",
                to_county,
                {{"county",
                  "提请认领 0001",
                  {"reporter/claim_wanted", "leader/card", "owner/done"},
                  nullptr}},
                Stage::pending_claim,
                Level::county,
                people::county_clerk},
        Decides{"no_leader_below_level_three",
                to_township,
                {{"clerk", "提请认领 0001", kRefused}},
                Stage::pending_triage,
                Level::township,
                people::clerk},
        Decides{"the_city_has_its_own_leaders",
                to_city,
                {{"city", "提请认领", {"reporter/claim_wanted", "leader/card", "owner/done"}}},
                Stage::pending_claim,
                Level::city,
                people::city_clerk}),
    [](const auto& info) { return std::string{info.param.label}; });

void twice_returned(fakes::DeskHarness& desk) {
  returned(desk);
  desk.say(people::clerk, "分流 0001 楼家村 张小燕");
  desk.say(people::deputy, "退回 也不归这里管");
  ASSERT_EQ(desk.only_case().returns, 2);
  ASSERT_EQ(desk.only_case().stage, Stage::registered);
}

INSTANTIATE_TEST_SUITE_P(
    Other, Offices,
    testing::Values(
        Decides{"a_ruling_is_final",
                twice_returned,
                {{"clerk", "裁定 0001 楼家村", kGiven},
                 {"instructor", "退回 0001 还是不归我管", kRefused}},
                Stage::dispatched,
                Level::frontline,
                people::instructor},
        Decides{"a_ruling_before_two_returns",
                returned,
                {{"clerk", "裁定 0001 楼家村", kRefused, "退回两次以后"}},
                Stage::registered,
                Level::frontline,
                people::clerk},
        Decides{"closed_by_the_office",
                to_township,
                {{"clerk",
                  "办结 0001 镇里已架好抽水机，水到田头",
                  {"owner/closed", "reporter/closed", "owner/done"}}},
                Stage::closed,
                Level::township,
                people::clerk},
        Decides{"closed_needs_a_fact",
                to_township,
                {{"clerk", "办结 0001 好了", kRefused}},
                Stage::pending_triage,
                Level::township,
                people::clerk},
        Decides{"planned_needs_the_office_above",
                to_township,
                {{"clerk", "办结 0001 列入计划 明年春天统一修渠", kRefused, "上一级同意"}},
                Stage::pending_triage,
                Level::township,
                people::clerk},
        Decides{
            "planned_by_the_city",
            to_city,
            {{"city",
              "办结 0001 列入计划 明年春天统一修渠",
              {"owner/closed", "owner/closed", "owner/closed", "reporter/closed", "owner/done"}}},
            Stage::closed,
            Level::city,
            people::city_clerk},
        Decides{"invalid",
                returned,
                {{"clerk", "无效 0001 是一条测试", {"owner/done"}}},
                Stage::closed,
                Level::frontline,
                people::clerk},
        Decides{"invalid_needs_a_reason",
                returned,
                {{"clerk", "无效 0001", kRefused}, {"clerk", "是一条测试", {"owner/done"}}},
                Stage::closed,
                Level::frontline,
                people::clerk},
        Decides{"invalid_only_what_is_registered",
                working,
                {{"clerk", "无效 260326-0001 是一条测试", kRefused}},
                Stage::in_progress,
                Level::frontline,
                people::instructor},
        Decides{
            "supervised",
            working,
            {{"clerk", "督办 260326-0001 姜地等水，请今天去", {"owner/supervised", "owner/done"}}},
            Stage::in_progress,
            Level::frontline,
            people::instructor},
        Decides{"supervised_from_above",
                working,
                {{"county", "督办 260326-0001", {"owner/supervised", "owner/done"}}},
                Stage::in_progress,
                Level::frontline,
                people::instructor},
        Decides{"not_supervised_by_cadres",
                working,
                {{"officer", "督办 260326-0001 快一点", kRefused}},
                Stage::in_progress,
                Level::frontline,
                people::instructor},
        Decides{"nothing_to_approve",
                working,
                {{"clerk", "批准 260326-0001", kRefused, "没有等待同意"}},
                Stage::in_progress,
                Level::frontline,
                people::instructor}),
    [](const auto& info) { return std::string{info.param.label}; });

TEST(Office, a_cadre_gets_the_words_of_the_office) {
  fakes::DeskHarness desk;
  returned(desk);
  const auto decision = desk.say(people::clerk, "分流 0001 云帆纺织 请先看水泵");
  EXPECT_THAT(desk.read(*desk.to(decision, people::officer).at(0)), HasSubstr("请先看水泵"));
}

TEST(Office, lists_what_waits_for_it_and_nothing_else) {
  fakes::DeskHarness desk;
  play(desk, {{"clerk", "待办", {"owner/queue"}, "没有等您办公室决定"}});
  returned(desk);
  play(desk, {{"clerk", "待办", {"owner/queue"}, "260326-0001 石璜镇楼家村 "},
              {"clerk2", "待办", {"owner/queue"}, "等确定由谁办理"},
              {"county", "待办", {"owner/queue"}, "没有等您办公室决定"},
              {"clerk", "分流 楼家村 张小燕", kGiven},
              {"clerk", "待办", {"owner/queue"}, "没有等您办公室决定"}});
}

TEST(Office, tells_who_covers_what) {
  fakes::DeskHarness desk;
  play(desk, {{"clerk", "覆盖", {"owner/coverage"}, "石璜镇新胜村"},
              {"county", "覆盖", {"owner/coverage"}, "黄泽镇新胜村"}});
  const auto decision = desk.say(people::clerk, "覆盖");
  EXPECT_THAT(desk.read(decision.notices.at(0)), Not(HasSubstr("黄泽镇")));
}

TEST(Office, sends_helpers) {
  struct Row {
    const char* says;
    std::vector<std::string> kinds;
    const char* read;
    std::size_t duties;
  };
  const std::vector<std::string> sent{"owner/support", "owner/support", "owner/support"};
  for (const Row& row : {Row{"支援 楼家村 骆明 到 4月5日", sent, "到4月5日前", 1},
                         Row{"支援 楼家村 骆明", sent, "骆明来支援石璜镇楼家村", 1},
                         Row{"支援", kRefused, "请写明单位和姓名", 0},
                         Row{"支援 楼家村", kRefused, "请写明单位和姓名", 0},
                         Row{"支援 楼家村 没有的人", kRefused, "没有找到", 0},
                         Row{"支援 水利局 骆明", kRefused, "没有找到", 0},
                         Row{"支援 楼家村 骆明 到 3月1日", kRefused, "今天以后", 0}}) {
    SCOPED_TRACE(row.says);
    fakes::DeskHarness desk;
    const auto decision = desk.say(people::clerk, row.says);
    EXPECT_EQ(desk.kinds(decision), row.kinds);
    EXPECT_THAT(desk.read(decision.notices.at(0)), HasSubstr(row.read));
    ASSERT_EQ(decision.duties.size(), row.duties);
    if (row.duties == 0) continue;
    EXPECT_EQ(decision.duties[0].role, DutyRole::helper);
    EXPECT_EQ(decision.duties[0].person, people::officer);
    EXPECT_EQ(decision.duties[0].unit, UnitCode{"lj"});
  }
}

TEST(Office, sees_its_subtree_and_no_more) {
  fakes::DeskHarness desk;
  working(desk);
  play(desk, {{"clerk", "260326-0001", {"office/card"}, "260326-0001"},
              {"county", "查询 260326-0001", {"office/card"}, "260326-0001"},
              {"clerk", "帮助 260326-0001", {"owner/moves"}, "督办"},
              {"water", "查询 260326-0001", {"owner/not_found"}},
              {"clerk", "查询 0001", {"owner/not_found"}}});
}

TEST(Office, is_offered_what_the_table_allows) {
  struct Row {
    const char* label;
    Given given;
    PersonId who;
    std::vector<std::string> buttons;
  };
  using testing::ElementsAreArray;
  for (const Row& row :
       {Row{"returned", returned, people::clerk, {"分流", "并件", "无效"}},
        Row{"twice", twice_returned, people::clerk, {"裁定", "分流", "并件", "无效"}},
        Row{"working",
            working,
            people::instructor,
            {"进展", "追问", "办结", "联系", "上报", "协办"}},
        Row{"county",
            to_county,
            people::county_clerk,
            {"分流 水利局", "分流", "下派", "办结", "提请认领", "上报"}}}) {
    SCOPED_TRACE(row.label);
    fakes::DeskHarness desk;
    row.given(desk);
    const auto decision = desk.say(row.who, "帮助 260326-0001");
    std::vector<std::string> labels;
    for (const auto& button : decision.notices.at(0).buttons) labels.push_back(button.label);
    EXPECT_THAT(labels, ElementsAreArray(row.buttons));
  }
}

// §6: the program says what it sees; people decide.
TEST(Office, reads_the_signs_of_a_hard_matter) {
  fakes::DeskHarness desk;
  working(desk);
  desk.say(people::instructor, "进展 协调未果，施工方不同意");
  desk.say(people::instructor, "进展 协调未果，还是谈不拢");
  ASSERT_EQ(desk.only_case().deadlocks, 2);
  desk.say(people::instructor, "上报 260326-0001 协调不下来");
  const auto decision = desk.say(people::instructor, "0");
  ASSERT_EQ(desk.only_case().stage, Stage::pending_triage);
  const auto card = desk.say(people::clerk, "查询 260326-0001");
  EXPECT_THAT(desk.read(card.notices.at(0)), HasSubstr("可能是难事：多次协调未果。可以上报。"));
}

}  // namespace
}  // namespace huiyin::conversation
