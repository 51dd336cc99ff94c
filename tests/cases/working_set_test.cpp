#include "server/cases/working_set.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace huiyin {
namespace {

using namespace std::chrono_literals;

constexpr PersonId kFarmer{10}, kCadre{11}, kClerk{12};
constexpr Instant kNow{std::chrono::sys_days{std::chrono::year{2026} / 3 / 26} + 1h};

Case make_case(std::int64_t id, std::string number, Instant registered, std::int64_t version = 1) {
  Case c;
  c.id = CaseId{id};
  c.number = std::move(number);
  c.reporter = kFarmer;
  c.owner = kCadre;
  c.stage = Stage::dispatched;
  c.registered_at = registered;
  c.version = version;
  return c;
}

Account make_account(std::int64_t id, std::string user, PersonId person) {
  Account a;
  a.id = AccountId{id};
  a.channel = "wechat";
  a.user = std::move(user);
  a.person = person;
  return a;
}

Person make_person(PersonId id) {
  Person p;
  p.id = id;
  return p;
}

Event make_event(std::int64_t id, CaseId about) {
  Event e;
  e.id = EventId{id};
  e.case_id = about;
  return e;
}

std::vector<std::int64_t> ids(const std::vector<const Case*>& cases) {
  std::vector<std::int64_t> found;
  for (const Case* c : cases) found.push_back(c->id.raw());
  return found;
}

TEST(WorkingSet, FindsByIdNumberAndPerson) {
  WorkingSet set;
  set.put_loaded(make_case(1, "260326-0001", kNow));
  set.put_loaded(make_case(2, "260326-0002", kNow + 1min));
  EXPECT_EQ(set.find_case(CaseId{1})->number, "260326-0001");
  EXPECT_EQ(set.find_case("260326-0002")->id, CaseId{2});
  EXPECT_EQ(set.find_case(""), nullptr);
  EXPECT_EQ(set.find_case(CaseId{3}), nullptr);
  EXPECT_EQ(ids(set.reported_by(kFarmer)), (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(ids(set.owned_by(kCadre)), (std::vector<std::int64_t>{2, 1}));
  EXPECT_TRUE(set.owned_by(kFarmer).empty());
}

TEST(WorkingSet, DraftsAreTheNewestAndTiesGoByTheHigherId) {
  WorkingSet set;
  set.put_loaded(make_case(1, "a", kNow));
  set.put_loaded(make_case(5, "b", kNow));
  set.put_loaded(make_case(3, "", Instant{}));
  EXPECT_EQ(ids(set.reported_by(kFarmer)), (std::vector<std::int64_t>{3, 5, 1}));
}

TEST(WorkingSet, NotLoadedAndNotThereDiffer) {
  WorkingSet set;
  EXPECT_FALSE(set.asked_number("260326-0001"));
  EXPECT_FALSE(set.asked_case(CaseId{1}));
  EXPECT_FALSE(set.asked_cases_of(kFarmer));
  EXPECT_FALSE(set.asked_person(kFarmer));
  EXPECT_FALSE(set.asked_history(CaseId{1}));
  Need need;
  EXPECT_TRUE(need.empty());
  need.numbers = {"260326-0001"};
  need.cases = {CaseId{1}};
  need.cases_of = {kFarmer};
  need.persons = {kFarmer};
  need.history = {CaseId{1}};
  EXPECT_FALSE(need.empty());
  set.mark_asked(need);
  EXPECT_TRUE(set.asked_number("260326-0001"));
  EXPECT_TRUE(set.asked_case(CaseId{1}));
  EXPECT_TRUE(set.asked_cases_of(kFarmer));
  EXPECT_TRUE(set.asked_person(kFarmer));
  EXPECT_TRUE(set.asked_history(CaseId{1}));
  EXPECT_FALSE(set.asked_person(kCadre));
  EXPECT_EQ(set.find_case("260326-0001"), nullptr);
}

TEST(WorkingSet, AnAccountAloneIsNotTheWholePerson) {
  WorkingSet set;
  set.put_loaded(make_person(kFarmer));
  EXPECT_FALSE(set.asked_person(kFarmer)) << "other accounts may be missing";
  set.create(make_person(kClerk));
  EXPECT_TRUE(set.asked_person(kClerk));
  EXPECT_TRUE(set.asked_cases_of(kClerk));
}

TEST(WorkingSet, NeedsMerge) {
  Need a, b;
  a.cases = {CaseId{1}, CaseId{2}};
  b.cases = {CaseId{2}, CaseId{3}};
  b.numbers = {"n"};
  b.persons = {kFarmer};
  b.cases_of = {kCadre};
  b.history = {CaseId{9}};
  a.merge(b);
  EXPECT_EQ(a.cases, (std::set<CaseId>{CaseId{1}, CaseId{2}, CaseId{3}}));
  EXPECT_EQ(a.numbers, (std::set<std::string>{"n"}));
  EXPECT_EQ(a.persons, (std::set<PersonId>{kFarmer}));
  EXPECT_EQ(a.cases_of, (std::set<PersonId>{kCadre}));
  EXPECT_EQ(a.history, (std::set<CaseId>{CaseId{9}}));
}

TEST(WorkingSet, TheSecondDecisionSeesTheFirstAndTheRowIsOneChange) {
  WorkingSet set;
  set.put_loaded(make_case(1, "260326-0001", kNow, 4));
  Decision first;
  first.cases.push_back(*set.find_case(CaseId{1}));
  first.cases[0].stage = Stage::in_progress;
  first.events.push_back(make_event(100, CaseId{1}));
  set.fold(first);
  EXPECT_EQ(set.find_case(CaseId{1})->stage, Stage::in_progress);

  Decision second;
  second.cases.push_back(*set.find_case(CaseId{1}));
  second.cases[0].stage = Stage::closed;
  second.events.push_back(make_event(101, CaseId{1}));
  set.fold(second);
  ASSERT_EQ(set.cases().size(), 1U);
  const auto& tracked = set.cases().at(CaseId{1});
  EXPECT_EQ(tracked.state, Tracked<Case>::changed);
  EXPECT_EQ(tracked.row.stage, Stage::closed);
  EXPECT_EQ(tracked.row.version, 4) << "the version read, for the store's condition";
  EXPECT_EQ(set.new_events().size(), 2U);
}

TEST(WorkingSet, ACreatedRowStaysCreatedHoweverOftenItChanges) {
  WorkingSet set;
  Decision decision;
  decision.cases.push_back(make_case(7, "", Instant{}, 0));
  decision.conversations.push_back(Conversation{});
  decision.conversations[0].person = kFarmer;
  decision.conversations[0].question = "place";
  decision.persons.push_back(make_person(kFarmer));
  decision.events.push_back(make_event(1, CaseId{7}));
  set.fold(decision);
  EXPECT_EQ(set.find_case("260326-0007"), nullptr);

  decision.cases[0].number = "260326-0007";
  decision.conversations[0].question = "";
  decision.events[0].id = EventId{2};
  set.fold(decision);
  EXPECT_EQ(set.cases().at(CaseId{7}).state, Tracked<Case>::created);
  EXPECT_EQ(set.persons().at(kFarmer).state, Tracked<Person>::created);
  EXPECT_EQ(set.conversations().at(kFarmer).state, Tracked<Conversation>::created);
  EXPECT_EQ(set.conversation(kFarmer).question, "");
  EXPECT_EQ(set.find_case("260326-0007")->id, CaseId{7});
  EXPECT_TRUE(set.asked_history(CaseId{7}));
  EXPECT_EQ(set.history(CaseId{7}).size(), 2U);
}

TEST(WorkingSet, LaterLoadsDoNotUndoDecisions) {
  WorkingSet set;
  set.put_loaded(make_case(1, "260326-0001", kNow));
  Decision decision;
  decision.cases.push_back(*set.find_case(CaseId{1}));
  decision.cases[0].owner = kClerk;
  set.fold(decision);
  set.put_loaded(make_case(1, "260326-0001", kNow));
  EXPECT_EQ(set.find_case(CaseId{1})->owner, kClerk);
  EXPECT_EQ(ids(set.owned_by(kClerk)), (std::vector<std::int64_t>{1}));
  EXPECT_TRUE(set.owned_by(kCadre).empty());
}

TEST(WorkingSet, HistoryLoadedLateStillEndsWithThisBatch) {
  WorkingSet set;
  set.put_loaded(make_case(1, "260326-0001", kNow));
  Decision decision;
  decision.events.push_back(make_event(100, CaseId{1}));
  set.fold(decision);
  EXPECT_TRUE(set.history(CaseId{1}).empty());
  EXPECT_FALSE(set.asked_history(CaseId{1}));
  set.put_history(CaseId{1}, {make_event(1, CaseId{1}), make_event(2, CaseId{1})});
  decision.events[0].id = EventId{101};
  set.fold(decision);
  set.put_history(CaseId{1}, {});
  std::vector<std::int64_t> seen;
  for (const Event& e : set.history(CaseId{1})) seen.push_back(e.id.raw());
  EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 2, 100, 101}));
}

