// What happens when nobody says anything.
#include <chrono>

#include "server/desk/timers.h"
#include "tests/desk/changed_directory.h"
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::at;
using testing::ElementsAre;
namespace people = fakes::people;

const Line kLamp{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}};
const Line kSigned{"instructor", "签收", {"reporter/accepted", "owner/done"}};

const Talk kTalks[] = {
    // Registered Thursday 26 March 09:10: accept within 4 working hours, speak with the reporter
    // within one working day, answer by 2 April.
    {"nobody_signs",
     {kLamp,
      {"clock", "2026-03-26T11:09:00+08:00", {}},
      {"clock", "2026-03-26T11:11:00+08:00", {"owner/accept_half"}, "请在3月26日 15:10前签收"},
      {"clock", "2026-03-26T15:09:00+08:00", {}},
      {"clock",
       "2026-03-26T15:11:00+08:00",
       {"owner/accept_over", "owner/accept_over", "office/overdue"}},
      {"clock", "2026-03-27T17:29:00+08:00", {}},
      {"clock", "2026-04-01T17:29:00+08:00", {"owner/contact_over"}, "还没有人和反映人联系过"},
      {"clock", "2026-04-01T17:31:00+08:00", {"owner/due_tomorrow"}, "4月2日到期"},
      {"clock",
       "2026-04-02T17:31:00+08:00",
       {"owner/due_now", "owner/due_now", "reporter/silence", "owner/silence"}},
      {"clock",
       "2026-04-03T17:31:00+08:00",
       {"owner/overdue", "owner/overdue", "office/overdue", "reporter/late"}},
      {"甲", "查询", {"reporter/status"}, "原定4月2日前答复，现在晚了，抱歉"}}},
    {"signing_ends_the_acceptance_clock",
     {kLamp, kSigned, {"clock", "2026-04-01T17:29:00+08:00", {"owner/contact_over"}}}},
    {"who_spoke_with_the_reporter_is_not_reminded",
     {kLamp,
      kSigned,
      {"instructor", "联系 已打电话", {"reporter/contacted", "owner/done"}},
      {"clock", "2026-04-01T17:29:00+08:00", {}}}},
    {"silence_is_broken_every_five_working_days",
     {kLamp,
      kSigned,
      {"clock",
       "2026-04-03T18:00:00+08:00",
       {"owner/contact_over", "owner/due_tomorrow", "owner/due_now", "owner/due_now",
        "reporter/silence", "owner/silence", "owner/overdue", "owner/overdue", "office/overdue",
        "reporter/late"}},
      // 4 to 6 April are off: five working days after 3 April end on 13 April.
      {"clock", "2026-04-13T17:29:00+08:00", {}},
      {"clock",
       "2026-04-13T17:31:00+08:00",
       {"reporter/silence", "owner/silence"},
       "还没有新的进展"}}},
    {"progress_breaks_the_silence",
     {kLamp,
      kSigned,
      {"clock", "2026-04-01T18:00:00+08:00", {"owner/contact_over", "owner/due_tomorrow"}},
      {"instructor", "进展 灯泡已经买到，明天换", {"reporter/progress", "owner/done"}},
      {"clock", "2026-04-02T18:00:00+08:00", {"owner/due_now", "owner/due_now"}}}},
    {"no_answer_in_three_working_days",
     {kLamp,
      kSigned,
      {"instructor", "追问 是哪一盏路灯？", {"reporter/question", "owner/done"}},
      {"clock", "2026-03-31T17:29:00+08:00", {}},
      {"clock",
       "2026-03-31T17:31:00+08:00",
       {"reporter/going_on", "owner/answer_timeout"},
       "还没等到您的回复，先按现有情况办理"},
      {"甲", "是村口第三盏", {"reporter/supplemented", "owner/supplement"}},
      {"clock", "+11", {}},
      {"甲", "还有人摔了一跤", {"reporter/ask_place"}}}},
    {"archived_after_fifteen_days",
     {kLamp,
      kSigned,
      {"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
      {"clock", "2026-04-10T09:09:00+08:00", {}},
      {"甲", "0001", {"reporter/status"}, "已解决"},
      {"clock", "2026-04-10T09:11:00+08:00", {}},
      {"甲", "评价 0001 5", {"reporter/not_now"}, "已归档"}}},
    {"urgent_runs_in_natural_hours",
     {{"甲", "楼家村停水了", {"owner/card", "reporter/registered"}, "3月27日 09:10前答复您"},
      {"clock", "+31", {"owner/accept_half"}},
      {"clock", "+31", {"owner/accept_over", "owner/accept_over", "office/overdue"}},
      {"clock", "2026-03-26T13:09:00+08:00", {}},
      {"clock", "2026-03-27T09:09:00+08:00", {"owner/contact_over"}},
      {"clock", "2026-03-27T09:11:00+08:00", {"owner/due_now", "owner/due_now"}},
      {"clock",
       "2026-03-28T09:11:00+08:00",
       {"owner/overdue", "owner/overdue", "office/overdue", "reporter/late"}}}},
    // 1 to 7 October are off, 10 October is worked: five working days end on 13 October.
    {"over_national_day",
     {{"clock", "2026-09-30T10:00:00+08:00", {}},
      kLamp,
      {"clock", "2026-09-30T12:01:00+08:00", {"owner/accept_half"}, "请在9月30日 16:00前签收"},
      {"clock",
       "2026-10-08T17:29:00+08:00",
       {"owner/accept_over", "owner/accept_over", "office/overdue"}},
      {"clock", "2026-10-10T17:31:00+08:00", {"owner/contact_over"}},
      {"clock", "2026-10-12T17:31:00+08:00", {"owner/due_tomorrow"}, "10月13日到期"},
      {"clock",
       "2026-10-13T17:31:00+08:00",
       {"owner/due_now", "owner/due_now", "reporter/silence", "owner/silence"}}}},
    {"nobody_works_at_noon",
     {{"clock", "2026-03-26T11:30:00+08:00", {}},
      kLamp,
      {"clock", "2026-03-26T15:29:00+08:00", {}},
      {"clock", "2026-03-26T15:31:00+08:00", {"owner/accept_half"}, "请在3月26日 17:30前签收"}}},
    // The extended date has its own warnings; those of the old one never come.
    {"a_new_date_has_new_warnings",
     {kLamp,
      {"instructor", "进展 灯泡要到下周才到货", {"reporter/progress", "owner/done"}},
      {"instructor", "延期 260326-0001 4月8日 灯泡下周到货", {"office/request", "owner/done"}},
      {"clerk", "批准 260326-0001", {"reporter/extended", "owner/approved", "owner/done"}},
      {"clock", "2026-04-02T17:31:00+08:00", {"reporter/silence", "owner/silence"}},
      {"clock", "2026-04-07T17:31:00+08:00", {"owner/due_tomorrow"}, "4月8日到期"},
      {"clock", "2026-04-08T17:31:00+08:00", {"owner/due_now", "owner/due_now"}}}},
};

class ClockTalks : public Talks {};
TEST_P(ClockTalks, go_as_written) {
  fakes::DeskHarness desk;
  play(desk, GetParam().lines);
}
INSTANTIATE_TEST_SUITE_P(All, ClockTalks, testing::ValuesIn(kTalks), label);

TEST(Clock, the_due_date_knows_the_calendar) {
  struct Row {
    const char* start;
    const char* due;
  };
  for (const Row& row : {Row{"2026-09-30T10:00:00+08:00", "2026-10-13T17:30:00+08:00"},
                         Row{"2026-02-13T10:00:00+08:00", "2026-02-27T17:30:00+08:00"},
                         Row{"2026-11-23T10:00:00+08:00", "2026-11-30T17:30:00+08:00"},
                         Row{"2026-03-28T22:00:00+08:00", "2026-04-03T17:30:00+08:00"}}) {
    fakes::DeskHarness desk{row.start};
    desk.say("甲", "楼家村路灯坏了");
    EXPECT_EQ(desk.only_case().due_at, at(row.due)) << row.start;
  }
}

TEST(Clock, a_week_of_standstill_is_caught_up_in_order_and_once) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  std::vector<std::string> kinds;
  for (const auto& decision : desk.jump_to(at("2026-04-20T10:00:00+08:00")))
    for (const auto& kind : desk.kinds(decision)) kinds.push_back(kind);
  EXPECT_THAT(kinds,
              ElementsAre("owner/accept_half", "owner/accept_over", "owner/accept_over",
                          "office/overdue", "owner/contact_over", "owner/due_tomorrow",
                          // The honest line says more than the note that would come before it.
                          "owner/due_now", "owner/due_now", "owner/overdue", "owner/overdue",
                          "office/overdue", "reporter/late"));
  EXPECT_GT(desk.only_case().next_due_at, desk.now);
  EXPECT_TRUE(desk.jump_to(desk.now).empty());
}

