// What one batch loads and writes, and how it fails.
#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

class BatchTest : public StoreTest {
 protected:
  // A case with these people and stage, stored.
  Case store_case(std::int64_t id, PersonId reporter, PersonId owner, Stage stage,
                  Instant closed_at = {}) {
    auto one = sample_case(id, reporter, owner);
    one.stage = stage;
    one.closed_at = closed_at;
    WorkingSet set;
    Decision decision;
    decision.cases = {one};
    set.fold(decision);
    commit(*store_, set);
    return one;
  }
};

TEST_P(BatchTest, DestroyedWithoutCommitLeavesNothing) {
  {
    auto batch = store_->begin();
    Writes writes;
    writes.batch_id = "gone";
    writes.inbound = {sample_inbound("m1")};
    batch->save(writes);
  }
  EXPECT_EQ(number("SELECT COUNT(*) FROM inbound"), 0);
  EXPECT_FALSE(store_->was_committed("gone"));
  EXPECT_EQ(number("SELECT COUNT(*) FROM batches"), 0);
}

TEST_P(BatchTest, NumbersAreFoundAndAbsentOnesAreAsked) {
  const auto one = store_case(3001, PersonId{2001}, PersonId{2002}, Stage::registered);
  Need need;
  need.numbers = {one.number, "260326-9999"};
  need.persons = {PersonId{777}};
  WorkingSet set;
  store_->begin()->load(need, at(0), set);
  EXPECT_NE(set.find_case(one.number), nullptr);
  EXPECT_EQ(set.find_case("260326-9999"), nullptr);
  EXPECT_TRUE(set.asked_number("260326-9999"));
  EXPECT_TRUE(set.asked_person(PersonId{777}));
  EXPECT_EQ(set.person(PersonId{777}), nullptr);
}

TEST_P(BatchTest, CasesOfAPersonAreTheOpenAndRecentlyClosedOnes) {
  const PersonId me{2001}, other{2002};
  store_case(3001, me, other, Stage::in_progress, at(-9000));  // reopened: still has its closing
  store_case(3002, other, me, Stage::dispatched);
  store_case(3003, me, other, Stage::closed, at(-100));
  store_case(3004, me, other, Stage::archived, at(-200));
  store_case(3005, me, other, Stage::closed, at(-5000));  // too long ago
  store_case(3006, other, other, Stage::registered);      // somebody else's
  Need need;
  need.cases_of = {me};
  WorkingSet set;
  store_->begin()->load(need, at(-1000), set);
  std::set<std::int64_t> ids;
  for (const auto& [id, one] : set.cases()) ids.insert(id.raw());
  EXPECT_EQ(ids, (std::set<std::int64_t>{3001, 3002, 3003, 3004}));
  EXPECT_TRUE(set.asked_cases_of(me));
  EXPECT_FALSE(set.asked_cases_of(other));
}

TEST_P(BatchTest, LoadingAgainKeepsWhatWasDecided) {
  const auto account = store_account(*store_, 2001, "oX");
  store_case(3001, PersonId{2001}, PersonId{9}, Stage::registered);
  auto batch = store_->begin();
  WorkingSet set;
  Need need;
  need.persons = {PersonId{2001}};
  need.cases_of = {PersonId{2001}};
  batch->load(need, at(0), set);
  Decision decision;
  decision.cases = {*set.find_case(CaseId{3001})};
  decision.cases[0].text = "decided";
  set.fold(decision);
  auto changed = *set.account(account.id);
  changed.lane_seq = 5;
  set.change(changed);
  batch->load(need, at(0), set);
  batch->lock_accounts({account.id}, set);
  EXPECT_EQ(set.find_case(CaseId{3001})->text, "decided");
  EXPECT_EQ(set.account(account.id)->lane_seq, 5);
}

TEST_P(BatchTest, LockedAccountsAreReadAgain) {
  const auto account = store_account(*store_, 2001, "oX");
  const std::vector<std::pair<std::string, std::string>> users{{"wx", "oX"}};
  WorkingSet set;
  {
    auto batch = store_->begin();
    batch->load_accounts(users, set);
  }
  EXPECT_EQ(set.account(account.id)->version, 1);
  raw()->execute("UPDATE accounts SET lane_seq=8,version=version+1");
  auto batch = store_->begin();
  batch->lock_accounts({account.id}, set);
  EXPECT_EQ(set.account(account.id)->lane_seq, 8);
  EXPECT_EQ(set.account(account.id)->version, 2);
}

