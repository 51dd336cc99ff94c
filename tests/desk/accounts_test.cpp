// Several accounts of one person.
#include "server/desk/hear.h"
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace people = fakes::people;

std::string code_for(fakes::DeskHarness& desk, PersonId who) {
  const auto decision = desk.say(who, "绑定账号");
  EXPECT_THAT(desk.kinds(decision), ElementsAre("owner/bind_code"));
  EXPECT_EQ(decision.codes.size(), 1u);
  EXPECT_THAT(desk.read(decision.notices[0]), HasSubstr("绑定 " + decision.codes.at(0).code));
  EXPECT_EQ(decision.codes[0].until, desk.now + std::chrono::minutes{10});
  EXPECT_TRUE(is_bind_code(decision.codes[0].code));
  return decision.codes[0].code;
}

TEST(Accounts, a_code_binds_another_account) {
  struct Row {
    const char* label;
    PersonId whose;             // none: the resident 甲
    std::string before, after;  // the code
    const char* kind;
    const char* says;
  };
  for (const Row& row :
       {Row{"cadre", people::instructor, "绑定 ", "", "owner/bound", "您负责石璜镇楼家村"},
        Row{"office", people::clerk, "绑定：", "", "owner/bound", "您负责石璜镇"},
        Row{"bare", people::instructor, "", "", "owner/bound", "已绑定"},
        Row{"resident", {}, "绑定", "", "reporter/bound", "这个账号已绑定"}}) {
    SCOPED_TRACE(row.label);
    fakes::DeskHarness desk;
    const PersonId whose = row.whose ? row.whose : desk.resident("甲");
    const auto code = code_for(desk, whose);
    const PersonId other = desk.resident("另一个");
    const AccountId account = desk.set.accounts_of(other).front()->id;
    const auto decision = desk.say(other, row.before + code + row.after);
    EXPECT_THAT(desk.kinds(decision), ElementsAre(row.kind));
    EXPECT_THAT(desk.read(decision.notices[0]), HasSubstr(row.says));
    EXPECT_EQ(decision.notices[0].to, whose);
    EXPECT_EQ(decision.notices[0].account, account);
    EXPECT_EQ(decision.bind_account, account);
    EXPECT_EQ(decision.bind_to, whose);
    EXPECT_THAT(decision.used_codes, ElementsAre(code));
    EXPECT_EQ(desk.set.accounts_of(whose).size(), 2u);
    // Once only.
    const auto again = desk.say("第三个", "绑定 " + code);
    EXPECT_THAT(desk.kinds(again), ElementsAre("reporter/not_now"));
    EXPECT_FALSE(again.bind_account);
  }
}

TEST(Accounts, what_a_code_does_not_do) {
  fakes::DeskHarness desk;
  const auto code = code_for(desk, people::instructor);
  // From the account that has it already.
  play(desk, {{"instructor", ("绑定 " + code).c_str(), {"reporter/not_now"}, "从另一个账号"}});
  desk.now += std::chrono::minutes{10};
  play(desk, {{"甲", ("绑定 " + code).c_str(), {"reporter/not_now"}, "已过期"}});
  // A number plate, a model: not of the form, so nobody takes them for a code.
  for (const char* text : {"HK2000A1", "A1B2C3D", "ABC22234X"})
    EXPECT_THAT(desk.kinds(desk.say("乙", text)), ElementsAre("reporter/help")) << text;
}

TEST(Accounts, codes_are_looked_up_before_they_are_denied) {
  fakes::DeskHarness desk;
  desk.say("甲", "绑定 ABCD2345");
  EXPECT_THAT(desk.needs.codes, ElementsAre("ABCD2345"));
}

TEST(Accounts, five_wrong_codes_in_an_hour_are_enough) {
  fakes::DeskHarness desk;
  for (int i = 2; i < 7; ++i) {
    const auto text = "绑定 ABCD234" + std::to_string(i);
    play(desk, {{"甲", text.c_str(), {"reporter/not_now"}, "绑定码不对"}});
    // Another question in between does not wipe the count.
    play(desk, {{"甲", "绑定", {"reporter/ask_place"}}});
    desk.now += std::chrono::minutes{11};
  }
  EXPECT_EQ(desk.needs.codes.size(), 5u);
  const auto good = code_for(desk, people::instructor);
  const auto said = "绑定 " + good;
  play(desk, {{"甲", said.c_str(), {"reporter/not_now"}, "过一小时再试"},
              {"乙", "绑定 ABCD2349", {"reporter/not_now"}, "绑定码不对"}});
  desk.now += std::chrono::minutes{6};  // the first is an hour old
  play(desk, {{"甲", said.c_str(), {"owner/bound"}}});
}

TEST(Accounts, a_wrong_code_leaves_the_open_question_open) {
  fakes::DeskHarness desk;
  play(desk, {{"甲", "路灯坏了一个星期了", {"reporter/ask_place"}},
              {"甲", "绑定 ABCD2345", {"reporter/not_now"}},
              {"甲", "新胜村", {"reporter/which_place"}},
              {"甲", "绑定 ABCD2346", {"reporter/not_now"}},
              {"甲", "3", {"reporter/not_now"}},
              {"甲", "2", {"office/card", "reporter/registered"}}});
}

