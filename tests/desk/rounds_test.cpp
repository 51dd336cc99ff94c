// Tasks that come again: who may not have his cases any more, and which units have nobody.
#include "server/desk/rounds.h"

#include "server/desk/leave.h"
#include "tests/desk/changed_directory.h"
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::at;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace people = fakes::people;

DirectoryPtr on_leave(const Directory& before, std::vector<Leave> leaves) {
  return changed(before, before.duties(), std::move(leaves));
}

Leave leave(PersonId who, const char* from, const char* to, PersonId deputy = {}) {
  return {who, at(from), at(to), deputy};
}

// ---- when --------------------------------------------------------------------------------------

TEST(Rounds, are_due) {
  struct Row {
    const char *label, *task, *last;
    std::int64_t version;  // of the directory then
    const char* due;       // epoch: at once
    const char* asked = "2026-10-11T00:00:00+08:00";
  };
  fakes::DeskHarness desk;
  const auto county = on_leave(
      *desk.directory,
      {leave(people::instructor, "2026-03-27T00:00:00+08:00", "2026-03-29T00:00:00+08:00")});
  const char* const kEpoch = "1970-01-01T00:00:00Z";
  for (const Row& row : {
           Row{"never", "owners", kEpoch, 0, kEpoch},
           Row{"by_a_clock_far_ahead", "owners", "2027-03-26T10:00:00+08:00", 1, kEpoch},
           Row{"coverage_by_a_clock_far_ahead", "coverage", "2027-03-26T10:00:00+08:00", 2, kEpoch},
           Row{"by_a_clock_somewhat_ahead", "coverage", "2026-03-26T10:00:00+08:00", 2,
               "2026-03-27T08:30:00+08:00", "2026-03-25T10:00:00+08:00"},
           Row{"by_a_clock_more_than_a_day_ahead", "coverage", "2026-03-26T10:00:00+08:00", 2,
               kEpoch, "2026-03-25T09:59:59+08:00"},
           Row{"another_directory", "owners", "2026-03-26T10:00:00+08:00", 1,
               "2026-03-26T10:00:00+08:00"},
           Row{"a_leave_begins", "owners", "2026-03-26T10:00:00+08:00", 2,
               "2026-03-27T00:00:00+08:00"},
           Row{"in_the_morning", "owners", "2026-03-27T00:00:00+08:00", 2,
               "2026-03-27T08:30:00+08:00"},
           Row{"a_leave_ends", "owners", "2026-03-27T08:30:00+08:00", 2,
               "2026-03-29T00:00:00+08:00"},
           Row{"nothing_else", "owners", "2026-03-29T00:00:00+08:00", 2,
               "2026-03-30T08:30:00+08:00"},
           Row{"never_covered", "coverage", kEpoch, 0, kEpoch},
           Row{"before_the_brief", "coverage", "2026-03-26T08:29:00+08:00", 2,
               "2026-03-26T08:30:00+08:00"},
           Row{"after_the_brief", "coverage", "2026-03-26T08:30:00+08:00", 2,
               "2026-03-27T08:30:00+08:00"},
           Row{"over_the_weekend", "coverage", "2026-03-27T08:30:00+08:00", 2,
               "2026-03-30T08:30:00+08:00"},
           Row{"over_national_day", "coverage", "2026-09-30T09:00:00+08:00", 2,
               "2026-10-08T08:30:00+08:00"},
           Row{"a_worked_saturday", "coverage", "2026-10-09T09:00:00+08:00", 2,
               "2026-10-10T08:30:00+08:00"},
       }) {
    const RoundDone last{row.task, at(row.last), row.version};
    const auto due = rounds::due(last, *county, desk.policy, at(row.asked));
    ASSERT_TRUE(due) << row.label;
    EXPECT_EQ(format_rfc3339(*due), format_rfc3339(at(row.due))) << row.label;
  }
  EXPECT_FALSE(rounds::due({"of_another_version", {}, 0}, *county, desk.policy, desk.now));
}

// ---- owners ------------------------------------------------------------------------------------

std::size_t owned(const fakes::DeskHarness& desk, PersonId who) {
  return static_cast<std::size_t>(std::ranges::count_if(
      desk.set.cases(), [&](const auto& row) { return row.second.row.owner == who; }));
}

