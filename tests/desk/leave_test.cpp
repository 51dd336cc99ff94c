// 请假 and 移交: whose cases somebody else has, and from when.
#include "server/desk/leave.h"

#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::at;
using fakes::people::clerk;
using fakes::people::deputy;
using fakes::people::instructor;
using fakes::people::officer;

const Line kLamp{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}};
const Line kSigned{"instructor", "签收", {"reporter/accepted", "owner/done"}};
const Line kAway{"instructor",
                 "请假 今天 3月30日 张小燕",
                 {"reporter/dispatched", "owner/card", "owner/leave", "owner/stand_in"},
                 "手上的1件已转给对方"};

Line refused(const char* who, const char* says, const char* read) {
  return {who, says, {"owner/refused"}, read};
}

const Talk kTalks[] = {
    {"from_now_on",
     {kLamp,
      kSigned,
      kAway,
      {"deputy", "待办", {"owner/todo"}, "您手上有1件"},
      {"deputy", "办结 换了新灯泡，已经亮了", {"owner/closed", "reporter/closed", "owner/done"}}}},
    {"later",
     {kLamp,
      kSigned,
      {"instructor",
       "请假 3月30日 4月3日 张小燕",
       {"owner/leave", "owner/stand_in"},
       "到时自动转交"},
      {"instructor", "进展 已联系电工来看", {"reporter/progress", "owner/done"}}}},
    {"with_nothing_on_hand",
     {{"instructor", "请假 明天 张小燕", {"owner/leave", "owner/stand_in"}, "3月27日至3月27日"},
      {"instructor", "请假 取消", {"owner/leave"}, "新的事项仍由您办理"},
      refused("instructor", "请假 取消", "没有登记请假")}},
    {"how",
     {refused("instructor", "请假", "请写起止日期和代理人"),
      refused("instructor", "请假 张小燕", "请写起止日期和代理人"),
      refused("instructor", "请假 明天 后天", "请写起止日期和代理人")}},
    {"whom",
     {refused("instructor", "请假 明天 后天 不认识", "没有找到这位代理人"),
      refused("instructor", "请假 明天 后天 楼建平", "没有找到这位代理人"),
      {"deputy", "请假 明天 楼建平", {"owner/leave", "owner/stand_in"}},
      refused("instructor", "请假 今天 明天 张小燕", "代理人那几天也请假")}},
    {"when",
     {refused("instructor", "请假 3月1日 3月5日 张小燕", "今天以后"),
      refused("instructor", "请假 4月5日 4月1日 张小燕", "今天以后")}},
    {"in_other_words",
     {{"instructor",
       "请假 3月28日到30日 代理人：张小燕",
       {"owner/leave", "owner/stand_in"},
       "3月28日至3月30日由张小燕"},
      {"officer",
       "请假 3月28日至4月2日，由张小燕代",
       {"owner/leave", "owner/stand_in"},
       "3月28日至4月2日由张小燕"},
      {"clerk", "请假 3天 钱伟", {"owner/leave", "owner/stand_in"}, "3月26日至3月28日由钱伟"}}},
    {"somebody_of_another_unit_stands_in",
     {kLamp,
      {"instructor",
       "请假 今天 明天 骆明",
       {"reporter/dispatched", "owner/card", "owner/leave", "owner/stand_in"}},
      {"officer", "签收", {"reporter/accepted", "owner/done"}},
      {"officer", "进展 已联系电工来看", {"reporter/progress", "owner/done"}},
      {"乙", "楼家村垃圾没有人收", {"owner/card", "reporter/registered"}},
      {"officer", "签收", {"reporter/accepted", "owner/done"}}}},

    // ---- 移交
    {"hand_over",
     {kLamp,
      kSigned,
      {"instructor",
       "移交 全部 张小燕",
       {"reporter/dispatched", "owner/card", "owner/handed_over", "owner/handed_over"},
       "您手上的1件已移交张小燕"},
      refused("instructor", "移交 张小燕", "没有可移交的事项"),
      {"deputy", "办结 换了新灯泡，已经亮了", {"owner/closed", "reporter/closed", "owner/done"}}}},
    {"hand_over_to_whom",
     {kLamp, refused("instructor", "移交", "请写接手人的姓名"),
      refused("instructor", "移交 不认识", "没有找到"),
      refused("instructor", "移交 骆明", "不能接手"),
      refused("instructor", "移交 楼建平", "没有找到")}},
};