TEST(WorkingSet, AnotherVersionIsABugAndNothingIsApplied) {
  WorkingSet set;
  set.put_loaded(make_case(1, "260326-0001", kNow, 4));
  Decision decision;
  decision.persons.push_back(make_person(kFarmer));
  decision.cases.push_back(make_case(1, "260326-0001", kNow, 3));
  EXPECT_THROW(set.fold(decision), std::logic_error);
  EXPECT_EQ(set.person(kFarmer), nullptr);

  decision.cases[0] = make_case(2, "260326-0002", kNow, 1);
  EXPECT_THROW(set.fold(decision), std::logic_error) << "changed without having been read";
  decision.cases[0] = make_case(0, "", kNow, 0);
  EXPECT_THROW(set.fold(decision), std::logic_error) << "no id";
}

TEST(WorkingSet, AccountsAreComparedByteByByte) {
  WorkingSet set;
  set.put_loaded(make_account(1, "oAbc", kFarmer));
  set.put_loaded(make_account(2, "oabc", kCadre));
  set.create(make_account(3, "oAbc😀", kFarmer));
  EXPECT_EQ(set.account("wechat", "oAbc")->id, AccountId{1});
  EXPECT_EQ(set.account("wechat", "oabc")->id, AccountId{2});
  EXPECT_EQ(set.account("wechat", "oAbc😀")->id, AccountId{3});
  EXPECT_EQ(set.account("wechat", "oAbc😁"), nullptr);
  EXPECT_EQ(set.account("console", "oAbc"), nullptr);
  ASSERT_EQ(set.accounts_of(kFarmer).size(), 2U);
  EXPECT_EQ(set.accounts_of(kFarmer)[0]->id, AccountId{1});
  EXPECT_EQ(set.accounts_of(kFarmer)[1]->id, AccountId{3});
}

