// Cards that are out change with their case; each reader sees what he may see now.
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
namespace people = fakes::people;

const Line kLamp{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}};

std::vector<std::string> labels(const NoticeDraft& draft) {
  std::vector<std::string> found;
  for (const auto& button : draft.buttons) found.push_back(button.label);
  return found;
}

TEST(Cards, show_every_move_that_changes_them) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  struct Row {
    PersonId who;
    const char* says;
    std::size_t edits;
    const char* shows;  // null: no edit
    std::vector<std::string> buttons;
  };
  const PersonId villager = desk.resident("甲");
  const std::vector<std::string> working{"进展", "追问", "办结", "联系", "上报", "协办"};
  for (const Row& row : {
           Row{people::instructor, "签收", 1, "现在办理中", working},
           Row{people::instructor, "联系", 0, nullptr, {}},  // nothing on the card tells of it
           Row{people::instructor, "进展 已联系电工，明天来换", 0, nullptr, {}},
           Row{villager, "补充：在村口", 1, "补充：在村口", working},
           Row{people::clerk, "补充 260326-0001 供电所说明天来", 0, nullptr, {}},
           Row{people::instructor, "追问 是哪一盏？", 1, "等待补充情况", {"联系"}},
           Row{villager, "第三盏", 1, "现在办理中", working},
           Row{people::deputy,
               "办结 换了新灯泡，已经亮了",
               1,
               "已办结，结果：已解决。换了新灯泡，已经亮了。",
               {}},
           Row{villager, "5", 0, nullptr, {}},
           Row{villager, "没解决", 1, "现在等待接手", {"签收", "退回", "进展", "追问"}},
       }) {
    SCOPED_TRACE(row.says);
    const auto decision = desk.say(row.who, row.says);
    const auto edits = desk.edits(decision);
    ASSERT_EQ(edits.size(), row.edits);
    if (!row.shows) continue;
    EXPECT_EQ(edits[0]->kind, "card");
    EXPECT_EQ(edits[0]->to, people::instructor);
    EXPECT_EQ(edits[0]->edits, NoticeId{1});
    EXPECT_TRUE(edits[0]->account);
    EXPECT_THAT(desk.read(*edits[0]), HasSubstr(row.shows));
    if (row.buttons.size() != 4 || row.buttons.front() != "签收") {
      EXPECT_EQ(labels(*edits[0]), row.buttons);
    } else {
      EXPECT_EQ(labels(*edits[0]).front(), "签收");
    }
  }
}

TEST(Cards, all_copies_change_each_for_its_reader) {
  fakes::DeskHarness desk;
  play(desk, {{"甲",
               "楼家村13812345678家着火了快来人",
               {"owner/card", "owner/card", "office/card", "office/card", "reporter/registered"}}});
  const auto decision = desk.say(people::deputy, "签收");
  const auto edits = desk.edits(decision);
  ASSERT_EQ(edits.size(), 4u);
  for (const auto* edit : edits) {
    EXPECT_THAT(desk.read(*edit), HasSubstr("现在办理中"));
    const bool acts = edit->to == people::instructor || edit->to == people::deputy;
    EXPECT_EQ(labels(*edit).front(), acts ? "进展" : "分流");
    EXPECT_TRUE(edit->facts.contains("moves"));
    EXPECT_EQ(name(edit->audience), acts ? "owner" : "office");
  }
}

// Handbook §8: owner, deputy and the duty of the township, on all their accounts, at any hour.
TEST(Cards, emergencies_go_everywhere) {
  struct Row {
    const char* says;
    bool everywhere, urgent;
    std::vector<PersonId> to;
  };
  using namespace people;
  for (const Row& row :
       {Row{"楼家村着火了快来人", true, true, {instructor, deputy, clerk, second_clerk}},
        Row{"楼家村停水了，什么时候来水", false, true, {instructor}},
        Row{"楼家村路灯坏了", false, false, {instructor}}}) {
    fakes::DeskHarness desk{"2026-03-26T23:00:00+08:00"};
    const auto decision = desk.say("甲", row.says);
    std::vector<PersonId> to;
    for (const auto& notice : decision.notices) {
      if (notice.audience == Audience::reporter) continue;
      to.push_back(notice.to);
      EXPECT_EQ(notice.everywhere, row.everywhere) << row.says;
      EXPECT_EQ(notice.urgent, row.urgent) << row.says;
      EXPECT_EQ(notice.not_before == Instant{}, row.urgent) << row.says;
    }
    EXPECT_EQ(to, row.to) << row.says;
  }
}

