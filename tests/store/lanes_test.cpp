// Lanes: one holder, order kept, stale holders refused. Database time is not injected, so leases
// lapse by writing their end into the row.
#include <atomic>
#include <mutex>
#include <thread>

#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

using namespace std::chrono_literals;

class Lanes : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    account_ = store_account(*store_, 2001, "oX");
  }
  std::vector<LaneClaim> claim(const std::string& owner, int limit = 100) {
    return store_->claim(owner, 30s, limit);
  }
  static std::vector<std::int64_t> ids(const std::vector<LaneClaim>& claims) {
    std::vector<std::int64_t> out;
    for (const auto& lane : claims)
      for (const auto& notice : lane.notices) out.push_back(notice.notice.id.raw());
    return out;
  }
  using Ids = std::vector<std::int64_t>;
  void lapse() {
    raw()->execute("UPDATE accounts SET lane_until=1 WHERE lane_owner<>''");
    raw()->execute("UPDATE notices SET next_at=1 WHERE state='sending'");  // the lease's end, too
  }
  void set(std::int64_t id, const std::string& what) {
    raw()->execute("UPDATE notices SET " + what + " WHERE id=" + std::to_string(id));
  }
  std::string state(std::int64_t id) {
    return text("SELECT state FROM notices WHERE id=" + std::to_string(id));
  }
  static SendResult result(const LaneClaim& lane, std::int64_t id,
                           NoticeState state = NoticeState::sent) {
    SendResult out;
    out.id = NoticeId{id};
    out.account = lane.account;
    out.lane_token = lane.token;
    out.state = state;
    out.attempts = 1;
    return out;
  }
  std::vector<NoticeId> finish(std::vector<SendResult> results) { return store_->finish(results); }
  // Database time, microseconds from now.
  std::string in(std::chrono::microseconds span) {
    return std::to_string((store_->begin()->database_now() + span).time_since_epoch().count());
  }

  Account account_;
};

TEST_P(Lanes, ClaimHandsOutInOrderWithAllThatSendingNeeds) {
  raw()->execute("UPDATE accounts SET window_left=3,window_until=77,following=1");
  store_notices(*store_, account_, 6001, 3);
  set(6001, "seq=9");
  const auto claims = claim("p1");
  ASSERT_EQ(claims.size(), 1u);
  const auto& lane = claims[0];
  EXPECT_EQ(ids(claims), (Ids{6002, 6003, 6001}));
  EXPECT_EQ(lane.account, account_.id);
  EXPECT_EQ(lane.token, 1);
  EXPECT_EQ(lane.channel, "wx");
  EXPECT_EQ(lane.user, "oX");
  EXPECT_EQ(lane.window_left, 3);
  EXPECT_EQ(lane.window_until, Instant{77us});
  EXPECT_TRUE(lane.following);
  for (const auto& notice : lane.notices) {
    EXPECT_EQ(notice.state, NoticeState::sending);
    EXPECT_EQ(notice.lane_token, 1);
    EXPECT_EQ(notice.attempts, 0);
    EXPECT_EQ(notice.notice.text, kHardText + "\n\n");
    EXPECT_EQ(state(notice.notice.id.raw()), "sending");
  }
  EXPECT_EQ(text("SELECT lane_owner FROM accounts"), "p1");
}

TEST_P(Lanes, NothingDueNothingClaimed) {
  EXPECT_TRUE(claim("p1").empty());
  store_notices(*store_, account_, 6001, 1, NoticeState::held);
  store_notices(*store_, account_, 6002, 1, NoticeState::dead);
  store_notices(*store_, account_, 6003, 1, NoticeState::sent);
  EXPECT_TRUE(claim("p1").empty());
  EXPECT_EQ(text("SELECT lane_owner FROM accounts"), "");
  EXPECT_EQ(number("SELECT lane_token FROM accounts"), 0);
}

TEST_P(Lanes, OneHolderAtATime) {
  store_notices(*store_, account_, 6001, 1);
  EXPECT_EQ(ids(claim("p1")), (Ids{6001}));
  store_notices(*store_, account_, 6002, 1);
  EXPECT_TRUE(claim("p2").empty());
  const auto more = claim("p1");  // own lane: what is in hand is not handed out again
  ASSERT_EQ(ids(more), (Ids{6002}));
  EXPECT_EQ(more[0].token, 1);
  EXPECT_TRUE(claim("p1").empty());
}

