// Rates, breaker and pauses against a clock of their own.
#include "server/pipeline/throttle.h"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

const SteadyTime kStart = SteadyTime{} + 1h;

// As the platform would count: the most requests in any stretch of `per`.
int most_within(const std::vector<SteadyTime>& times, milliseconds per) {
  std::size_t from = 0, most = 0;
  for (std::size_t to = 0; to < times.size(); ++to) {
    while (times[to] - times[from] >= per) ++from;
    most = std::max(most, to - from + 1);
  }
  return static_cast<int>(most);
}

// Takes whenever it may until `limit`, looking every `step`.
std::vector<SteadyTime> take_all(TokenBucket& bucket, milliseconds limit, milliseconds step) {
  std::vector<SteadyTime> out;
  for (auto now = kStart; now < kStart + limit; now += step)
    while (bucket.ready_at() <= now) {
      bucket.take(now);
      out.push_back(now);
      if (out.size() > 100000) return out;
    }
  return out;
}

TEST(TokenBucketTest, ObeysAllRatesAndStillUsesThem) {
  const struct {
    std::vector<Rate> rates;
    milliseconds limit;
    int least;  // how many get through
  } table[] = {
      {{{1, 1000ms}}, 10s, 9},
      {{{30, 1000ms}}, 10s, 280},
      {{{20, 60000ms}}, 5min, 100},
      {{{30, 60000ms}, {1000, 3600000ms}}, 2h, 2000},
      {{{5, 1000ms}, {50, 60000ms}}, 3min, 150},
      {{{10, 1000ms}, {10, 5000ms}}, 30s, 58},
  };
  for (const auto& [rates, limit, least] : table) {
    TokenBucket bucket{rates};
    const auto times = take_all(bucket, limit, 20ms);
    EXPECT_GE(static_cast<int>(times.size()), least) << rates[0].count;
    for (const auto& rate : rates) EXPECT_EQ(most_within(times, rate.per), rate.count);
  }
}

TEST(TokenBucketTest, WithoutRatesAnythingGoes) {
  TokenBucket bucket{{}};
  bucket.take(kStart);
  EXPECT_LT(bucket.ready_at(), kStart);
  EXPECT_TRUE(bucket.forgotten(kStart));
}

TEST(TokenBucketTest, RestDoesNotSaveUpMoreThanTheRate) {
  const std::vector<Rate> rates{{10, 1000ms}};
  TokenBucket bucket{rates};
  std::vector<SteadyTime> times;
  for (const auto at : {kStart, kStart + 1h, kStart + 1h + 500ms})
    while (bucket.ready_at() <= at) bucket.take(at), times.push_back(at);
  EXPECT_EQ(times.size(), 20u) << "ten, an hour's rest, ten, and none half a second later";
}

TEST(TokenBucketTest, SenselessRateIsABug) {
  const std::vector<Rate> rates{{0, 1000ms}};
  EXPECT_THROW(TokenBucket{rates}, std::invalid_argument);
}

TEST(RecipientBucketsTest, EachHasItsOwnAndOldOnesAreForgotten) {
  RecipientBuckets buckets{{{1, 1000ms}}};
  buckets.take(AccountId{1}, kStart);
  EXPECT_GT(buckets.ready_at(AccountId{1}), kStart + 1s);
  EXPECT_LE(buckets.ready_at(AccountId{2}), kStart);
  for (int i = 0; i < 100000; ++i) buckets.take(AccountId{i}, kStart + milliseconds{i});
  EXPECT_LT(buckets.size(), 3000u);
  RecipientBuckets unlimited{{}};
  unlimited.take(AccountId{1}, kStart);
  EXPECT_EQ(unlimited.size(), 0u);
}

// ---- breaker ------------------------------------------------------------------------------------

void fail(Breaker& breaker, int times, SteadyTime at) {
  for (int i = 0; i < times; ++i) breaker.failed(at, 1.0);
}

TEST(BreakerTest, OpensAfterEightInARowOnly) {
  Breaker breaker{32};
  fail(breaker, 7, kStart);
  breaker.answered(kStart);
  fail(breaker, 7, kStart);
  EXPECT_EQ(breaker.state(kStart), Breaker::closed);
  EXPECT_EQ(breaker.places(kStart), 32);
  fail(breaker, 1, kStart);
  EXPECT_EQ(breaker.state(kStart), Breaker::open);
  EXPECT_EQ(breaker.places(kStart), 0);
}

TEST(BreakerTest, PausesDoubleUpToAMinute) {
  Breaker breaker{32};
  fail(breaker, 8, kStart);
  auto now = kStart;
  for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s}) {
    EXPECT_EQ(breaker.places(now + pause - 1ms), 0) << pause.count();
    now += pause;
    EXPECT_EQ(breaker.places(now), 1) << "one probe after " << pause.count();
    EXPECT_EQ(breaker.state(now), Breaker::recovering);
    fail(breaker, 1, now);
  }
}

TEST(BreakerTest, JitterShortensThePause) {
  Breaker breaker{32};
  for (int i = 0; i < 8; ++i) breaker.failed(kStart, 0.25);
  EXPECT_EQ(breaker.places(kStart + 249ms), 0);
  EXPECT_EQ(breaker.places(kStart + 250ms), 1);
}

TEST(BreakerTest, RampsUpAfterTheProbe) {
  Breaker breaker{32};
  fail(breaker, 8, kStart);
  const auto now = kStart + 1s;
  for (const int places : {1, 2, 4, 8, 16}) {
    EXPECT_EQ(breaker.places(now), places);
    for (int i = 0; i < places; ++i) breaker.answered(now);
  }
  EXPECT_EQ(breaker.state(now), Breaker::closed);
  EXPECT_EQ(breaker.places(now), 32);
  fail(breaker, 8, now);
  EXPECT_EQ(breaker.places(now + 1s), 1) << "the next outage begins with a second again";
}

