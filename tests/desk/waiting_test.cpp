// What waits for an office, a leader, a date or a call, and who is told when it waits too long.
#include "server/desk/timers.h"
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::at;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace people = fakes::people;

const Line kLamp{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}};
const Line kSigned{"instructor", "签收", {"reporter/accepted", "owner/done"}};
const Line kSpoken{"instructor", "联系 已打电话", {"reporter/contacted", "owner/done"}};

// Who heard what: "13 office/triage_over", in order, on the way to `then`.
std::vector<std::string> heard(fakes::DeskHarness& desk, const char* then) {
  std::vector<std::string> found;
  for (const auto& decision : desk.pass_until(at(then)))
    for (const auto& n : decision.notices)
      if (!n.edits)
        found.push_back(std::to_string(n.to.raw()) + " " + std::string{name(n.audience)} + "/" +
                        n.kind);
  return found;
}

void returned(fakes::DeskHarness& desk, const char* problem) {
  desk.say("甲", problem);
  desk.say(people::instructor, "退回 不在本村范围");
  ASSERT_EQ(desk.only_case().stage, Stage::registered);
}

// An office is reminded after its time, and the one above after as long again.
TEST(Waiting, for_an_office) {
  struct Row {
    const char *problem, *first, *second;
  };
  for (const Row& row :
       {Row{"楼家村路灯坏了", "2026-03-26T11:10:01+08:00", "2026-03-26T15:10:01+08:00"},
        Row{"楼家村停水了", "2026-03-26T09:40:01+08:00", "2026-03-26T10:10:01+08:00"}}) {
    SCOPED_TRACE(row.problem);
    fakes::DeskHarness desk;
    returned(desk, row.problem);
    EXPECT_THAT(heard(desk, row.first), ElementsAre("13 office/triage_over"));
    EXPECT_THAT(heard(desk, row.second),
                ElementsAre("13 office/triage_over", "16 office/triage_over"));
    const auto above = fakes::DeskHarness::to(desk.transcript.back(), people::county_clerk);
    ASSERT_EQ(above.size(), 1u);
    EXPECT_THAT(desk.read(*above[0]), HasSubstr("石璜镇三服务办公室那里还没有定"));
    // Decided: no more of that.
    desk.say(people::clerk, "分流 260326-0001 楼建平");
    ASSERT_EQ(desk.only_case().stage, Stage::dispatched);
    EXPECT_THAT(heard(desk, "2026-03-26T15:10:30+08:00"),
                testing::Not(Contains(HasSubstr("triage_over"))));
  }
}

void to_leaders(fakes::DeskHarness& desk) {
  play(desk, {kLamp, kSigned});
  desk.say(people::instructor, "上报 260326-0001 超出本村权限，要全县统一改造");
  if (desk.only_case().level == Level::frontline) desk.say(people::instructor, "0");
  desk.say(people::clerk, "上报 260326-0001 镇里没有经费");
  desk.say(people::county_clerk, "提请认领 260326-0001");
  ASSERT_EQ(desk.only_case().stage, Stage::pending_claim);
}

TEST(Waiting, for_a_leader_and_then_for_the_city) {
  fakes::DeskHarness desk;
  to_leaders(desk);
  EXPECT_THAT(heard(desk, "2026-03-30T17:29:00+08:00"), IsEmpty());
  EXPECT_THAT(heard(desk, "2026-03-30T17:31:00+08:00"),
              ElementsAre("17 leader/unclaimed", "16 office/unclaimed"));
  EXPECT_EQ(desk.only_case().listed_at, Instant{});
  heard(desk, "2026-04-02T17:29:00+08:00");
  const auto city = heard(desk, "2026-04-02T17:30:00.000050+08:00");
  EXPECT_THAT(city, Contains("19 leader/unclaimed"));
  EXPECT_THAT(city, Contains("18 office/unclaimed"));
  EXPECT_THAT(city, Contains("16 office/unclaimed"));
  EXPECT_NE(desk.only_case().listed_at, Instant{});
  EXPECT_THAT(desk.only_case().waits, ElementsAre(Wait{UnitCode{"sx"}, WaitKind::claim},
                                                  Wait{UnitCode{"sz"}, WaitKind::claim}));
  // Once.
  EXPECT_THAT(heard(desk, "2026-04-30T17:31:00+08:00"),
              testing::Not(Contains(HasSubstr("unclaimed"))));
}

TEST(Waiting, a_claim_ends_it) {
  fakes::DeskHarness desk;
  to_leaders(desk);
  desk.say(people::county_leader, "认领 260326-0001 水利局");
  ASSERT_EQ(desk.only_case().stage, Stage::in_progress);
  EXPECT_THAT(heard(desk, "2026-04-10T17:31:00+08:00"),
              testing::Not(Contains(HasSubstr("unclaimed"))));
}