TEST_P(Lanes, NothingOvertakes) {
  struct Head {
    const char* label;
    const char* state;
    bool later;
    Ids expected;
  };
  const Head kHeads[] = {
      {"due later", "due", true, {}},
      {"due now", "due", false, {6001, 6002, 6003}},
      {"riding", "riding", true, {}},
      {"riding overdue", "riding", false, {6001, 6002, 6003}},
      {"held", "held", false, {6002, 6003}},
      {"dead", "dead", false, {6002, 6003}},
      {"sent before", "sent", false, {6002, 6003}},
  };
  store_notices(*store_, account_, 6001, 3);
  for (const auto& head : kHeads) {
    raw()->execute("UPDATE accounts SET lane_owner='',lane_until=0");
    raw()->execute("UPDATE notices SET state='due',next_at=0");
    set(6001, std::string{"state='"} + head.state + "',next_at=" + (head.later ? in(1h) : "0"));
    EXPECT_EQ(ids(claim("p1")), head.expected) << head.label;
  }
}

// A lane whose head waits would be found by every poll; its followers wait with it, and no longer.
TEST_P(Lanes, FollowersOfAWaitingHeadAreOutOfTheWay) {
  store_notices(*store_, account_, 6001, 3);
  const auto later = in(1h);
  set(6001, "next_at=" + later);
  EXPECT_TRUE(claim("p1").empty());
  EXPECT_EQ(number("SELECT COUNT(*) FROM notices WHERE next_at=" + later), 3);
  raw()->execute("UPDATE notices SET next_at=next_at-3600000000");
  EXPECT_EQ(ids(claim("p1")), (Ids{6001, 6002, 6003}));
}

TEST_P(Lanes, LimitIsKeptAndTheRestComesNext) {
  store_notices(*store_, account_, 6001, 5);
  const auto other = store_account(*store_, 2101, "oY");
  store_notices(*store_, other, 6101, 5);
  std::set<std::int64_t> seen;
  std::int64_t last_x = 0;
  for (int round = 0; round < 5; ++round)
    for (const auto id : ids(claim("p1", 2))) {
      EXPECT_TRUE(seen.insert(id).second) << id;
      if (id < 6100) {
        EXPECT_GT(id, last_x);
        last_x = id;
      }
    }
  EXPECT_EQ(seen.size(), 10u);
}

TEST_P(Lanes, LapsedLaneGoesToAnotherAndStaleResultsAreRefused) {
  store_notices(*store_, account_, 6001, 2);
  const auto first = claim("p1");
  ASSERT_EQ(first.size(), 1u);
  lapse();
  const auto second = claim("p2");
  ASSERT_EQ(ids(second), (Ids{6001, 6002}));
  EXPECT_EQ(second[0].token, first[0].token + 1);
  EXPECT_EQ(second[0].notices[0].attempts, 1);  // the former holder may have sent it
  EXPECT_EQ(number("SELECT attempts FROM notices WHERE id=6001"), 1);
  EXPECT_EQ(text("SELECT code FROM notices WHERE id=6001"), "unknown lapsed");
  EXPECT_EQ(second[0].notices[0].code, "unknown lapsed");
  EXPECT_EQ(second[0].notices[1].code, first[0].notices[1].code) << "behind it: never sent";

  EXPECT_EQ(finish({result(first[0], 6001), result(first[0], 6002)}),
            (std::vector<NoticeId>{NoticeId{6001}, NoticeId{6002}}));
  EXPECT_EQ(state(6001), "sending");
  const std::vector<std::pair<AccountId, std::int64_t>> stale{{account_.id, first[0].token}};
  EXPECT_TRUE(store_->renew("p1", 30s, stale).empty());
  store_->release(stale);
  EXPECT_EQ(text("SELECT lane_owner FROM accounts"), "p2");

  EXPECT_TRUE(finish({result(second[0], 6001)}).empty());
  EXPECT_EQ(state(6001), "sent");
  EXPECT_GT(number("SELECT sent_at FROM notices WHERE id=6001"), 0);
  EXPECT_EQ(finish({result(second[0], 6001)}).size(), 1u);  // a second result comes too late
}

// A process that slept through its own lease starts anew: what it had in hand counts no more.
TEST_P(Lanes, OwnLapsedLaneIsANewTenancy) {
  store_notices(*store_, account_, 6001, 1);
  const auto first = claim("p1");
  lapse();
  const auto second = claim("p1");
  ASSERT_EQ(ids(second), (Ids{6001}));
  EXPECT_EQ(second[0].token, first[0].token + 1);
  EXPECT_EQ(finish({result(first[0], 6001)}).size(), 1u);
}

TEST_P(Lanes, RenewAndRelease) {
  store_notices(*store_, account_, 6001, 1);
  const auto lanes = claim("p1");
  const std::vector<std::pair<AccountId, std::int64_t>> own{{account_.id, lanes[0].token}};
  const auto before = number("SELECT lane_until FROM accounts");
  EXPECT_EQ(store_->renew("p1", 90s, own), (std::set<AccountId>{account_.id}));
  EXPECT_GT(number("SELECT lane_until FROM accounts"), before + 50'000'000);
  lapse();  // late, but nobody took it
  EXPECT_EQ(store_->renew("p1", 30s, own).size(), 1u);
  store_->release(own);  // one is in flight: kept
  EXPECT_EQ(text("SELECT lane_owner FROM accounts"), "p1");
  finish({result(lanes[0], 6001)});
  store_->release(own);
  EXPECT_EQ(text("SELECT lane_owner FROM accounts"), "");
  EXPECT_TRUE(store_->renew("p1", 30s, own).empty());  // free lanes are nobody's
  store_notices(*store_, account_, 6002, 1);
  EXPECT_EQ(claim("p1")[0].token, lanes[0].token + 1);
}