TEST(BreakerTest, RelapseWhileRecoveringNeedsNoEight) {
  Breaker breaker{32};
  fail(breaker, 8, kStart);
  const auto now = kStart + 1s;
  breaker.answered(now);
  fail(breaker, 2, now);
  EXPECT_EQ(breaker.state(now), Breaker::open);
}

TEST(BreakerTest, AnswersThatWereUnderWay) {
  Breaker breaker{32};
  fail(breaker, 40, kStart);
  EXPECT_EQ(breaker.places(kStart + 1s), 1) << "one opening, not five";
  breaker.answered(kStart + 100ms);
  EXPECT_EQ(breaker.places(kStart + 100ms), 2) << "an answer is as good as a probe's";
}

TEST(BreakerTest, ChannelWithOnePlace) {
  Breaker breaker{1};
  fail(breaker, 8, kStart);
  breaker.answered(kStart + 1s);
  EXPECT_EQ(breaker.state(kStart + 1s), Breaker::closed);
  EXPECT_EQ(breaker.places(kStart + 1s), 1);
}

// ---- retry_after --------------------------------------------------------------------------------

TEST(PushbackTest, ThreeRecipientsInARowPauseTheChannel) {
  const struct {
    const char* what;
    std::vector<std::pair<int, milliseconds>> put_off;  // recipient (0: an answer), at
    bool pauses;
  } table[] = {
      {"three", {{1, 0ms}, {2, 100ms}, {3, 900ms}}, true},
      {"two", {{1, 0ms}, {2, 100ms}}, false},
      {"one, three times", {{1, 0ms}, {1, 100ms}, {1, 200ms}}, false},
      {"an answer between", {{1, 0ms}, {2, 100ms}, {0, 150ms}, {3, 200ms}}, false},
      {"too slow", {{1, 0ms}, {2, 100ms}, {3, 1200ms}}, false},
  };
  for (const auto& row : table) {
    Pushback pushback;
    for (const auto& [id, at] : row.put_off)
      id == 0 ? pushback.answered() : pushback.put_off(AccountId{id}, kStart + at, 30s);
    EXPECT_EQ(pushback.paused_until() > kStart + 20s, row.pauses) << row.what;
  }
}

// ---- all together -------------------------------------------------------------------------------

// Ten thousand notices to 700 people through a platform that is away for a while, throttles for a
// while and answers after 50 to 300 ms: the account's and the recipients' rates are never overrun,
// neither while the backlog leaves after a pause.
TEST(GateTest, TenThousandNoticesOverrunNoRate) {
  const std::vector<Rate> account{{30, 1000ms}, {900, 60000ms}};
  const std::vector<Rate> each{{1, 1000ms}, {20, 60000ms}};
  Gate gate{account, 32};
  RecipientBuckets recipients{each};
  std::mt19937 random{7};
  const auto below = [&](int n) { return static_cast<int>(random() % unsigned(n)); };

  std::deque<AccountId> waiting;
  for (int i = 0; i < 10000; ++i) waiting.emplace_back(1 + below(700));
  std::multimap<SteadyTime, AccountId> under_way;
  std::map<AccountId, std::vector<SteadyTime>> by_recipient;
  std::vector<SteadyTime> all;
  int delivered = 0, most_under_way = 0;
  const auto in = [](SteadyTime now, milliseconds from, milliseconds to) {
    return now >= kStart + from && now < kStart + to;
  };

  SteadyTime now = kStart;
  for (; delivered < 10000 && now < kStart + 2h; now += 20ms) {
    while (!under_way.empty() && under_way.begin()->first <= now) {
      const auto id = under_way.begin()->second;
      under_way.erase(under_way.begin());
      const bool away = in(now, 60s, 150s), throttles = in(now, 200s, 205s);
      if (away) gate.failed(now, 0.5);
      if (throttles) gate.put_off(id, now, 20s);
      if (away || throttles) {
        waiting.push_back(id);
      } else {
        gate.answered(now);
        ++delivered;
      }
    }
    for (auto left = waiting.size(); left > 0 && gate.open(now, static_cast<int>(under_way.size()));
         --left) {
      const auto id = waiting.front();
      waiting.pop_front();
      if (recipients.ready_at(id) > now) {
        waiting.push_back(id);
        continue;
      }
      gate.take(now);
      recipients.take(id, now);
      all.push_back(now);
      by_recipient[id].push_back(now);
      under_way.emplace(now + 50ms + milliseconds{below(250)}, id);
      most_under_way = std::max(most_under_way, static_cast<int>(under_way.size()));
    }
  }
  EXPECT_EQ(delivered, 10000);
  EXPECT_LE(most_under_way, 32);
  for (const auto& rate : account) EXPECT_LE(most_within(all, rate.per), rate.count);
  for (const auto& [id, times] : by_recipient)
    for (const auto& rate : each) EXPECT_LE(most_within(times, rate.per), rate.count);
  // 900 a minute is the narrowest: 11 minutes and the pauses.
  EXPECT_LT(now - kStart, 16min) << "and what they allow is used";
  SteadyTime::duration longest{};
  for (std::size_t i = 1; i < all.size(); ++i) longest = std::max(longest, all[i] - all[i - 1]);
  EXPECT_GE(longest, 18s) << "the channel was paused as the platform asked";
}

}  // namespace
}  // namespace huiyin
