// Delivery: order, three outcomes, windows, tokens, leases; on both engines.
#include "server/pipeline/outbox.h"

#include <gmock/gmock.h>

#include <set>
#include <thread>

#include "tests/fakes/test_database.h"
#include "tests/pipeline/faulty_store.h"
#include "tests/pipeline/rig.h"

namespace huiyin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr const char* kLamp = "东浦村村口的路灯坏了，晚上老人走路看不见";

net::ClientResult answer(const std::string& body) {
  net::ClientResult result;
  result.response.body = body;
  return result;
}

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 500; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(10ms);
  }
  return condition();
}

class OutboxTest : public testing::TestWithParam<fakes::Engine> {
 protected:
  OutboxTest() : database_{GetParam()} {
    const auto store = store::open(database_.url());
    store->migrate();
    import_rig_directory(*store);
  }
  static Rig::Options quick(std::string process = "p1") {
    Rig::Options options;
    options.process = std::move(process);
    options.outbox.backoff = 5ms;
    options.outbox.poll = 20ms;
    return options;
  }
  std::unique_ptr<Rig> rig(Rig::Options options) {
    return std::make_unique<Rig>(database_.url(), std::move(options));
  }
  // Registers a case; its number.
  static std::string report(Rig& rig, const std::string& user = "farmer") {
    const auto text = rig.say(user, kLamp).reply->text;
    return text.substr(text.find("260326-"), 11);
  }
  store::Counts counts() { return store::open(database_.url())->counts(); }

  fakes::TestDatabase database_;
};
INSTANTIATE_TEST_SUITE_P(Engines, OutboxTest, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

TEST_P(OutboxTest, OrderIsKeptThroughRetries) {
  auto r = rig(quick());
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  std::atomic<int> failures{3};
  const auto good = r->play;
  r->play = [&, good](const net::OutgoingRequest& request) {
    if (request.body.starts_with("farmer|accepted") && failures-- > 0) return answer("retry");
    return good(request);
  };
  r->say("cadre", "签收 " + number);
  r->say("cadre", "进展 " + number + " 电工已经到现场查看线路");
  r->say("cadre", "办结 " + number + " 已解决 换了新灯泡并检查了线路");
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("farmer"),
              ElementsAre("accepted", "accepted", "accepted", "accepted", "progress", "closed"));
  EXPECT_EQ(counts().notices_due, 0);
}

TEST_P(OutboxTest, AnAnswerThatMayComeThreeTimesIsThenARefusal) {
  auto r = rig(quick());
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  const auto good = r->play;
  r->play = [good](const net::OutgoingRequest& request) {
    return request.body.starts_with("farmer|accepted") ? answer("busy") : good(request);
  };
  r->say("cadre", "签收 " + number);
  r->say("cadre", "进展 " + number + " 电工已经到现场查看线路");
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("accepted", "accepted", "accepted", "progress"));
  EXPECT_EQ(counts().notices_dead, 1);
}

TEST_P(OutboxTest, UnknownIsTriedOnceMoreAndThenListed) {
  auto r = rig(quick());
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  const auto good = r->play;
  r->play = [good](const net::OutgoingRequest& request) {
    net::ClientResult lost;
    lost.fault = net::Fault::unknown;
    return request.body.starts_with("farmer|accepted") ? lost : good(request);
  };
  r->say("cadre", "签收 " + number);
  r->say("cadre", "进展 " + number + " 电工已经到现场查看线路");
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("accepted", "accepted", "progress"));
  EXPECT_EQ(counts().notices_dead, 1);
}

TEST_P(OutboxTest, LostReplyMeansTwoCopiesAtMost) {
  auto r = rig(quick());
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  std::atomic<bool> first{true};
  const auto good = r->play;
  r->play = [&, good](const net::OutgoingRequest& request) {
    net::ClientResult lost;
    lost.fault = net::Fault::unknown;
    return request.body.starts_with("farmer") && first.exchange(false) ? lost : good(request);
  };
  r->say("cadre", "签收 " + number);
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("accepted", "accepted"));
  EXPECT_EQ(counts().notices_dead, 0);
}

