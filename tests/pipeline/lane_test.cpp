// Order within a lane when older notices come from the store while newer ones are in memory.
#include "server/pipeline/lane.h"

#include <gmock/gmock.h>

namespace huiyin {
namespace {

using store::NoticeState;
using testing::ElementsAre;
using namespace std::chrono_literals;

constexpr AccountId kLane{7};

class LaneTest : public testing::Test {
 protected:
  static store::NoticeRow row(std::int64_t seq, std::string code = {}) {
    store::NoticeRow out;
    out.notice.id = NoticeId{seq};
    out.seq = seq;
    out.code = std::move(code);
    return out;
  }
  static Account account() {
    Account out;
    out.id = kLane;
    out.channel = "test";
    return out;
  }
  // The lane is ours, with these in hand.
  void claim(std::vector<store::NoticeRow> rows, bool more = false) {
    store::LaneClaim claim;
    claim.account = kLane;
    claim.token = 1;
    claim.last_seq = rows.empty() ? 0 : rows.back().seq;
    claim.notices = std::move(rows);
    claim.more = more;
    book_.take_over(claim, kLease);
  }
  bool reserve(std::int64_t seq) { return book_.reserve(kLane, 1, seq, kLease); }
  std::vector<std::int64_t> in_hand() {
    std::vector<std::int64_t> out;
    for (const auto& [seq, entry] : book_.find(kLane)->entries) out.push_back(seq);
    return out;
  }

  const Lane::Time kLease = std::chrono::steady_clock::now() + 1h;
  LaneBook book_;
};

TEST_F(LaneTest, NothingNewWhileOthersWaitInTheStore) {
  claim({row(1)}, true);
  EXPECT_FALSE(reserve(3)) << "2 is still in the store";
  book_.claiming();
  claim({row(2), row(3)});
  EXPECT_TRUE(reserve(4));
}

TEST_F(LaneTest, NothingNewAfterANumberThatSomebodyElseGave) {
  claim({row(1)});
  EXPECT_FALSE(reserve(3)) << "2 was written by another process";
  EXPECT_TRUE(reserve(2)) << "that one was rolled back";
  EXPECT_TRUE(reserve(3));
}

TEST_F(LaneTest, PlacesOfTwoWorkersAreNotMistakenForEachOther) {
  claim({row(1)});
  ASSERT_TRUE(reserve(2));
  EXPECT_FALSE(reserve(2)) << "the first one was rolled back, and does not say so yet";
  book_.cancel(kLane, 2);
  EXPECT_TRUE(reserve(2));
  ASSERT_TRUE(reserve(3));
  book_.cancel(kLane, 2);
  book_.cancel(kLane, 3);
  EXPECT_FALSE(reserve(3)) << "2 was given to somebody else";
  EXPECT_EQ(book_.size(), 1u);
}

TEST_F(LaneTest, RolledBackPlaceDoesNotTakeWhatWasClaimedMeanwhile) {
  claim({row(1)});
  ASSERT_TRUE(reserve(2));
  claim({row(2)});  // of another process, under the same number
  book_.cancel(kLane, 2);
  EXPECT_THAT(in_hand(), ElementsAre(1, 2));
}

TEST_F(LaneTest, NothingNewAfterOneWasLeftDue) {
  claim({row(1)});
  book_.behind(kLane);
  EXPECT_FALSE(reserve(3));
}

TEST_F(LaneTest, LeftDueDuringTheClaim) {
  book_.claiming();
  book_.behind(kLane);  // committed after the claim had read the lane
  claim({row(1)});
  EXPECT_FALSE(reserve(3)) << "2 is not in this claim";
}

TEST_F(LaneTest, PlaceKeptBeforeTheRestWentToTheStore) {
  claim({row(1), row(2)});
  ASSERT_TRUE(reserve(3));
  book_.spill(kLane, 1, 60s, "busy");
  EXPECT_FALSE(book_.fill(row(3), account()));
  EXPECT_THAT(in_hand(), ElementsAre());
  EXPECT_EQ(book_.size(), 0u);
  const auto& results = book_.results();
  ASSERT_EQ(results.size(), 3u);
  for (const auto& result : results) EXPECT_EQ(result.state, NoticeState::due);
  EXPECT_EQ(results[0].again_in, 60s);
  EXPECT_EQ(results[0].code, "busy");
  EXPECT_EQ(results[2].again_in, 0s) << "behind the head in the store";
}

TEST_F(LaneTest, OlderOnesComeWhileANewerIsOnItsWay) {
  claim({row(5)});
  book_.find(kLane)->in_flight = 5;
  claim({row(4)});  // was held, or missed its response
  const auto& result = book_.finish(kLane, 5, NoticeState::sent, "");
  EXPECT_EQ(result.id, NoticeId{5});
  EXPECT_THAT(in_hand(), ElementsAre(4));
}

TEST_F(LaneTest, PerhapsDeliveredIsRememberedInTheStore) {
  claim({row(1), row(2)});
  book_.find(kLane)->entries.at(1).unknown_once = true;
  book_.spill(kLane, 1, 60s, "no_answer");
  const auto results = book_.results();
  claim({row(1, results[0].code), row(2, results[1].code)});
  EXPECT_TRUE(book_.find(kLane)->entries.at(1).unknown_once);
  EXPECT_FALSE(book_.find(kLane)->entries.at(2).unknown_once);
}

TEST_F(LaneTest, LeaseOfARolledBackBatchDoesNotCount) {
  claim({row(1)});
  ASSERT_TRUE(book_.reserve(kLane, 1, 2, kLease + 1h));
  book_.cancel(kLane, 2);
  EXPECT_LT(book_.find(kLane)->lease_until, std::chrono::steady_clock::now());
}

TEST_F(LaneTest, AllIsClaimedAnewButWhatIsOnItsWay) {
  claim({row(1), row(2)});
  ASSERT_TRUE(reserve(3));
  book_.find(kLane)->in_flight = 1;
  book_.doubt_all();
  EXPECT_THAT(in_hand(), ElementsAre(1, 3)) << "3: its batch is committing";
  EXPECT_FALSE(reserve(4));
  EXPECT_FALSE(book_.fill(row(3), account()));
  EXPECT_EQ(book_.size(), 1u);
}

}  // namespace
}  // namespace huiyin
