// What waits: for its hour, for the telephone, for a file, and what all processes share.
#include <atomic>

#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

using namespace std::chrono_literals;

class Later : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    account_ = store_account(*store_, 2001, "oX");
  }
  void put(std::int64_t id, NoticeState state, Instant next_at, Instant created_at = at(0),
           bool echo = true) {
    auto row = sample_notice(id, account_, 0);
    row.state = state;
    row.next_at = next_at;
    row.created_at = created_at;
    row.echo = echo;
    row.edits = {};
    Writes writes;
    writes.notices = {row};
    commit(*store_, WorkingSet{}, writes);
  }
  static std::vector<std::int64_t> ids(const std::vector<Unheard>& rows) {
    std::vector<std::int64_t> out;
    for (const auto& row : rows) out.push_back(row.id.raw());
    return out;
  }
  using Ids = std::vector<std::int64_t>;
  std::int64_t of(std::int64_t id, const std::string& column) {
    return number("SELECT " + column + " FROM notices WHERE id=" + std::to_string(id));
  }

  Account account_;
};

TEST_P(Later, WakesInOrderAtTheEndOfTheLane) {
  const auto other = store_account(*store_, 2101, "oY");
  raw()->execute("UPDATE accounts SET lane_seq=5");
  put(6004, NoticeState::later, at(100), at(3));
  put(6003, NoticeState::later, at(100), at(4));
  put(6002, NoticeState::later, at(90), at(9));
  put(6001, NoticeState::later, at(101), at(1));
  put(6005, NoticeState::held, at(1), at(1));
  EXPECT_EQ(store_->wake(at(89), 10), 0u);
  EXPECT_TRUE(store_->claim("p", 30s, 10).empty());
  raw()->execute("UPDATE notices SET echo=0 WHERE id=6003");
  std::vector<Woken> woken;
  EXPECT_EQ(store_->wake(at(100), 1, &woken), 3u);  // a lane is woken whole
  ASSERT_EQ(woken.size(), 3u);
  EXPECT_EQ(woken[1].account, account_.id);
  EXPECT_EQ(woken[1].channel, "wx");
  EXPECT_TRUE(woken[0].echo);
  EXPECT_FALSE(woken[1].echo);
  EXPECT_EQ(store_->wake(at(100), 1, &woken), 0u);
  EXPECT_TRUE(woken.empty());
  EXPECT_EQ(of(6004, "seq"), 6);
  EXPECT_EQ(of(6003, "seq"), 7);
  EXPECT_EQ(of(6002, "seq"), 8);
  EXPECT_EQ(of(6001, "seq"), 0);
  EXPECT_EQ(number("SELECT lane_seq FROM accounts WHERE id=2002"), 8);
  EXPECT_EQ(number("SELECT lane_seq FROM accounts WHERE id=2102"), 5);
  const auto claims = store_->claim("p", 30s, 10);
  ASSERT_EQ(claims.size(), 1u);
  ASSERT_EQ(claims[0].notices.size(), 3u);
  EXPECT_EQ(claims[0].notices[0].notice.id, NoticeId{6004});
}

TEST_P(Later, CardWakesAsItIsNow) {
  put(6001, NoticeState::later, at(100), at(1));
  put(6002, NoticeState::later, at(100), at(2));
  for (const std::int64_t id : {6003, 6004, 6005}) put(id, NoticeState::skipped, {}, at(id - 6000));
  raw()->execute("UPDATE notices SET card=1 WHERE id IN (6001,6002)");
  raw()->execute("UPDATE notices SET edits=6001,title='first change' WHERE id=6003");
  raw()->execute("UPDATE notices SET edits=6001,title='last change' WHERE id=6004");
  raw()->execute("UPDATE notices SET edits=6009,title='of another card' WHERE id=6005");
  const auto before = text("SELECT title FROM notices WHERE id=6002");
  EXPECT_EQ(store_->wake(at(100), 10), 2u);
  EXPECT_EQ(text("SELECT title FROM notices WHERE id=6001"), "last change");
  EXPECT_EQ(text("SELECT title FROM notices WHERE id=6002"), before);
}