TEST(Rounds, who_may_not_have_his_cases_loses_them_at_once) {
  struct Row {
    const char* label;
    DirectoryPtr next;
    PersonId owner;
  };
  const auto county = fakes::small_county();
  const char *from = "2026-03-27T00:00:00+08:00", *to = "2026-03-30T00:00:00+08:00";
  for (const Row& row : {
           Row{"left", without(*county, {people::instructor}), people::deputy},
           Row{"both_left", without(*county, {people::instructor, people::deputy}), people::clerk},
           Row{"away_with_a_deputy",
               on_leave(*county, {leave(people::instructor, from, to, people::officer)}),
               people::officer},
           Row{"away_without", on_leave(*county, {leave(people::instructor, from, to)}),
               people::deputy},
           Row{"here", on_leave(*county, {leave(people::deputy, from, to)}), people::instructor},
       }) {
    SCOPED_TRACE(row.label);
    fakes::DeskHarness desk;
    desk.serve_rounds();
    desk.say("甲", "楼家村路灯坏了");
    desk.say(people::instructor, "签收");
    desk.directory = row.next;
    desk.now = at("2026-03-27T00:00:00+08:00");
    const auto decisions = desk.serve_rounds();
    ASSERT_EQ(decisions.size(), 1u);  // the morning is still to come
    ASSERT_TRUE(decisions[0].round);
    EXPECT_EQ(decisions[0].round->at, desk.now);
    EXPECT_EQ(decisions[0].round->directory, row.next->version());
    EXPECT_EQ(desk.only_case().owner, row.owner);
    EXPECT_EQ(desk.only_case().stage, Stage::in_progress);
    const bool moved = row.owner != people::instructor;
    EXPECT_EQ(desk.to(decisions[0], desk.resident("甲")).size(), moved ? 1u : 0u);
    EXPECT_EQ(desk.to(decisions[0], row.owner).size(), moved ? 1u : 0u);
    EXPECT_THAT(desk.serve_rounds(), IsEmpty());  // once
  }
}

TEST(Rounds, a_leave_that_begins_later_is_kept_in_mind) {
  fakes::DeskHarness desk;
  desk.directory = on_leave(*desk.directory, {leave(people::instructor, "2026-03-28T00:00:00+08:00",
                                                    "2026-03-30T00:00:00+08:00", people::deputy)});
  desk.serve_rounds();
  desk.say("甲", "楼家村路灯坏了");
  desk.say(people::instructor, "签收");
  desk.now = at("2026-03-27T23:59:00+08:00");
  desk.serve_rounds();
  EXPECT_EQ(desk.only_case().owner, people::instructor);
  desk.now = at("2026-03-28T00:00:00+08:00");
  desk.serve_rounds();
  EXPECT_EQ(desk.only_case().owner, people::deputy);
}

TEST(Rounds, many_cases_are_handed_over_in_several_steps) {
  constexpr std::size_t kCases = kHandedOverAtOnce + 7;
  fakes::DeskHarness desk;
  desk.policy.joint_reporters = 1000;  // all stay with the village
  desk.serve_rounds();
  for (std::size_t i = 0; i < kCases; ++i) {
    const std::string who = "居民" + std::to_string(i);
    const char* const what[] = {"路灯坏了", "垃圾没有人收", "水管漏水", "健身器材坏了", "路面塌了"};
    desk.say(who, std::string{"楼家村"} + what[i % 5]);
  }
  const std::size_t before = owned(desk, people::instructor);
  ASSERT_GT(before, kHandedOverAtOnce);
  desk.directory = without(*desk.directory, {people::instructor});
  const auto decisions = desk.serve_rounds();
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_EQ(decisions[0].cases.size(), kHandedOverAtOnce);
  EXPECT_FALSE(decisions[0].round);
  EXPECT_EQ(decisions[1].cases.size(), before - kHandedOverAtOnce);
  EXPECT_TRUE(decisions[1].round);
  EXPECT_EQ(owned(desk, people::instructor), 0u);
  EXPECT_EQ(owned(desk, people::deputy), before);
}

TEST(Rounds, the_desk_of_last_resort_gives_back) {
  fakes::DeskHarness desk;
  const auto full = desk.directory;
  desk.directory = changed(*full, {}, {});
  desk.serve_rounds();
  desk.say("甲", "楼家村路灯坏了");
  ASSERT_EQ(desk.only_case().owner, kDutyDesk);
  desk.now += std::chrono::hours{24};
  EXPECT_THAT(desk.serve_rounds(), testing::SizeIs(2));  // nobody is there: it comes to an end
  EXPECT_EQ(desk.only_case().owner, kDutyDesk);
  desk.directory = full;
  desk.serve_rounds();
  EXPECT_EQ(desk.only_case().owner, people::instructor);
}

// ---- coverage ----------------------------------------------------------------------------------

