// The four levels: what a batch finds by party, queue, unit and owner, and what it writes of
// duties, leaves, views, rounds and briefs.
#include <atomic>
#include <random>

#include "server/store/batch.h"
#include "tests/store/counting.h"
#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

using namespace std::chrono_literals;

constexpr PersonId kMe{2001}, kOther{2002}, kThird{2003};

class Levels : public StoreTest {
 protected:
  static Case plain(std::int64_t id, PersonId reporter, PersonId owner) {
    Case c;
    c.id = CaseId{id};
    c.number = "260326-" + std::to_string(id);
    c.stage = Stage::dispatched;
    c.unit = UnitCode{"lou-jia"};
    c.reporter = reporter;
    c.owner = owner;
    c.owner_unit = UnitCode{"lou-jia"};
    c.registered_at = at(id);
    return c;
  }
  static Party party(PersonId person, PartyKind kind) {
    Party p;
    p.person = person;
    p.kind = kind;
    return p;
  }
  void put(std::vector<Case> cases, std::vector<Event> events = {}) {
    WorkingSet set;
    Decision decision;
    decision.cases = std::move(cases);
    decision.events = std::move(events);
    set.fold(decision);
    commit(*store_, set);
  }
  std::set<std::int64_t> loaded(const Need& need, Instant closed_since = at(0)) {
    WorkingSet set;
    store_->begin()->load(need, closed_since, set);
    std::set<std::int64_t> ids;
    for (const auto& [id, one] : set.cases()) ids.insert(id.raw());
    return ids;
  }
  // What the look-up tables must hold, from the cases' own text.
  void expect_links_in_step() {
    std::set<std::string> parties, queues, stored_parties, stored_queues;
    const auto look = raw();
    const Rows cases = look->query("SELECT id,workflow FROM cases");
    for (std::size_t i = 0; i < cases.size(); ++i) {
      Case c;
      decode_workflow(cases[i][1].text(), c);
      const auto id = "/" + std::to_string(cases[i][0].integer());
      for (const auto& p : c.parties) parties.insert(std::to_string(p.person.raw()) + id);
      for (const auto& w : c.waits) queues.insert(w.unit.raw() + id);
    }
    const Rows p = look->query("SELECT person_id,case_id FROM case_parties");
    for (std::size_t i = 0; i < p.size(); ++i)
      stored_parties.insert(std::to_string(p[i][0].integer()) + "/" +
                            std::to_string(p[i][1].integer()));
    const Rows q = look->query("SELECT unit,case_id FROM case_queue");
    for (std::size_t i = 0; i < q.size(); ++i)
      stored_queues.insert(q[i][0].text() + "/" + std::to_string(q[i][1].integer()));
    EXPECT_EQ(stored_parties, parties);
    EXPECT_EQ(stored_queues, queues);
  }
};

using Ids = std::set<std::int64_t>;

TEST_P(Levels, CasesOfAPersonAreThoseHeIsAPartyOfToo) {
  auto follows = plain(3001, kOther, kThird), over = plain(3002, kOther, kThird);
  auto old = plain(3003, kOther, kThird);
  follows.parties = {party(kMe, PartyKind::follower), party(kMe, PartyKind::co_handler)};
  over.parties = {party(kMe, PartyKind::watcher)};
  over.stage = Stage::closed;
  over.closed_at = at(100);
  old.parties = {party(kMe, PartyKind::watcher)};
  old.stage = Stage::archived;
  old.closed_at = at(-100);
  put({follows, over, old, plain(3004, kMe, kThird), plain(3005, kThird, kMe),
       plain(3006, kThird, kOther)});
  Need need;
  need.cases_of = {kMe};
  EXPECT_EQ(loaded(need), (Ids{3001, 3002, 3004, 3005}));
}