TEST_P(Later, WithoutALaneItIsDeadAndNotFoundForEver) {
  put(6001, NoticeState::later, at(1));
  raw()->execute("UPDATE notices SET account_id=0");
  EXPECT_EQ(store_->wake(at(2), 10), 1u);
  EXPECT_EQ(text("SELECT state FROM notices"), "dead");
  EXPECT_EQ(store_->wake(at(2), 10), 0u);
  EXPECT_EQ(store_->next_due(), std::nullopt);
}

TEST_P(Later, TwoProcessesWakeEachOnce) {
  constexpr int kLanes = 5, kEach = 12;
  Writes writes;
  std::int64_t id = 7001;
  for (int i = 0; i < kLanes; ++i) {
    const auto lane = store_account(*store_, 3001 + 10 * i, "u" + std::to_string(i));
    for (int k = 0; k < kEach; ++k) {
      auto row = sample_notice(id++, lane, 0);
      row.state = NoticeState::later;
      row.next_at = at(k);
      row.created_at = at(kEach - k);
      writes.notices.push_back(row);
    }
  }
  commit(*store_, WorkingSet{}, writes);
  std::atomic<std::size_t> woken = 0;
  const auto process = [&] {
    const auto store = another();
    for (int quiet = 0; quiet < 3;) {
      try {
        const auto count = store->wake(at(100), 7);
        woken += count;
        quiet = count == 0 ? quiet + 1 : 0;
      } catch (const Error& error) {
        ASSERT_EQ(error.trouble(), Trouble::retry) << error.what();
      }
    }
  };
  in_parallel({process, process, process});
  EXPECT_EQ(woken, std::size_t{kLanes * kEach});
  EXPECT_EQ(number("SELECT COUNT(*) FROM notices WHERE state='due'"), kLanes * kEach);
  EXPECT_EQ(number("SELECT COUNT(*) FROM (SELECT DISTINCT account_id,seq FROM notices) x"),
            kLanes * kEach);
  EXPECT_EQ(number("SELECT MAX(seq) FROM notices"), kEach);
  EXPECT_EQ(number("SELECT COUNT(*) FROM notices a JOIN notices b ON a.account_id=b.account_id"
                   " AND a.seq<b.seq AND a.created_at>b.created_at"),
            0);
}

TEST_P(Later, UnheardWhenTheHourHasCome) {
  put(6001, NoticeState::held, at(50), at(1));
  put(6002, NoticeState::dead, at(40), at(2));
  put(6003, NoticeState::dead, at(60), at(3));
  put(6004, NoticeState::held, Instant{}, at(4));      // was asked
  put(6005, NoticeState::dead, at(10), at(5), false);  // owed to nobody
  put(6006, NoticeState::later, at(10), at(6));
  put(6007, NoticeState::sent, at(10), at(7));
  put(6008, NoticeState::due, at(10), at(8));
  EXPECT_EQ(ids(store_->unheard(at(50), 10)), (Ids{6002, 6001}));
  EXPECT_EQ(ids(store_->unheard(at(99), 1)), (Ids{6002}));
  EXPECT_TRUE(store_->unheard(at(39), 10).empty());
  const auto one = store_->unheard(at(99), 10).at(0);
  EXPECT_EQ(one.about, CaseId{3});
  EXPECT_EQ(one.person, account_.person);
  EXPECT_EQ(one.case_number, "260326-0001");
  EXPECT_EQ(one.kind, "card");
  EXPECT_EQ(one.channel, "wx");
  EXPECT_EQ(one.code, "no_account");
  EXPECT_EQ(one.state, NoticeState::dead);
  EXPECT_EQ(one.since, at(2));
}

