#include <atomic>

#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

using namespace std::chrono_literals;

class Tokens : public StoreTest {};

TEST_P(Tokens, RefreshUnderALease) {
  EXPECT_EQ(store_->token("wx"), std::nullopt);
  EXPECT_TRUE(store_->lease_token("wx", "p1", 0, 10s, 5s));
  EXPECT_FALSE(store_->lease_token("wx", "p2", 0, 10s, 5s));  // running
  EXPECT_FALSE(store_->lease_token("wx", "p1", 0, 10s, 5s));  // also for another thread of p1
  EXPECT_EQ(store_->token("wx"), std::nullopt);
  EXPECT_FALSE(store_->save_token("wx", "p2", "stolen", 7200s));
  EXPECT_TRUE(store_->save_token("wx", "p1", "tok-😀", 7200s));
  const auto token = store_->token("wx");
  ASSERT_TRUE(token);
  EXPECT_EQ(token->value, "tok-😀");
  EXPECT_EQ(token->generation, 1);
  EXPECT_GT(token->left, 7100s);
  EXPECT_LE(token->left, 7200s);
  EXPECT_LE(token->age, 5s);
  EXPECT_EQ(store_->token("WX"), std::nullopt);
}

TEST_P(Tokens, OnlyTheOneThatFailedIsReplacedAndNotTooOften) {
  ASSERT_TRUE(store_->lease_token("wx", "p1", 0, 10s, 5s));
  ASSERT_TRUE(store_->save_token("wx", "p1", "t1", 7200s));
  EXPECT_FALSE(store_->lease_token("wx", "p1", 0, 10s, 0s));  // that was the one before
  EXPECT_FALSE(store_->lease_token("wx", "p1", 1, 10s, 5s));  // refreshed a moment ago
  EXPECT_TRUE(store_->lease_token("wx", "p1", 1, 10s, 0s));
  ASSERT_TRUE(store_->save_token("wx", "p1", "t2", -1s));
  EXPECT_EQ(store_->token("wx")->generation, 2);
  EXPECT_LT(store_->token("wx")->left, 0s);
}

TEST_P(Tokens, LapsedLeaseGoesToAnother) {
  ASSERT_TRUE(store_->lease_token("wx", "p1", 0, 10s, 5s));
  raw()->execute("UPDATE tokens SET lease_until=1");
  EXPECT_TRUE(store_->lease_token("wx", "p2", 0, 10s, 5s));
  EXPECT_FALSE(store_->save_token("wx", "p1", "late", 7200s));
  EXPECT_TRUE(store_->save_token("wx", "p2", "t", 7200s));
  EXPECT_EQ(store_->token("wx")->value, "t");
}

TEST_P(Tokens, ManyProcessesOneRefreshEachGeneration) {
  std::atomic<int> refreshes = 0;
  std::vector<std::function<void()>> processes;
  for (int p = 0; p < 4; ++p)
    processes.emplace_back([&, p] {
      const auto store = another();
      const auto owner = "p" + std::to_string(p);
      for (std::int64_t generation = 0; generation < 5;) {
        try {
          const auto now = store->token("wx");
          const auto seen = now ? now->generation : 0;
          generation = std::max(generation, seen);
          if (generation < 5 && store->lease_token("wx", owner, seen, 10s, 0s)) {
            ++refreshes;
            ASSERT_TRUE(store->save_token("wx", owner, owner, 7200s));
          }
        } catch (const Error& error) {
          ASSERT_EQ(error.trouble(), Trouble::retry) << error.what();
        }
      }
    });
  in_parallel(processes);
  EXPECT_EQ(refreshes, 5);
  EXPECT_EQ(store_->token("wx")->generation, 5);
}

HUIYIN_ON_BOTH_ENGINES(Tokens);

}  // namespace
}  // namespace huiyin::store