// Ten minutes to the county, ten more to the city, by night as by day, on all their accounts.
TEST(Waiting, an_emergency_climbs_until_somebody_takes_it) {
  fakes::DeskHarness desk{"2026-03-28T23:00:00+08:00"};
  desk.say("甲", "楼家村着火了快来人啊");
  EXPECT_THAT(heard(desk, "2026-03-28T23:09:59+08:00"), ElementsAre("11 owner/accept_half"));
  EXPECT_THAT(heard(desk, "2026-03-28T23:10:01+08:00"), ElementsAre("16 office/unaccepted"));
  const auto& notice = *fakes::DeskHarness::to(desk.transcript.back(), people::county_clerk)[0];
  EXPECT_TRUE(notice.everywhere && notice.urgent);
  EXPECT_EQ(notice.not_before, Instant{});
  EXPECT_THAT(desk.read(notice), HasSubstr("10分钟还没有人签收"));
  heard(desk, "2026-03-28T23:19:59+08:00");
  EXPECT_THAT(heard(desk, "2026-03-28T23:20:01+08:00"), ElementsAre("18 office/unaccepted"));
}

TEST(Waiting, an_accepted_emergency_climbs_no_further) {
  fakes::DeskHarness desk{"2026-03-28T23:00:00+08:00"};
  desk.say("甲", "楼家村着火了快来人啊");
  heard(desk, "2026-03-28T23:11:00+08:00");
  desk.say(people::deputy, "签收 260328-0001");
  EXPECT_THAT(heard(desk, "2026-03-28T23:40:00+08:00"), IsEmpty());
}

TEST(Waiting, for_the_office_above) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned, kSpoken});
  desk.say(people::instructor, "挂账 260326-0001 4月20日 等春季统一改造");
  ASSERT_EQ(desk.only_case().request.kind, RequestKind::suspend);
  EXPECT_THAT(heard(desk, "2026-03-27T17:29:00+08:00"), IsEmpty());
  EXPECT_THAT(heard(desk, "2026-03-27T17:31:00+08:00"), ElementsAre("13 office/request"));
  const auto& again = *fakes::DeskHarness::to(desk.transcript.back(), people::clerk)[0];
  EXPECT_THAT(desk.read(again), HasSubstr("还在等您定"));
  ASSERT_EQ(again.buttons.size(), 2u);
  EXPECT_EQ(again.buttons[0].command, "批准 260326-0001");
  EXPECT_THAT(heard(desk, "2026-03-31T17:31:00+08:00"), IsEmpty());
}

TEST(Waiting, for_the_review_date_in_silence) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned, kSpoken});
  desk.say(people::instructor, "挂账 260326-0001 4月20日 等春季统一改造");
  desk.say(people::clerk, "批准 260326-0001");
  ASSERT_EQ(desk.only_case().stage, Stage::suspended);
  const Instant review = desk.only_case().review_at;
  ASSERT_NE(review, Instant{});
  desk.pass_until(review - std::chrono::seconds{1});
  EXPECT_EQ(desk.only_case().stage, Stage::suspended);
  EXPECT_EQ(desk.transcript.back().events.back().move,
            Move::suspend);  // nothing was said meanwhile
  const auto decisions = desk.pass_until(review + std::chrono::seconds{1});
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_THAT(desk.kinds(decisions[0]), ElementsAre("reporter/resumed", "owner/resumed"));
  EXPECT_EQ(desk.only_case().stage, Stage::in_progress);
  EXPECT_GT(desk.only_case().due_at, review);  // the pause was added
  EXPECT_EQ(desk.only_case().review_at, Instant{});
}

// Approved after the review date had passed: the case goes on at once instead of never.
TEST(Waiting, a_review_date_that_is_past_is_served) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned});
  Case c = desk.only_case();
  c.stage = Stage::suspended;
  c.paused_at = desk.now;
  c.review_at = desk.now - std::chrono::hours{24};
  const Instant from = desk.now + std::chrono::microseconds{1};
  const Timer timer = next_timer(c, desk.policy, from);
  EXPECT_EQ(timer.name, timers::kReview);
  EXPECT_EQ(timer.at, from);
}