TEST_P(BatchTest, VersionThatMovedMeansRetryAndNothingIsWritten) {
  const auto account = store_account(*store_, 2001, "oX");
  store_case(3001, PersonId{2001}, PersonId{9}, Stage::registered);
  const struct {
    const char* table;
    std::function<void(WorkingSet&)> change;
  } kRows[] = {
      {"persons",
       [](WorkingSet& set) {
         Decision d;
         d.persons = {*set.person(PersonId{2001})};
         set.fold(d);
       }},
      {"cases",
       [](WorkingSet& set) {
         Decision d;
         d.cases = {*set.find_case(CaseId{3001})};
         set.fold(d);
       }},
      {"accounts", [&](WorkingSet& set) { set.change(*set.account(account.id)); }},
  };
  for (const auto& row : kRows) {
    WorkingSet set;
    {
      auto batch = store_->begin();
      Need need;
      need.persons = {PersonId{2001}};
      need.cases = {CaseId{3001}};
      batch->load(need, at(0), set);
    }
    raw()->execute(std::string{"UPDATE "} + row.table + " SET version=version+1 WHERE id<>1");
    row.change(set);
    Writes writes;
    writes.inbound = {sample_inbound(row.table)};
    EXPECT_EQ(trouble_of([&] { commit(*store_, set, writes); }), Trouble::retry) << row.table;
  }
  EXPECT_EQ(number("SELECT COUNT(*) FROM inbound"), 0);
}

TEST_P(BatchTest, ARowThatVanishedMeansRetryToo) {
  const auto account = store_account(*store_, 2001, "oX");
  WorkingSet set;
  Need need;
  need.persons = {PersonId{2001}};
  store_->begin()->load(need, at(0), set);
  raw()->execute("DELETE FROM accounts");
  set.change(*set.account(account.id));
  EXPECT_EQ(trouble_of([&] { commit(*store_, set); }), Trouble::retry);
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts"), 0);
}

TEST_P(BatchTest, ManyRowsOfOddNumber) {
  WorkingSet set;
  Writes writes;
  Need need;
  Decision decision;
  constexpr int kCount = 203;  // 64 + 64 + 64 + 8 + 3
  std::vector<InboundKey> keys;
  for (int i = 0; i < kCount; ++i) {
    set.create(sample_person(2000 + i));
    set.create(sample_account(12000 + i, PersonId{2000 + i}, "o" + std::to_string(i)));
    decision.cases.push_back(sample_case(3000 + i, PersonId{2000 + i}, PersonId{9}));
    writes.inbound.push_back(sample_inbound("m" + std::to_string(i)));
    keys.push_back(writes.inbound.back().key);
    need.persons.insert(PersonId{2000 + i});
    need.cases.insert(CaseId{3000 + i});
  }
  set.fold(decision);
  commit(*store_, set, writes);
  for (int round = 1; round <= 2; ++round) {
    auto batch = store_->begin();
    WorkingSet loaded;
    batch->load(need, at(0), loaded);
    ASSERT_EQ(loaded.persons().size(), std::size_t{kCount});
    ASSERT_EQ(loaded.cases().size(), std::size_t{kCount});
    EXPECT_EQ(batch->find_inbound(keys).size(), std::size_t{kCount});
    Decision change;
    for (const auto& [id, tracked] : loaded.cases()) {
      EXPECT_EQ(tracked.row.version, round);
      change.cases.push_back(tracked.row);
      change.cases.back().rating = round;
    }
    loaded.fold(change);
    Writes again;
    again.batch_id = fresh_batch_id();
    again.set = &loaded;
    batch->save(again);
    batch->commit();
  }
  EXPECT_EQ(number("SELECT COUNT(*) FROM cases WHERE rating=2"), kCount);
}