TEST_P(OutboxTest, RefusedIsListedAndTheNextGoesOn) {
  auto r = rig(quick());
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  const auto good = r->play;
  r->play = [good](const net::OutgoingRequest& request) {
    return request.body.starts_with("farmer|accepted") ? answer("refused") : good(request);
  };
  r->say("cadre", "签收 " + number);
  r->say("cadre", "进展 " + number + " 电工已经到现场查看线路");
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("accepted", "progress"));
  EXPECT_EQ(counts().notices_dead, 1);
  EXPECT_EQ(r->monitor.count("outbox.refused"), 1);
}

TEST_P(OutboxTest, WhatAHandlerStumblesOverIsListed) {
  auto options = quick();
  options.outbox.missed_reply = 1ms;
  auto r = rig(options);
  const auto good = r->play;
  r->play = [good](const net::OutgoingRequest& request) {
    return request.body.starts_with("farmer|") ? answer("senseless") : good(request);
  };
  for (const char* user : {"unwritable", "farmer", "neighbour"})
    r->rode(r->submit(r->message(user, kLamp)), false);
  ASSERT_TRUE(eventually([&] { return counts().notices_due == 0; }));
  EXPECT_EQ(counts().notices_dead, 2);
  EXPECT_EQ(r->monitor.count("outbox.bug"), 1);
  EXPECT_EQ(r->kinds_to("farmer").size(), 2u) << "it may have been delivered: once more";
  EXPECT_EQ(r->kinds_to("neighbour").size(), 1u);
}

TEST_P(OutboxTest, LongWaitIsSpentInTheStore) {
  auto options = quick();
  options.outbox.keep = 0ms;  // every retry goes through the store
  auto r = rig(options);
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  std::atomic<int> failures{2};
  const auto good = r->play;
  r->play = [&, good](const net::OutgoingRequest& request) {
    if (request.body.starts_with("farmer") && failures-- > 0) return answer("retry");
    return good(request);
  };
  r->say("cadre", "签收 " + number);
  r->say("cadre", "进展 " + number + " 电工已经到现场查看线路");
  ASSERT_TRUE(eventually([&] { return r->kinds_to("farmer").size() == 4; }));
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("accepted", "accepted", "accepted", "progress"));
}

TEST_P(OutboxTest, UnknownIsRememberedThroughTheStore) {
  auto options = quick();
  options.outbox.keep = 0ms;
  auto r = rig(options);
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  const auto good = r->play;
  r->play = [good](const net::OutgoingRequest& request) {
    net::ClientResult lost;
    lost.fault = net::Fault::unknown;
    return request.body.starts_with("farmer|accepted") ? lost : good(request);
  };
  r->say("cadre", "签收 " + number);
  r->say("cadre", "进展 " + number + " 电工已经到现场查看线路");
  ASSERT_TRUE(eventually([&] { return counts().notices_due == 0; }));
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("accepted", "accepted", "progress"));
}

// The reply that missed its response becomes due while a newer notice is on its way.
TEST_P(OutboxTest, MissedReplyDoesNotTakeTheAnswerOfANewerNotice) {
  auto options = quick();
  options.outbox.missed_reply = 100ms;
  auto r = rig(options);
  const auto number = report(*r);
  r->say("cadre", "签收 " + number);
  ASSERT_TRUE(r->settle());
  ASSERT_THAT(r->kinds_to("farmer"), ElementsAre("accepted"));
  const auto receipt = r->submit(r->message("farmer", "东浦村口还有一盏路灯也不亮"));
  ASSERT_TRUE(receipt.reply);
  r->client->hold();
  r->rode(receipt, false);
  r->say("cadre", "进展 " + number + " 电工已经到现场查看线路");
  ASSERT_TRUE(eventually([&] { return r->kinds_to("farmer").size() == 2; }));
  const bool newer_first = r->kinds_to("farmer").back() == "progress";
  std::this_thread::sleep_for(300ms);  // the reply is claimed meanwhile
  r->client->open();
  ASSERT_TRUE(eventually([&] { return counts().notices_due == 0; }));
  auto kinds = r->kinds_to("farmer");
  ASSERT_EQ(kinds.size(), 3u);
  EXPECT_EQ(std::ranges::count(kinds, "progress"), 1);
  EXPECT_EQ(std::ranges::count(kinds, receipt.reply->kind), 1) << newer_first;
}

