// 没解决 (T16): the same people, then one level up each time, then a new case.
#include "tests/desk/changed_directory.h"
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

const std::vector<std::string> kRegistered{"owner/card", "reporter/registered"};
const std::vector<std::string> kClosed{"reporter/closed", "owner/done"};

void close_by_owner(fakes::DeskHarness& desk, const std::string& number) {
  desk.say(desk.case_of(number).owner, "办结 " + number + " 换了新灯泡，已经亮了");
  ASSERT_EQ(desk.case_of(number).stage, Stage::closed) << number;
}

TEST(Reopen, climbs_one_level_each_time) {
  using namespace fakes::people;
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了");
  struct Row {
    Level level;
    PersonId owner;
    std::vector<std::string> kinds;
  };
  const std::vector<Row> rows{
      {Level::frontline, instructor, {"reporter/reopened", "owner/reopened", "office/reopened"}},
      {Level::township, clerk, {"reporter/reopened", "office/reopened", "owner/taken_over"}},
      {Level::county, county_clerk, {"reporter/reopened", "office/reopened", "owner/taken_over"}},
      {Level::city, city_clerk, {"reporter/reopened", "office/reopened", "owner/taken_over"}},
      {Level::city, city_clerk, {"reporter/reopened", "owner/reopened"}},
  };
  int round = 0;
  for (const Row& row : rows) {
    SCOPED_TRACE(++round);
    close_by_owner(desk, "260326-0001");
    const PersonId before = desk.only_case().owner;
    auto said = desk.say("甲", "没解决 260326-0001 还是不亮");
    EXPECT_EQ(desk.kinds(said), row.kinds);
    const Case& c = desk.only_case();
    EXPECT_EQ(c.stage, Stage::dispatched);
    EXPECT_EQ(c.level, row.level);
    EXPECT_EQ(c.owner, row.owner);
    EXPECT_EQ(c.round, round);
    EXPECT_GT(c.due_at, desk.now);
    EXPECT_GT(c.accept_due, desk.now);
    EXPECT_EQ(c.rating, 0);
    EXPECT_TRUE(c.result.empty());
    if (before == c.owner) continue;
    EXPECT_TRUE(std::ranges::any_of(c.parties, [&](const Party& party) {
      return party.person == before && party.kind == PartyKind::watcher;
    }));
  }
}

TEST(Reopen, goes_to_the_next_in_line_when_the_owner_has_left) {
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了");
  close_by_owner(desk, "260326-0001");
  desk.directory = without(*desk.directory, {fakes::people::instructor});
  desk.say("甲", "没解决");
  EXPECT_EQ(desk.only_case().owner, fakes::people::deputy);
  EXPECT_EQ(desk.only_case().level, Level::frontline);
}

TEST(Reopen, days_while_it_was_closed_are_no_days_of_handling) {
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了");
  const Instant overall = desk.only_case().overall_due;
  ASSERT_NE(overall, Instant{});
  close_by_owner(desk, "260326-0001");
  desk.now += std::chrono::days{7};
  desk.say("甲", "没解决");
  EXPECT_GE(desk.only_case().overall_due, overall + std::chrono::days{6});
}

TEST(Reopen, too_late_is_a_new_case_linked_to_the_old) {
  for (const int days : {15, 16}) {
    fakes::DeskHarness desk;
    desk.say("甲", "楼家村路灯坏了");
    close_by_owner(desk, "260326-0001");
    const CaseId old = desk.only_case().id;
    desk.pass_until(desk.now + std::chrono::days{days});
    auto said = desk.say("甲", "没解决 260326-0001 又不亮了");
    if (days == 15) {
      EXPECT_EQ(desk.case_of("260326-0001").stage, Stage::dispatched);
      continue;
    }
    EXPECT_EQ(desk.case_of("260326-0001").stage, Stage::archived);
    const Case& c = desk.last_case();
    EXPECT_EQ(c.previous, old);
    EXPECT_EQ(c.text, "楼家村路灯坏了\n又不亮了");
    const auto read = desk.read(said.notices.back());
    EXPECT_THAT(read, testing::HasSubstr("260326-0001"));
    EXPECT_THAT(read, testing::HasSubstr(c.number));
    EXPECT_EQ(said.notices.front().facts.at("previous"), "260326-0001");
    EXPECT_THAT(desk.read(said.notices.front()), testing::HasSubstr("以前办过"));
  }
}

TEST(Reopen, too_late_for_a_follower_in_his_own_words) {
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了，我是王大伯");
  desk.say("乙", "楼家村路灯不亮");
  close_by_owner(desk, "260326-0001");
  close_by_owner(desk, "260326-0002");
  desk.pass_until(desk.now + std::chrono::days{16});
  desk.say("乙", "没解决 260326-0001");
  EXPECT_EQ(desk.last_case().previous, desk.case_of("260326-0001").id);
  EXPECT_EQ(desk.last_case().text, "楼家村路灯不亮");
  EXPECT_EQ(desk.last_case().reporter, desk.resident("乙"));
}

const Talk kTalks[] = {
    {"the_office_takes_it_up_after_a_bad_rating",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"instructor", "办结 换了新灯泡，已经亮了", kClosed},
      {"甲", "1", {"reporter/rated_low", "office/rating", "owner/rating"}},
      {"instructor", "重办 260326-0001", {"reporter/not_found"}},
      {"clerk", "重办 260326-0001", {"reporter/reopened", "owner/reopened", "owner/done"}}}},
    {"or_with_a_reason",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"clerk", "重办 260326-0001", {"owner/refused"}},
      {"instructor", "办结 换了新灯泡，已经亮了", kClosed},
      {"clerk", "重办 260326-0001", {"owner/refused"}, "请写明原因"},
      {"clerk", "回访时说又不亮了", {"reporter/reopened", "owner/reopened", "owner/done"}}}},
    {"not_what_was_taken_back",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "撤回", {"reporter/confirm_withdraw"}},
      {"甲", "是", {"reporter/withdrawn", "owner/withdrawn"}},
      {"甲", "没解决 260326-0001", {"reporter/not_now"}, "已按您的意思撤回"},
      {"clerk", "重办 260326-0001 再看看情况", {"owner/refused"}}}},
};

class ReopenTalks : public Talks {};
TEST_P(ReopenTalks, go_as_written) {
  fakes::DeskHarness desk;
  play(desk, GetParam().lines);
}
INSTANTIATE_TEST_SUITE_P(All, ReopenTalks, testing::ValuesIn(kTalks), label);

}  // namespace
}  // namespace huiyin::conversation