// What was reported from the account is the same person's now: asked about, rated, reopened there.
TEST(Accounts, cases_of_an_account_go_with_it) {
  fakes::DeskHarness desk;
  play(desk, {{"乙", "楼家村路灯坏了", {"owner/card", "reporter/registered"}}});
  const PersonId first = desk.resident("甲"), second = desk.resident("乙");
  const Case& lamp = desk.only_case();
  ASSERT_EQ(lamp.reporter, second);
  const auto bound = desk.say("乙", "绑定 " + code_for(desk, first));
  EXPECT_EQ(desk.only_case().reporter, first);
  EXPECT_THAT(desk.set.reported_by(second), testing::IsEmpty());
  EXPECT_EQ(bound.bind_to, first);
  play(desk, {{"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
              {"甲", "查询", {"reporter/status"}, "260326-0001"},
              {"甲", "没解决", {"reporter/reopened", "owner/reopened", "office/reopened"}}});
}

// What is followed from the account too, but nobody follows twice, or his own report.
TEST(Accounts, followed_cases_of_an_account_go_with_it) {
  struct Row {
    const char* label;
    const char *first, *other;  // who reports, who reports the same: his account is bound to 甲
    std::size_t followers;
  };
  for (const Row& row : {Row{"a_stranger", "丙", "乙", 1}, Row{"himself", "甲", "乙", 0}}) {
    SCOPED_TRACE(row.label);
    fakes::DeskHarness desk;
    desk.resident("甲");
    desk.say(row.first, "楼家村路灯坏了");
    desk.say(row.other, "楼家村路灯不亮");
    ASSERT_EQ(desk.case_of("260326-0001").parties.size(), 1u);
    const AccountId account = desk.case_of("260326-0001").parties[0].account;
    desk.say(row.other, "绑定 " + code_for(desk, desk.resident("甲")));
    const Case& lamp = desk.case_of("260326-0001");
    ASSERT_EQ(lamp.parties.size(), row.followers);
    if (row.followers == 0) continue;
    EXPECT_EQ(lamp.parties[0].person, desk.resident("甲"));
    EXPECT_EQ(lamp.parties[0].account, account);
    const auto told = desk.say(people::instructor, "办结 260326-0001 换了新灯泡，已经亮了");
    EXPECT_EQ(desk.to(told, desk.resident("甲")).size(), 1u);
    play(desk, {{"甲", "评价 260326-0001 5", {"reporter/rated", "owner/rating"}}});
  }
}

// Else a cadre who is talked into sending somebody's code would hear of his cases no more.
TEST(Accounts, accounts_of_those_on_duty_stay_theirs) {
  for (const char* who : {"deputy", "clerk"}) {
    fakes::DeskHarness desk;
    const auto text = "绑定 " + code_for(desk, desk.resident("甲"));
    const auto decision = desk.say(speaker(desk, who), text);
    EXPECT_THAT(desk.kinds(decision), ElementsAre("reporter/not_now")) << who;
    EXPECT_THAT(desk.read(decision.notices[0]), HasSubstr("工作"));
    EXPECT_FALSE(decision.bind_account);
    EXPECT_THAT(decision.used_codes, testing::IsEmpty());
  }
}

TEST(Accounts, news_goes_to_the_first_choice_of_the_reporter) {
  fakes::DeskHarness desk;
  const PersonId first = desk.resident("甲"), second = desk.resident("乙");
  const AccountId used = desk.set.accounts_of(first).front()->id;
  const AccountId chosen = desk.set.accounts_of(second).front()->id;
  play(desk, {{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}}});
  desk.say("乙", "绑定 " + code_for(desk, first));
  const auto to = [&](const char* says) {
    const auto decision = desk.say(people::instructor, says);
    for (const auto& notice : decision.notices)
      if (notice.audience == Audience::reporter) return notice.account;
    return AccountId{};
  };
  EXPECT_EQ(to("签收"), used);
  Person person = *desk.set.person(first);
  person.preferred = chosen;
  Decision prefers;
  prefers.persons.push_back(person);
  desk.set.fold(prefers);
  EXPECT_EQ(to("进展 已联系电工，明天来换"), chosen);
  // It is somebody else's by now.
  Account gone = *desk.set.account(chosen);
  gone.person = second;
  desk.set.change(gone);
  EXPECT_EQ(to("进展 电工已到，正在换灯泡"), used);
}

TEST(Accounts, the_first_choice_of_a_person) {
  fakes::DeskHarness desk;
  for (const PersonId who : {people::instructor, people::clerk, desk.resident("甲")}) {
    const auto decision = desk.say(who, "首选");
    EXPECT_THAT(desk.kinds(decision), ElementsAre("owner/preferred"));
    EXPECT_EQ(desk.set.person(who)->preferred, desk.set.accounts_of(who).front()->id);
  }
}

}  // namespace
}  // namespace huiyin::conversation