TEST(Clock, a_late_timer_is_not_skipped_by_a_message) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned});
  desk.now = at("2026-04-02T17:30:30+08:00");  // due_tomorrow and due_now are late
  desk.say(people::instructor, "进展 灯泡已经买到，明天换");
  std::vector<std::string> kinds;
  for (const auto& decision : desk.jump_to(desk.now))
    for (const auto& kind : desk.kinds(decision)) kinds.push_back(kind);
  EXPECT_THAT(kinds, ElementsAre("owner/due_tomorrow", "owner/due_now", "owner/due_now"));
}

TEST(Clock, early_and_repeated_timers_do_nothing) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  const auto id = desk.only_case().id;
  const auto early = desk.decide_on(Due{id});
  EXPECT_TRUE(early.cases.empty() && early.notices.empty() && early.events.empty());
  const auto unknown = desk.decide_on(Due{CaseId{99}});
  EXPECT_TRUE(unknown.cases.empty() && unknown.notices.empty());
}

TEST(Clock, timers_of_one_case_never_share_an_instant) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  Case c = desk.only_case();
  c.last_echo_at = c.registered_at;  // silence and due_now fall on one instant
  Instant from = c.registered_at;
  std::vector<std::string_view> order;
  for (Timer timer = next_timer(c, desk.policy, from); timer.at != Instant{};
       timer = next_timer(c, desk.policy, from)) {
    EXPECT_GE(timer.at, from);
    order.push_back(timer.name);
    if (timer.name == timers::kOverall) c.listed_at = timer.at;
    from = timer.at + std::chrono::microseconds{1};
  }
  EXPECT_THAT(order, ElementsAre("accept_half", "accept_over", "contact_over", "due_tomorrow",
                                 "due_now", "silence", "overdue", "overall"));
}