TEST(WorkingSet, AccountsAreCreatedOnceAndChangedOnlyWhenHere) {
  WorkingSet set;
  set.put_loaded(make_account(1, "oAbc", kFarmer));
  EXPECT_THROW(set.create(make_account(1, "other", kFarmer)), std::logic_error);
  EXPECT_THROW(set.create(make_account(2, "oAbc", kFarmer)), std::logic_error);
  EXPECT_THROW(set.change(make_account(2, "x", kFarmer)), std::logic_error);
  Account moved = make_account(1, "oAbc", kCadre);
  set.change(moved);
  EXPECT_EQ(set.accounts().at(AccountId{1}).state, Tracked<Account>::changed);
  EXPECT_TRUE(set.accounts_of(kFarmer).empty());
  EXPECT_EQ(set.accounts_of(kCadre).size(), 1U);
  EXPECT_THROW(set.create(make_person(PersonId{})), std::logic_error);
  set.create(make_person(kClerk));
  EXPECT_THROW(set.create(make_person(kClerk)), std::logic_error);
}

TEST(WorkingSet, PointersOutliveOtherRows) {
  WorkingSet set;
  set.put_loaded(make_case(500, "x", kNow));
  const Case* kept = set.find_case(CaseId{500});
  for (int i = 1; i < 400; ++i) set.put_loaded(make_case(i, std::to_string(i), kNow));
  EXPECT_EQ(kept, set.find_case(CaseId{500}));
}