class LeaveTalks : public Talks {};
TEST_P(LeaveTalks, go_as_written) {
  fakes::DeskHarness desk;
  play(desk, GetParam().lines);
}
INSTANTIATE_TEST_SUITE_P(All, LeaveTalks, testing::ValuesIn(kTalks), label);

TEST(Leave, every_open_case_in_every_stage_changes_hands) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned});
  desk.say("乙", "楼家村垃圾没有人收");                     // not signed for
  desk.say("丙", "楼家村停水了");                           // urgent
  desk.say(instructor, "追问 260326-0001 是哪一盏路灯？");  // waits for the reporter
  const auto away = desk.say(instructor, "请假 今天 3月30日 张小燕");
  for (const char* number : {"260326-0001", "260326-0002", "260326-0003"}) {
    const Case& c = desk.case_of(number);
    EXPECT_EQ(c.owner, deputy) << number;
    EXPECT_EQ(c.owner_unit, UnitCode{"lj"}) << number;
    const auto watches = [](const Party& party) {
      return party.person == instructor && party.kind == PartyKind::watcher;
    };
    EXPECT_EQ(std::ranges::count_if(c.parties, watches), 1) << number;
  }
  EXPECT_EQ(away.events.size(), 3u);
  for (const Event& event : away.events) EXPECT_EQ(event.move, Move::transfer);
  ASSERT_EQ(away.leaves.size(), 1u);
  EXPECT_EQ(away.leaves.front().from, desk.now);
  EXPECT_EQ(away.leaves.front().to, at("2026-03-31T00:00:00+08:00"));
  // The answer of the reporter goes to who has it now.
  const auto answered = desk.say("甲", "村口第三盏");
  EXPECT_FALSE(desk.to(answered, deputy).empty());
  EXPECT_TRUE(desk.to(answered, instructor).empty());
}

TEST(Leave, what_comes_meanwhile_goes_to_the_stand_in) {
  fakes::DeskHarness desk;
  desk.say(instructor, "请假 今天 3月30日 张小燕");
  const auto said = desk.say("甲", "楼家村路灯坏了");
  EXPECT_FALSE(desk.to(said, deputy).empty());
  EXPECT_TRUE(desk.to(said, instructor).empty());
  // Back again: new matters come to him as before.
  desk.now = at("2026-03-31T09:00:00+08:00");
  const auto later = desk.say("乙", "楼家村垃圾没有人收");
  EXPECT_FALSE(desk.to(later, instructor).empty());
}

TEST(Leave, a_stand_in_from_elsewhere_gives_it_back) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  desk.say(instructor, "请假 今天 明天 骆明");
  EXPECT_EQ(desk.only_case().owner, officer);
  desk.now = at("2026-03-28T09:00:00+08:00");
  desk.say("甲", "催办");
  EXPECT_EQ(desk.only_case().owner, instructor);
}

TEST(Leave, a_new_leave_ends_the_old_one) {
  fakes::DeskHarness desk;
  desk.say(instructor, "请假 3月30日 4月3日 张小燕");
  const auto again = desk.say(instructor, "请假 4月1日 4月10日 骆明");
  ASSERT_EQ(again.leaves.size(), 2u);
  EXPECT_EQ(desk.directory->stand_in(instructor, at("2026-03-31T09:00:00+08:00")), deputy);
  EXPECT_EQ(desk.directory->stand_in(instructor, at("2026-04-02T09:00:00+08:00")), officer);
}

TEST(Leave, those_concerned_do_not_stand_in) {
  fakes::DeskHarness first;
  play(first, {kLamp, kSigned});
  Case c = first.only_case();
  c.concerned = {deputy};
  c.version = 1;
  fakes::DeskHarness desk;
  desk.resident("甲");
  desk.set.put_loaded(c);
  const auto away = desk.say(instructor, "请假 今天 3月30日 张小燕");
  EXPECT_NE(desk.only_case().owner, deputy);
  EXPECT_NE(desk.only_case().owner, instructor);
  for (const NoticeDraft* notice : desk.to(away, deputy)) EXPECT_FALSE(notice->about);
}

