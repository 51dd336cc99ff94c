// Timers, quarantine, counts, export, forgetting.
#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

class Misc : public StoreTest {
 protected:
  void store_cases(std::vector<Case> cases, std::vector<Event> events = {}) {
    WorkingSet set;
    Decision decision;
    decision.cases = std::move(cases);
    decision.events = std::move(events);
    set.fold(decision);
    commit(*store_, set);
  }
  static Case with_timer(std::int64_t id, Instant due) {
    auto one = sample_case(id, PersonId{1}, PersonId{2});
    one.next_due_at = due;
    return one;
  }
};

TEST_P(Misc, DueCasesEarliestFirst) {
  EXPECT_EQ(store_->next_due(), std::nullopt);
  store_cases({with_timer(3001, at(50)), with_timer(3002, at(40)), with_timer(3003, Instant{}),
               with_timer(3004, at(60))});
  EXPECT_EQ(store_->next_due(), at(40));
  EXPECT_TRUE(store_->due_cases(at(39), 10).empty());
  EXPECT_EQ(store_->due_cases(at(50), 10), (std::vector<CaseId>{CaseId{3002}, CaseId{3001}}));
  EXPECT_EQ(store_->due_cases(at(99), 1), (std::vector<CaseId>{CaseId{3002}}));
}

TEST_P(Misc, QuarantineTakesAnything) {
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes += static_cast<char>(i);
  store_->quarantine({"wx", std::string(900, 'k'), "too long", all_bytes, at(1)});
  store_->quarantine({"wx", "k\xff ", "", "", at(2)});
  store_->quarantine({"wx", "k\xff ", "again", "x", at(2)});
  EXPECT_EQ(store_->counts().quarantined, 2);
  // Cut keys still tell different messages apart.
  store_->quarantine({"wx", std::string(900, 'k') + "2", "too long", "other", at(3)});
  EXPECT_EQ(store_->counts().quarantined, 3);
  EXPECT_EQ(text("SELECT body FROM quarantine ORDER BY at LIMIT 1"), all_bytes);
}

TEST_P(Misc, Counts) {
  auto closed = sample_case(3001, PersonId{1}, PersonId{2});
  closed.stage = Stage::closed;
  auto archived = sample_case(3002, PersonId{1}, PersonId{2});
  archived.stage = Stage::archived;
  store_cases({closed, archived, sample_case(3003, PersonId{1}, PersonId{2})});
  const auto account = store_account(*store_, 2001, "oX");
  store_notices(*store_, account, 6001, 1);
  store_notices(*store_, account, 6002, 2, NoticeState::held);
  store_notices(*store_, account, 6004, 3, NoticeState::dead);
  store_notices(*store_, account, 6007, 1, NoticeState::sent);
  store_notices(*store_, account, 6008, 1, NoticeState::riding);
  store_notices(*store_, account, 6009, 1, NoticeState::sending);
  const auto counts = store_->counts();
  EXPECT_EQ(counts.open_cases, 1);
  EXPECT_EQ(counts.notices_due, 3);  // on their way: due, riding, sending
  EXPECT_EQ(counts.notices_held, 2);
  EXPECT_EQ(counts.notices_dead, 3);
  EXPECT_EQ(counts.quarantined, 0);
}

TEST_P(Misc, ExportsWhatWasRegisteredOrMovedSince) {
  std::vector<Case> cases;
  for (int i = 0; i < 300; ++i) {  // more than a page
    cases.push_back(sample_case(3000 + i, PersonId{1}, PersonId{2}));
    cases.back().registered_at = at(i < 2 ? -100 : 100);
  }
  auto old = sample_event(5001, CaseId{3000}), late = sample_event(5002, CaseId{3001}),
       first = sample_event(5003, CaseId{3001});
  old.at = at(-50);
  late.at = at(70);
  first.at = at(60);
  store_cases(cases, {old, late, first});
  std::map<CaseId, std::size_t> exported;
  store_->export_cases(at(0), [&](const Case& one, const std::vector<Event>& events) {
    exported[one.id] = events.size();
    if (one.id == CaseId{3001}) {
      expect_same(one, cases[1]);
      ASSERT_EQ(events.size(), 2u);
      expect_same(events[0], first);  // oldest first
      expect_same(events[1], late);
    }
  });
  EXPECT_EQ(exported.size(), 299u);
  EXPECT_FALSE(exported.contains(CaseId{3000}));
}

TEST_P(Misc, ForgetsOnlyWhatIsOld) {
  Writes writes;
  for (int i = 0; i < 2500; ++i) {
    writes.inbound.push_back(sample_inbound("m" + std::to_string(i)));
    writes.inbound.back().received_at = Instant{std::chrono::microseconds{1 + i}};
  }
  writes.inbound.push_back(sample_inbound("new"));
  writes.inbound.back().received_at = store_->begin()->database_now();
  writes.nonces = {{"wx", "old", "h"}};
  commit(*store_, WorkingSet{}, writes);
  raw()->execute("UPDATE nonces SET at=5");
  raw()->execute("UPDATE batches SET at=5");
  Writes more;
  more.nonces = {{"wx", "new", "h"}};
  commit(*store_, WorkingSet{}, more);
  EXPECT_EQ(store_->forget(std::chrono::hours{24 * 7}), 2502u);
  EXPECT_EQ(text("SELECT dedupe_key FROM inbound"), "new");
  EXPECT_EQ(text("SELECT nonce FROM nonces"), "new");
  EXPECT_EQ(number("SELECT COUNT(*) FROM batches"), 1);
  EXPECT_EQ(store_->forget(std::chrono::hours{24 * 7}), 0u);
}

TEST_P(Misc, CommittedOrNot) {
  Writes writes;
  {
    auto batch = store_->begin();
    writes.batch_id = "b1";
    batch->save(writes);
    batch->commit();
  }
  EXPECT_TRUE(store_->was_committed("b1"));
  EXPECT_FALSE(store_->was_committed("b2"));
  EXPECT_FALSE(store_->was_committed("B1"));
}

HUIYIN_ON_BOTH_ENGINES(Misc);

}  // namespace
}  // namespace huiyin::store
