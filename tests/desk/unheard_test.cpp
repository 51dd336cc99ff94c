// An echo reached nobody: the owner telephones, and says so.
#include "tests/desk/changed_directory.h"
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
namespace people = fakes::people;

const Line kLamp{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}};
const Line kClosed{"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}};

Decision unheard(fakes::DeskHarness& desk, std::int64_t notice = 77, const char* kind = "closed") {
  const Case& c = desk.last_case();
  return desk.decide_on(Unheard{NoticeId{notice}, c.id, c.reporter, kind});
}

// As the store has it: so much waits for the next message from there.
void hold(fakes::DeskHarness& desk, const char* who, int notices) {
  Account account = *desk.set.accounts_of(desk.resident(who)).front();
  account.held = notices;
  desk.set.change(account);
}

void name_reporter(fakes::DeskHarness& desk, const char* who, const char* name, const char* phone) {
  Person person = *desk.set.person(desk.resident(who));
  person.name = name;
  person.phone = phone;
  Decision known;
  known.persons.push_back(person);
  desk.set.fold(known);
}

TEST(Unheard, the_owner_is_asked_to_telephone) {
  struct Row {
    const char* label;
    const char *name, *phone;
    const char* says;
  };
  for (const Row& row : {Row{"both", "王大伯", "13812345678", "请告诉王大伯 13812345678：已办结"},
                         Row{"phone", "", "13812345678", "请告诉13812345678：已办结"},
                         Row{"name", "王大伯", "", "请告诉王大伯（没有留电话，请上门或托人）"},
                         Row{"none", "", "", "请告诉对方（没有留电话，请上门或托人）"}}) {
    SCOPED_TRACE(row.label);
    fakes::DeskHarness desk;
    name_reporter(desk, "甲", row.name, row.phone);
    play(desk, {kLamp, kClosed});
    const auto decision = unheard(desk);
    EXPECT_THAT(desk.kinds(decision), ElementsAre("owner/telephone"));
    EXPECT_THAT(decision.asked, ElementsAre(NoticeId{77}));
    EXPECT_EQ(decision.notices[0].to, people::instructor);
    EXPECT_THAT(desk.read(decision.notices[0]), HasSubstr(row.says));
    EXPECT_THAT(desk.read(decision.notices[0]), HasSubstr("已解决。换了新灯泡，已经亮了"));
    EXPECT_EQ(decision.notices[0].buttons,
              (std::vector<Button>{{"已电话告知", "已电话告知 260326-0001"}}));
    ASSERT_EQ(decision.events.size(), 1u);
    EXPECT_EQ(decision.events[0].move, Move::remind);
    EXPECT_EQ(decision.events[0].role, Role::system);
    EXPECT_EQ(desk.only_case().calls, 1);

    // A second one changes nothing but its own mark.
    const auto second = unheard(desk, 78, "progress");
    EXPECT_THAT(desk.kinds(second), IsEmpty());
    EXPECT_THAT(second.asked, ElementsAre(NoticeId{78}));
    EXPECT_TRUE(second.cases.empty() && second.events.empty());
  }
}

// Residents leave their number among the words, and nowhere else.
TEST(Unheard, a_number_among_the_words_is_told_with_care) {
  struct Row {
    const char* adds;
    const char* says;
  };
  for (const Row& row : {
           Row{"我电话13812345678，姓王",
               "请告诉对方（留言里有电话13812345678，请先核对是本人）：现在"},
           Row{"电话13812345678，白天打13987654321", "有电话13987654321，"},
           Row{"我电话12345", "（没有留电话，请上门或托人）"},
           Row{"单号138123456789012", "（没有留电话，请上门或托人）"},
       }) {
    fakes::DeskHarness desk;
    play(desk, {kLamp, {"甲", row.adds, {"reporter/supplemented", "owner/supplement"}}});
    const auto decision = unheard(desk, 77, "registered");
    ASSERT_EQ(decision.notices.size(), 1u) << row.adds;
    EXPECT_THAT(desk.read(decision.notices[0]), HasSubstr(row.says));
  }
}

TEST(Unheard, told_by_telephone_is_recorded) {
  struct Row {
    const char* label;
    std::vector<Line> before;  // after the call was asked for
    const char* who;
    const char* says;
    const char* noted;
  };
  const Line rubbish{"乙", "楼家村垃圾没人收，太臭了", {"owner/card", "reporter/registered"}};
  for (const Row& row :
       {Row{"numbered", {}, "instructor", "已电话告知 260326-0001", "已电话告知"},
        Row{"with_words",
            {},
            "instructor",
            "已电话告知 260326-0001 他说知道了，谢谢",
            "他说知道了，谢谢"},
        Row{"the_only_call", {rubbish}, "instructor", "已电话告知", "已电话告知"},
        Row{"by_the_deputy", {}, "deputy", "已告知", "已电话告知"},
        Row{"by_the_office", {}, "clerk", "已电话告知 260326-0001", "已电话告知"}}) {
    SCOPED_TRACE(row.label);
    fakes::DeskHarness desk;
    play(desk, {kLamp, kClosed});
    unheard(desk);
    play(desk, row.before);
    const auto decision = desk.say(speaker(desk, row.who), row.says);
    EXPECT_THAT(desk.kinds(decision), ElementsAre("owner/told"));
    const Case& c = desk.case_of("260326-0001");
    EXPECT_THAT(decision.told, ElementsAre(Pair(c.id, c.reporter)));
    EXPECT_EQ(c.calls, 0);
    ASSERT_EQ(decision.events.size(), 1u);
    EXPECT_EQ(decision.events[0].move, Move::note);
    EXPECT_EQ(decision.events[0].text, row.noted);
    EXPECT_THAT(desk.read(decision.notices[0]), HasSubstr("260326-0001"));
  }
}

TEST(Unheard, calls_stand_in_the_list_of_things_to_do) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kClosed});
  play(desk, {{"instructor", "待办", {"owner/todo"}, "没有待办"}});
  unheard(desk);
  play(desk, {{"instructor", "待办", {"owner/todo"}, "已解决，待电话告知"},
              {"instructor", "已电话告知", {"owner/told"}},
              {"instructor", "待办", {"owner/todo"}, "没有待办"}});
}