TEST_P(OutboxTest, WhatFoundNoRoomIsNotOvertaken) {
  auto options = quick();
  options.outbox.in_memory = 1;
  options.outbox.poll = 300ms;
  auto r = rig(options);
  r->client->hold();
  std::vector<std::string> numbers;
  numbers.push_back(report(*r, "a"));  // on its way: memory is full
  numbers.push_back(report(*r, "b"));  // stays in the store
  ASSERT_TRUE(eventually([&] { return r->kinds_to("cadre").size() == 1; }));
  std::this_thread::sleep_for(50ms);
  r->client->open();
  ASSERT_TRUE(eventually([&] { return r->outbox->wait_idle(0ms) || counts().notices_due <= 1; }));
  for (const char* user : {"c", "d", "e"}) numbers.push_back(report(*r, user));
  ASSERT_TRUE(eventually([&] { return r->kinds_to("cadre").size() == 5; }));
  const auto texts = r->sent_to("cadre");
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_THAT(texts[i], HasSubstr(numbers[i]));
}

// The holder of a lane learns by its numbers that somebody else wrote there.
TEST_P(OutboxTest, WhatAnotherProcessWroteIsNotOvertaken) {
  auto blind = quick("p1");
  blind.outbox.poll = 1h;
  auto p1 = rig(blind);
  auto p2 = rig(quick("p2"));
  report(*p1, "a");
  ASSERT_TRUE(p1->settle());
  const auto second = report(*p2, "b");
  const auto third = report(*p1, "c");
  ASSERT_TRUE(eventually([&] { return p1->kinds_to("cadre").size() == 3; }));
  EXPECT_THAT(p1->sent_to("cadre")[1], HasSubstr(second));
  EXPECT_THAT(p1->sent_to("cadre")[2], HasSubstr(third));
}

TEST_P(OutboxTest, WhatWasHeldLeavesBeforeWhatIsNewerThoughAnotherProcessHeardOfThem) {
  auto blind = quick("p1");
  blind.outbox.poll = 1h;
  blind.traits.windowed = true;
  auto p1 = rig(blind);
  auto other = quick("p2");
  other.traits.windowed = true;
  auto p2 = rig(other);
  const auto first = report(*p1, "a");
  ASSERT_TRUE(p1->settle());
  ASSERT_EQ(counts().notices_held, 1) << "the cadre has no window yet";
  auto tap = p2->message("cadre", "");
  tap.kind = MessageKind::other;  // nothing is answered
  p2->submit(tap);
  ASSERT_EQ(counts().notices_held, 0);
  const auto second = report(*p1, "b");
  ASSERT_TRUE(eventually([&] { return p1->kinds_to("cadre").size() == 2; }));
  EXPECT_THAT(p1->sent_to("cadre")[0], HasSubstr(first));
  EXPECT_THAT(p1->sent_to("cadre")[1], HasSubstr(second));
}

// ---- an answer of the database is missing ------------------------------------------------------

TEST_P(OutboxTest, WhoseClaimIsUnknownIsClaimedAnew) {
  Faults faults;
  auto options = quick();
  options.outbox.missed_reply = 1ms;
  options.open_outbox = [&] { return make_faulty(store::open(database_.url()), faults); };
  auto r = rig(options);
  faults.claim_unknown = 1;
  r->rode(r->submit(r->message("farmer", kLamp)), false);
  ASSERT_TRUE(eventually([&] { return counts().notices_due == 0; }));
  EXPECT_EQ(faults.claim_unknown, 0);
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("registered"));
  EXPECT_THAT(r->kinds_to("cadre"), ElementsAre("card"));
}

TEST_P(OutboxTest, WhoseResultsAreUnknownGoesOn) {
  Faults faults;
  auto options = quick();
  options.open_outbox = [&] { return make_faulty(store::open(database_.url()), faults); };
  auto r = rig(options);
  report(*r, "a");
  ASSERT_TRUE(r->settle());
  r->client->hold();
  faults.results_unknown = 1;
  for (const char* user : {"b", "c", "d"}) report(*r, user);
  r->client->open();
  ASSERT_TRUE(eventually([&] { return counts().notices_due == 0; }));
  EXPECT_EQ(faults.results_unknown, 0);
  EXPECT_EQ(r->kinds_to("cadre").size(), 4u);
}

