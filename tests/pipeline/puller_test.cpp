// A stream is read page by page; nothing of it is lost or done twice, whatever fails in between.
#include "server/pipeline/puller.h"

#include <gmock/gmock.h>

#include <array>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "server/pipeline/webhook.h"
#include "tests/fakes/test_database.h"
#include "tests/pipeline/faulty_store.h"
#include "tests/pipeline/rig.h"

namespace huiyin {
namespace {

using testing::Contains;
using testing::ElementsAre;
using namespace std::chrono_literals;

constexpr const char* kLamp = "东浦村村口的路灯坏了，晚上老人走路看不见";

// The platform's side: keeps messages in order and gives them in pages. The cursor is how many were
// given out.
class PlayedStream {
 public:
  explicit PlayedStream(std::size_t page) : page_{page} {}

  void add(const std::string& user, const std::string& text) {
    std::lock_guard lock{mutex_};
    messages_.push_back(user + "|id" + std::to_string(messages_.size()) + "|" + text);
  }
  // Instead of the next answers.
  void fail_next(std::string answer) {
    std::lock_guard lock{mutex_};
    failures_.push_back(std::move(answer));
  }
  std::string answer(const std::string& asked) {
    std::lock_guard lock{mutex_};
    asked_.push_back(asked);
    if (!failures_.empty()) {
      auto answer = std::move(failures_.front());
      failures_.erase(failures_.begin());
      return answer;
    }
    const auto from = asked.find('|') + 1;
    const auto cursor = asked.substr(from, asked.find('|', from) - from);
    const std::size_t at = cursor.empty() ? 0 : std::stoul(cursor);
    const std::size_t end = std::min(at + page_, messages_.size());
    std::string out = std::to_string(end) + (end < messages_.size() ? " more" : "");
    for (std::size_t i = at; i < end; ++i) out += "\n" + messages_[i];
    return out;
  }
  std::vector<std::string> asked() const {
    std::lock_guard lock{mutex_};
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  std::size_t page_;
  std::vector<std::string> messages_, failures_, asked_;
};

class PullerTest : public testing::TestWithParam<fakes::Engine> {
 protected:
  PullerTest() : database_{GetParam()} {
    const auto store = store::open(database_.url());
    store->migrate();
    import_rig_directory(*store);
  }

  std::unique_ptr<Rig> rig(const std::string& process, Rig::Options options = {}) {
    options.process = process;
    options.open = [this] { return make_faulty(store::open(database_.url()), faults_); };
    auto r = std::make_unique<Rig>(database_.url(), std::move(options));
    r->play = [this, before = r->play](const net::OutgoingRequest& request) {
      if (!request.url.ends_with("/pull")) return before(request);
      net::ClientResult result;
      result.response.body = stream_.answer(request.body);
      return result;
    };
    return r;
  }
  static std::unique_ptr<Puller> puller(Rig& r, PullerOptions options = {}) {
    options.process = "p";
    if (options.retry == 1s) options.retry = 5ms;
    return Puller::start(options, r.open(), r.channels, *r.client, *r.current, *r.inbox, r.clock,
                         r.monitor);
  }
  // An event was stored: the stream is known, and there is something to read.
  void event(Rig& r, Puller* puller, const std::string& hint = "") {
    auto message = r.message("", "");
    message.kind = MessageKind::other;
    message.stream = Stream{"kf1", hint, ""};
    ASSERT_EQ(r.submit(message).status, Receipt::accepted);
    if (puller) puller->call("test", *message.stream);
  }
  std::string cursor() {
    for (const auto& one : store::open(database_.url())->cursors())
      if (one.stream == "kf1") return one.value;
    return "none";
  }
  std::size_t cases() {
    std::size_t sum = 0;
    store::open(database_.url())->export_cases({}, [&](const Case&, const std::vector<Event>&) {
      ++sum;
    });
    return sum;
  }
  template <class Done>
  static bool until(const Done& done) {
    for (int i = 0; i < 1000; ++i) {
      if (done()) return true;
      std::this_thread::sleep_for(5ms);
    }
    return false;
  }
  bool read_up_to(const std::string& where) {
    return until([&] { return cursor() == where; });
  }