TEST_P(Lanes, ResultsChangeNoticeAndAccount) {
  raw()->execute("UPDATE accounts SET window_left=2,window_until=99,following=1");
  store_notices(*store_, account_, 6001, 5);
  const auto lane = claim("p1").at(0);
  auto sent = result(lane, 6001);
  sent.spent_window = true;
  sent.platform_id = "pf-1";
  sent.code = "0";
  auto again = result(lane, 6002, NoticeState::due);
  again.again_in = 60s;
  again.attempts = 3;
  again.code = "45009";
  again.spent_window = true;
  auto held = result(lane, 6003, NoticeState::held);
  held.close_window = true;
  held.code = "45015";
  auto dead = result(lane, 6004, NoticeState::dead);
  dead.code = std::string(500, 'c');  // never fails because of the code
  dead.unfollowed = true;
  EXPECT_TRUE(finish({sent, again, held, dead}).empty());
  EXPECT_EQ(text("SELECT platform_id FROM notices WHERE id=6001"), "pf-1");
  EXPECT_EQ(number("SELECT attempts FROM notices WHERE id=6002"), 3);
  EXPECT_EQ(text("SELECT code FROM notices WHERE id=6002"), "45009");
  const auto wait = number("SELECT next_at FROM notices WHERE id=6002") - std::stoll(in(0us));
  EXPECT_GT(wait, 50'000'000);
  EXPECT_LE(wait, 60'000'000);
  EXPECT_EQ(state(6003), "held");
  EXPECT_EQ(state(6004), "dead");
  EXPECT_EQ(state(6005), "sending");
  EXPECT_EQ(number("SELECT window_left FROM accounts"), 0);
  EXPECT_EQ(number("SELECT window_until FROM accounts"), 0);
  EXPECT_EQ(number("SELECT held FROM accounts"), 1);
  EXPECT_EQ(number("SELECT following FROM accounts"), 0);
}

// Through another process: the holder of the lane learns of it with its next claim.
TEST_P(Lanes, WhoWroteMeanwhileIsNotHeldBack) {
  raw()->execute("UPDATE accounts SET window_left=2,window_until=99,following=1");
  store_notices(*store_, account_, 6001, 2);
  const auto lane = claim("p1").at(0);
  EXPECT_EQ(lane.last_seq, number("SELECT lane_seq FROM accounts"));
  auto known = result(lane, 6001, NoticeState::held);
  known.window_seen = Instant{99us};
  finish({known});
  EXPECT_EQ(state(6001), "held");
  auto stale = result(lane, 6002, NoticeState::held);
  stale.window_seen = Instant{98us};
  stale.close_window = stale.unfollowed = true;
  finish({stale});
  EXPECT_EQ(state(6002), "due");
  EXPECT_EQ(ids(claim("p1")), (Ids{6002}));
  EXPECT_EQ(number("SELECT held FROM accounts"), 1);
  EXPECT_EQ(number("SELECT window_until FROM accounts"), 99);
  EXPECT_EQ(number("SELECT following FROM accounts"), 1);
}

TEST_P(Lanes, UnknownIdsAreRefused) {
  store_notices(*store_, account_, 6001, 1);
  const auto lane = claim("p1").at(0);
  auto strange = result(lane, 9999);
  auto elsewhere = result(lane, 6001);
  elsewhere.account = AccountId{8888};
  EXPECT_EQ(finish({strange, elsewhere}).size(), 2u);
  EXPECT_EQ(state(6001), "sending");
}

TEST_P(Lanes, RodeOnTheResponse) {
  store_notices(*store_, account_, 6001, 3, NoticeState::riding);
  raw()->execute("UPDATE notices SET next_at=" + in(20s));
  const std::vector<NoticeId> written{NoticeId{6001}}, missed{NoticeId{6002}};
  store_->rode(written, missed, 20s);
  EXPECT_EQ(state(6001), "sent");
  EXPECT_EQ(text("SELECT code FROM notices WHERE id=6001"), "rode");
  EXPECT_EQ(state(6002), "due");
  const auto wait = number("SELECT next_at FROM notices WHERE id=6002") - std::stoll(in(0us));
  EXPECT_GT(wait, 15'000'000);
  EXPECT_LE(wait, 20'000'000);
  EXPECT_TRUE(claim("p1").empty());  // left to the platform's resend
  store_->rode(missed, {}, 20s);     // which came
  EXPECT_EQ(state(6002), "sent");
  set(6003, "state='sending'");
  store_->rode({}, std::vector<NoticeId>{NoticeId{6003}}, 20s);
  EXPECT_EQ(state(6003), "sending");  // gone by API already: too late
}