// ---- windows (WeChat: 48 h, five messages) ------------------------------------------------------

std::vector<std::string> routes_to(const Rig& rig, const std::string& user) {
  std::vector<std::string> routes;
  for (const auto& request : rig.client->requests())
    if (request.body.starts_with(user + "|")) routes.push_back(request.url.substr(16));
  return routes;
}

TEST_P(OutboxTest, LastFreeMessageIsKeptForTheClosingEcho) {
  auto options = quick();
  options.traits.windowed = true;
  auto r = rig(options);
  const auto number = report(*r);  // opens a window of five
  ASSERT_TRUE(r->settle());
  r->say("cadre", "签收 " + number);
  for (int i = 0; i < 5; ++i)
    r->say("cadre", "进展 " + number + " 电工第" + std::to_string(i) + "次到现场查看线路");
  r->say("cadre", "办结 " + number + " 已解决 换了新灯泡并检查了线路");
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("farmer"),
              ElementsAre("accepted", "progress", "progress", "progress", "closed"));
  EXPECT_EQ(counts().notices_held, 2);
  // Carried by the person's next message.
  r->say("farmer", "谢谢");
  ASSERT_TRUE(r->settle());
  EXPECT_EQ(r->kinds_to("farmer").size(), 7u);
  EXPECT_EQ(counts().notices_held, 0);
}

TEST_P(OutboxTest, OutsideTheWindowTheTemplateGoes) {
  auto options = quick();
  options.traits.windowed = options.traits.templates = true;
  auto r = rig(options);
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  r->clock.advance(49h);
  r->say("cadre", "签收 " + number);
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(routes_to(*r, "farmer"), ElementsAre("template"));
}

// WeChat 43101: a subscription notice without consent says nothing of the person's account.
TEST_P(OutboxTest, ATemplateThatNobodyAgreedToWaitsForTheNextMessage) {
  auto options = quick();
  options.traits.windowed = options.traits.templates = true;
  auto r = rig(options);
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  r->clock.advance(49h);
  const auto good = r->play;
  r->play = [&, good](const net::OutgoingRequest& request) {
    return request.url.ends_with("template") ? answer("window_closed") : good(request);
  };
  r->say("cadre", "签收 " + number);
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(routes_to(*r, "farmer"), ElementsAre("template"));
  EXPECT_EQ(counts().notices_held, 1);
  r->say("farmer", "谢谢");
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(routes_to(*r, "farmer"), ElementsAre("template", "session"));
  EXPECT_EQ(counts().notices_held, 0);
}

// A position that the app reports by itself, every five seconds: the platform allows us nothing.
TEST_P(OutboxTest, AnEventThatGrantsNothingReleasesNothing) {
  auto options = quick();
  options.traits.windowed = options.traits.templates = true;
  auto r = rig(options);
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  r->clock.advance(49h);
  const auto good = r->play;
  r->play = [&, good](const net::OutgoingRequest& request) {
    return request.url.ends_with("template") ? answer("unreachable") : good(request);
  };
  r->say("cadre", "签收 " + number);
  ASSERT_TRUE(r->settle());
  for (int i = 0; i < 3; ++i) {
    auto event = r->message("farmer", "");
    event.kind = MessageKind::other;
    event.window = {};
    r->submit(event);
  }
  ASSERT_TRUE(r->settle());
  EXPECT_EQ(counts().notices_held, 1);
  EXPECT_THAT(routes_to(*r, "farmer"), ElementsAre("template"));
}

TEST_P(OutboxTest, PlatformSaysTheWindowIsOver) {
  auto options = quick();
  options.traits.windowed = true;
  auto r = rig(options);
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  const auto good = r->play;
  std::atomic<bool> closed{true};
  r->play = [&, good](const net::OutgoingRequest& request) {
    return closed && request.body.starts_with("farmer") ? answer("window_closed") : good(request);
  };
  r->say("cadre", "签收 " + number);
  r->say("cadre", "进展 " + number + " 电工已经到现场查看线路");
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("accepted")) << "one try tells it";
  EXPECT_EQ(counts().notices_held, 2);
  closed = false;
  r->say("farmer", "谢谢");
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("accepted", "accepted", "progress"));
}