TEST_P(Levels, QueuesAreThoseOfTheOffice) {
  auto triage = plain(3001, kMe, kOther), both = plain(3002, kMe, kOther);
  triage.waits = {{UnitCode{"town"}, WaitKind::triage}};
  both.waits = {{UnitCode{"county"}, WaitKind::approval},
                {UnitCode{"town"}, WaitKind::hard},
                {UnitCode{"town"}, WaitKind::triage}};
  put({triage, both, plain(3003, kMe, kOther)});
  Need town, county;
  town.queues = {UnitCode{"town"}, UnitCode{"Town"}};
  county.queues = {UnitCode{"county"}};
  EXPECT_EQ(loaded(town), (Ids{3001, 3002}));
  EXPECT_EQ(loaded(county), (Ids{3002}));
  WorkingSet set;
  store_->begin()->load(town, at(0), set);
  EXPECT_TRUE(set.asked_queue(UnitCode{"Town"}));
  EXPECT_FALSE(set.asked_queue(UnitCode{"county"}));
  EXPECT_EQ(set.waiting_at(UnitCode{"town"}).size(), 2u);
}

TEST_P(Levels, NearAreTheNewestTenOfEachUnit) {
  std::vector<Case> cases;
  for (int i = 0; i < 35; ++i) cases.push_back(plain(3001 + i, kMe, kOther));
  auto draft = plain(3101, kMe, kOther), old = plain(3102, kMe, kOther);
  draft.stage = Stage::draft;
  draft.registered_at = {};
  old.registered_at = at(0) - std::chrono::days{14} - 1s;
  auto elsewhere = plain(3103, kMe, kOther), other_case = plain(3104, kMe, kOther);
  elsewhere.unit = UnitCode{"xi-dong"};
  elsewhere.registered_at = at(0) - std::chrono::days{14};
  other_case.unit = UnitCode{"Lou-jia"};
  cases.insert(cases.end(), {draft, old, elsewhere, other_case});
  put(cases);
  Need need;
  need.near = {UnitCode{"lou-jia"}, UnitCode{"xi-dong"}, UnitCode{"nobody"}};
  WorkingSet set;
  store_->begin()->load(need, at(0), set);
  const auto near = set.near(UnitCode{"lou-jia"});
  ASSERT_EQ(near.size(), 10u);
  EXPECT_EQ(near.front()->id, CaseId{3035});
  EXPECT_EQ(near.back()->id, CaseId{3026});
  ASSERT_EQ(set.near(UnitCode{"xi-dong"}).size(), 1u);
  EXPECT_TRUE(set.near(UnitCode{"nobody"}).empty());
  EXPECT_TRUE(set.asked_near(UnitCode{"nobody"}));
  EXPECT_TRUE(set.cases().empty()) << "only to compare with";
}

TEST_P(Levels, NearAreThoseOfTheTopicAndOfNone) {
  std::vector<Case> cases;
  const char* const kTopics[] = {"health", "transport", "", "land"};
  for (int i = 0; i < 60; ++i) {
    cases.push_back(plain(3001 + i, kMe, kOther));
    cases.back().topic = kTopics[i % 4];
  }
  put(cases);
  const auto found = [&](std::set<Near> wanted) {
    Need need;
    need.near = std::move(wanted);
    WorkingSet set;
    store_->begin()->load(need, at(0), set);
    std::vector<std::int64_t> ids;
    for (const Case* c : set.near(UnitCode{"lou-jia"})) ids.push_back(c->id.raw() - 3000);
    return ids;
  };
  using Found = std::vector<std::int64_t>;
  const UnitCode here{"lou-jia"};
  EXPECT_EQ(found({{here, "health"}}), (Found{59, 57, 55, 53, 51, 49, 47, 45, 43, 41}));
  EXPECT_EQ(found({{here, "tech"}}), (Found{59, 55, 51, 47, 43, 39, 35, 31, 27, 23}));
  EXPECT_EQ(found({here}), (Found{60, 59, 58, 57, 56, 55, 54, 53, 52, 51}));
  EXPECT_EQ(found({here, {here, "health"}}).size(), 15u) << "each once";
}