TEST(Cards, who_no_longer_has_the_case_reads_no_names) {
  fakes::DeskHarness desk;
  play(desk, {{"甲", "楼家村13812345678家路灯坏了", {"owner/card", "reporter/registered"}}});
  // It waits at the office; the office gives it to somebody else.
  const auto back = desk.say(people::instructor, "退回 不在本村范围");
  const auto again = desk.say(people::clerk, "分流 0001 云帆纺织");
  for (const auto* decision : {&back, &again}) {
    for (const auto* edit : desk.edits(*decision)) {
      if (edit->facts.contains("other")) {
        EXPECT_TRUE(edit->buttons.empty());
        EXPECT_FALSE(edit->facts.contains("reporter"));
        const auto text = desk.read(*edit);
        EXPECT_THAT(text, HasSubstr("138****5678"));
        EXPECT_THAT(text, Not(HasSubstr("13812345678")));
        EXPECT_THAT(text, HasSubstr("260326-0001"));
        EXPECT_THAT(text, HasSubstr("办理，现在"));
      }
    }
  }
  std::size_t strangers = 0;
  for (const auto* edit : desk.edits(again)) strangers += edit->facts.contains("other") ? 1 : 0;
  EXPECT_EQ(strangers, 1u);
  const auto closed = desk.say(people::officer, "办结 供电所换了新灯泡，已经亮了");
  const auto edits = desk.edits(closed);
  ASSERT_EQ(edits.size(), 3u);
  for (const auto* edit : edits)
    EXPECT_THAT(desk.read(*edit), HasSubstr("已办结，结果：已解决。供电所换了新灯泡"));
}

TEST(Cards, an_old_button_is_answered_with_the_state_as_it_is) {
  fakes::DeskHarness desk;
  play(desk,
       {kLamp,
        {"instructor", "签收 260326-0001", {"reporter/accepted", "owner/done"}},
        {"instructor", "签收 260326-0001", {"owner/refused"}, "现在办理中"},
        {"deputy", "退回 260326-0001", {"owner/refused"}, "现在办理中"},
        {"instructor", "办结 260326-0001 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
        {"deputy",
         "进展 260326-0001",
         {"owner/refused"},
         "，石璜镇楼家村驻村指导员已办结，结果：已解决。换了新灯泡，已经亮了"}});
}

TEST(Cards, a_former_owners_button_tells_who_has_it) {
  fakes::DeskHarness desk;
  play(desk,
       {kLamp,
        {"instructor",
         "退回 260326-0001 不在本村范围",
         {"reporter/returned", "owner/done", "office/card"}},
        {"instructor", "签收 260326-0001", {"owner/taken_over"}, "现由石璜镇三服务办公室办理"},
        {"clerk", "分流 260326-0001 云帆纺织", {"reporter/dispatched", "owner/card", "owner/done"}},
        {"officer",
         "办结 260326-0001 供电所换了新灯泡",
         {"owner/closed", "owner/closed", "reporter/closed", "owner/done"}},
        {"instructor", "签收 260326-0001", {"owner/taken_over"}, "已办结，结果：已解决"}});
}

// He never did anything about it, but its card is in his hands.
TEST(Cards, who_only_got_a_card_is_told_who_has_the_case) {
  fakes::DeskHarness desk;
  play(desk,
       {{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}},
        {"甲", "云帆纺织", {"reporter/dispatched", "owner/card", "owner/taken_over"}},
        {"instructor", "签收 260326-0001", {"owner/taken_over"}, "现由云帆纺织驻企服务员办理"},
        {"county", "签收 260326-0001", {"owner/refused"}}});
  desk.say("乙", "举报楼家村的驻村指导员收好处费");
  play(desk, {{"instructor", "签收 260326-0002", {"owner/not_found"}}});
}

// The moves on a card are those of its reader: an office decides, the owner works.
TEST(Cards, an_office_is_offered_no_moves_of_the_owner) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  for (const char* says : {"查询 260326-0001", "签收 260326-0001"}) {
    const auto decision = desk.say(people::clerk, says);
    ASSERT_EQ(decision.notices.size(), 1u);
    EXPECT_EQ(decision.notices[0].facts.at("moves"), "分流、督办、协办、并件") << says;
    EXPECT_THAT(labels(decision.notices[0]), ElementsAre("分流", "督办", "协办", "并件"));
  }
  const auto asked = desk.say(people::deputy, "查询 260326-0001");
  EXPECT_EQ(asked.notices.at(0).facts.at("moves"), "签收、退回、联系、协办、转办");
}

}  // namespace
}  // namespace huiyin::conversation
