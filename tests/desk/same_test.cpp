// The same problem told by neighbours (handbook §7): known, followed, proposed to be joined.
#include "server/desk/followers.h"
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

const std::vector<std::string> kRegistered{"owner/card", "reporter/registered"};
const std::vector<std::string> kKnown{"owner/card", "owner/similar", "reporter/registered"};
const std::vector<std::string> kOffice{"office/card", "reporter/registered"};
constexpr const char* kIsKnown = "这件事已有邻居反映，正在办理";

const Talk kTalks[] = {
    {"a_neighbour_hears_that_it_is_known",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"乙", "楼家村村口的路灯不亮了", kKnown, kIsKnown},
      {"instructor",
       "进展 260326-0001 已联系电工，明天来换",
       {"reporter/progress", "reporter/progress", "owner/done"}}}},
    {"in_the_hamlet_and_in_the_grid",
     {{"甲", "石璜镇楼家村溪东自然村停水了", kRegistered},
      {"乙", "楼家村我家没有水", kKnown, kIsKnown},
      {"丙", "溪东自然村停水", kKnown, kIsKnown}}},
    {"another_village_is_another_lamp",
     {{"甲", "楼家村路灯坏了", kRegistered}, {"乙", "石璜镇新胜村路灯坏了", kOffice}}},
    {"another_topic_is_another_matter",
     {{"甲", "楼家村路灯坏了", kRegistered}, {"乙", "楼家村垃圾没有人收", kRegistered}}},
    {"other_words_are_another_matter",
     {{"甲", "楼家村水管漏水", kRegistered}, {"乙", "楼家村屋顶漏水", kRegistered}}},
    {"the_reporter_himself_says_it_twice",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"clock", "+100", {}},
      {"甲", "楼家村的路灯坏了！", {"reporter/supplemented", "owner/supplement"}},
      {"甲", "楼家村路灯坏了，请尽快", {"reporter/supplemented", "owner/supplement"}}}},
    {"two_lamps_of_one_reporter",
     {{"甲", "楼家村第1号路灯坏了", kRegistered},
      {"clock", "+11", {}},
      {"甲", "楼家村第2号路灯坏了", kRegistered}}},
    {"what_is_over_is_not_dug_up",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
      {"乙", "楼家村路灯又不亮了", kRegistered, "这件事以前有人反映过，已有答复"}}},
    {"what_was_taken_back_counts_for_nothing",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "撤回", {"reporter/confirm_withdraw"}},
      {"甲", "是", {"reporter/withdrawn", "owner/withdrawn"}},
      {"乙", "楼家村路灯坏了", kRegistered, "编号260326-0002"}}},
    {"a_question_is_asked_by_each",
     {{"甲", "咨询一下，楼家村医保在哪里交", kRegistered},
      {"乙", "咨询一下，楼家村医保在哪里交", kRegistered}}},
};

class SameTalks : public Talks {};
TEST_P(SameTalks, go_as_written) {
  fakes::DeskHarness desk;
  play(desk, GetParam().lines);
}
INSTANTIATE_TEST_SUITE_P(All, SameTalks, testing::ValuesIn(kTalks), label);

TEST(Same, the_neighbour_has_a_case_and_follows_the_first) {
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了，我电话13812345678");
  auto said = desk.say("乙", "楼家村路灯不亮");
  const Case& first = desk.case_of("260326-0001");
  const Case& own = desk.case_of("260326-0002");
  EXPECT_EQ(own.resembles, first.id);
  EXPECT_TRUE(is_open(own.stage));
  const Party* row = following(first, desk.resident("乙"));
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->own, own.number);
  EXPECT_EQ(row->since, desk.now);
  // No number and no words of the other one.
  const auto read = desk.read(said.notices.back());
  EXPECT_THAT(read, testing::Not(testing::HasSubstr("0001")));
  EXPECT_THAT(read, testing::Not(testing::HasSubstr("138")));
  const auto& similar = said.notices[said.notices.size() - 2];
  ASSERT_EQ(similar.kind, "similar");
  ASSERT_EQ(similar.buttons.size(), 1u);
  EXPECT_EQ(similar.buttons[0].command, "并件 260326-0002 260326-0001");
  EXPECT_THAT(desk.read(similar), testing::Not(testing::HasSubstr("13812345678")));
  // The move is in the history of the first, by the neighbour.
  EXPECT_TRUE(std::ranges::any_of(said.events, [&](const Event& e) {
    return e.move == Move::follow && e.case_id == first.id && e.actor == desk.resident("乙") &&
           e.detail == own.number;
  }));
}

