// What needs the office one level up: 延期, 挂账, 已列入计划, 不予受理, 并件; 批准 and 驳回.
#include "server/desk/requests.h"

#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::at;

const Line kLamp{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}};
const Line kSigned{"instructor", "签收", {"reporter/accepted", "owner/done"}};
const Line kAsked{"instructor",
                  "延期 260326-0001 3个工作日 配件下周才到",
                  {"office/request", "owner/done"},
                  "已请石璜镇三服务办公室同意"};
const Line kHold{
    "instructor", "挂账 260326-0001 5月20日 等春季统一改造", {"office/request", "owner/done"}};
const std::vector<std::string> kRefused{"owner/refused"};

Line refused(const char* who, const char* says, const char* read) {
  return {who, says, kRefused, read};
}

const Talk kTalks[] = {
    // ---- 延期
    {"extension_is_approved_once_a_level",
     {kLamp,
      kSigned,
      kAsked,
      {"clerk", "批准 260326-0001", {"reporter/extended", "owner/approved", "owner/done"}},
      refused("instructor", "延期 260326-0001 4月10日 还是没到货", "已经延期过一次")}},
    {"the_reporter_reads_the_new_date",
     {kLamp,
      kSigned,
      kAsked,
      {"clerk", "批准 260326-0001 抓紧", {"reporter/extended", "owner/approved", "owner/done"}},
      {"甲", "查询", {"reporter/status"}, "4月8日"}}},
    {"refusing_needs_a_reason",
     {kLamp,
      kSigned,
      kAsked,
      refused("clerk", "驳回 260326-0001", "请写明不同意的原因"),
      {"clerk", "先用备用灯泡", {"owner/rejected", "owner/done"}},
      refused("clerk", "批准 260326-0001", "没有等待同意的申请"),
      {"instructor", "延期 260326-0001 4月3日 备用灯泡也没有", {"office/request", "owner/done"}}}},
    {"one_question_at_a_time",
     {kLamp, kSigned, kAsked,
      refused("instructor", "延期 260326-0001 4月9日 配件没到", "已有一项申请"),
      refused("instructor", "挂账 260326-0001 5月9日 配件没到", "已有一项申请")}},
    {"extension_wants_a_date_and_a_reason",
     {kLamp,
      kSigned,
      refused("instructor", "延期 260326-0001", "延期请写明日期和原因"),
      refused("instructor", "延期 260326-0001 配件没到", "延期请写明日期和原因"),
      refused("instructor", "延期 260326-0001 4月8日", "请写明原因"),
      refused("instructor", "延期 260326-0001 3月20日 配件没到", "已经过了"),
      refused("instructor", "延期 260326-0001 4月1日 配件没到", "要晚于原来的答复日期"),
      refused("instructor", "延期 260326-0001 4月20日 配件没到", "延得太久"),
      refused("instructor", "延期 260326-0001 11个工作日 配件没到", "延得太久"),
      {"instructor", "延期 260326-0001 4月17日 配件没到", {"office/request", "owner/done"}}}},
    {"days_count_from_the_present_date",
     {kLamp,
      kSigned,
      {"instructor", "延期 0001 10个工作日 配件没到", {"office/request", "owner/done"}},
      {"clerk", "批准 0001", {"reporter/extended", "owner/approved", "owner/done"}},
      {"甲", "查询", {"reporter/status"}, "4月17日"}}},
    {"asking_signs_for_the_card",
     {kLamp,
      {"instructor",
       "延期 260326-0001 4月8日 配件没到",
       {"reporter/accepted", "office/request", "owner/done"}}}},
    {"extension_in_the_wrong_stage",
     {kLamp,
      kSigned,
      {"instructor", "追问 是哪一盏路灯？", {"reporter/question", "owner/done"}},
      refused("instructor", "延期 260326-0001 4月8日 配件没到", "还在等反映人回复"),
      {"甲", "村口第三盏", {"reporter/answered", "owner/answer"}},
      {"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
      refused("instructor", "延期 260326-0001 4月8日 配件没到", "已办结")}},
    {"strangers_ask_for_nothing",
     {kLamp,
      kSigned,
      kAsked,
      {"officer", "延期 260326-0001 4月8日 配件没到", {"owner/not_found"}}}},

    // ---- 挂账, 销账
    {"on_hold_until_the_review",
     {kLamp,
      kSigned,
      kHold,
      {"clerk", "批准 260326-0001", {"reporter/suspended", "owner/approved", "owner/done"}},
      {"甲", "查询", {"reporter/status"}, "暂缓办理。原因：等春季统一改造。5月20日前会再看一次"},
      {"instructor", "查询 0001", {"owner/card"}, "暂缓办理，5月20日再看"},
      refused("instructor", "进展 260326-0001 又去看了一次", "不能这样办理"),
      {"instructor", "销账 260326-0001", {"reporter/resumed", "owner/done"}},
      {"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}}}},
    {"hold_wants_a_date_and_a_reason",
     {kLamp,
      kSigned,
      refused("instructor", "挂账 260326-0001 没有经费", "挂账请写明再看的日期和原因"),
      refused("instructor", "挂账 260326-0001 3月25日 没有经费", "已经过了"),
      refused("instructor", "挂账 260326-0001 今天 没有经费", "已经过了"),
      refused("instructor", "挂账 260326-0001 6月25日 没有经费", "太远了"),
      refused("instructor", "挂账 260326-0001 6月24日", "请写明原因"),
      {"instructor", "挂账 260326-0001 6月24日 没有经费", {"office/request", "owner/done"}}}},
    {"what_runs_is_not_resumed",
     {kLamp, kSigned, refused("instructor", "销账 260326-0001", "不能这样办理")}},

    // ---- 已列入计划, 不予受理
    {"planned_is_closed_when_the_office_agrees",
     {kLamp,
      kSigned,
      {"instructor", "办结 已列入计划 好的", kRefused, "不少于8个字"},
      {"instructor", "办结 0001 已列入计划 明年统一更换路灯", {"office/request", "owner/done"}},
      {"clerk", "批准 0001", {"reporter/closed", "owner/approved", "owner/done"}},
      {"甲", "查询", {"reporter/status"}, "已列入计划"}}},
    {"not_accepted_is_refused",
     {kLamp,
      kSigned,
      {"instructor", "办结 0001 不予受理 路灯是物业管的不归村里", {"office/request", "owner/done"}},
      {"clerk", "驳回 0001 请联系物业来修", {"owner/rejected", "owner/done"}},
      {"instructor", "办结 0001 已请物业换了灯泡", {"reporter/closed", "owner/done"}}}},

    // ---- the question falls away
    {"who_asks_the_reporter_asks_no_office",
     {kLamp,
      kSigned,
      kAsked,
      {"instructor", "追问 是哪一盏路灯？", {"reporter/question", "owner/done"}},
      refused("clerk", "批准 260326-0001", "不用您办公室决定")}},
    {"closed_meanwhile",
     {kLamp,
      kSigned,
      kAsked,
      {"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
      refused("clerk", "批准 260326-0001", "不用您办公室决定")}},
    {"progress_leaves_the_question_open",
     {kLamp,
      kSigned,
      kAsked,
      {"instructor", "进展 已到供电所催配件", {"reporter/progress", "owner/done"}},
      {"clerk", "批准 260326-0001", {"reporter/extended", "owner/approved", "owner/done"}}}},
};

class RequestTalks : public Talks {};
TEST_P(RequestTalks, go_as_written) {
  fakes::DeskHarness desk;
  play(desk, GetParam().lines);
}
INSTANTIATE_TEST_SUITE_P(All, RequestTalks, testing::ValuesIn(kTalks), label);

// A case in progress somewhere else, as another process would load it.
void put_case(fakes::DeskHarness& desk, Level level, PersonId owner, const char* unit) {
  fakes::DeskHarness first;
  play(first, {kLamp, kSigned});
  Case c = first.only_case();
  c.level = level;
  c.owner = owner;
  c.owner_unit = UnitCode{unit};
  c.version = 1;
  desk.resident("甲");
  desk.set.put_loaded(c);
}

TEST(Requests, a_merge_is_decided_by_what_both_say_and_told_as_it_is) {
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村沟渠断水，姜地浇不上");
  desk.say("乙", "楼家村供水站的水泵坏了好几天");
  const auto asked = desk.say(fakes::people::instructor, "并件 260326-0002 260326-0001");
  const auto request = desk.to(asked, fakes::people::clerk);
  ASSERT_EQ(request.size(), 1U);
  EXPECT_THAT(desk.read(*request[0]), testing::AllOf(testing::HasSubstr("沟渠断水"),
                                                     testing::Not(testing::HasSubstr("理由"))));
  const auto approved = desk.say(fakes::people::clerk, "批准 260326-0002");
  EXPECT_THAT(desk.kinds(approved),
              testing::UnorderedElementsAre("reporter/merged", "owner/supplement", "owner/done",
                                            "owner/approved"));
  for (const NoticeDraft* notice : desk.to(approved, fakes::people::instructor))
    if (notice->kind == "approved") {
      EXPECT_THAT(desk.read(*notice), testing::HasSubstr("现在已并件"));
    }
}

TEST(Requests, go_one_level_up) {
  using namespace fakes::people;
  struct Row {
    Level level;
    PersonId owner;
    const char* unit;
    PersonId approver;  // none: nobody is above
  };
  const Row rows[] = {
      {Level::frontline, instructor, "lj", clerk},
      {Level::frontline, clerk, "sh", county_clerk},  // the office itself has it
      {Level::township, clerk, "sh", county_clerk},
      {Level::county, water, "slj", city_clerk},
      {Level::county, county_clerk, "sz", city_clerk},
      {Level::city, city_water, "sslj", city_clerk},
      {Level::city, city_clerk, "sx", PersonId{}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string{row.unit} + " " + std::to_string(static_cast<int>(row.level)));
    fakes::DeskHarness desk;
    put_case(desk, row.level, row.owner, row.unit);
    const auto asked = desk.say(row.owner, "延期 260326-0001 4月8日 配件没到");
    if (!row.approver) {
      EXPECT_THAT(desk.kinds(asked), testing::ElementsAre("reporter/extended", "owner/done"));
      EXPECT_EQ(desk.only_case().due_at, at("2026-04-08T17:30:00+08:00"));
      continue;
    }
    EXPECT_THAT(desk.kinds(asked), testing::ElementsAre("office/request", "owner/done"));
    EXPECT_EQ(asked.notices.front().to, row.approver);
    const std::vector<Button> answers{{"批准", "批准 260326-0001"}, {"驳回", "驳回 260326-0001"}};
    EXPECT_EQ(asked.notices.front().buttons, answers);
    EXPECT_EQ(desk.only_case().due_at, at("2026-04-02T17:30:00+08:00"));
    ASSERT_EQ(desk.only_case().waits.size(), 1u);
    EXPECT_EQ(desk.only_case().waits.front().kind, WaitKind::approval);
    // Nobody approves his own.
    desk.say(row.owner, "批准 260326-0001");
    EXPECT_EQ(desk.only_case().request.kind, RequestKind::extend);
    const auto yes = desk.say(row.approver, "批准 260326-0001");
    EXPECT_THAT(desk.kinds(yes),
                testing::ElementsAre("reporter/extended", "owner/approved", "owner/done"));
    EXPECT_EQ(desk.only_case().due_at, at("2026-04-08T17:30:00+08:00"));
    EXPECT_EQ(desk.only_case().extended_level, static_cast<int>(row.level));
    EXPECT_TRUE(desk.only_case().waits.empty());
    const auto& event = yes.events.back();
    EXPECT_EQ(event.move, Move::extend);
    EXPECT_EQ(event.actor, row.owner);
  }
}

TEST(Requests, an_office_below_has_no_say) {
  using namespace fakes::people;
  fakes::DeskHarness desk;
  put_case(desk, Level::county, water, "slj");
  desk.say(water, "挂账 260326-0001 4月20日 等水利项目批复");
  desk.say(clerk, "批准 260326-0001");
  desk.say(county_clerk, "批准 260326-0001");
  EXPECT_EQ(desk.only_case().stage, Stage::in_progress);
  desk.say(city_clerk, "批准 260326-0001");
  EXPECT_EQ(desk.only_case().stage, Stage::suspended);
  EXPECT_EQ(desk.only_case().review_at, at("2026-04-20T08:30:00+08:00"));
}

TEST(Requests, a_late_case_cannot_be_extended) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned});
  desk.pass_until(at("2026-04-03T09:00:00+08:00"));
  play(desk, {refused("instructor", "延期 260326-0001 4月8日 配件没到", "答复期限已过")});
}

TEST(Requests, the_hold_stops_the_clock) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned, kHold});
  const Instant due = desk.only_case().due_at;
  desk.say(fakes::people::clerk, "批准 260326-0001");
  EXPECT_EQ(desk.only_case().paused_at, desk.now);
  EXPECT_EQ(desk.only_case().owner, fakes::people::instructor);
  desk.now = at("2026-03-27T09:10:00+08:00");
  desk.say(fakes::people::instructor, "销账 260326-0001");
  EXPECT_EQ(desk.only_case().due_at, at("2026-04-03T17:30:00+08:00"));
  EXPECT_GT(desk.only_case().due_at, due);
}

