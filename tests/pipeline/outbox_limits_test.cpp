// What protects a platform: rates, breaker, pauses; on both engines.
#include <gmock/gmock.h>

#include <thread>

#include "tests/fakes/test_database.h"
#include "tests/pipeline/post.h"

namespace huiyin {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;
using store::NoticeState;

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return condition();
}

class OutboxLimits : public testing::TestWithParam<fakes::Engine> {
 protected:
  OutboxLimits() : database_{GetParam()} { store::open(database_.url())->migrate(); }

  std::unique_ptr<Post> post(PostChannel::Traits traits = {}) {
    return std::make_unique<Post>(
        database_.url(), options_,
        std::vector<std::pair<std::string, PostChannel::Traits>>{{"a", traits}});
  }
  // One notice each to `n` new people; `texts` "1", "2", ...
  static std::vector<NoticeId> broadcast(Post& post, int n, const std::string& name = "u") {
    std::vector<NoticeId> out;
    for (int i = 1; i <= n; ++i) {
      const auto text = name + std::to_string(i);
      out.push_back(post.write({.to = post.person({"a:" + text})[0], .text = text}));
    }
    return out;
  }

  fakes::TestDatabase database_;
  OutboxOptions options_{.poll = 20ms, .flush = 5ms, .backoff = 5ms};
};
INSTANTIATE_TEST_SUITE_P(Engines, OutboxLimits, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

TEST_P(OutboxLimits, AccountsRateHoldsBackTheRest) {
  PostChannel::Traits traits;
  traits.basic.limits.account = {{4, 400ms}};
  auto p = post(traits);
  std::vector<Steady::time_point> times;
  std::mutex mutex;
  p->play = [&, good = p->play](const net::OutgoingRequest& request) {
    std::lock_guard lock{mutex};
    times.push_back(Steady::now());
    return good(request);
  };
  broadcast(*p, 10);
  ASSERT_TRUE(p->settle());
  ASSERT_EQ(times.size(), 10u);
  for (std::size_t i = 4; i < times.size(); ++i)
    EXPECT_GE(times[i] - times[i - 4], 300ms) << i;  // they may have got closer on their way
}

TEST_P(OutboxLimits, OneRecipientsRateDelaysNobodyElse) {
  PostChannel::Traits traits;
  traits.basic.limits.recipient = {{1, 700ms}};
  auto p = post(traits);
  const auto eager = p->person({"a:eager"})[0];
  for (const char* text : {"1", "2", "3"}) p->write({.to = eager, .text = text});
  broadcast(*p, 2);
  ASSERT_TRUE(eventually([&] { return p->sent().size() == 3; }));
  EXPECT_THAT(p->sent("eager"), ElementsAre("1"));
  ASSERT_TRUE(p->settle());
  EXPECT_THAT(p->sent("eager"), ElementsAre("1", "2", "3"));
}

TEST_P(OutboxLimits, ConnectionsReplaceThePlatformsOwnNumber) {
  PostChannel::Traits traits;
  traits.basic.limits.in_flight = 32;
  options_.connections = 2;
  auto p = post(traits);
  p->client->hold();
  broadcast(*p, 5);
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(p->sent().size(), 2u);
  p->client->open();
  EXPECT_TRUE(p->settle());
}

TEST_P(OutboxLimits, PlatformThatIsAwayIsLeftAloneAndComesBack) {
  auto p = post();
  std::atomic<bool> away{true};
  const auto good = p->play;
  p->play = [&, good](const net::OutgoingRequest& request) {
    return away ? Post::fault(net::Fault::refused) : good(request);
  };
  const auto ids = broadcast(*p, 40);
  ASSERT_TRUE(eventually([&] { return p->monitor.count("outbox.breaker_open") > 0; }));
  const auto tries = p->sent().size();
  std::this_thread::sleep_for(100ms);
  EXPECT_LE(p->sent().size(), tries + 4) << "a probe now and then";
  away = false;
  ASSERT_TRUE(p->settle());
  EXPECT_GE(p->monitor.count("outbox.breaker_closed"), 1);
  for (const auto id : ids) EXPECT_EQ(p->state(id), NoticeState::sent);
}

TEST_P(OutboxLimits, ThrottledAccountRestsAsLongAsThePlatformSays) {
  auto p = post();
  std::atomic<int> throttled{3};
  const auto good = p->play;
  p->play = [&, good](const net::OutgoingRequest& request) {
    return throttled-- > 0 ? Post::answer("retry 400") : good(request);
  };
  const auto began = Steady::now();
  p->client->hold();
  broadcast(*p, 3);
  p->client->open();
  ASSERT_TRUE(eventually([&] { return throttled <= 0; }));
  std::this_thread::sleep_for(20ms);
  broadcast(*p, 2, "later");
  std::this_thread::sleep_for(50ms);
  if (Steady::now() - began < 350ms) {
    EXPECT_EQ(p->sent().size(), 3u) << "the others wait, too";
  }
  ASSERT_TRUE(p->settle());
  EXPECT_EQ(p->sent().size(), 8u);
}

TEST_P(OutboxLimits, OneThrottledRecipientWaitsAlone) {
  auto p = post();
  std::atomic<bool> first{true};
  const auto good = p->play;
  p->play = [&, good](const net::OutgoingRequest& request) {
    return first.exchange(false) ? Post::answer("retry 900") : good(request);
  };
  broadcast(*p, 1, "busy");
  ASSERT_TRUE(eventually([&] { return !first; }));
  broadcast(*p, 3);
  ASSERT_TRUE(eventually([&] { return p->sent().size() == 4; }));
  EXPECT_THAT(p->sent("busy1"), ElementsAre("busy1"));
  ASSERT_TRUE(p->settle());
  EXPECT_THAT(p->sent("busy1"), ElementsAre("busy1", "busy1"));
}

}  // namespace
}  // namespace huiyin