TEST_P(Later, NeverHeard) {
  put(6001, NoticeState::held, {}, at(9));
  put(6002, NoticeState::dead, {}, at(8));
  put(6003, NoticeState::due, {}, at(7));
  put(6004, NoticeState::riding, {}, at(6));
  put(6005, NoticeState::sending, {}, at(5));
  put(6006, NoticeState::later, at(9), at(4));
  put(6007, NoticeState::later, at(10), at(3));  // its hour counts
  put(6008, NoticeState::sent, {}, at(1));
  put(6009, NoticeState::told, {}, at(1));
  put(6010, NoticeState::skipped, {}, at(1));
  put(6011, NoticeState::held, {}, at(1), false);
  put(6012, NoticeState::held, {}, at(10));
  EXPECT_EQ(ids(store_->never_heard(at(10))), (Ids{6006, 6005, 6004, 6003, 6002, 6001}));
  EXPECT_TRUE(store_->never_heard(at(1)).empty());
}

TEST_P(Later, NextDueIsTheEarliestOfAll) {
  EXPECT_EQ(store_->next_due(), std::nullopt);
  put(6001, NoticeState::due, at(1));
  put(6002, NoticeState::sent, at(1));
  put(6003, NoticeState::held, Instant{});
  put(6004, NoticeState::dead, at(1), at(0), false);
  EXPECT_EQ(store_->next_due(), std::nullopt);
  put(6005, NoticeState::dead, at(50));
  EXPECT_EQ(store_->next_due(), at(50));
  put(6006, NoticeState::held, at(40));
  EXPECT_EQ(store_->next_due(), at(40));
  put(6007, NoticeState::later, at(30));
  EXPECT_EQ(store_->next_due(), at(30));
  auto one = sample_case(3001, PersonId{1}, PersonId{2});
  one.next_due_at = at(20);
  WorkingSet set;
  Decision decision;
  decision.cases = {one};
  set.fold(decision);
  commit(*store_, set);
  EXPECT_EQ(store_->next_due(), at(20));
}

TEST_P(Later, Files) {
  Writes writes;
  writes.media = {sample_media(91, CaseId{3}), sample_media(92, CaseId{3}),
                  sample_media(93, CaseId{3})};
  commit(*store_, WorkingSet{}, writes);
  raw()->execute("UPDATE media SET next_at=id");
  raw()->execute("UPDATE media SET next_at=9000000000000000 WHERE id=93");
  auto due = store_->media_due(1, 60s);
  ASSERT_EQ(due.size(), 1u);
  expect_same(due[0].order, writes.media[0]);
  EXPECT_EQ(due[0].state, MediaRow::due);
  EXPECT_EQ(due[0].attempts, 1);
  EXPECT_EQ(number("SELECT attempts FROM media WHERE id=91"), 1) << "counted when it begins";
  due = store_->media_due(10, 60s);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].order.id, MediaId{92});
  EXPECT_TRUE(store_->media_due(10, 60s).empty());

  auto row = due[0];
  row.code = "500";
  store_->media_result(row, 0ms);  // again, at once
  due = store_->media_due(10, 60s);
  ASSERT_EQ(due.size(), 1u);
  EXPECT_EQ(due[0].attempts, 2);
  EXPECT_EQ(due[0].code, "500");
  auto done = due[0];
  done.state = MediaRow::done;
  done.sha256 = std::string(64, 'a');
  done.type = std::string(100, 't');
  done.bytes = 123456789012;
  done.latitude = 29.58;
  done.longitude = 120.82;
  done.code = std::string(500, 'c');
  store_->media_result(done, 60s);
  auto late = done;
  late.state = MediaRow::dead;
  store_->media_result(late, 60s);
  const auto kept = store_->media(MediaId{92});
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->state, MediaRow::done);
  EXPECT_EQ(kept->attempts, 2);
  EXPECT_EQ(kept->sha256, done.sha256);
  EXPECT_EQ(kept->type, std::string(64, 't'));
  EXPECT_EQ(kept->bytes, done.bytes);
  EXPECT_EQ(kept->latitude, 29.58);
  EXPECT_EQ(kept->longitude, 120.82);
  EXPECT_EQ(kept->code, std::string(128, 'c'));
  EXPECT_EQ(number("SELECT next_at FROM media WHERE id=92"), 0);
}