TEST(Requests, joined_when_the_office_agrees) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned});
  desk.say("乙", "楼家村垃圾没有人收");
  desk.say(fakes::people::instructor, "签收 0002");
  EXPECT_THAT(desk.kinds(desk.say(fakes::people::instructor, "并件 260326-0002")),
              testing::ElementsAre("owner/refused"));
  EXPECT_THAT(desk.kinds(desk.say(fakes::people::instructor, "并件 260326-0002 260326-0099")),
              testing::ElementsAre("owner/refused"));
  EXPECT_THAT(desk.kinds(desk.say(fakes::people::instructor, "并件 260326-0002 260326-0001")),
              testing::ElementsAre("office/request", "owner/done"));
  EXPECT_EQ(desk.case_of("260326-0002").request.other, desk.case_of("260326-0001").id);
  const auto yes = desk.say(fakes::people::clerk, "批准 260326-0002");
  EXPECT_EQ(desk.case_of("260326-0002").outcome, Outcome::merged);
  EXPECT_EQ(desk.case_of("260326-0002").parent, desk.case_of("260326-0001").id);
  const auto kinds = desk.kinds(yes);
  EXPECT_EQ(std::ranges::count(kinds, "reporter/merged"), 1);
  EXPECT_EQ(std::ranges::count(kinds, "owner/done"), 1);
}

TEST(Requests, closing_as_planned_is_the_owners_move) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned});
  desk.say(fakes::people::instructor, "办结 已列入计划 明年统一更换路灯");
  EXPECT_TRUE(is_open(desk.only_case().stage));
  const auto yes = desk.say(fakes::people::clerk, "批准 260326-0001 同意");
  EXPECT_EQ(desk.only_case().outcome, Outcome::planned);
  EXPECT_EQ(desk.only_case().result, "明年统一更换路灯");
  EXPECT_EQ(yes.events.back().move, Move::close);
  EXPECT_EQ(yes.events.back().actor, fakes::people::instructor);
  EXPECT_EQ(yes.events.back().detail, "planned");
}

}  // namespace
}  // namespace huiyin::conversation
