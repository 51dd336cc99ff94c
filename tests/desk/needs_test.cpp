// decide() is pure: it asks for rows that it lacks, and the same input has the same answer.
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using testing::UnorderedElementsAre;
namespace people = fakes::people;

struct Asking {
  explicit Asking(fakes::DeskHarness& harness, PersonId person, const std::string& text)
      : desk{harness}, who{person} {
    message.text = text;
    message.sent_at = desk.now;
    meaning = desk.understanding->understand(message);
  }
  std::variant<Decision, Need> answer() {
    const auto account = desk.set.accounts_of(who).front()->id;
    fakes::CountingSupply supply = desk.supply;
    return decide(Input{desk.now, Said{message, meaning, who, account}}, desk.set, *desk.directory,
                  desk.policy, supply);
  }
  fakes::DeskHarness& desk;
  PersonId who;
  Message message;
  Meaning meaning;
};

TEST(Needs, a_number_is_looked_up_before_it_is_denied) {
  fakes::DeskHarness desk;
  Asking asking{desk, desk.resident("甲"), "查询 260326-0042"};
  const auto need = std::get<Need>(asking.answer());
  EXPECT_THAT(need.numbers, UnorderedElementsAre("260326-0042"));
  desk.set.mark_asked(need);
  const auto decision = std::get<Decision>(asking.answer());
  EXPECT_THAT(desk.kinds(decision), testing::ElementsAre("reporter/not_found"));
}

TEST(Needs, not_solved_may_mean_what_was_filed_long_ago) {
  fakes::DeskHarness desk;
  Asking asking{desk, desk.resident("甲"), "没解决，又坏了"};
  const auto need = std::get<Need>(asking.answer());
  EXPECT_THAT(need.all_of, UnorderedElementsAre(asking.who));
}

TEST(Needs, a_sender_without_loaded_cases) {
  fakes::DeskHarness desk;
  Person person;
  person.id = PersonId{900};
  Account account;
  account.id = AccountId{901};
  account.person = person.id;
  desk.set.put_loaded(person);
  desk.set.put_loaded(account);
  Asking asking{desk, person.id, "楼家村路灯坏了"};
  EXPECT_THAT(std::get<Need>(asking.answer()).cases_of, UnorderedElementsAre(person.id));
}

TEST(Needs, a_deputy_needs_the_cases_of_those_he_stands_in_for) {
  fakes::DeskHarness desk;
  Need none;
  WorkingSet fresh;
  for (const PersonId id : {people::deputy}) {
    fresh.put_loaded(*desk.directory->person(id));
    fresh.put_loaded(*desk.set.accounts_of(id).front());
    none.cases_of.insert(id);
  }
  fresh.mark_asked(none);
  desk.set = fresh;
  Asking asking{desk, people::deputy, "待办"};
  EXPECT_THAT(std::get<Need>(asking.answer()).cases_of, UnorderedElementsAre(people::instructor));
}

TEST(Needs, the_first_message_needs_nothing_more_than_what_is_preloaded) {
  fakes::DeskHarness desk;
  Asking asking{desk, desk.resident("甲"), "楼家村路灯坏了"};
  // But what was told of the same place of late (§7).
  const auto answer = asking.answer();
  ASSERT_TRUE(std::holds_alternative<Need>(answer));
  Need need = std::get<Need>(answer);
  EXPECT_FALSE(need.near.empty());
  need.near.clear();
  EXPECT_TRUE(need.empty());
}

TEST(Pure, the_same_input_has_the_same_answer) {
  fakes::DeskHarness desk;
  play(desk, {{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}}});
  for (const auto& [who, text] : {std::pair{desk.resident("甲"), "催办"},
                                  {desk.resident("乙"), "新胜村路灯坏了"},
                                  {people::instructor, "签收"}}) {
    Asking asking{desk, who, text};
    const auto first = std::get<Decision>(asking.answer());
    const auto second = std::get<Decision>(asking.answer());
    ASSERT_EQ(first.notices.size(), second.notices.size());
    for (std::size_t i = 0; i < first.notices.size(); ++i) {
      EXPECT_EQ(first.notices[i].facts, second.notices[i].facts);
      EXPECT_EQ(first.notices[i].events, second.notices[i].events);
    }
    ASSERT_EQ(first.events.size(), second.events.size());
    for (std::size_t i = 0; i < first.events.size(); ++i)
      EXPECT_EQ(first.events[i].id, second.events[i].id);
  }
}

TEST(Pure, messages_that_say_nothing_change_nothing) {
  fakes::DeskHarness desk;
  for (const auto kind : {MessageKind::unfollow, MessageKind::delivery, MessageKind::other}) {
    Message message;
    message.kind = kind;
    const auto decision = desk.send("甲", message);
    EXPECT_TRUE(decision.cases.empty() && decision.notices.empty() && decision.events.empty() &&
                decision.persons.empty() && decision.conversations.empty());
  }
}

}  // namespace
}  // namespace huiyin::conversation