TEST_P(Later, AFileWhoseAttemptsNeverEndComesLessAndLessOften) {
  Writes writes;
  writes.media = {sample_media(91, CaseId{3})};
  commit(*store_, WorkingSet{}, writes);
  for (const auto& [attempts, minutes] : {std::pair{0, 1}, {1, 2}, {2, 4}, {8, 256}, {30, 256}}) {
    raw()->execute("UPDATE media SET next_at=0,attempts=" + std::to_string(attempts));
    ASSERT_EQ(store_->media_due(1, 60s).size(), 1u);
    const auto first = number("SELECT next_at FROM media WHERE id=91");
    raw()->execute("UPDATE media SET next_at=0,attempts=0");
    ASSERT_EQ(store_->media_due(1, 0s).size(), 1u);
    const auto now = number("SELECT next_at FROM media WHERE id=91");
    EXPECT_EQ((first - now + 30'000'000) / 60'000'000, minutes) << attempts;
  }
}

TEST_P(Later, TwoProcessesShareFilesAndQuestions) {
  constexpr int kCount = 60;
  Writes writes;
  for (int i = 0; i < kCount; ++i) writes.media.push_back(sample_media(9001 + i, CaseId{3}));
  commit(*store_, WorkingSet{}, writes);
  store_notices(*store_, account_, 6001, kCount, NoticeState::sent);
  raw()->execute("UPDATE notices SET next_at=1,platform_id='p'");
  std::atomic<std::size_t> files = 0, questions = 0;
  const auto process = [&] {
    const auto store = another();
    for (int quiet = 0; quiet < 3;) {
      try {
        const auto media = store->media_due(7, 60s).size(), fates = store->fates(7, 60s).size();
        files += media;
        questions += fates;
        quiet = media + fates == 0 ? quiet + 1 : 0;
      } catch (const Error& error) {
        ASSERT_EQ(error.trouble(), Trouble::retry) << error.what();
      }
    }
  };
  in_parallel({process, process});
  EXPECT_EQ(files, std::size_t{kCount});
  EXPECT_EQ(questions, std::size_t{kCount});
}

TEST_P(Later, OneSecretForAllProcesses) {
  std::vector<std::string> got(4);
  std::vector<std::function<void()>> processes;
  for (std::size_t i = 0; i < got.size(); ++i)
    processes.emplace_back(
        [&, i] { got[i] = another()->secret("links", std::string(43, 'a') + std::to_string(i)); });
  in_parallel(processes);
  for (const auto& one : got) EXPECT_EQ(one, got[0]);
  EXPECT_EQ(store_->secret("links", "other"), got[0]);
  EXPECT_EQ(store_->secret("more", "other"), "other");
}

TEST_P(Later, CountsOfEachChannel) {
  const auto tg = store_account(*store_, 2101, "t", "tg");
  store_notices(*store_, account_, 6001, 2);
  store_notices(*store_, account_, 6003, 1, NoticeState::riding);
  store_notices(*store_, tg, 6101, 1, NoticeState::sending);
  store_notices(*store_, tg, 6102, 1, NoticeState::later);
  store_notices(*store_, tg, 6103, 1, NoticeState::told);
  raw()->execute("UPDATE notices SET created_at=created_at-1 WHERE id=6002");
  raw()->execute("UPDATE notices SET next_at=created_at+7,code='woken' WHERE id=6101");
  const auto counts = store_->counts();
  ASSERT_EQ(counts.pending.size(), 2u);
  EXPECT_EQ(counts.pending.at("wx").notices, 3);
  EXPECT_EQ(counts.pending.at("wx").oldest, at(21) - 1us);
  EXPECT_EQ(counts.pending.at("tg").notices, 1);
  EXPECT_EQ(counts.pending.at("tg").oldest, at(21) + 7us) << "woken then, written in the night";
  EXPECT_EQ(counts.notices_due, 4);
}

TEST_P(Later, CodesThatAreOverAreForgotten) {
  const auto now = store_->begin()->database_now();
  store_->add_code({"OLD", PersonId{1}, now - 8 * 24h});
  store_->add_code({"NEW", PersonId{1}, now - 1h});
  EXPECT_EQ(store_->forget(7 * 24h), 1u);
  EXPECT_EQ(text("SELECT code FROM bind_codes"), "NEW");
}

HUIYIN_ON_BOTH_ENGINES(Later);

}  // namespace
}  // namespace huiyin::store
