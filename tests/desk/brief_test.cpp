// 08:30: one message for what waited; broken promises to those who look after the server.
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::at;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
namespace people = fakes::people;

const Line kLamp{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}};
const Line kSigned{"instructor", "签收", {"reporter/accepted", "owner/done"}};

Brief::Line line(std::int64_t notice, const Case* about, const char* kind, const char* title,
                 Audience audience = Audience::owner) {
  Brief::Line one;
  one.notice = NoticeId{notice};
  if (about) one.about = about->id, one.number = about->number;
  one.kind = kind;
  one.audience = audience;
  one.title = title;
  return one;
}

Brief brief_for(PersonId person, std::vector<Brief::Line> lines) {
  return {person, AccountId{person.raw() + 100}, std::move(lines)};
}

TEST(Briefs, one_message_stands_for_all) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  const Case c = desk.only_case();
  desk.now = at("2026-03-27T08:30:00+08:00");
  const auto said = desk.decide_on(brief_for(
      people::instructor, {line(1, &c, "card", "求助 260326-0001"), line(2, &c, "urge", "催办"),
                           line(3, nullptr, "stand_in", "请您代办")}));
  ASSERT_EQ(said.notices.size(), 1u);
  const auto& brief = said.notices[0];
  EXPECT_EQ(brief.kind, "brief");
  EXPECT_EQ(brief.to, people::instructor);
  EXPECT_EQ(brief.account, AccountId{people::instructor.raw() + 100});
  EXPECT_EQ(brief.not_before, Instant{});
  const auto text = desk.read(brief);
  for (const char* words : {"有3条", "1. 求助 260326-0001", "2. 260326-0001 催办", "3. 请您代办"})
    EXPECT_THAT(text, HasSubstr(words));
  EXPECT_THAT(brief.buttons, ElementsAre(Button{"查询 260326-0001", "查询 260326-0001"}));
  EXPECT_THAT(said.briefed, ElementsAre(NoticeId{1}, NoticeId{2}, NoticeId{3}));
  EXPECT_TRUE(said.cases.empty() && said.events.empty());
  // The button leads to the case.
  const auto opened = desk.say(people::instructor, brief.buttons[0].command);
  ASSERT_FALSE(opened.notices.empty());
  EXPECT_EQ(opened.notices[0].about, c.id);
}

// What was done meanwhile is left out, and briefed all the same.
TEST(Briefs, leave_out_what_is_done) {
  struct Row {
    const char* kind;
    const char* then;  // said by the instructor after the notice was written
    bool shown;
  };
  for (const Row& row :
       {Row{"card", nullptr, true}, Row{"card", "签收", true},
        Row{"card", "办结 换了新灯泡，已经亮了", false}, Row{"accept_half", nullptr, true},
        Row{"accept_half", "签收", false}, Row{"accept_over", "签收", false},
        Row{"contact_over", "签收", true}, Row{"contact_over", "联系 已打电话", false},
        Row{"due_tomorrow", "签收", true}, Row{"due_tomorrow", "办结 换了新灯泡，已经亮了", false},
        Row{"rating", "办结 换了新灯泡，已经亮了", true}, Row{"card", "退回 不在本村范围", false},
        Row{"taken_over", "退回 不在本村范围", true}, Row{"returned", "签收", false}}) {
    SCOPED_TRACE(std::string{row.kind} + " " + (row.then ? row.then : ""));
    fakes::DeskHarness desk;
    play(desk, {kLamp});
    if (row.then) desk.say(people::instructor, row.then);
    const Case c = desk.only_case();
    const auto said =
        desk.decide_on(brief_for(people::instructor, {line(1, &c, row.kind, "一件")}));
    EXPECT_EQ(said.notices.size(), row.shown ? 1u : 0u);
    EXPECT_THAT(said.briefed, ElementsAre(NoticeId{1}));
  }
}

TEST(Briefs, name_no_case_to_whom_it_concerns) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  Case c = desk.only_case();
  Decision change;
  c.concerned = {people::instructor};
  change.cases.push_back(c);
  desk.set.fold(change);
  const auto said =
      desk.decide_on(brief_for(people::instructor, {line(1, &c, "taken_over", "一件")}));
  EXPECT_THAT(said.notices, IsEmpty());
  EXPECT_THAT(said.briefed, ElementsAre(NoticeId{1}));
}

TEST(Briefs, are_short) {
  fakes::DeskHarness desk;
  desk.policy.joint_reporters = 1000;  // all stay with the enterprise
  std::vector<Brief::Line> lines;
  for (int i = 1; i <= 15; ++i) {
    desk.say("居民" + std::to_string(i), "云帆纺织第" + std::to_string(i) + "车间用工困难");
    const Case& c = desk.last_case();
    lines.push_back(line(i, &c, "card", ("求助 " + c.number).c_str()));
  }
  const auto said = desk.decide_on(brief_for(people::officer, lines));
  ASSERT_EQ(said.notices.size(), 1u);
  const auto& brief = said.notices[0];
  EXPECT_EQ(brief.lists.at("lines").size(), 12u);
  EXPECT_EQ(brief.buttons.size(), 4u);
  EXPECT_THAT(desk.read(brief), HasSubstr("还有3条"));
  EXPECT_EQ(said.briefed.size(), 15u);
}

// ---- broken promises ---------------------------------------------------------------------------

TEST(FindingsOfTheDay, go_to_the_admins) {
  struct Row {
    std::vector<std::string> admins;
    PersonId to;
  };
  for (const Row& row :
       {Row{{"陈静"}, people::county_clerk}, Row{{"nobody", "陈静"}, people::county_clerk},
        Row{{}, people::city_clerk}, Row{{"nobody"}, people::city_clerk}}) {
    fakes::DeskHarness desk;
    desk.policy.admins = row.admins;
    Findings findings;
    for (int i = 0; i < 14; ++i) findings.lines.push_back("P1 260326-00" + std::to_string(10 + i));
    findings.count = 20;
    const auto said = desk.decide_on(findings);
    ASSERT_EQ(said.notices.size(), 1u);
    EXPECT_EQ(said.notices[0].to, row.to);
    const auto text = desk.read(said.notices[0]);
    EXPECT_THAT(text, HasSubstr("发现20处"));
    EXPECT_THAT(text, HasSubstr("P1 260326-0021"));
    EXPECT_THAT(text, Not(HasSubstr("P1 260326-0022")));
    EXPECT_THAT(text, HasSubstr("还有8处"));
  }
  fakes::DeskHarness desk;
  EXPECT_THAT(desk.decide_on(Findings{}).notices, IsEmpty());
}

}  // namespace
}  // namespace huiyin::conversation