// 1 + 2 + 4 + 8 + 16 units and so on are asked in statements of those sizes.
TEST_P(Levels, NearOfManyUnits) {
  std::vector<Case> cases;
  Need need;
  for (int i = 0; i < 43; ++i) {
    cases.push_back(plain(3001 + i, kMe, kOther));
    cases.back().unit = UnitCode{"u" + std::to_string(i)};
    need.near.insert(cases.back().unit);
  }
  put(cases);
  WorkingSet set;
  store_->begin()->load(need, at(0), set);
  for (const auto& one : cases) {
    ASSERT_EQ(set.near(one.unit).size(), 1u) << one.unit.raw();
    EXPECT_EQ(set.near(one.unit)[0]->id, one.id);
  }
}

TEST_P(Levels, AllOfAPersonWithHistory) {
  auto old = plain(3001, kMe, kOther);
  old.stage = Stage::archived;
  old.closed_at = at(-999'999);
  put({old, plain(3002, kMe, kOther), plain(3003, kOther, kMe)},
      {sample_event(4001, CaseId{3001}), sample_event(4002, CaseId{3002}),
       sample_event(4003, CaseId{3003})});
  Need need;
  need.all_of = {kMe};
  need.history = {CaseId{3003}};
  WorkingSet set;
  store_->begin()->load(need, at(0), set);
  EXPECT_EQ(set.reported_by(kMe).size(), 2u);
  EXPECT_EQ(set.find_case(CaseId{3003}), nullptr);
  for (const std::int64_t id : {3001, 3002, 3003}) {
    EXPECT_TRUE(set.asked_history(CaseId{id})) << id;
    EXPECT_EQ(set.history(CaseId{id}).size(), 1u) << id;
  }
  EXPECT_TRUE(set.asked_all_of(kMe));
  EXPECT_FALSE(set.asked_all_of(kOther));
}

TEST_P(Levels, OwnersOfOpenCases) {
  auto closed = plain(3003, kMe, kThird), draft = plain(3004, kMe, kThird);
  closed.stage = Stage::closed;
  draft.stage = Stage::draft;
  auto elsewhere = plain(3005, kMe, kOther);
  elsewhere.owner_unit = UnitCode{"town"};
  put({plain(3001, kMe, kOther), plain(3002, kMe, kOther), closed, draft, elsewhere});
  Need need;
  need.owners = true;
  WorkingSet set;
  store_->begin()->load(need, at(0), set);
  EXPECT_EQ(set.owners(),
            (std::set<OwnerOf>{{kOther, UnitCode{"lou-jia"}}, {kOther, UnitCode{"town"}}}));
  EXPECT_TRUE(set.asked_owners());
}

TEST_P(Levels, LookUpsStayInStepThroughManyChanges) {
  std::mt19937 random{42};
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<Case> cases;
  for (int i = 0; i < 20; ++i) cases.push_back(plain(3001 + i, kMe, kOther));
  put(cases);
  for (int round = 0; round < 12; ++round) {
    auto batch = store_->begin();
    WorkingSet set;
    Need need;
    for (int i = 0; i < 6; ++i) need.cases.insert(CaseId{3001 + below(20)});
    batch->load(need, at(0), set);
    for (int times = 0; times < 2; ++times) {  // the second change sees the first
      Decision decision;
      for (const auto& [id, tracked] : set.cases()) {
        if (below(3) == 0) continue;
        Case c = tracked.row;
        c.parties.clear();
        c.waits.clear();
        for (int k = below(4); k > 0; --k)
          c.parties.push_back(party(PersonId{2001 + below(5)}, static_cast<PartyKind>(below(3))));
        for (int k = below(3); k > 0; --k)
          c.waits.push_back(
              {UnitCode{"u" + std::to_string(below(4))}, static_cast<WaitKind>(below(4))});
        decision.cases.push_back(std::move(c));
      }
      set.fold(decision);
    }
    Writes writes;
    writes.batch_id = fresh_batch_id();
    writes.set = &set;
    batch->save(writes);
    if (below(5) == 0) continue;  // rolled back
    batch->commit();
  }
  expect_links_in_step();
  EXPECT_GT(number("SELECT COUNT(*) FROM case_parties"), 0);
  EXPECT_GT(number("SELECT COUNT(*) FROM case_queue"), 0);
}

// A message of somebody known about his case, which is like others: before this, a batch asked for
// persons, accounts, cases by reporter, cases by owner, cases and cards.
TEST_P(Levels, AnOrdinaryMessageCostsNoMoreStatementsThanBefore) {
  store_account(*store_, 2001, "oX");
  put({plain(3001, kMe, kOther)});
  auto counting = std::make_shared<CountingConnection>(raw());
  SqlBatch batch{counting};
  WorkingSet set;
  Need need;
  need.persons = {kMe};
  need.cases_of = {kMe};
  need.near = {UnitCode{"lou-jia"}};
  batch.load(need, at(0), set);
  EXPECT_EQ(set.reported_by(kMe).size(), 1u);
  EXPECT_LE(counting->asked.size(), 6u);
  counting->asked.clear();
  Decision decision;
  decision.cases = {*set.find_case(CaseId{3001}), plain(3002, kMe, kOther)};
  set.fold(decision);
  Writes writes;
  writes.batch_id = fresh_batch_id();
  writes.set = &set;
  batch.save(writes);
  EXPECT_EQ(counting->asked.size(), 3u) << "batch id, the new case, the changed one";
}

TEST_P(Levels, DutiesAndLeavesChangeTheDirectoryOnce) {
  store_account(*store_, 2001, "oX");
  store_account(*store_, 2101, "oY");
  Unit unit;
  unit.code = UnitCode{"v1"};
  unit.name = "楼家村";
  store_->import_units({&unit, 1});
  const auto version = store_->directory_version();
  Writes writes;
  Duty duty;
  duty.unit = unit.code;
  duty.person = kMe;
  duty.from = at(1);
  Leave leave{kMe, at(2), at(3), PersonId{2101}};
  writes.duties = {duty};
  writes.leaves = {leave, {PersonId{2101}, at(2), at(3), {}}};
  writes.directory_changed = true;
  commit(*store_, WorkingSet{}, writes);
  EXPECT_EQ(store_->directory_version(), version + 1);
  duty.to = at(9);
  duty.priority = 3;
  leave.to = at(8);
  writes = {};
  writes.duties = {duty};
  writes.leaves = {leave};
  commit(*store_, WorkingSet{}, writes);
  EXPECT_EQ(store_->directory_version(), version + 2);
  const auto directory = store_->load_directory();
  ASSERT_EQ(directory->duties().size(), 1u);
  EXPECT_EQ(directory->duties()[0].to, at(9));
  EXPECT_EQ(directory->duties()[0].priority, 3);
  EXPECT_EQ(directory->leaves(), (std::vector<Leave>{leave, {PersonId{2101}, at(2), at(3), {}}}));
  EXPECT_NE(directory->person(PersonId{2101}), nullptr) << "stands in without a duty of his own";
}

TEST_P(Levels, LeavesAreImported) {
  std::vector<std::pair<Person, std::vector<std::pair<std::string, std::string>>>> people(2);
  people[0].first.code = "wang";
  people[1].first.code = "li";
  const std::vector<std::vector<std::string>> specialities(2);
  store_->import_people(people, specialities);
  std::vector<Store::LeaveImport> leaves{{"wang", "li", at(1), at(2)}, {"li", "", at(5), at(6)}};
  EXPECT_EQ(store_->import_leaves(leaves), 2u);
  const auto version = store_->directory_version();
  EXPECT_EQ(store_->import_leaves(leaves), 0u);
  EXPECT_EQ(store_->directory_version(), version);
  leaves[0].to = at(3);
  EXPECT_EQ(store_->import_leaves(leaves), 1u);
  EXPECT_EQ(store_->directory_version(), version + 1);
  const auto directory = store_->load_directory();
  ASSERT_EQ(directory->leaves().size(), 2u);
  EXPECT_EQ(directory->leaves()[0].to, at(3));
  leaves.push_back({"wang", "nobody", at(7), at(8)});
  try {
    store_->import_leaves(leaves);
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_NE(std::string{error.what()}.find("leave 3: no person with id 'nobody'"),
              std::string::npos)
        << error.what();
  }
  EXPECT_EQ(number("SELECT COUNT(*) FROM leaves"), 2);
}

TEST_P(Levels, EachViewIsKept) {
  Writes writes;
  writes.views = {{kMe, kOther, CaseId{3}}, {kMe, kOther, CaseId{3}}, {kThird, kOther, CaseId{3}}};
  commit(*store_, WorkingSet{}, writes);
  EXPECT_EQ(number("SELECT COUNT(*) FROM views WHERE seen=2002 AND case_id=3 AND at>0"), 2);
  commit(*store_, WorkingSet{}, writes);
  EXPECT_EQ(number("SELECT COUNT(*) FROM views"), 4);
}

TEST_P(Levels, ARoundIsDoneOnlyFromWhereItWas) {
  const RoundDone never{"owners", {}, 0}, first{"owners", at(1), 7}, second{"owners", at(1), 8};
  EXPECT_EQ(store_->round("owners").at, Instant{});
  const auto step = [&](const RoundDone& last, const RoundDone& done) {
    Writes writes;
    writes.rounds = {{last, done}};
    return trouble_of([&] { commit(*store_, WorkingSet{}, writes); });
  };
  EXPECT_EQ(step(first, second), Trouble::retry);
  EXPECT_EQ(step(never, first), std::nullopt);
  EXPECT_EQ(step(never, first), Trouble::retry);
  EXPECT_EQ(step(first, first), std::nullopt) << "nothing new is no conflict";
  EXPECT_EQ(step(first, second), std::nullopt);
  EXPECT_EQ(step(first, second), Trouble::retry);
  EXPECT_EQ(store_->round("owners").at, at(1));
  EXPECT_EQ(store_->round("owners").directory, 8);
  EXPECT_EQ(store_->round("coverage").directory, 0);
}

TEST_P(Levels, TwoProcessesDoEachRoundOnce) {
  constexpr int kRounds = 15;
  std::atomic<int> done = 0;
  const auto process = [&] {
    const auto store = another();
    for (;;) {
      const auto last = store->round("owners");
      if (last.directory == kRounds) return;
      Writes writes;
      writes.rounds = {{last, {"owners", at(last.directory + 1), last.directory + 1}}};
      const auto trouble = trouble_of([&] { commit(*store, WorkingSet{}, writes); });
      if (!trouble) ++done;
      if (trouble) {
        ASSERT_EQ(*trouble, Trouble::retry);
      }
    }
  };
  in_parallel({process, process});
  EXPECT_EQ(done, kRounds);
}

class Briefs : public Levels {
 protected:
  void put_later(std::int64_t id, const Account& to, Instant hour, bool brief = true) {
    auto row = sample_notice(id, to, 0);
    row.state = NoticeState::later;
    row.next_at = hour;
    row.created_at = at(10'000 - id);  // the last id was written first
    row.brief = brief;
    row.card = false;
    row.edits = {};
    Writes writes;
    writes.notices = {row};
    commit(*store_, WorkingSet{}, writes);
  }
};

TEST_P(Briefs, BundlesAreOfTwoAndMoreWhoseHourHasCome) {
  const auto a = store_account(*store_, 2001, "a"), b = store_account(*store_, 2101, "b"),
             c = store_account(*store_, 2201, "c"), d = store_account(*store_, 2301, "d");
  put_later(6001, a, at(100));
  put_later(6002, a, at(90));
  put_later(6003, a, at(101));  // later still
  put_later(6004, a, at(90), false);
  put_later(6005, b, at(90));
  put_later(6006, b, at(90), false);
  for (const std::int64_t id : {6007, 6008, 6009}) put_later(id, c, at(90));
  put_later(6010, d, at(90));
  put_later(6011, d, at(90));
  raw()->execute("UPDATE notices SET state='due' WHERE id=6010");
  EXPECT_TRUE(store_->bundles(at(89), 10).empty());
  EXPECT_EQ(store_->bundles(at(100), 1).size(), 1u);
  const auto bundles = store_->bundles(at(100), 10);
  ASSERT_EQ(bundles.size(), 2u);
  EXPECT_EQ(bundles[0].account, a.id);
  EXPECT_EQ(bundles[0].person, a.person);
  ASSERT_EQ(bundles[0].notices.size(), 2u);
  EXPECT_EQ(bundles[0].notices[0].notice.id, NoticeId{6002});
  EXPECT_EQ(bundles[0].notices[0].notice.text, sample_notice(6002, a, 0).notice.text);
  EXPECT_TRUE(bundles[0].notices[0].events.empty());
  EXPECT_EQ(bundles[1].notices.size(), 3u);
  EXPECT_EQ(store_->next_due(), at(90));

  Writes writes;
  writes.briefed = {NoticeId{6001}, NoticeId{6002}};
  commit(*store_, WorkingSet{}, writes);
  EXPECT_EQ(number("SELECT COUNT(*) FROM notices WHERE state='skipped' AND code='brief' AND"
                   " next_at=0 AND id IN (6001,6002)"),
            2);
  EXPECT_EQ(store_->wake(at(100), 100), 7u) << "what is left";
}

TEST_P(Briefs, WhatWasWokenMeanwhileIsDecidedAgain) {
  const auto a = store_account(*store_, 2001, "a");
  put_later(6001, a, at(90));
  put_later(6002, a, at(90));
  raw()->execute("UPDATE notices SET state='due' WHERE id=6002");
  Writes writes;
  writes.briefed = {NoticeId{6001}, NoticeId{6002}};
  writes.inbound = {sample_inbound("m")};
  EXPECT_EQ(trouble_of([&] { commit(*store_, WorkingSet{}, writes); }), Trouble::retry);
  EXPECT_EQ(text("SELECT state FROM notices WHERE id=6001"), "later");
  EXPECT_EQ(number("SELECT COUNT(*) FROM inbound"), 0);
}

TEST_P(Briefs, TwoProcessesTellEachOnce) {
  constexpr int kPeople = 6;
  std::vector<Account> lanes;
  for (int i = 0; i < kPeople; ++i) {
    lanes.push_back(store_account(*store_, 2001 + 10 * i, "u" + std::to_string(i)));
    for (int k = 0; k < 3; ++k) put_later(6001 + 10 * i + k, lanes.back(), at(90));
  }
  std::atomic<int> briefs = 0;
  const auto process = [&] {
    const auto store = another();
    for (;;) {
      const auto bundles = store->bundles(at(100), 10);
      if (bundles.empty()) return;
      for (const auto& bundle : bundles) {
        auto batch = store->begin();
        WorkingSet set;
        Writes writes;
        const auto trouble = trouble_of([&] {
          batch->lock_accounts({bundle.account}, set);
          writes.batch_id = fresh_batch_id();
          writes.set = &set;
          for (const auto& one : bundle.notices) writes.briefed.push_back(one.notice.id);
          batch->save(writes);
          batch->commit();
        });
        if (!trouble) ++briefs;
        if (trouble) {
          ASSERT_EQ(*trouble, Trouble::retry);
        }
      }
    }
  };
  in_parallel({process, process});
  EXPECT_EQ(briefs, kPeople);
  EXPECT_EQ(number("SELECT COUNT(*) FROM notices WHERE state='skipped'"), 3 * kPeople);
}

// A newer program's lines are passed over; what cannot be read is an error.
TEST(Workflow, UnknownLinesAndBadOnes) {
  Case c;
  decode_workflow("future\tx\nwait\ttown\ttriage\tmore\n\nruled\n", c);
  EXPECT_EQ(c.waits, (std::vector<Wait>{{UnitCode{"town"}, WaitKind::triage}}));
  EXPECT_TRUE(c.ruled);
  for (const char* bad : {"overall\tx\n", "overall\n", "wait\ttown\tnever\n",
                          "party\t1\tfollower\n", "concerned\t1\t\n", "request\textend\t1\n"}) {
    Case broken;
    EXPECT_EQ(trouble_of([&] { decode_workflow(bad, broken); }), Trouble::broken) << bad;
  }
  EXPECT_EQ(encode_workflow(Case{}), "");
}

HUIYIN_ON_BOTH_ENGINES(Levels);
HUIYIN_ON_BOTH_ENGINES(Briefs);

}  // namespace
}  // namespace huiyin::store