TEST(Same, all_resemble_the_first) {
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村停水了");
  desk.say("乙", "楼家村停水");
  desk.say("丙", "楼家村我家没有水");
  const Case& first = desk.case_of("260326-0001");
  EXPECT_EQ(desk.case_of("260326-0002").resembles, first.id);
  EXPECT_EQ(desk.case_of("260326-0003").resembles, first.id);
  EXPECT_EQ(first.parties.size(), 2u);
}

TEST(Same, after_thirty_days_it_is_something_new) {
  for (const int days : {29, 31}) {
    fakes::DeskHarness desk;
    desk.say("甲", "楼家村路灯坏了");
    desk.say(fakes::people::instructor, "签收");
    desk.now += std::chrono::days{days};
    desk.say("乙", "楼家村路灯坏了");
    EXPECT_EQ(static_cast<bool>(desk.last_case().resembles), days == 29) << days;
  }
}

TEST(Same, nobody_learns_of_what_was_told_in_confidence) {
  for (const Privacy privacy : {Privacy::confidential, Privacy::anonymous}) {
    fakes::DeskHarness desk;
    desk.say("甲", "楼家村路灯坏了");
    Decision change;
    change.cases.push_back(desk.only_case());
    change.cases.back().privacy = privacy;
    desk.set.fold(change);
    auto said = desk.say("乙", "楼家村路灯坏了");
    EXPECT_FALSE(desk.last_case().resembles);
    EXPECT_THAT(desk.read(said.notices.back()), testing::Not(testing::HasSubstr("邻居")));
  }
}

TEST(Same, nor_of_complaints_about_those_who_serve) {
  fakes::DeskHarness desk;
  desk.say("甲", "我要投诉楼家村村主任乱收卫生费");
  desk.say("乙", "我要投诉楼家村村主任乱收卫生费");
  EXPECT_FALSE(desk.last_case().resembles);
  EXPECT_TRUE(desk.case_of("260326-0001").parties.empty());
}

TEST(Same, five_reporters_make_it_the_matter_of_the_township) {
  fakes::DeskHarness desk;
  for (const char* who : {"甲", "乙", "丙", "丁"}) {
    desk.say(who, "楼家村停水了");
    EXPECT_EQ(desk.last_case().level, Level::frontline) << who;
  }
  auto fifth = desk.say("戊", "楼家村停水了");
  EXPECT_EQ(desk.last_case().level, Level::township);
  EXPECT_EQ(desk.last_case().stage, Stage::pending_triage);
  EXPECT_EQ(desk.last_case().owner, fakes::people::clerk);
}

TEST(Same, five_reporters_within_seven_days) {
  fakes::DeskHarness desk;
  for (const char* who : {"甲", "乙", "丙", "丁"}) desk.say(who, "楼家村停水了");
  desk.now += std::chrono::days{8};
  desk.say("戊", "楼家村停水了");
  EXPECT_EQ(desk.last_case().level, Level::frontline);
  EXPECT_TRUE(desk.last_case().resembles);
}

TEST(Same, rows_are_asked_for_only_with_new_cases) {
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了");
  EXPECT_EQ(desk.needs.near, (std::set<Near>{{UnitCode{"lj"}, "construction"},
                                             {UnitCode{"xd"}, "construction"},
                                             {UnitCode{"lj-1"}, "construction"}}));
  desk.needs = {};
  desk.say("甲", "查询");
  desk.say("甲", "就在村口");
  EXPECT_TRUE(desk.needs.near.empty());
}

}  // namespace
}  // namespace huiyin::conversation