TEST_P(OutboxTest, WindowWordsAboutATemplateAreNotAskedForAtOnce) {
  auto options = quick();
  options.traits.windowed = options.traits.templates = true;
  options.outbox.backoff = 10s;
  auto r = rig(options);
  const auto number = report(*r);
  ASSERT_TRUE(r->settle());
  const auto good = r->play;
  r->play = [good](const net::OutgoingRequest& request) {
    return request.body.starts_with("farmer") ? answer("window_closed") : good(request);
  };
  r->say("cadre", "签收 " + number);
  ASSERT_TRUE(eventually([&] { return r->kinds_to("farmer").size() >= 2; }));
  std::this_thread::sleep_for(50ms);
  EXPECT_LE(r->kinds_to("farmer").size(), 3u) << "session, template, then a pause";
}

TEST_P(OutboxTest, UnfollowedWaitsForTheReturn) {
  auto options = quick();
  options.traits.windowed = options.traits.templates = true;
  auto r = rig(options);
  const auto number = report(*r);
  auto gone = r->message("farmer", "");
  gone.kind = MessageKind::unfollow;
  gone.window = {};
  r->submit(gone);
  r->say("cadre", "签收 " + number);
  ASSERT_TRUE(r->settle());
  EXPECT_TRUE(r->kinds_to("farmer").empty());
  EXPECT_EQ(counts().notices_held, 1);
  r->say("farmer", "谢谢");
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("accepted"));
}

// The directory knows accounts as they were when it was loaded.
TEST_P(OutboxTest, CadreWhoCameBackAfterTheDirectoryWasLoadedHears) {
  const auto options = quick();
  auto r = rig(options);
  auto gone = r->message("cadre", "");
  gone.kind = MessageKind::unfollow;
  r->submit(gone);
  r.reset();
  r = rig(options);
  auto back = r->message("cadre", "");
  back.kind = MessageKind::follow;
  r->submit(back);
  report(*r);
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), testing::Contains("card"));
}

// ---- tokens -------------------------------------------------------------------------------------

std::string token_of(const net::OutgoingRequest& request) {
  return std::string{net::find_header(request.headers, "Token")};
}

TEST_P(OutboxTest, ProcessesShareOneToken) {
  auto options = quick("p1");
  options.traits.tokens = true;
  auto second = options;
  second.process = "p2";
  auto p1 = rig(options), p2 = rig(second);
  report(*p1, "a");
  ASSERT_TRUE(p1->settle());
  report(*p2, "b");
  ASSERT_TRUE(p2->settle());
  std::set<std::string> tokens;
  int fetched = 0;
  for (const auto* r : {p1.get(), p2.get()})
    for (const auto& request : r->client->requests()) {
      if (request.url.ends_with("/token"))
        ++fetched;
      else
        tokens.insert(token_of(request));
    }
  EXPECT_EQ(fetched, 1);
  EXPECT_EQ(tokens.size(), 1u);
}

TEST_P(OutboxTest, ExpiredTokenIsRefreshedOnce) {
  auto options = quick();
  options.traits.tokens = true;
  auto r = rig(options);
  report(*r);
  ASSERT_TRUE(r->settle());
  const auto good = r->play;
  r->play = [good](const net::OutgoingRequest& request) {
    return token_of(request) == "p1-token-1" ? answer("token_expired") : good(request);
  };
  report(*r, "second");
  report(*r, "third");
  // The pause between two refreshes of one account is five seconds.
  ASSERT_TRUE(r->settle());
  EXPECT_EQ(std::ranges::count_if(r->client->requests(),
                                  [](const auto& q) { return q.url.ends_with("/token"); }),
            2);
  EXPECT_EQ(counts().notices_due, 0);
  EXPECT_EQ(token_of(r->client->requests().back()), "p1-token-2");
}