TEST_P(BatchTest, WhatCanNeverBeStoredIsPoison) {
  const auto inbound = [](const std::string& key, const std::string& body) {
    Writes writes;
    writes.inbound = {sample_inbound(key)};
    writes.inbound[0].body = body;
    return writes;
  };
  const std::pair<const char*, Writes> kBad[] = {
      {"key too long", inbound(std::string(256, 'k'), "b")},
      {"key too long in characters",
       [&] {
         std::string key;
         for (int i = 0; i < 256; ++i) key += "😀";
         return inbound(key, "b");
       }()},
      {"body not UTF-8", inbound("k", "\xff\xfe")},
      {"key not UTF-8", inbound("k\xc3", "b")},
  };
  for (const auto& [label, writes] : kBad)
    EXPECT_EQ(trouble_of([&] { commit(*store_, WorkingSet{}, writes); }), Trouble::poison) << label;
  EXPECT_EQ(trouble_of([&] { store_account(*store_, 2001, std::string(129, 'u')); }),
            Trouble::poison);
  // The widest that fits, and the store works on.
  commit(*store_, WorkingSet{}, inbound(std::string(255, 'k'), std::string(300000, 'b')));
  EXPECT_EQ(number("SELECT COUNT(*) FROM inbound"), 1);
}

TEST_P(BatchTest, ErrorTextsHoldNoData) {
  Writes writes;
  writes.inbound = {sample_inbound("secret-openid")};
  commit(*store_, WorkingSet{}, writes);
  try {
    commit(*store_, WorkingSet{}, writes);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.trouble(), Trouble::duplicate);
    EXPECT_EQ(std::string{error.what()}.find("secret"), std::string::npos) << error.what();
  }
  writes.inbound[0].key.dedupe_key = "other";
  writes.inbound[0].body = "secret\xff";
  try {
    commit(*store_, WorkingSet{}, writes);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string{error.what()}.find("secret"), std::string::npos) << error.what();
  }
}

TEST_P(BatchTest, SameNonceAgain) {
  Writes writes;
  writes.nonces = {{"wx", "n", "h"}, {"wx", "n", "h"}};  // two messages of one request
  commit(*store_, WorkingSet{}, writes);
  EXPECT_EQ(number("SELECT COUNT(*) FROM nonces"), 1);
  EXPECT_EQ(trouble_of([&] { commit(*store_, WorkingSet{}, writes); }), Trouble::duplicate);
}

TEST_P(BatchTest, HeldNoticesBecomeDue) {
  const auto account = store_account(*store_, 2001, "oX");
  const auto other = store_account(*store_, 2101, "oY");
  const auto held = store_notices(*store_, account, 6001, 2, NoticeState::held);
  store_notices(*store_, other, 6101, 1, NoticeState::held);
  raw()->execute("UPDATE accounts SET held=2");
  for (const bool with_row : {true, false}) {
    raw()->execute("UPDATE notices SET state='held'");
    raw()->execute("UPDATE accounts SET held=2");
    auto batch = store_->begin();
    WorkingSet set;
    batch->lock_accounts({account.id}, set);
    if (with_row) {
      auto row = *set.account(account.id);
      row.window_left = 5;
      set.change(row);
    }
    Writes writes;
    writes.batch_id = fresh_batch_id();
    writes.set = &set;
    writes.release_held = {{account.id, account.id}};
    batch->save(writes);
    batch->commit();
    EXPECT_EQ(number("SELECT COUNT(*) FROM notices WHERE state='due' AND account_id=2002"), 2);
    EXPECT_EQ(number("SELECT COUNT(*) FROM notices WHERE state='held'"), 1);
    EXPECT_EQ(number("SELECT held FROM accounts WHERE id=2002"), 0);
    EXPECT_EQ(number("SELECT held FROM accounts WHERE id=2102"), 2);
  }
  EXPECT_EQ(number("SELECT window_left FROM accounts WHERE id=2002"), 5);
}

TEST_P(BatchTest, SeesTheDirectoryVersionAndTheDatabasesClock) {
  auto batch = store_->begin();
  EXPECT_EQ(batch->directory_version(), 0);
  const auto here =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  EXPECT_LT(std::chrono::abs(batch->database_now() - here), std::chrono::seconds{5});
}

TEST_P(BatchTest, CaseNumbersAreUnique) {
  store_case(3001, PersonId{1}, PersonId{2}, Stage::draft);
  auto twin = sample_case(3002, PersonId{1}, PersonId{2});
  twin.number = "260326-3001";
  WorkingSet set;
  Decision decision;
  decision.cases = {twin};
  set.fold(decision);
  EXPECT_EQ(trouble_of([&] { commit(*store_, set); }), Trouble::duplicate);
}

HUIYIN_ON_BOTH_ENGINES(BatchTest);

}  // namespace
}  // namespace huiyin::store
