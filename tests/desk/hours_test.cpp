// What waits for its hour, and what never does.
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::at;
namespace people = fakes::people;

struct Waiting {
  const char* kind;   // audience/kind
  const char* until;  // empty: at once
};
struct Evening {
  const char* label;
  const char* reported;  // when
  const char* problem;
  const char* then;  // when the next words are said
  const char* who;   // "clock": the time just passes
  const char* says;
  std::vector<Waiting> waiting;
};

const Evening kEvenings[] = {
    {"by_day",
     "2026-03-26T09:10:00+08:00",
     "楼家村路灯坏了",
     "2026-03-26T10:00:00+08:00",
     "instructor",
     "签收",
     {{"reporter/accepted", ""}, {"owner/done", ""}}},
    {"a_cadre_works_late",
     "2026-03-26T09:10:00+08:00",
     "楼家村路灯坏了",
     "2026-03-26T21:00:00+08:00",
     "instructor",
     "进展 已联系电工，明天来换",
     {{"reporter/progress", "2026-03-27T07:30:00+08:00"}, {"owner/done", ""}}},
    {"the_closing_echo_of_friday_night",
     "2026-03-27T09:10:00+08:00",
     "楼家村路灯坏了",
     "2026-03-27T23:59:00+08:00",
     "instructor",
     "办结 换了新灯泡，已经亮了",
     {{"reporter/closed", "2026-03-28T07:30:00+08:00"}, {"owner/done", ""}}},
    {"nothing_overtakes_the_card_of_the_night",
     "2026-03-26T21:30:00+08:00",
     "楼家村路灯坏了",
     "2026-03-26T22:00:00+08:00",
     "甲",
     "催办",
     {{"reporter/urged", ""}, {"owner/urge", "2026-03-27T08:30:00+08:00"}}},
    {"on_saturday_for_monday",
     "2026-03-28T10:00:00+08:00",
     "楼家村路灯坏了",
     "2026-03-28T10:05:00+08:00",
     "甲",
     "补充：在村口",
     {{"reporter/supplemented", ""}, {"owner/supplement", "2026-03-30T08:30:00+08:00"}}},
    {"a_deputy_takes_it_at_night",
     "2026-03-26T09:10:00+08:00",
     "楼家村路灯坏了",
     "2026-03-26T22:00:00+08:00",
     "deputy",
     "退回 不在本村范围",
     {{"reporter/returned", "2026-03-27T07:30:00+08:00"},
      {"owner/done", ""},
      {"office/card", "2026-03-27T08:30:00+08:00"}}},
    {"urgent_matters_know_no_hours",
     "2026-03-26T22:00:00+08:00",
     "楼家村停水了",
     "2026-03-26T22:30:00+08:00",
     "instructor",
     "签收",
     {{"reporter/accepted", ""}, {"owner/done", ""}}},
    {"the_office_above_is_asked_tomorrow",
     "2026-03-26T09:10:00+08:00",
     "楼家村路灯坏了",
     "2026-03-26T21:30:00+08:00",
     "instructor",
     "挂账 260326-0001 4月20日 等春季统一改造",
     {{"reporter/accepted", "2026-03-27T07:30:00+08:00"},
      {"office/request", "2026-03-27T08:30:00+08:00"},
      {"owner/done", ""}}},
    {"what_is_urgent_is_asked_at_once",
     "2026-03-26T09:10:00+08:00",
     "楼家村停水了",
     "2026-03-26T21:30:00+08:00",
     "instructor",
     "挂账 260326-0001 4月20日 等自来水公司换管子",
     {{"reporter/accepted", ""}, {"office/request", ""}, {"owner/done", ""}}},
    // The question found no answer: it is the program that registers, half an hour later.
    {"registered_by_the_clock_at_night",
     "2026-03-26T21:10:00+08:00",
     "路灯坏了一个星期了",
     "2026-03-26T21:41:00+08:00",
     "clock",
     "",
     {{"office/card", "2026-03-27T08:30:00+08:00"},
      {"reporter/registered", "2026-03-27T07:30:00+08:00"}}},
};

class Evenings : public testing::TestWithParam<Evening> {};
TEST_P(Evenings, wait_for_the_hour) {
  const Evening& evening = GetParam();
  fakes::DeskHarness desk{evening.reported};
  auto first = desk.say("甲", evening.problem);
  for (const auto& notice : first.notices)
    if (notice.to == desk.resident("甲")) {
      EXPECT_EQ(notice.not_before, Instant{});
    }
  std::vector<Decision> decisions;
  if (std::string_view{evening.who} == "clock") {
    decisions = desk.pass_until(at(evening.then));
  } else {
    desk.now = at(evening.then);
    decisions.push_back(desk.say(speaker(desk, evening.who), evening.says));
  }
  std::vector<std::string> found, expected;
  for (const auto& decision : decisions)
    for (const auto& notice : decision.notices)
      if (!notice.edits)
        found.push_back(std::string{name(notice.audience)} + "/" + notice.kind + " " +
                        format_rfc3339(notice.not_before));
  for (const auto& one : evening.waiting)
    expected.push_back(std::string{one.kind} + " " + one.until);
  EXPECT_EQ(found, expected);
}
INSTANTIATE_TEST_SUITE_P(All, Evenings, testing::ValuesIn(kEvenings),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Hours, the_card_of_the_night_waits_for_the_brief) {
  fakes::DeskHarness desk{"2026-03-26T21:30:00+08:00"};
  const auto decision = desk.say("甲", "楼家村路灯坏了");
  const auto card = desk.to(decision, people::instructor);
  ASSERT_EQ(card.size(), 1u);
  EXPECT_EQ(card[0]->not_before, at("2026-03-27T08:30:00+08:00"));
}

TEST(Hours, an_emergency_wakes_everybody) {
  fakes::DeskHarness desk{"2026-03-29T03:00:00+08:00"};
  const auto decision = desk.say("甲", "楼家村着火了快来人");
  std::size_t pushed = 0;
  for (const auto& notice : decision.notices) {
    EXPECT_EQ(notice.not_before, Instant{}) << notice.kind;
    pushed += notice.urgent ? 1 : 0;
  }
  EXPECT_GE(pushed, 3u);
}

}  // namespace
}  // namespace huiyin::conversation