TEST(Unheard, two_calls_are_told_apart) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kClosed});
  unheard(desk);
  play(desk, {{"乙", "楼家村垃圾没人收，太臭了", {"owner/card", "reporter/registered"}},
              {"instructor", "办结 0002 已经请人来清运干净", {"reporter/closed", "owner/done"}}});
  unheard(desk, 79);
  play(desk, {{"instructor", "已电话告知", {"owner/which_case"}},
              {"instructor", "2", {"owner/told"}, "260326-0002"}});
  EXPECT_EQ(desk.case_of("260326-0001").calls, 1);
  EXPECT_EQ(desk.case_of("260326-0002").calls, 0);
}

TEST(Unheard, who_writes_needs_no_call) {
  for (const char* says : {"谢谢", "5", "没解决", "查询", "新胜村路灯坏了"}) {
    fakes::DeskHarness desk;
    play(desk, {kLamp, kClosed});
    unheard(desk);
    hold(desk, "甲", 1);
    desk.say("甲", says);
    EXPECT_EQ(desk.case_of("260326-0001").calls, 0) << says;
  }
  fakes::DeskHarness desk;
  play(desk, {kLamp, kClosed});
  unheard(desk);
  Message gone;
  gone.kind = MessageKind::unfollow;
  desk.send("甲", gone);
  desk.say("乙", "谢谢");
  EXPECT_EQ(desk.only_case().calls, 1);
}

