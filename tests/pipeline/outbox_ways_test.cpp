// By which way a notice reaches its reader: the next account, a reply address, a card that changes,
// and what a platform tells later; on both engines.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/fakes/test_database.h"
#include "tests/pipeline/post.h"

namespace huiyin {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;
using store::NoticeState;

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return condition();
}

std::string header(const net::OutgoingRequest& request, std::string_view name) {
  return std::string{net::find_header(request.headers, name)};
}

class OutboxWays : public testing::TestWithParam<fakes::Engine> {
 protected:
  OutboxWays() : database_{GetParam()} { store::open(database_.url())->migrate(); }

  std::unique_ptr<Post> post(PostChannel::Traits a = {}, PostChannel::Traits b = {}) {
    return std::make_unique<Post>(
        database_.url(), options_,
        std::vector<std::pair<std::string, PostChannel::Traits>>{{"a", a}, {"b", b}});
  }
  static PostChannel::Traits with_cards() {
    PostChannel::Traits traits;
    traits.basic.edits = true;
    return traits;
  }
  // Channel `name` gives `body` as its answer, the others are good.
  static void answers(Post& post, const std::string& name, const net::ClientResult& result) {
    post.play = [good = post.play, name, result](const net::OutgoingRequest& request) {
      return header(request, "Channel") == name ? result : good(request);
    };
  }
  // Channels that were asked to take `text`, in order.
  static std::vector<std::string> asked(const Post& post, const std::string& text) {
    std::vector<std::string> out;
    for (const auto& request : post.requests(text)) out.push_back(header(request, "Channel"));
    return out;
  }