// ---- nobody stays owner who has left -----------------------------------------------------------

// The same county; the instructor leaves on 28 March, and the deputy, if `both`.
DirectoryPtr after_leaving(const Directory& before, bool both) {
  auto duties = before.duties();
  for (auto& duty : duties)
    if (duty.person == people::instructor || (both && duty.person == people::deputy))
      duty.to = at("2026-03-28T00:00:00+08:00");
  return changed(before, std::move(duties), before.leaves());
}

TEST(Clock, who_left_is_replaced) {
  struct Row {
    bool both;
    PersonId next;
  };
  for (const Row& row : {Row{false, people::deputy}, Row{true, people::clerk}}) {
    fakes::DeskHarness desk;
    desk.directory = after_leaving(*desk.directory, row.both);
    play(desk, {kLamp, kSigned});
    const auto decisions = desk.pass_until(at("2026-04-01T17:31:00+08:00"));
    ASSERT_EQ(decisions.size(), 2u);  // the day before he left: nobody has called
    EXPECT_EQ(desk.only_case().owner, row.next);
    EXPECT_THAT(desk.kinds(decisions[1]), ElementsAre(row.both ? "office/card" : "owner/card",
                                                      "reporter/dispatched", "owner/due_tomorrow"));
    EXPECT_EQ(desk.without_edits(decisions[1]).notices.back().to, row.next);
  }
}

TEST(Clock, a_reminder_does_not_go_to_who_left) {
  fakes::DeskHarness desk;
  desk.directory = after_leaving(*desk.directory, false);
  play(desk, {kLamp, kSigned});
  desk.now = at("2026-03-30T09:00:00+08:00");
  auto urged = desk.say("甲", "催办");
  EXPECT_THAT(desk.kinds(urged), ElementsAre("owner/card", "reporter/urged", "owner/urge"));
  EXPECT_EQ(urged.notices[1].events.size(), 2u);  // urged, and who has it now
  EXPECT_EQ(urged.notices[2].to, people::deputy);
}

TEST(Clock, a_deputy_who_works_for_who_left_has_the_case) {
  for (const char* says : {"签收 260326-0001", "联系 260326-0001", "进展 260326-0001 明天换灯泡",
                           "追问 260326-0001 是哪一盏？"}) {
    fakes::DeskHarness desk;
    desk.directory = after_leaving(*desk.directory, false);
    play(desk, {kLamp});
    desk.now = at("2026-03-30T09:00:00+08:00");
    const auto said = desk.say(people::deputy, says);
    EXPECT_EQ(desk.only_case().owner, people::deputy) << says;
    EXPECT_EQ(desk.to(said, desk.resident("甲")).size(), 1u) << says;
  }
}

TEST(Clock, the_last_resort_gives_the_case_back_when_there_is_somebody) {
  fakes::DeskHarness desk;
  const auto full = desk.directory;
  desk.directory = std::make_shared<const Directory>(2, full->units(), std::vector<Duty>{},
                                                     std::vector<Person>{}, std::vector<Account>{});
  auto said = desk.say("甲", "楼家村路灯坏了");
  EXPECT_THAT(desk.kinds(said), ElementsAre("reporter/registered"));
  EXPECT_EQ(desk.only_case().owner, kDutyDesk);
  desk.directory = full;
  desk.pass_until(at("2026-03-26T11:11:00+08:00"));
  EXPECT_EQ(desk.only_case().owner, people::instructor);
}

}  // namespace
}  // namespace huiyin::conversation