  fakes::TestDatabase database_;
  Faults faults_;
  PlayedStream stream_{3};
};
INSTANTIATE_TEST_SUITE_P(Engines, PullerTest, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

TEST_P(PullerTest, EventLeadsToAllPages) {
  auto r = rig("p1");
  auto p = puller(*r);
  for (int i = 0; i < 7; ++i) stream_.add("farmer" + std::to_string(i), kLamp);
  event(*r, p.get(), "token-of-event");
  ASSERT_TRUE(read_up_to("7")) << cursor();
  EXPECT_EQ(cases(), 7u);
  // The look at the start may have found the event's row: then it is read once more.
  auto asked = stream_.asked();
  if (asked.size() == 4 && asked.back() == "kf1|7|") asked.pop_back();
  EXPECT_THAT(asked,
              ElementsAre("kf1||token-of-event", "kf1|3|token-of-event", "kf1|6|token-of-event"));
  stream_.add("late", kLamp);
  event(*r, p.get());
  ASSERT_TRUE(read_up_to("8"));
  EXPECT_EQ(cases(), 8u);
}

TEST_P(PullerTest, AHintThatIsTooOldIsLeftOut) {
  auto r = rig("p1");
  stream_.add("farmer", kLamp);
  stream_.fail_next("hint_spent");
  PullerOptions slow;
  slow.retry = 60s;  // no back-off is waited for
  auto p = puller(*r, slow);
  event(*r, p.get(), "old");
  ASSERT_TRUE(read_up_to("1"));
  EXPECT_THAT(stream_.asked(), ElementsAre("kf1||old", "kf1||"));
}

TEST_P(PullerTest, WebhookCallsWhenTheEventIsStored) {
  auto r = rig("p1");
  std::vector<std::string> called;
  const WebhookParts parts{.channels = r->channels,
                           .current = *r->current,
                           .inbox = *r->inbox,
                           .outbox = *r->outbox,
                           .clock = r->clock,
                           .monitor = r->monitor,
                           .fetch = {},
                           .pull = [&](const std::string& channel, const Stream& stream) {
                             called.push_back(channel + " " + stream.name + " " + stream.hint);
                             EXPECT_EQ(cursor(), "") << "known before";
                           }};
  const auto status = [&](const char* target) {
    net::HttpRequest request;
    request.method = "POST";
    request.target = target;
    request.body = kLamp;
    auto promise = std::make_shared<std::promise<int>>();
    auto answer = promise->get_future();
    handle_webhook(parts, request,
                   [promise](net::Answer a) { promise->set_value(a.response.status); });
    return answer.get();
  };
  faults_.away = 1;
  EXPECT_EQ(status("/hooks/test?id=e1&stream=kf1&hint=token"), 503);
  EXPECT_TRUE(called.empty()) << "nothing is stored";
  EXPECT_EQ(status("/hooks/test?id=e1&stream=kf1&hint=token"), 200);
  EXPECT_EQ(status("/hooks/test?id=e1&stream=kf1&hint=token"), 200);
  EXPECT_EQ(status("/hooks/test?user=farmer&id=m1"), 200);
  EXPECT_THAT(called, ElementsAre("test kf1 token", "test kf1 token"));
}

TEST_P(PullerTest, OneQuestionAtATime) {
  auto r = rig("p1");
  r->client->hold();
  auto p = puller(*r);
  for (int i = 0; i < 5; ++i) event(*r, p.get(), "hint" + std::to_string(i));
  ASSERT_TRUE(until([&] { return !r->client->requests().empty(); }));
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(r->client->requests().size(), 1u);
  stream_.add("farmer", kLamp);
  r->client->open();
  ASSERT_TRUE(until([&] { return stream_.asked().size() == 2; })) << "the calls meanwhile are one";
  ASSERT_TRUE(read_up_to("1"));
  EXPECT_EQ(stream_.asked()[1], "kf1|1|hint4") << "with the newest hint";
}

TEST_P(PullerTest, MessagesWithoutEventAreFoundAtStartAndByThePoll) {
  auto r = rig("p1");
  event(*r, nullptr);
  stream_.add("farmer", kLamp);
  PullerOptions options;
  options.poll = 20ms;
  auto p = puller(*r, options);
  ASSERT_TRUE(read_up_to("1"));
  stream_.add("neighbour", kLamp);
  ASSERT_TRUE(read_up_to("2"));
  EXPECT_EQ(cases(), 2u);
}

TEST_P(PullerTest, PageWithoutMessagesMovesTheCursor) {
  auto r = rig("p1");
  auto p = puller(*r);
  stream_.fail_next("0x more");  // nothing for us on this page, and more behind it
  stream_.fail_next("1\nfarmer|id0|" + std::string{kLamp});
  stream_.add("farmer", kLamp);
  event(*r, p.get());
  ASSERT_TRUE(read_up_to("1"));
  EXPECT_EQ(stream_.asked()[1], "kf1|0x|");
  stream_.fail_next("9");
  event(*r, p.get());
  EXPECT_TRUE(read_up_to("9")) << "saved without a message";
}

TEST_P(PullerTest, CrashBetweenMessagesAndCursorLosesAndDoublesNothing) {
  for (int i = 0; i < 3; ++i) stream_.add("farmer" + std::to_string(i), kLamp);
  {
    // The process dies when two of the three messages are stored: the cursor did not move.
    auto r = rig("p1");
    event(*r, nullptr);
    for (int i = 0; i < 2; ++i) {
      auto message = r->message("farmer" + std::to_string(i), kLamp, "id" + std::to_string(i));
      message.stream = Stream{"kf1", "", ""};
      ASSERT_EQ(r->submit(message).status, Receipt::accepted);
    }
  }
  EXPECT_EQ(cursor(), "");
  auto r = rig("p2");
  auto p = puller(*r);
  ASSERT_TRUE(read_up_to("3"));
  EXPECT_EQ(cases(), 3u);
}

TEST_P(PullerTest, StoreThatIsAwayStopsBeforeTheCursor) {
  auto r = rig("p1");
  event(*r, nullptr);
  for (int i = 0; i < 3; ++i) stream_.add("farmer" + std::to_string(i), kLamp);
  faults_.away = 1;
  auto p = puller(*r);
  ASSERT_TRUE(read_up_to("3"));
  EXPECT_EQ(cases(), 3u);
  EXPECT_GE(stream_.asked().size(), 2u) << "the page was read again";
  EXPECT_EQ(stream_.asked()[1], "kf1||");
}

TEST_P(PullerTest, TwoProcessesReadOneStream) {
  auto p1 = rig("p1"), p2 = rig("p2");
  event(*p1, nullptr);
  for (int i = 0; i < 20; ++i) stream_.add("farmer" + std::to_string(i), kLamp);
  auto a = puller(*p1), b = puller(*p2);
  for (auto* one : {a.get(), b.get()}) one->call("test", {"kf1", "", ""});
  ASSERT_TRUE(until([&] { return cases() == 20; }));
  ASSERT_TRUE(read_up_to("20"));
  EXPECT_EQ(cases(), 20u);
}

TEST_P(PullerTest, PoisonInAPageDoesNotStopTheStream) {
  auto r = rig("p1");
  faults_.poison = "毒";
  stream_.add("farmer0", kLamp);
  stream_.add("farmer1", "毒");
  stream_.add("farmer2", kLamp);
  for (int i = 3; i < 5; ++i) stream_.add("farmer" + std::to_string(i), kLamp);
  stream_.add("farmer5", "毒");  // the last of its page
  stream_.add("farmer6", kLamp);
  auto p = puller(*r);
  event(*r, p.get());
  ASSERT_TRUE(read_up_to("7")) << cursor();
  EXPECT_EQ(cases(), 5u);
  EXPECT_EQ(r->open()->counts().quarantined, 2);
}

TEST_P(PullerTest, FaultsOfThePlatformAreOvercome) {
  Rig::Options options;
  options.traits.tokens = true;
  auto r = rig("p1", options);
  event(*r, nullptr);
  stream_.add("farmer", kLamp);
  for (const char* fault : {"retry", "token_expired", "retry"}) stream_.fail_next(fault);
  PullerOptions fast;
  fast.token_pause = 0ms;
  auto p = puller(*r, fast);
  ASSERT_TRUE(read_up_to("1"));
  EXPECT_EQ(cases(), 1u);
  std::set<std::string> tokens;
  for (const auto& request : r->client->requests())
    if (request.url.ends_with("/pull"))
      tokens.insert(std::string{net::find_header(request.headers, "Token")});
  EXPECT_EQ(tokens.size(), 2u) << "the one that was refused, and a new one";
}

TEST_P(PullerTest, PlatformThatStopsUsIsNotHammered) {
  auto r = rig("p1");
  event(*r, nullptr);
  stream_.fail_next("stopped");
  auto p = puller(*r);
  ASSERT_TRUE(until([&] { return r->monitor.count("pull.stopped") == 1; }));
  event(*r, p.get());
  std::this_thread::sleep_for(30ms);
  EXPECT_EQ(stream_.asked().size(), 1u);
}

}  // namespace
}  // namespace huiyin