TEST_P(Lanes, Reports) {
  store_notices(*store_, account_, 6001, 2);
  const auto lane = claim("p1").at(0);
  auto one = result(lane, 6001), two = result(lane, 6002);
  one.platform_id = "A1";
  two.platform_id = "a1";
  finish({one, two});
  EXPECT_FALSE(store_->report("wx", "", true, ""));
  EXPECT_FALSE(store_->report("wx", "b1", true, ""));
  EXPECT_FALSE(store_->report("ding", "A1", false, "x"));
  EXPECT_TRUE(store_->report("wx", "A1", true, "success"));
  EXPECT_TRUE(store_->report("wx", "a1", false, "failed:user block"));
  EXPECT_EQ(state(6001), "sent");
  EXPECT_EQ(state(6002), "dead");
  EXPECT_EQ(text("SELECT code FROM notices WHERE id=6002"), "failed:user block");
}

TEST_P(Lanes, NoticesOfAPerson) {
  store_notices(*store_, account_, 6001, 3);
  store_notices(*store_, store_account(*store_, 2101, "ox"), 6101, 1);
  const auto all = store_->notices_of("wx", "oX", 0);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].notice.id, NoticeId{6001});
  EXPECT_EQ(store_->notices_of("wx", "oX", 6002).size(), 1u);
  EXPECT_TRUE(store_->notices_of("wx", "nobody", 0).empty());
}

// The response was written while the notice was already overdue: claiming waits for that answer
// instead of sending a second copy.
TEST_P(Lanes, RidingNoticeThatIsBeingReportedIsNotClaimed) {
  if (!mysql()) return;  // one writer: nothing happens between
  store_notices(*store_, account_, 6001, 1, NoticeState::riding);
  const auto reporting = raw();
  reporting->begin();
  reporting->execute("UPDATE notices SET state='sent' WHERE id=6001");
  std::vector<LaneClaim> claims;
  std::thread claimer{[&] { claims = claim("p1"); }};
  const auto watching = raw();
  while (watching->query("SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state='LOCK WAIT'")
             .empty())
    std::this_thread::sleep_for(150ms);  // InnoDB shows an old picture to who looks more often
  reporting->commit();
  claimer.join();
  EXPECT_TRUE(claims.empty());
  EXPECT_EQ(state(6001), "sent");
}

TEST_P(Lanes, FiftyClaimersEachNoticeOnce) {
  constexpr int kLanes = 20, kNotices = 3, kClaimers = 50;
  for (int i = 0; i < kLanes; ++i)
    store_notices(*store_, store_account(*store_, 3000 + 10 * i, "o" + std::to_string(i)),
                  7000 + 10 * i, kNotices);
  std::mutex mutex;
  std::map<std::int64_t, int> handed_out;
  std::map<std::int64_t, std::string> holder;
  std::vector<std::function<void()>> claimers;
  for (int c = 0; c < kClaimers; ++c)
    claimers.emplace_back([&, c] {
      const auto store = another();
      const auto owner = "p" + std::to_string(c);
      for (int round = 0; round < 3; ++round) {
        std::vector<LaneClaim> claims;
        try {
          claims = store->claim(owner, 30s, 4);
        } catch (const Error& error) {
          // SQLite has no queue for its lock: after five waits the caller's next poll tries again.
          ASSERT_EQ(error.trouble(), Trouble::retry) << error.what();
        }
        const std::lock_guard lock{mutex};
        for (const auto& lane : claims) {
          const auto [known, fresh] = holder.emplace(lane.account.raw(), owner);
          EXPECT_EQ(known->second, owner);
          for (const auto& notice : lane.notices) ++handed_out[notice.notice.id.raw()];
        }
      }
    });
  in_parallel(claimers);
  // A lane of which only a part was taken stays with its holder, whose next poll takes the rest.
  std::set<std::string> pollers{"last"};
  for (const auto& [lane, owner] : holder) pollers.insert(owner);
  for (const auto& owner : pollers)
    for (auto rest = claim(owner); !rest.empty(); rest = claim(owner))
      for (const auto id : ids(rest)) ++handed_out[id];
  for (const auto& [id, times] : handed_out) EXPECT_EQ(times, 1) << id;
  EXPECT_EQ(handed_out.size(), std::size_t{kLanes * kNotices});
}

HUIYIN_ON_BOTH_ENGINES(Lanes);

}  // namespace
}  // namespace huiyin::store