TEST(Leave, a_clerk_does_not_leave_a_complaint_to_whom_it_is_about) {
  fakes::DeskHarness desk;
  desk.say("甲", "我要投诉楼家村驻村指导员，三次都推诿");
  ASSERT_EQ(desk.only_case().owner, clerk);
  const auto away = desk.say(clerk, "请假 今天 3月30日 楼建平");
  EXPECT_EQ(desk.only_case().owner, fakes::people::second_clerk);
  const auto answer = desk.to(away, clerk);
  ASSERT_FALSE(answer.empty());
  EXPECT_THAT(desk.read(*answer[0]), testing::HasSubstr("1件不便由对方办理"));
  const auto asked = desk.to(away, instructor);
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_THAT(desk.read(*asked[0]), testing::Not(testing::HasSubstr("1件")));
  EXPECT_EQ(desk.to(away, fakes::people::second_clerk).size(), 1U);
  for (const NoticeDraft* notice : desk.to(away, instructor)) EXPECT_FALSE(notice->about);
}

// Who stands in is heard as what he stands in for: the office's bare words are no chat from him.
TEST(Leave, who_stands_in_for_an_office_or_a_leader_speaks_as_one) {
  fakes::DeskHarness desk;
  desk.say(clerk, "请假 今天 3月30日 张小燕");
  EXPECT_EQ(desk.kinds(desk.say(deputy, "覆盖")), std::vector<std::string>{"owner/coverage"});
  desk.say("甲", "石璜镇有人违建");
  ASSERT_EQ(desk.only_case().stage, Stage::pending_triage);
  const auto given = desk.say(deputy, "分流 楼家村");
  EXPECT_EQ(desk.only_case().stage, Stage::dispatched) << desk.kinds(given).front();
  desk.say(fakes::people::county_leader, "请假 今天 3月30日 骆明");
  EXPECT_EQ(desk.kinds(desk.say(officer, "难事")), std::vector<std::string>{"owner/hard_list"});
  EXPECT_EQ(desk.set.cases().size(), 1u);
}

// More than are handed over in one turn.
void give_sixty_lamps(fakes::DeskHarness& desk) {
  fakes::DeskHarness first;
  play(first, {kLamp, kSigned});
  desk.resident("甲");
  for (int i = 0; i < 60; ++i) {
    Case c = first.only_case();
    c.id = CaseId{9000 + i};
    c.number = "260326-1" + std::to_string(100 + i);
    c.version = 1;
    desk.set.put_loaded(c);
  }
}

// What is left when somebody is away already follows by itself: his next owners' round is due.
TEST(Leave, fifty_cases_a_turn) {
  fakes::DeskHarness desk;
  give_sixty_lamps(desk);
  const auto away = desk.say(instructor, "请假 今天 3月30日 张小燕");
  EXPECT_EQ(away.events.size(), kHandedOverAtOnce);
  const auto answer = desk.to(away, instructor);
  ASSERT_EQ(answer.back()->kind, "leave");
  EXPECT_EQ(answer.back()->facts.at("count"), "50");
  EXPECT_EQ(answer.back()->facts.at("later"), "1");
  EXPECT_EQ(desk.set.owned_by(instructor).size(), 10u);
  desk.serve_rounds();
  EXPECT_TRUE(desk.set.owned_by(instructor).empty());
  EXPECT_EQ(desk.set.owned_by(deputy).size(), 60u);
}

TEST(Leave, a_hand_over_of_more_than_fifty_says_what_is_left) {
  fakes::DeskHarness desk;
  give_sixty_lamps(desk);
  auto given = desk.say(instructor, "移交 张小燕");
  EXPECT_EQ(given.events.front().actor, instructor);  // his own move, not the program's
  EXPECT_EQ(given.events.front().text, "移交");
  const auto answer = desk.to(given, instructor);
  ASSERT_EQ(answer.back()->kind, "handed_over");
  EXPECT_EQ(answer.back()->facts.at("left"), "10");
  EXPECT_EQ(answer.back()->facts.at("count"), "50");
  given = desk.say(instructor, answer.back()->facts.at("again"));
  const auto rest = desk.to(given, instructor);
  ASSERT_EQ(rest.back()->kind, "handed_over");
  EXPECT_EQ(rest.back()->facts.at("count"), "10");
  EXPECT_FALSE(rest.back()->facts.contains("left"));
  EXPECT_TRUE(desk.set.owned_by(instructor).empty());
}

}  // namespace
}  // namespace huiyin::conversation