// ---- the four levels ----------------------------------------------------------------------------

constexpr PersonId kNeighbour{20}, kHelper{21};
const UnitCode kVillage{"village"}, kTown{"town"}, kCounty{"county"};

Party party(PersonId person, PartyKind kind) {
  Party p;
  p.person = person;
  p.kind = kind;
  return p;
}

using Ids = std::vector<std::int64_t>;

TEST(WorkingSet, NeedsOfTheLevelsMerge) {
  const struct {
    const char* what;
    void (*ask)(Need&);
    bool (*merged)(const Need&);
  } kKeys[] = {
      {"near", [](Need& n) { n.near = {kTown}; },
       [](const Need& n) {
         return n.near == std::set<Near>{kVillage, kTown};
       }},
      {"queues", [](Need& n) { n.queues = {kTown}; },
       [](const Need& n) {
         return n.queues == std::set<UnitCode>{kVillage, kTown};
       }},
      {"all_of", [](Need& n) { n.all_of = {kFarmer}; },
       [](const Need& n) {
         return n.all_of == std::set<PersonId>{kFarmer, kCadre};
       }},
      {"owners", [](Need& n) { n.owners = true; }, [](const Need& n) { return n.owners; }},
  };
  for (const auto& key : kKeys) {
    Need all, one;
    all.near = {kVillage};
    all.queues = {kVillage};
    all.all_of = {kCadre};
    EXPECT_TRUE(one.empty());
    key.ask(one);
    EXPECT_FALSE(one.empty()) << key.what;
    all.merge(one);
    EXPECT_TRUE(key.merged(all)) << key.what;
  }
}

TEST(WorkingSet, PartiesAndQueuesFollowTheCase) {
  WorkingSet set;
  Case c = make_case(1, "260326-0001", kNow), other = make_case(2, "260326-0002", kNow);
  c.parties = {party(kNeighbour, PartyKind::follower), party(kHelper, PartyKind::co_handler),
               party(kHelper, PartyKind::watcher)};
  c.waits = {{kTown, WaitKind::triage}, {kTown, WaitKind::hard}, {kCounty, WaitKind::approval}};
  other.waits = {{kTown, WaitKind::triage}};
  c.stage_at = kNow;
  other.stage_at = kNow - 1h;
  set.put_loaded(c);
  set.put_loaded(other);
  EXPECT_EQ(ids(set.shared_with(kNeighbour)), Ids{1});
  EXPECT_EQ(ids(set.shared_with(kHelper)), Ids{1});
  EXPECT_TRUE(set.shared_with(kFarmer).empty()) << "the reporter is no party";
  EXPECT_EQ(ids(set.waiting_at(kTown)), (Ids{2, 1})) << "the earlier one first";
  EXPECT_EQ(ids(set.waiting_at(kCounty)), Ids{1});

  c.parties.erase(c.parties.begin());
  c.waits = {{kVillage, WaitKind::triage}};
  Decision decision;
  decision.cases = {c};
  set.fold(decision);
  EXPECT_TRUE(set.shared_with(kNeighbour).empty());
  EXPECT_EQ(ids(set.shared_with(kHelper)), Ids{1});
  EXPECT_EQ(ids(set.waiting_at(kTown)), Ids{2});
  EXPECT_TRUE(set.waiting_at(kCounty).empty());
  EXPECT_EQ(ids(set.waiting_at(kVillage)), Ids{1});
  // What was loaded is remembered for the store, whatever was decided since.
  EXPECT_EQ(set.links_before(CaseId{1}).parties, (std::set<PersonId>{kNeighbour, kHelper}));
  EXPECT_EQ(set.links_before(CaseId{1}).queues, (std::set<UnitCode>{kTown, kCounty}));
  EXPECT_TRUE(set.links_before(CaseId{3}).queues.empty());
}