  fakes::TestDatabase database_;
  OutboxOptions options_{.poll = 20ms, .flush = 5ms, .backoff = 5ms};
};
INSTANTIATE_TEST_SUITE_P(Engines, OutboxWays, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

// ---- the next account ---------------------------------------------------------------------------

struct Detour {
  const char* what;
  const char* answer;  // of the first account's platform
  std::vector<std::string> asked;
  NoticeState state;
};

TEST_P(OutboxWays, WhatTheFirstAccountCannotDoGoesToTheNext) {
  const Detour table[] = {
      {"blocked", "unreachable", {"a", "b"}, NoticeState::sent},
      {"wrong for this platform", "refused", {"a", "b"}, NoticeState::sent},
      {"perhaps heard twice", "unknown", {"a", "a"}, NoticeState::dead},
  };
  for (const auto& row : table) {
    auto p = post();
    answers(*p, "a", Post::answer(row.answer));
    const auto to = p->person({std::string{"a:1"} + row.answer, std::string{"b:1"} + row.answer});
    const auto id = p->write({.to = to[0], .text = row.what});
    ASSERT_TRUE(p->settle()) << row.what;
    EXPECT_EQ(asked(*p, row.what), row.asked) << row.what;
    EXPECT_EQ(p->state(id), row.state) << row.what;
  }
}

TEST_P(OutboxWays, OneWithoutAnotherAccountStaysWhereItIs) {
  auto p = post();
  answers(*p, "a", Post::answer("unreachable"));
  const auto to = p->person({"a:alone"});
  const auto id = p->write({.to = to[0], .text = "1"});
  ASSERT_TRUE(p->settle());
  const auto row = p->row(id);
  EXPECT_EQ(row.state, NoticeState::held);
  EXPECT_EQ(row.next_at, p->clock.now() + 24h) << "then the owner telephones";
}

TEST_P(OutboxWays, WhatNobodyIsOwedNeedsNoTelephone) {
  auto p = post();
  answers(*p, "a", Post::answer("refused"));
  const auto id = p->write({.to = p->person({"a:alone"})[0], .text = "1", .echo = false});
  ASSERT_TRUE(p->settle());
  EXPECT_EQ(p->state(id), NoticeState::dead);
  EXPECT_EQ(p->row(id).next_at, Instant{});
}

TEST_P(OutboxWays, BothAccountsClosedIsHeldOnce) {
  auto p = post();
  p->play = [](const net::OutgoingRequest&) { return Post::answer("unreachable"); };
  const auto id = p->write({.to = p->person({"a:1", "b:1"})[0], .text = "1"});
  ASSERT_TRUE(p->settle());
  EXPECT_EQ(asked(*p, "1"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(p->state(id), NoticeState::held);
}

// Minutes of trying are enough when there is another way; the head leaves, and the rest follows in
// order.
TEST_P(OutboxWays, TriedInVainTooLongGoesElsewhere) {
  auto p = post();
  answers(*p, "a", Post::answer("retry"));
  const auto to = p->person({"a:1", "b:1"});
  const auto first = p->write({.to = to[0], .text = "first"});
  const auto second = p->write({.to = to[0], .text = "second"});
  ASSERT_TRUE(eventually([&] { return asked(*p, "first").size() >= 2; }));
  EXPECT_THAT(p->requests("second"), IsEmpty()) << "behind the first";
  p->clock.advance(11min);
  ASSERT_TRUE(eventually([&] { return p->state(second) == NoticeState::sent; }));
  EXPECT_EQ(asked(*p, "first").back(), "b");
  EXPECT_EQ(asked(*p, "second").back(), "b");
  EXPECT_EQ(p->state(first), NoticeState::sent);
}

TEST_P(OutboxWays, PlatformThatIsDownIsNotWaitedForWhenThereIsAnother) {
  options_.backoff = 1h;  // nobody would come to the end of it
  auto p = post();
  answers(*p, "a", Post::fault(net::Fault::refused));
  for (int i = 0; i < 8; ++i)
    p->write({.to = p->person({"a:none" + std::to_string(i)})[0], .text = "x"});
  ASSERT_TRUE(eventually([&] { return p->monitor.count("outbox.breaker_open") > 0; }));
  const auto id = p->write({.to = p->person({"a:1", "b:1"})[0], .text = "1"});
  p->clock.advance(11min);
  ASSERT_TRUE(eventually([&] { return p->state(id) == NoticeState::sent; }));
  EXPECT_EQ(asked(*p, "1").back(), "b");
}

// The pauses of the store are skipped by hand.
TEST_P(OutboxWays, OldNoticesAreTriedAgainWhenTheirOnlyPlatformIsBack) {
  auto p = post();
  std::atomic<bool> down = true;
  p->play = [&, good = p->play](const net::OutgoingRequest& request) {
    return down ? Post::fault(net::Fault::refused) : good(request);
  };
  std::vector<NoticeId> ids;
  for (int i = 0; i < 9; ++i)
    ids.push_back(p->write({.to = p->person({"a:only" + std::to_string(i)})[0], .text = "x"}));
  ASSERT_TRUE(eventually([&] { return p->monitor.count("outbox.breaker_open") > 0; }));
  p->clock.advance(11min);
  std::this_thread::sleep_for(50ms);
  down = false;
  ASSERT_TRUE(eventually([&] {
    fakes::run_sql(database_, "UPDATE notices SET next_at=0 WHERE state='due'");
    return std::ranges::all_of(ids, [&](auto id) { return p->state(id) == NoticeState::sent; });
  }));
}

TEST_P(OutboxWays, PerhapsHeardIsToldOnceMoreOnAllAccountsTogether) {
  auto p = post();
  std::atomic<int> asked_a = 0;
  p->play = [&](const net::OutgoingRequest& request) {
    const bool again = header(request, "Channel") == "a" && asked_a++ > 0;
    return Post::answer(again ? "unreachable" : "unknown");
  };
  const auto id = p->write({.to = p->person({"a:1", "b:1"})[0], .text = "1"});
  ASSERT_TRUE(p->settle());
  EXPECT_EQ(asked(*p, "1"), (std::vector<std::string>{"a", "a", "b"})) << "the second was refused";
  EXPECT_EQ(p->state(id), NoticeState::dead);
}

// ---- reply addresses ----------------------------------------------------------------------------

TEST_P(OutboxWays, ReplyAddressIsUsedOnceAndCostsNoWindow) {
  PostChannel::Traits traits;
  traits.basic.windowed = true;
  auto p = post(traits);
  std::atomic<bool> first{true};
  p->play = [&, good = p->play](const net::OutgoingRequest& request) {
    return first.exchange(false) ? Post::answer("refused") : good(request);
  };
  const auto to = p->person({"a:1"})[0];
  const auto id = p->write({.to = to, .text = "1", .reply_address = "https://reply/1"});
  p->write({.to = to, .text = "2", .reply_address = "https://reply/2"});
  ASSERT_TRUE(p->settle());
  const auto requests = p->requests("1");
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(header(requests[0], "Reply"), "https://reply/1");
  EXPECT_EQ(header(requests[1], "Reply"), "") << "the usual way";
  EXPECT_EQ(p->state(id), NoticeState::sent);
  EXPECT_EQ(header(p->requests("2").at(0), "Reply"), "https://reply/2");
  const auto tx = p->store->begin();
  WorkingSet set;
  tx->load_accounts(std::vector<std::pair<std::string, std::string>>{{"a", "1"}}, set);
  EXPECT_EQ(set.account("a", "1")->window_left, 4) << "one of five";
}

TEST_P(OutboxWays, StaleReplyAddressIsForgotten) {
  auto p = post();
  const auto to = p->person({"a:1"})[0];
  p->client->hold();
  p->write({.to = to, .text = "before"});
  p->write({.to = to, .text = "1", .reply_address = "https://reply/1"});
  p->clock.advance(6min);
  p->client->open();
  ASSERT_TRUE(p->settle());
  EXPECT_EQ(header(p->requests("1").at(0), "Reply"), "");
}

TEST_P(OutboxWays, RobotWithoutReplyAddressGoesElsewhereOrIsHeld) {
  PostChannel::Traits robot;
  robot.only_replies = true;
  auto p = post(robot);
  const auto two = p->person({"a:two", "b:two"})[0];
  const auto one = p->person({"a:one"})[0];
  p->write({.to = two, .text = "reply", .reply_address = "https://reply/1"});
  p->write({.to = two, .text = "push"});
  const auto held = p->write({.to = one, .text = "alone"});
  ASSERT_TRUE(p->settle());
  EXPECT_THAT(asked(*p, "reply"), ElementsAre("a"));
  EXPECT_THAT(asked(*p, "push"), ElementsAre("b"));
  EXPECT_EQ(p->state(held), NoticeState::held);
}

// ---- cards --------------------------------------------------------------------------------------

TEST_P(OutboxWays, CardChangesByTheHandleItsSendingGave) {
  auto p = post(with_cards());
  const auto to = p->person({"a:1"})[0];
  p->client->hold();
  const auto card =
      p->write({.to = to, .text = "card", .kind = "card", .echo = false, .card = true});
  const auto edit = p->write({.to = to, .text = "taken", .echo = false, .edits = card});
  p->client->open();
  ASSERT_TRUE(p->settle());
  EXPECT_THAT(p->sent(), ElementsAre("card", "taken"));
  EXPECT_EQ(header(p->requests("taken").at(0), "Replaces"), "id of card");
  EXPECT_EQ(p->state(edit), NoticeState::sent);
}

TEST_P(OutboxWays, HandleIsLookedUpWhenTheCardIsGoneFromMemory) {
  auto p = post(with_cards());
  const auto to = p->person({"a:1"})[0];
  const auto card =
      p->write({.to = to, .text = "card", .kind = "card", .echo = false, .card = true});
  ASSERT_TRUE(p->settle());
  // Ours, but what the card is called now is known to the store only.
  const auto edit = p->write({.to = to, .text = "taken", .echo = false, .edits = card});
  ASSERT_TRUE(p->settle());
  EXPECT_EQ(header(p->requests("taken").at(0), "Replaces"), "id of card");
  EXPECT_EQ(p->state(edit), NoticeState::sent);
  const auto next =
      p->write({.to = to, .text = "closed", .echo = false, .edits = card, .stays_due = true});
  ASSERT_TRUE(p->settle());
  EXPECT_EQ(header(p->requests("closed").at(0), "Replaces"), "id of taken");
  EXPECT_EQ(p->state(next), NoticeState::sent);
}

TEST_P(OutboxWays, OnlyTheNewestEditOfACardIsWorthSending) {
  auto p = post(with_cards());
  const auto to = p->person({"a:1"})[0];
  p->client->hold();
  const auto card =
      p->write({.to = to, .text = "card", .kind = "card", .echo = false, .card = true});
  const auto older = p->write({.to = to, .text = "taken", .echo = false, .edits = card});
  p->write({.to = to, .text = "news"});
  const auto newer = p->write({.to = to, .text = "closed", .echo = false, .edits = card});
  p->client->open();
  ASSERT_TRUE(p->settle());
  EXPECT_THAT(p->sent(), ElementsAre("card", "news", "closed"));
  EXPECT_EQ(p->state(older), NoticeState::skipped);
  EXPECT_EQ(p->state(newer), NoticeState::sent);
}

// Nobody is alarmed, nothing is held, and the account is as good as before.
TEST_P(OutboxWays, EditThatCannotBeMadeIsSkipped) {
  const struct {
    const char* answer;
    bool can_edit;
    const char* card_answer;
    int tries;
  } table[] = {
      {"refused", true, "delivered h", 1},       {"unreachable", true, "delivered h", 1},
      {"window_closed", true, "delivered h", 1}, {"unknown", true, "delivered h", 2},
      {"delivered", false, "delivered h", 0},    {"delivered", true, "refused", 0},
  };
  int n = 0;
  for (const auto& row : table) {
    PostChannel::Traits traits;
    traits.basic.edits = row.can_edit;
    auto p = post(traits);
    p->play = [&, good = p->play](const net::OutgoingRequest& request) {
      const auto text = Post::text_of(request);
      return text == "card"   ? Post::answer(row.card_answer)
             : text == "edit" ? Post::answer(row.answer)
                              : good(request);
    };
    const auto to = p->person({"a:" + std::to_string(++n)})[0];
    const auto card =
        p->write({.to = to, .text = "card", .kind = "card", .echo = false, .card = true});
    const auto edit = p->write({.to = to, .text = "edit", .echo = false, .edits = card});
    const auto after = p->write({.to = to, .text = "after"});
    ASSERT_TRUE(p->settle()) << row.answer;
    EXPECT_EQ(static_cast<int>(p->requests("edit").size()), row.tries) << row.answer;
    EXPECT_EQ(p->state(edit), NoticeState::skipped) << row.answer;
    EXPECT_EQ(p->state(after), NoticeState::sent) << row.answer;
    EXPECT_EQ(p->monitor.count("outbox.unknown"), 0);
  }
}

// ---- what becomes of it later -------------------------------------------------------------------

TEST_P(OutboxWays, PlatformIsAskedWhatBecameOfIt) {
  PostChannel::Traits queueing;
  queueing.fates = true;
  queueing.basic.limits.ask_fate = 1ms;
  auto p = post(queueing);
  p->play = [good = p->play](const net::OutgoingRequest& request) {
    return Post::text_of(request) == "id of bad" ? Post::answer("lost") : good(request);
  };
  const auto good = p->write({.to = p->person({"a:1", "b:1"})[0], .text = "good"});
  const auto bad = p->write({.to = p->person({"a:2", "b:2"})[0], .text = "bad"});
  const auto alone = p->write({.to = p->person({"a:3"})[0], .text = "bad"});
  ASSERT_TRUE(eventually([&] { return p->state(alone) == NoticeState::dead; }));
  ASSERT_TRUE(eventually([&] { return asked(*p, "bad").size() == 3; }));
  EXPECT_THAT(asked(*p, "bad"), ElementsAre("a", "a", "b")) << "not delivered: the next account";
  ASSERT_TRUE(p->settle());
  EXPECT_EQ(p->state(good), NoticeState::sent);
  EXPECT_EQ(p->state(bad), NoticeState::sent);
  EXPECT_EQ(p->requests("id of good").size(), 1u) << "asked once";
}

// A platform may report faster than our own result is written.
TEST_P(OutboxWays, ReportThatComesTooEarlyIsNotLost) {
  auto p = post();
  const auto accounts = p->person({"a:1", "b:1"});
  p->outbox->report_later("a", {"id of quick", false, "failed:system failed"});
  p->outbox->report_later("a", {"id of nothing", false, "failed"});
  const auto quick = p->write({.to = accounts[0], .text = "quick"});
  ASSERT_TRUE(eventually([&] { return asked(*p, "quick").size() == 2; }));
  ASSERT_TRUE(p->settle());
  EXPECT_THAT(asked(*p, "quick"), ElementsAre("a", "b"));
  EXPECT_EQ(p->state(quick), NoticeState::sent);
}

// ---- metrics ------------------------------------------------------------------------------------

TEST_P(OutboxWays, EchoesAreCountedByTheirAge) {
  struct Counting : RigMonitor {
    void echo_delivered(std::string_view, bool in_time) override { ++(in_time ? soon : late); }
    void retrying(std::string_view) override { ++retries; }
    std::atomic<int> soon{0}, late{0}, retries{0};
  } counting;
  auto p = post();
  p->outbox->stop(1s);
  options_.process = "p2";
  auto outbox = Outbox::start(options_, store::open(database_.url()), p->channels, *p->client,
                              p->clock, counting);
  p->outbox.swap(outbox);
  std::atomic<bool> first{true};
  p->play = [&, good = p->play](const net::OutgoingRequest& request) {
    return first.exchange(false) ? Post::answer("retry") : good(request);
  };
  const auto to = p->person({"a:1"})[0];
  p->write({.to = to, .text = "soon"});
  p->write({.to = to, .text = "late", .age_minutes = 2});
  p->write({.to = to, .text = "no echo", .echo = false});
  ASSERT_TRUE(p->settle());
  EXPECT_EQ(counting.soon, 1);
  EXPECT_EQ(counting.late, 1);
  EXPECT_EQ(counting.retries, 1);
  p->outbox->stop(1s);
}

}  // namespace
}  // namespace huiyin
