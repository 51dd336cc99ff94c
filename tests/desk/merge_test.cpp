// 并件 and 拆件: nobody is lost, nobody hears twice, nothing of who reported is told.
#include "server/desk/merge.h"

#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using testing::HasSubstr;
using testing::Not;
namespace people = fakes::people;

// Two matters that the program does not take for one.
void two_cases(fakes::DeskHarness& desk) {
  desk.say("甲", "楼家村沟渠断水，姜地浇不上");
  desk.say("乙", "楼家村供水站的水泵坏了好几天");
  ASSERT_EQ(desk.set.cases().size(), 2U);
}

std::vector<PersonId> followers(const Case& c) {
  std::vector<PersonId> found;
  for (const Party& party : c.parties)
    if (party.kind == PartyKind::follower) found.push_back(party.person);
  return found;
}

TEST(Merge, the_child_is_closed_and_its_reporter_follows_the_parent) {
  fakes::DeskHarness desk;
  two_cases(desk);
  const auto decision = desk.say(people::clerk, "并件 260326-0002 260326-0001");
  const Case& child = desk.case_of("260326-0002");
  const Case& parent = desk.case_of("260326-0001");
  EXPECT_EQ(child.stage, Stage::closed);
  EXPECT_EQ(child.outcome, Outcome::merged);
  EXPECT_EQ(child.parent, parent.id);
  EXPECT_THAT(followers(parent), testing::ElementsAre(desk.resident("乙")));
  EXPECT_EQ(parent.parties.front().own, "260326-0002");
  const auto told = desk.to(decision, desk.resident("乙"));
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(desk.read(*told[0]), HasSubstr("并到编号260326-0001一起办"));
  EXPECT_TRUE(desk.to(decision, desk.resident("甲")).empty());
  const auto owner = desk.to(decision, people::instructor);
  ASSERT_EQ(owner.size(), 1U);
  EXPECT_THAT(desk.read(*owner[0]), HasSubstr("260326-0002"));

  // From now on both hear, each once.
  const auto signed_for = desk.say(people::instructor, "签收 260326-0001");
  EXPECT_EQ(desk.to(signed_for, desk.resident("甲")).size(), 1U);
  ASSERT_EQ(desk.to(signed_for, desk.resident("乙")).size(), 1U);
}

TEST(Merge, can_be_taken_back) {
  fakes::DeskHarness desk;
  two_cases(desk);
  desk.say(people::clerk, "并件 260326-0002 260326-0001");
  const auto decision = desk.say(people::clerk, "拆件 260326-0002");
  const Case& child = desk.case_of("260326-0002");
  EXPECT_EQ(child.stage, Stage::dispatched);
  EXPECT_EQ(child.owner, people::instructor);
  EXPECT_EQ(child.round, 0);
  EXPECT_FALSE(child.parent);
  EXPECT_TRUE(followers(desk.case_of("260326-0001")).empty());
  EXPECT_EQ(desk.to(decision, desk.resident("乙")).size(), 1U);
  play(desk, {{"clerk", "拆件 260326-0002", {"owner/refused"}, "没有并入别的事项"}});
}

TEST(Merge, chains_are_flat) {
  fakes::DeskHarness desk;
  two_cases(desk);
  desk.say("丙", "楼家村文化礼堂门口的广场灯也不亮");
  ASSERT_EQ(desk.set.cases().size(), 3U);
  desk.say(people::clerk, "并件 260326-0003 260326-0002");
  desk.say(people::clerk, "并件 260326-0002 260326-0001");
  const Case& root = desk.case_of("260326-0001");
  EXPECT_EQ(desk.case_of("260326-0003").parent, root.id);
  EXPECT_THAT(followers(root),
              testing::UnorderedElementsAre(desk.resident("乙"), desk.resident("丙")));
  for (const Party& party : root.parties) {
    if (party.person != desk.resident("丙")) continue;
    EXPECT_EQ(party.own, "260326-0003");
  }
  // Taken back, it takes with it what was joined to it before.
  desk.say(people::clerk, "拆件 260326-0002");
  EXPECT_TRUE(followers(desk.case_of("260326-0001")).empty());
  EXPECT_EQ(desk.case_of("260326-0003").parent, desk.case_of("260326-0002").id);
  EXPECT_THAT(followers(desk.case_of("260326-0002")), testing::ElementsAre(desk.resident("丙")));
}

TEST(Merge, what_was_joined_already_leads_to_its_parent) {
  fakes::DeskHarness desk;
  two_cases(desk);
  desk.say("丙", "楼家村文化礼堂门口的广场灯也不亮");
  desk.say(people::clerk, "并件 260326-0002 260326-0001");
  desk.say(people::clerk, "并件 260326-0003 260326-0002");
  EXPECT_EQ(desk.case_of("260326-0003").parent, desk.case_of("260326-0001").id);
}

TEST(Merge, is_refused) {
  struct Row {
    const char* label;
    const char* who;
    std::vector<const char*> before;  // said by the instructor
    const char* says;
    std::vector<std::string> kinds;
    const char* read;
  };
  const std::vector<std::string> refused{"owner/refused"};
  for (const Row& row :
       {Row{"itself", "clerk", {}, "并件 260326-0001 260326-0001", refused, "是同一件"},
        Row{"one number", "clerk", {}, "并件 260326-0001", refused, "请写两个编号"},
        Row{"unknown",
            "clerk",
            {},
            "并件 260326-0001 260326-0009",
            refused,
            "没有找到要并入的编号"},
        Row{"closed parent",
            "clerk",
            {"办结 260326-0001 水渠已修好，水到田头"},
            "并件 260326-0002 260326-0001",
            refused,
            "已办结"},
        Row{"unknown child", "clerk", {}, "并件 260326-0009 260326-0001", {"owner/not_found"}, ""},
        Row{"not merged", "clerk", {}, "拆件 260326-0001", refused, "没有并入"}}) {
    SCOPED_TRACE(row.label);
    fakes::DeskHarness desk;
    two_cases(desk);
    for (const char* before : row.before) desk.say(people::instructor, before);
    play(desk, {{row.who, row.says, row.kinds, row.read}});
  }
}

TEST(Merge, what_is_about_others_stays_apart) {
  fakes::DeskHarness desk;
  two_cases(desk);
  Case a = desk.case_of("260326-0001"), b = desk.case_of("260326-0002");
  const Policy policy = desk.policy;
  fakes::CountingSupply supply;
  const Turn turn{desk.now, desk.set, *desk.directory, policy, supply};
  EXPECT_FALSE(cannot_merge(turn, a, b));
  b.concerned_unit = UnitCode{"lj"};
  EXPECT_EQ(cannot_merge(turn, a, b), words::Why::merge_apart);
  a.concerned_unit = UnitCode{"lj"};
  EXPECT_FALSE(cannot_merge(turn, a, b));
  b.concerned = {people::instructor};
  EXPECT_EQ(cannot_merge(turn, a, b), words::Why::merge_apart);
}

TEST(Merge, nobody_reads_who_reported_the_child) {
  fakes::DeskHarness desk;
  two_cases(desk);
  const auto decision = desk.say(people::clerk, "并件 260326-0002 260326-0001");
  for (const auto& notice : decision.notices) {
    if (notice.about != desk.case_of("260326-0001").id) continue;
    EXPECT_THAT(desk.read(notice), Not(HasSubstr("乙")));
  }
}

}  // namespace
}  // namespace huiyin::conversation