// Refused by every way, the echo does not come with his next message either.
TEST(Unheard, what_does_not_wait_is_still_to_be_told) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kClosed});
  unheard(desk);
  play(desk, {{"甲", "谢谢", {"reporter/thanks"}},
              {"instructor", "待办", {"owner/todo"}, "待电话告知"},
              {"instructor", "已电话告知", {"owner/told"}}});
}

TEST(Unheard, whoever_has_the_case_now_is_asked) {
  for (const bool closed : {false, true}) {
    fakes::DeskHarness desk;
    play(desk, {kLamp});
    if (closed) play(desk, {kClosed});
    desk.directory = without(*desk.directory, {people::instructor});
    const auto decision = desk.without_edits(unheard(desk, 77, "registered"));
    EXPECT_EQ(decision.notices.back().kind, "telephone");
    EXPECT_EQ(decision.notices.back().to, people::deputy);
    play(desk, {{"deputy", "已电话告知", {"owner/told"}}});
  }
}

// Who reported a violation is known to the office alone, so it is the office that telephones.
TEST(Unheard, confidential_reporters_are_called_by_the_office) {
  fakes::DeskHarness desk;
  name_reporter(desk, "甲", "王大伯", "13812345678");
  play(desk, {{"甲", "举报楼家村有人赌博", {"owner/card", "reporter/registered"}}});
  const auto decision = unheard(desk, 77, "registered");
  ASSERT_THAT(desk.kinds(decision), ElementsAre("owner/telephone"));
  EXPECT_EQ(decision.notices[0].to, people::clerk);
  EXPECT_THAT(desk.read(decision.notices[0]), HasSubstr("王大伯 13812345678"));
}

// A follower is called as he wants to be known, whatever the first reporter said.
TEST(Unheard, followers_are_called_as_their_own_report_says) {
  struct Row {
    Privacy own;
    PersonId caller;  // none: nobody
  };
  for (const Row& row : {Row{Privacy::named, people::instructor},
                         Row{Privacy::confidential, people::clerk}, Row{Privacy::anonymous, {}}}) {
    SCOPED_TRACE(std::string{name(row.own)});
    fakes::DeskHarness desk;
    play(desk, {kLamp, {"甲", "我电话13812345678", {"reporter/supplemented", "owner/supplement"}}});
    name_reporter(desk, "乙", "李大伯", "");
    desk.say("乙", "楼家村路灯坏了");
    Decision change;
    change.cases.push_back(desk.case_of("260326-0002"));
    change.cases.back().privacy = row.own;
    desk.set.fold(change);
    const Case& first = desk.case_of("260326-0001");
    const PersonId follower = desk.resident("乙");
    ASSERT_EQ(std::ranges::count(first.parties, follower, &Party::person), 1);
    const auto decision =
        desk.decide_on(Unheard{NoticeId{77}, first.id, follower, std::string{"accepted"}});
    EXPECT_THAT(decision.asked, ElementsAre(NoticeId{77}));
    if (!row.caller) {
      EXPECT_THAT(desk.kinds(decision), IsEmpty());
      continue;
    }
    ASSERT_EQ(desk.kinds(decision).size(), 1u);
    EXPECT_EQ(decision.notices[0].to, row.caller);
    EXPECT_THAT(desk.read(decision.notices[0]), HasSubstr("请告诉李大伯（没有留电话"));
    ASSERT_EQ(decision.views.size(), 1u);
    EXPECT_EQ(decision.views[0].viewer, row.caller);
    EXPECT_EQ(decision.views[0].seen, follower);
  }
}

TEST(Unheard, an_open_case_says_how_it_stands) {
  fakes::DeskHarness desk{"2026-03-26T20:00:00+08:00"};
  play(desk, {kLamp});
  const auto decision = unheard(desk, 77, "registered");
  EXPECT_THAT(desk.read(decision.notices[0]), HasSubstr("现在等待接手，4月2日前答复"));
  EXPECT_NE(decision.notices[0].not_before, Instant{});
}

}  // namespace
}  // namespace huiyin::conversation