std::vector<const NoticeDraft*> notices(const std::vector<Decision>& decisions,
                                        std::string_view kind) {
  std::vector<const NoticeDraft*> found;
  for (const auto& decision : decisions)
    for (const auto& n : decision.notices)
      if (n.kind == kind) found.push_back(&n);
  return found;
}

TEST(Rounds, township_offices_hear_of_their_gaps_in_the_morning) {
  fakes::DeskHarness desk;
  EXPECT_THAT(notices(desk.serve_rounds(), "gaps"), IsEmpty());  // the first time it begins
  desk.now = at("2026-03-27T08:29:00+08:00");
  EXPECT_THAT(desk.serve_rounds(), IsEmpty());
  desk.now = at("2026-03-27T08:30:00+08:00");
  const auto decisions = desk.serve_rounds();
  const auto gaps = notices(decisions, "gaps");
  // 新胜村 of both townships has nobody; 黄泽镇 has no clerk, so the county hears.
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(gaps[0]->to, people::county_clerk);
  EXPECT_THAT(desk.read(*gaps[0]), HasSubstr("黄泽镇有1个村"));
  EXPECT_EQ(gaps[1]->to, people::clerk);
  EXPECT_THAT(desk.read(*gaps[1]), HasSubstr("新胜村"));
  EXPECT_EQ(gaps[1]->not_before, Instant{});
  EXPECT_THAT(desk.serve_rounds(), IsEmpty());
}

TEST(Rounds, a_clerk_on_leave_is_spared) {
  fakes::DeskHarness desk;
  desk.directory = on_leave(
      *desk.directory,
      {leave(people::clerk, "2026-03-26T00:00:00+08:00", "2026-03-30T00:00:00+08:00",
             people::second_clerk),
       leave(people::instructor, "2026-03-26T00:00:00+08:00", "2026-03-30T00:00:00+08:00")});
  desk.serve_rounds();
  desk.now = at("2026-03-27T08:30:00+08:00");
  const auto decisions = desk.serve_rounds();
  const auto gaps = notices(decisions, "gaps");
  ASSERT_EQ(gaps.size(), 2u);
  EXPECT_EQ(gaps[1]->to, people::second_clerk);
  EXPECT_THAT(desk.read(*gaps[1]), HasSubstr("楼家村（请假，没有代办人）"));
}

TEST(Rounds, nobody_hears_of_full_coverage) {
  fakes::DeskHarness desk;
  auto duties = desk.directory->duties();
  for (const char* village : {"xs-sh", "xs-hz"}) {
    Duty duty;
    duty.unit = UnitCode{village};
    duty.person = people::officer;
    duties.push_back(duty);
  }
  desk.directory = changed(*desk.directory, std::move(duties), {});
  desk.serve_rounds();
  desk.now = at("2026-03-27T08:30:00+08:00");
  EXPECT_THAT(notices(desk.serve_rounds(), "gaps"), IsEmpty());
}

TEST(Rounds, a_week_of_standstill_is_one_list) {
  fakes::DeskHarness desk;
  desk.serve_rounds();
  desk.now = at("2026-04-20T10:00:00+08:00");
  EXPECT_EQ(notices(desk.serve_rounds(), "gaps").size(), 2u);
  EXPECT_THAT(desk.serve_rounds(), IsEmpty());
}

// From December on the holidays of the next year should be there (§5).
TEST(Rounds, missing_holidays_alarm_the_admins_in_december) {
  struct Row {
    const char* now;
    bool known, told;
  };
  for (const Row& row : {Row{"2026-11-30T08:30:00+08:00", false, false},
                         Row{"2026-12-01T08:30:00+08:00", false, true},
                         Row{"2026-12-31T08:30:00+08:00", false, true},
                         Row{"2026-12-01T08:30:00+08:00", true, false}}) {
    SCOPED_TRACE(row.now);
    fakes::DeskHarness desk;
    desk.policy.admins = {"陈静"};
    if (row.known)
      desk.policy.calendar = WorkingCalendar{
          {{std::chrono::minutes{510}, std::chrono::minutes{1050}}}, {{2026, {}}, {2027, {}}}};
    desk.serve_rounds();
    desk.now = at(row.now);
    const auto decisions = desk.serve_rounds();
    const auto alarms = notices(decisions, "audit");
    ASSERT_EQ(alarms.size(), row.told ? 1u : 0u);
    if (!row.told) continue;
    EXPECT_EQ(alarms[0]->to, people::county_clerk);
    EXPECT_THAT(desk.read(*alarms[0]), HasSubstr("还没有2027年的放假安排"));
  }
}

}  // namespace
}  // namespace huiyin::conversation
