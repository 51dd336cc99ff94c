// The five promises on cases that a conversation made, whole and with one thing broken each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/app/promises_story.h"

namespace huiyin {
namespace {

using namespace promises_test;
using testing::HasSubstr;
using testing::IsEmpty;

class Promises : public Story {};

TEST_F(Promises, AreKeptByALongStory) {
  const auto closed = long_story(), open = open_story();
  EXPECT_THAT(shown(check(row_of(desk_, closed))), IsEmpty());
  EXPECT_THAT(shown(check(row_of(desk_, open))), IsEmpty());
  ASSERT_EQ(row_of(desk_, closed).the_case.stage, Stage::closed);
  ASSERT_EQ(row_of(desk_, closed).the_case.round, 1);
  desk_.pass_until(at("2026-04-20T09:00:00+08:00"));
  EXPECT_THAT(shown(check(row_of(desk_, closed))), IsEmpty());
  EXPECT_THAT(shown(check(row_of(desk_, open))), IsEmpty());
  EXPECT_EQ(row_of(desk_, closed).the_case.stage, Stage::archived);
}

TEST_F(Promises, PraiseAndWithdrawalsAndDraftsAreKeptToo) {
  const auto praise = report("friend", "表扬石璜镇楼家村的驻村干部，帮我们修好了路");
  desk_.say("someone", "路灯坏了");
  const CaseId draft = desk_.last_case().id;
  ASSERT_EQ(desk_.last_case().stage, Stage::draft);
  Row row;
  row.the_case = *desk_.set.find_case(draft);
  EXPECT_THAT(shown(check(row)), IsEmpty());
  desk_.pass_until(at("2026-04-20T09:00:00+08:00"));
  EXPECT_THAT(shown(check(row_of(desk_, praise))), IsEmpty());
  const auto number = open_story();
  desk_.say("neighbour", "撤回 " + number);
  desk_.say("neighbour", "是");
  ASSERT_EQ(desk_.case_of(number).outcome, Outcome::withdrawn);
  EXPECT_THAT(shown(check(row_of(desk_, number))), IsEmpty());
}

// ---- one thing broken ---------------------------------------------------------------------------

Event& last_move(Row& row, Move move) {
  const auto found = std::ranges::find(row.events.rbegin(), row.events.rend(), move, &Event::move);
  return *found;
}
Row::Told& told_of(Row& row, Move move) {
  const EventId event = last_move(row, move).id;
  return *std::ranges::find_if(row.notices, [&](const Row::Told& told) {
    return std::ranges::find(told.events, event) != told.events.end();
  });
}

struct Plant {
  const char* label;
  bool open;  // in the open case, else in the closed one
  std::function<void(Row&)> plant;
  const char* promise;
  const char* what;
};

const Plant kPlants[] = {
    {"no_owner", true, [](Row& r) { r.the_case.owner = {}; }, "P1", "without an owner"},
    {"no_unit", true, [](Row& r) { r.the_case.owner_unit = {}; }, "P1", "owning unit"},
    {"owner_elsewhere", true, [](Row& r) { r.the_case.owner = people::officer; }, "P1",
     "does not serve"},
    {"owner_concerned", true, [](Row& r) { r.the_case.concerned = {people::instructor}; }, "P1",
     "whom the case is about"},
    {"unit_concerned", true, [](Row& r) { r.the_case.concerned_unit = UnitCode{"lj"}; }, "P1",
     "whom the case is about"},
    {"duty_desk", true, [](Row& r) { r.the_case.owner = kDutyDesk; }, "P1", "last resort"},
    {"unheard_move", true, [](Row& r) { told_of(r, Move::accept).events.clear(); }, "P2",
     "'accept' was not told to the reporter"},
    {"heard_twice", true,
     [](Row& r) {
       Row::Told again = told_of(r, Move::accept);
       again.id = NoticeId{9999};
       r.notices.push_back(again);
     },
     "P2", "'accept' was told to the reporter 2 times"},
    {"not_an_echo", true, [](Row& r) { told_of(r, Move::accept).echo = false; }, "P2",
     "'accept' was not told to the reporter"},
    {"stranger_heard", true,
     [](Row& r) {
       Row::Told again = told_of(r, Move::accept);
       again.person = people::officer;
       again.account = {};
       r.notices.push_back(again);
     },
     "P2", "not party to the case"},
    {"follower_did_not_hear", true,
     [](Row& r) {
       Party party;
       party.person = PersonId{900};
       party.since = last_move(r, Move::accept).at - std::chrono::minutes{1};
       r.the_case.parties.push_back(party);
     },
     "P2", "'accept' was not told to a follower"},
    {"follower_heard_twice", true,
     [](Row& r) {
       Party party;
       party.person = PersonId{900};
       party.since = last_move(r, Move::accept).at;
       r.the_case.parties.push_back(party);
       Row::Told again = told_of(r, Move::accept);
       again.person = party.person;
       again.account = {};
       r.notices.push_back(again);
       r.notices.push_back(again);
     },
     "P2", "'accept' was told to a follower 2 times"},
    {"silence", true,
     [](Row& r) {
       for (Row::Told& told : r.notices) told.created_at -= std::chrono::days{30};
       r.the_case.registered_at -= std::chrono::days{30};
     },
     "P3", "heard nothing since"},
    {"no_timer", true,
     [](Row& r) {
       r.the_case.next_due_at = {};
       r.the_case.timer.clear();
     },
     "P4", "no timer"},
    {"late_timer", true, [](Row& r) { r.the_case.next_due_at -= std::chrono::days{30}; }, "P4",
     "was not served"},
    {"gap", true,
     [](Row& r) {
       std::erase_if(r.events, [](const Event& e) { return e.move == Move::dispatch; });
     },
     "P4", "'accept' leaves 'dispatched', before it was 'registered'"},
    {"unregistered", true,
     [](Row& r) {
       std::erase_if(r.events, [](const Event& e) { return e.move == Move::register_case; });
     },
     "P4", "never registered"},
    {"stage_without_move", true, [](Row& r) { r.the_case.stage = Stage::dispatched; }, "P4",
     "its history ends at 'in_progress'"},
    {"level_without_move", true, [](Row& r) { r.the_case.level = Level::township; }, "P4",
     "its history ends at level 1"},
    {"open_with_outcome", true, [](Row& r) { r.the_case.outcome = Outcome::solved; }, "P5",
     "an open case with the outcome"},
    {"other_outcome", false, [](Row& r) { r.the_case.outcome = Outcome::solved; }, "P5",
     "the outcome is 'solved', the case was closed as 'explained'"},
    {"no_fact", false, [](Row& r) { r.the_case.result = "已处理"; }, "P5", "states no fact"},
    {"says_solved", false,
     [](Row& r) { told_of(r, Move::close).text = "编号1“路灯坏了”，驻村指导员答复：已解决。"; },
     "P5", "the closing echo says solved"},
    {"says_solved_in_english", false,
     [](Row& r) { told_of(r, Move::close).text = "a result: solved. If not solved, reply"; }, "P5",
     "the closing echo says solved"},
    {"does_not_say_solved", false,
     [](Row& r) {
       for (Event& event : r.events)
         if (event.move == Move::close) event.detail = "solved";
     },
     "P5", "does not say so"},
    {"grade_of_nobody", false,
     [](Row& r) { std::erase_if(r.events, [](const Event& e) { return e.move == Move::rate; }); },
     "P5", "a grade that the reporter did not give"},
    {"grade_of_the_first_round", false,
     [](Row& r) {
       const EventId last = last_move(r, Move::rate).id;
       std::erase_if(r.events, [last](const Event& e) { return e.id == last; });
     },
     "P5", "a grade that the reporter did not give"},
    {"followers_grade", false,
     [](Row& r) {
       Party party;
       party.person = PersonId{900};
       party.since = r.events.back().at + std::chrono::hours{1};
       party.rating = 5;
       r.the_case.parties.push_back(party);
     },
     "P5", "a grade that the follower did not give"},
};

TEST_F(Promises, EveryPlantIsFound) {
  const auto closed = long_story(), open = open_story();
  for (const Plant& plant : kPlants) {
    SCOPED_TRACE(plant.label);
    Row row = row_of(desk_, plant.open ? open : closed);
    plant.plant(row);
    const auto violations = check(row);
    const auto it = std::ranges::find_if(violations, [&](const Violation& one) {
      return one.promise == plant.promise && one.what.find(plant.what) != std::string::npos;
    });
    EXPECT_NE(it, violations.end()) << testing::PrintToString(shown(violations));
    for (const Violation& one : violations) {
      EXPECT_EQ(one.about, row.the_case.id);
      EXPECT_EQ(one.number, row.the_case.number);
    }
  }
}

TEST_F(Promises, AnOldDraftIsLost) {
  desk_.say("someone", "路灯坏了");
  Row row;
  row.the_case = desk_.last_case();
  ASSERT_EQ(row.the_case.stage, Stage::draft);
  row.the_case.next_due_at = desk_.now + std::chrono::hours{1};
  row.the_case.stage_at = desk_.now - std::chrono::days{2};
  ASSERT_EQ(check(row).size(), 1U);
  EXPECT_THAT(check(row).front().what, HasSubstr("a draft since"));
}

TEST_F(Promises, AFollowerHearsOnlyWhatCameLater) {
  const auto number = open_story();
  Row row = row_of(desk_, number);
  Party party;
  party.person = PersonId{900};
  party.since = row.events.back().at;
  row.the_case.parties.push_back(party);
  EXPECT_THAT(shown(check(row)), IsEmpty());
}

TEST_F(Promises, AFollowerHearsEveryMove) {
  const auto number = followed_story();
  Row row = row_of(desk_, number);
  const auto& parties = row.the_case.parties;
  const auto follows = [](const Party& party) { return party.kind == PartyKind::follower; };
  ASSERT_EQ(std::ranges::count_if(parties, follows), 1);
  EXPECT_THAT(shown(check(row)), IsEmpty());
  const PersonId follower = std::ranges::find_if(parties, follows)->person;
  std::erase_if(row.notices, [&](const Row::Told& told) { return told.person == follower; });
  ASSERT_EQ(check(row).size(), 1U) << testing::PrintToString(shown(check(row)));
  EXPECT_THAT(check(row).front().what, HasSubstr("'progress' was not told to a follower"));
}

TEST_F(Promises, WhatWasBoundLaterWasHeardAsAnother) {
  const auto number = open_story();
  Row row = row_of(desk_, number);
  row.the_case.reporter = PersonId{901};
  EXPECT_THAT(shown(check(row)), IsEmpty());
}

// Whose account is another person's now hears as that one.
TEST_F(Promises, AFollowerMayBindHisAccount) {
  const auto number = followed_story();
  Row row = row_of(desk_, number);
  for (Party& party : row.the_case.parties)
    if (party.kind == PartyKind::follower) party.person = PersonId{902};
  EXPECT_THAT(shown(check(row)), IsEmpty());
}

TEST_F(Promises, JoinedReportsThatAreTakenApartAreKept) {
  const auto first = report("farmer", "石璜镇楼家村溪东自然村，水渠断了，生姜地要浇水");
  const auto second = report("neighbour", "石璜镇楼家村路灯坏了，晚上看不见路");
  desk_.say(people::clerk, "并件 " + second + " " + first);
  by_cadre("签收 " + first);
  const auto joined = row_of(desk_, first);
  ASSERT_EQ(joined.the_case.parties.size(), 1U);
  const PersonId follower = joined.the_case.parties.front().person;
  EXPECT_THAT(shown(check(joined)), IsEmpty());
  desk_.say(people::clerk, "拆件 " + second);
  by_cadre("进展 " + first + " 已联系施工单位，明天架抽水机");
  Row row = row_of(desk_, first);
  ASSERT_THAT(row.the_case.parties, IsEmpty());
  EXPECT_THAT(shown(check(row)), IsEmpty());
  EXPECT_THAT(shown(check(row_of(desk_, second))), IsEmpty());
  Row::Told again = told_of(row, Move::accept);
  again.person = follower;
  again.account = {};
  row.notices.push_back(again);
  ASSERT_EQ(check(row).size(), 1U) << testing::PrintToString(shown(check(row)));
  EXPECT_THAT(check(row).front().what, HasSubstr("told to a follower 2 times"));
}

TEST_F(Promises, AReportThatIsHandedOnIsKept) {
  const auto number = followed_story();
  const PersonId before = desk_.case_of(number).reporter;
  desk_.say("neighbour", "撤回 " + number);
  desk_.say("neighbour", "是");
  ASSERT_NE(desk_.case_of(number).reporter, before);
  by_cadre("进展 " + number + " 灯已经换好，今晚试一下");
  Row row = row_of(desk_, number);
  EXPECT_THAT(shown(check(row)), IsEmpty());
  Row::Told again = told_of(row, Move::progress);
  told_of(row, Move::progress).events.clear();
  EXPECT_THAT(shown(check(row)), testing::Contains(HasSubstr("was not told to the reporter")));
  again.person = before;
  again.account = {};
  row.notices.push_back(again);
  EXPECT_THAT(shown(check(row)), testing::Contains(HasSubstr("not party to the case")));
}

// The outcome was not written down with the move then.
TEST_F(Promises, ClosingsOfEarlierVersionsAreKept) {
  Row row = row_of(desk_, long_story());
  for (Event& event : row.events) event.detail.clear();
  EXPECT_THAT(shown(check(row)), IsEmpty());
}

TEST_F(Promises, TwoProcessesAtOneInstantMakeNoGap) {
  const auto number = open_story();
  Row row = row_of(desk_, number);
  for (Event& event : row.events) event.at = row.events.front().at;
  // Their blocks of ids: the later move has the smaller one.
  const EventId old = last_move(row, Move::accept).id;
  last_move(row, Move::accept).id = EventId{1};
  for (Row::Told& told : row.notices)
    for (EventId& event : told.events)
      if (event == old) event = EventId{1};
  EXPECT_THAT(shown(check(row)), IsEmpty());
}

TEST_F(Promises, WhatStaysGoesBeforeWhatLeadsOnAtOneInstant) {
  Row row = row_of(desk_, open_story());
  Event note = last_move(row, Move::accept);  // written while it was dispatched, with a late id
  note.id = EventId{99'999};
  note.move = Move::note;
  note.from = note.to = Stage::dispatched;
  note.echo = false;
  row.events.push_back(note);
  for (Event& event : row.events) event.at = row.events.front().at;
  EXPECT_THAT(shown(check(row)), IsEmpty());
}

TEST(PromisesShown, NameCaseEventAndPerson) {
  EXPECT_EQ(show({"P2", CaseId{5}, "260326-0001", EventId{7}, PersonId{9}, "nobody heard"}),
            "P2 260326-0001 event 7 person 9: nobody heard");
  EXPECT_EQ(show({"P4", CaseId{5}, "", {}, {}, "a draft"}), "P4 case #5: a draft");
  EXPECT_EQ(show({"P4", {}, "", {}, {}, "message lost"}), "P4: message lost");
}

}  // namespace
}  // namespace huiyin