// ---- leases -------------------------------------------------------------------------------------

TEST_P(OutboxTest, WhatAStoppedProcessLeftIsSentByAnother) {
  auto options = quick("p1");
  options.outbox.keep = 0ms;
  auto p1 = rig(options);
  p1->play = [](const net::OutgoingRequest&) { return answer("retry"); };
  report(*p1);
  p1.reset();
  auto p2 = rig(quick("p2"));
  ASSERT_TRUE(eventually([&] { return !p2->kinds_to("cadre").empty(); }));
  EXPECT_THAT(p2->kinds_to("cadre"), ElementsAre("card"));
}

TEST_P(OutboxTest, StalledHolderLosesItsLane) {
  auto stalled = quick("p1");
  stalled.outbox.lease = stalled.outbox.poll = 1h;  // neither renews nor looks again
  auto p1 = rig(stalled);
  ASSERT_TRUE(p1->settle());  // its first look is over, or it would take the lapsed lane itself
  p1->client->hold();
  const auto number = report(*p1);
  ASSERT_TRUE(eventually([&] { return p1->kinds_to("cadre").size() == 1; })) << "in flight";
  // The lease lapses while the answer is missing: as if the process had been stopped.
  fakes::run_sql(database_, "UPDATE accounts SET lane_until = 0 WHERE lane_owner = 'p1'");
  fakes::run_sql(database_, "UPDATE notices SET next_at = 0 WHERE state = 'sending'");
  auto p2 = rig(quick("p2"));
  ASSERT_TRUE(eventually([&] { return !p2->kinds_to("cadre").empty(); }));
  ASSERT_TRUE(p2->settle());
  p1->client->open();  // its answer comes at last, and is refused by the lane's token
  ASSERT_TRUE(p1->settle());
  EXPECT_EQ(counts().notices_due, 0);
  EXPECT_EQ(counts().notices_dead, 0);
  EXPECT_THAT(p2->kinds_to("cadre"), ElementsAre("card"));
}

TEST_P(OutboxTest, NeverMoreInFlightThanTheChannelAllows) {
  auto options = quick();
  options.traits.limits.in_flight = 3;
  options.outbox.missed_reply = 1ms;
  auto r = rig(options);
  r->client->hold();
  for (int i = 0; i < 8; ++i)  // eight lanes: every reply goes by API
    r->rode(r->submit(r->message("user" + std::to_string(i), kLamp)), false);
  ASSERT_TRUE(eventually([&] { return r->client->requests().size() == 3; }));
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(r->client->requests().size(), 3u);
  r->client->open();
  ASSERT_TRUE(r->settle());
  for (int i = 0; i < 8; ++i) EXPECT_EQ(r->kinds_to("user" + std::to_string(i)).size(), 1u) << i;
}

TEST_P(OutboxTest, FreePlaceGoesToTheNextWhenTheFirstHasNothingToSend) {
  auto options = quick();
  options.traits.windowed = true;
  options.traits.limits.in_flight = 1;
  options.outbox.missed_reply = 1ms;
  auto r = rig(options);
  r->client->hold();
  for (const char* user : {"a", "b", "c"}) {
    auto message = r->message(user, kLamp);
    if (*user == 'b') message.window = {};  // nothing may be sent to b
    r->rode(r->submit(message), false);
    if (*user == 'a') {
      ASSERT_TRUE(eventually([&] { return r->client->requests().size() == 1; }));
    }
    std::this_thread::sleep_for(100ms);
  }
  r->client->open();
  ASSERT_TRUE(eventually([&] { return !r->kinds_to("c").empty(); }));
  ASSERT_TRUE(r->settle());
  EXPECT_TRUE(r->kinds_to("b").empty());
}

TEST_P(OutboxTest, StoppedChannelWaitsAndAlarms) {
  auto r = rig(quick());
  r->play = [](const net::OutgoingRequest&) { return answer("channel_stopped"); };
  report(*r);
  ASSERT_TRUE(eventually([&] { return r->monitor.count("outbox.channel_stopped") > 0; }));
  report(*r, "second");
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(r->client->requests().size(), 1u) << "no hammering";
}

}  // namespace
}  // namespace huiyin