// 30 working days without the pauses; here three, so that the test stays short.
TEST(Waiting, so_long_that_it_is_a_hard_matter) {
  fakes::DeskHarness desk;
  desk.policy.clocks.progress_limit_working_days = 3;
  play(desk, {kLamp, kSigned});
  desk.say(people::instructor, "追问 260326-0001 是哪一盏路灯？");
  desk.pass_until(at("2026-03-27T09:10:00+08:00"));
  desk.say("甲", "是村口第三盏");
  // Three working days after 26 March end on 31 March; one day of pause was added.
  EXPECT_THAT(heard(desk, "2026-04-01T17:29:00+08:00"),
              testing::Not(Contains(HasSubstr("office/hard"))));
  const auto all = heard(desk, "2026-04-02T12:00:00+08:00");
  EXPECT_EQ(std::ranges::count(all, "13 office/hard"), 1);
  EXPECT_NE(desk.only_case().listed_at, Instant{});
  EXPECT_EQ(desk.only_case().overall_due, Instant{});
  EXPECT_THAT(desk.only_case().waits, ElementsAre(Wait{UnitCode{"sh"}, WaitKind::hard}));
  EXPECT_THAT(heard(desk, "2026-05-29T17:31:00+08:00"),
              testing::Not(Contains(HasSubstr("office/hard"))));
}

void make_hard(fakes::DeskHarness& desk) {
  desk.policy.clocks.progress_limit_working_days = 3;
  play(desk, {kLamp, kSigned});
  heard(desk, "2026-03-31T17:31:00+08:00");
  ASSERT_NE(desk.only_case().listed_at, Instant{});
}

// Closed, it leaves the list; a new round has its days anew.
TEST(Waiting, a_hard_matter_that_is_closed_and_reopened_is_listed_anew) {
  fakes::DeskHarness desk;
  make_hard(desk);
  desk.say(people::instructor, "办结 260326-0001 换了新灯泡，已经亮了");
  EXPECT_THAT(desk.only_case().waits, IsEmpty());
  desk.pass_until(at("2026-04-08T09:00:00+08:00"));
  desk.say("甲", "没解决");
  ASSERT_EQ(desk.only_case().stage, Stage::dispatched);
  EXPECT_THAT(desk.only_case().waits, IsEmpty());
  EXPECT_EQ(desk.only_case().listed_at, Instant{});
  EXPECT_EQ(desk.only_case().overall_due, at("2026-04-13T17:30:00+08:00"));
  EXPECT_THAT(heard(desk, "2026-04-13T17:29:00+08:00"),
              testing::Not(Contains(HasSubstr("office/hard"))));
  EXPECT_THAT(heard(desk, "2026-04-13T17:31:00+08:00"), Contains("13 office/hard"));
  EXPECT_THAT(desk.only_case().waits, ElementsAre(Wait{UnitCode{"sh"}, WaitKind::hard}));
}

// Joined by mistake it was never answered: it stays what it was.
TEST(Waiting, a_hard_matter_that_is_taken_out_again_stays_listed) {
  fakes::DeskHarness desk;
  make_hard(desk);
  desk.say("乙", "楼家村文化礼堂门口垃圾没人收，太臭了");
  const auto other = desk.last_case().number;
  desk.say(people::clerk, "并件 260326-0001 " + other);
  ASSERT_EQ(desk.case_of("260326-0001").outcome, Outcome::merged);
  EXPECT_THAT(desk.case_of("260326-0001").waits, IsEmpty());
  desk.say(people::clerk, "拆件 260326-0001");
  EXPECT_THAT(desk.case_of("260326-0001").waits, ElementsAre(Wait{UnitCode{"sh"}, WaitKind::hard}));
}

// The city's list of what no leader takes and the list of hard matters are two.
TEST(Waiting, what_a_leader_takes_at_last_is_no_hard_matter_yet) {
  fakes::DeskHarness desk;
  to_leaders(desk);
  heard(desk, "2026-04-02T17:31:00+08:00");
  ASSERT_NE(desk.only_case().listed_at, Instant{});
  const Instant overall = desk.only_case().overall_due;
  desk.say(people::county_leader, "认领 260326-0001 水利局");
  EXPECT_EQ(desk.only_case().listed_at, Instant{});
  EXPECT_EQ(desk.only_case().overall_due, overall);
  EXPECT_THAT(desk.only_case().waits, IsEmpty());
  const auto all = desk.pass_until(overall + std::chrono::seconds{1});
  EXPECT_THAT(desk.only_case().waits, ElementsAre(Wait{UnitCode{"sz"}, WaitKind::hard}));
}