TEST(WorkingSet, NearIsSeenAsItIsByNow) {
  WorkingSet set;
  const auto here = [](std::int64_t id, Instant at) {
    Case c = make_case(id, "260326-000" + std::to_string(id), at);
    c.unit = kVillage;
    return c;
  };
  EXPECT_FALSE(set.asked_near(kVillage));
  set.put_near(kVillage, {here(1, kNow - 3h), here(2, kNow - 2h)});
  set.put_near(kVillage, {here(2, kNow - 2h), here(3, kNow - 1h)});  // of another topic
  Need need;
  need.near = {kVillage};
  set.mark_asked(need);
  EXPECT_TRUE(set.asked_near(kVillage));
  EXPECT_FALSE(set.asked_near({kVillage, "transport"}));
  EXPECT_EQ(ids(set.near(kVillage)), (Ids{3, 2, 1}));
  EXPECT_EQ(set.find_case(CaseId{1}), nullptr) << "to compare with only";

  Case changed = here(2, kNow - 2h), moved = here(3, kNow - 1h);
  changed.text = "changed since";
  moved.unit = kTown;
  set.put_loaded(changed);
  set.put_loaded(moved);
  Case fresh = here(4, kNow), draft = here(5, Instant{});
  fresh.version = draft.version = 0;
  draft.stage = Stage::draft;
  Decision decision;
  decision.cases = {fresh, draft};
  set.fold(decision);
  const auto near = set.near(kVillage);
  EXPECT_EQ(ids(near), (Ids{4, 2, 1}));
  EXPECT_EQ(near[1]->text, "changed since");
  EXPECT_EQ(ids(set.near(kTown)), Ids{3});
}

TEST(WorkingSet, WhatWasAskedOfTheLevels) {
  WorkingSet set;
  EXPECT_FALSE(set.asked_owners());
  EXPECT_FALSE(set.asked_queue(kTown));
  EXPECT_FALSE(set.asked_all_of(kFarmer));
  Need need;
  need.owners = true;
  need.queues = {kTown};
  need.all_of = {kFarmer};
  set.mark_asked(need);
  set.put_owners({{kCadre, kVillage}});
  EXPECT_TRUE(set.asked_owners());
  EXPECT_EQ(set.owners(), (std::set<OwnerOf>{{kCadre, kVillage}}));
  EXPECT_TRUE(set.asked_queue(kTown));
  EXPECT_FALSE(set.asked_queue(kCounty));
  EXPECT_TRUE(set.asked_all_of(kFarmer));
  EXPECT_FALSE(set.asked_all_of(kCadre));
  set.create(make_person(kClerk));
  EXPECT_TRUE(set.asked_all_of(kClerk)) << "nobody has met him";
}

TEST(WorkingSet, WhatIsErasedIsGoneForTheNextDecision) {
  WorkingSet set;
  set.put_loaded(make_case(1, "260326-0001", kNow));
  Event old, fresh, other;
  old.id = EventId{51};
  fresh.id = EventId{52};
  other.id = EventId{53};
  old.case_id = fresh.case_id = other.case_id = CaseId{1};
  old.text = fresh.text = "13800001234";
  other.text = "stays";
  set.put_history(CaseId{1}, {old});
  Decision first, second;
  first.events = {fresh, other};
  set.fold(first);
  second.erasure = Erasure{kFarmer, {CaseId{1}}, {{old.id, ""}, {fresh.id, ""}}};
  set.fold(second);
  const auto& history = set.history(CaseId{1});
  ASSERT_EQ(history.size(), 3u);
  EXPECT_EQ(history[0].text + history[1].text, "");
  EXPECT_EQ(history[2].text, "stays");
  EXPECT_EQ(set.new_events()[0].text, "");
  EXPECT_EQ(set.new_events()[1].text, "stays");
}

}  // namespace
}  // namespace huiyin