TEST(Waiting, a_hard_matter_comes_to_the_city_when_no_leader_takes_it) {
  fakes::DeskHarness desk;
  make_hard(desk);
  desk.say(people::instructor, "上报 260326-0001 超出本村权限，要全县统一改造");
  if (desk.only_case().level == Level::frontline) desk.say(people::instructor, "0");
  desk.say(people::clerk, "上报 260326-0001 镇里没有经费");
  desk.say(people::county_clerk, "提请认领 260326-0001");
  ASSERT_EQ(desk.only_case().stage, Stage::pending_claim);
  EXPECT_THAT(desk.only_case().waits, ElementsAre(Wait{UnitCode{"sz"}, WaitKind::claim}));
  // 4 to 6 April are off: five working days after 31 March.
  heard(desk, "2026-04-08T17:31:00+08:00");
  EXPECT_THAT(desk.only_case().waits, ElementsAre(Wait{UnitCode{"sx"}, WaitKind::claim},
                                                  Wait{UnitCode{"sz"}, WaitKind::claim}));
  desk.say(people::county_leader, "认领 260326-0001 水利局");
  EXPECT_THAT(desk.only_case().waits, ElementsAre(Wait{UnitCode{"sz"}, WaitKind::hard}));
}

TEST(Waiting, praise_waits_for_nothing) {
  fakes::DeskHarness desk;
  desk.say("甲", "表扬楼家村驻村指导员，办事认真");
  ASSERT_EQ(desk.only_case().type, CaseType::praise);
  EXPECT_THAT(heard(desk, "2026-12-26T09:10:00+08:00"), IsEmpty());
}

TEST(Waiting, for_the_call_after_a_bad_rating) {
  for (const bool called : {false, true}) {
    fakes::DeskHarness desk;
    play(desk, {kLamp, kSigned});
    desk.say(people::instructor, "办结 换了新灯泡，已经亮了");
    desk.say("甲", "1");
    ASSERT_EQ(desk.only_case().rating, 1);
    EXPECT_EQ(desk.only_case().timer, timers::kCallback);
    if (called) desk.say(people::clerk, "已告知 260326-0001 已电话说明情况");
    EXPECT_THAT(heard(desk, "2026-03-27T17:29:00+08:00"), IsEmpty());
    const auto reminded = heard(desk, "2026-03-27T17:31:00+08:00");
    if (called)
      EXPECT_THAT(reminded, IsEmpty());
    else
      EXPECT_THAT(reminded, ElementsAre("13 office/rating"));
    EXPECT_EQ(desk.only_case().timer, timers::kArchive);  // and on it goes
  }
}

TEST(Waiting, a_follower_who_rated_badly_is_called_too) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned});
  desk.say(people::instructor, "办结 换了新灯泡，已经亮了");
  desk.say("甲", "5");
  Decision change;
  Case c = desk.only_case();
  Party follower;
  follower.person = desk.resident("乙");
  follower.own = "260326-0002";
  follower.rating = 1;
  c.parties.push_back(follower);
  timers::call_back(c, desk.policy, desk.now);
  change.cases.push_back(c);
  desk.set.fold(change);
  EXPECT_THAT(heard(desk, "2026-03-27T17:31:00+08:00"), ElementsAre("13 office/rating"));
  const auto& notice = *fakes::DeskHarness::to(desk.transcript.back(), people::clerk)[0];
  EXPECT_THAT(desk.read(notice), HasSubstr("260326-0002"));
  EXPECT_FALSE(notice.facts.contains("reporter"));
}

// The owner is the office itself: the one above is asked, and the reporter hears of that one.
TEST(Waiting, an_office_that_is_late_is_supervised_from_above) {
  fakes::DeskHarness desk;
  returned(desk, "楼家村路灯坏了");
  desk.pass_until(at("2026-04-03T17:29:00+08:00"));
  const auto late = desk.pass_until(at("2026-04-03T17:31:00+08:00"));
  std::string told;
  bool county = false;
  for (const auto& decision : late)
    for (const auto& n : decision.notices) {
      if (n.kind == "late") told = desk.read(n);
      county = county || (n.kind == "overdue" && n.to == people::county_clerk);
    }
  EXPECT_TRUE(county);
  EXPECT_THAT(told, HasSubstr("嵊州市三服务办公室过问"));
}

// Dates in a year whose holidays are unknown say so.
TEST(Waiting, dates_of_next_year_are_provisional) {
  fakes::DeskHarness desk{"2026-12-29T10:00:00+08:00"};
  const auto said = desk.say("甲", "楼家村路灯坏了");
  const auto reply = fakes::DeskHarness::to(said, desk.resident("甲"));
  ASSERT_EQ(reply.size(), 1u);
  EXPECT_THAT(desk.read(*reply[0]), HasSubstr("1月6日前答复您（具体以放假安排为准）"));
  fakes::DeskHarness summer;
  const auto sure = summer.say("甲", "楼家村路灯坏了");
  EXPECT_FALSE(
      fakes::DeskHarness::to(sure, summer.resident("甲"))[0]->facts.contains("provisional"));
}

}  // namespace
}  // namespace huiyin::conversation
