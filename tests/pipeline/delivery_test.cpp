// What a batch makes of the delivery side of a decision: who is told where and when, which cards
// change, what follows a person from one account to another. On both engines.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <future>
#include <thread>

#include "tests/pipeline/saved_test.h"

namespace huiyin {
namespace {

using store::NoticeRow;
using store::NoticeState;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::chrono_literals;

constexpr const char* kLamp = "东浦村村口的路灯坏了，晚上老人走路看不见";

// Shows what a template gets to see of the files.
class MediaRenderer : public Renderer {
 public:
  Notice render(const NoticeDraft& draft, std::string_view) const override {
    Notice notice;
    notice.kind = draft.kind;
    notice.title = notice.text = draft.kind;
    if (const auto list = draft.lists.find("media"); list != draft.lists.end())
      for (const auto& row : list->second)
        notice.text += " " + row.at("what") + "=" + row.at("link");
    return notice;
  }
};

class DeliveryTest : public SavedTest {
 protected:
  // `change` sees every decision before it takes effect.
  std::unique_ptr<Rig> rig(Rig::Options options = {}) {
    options.open = [this] { return opened(); };
    options.rules = [this](const Input& input, const WorkingSet& set, const Directory& directory,
                           const Policy& policy, Supply& supply) {
      auto answer = decide(input, set, directory, policy, supply);
      if (auto* decision = std::get_if<Decision>(&answer); decision && change_)
        change_(input, set, *decision);
      return answer;
    };
    return std::make_unique<Rig>(database_.url(), std::move(options));
  }
  static std::string number_in(const std::string& text) {
    const auto dash = text.find("-", text.find("260326"));
    return text.substr(dash - 6, 11);
  }
  // A person of the directory with accounts, the first one preferred by the import.
  void import_person(const std::string& code,
                     std::vector<std::pair<std::string, std::string>> accounts) {
    Person person;
    person.code = person.name = code;
    const std::vector<std::pair<Person, std::vector<std::pair<std::string, std::string>>>> people{
        {person, std::move(accounts)}};
    store::open(database_.url())->import_people(people, std::vector<std::vector<std::string>>(1));
  }

  std::function<void(const Input&, const WorkingSet&, Decision&)> change_;
};
INSTANTIATE_TEST_SUITE_P(Engines, DeliveryTest, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

NoticeDraft* draft_of(Decision& decision, std::string_view kind) {
  const auto at = std::ranges::find(decision.notices, kind, &NoticeDraft::kind);
  return at == decision.notices.end() ? nullptr : &*at;
}

// ---- rows ---------------------------------------------------------------------------------------

TEST_P(DeliveryTest, AllThatADecisionHoldsIsWritten) {
  auto r = rig();
  r->open()->add_code({"ZZZZ9999", PersonId{1}, r->clock.now() + 1h});
  change_ = [](const Input&, const WorkingSet&, Decision& decision) {
    MediaOrder order;
    order.id = MediaId{77};
    order.about = decision.cases.front().id;
    order.channel = "test";
    order.user = "farmer";
    order.media_id = "m-1";
    decision.media.push_back(order);
    decision.codes.push_back({"ABCD2345", PersonId{1}, Instant{1h}});
    decision.used_codes.push_back("ZZZZ9999");
    decision.told.emplace_back(order.about, PersonId{1});
    decision.asked = {NoticeId{5}, NoticeId{6}};
  };
  ASSERT_EQ(r->say("farmer", kLamp).status, Receipt::accepted);
  ASSERT_THAT(all(&store::Writes::media), SizeIs(1));
  EXPECT_EQ(all(&store::Writes::media)[0].id, MediaId{77});
  ASSERT_THAT(all(&store::Writes::codes), SizeIs(1));
  EXPECT_EQ(all(&store::Writes::codes)[0].code, "ABCD2345");
  EXPECT_THAT(all(&store::Writes::used_codes), ElementsAre("ZZZZ9999"));
  EXPECT_THAT(all(&store::Writes::told), SizeIs(1));
  EXPECT_THAT(all(&store::Writes::asked), ElementsAre(NoticeId{5}, NoticeId{6}));
  const auto due = r->open()->media_due(10, 1min);
  ASSERT_THAT(due, SizeIs(1));
  EXPECT_EQ(due[0].order.media_id, "m-1");
}

TEST_P(DeliveryTest, NewSendersCostNoFurtherStatement) {
  auto r = rig({.traits = {.edits = true}});
  ASSERT_EQ(r->say("farmer", kLamp).status, Receipt::accepted);
  ASSERT_EQ(r->say("neighbour", kLamp).status, Receipt::accepted);
  EXPECT_EQ(faults_.loaded, 2)
      << "once each, for what was reported near there; nobody has met them";
}

// ---- when ---------------------------------------------------------------------------------------

TEST_P(DeliveryTest, WhatWaitsForItsHourStandsInNoLane) {
  auto r = rig();
  auto t = timers(*r);
  const Instant hour = r->clock.now() + 10h;
  change_ = [&](const Input& input, const WorkingSet&, Decision& decision) {
    for (auto& draft : decision.notices) {
      draft.urgent = true;  // no morning brief tells of it
      if (input.now < hour) draft.not_before = hour;
    }
  };
  const auto receipt = r->say("farmer", kLamp);
  ASSERT_TRUE(receipt.reply) << "an answer never waits";
  ASSERT_THAT(rows("card"), SizeIs(1));
  EXPECT_EQ(rows("card")[0].state, NoticeState::later);
  EXPECT_EQ(rows("card")[0].seq, 0);
  EXPECT_EQ(rows("card")[0].next_at, hour);
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), IsEmpty());

  r->clock.set(hour - 1s);
  t->run_due();
  ASSERT_TRUE(r->settle());
  EXPECT_FALSE(testing::Value(r->kinds_to("cadre"), testing::Contains("card")));
  ASSERT_TRUE(t->next());
  EXPECT_LE(*t->next(), hour);
  r->clock.set(hour);
  t->run_due();
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), testing::Contains("card"));
}

TEST_P(DeliveryTest, TwoProcessesWakeANoticeOnce) {
  auto p1 = rig({.process = "p1"}), p2 = rig({.process = "p2"});
  auto t1 = timers(*p1), t2 = timers(*p2);
  const Instant hour = p1->clock.now() + 1h;
  change_ = [&](const Input& input, const WorkingSet&, Decision& decision) {
    auto* card = draft_of(decision, "card");
    if (!card || input.now >= hour) return;
    card->not_before = hour;
    card->urgent = true;  // no morning brief tells of it
  };
  for (int i = 0; i < 20; ++i) p1->say("farmer" + std::to_string(i), kLamp);
  for (auto* r : {p1.get(), p2.get()}) r->clock.set(hour);
  std::thread other{[&] { t2->run_due(); }};
  t1->run_due();
  other.join();
  ASSERT_TRUE(p1->settle() && p2->settle());
  const auto cards = [](const Rig& r) { return std::ranges::count(r.kinds_to("cadre"), "card"); };
  EXPECT_EQ(cards(*p1) + cards(*p2), 20);
}

TEST_P(DeliveryTest, EchoIsOwedFromTheHourItMayLeave) {
  auto r = rig();
  const auto number = number_in(r->say("farmer", kLamp).reply->text);
  EXPECT_EQ(r->monitor.owed("test"), 1);
  r->say("cadre", "签收 " + number);
  EXPECT_EQ(r->monitor.owed("test"), 2);
  change_ = [](const Input& input, const WorkingSet&, Decision& decision) {
    for (auto& draft : decision.notices) draft.not_before = input.now + 1h;
  };
  r->say("cadre", "进展 " + number + " 电工已经到现场查看线路");
  EXPECT_EQ(r->monitor.owed("test"), 2);
}

// ---- where --------------------------------------------------------------------------------------

TEST_P(DeliveryTest, EmergencyPushGoesToEveryOpenAccount) {
  import_person("cadre", {{"test", "cadre"}, {"second", "cadre2"}, {"gone", "cadre3"}});
  auto r = rig({.more = {{"second", {}}}});
  change_ = [](const Input&, const WorkingSet&, Decision& decision) {
    auto* card = draft_of(decision, "card");
    if (!card) return;
    card->urgent = card->everywhere = true;
    card->events = {decision.events.front().id};
  };
  r->say("farmer", kLamp);
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), ElementsAre("card"));
  EXPECT_THAT(r->kinds_to("cadre2"), ElementsAre("card"));
  const auto cards = rows("card");
  ASSERT_THAT(cards, SizeIs(2)) << "the channel of the third is closed";
  EXPECT_THAT(cards[0].events, SizeIs(1));
  EXPECT_THAT(cards[1].events, IsEmpty()) << "one move is told once to a person";
  EXPECT_NE(cards[0].notice.id, cards[1].notice.id);
}

TEST_P(DeliveryTest, ChosenAccountIsFirstAndClosedChannelsAreLeftOut) {
  import_person("cadre", {{"gone", "cadre0"}, {"test", "cadre"}, {"second", "cadre2"}});
  auto r = rig({.more = {{"second", {}}}});
  r->say("farmer", kLamp);
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), ElementsAre("card"));

  AccountId chosen;
  change_ = [&](const Input& input, const WorkingSet& set, Decision& decision) {
    const auto* said = std::get_if<Said>(&input.what);
    if (!said || said->message.sender != "cadre2") return;
    chosen = said->account;
    auto& me = decision.persons.empty() ? decision.persons.emplace_back(*set.person(said->person))
                                        : decision.persons.front();
    me.preferred = chosen;
  };
  auto choice = r->message("cadre2", "待办");
  choice.channel = "second";
  const auto receipt = r->submit(choice);
  ASSERT_EQ(receipt.status, Receipt::accepted);
  r->rode(receipt);
  ASSERT_TRUE(chosen);
  r->say("neighbour", kLamp);
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), ElementsAre("card"));
  EXPECT_THAT(r->kinds_to("cadre2"), testing::Contains("card")) << "at once, in every process";
}

TEST_P(DeliveryTest, ReplyAddressServesWhileItIsGood) {
  auto r = rig({.traits = {.replies = false}});
  const auto replies = [&] {
    std::vector<std::string> found;
    for (const auto& request : r->client->requests())
      if (request.body.starts_with("farmer|"))
        found.push_back(std::string{net::find_header(request.headers, "Reply")});
    return found;
  };
  auto message = r->message("farmer", kLamp);
  message.reply_address = "https://reply.test/1";
  message.reply_until = r->clock.now() + 1h;
  r->submit(message);
  ASSERT_TRUE(r->settle());
  message = r->message("farmer", "进度");
  message.reply_address = "https://reply.test/2";
  message.reply_until = r->clock.now();
  r->submit(message);
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(replies(), ElementsAre("https://reply.test/1", ""));
}

TEST_P(DeliveryTest, HeldEchoFollowsThePersonToAnotherAccount) {
  import_person("twice", {{"test", "farmer"}, {"second", "tablet"}});
  auto r = rig({.traits = {.windowed = true}, .more = {{"second", {}}}});
  const auto from_tablet = [&](const std::string& text, MessageKind kind) {
    auto message = r->message("tablet", text);
    message.channel = "second";
    message.kind = kind;
    return r->submit(message).status;
  };
  const auto number = number_in(r->say("farmer", kLamp).reply->text);
  ASSERT_EQ(from_tablet("", MessageKind::unfollow), Receipt::accepted);
  ASSERT_TRUE(r->settle());
  r->clock.advance(72h);  // now there is no way to the person
  r->say("cadre", "签收 " + number);
  ASSERT_TRUE(r->settle());
  r->say("cadre", "进展 " + number + " 电工已经到现场查看线路");
  ASSERT_TRUE(r->settle());
  ASSERT_EQ(r->open()->counts().notices_held, 2);

  ASSERT_EQ(from_tablet("进度", MessageKind::text), Receipt::accepted);
  ASSERT_TRUE(r->settle());
  EXPECT_EQ(r->open()->counts().notices_held, 0);
  const auto heard = r->kinds_to("tablet");
  ASSERT_GE(heard.size(), 2u);
  EXPECT_EQ(heard[0], "accepted") << "in the order of writing";
  EXPECT_EQ(heard[1], "progress");
  EXPECT_THAT(r->kinds_to("farmer"), IsEmpty());
}

TEST_P(DeliveryTest, PulledChannelShowsWhatWaitedWhenItsHourComes) {
  auto r = rig({.traits = {.pulled = true}});
  auto t = timers(*r);
  const Instant hour = r->clock.now() + 1h;
  change_ = [&](const Input& input, const WorkingSet&, Decision& decision) {
    if (auto* card = draft_of(decision, "card"); card && input.now < hour) card->not_before = hour;
  };
  r->say("farmer", kLamp);
  EXPECT_THAT(r->open()->notices_of("test", "cadre", 0), IsEmpty());
  r->clock.set(hour);
  t->run_due();
  ASSERT_TRUE(r->settle());
  const auto shown = r->open()->notices_of("test", "cadre", 0);
  ASSERT_FALSE(shown.empty());
  EXPECT_EQ(shown[0].notice.kind, "card");
  EXPECT_EQ(shown[0].state, NoticeState::sent);
  EXPECT_EQ(r->open()->counts().notices_dead, 0);
}

// ---- files --------------------------------------------------------------------------------------

TEST_P(DeliveryTest, FilesAreShownAsLinks) {
  auto r = rig({.renderer = std::make_shared<MediaRenderer>()});
  change_ = [](const Input&, const WorkingSet&, Decision& decision) {
    if (auto* card = draft_of(decision, "card"))
      card->media = {{MediaId{7}, MediaKind::image}, {MediaId{8}, MediaKind::voice}};
  };
  r->say("farmer", kLamp);
  ASSERT_TRUE(r->settle());
  ASSERT_THAT(r->sent_to("cadre"), SizeIs(1));
  const auto text = r->sent_to("cadre")[0];
  EXPECT_THAT(text, HasSubstr("照片=" + r->links.link(MediaId{7}, r->clock.now())));
  EXPECT_THAT(text, HasSubstr("语音=" + r->links.link(MediaId{8}, r->clock.now())));
}

// ---- cards --------------------------------------------------------------------------------------

TEST_P(DeliveryTest, CardIsKnownAndChanges) {
  auto r = rig({.traits = {.edits = true}});
  std::vector<Card> seen;
  change_ = [&](const Input&, const WorkingSet& set, const Decision& decision) {
    if (!decision.cases.empty()) seen = set.cards(decision.cases.front().id);
  };
  const auto number = number_in(r->say("farmer", kLamp).reply->text);
  const auto cards = all(&store::Writes::cards);
  ASSERT_THAT(cards, SizeIs(1));
  EXPECT_EQ(cards[0].notice, rows("card")[0].notice.id);
  EXPECT_EQ(cards[0].kind, "card");
  EXPECT_FALSE(cards[0].office);
  EXPECT_TRUE(rows("card")[0].card);
  ASSERT_TRUE(r->settle());

  ASSERT_EQ(r->say("cadre", "签收 " + number).status, Receipt::accepted);
  ASSERT_THAT(seen, SizeIs(1)) << "loaded with its case";
  EXPECT_EQ(seen[0].handle, "sent") << "what the platform called it";
  ASSERT_THAT(rows("card"), SizeIs(2));
  const auto edit = rows("card")[1];
  EXPECT_EQ(edit.edits, cards[0].notice);
  EXPECT_EQ(edit.notice.replaces, "sent");
  EXPECT_FALSE(edit.card) << "an edit is no new card";
  EXPECT_THAT(all(&store::Writes::cards), SizeIs(1));
  ASSERT_TRUE(r->settle());
  const auto requests = r->client->requests();
  EXPECT_TRUE(std::ranges::any_of(requests, [](const auto& request) {
    return net::find_header(request.headers, "Replaces") == "sent";
  }));
}

TEST_P(DeliveryTest, PlatformThatCannotEditGetsNoEdits) {
  auto r = rig();
  const auto number = number_in(r->say("farmer", kLamp).reply->text);
  r->say("cadre", "签收 " + number);
  EXPECT_THAT(all(&store::Writes::cards), IsEmpty());
  EXPECT_THAT(rows("card"), SizeIs(1));
}

TEST_P(DeliveryTest, PressedButtonGivesTheCardANewHandle) {
  auto r = rig({.traits = {.edits = true}});
  const auto number = number_in(r->say("farmer", kLamp).reply->text);
  ASSERT_TRUE(r->settle());
  const auto card = rows("card")[0].notice.id;
  auto press = r->message("cadre", "签收 " + number);
  press.card = std::to_string(card.raw()) + ":response-code";
  ASSERT_EQ(r->submit(press).status, Receipt::accepted);
  EXPECT_THAT(all(&store::Writes::handles), ElementsAre(std::pair{card, "response-code"}));
  ASSERT_THAT(rows("card"), SizeIs(2));
  EXPECT_EQ(rows("card")[1].notice.replaces, "response-code") << "the old one is spent";
}

TEST_P(DeliveryTest, CardOfTheSameBatchChangesToo) {
  auto r = rig({.traits = {.edits = true}});
  // While the worker is busy with the first, the others become one batch.
  std::array<std::promise<Receipt>, 4> done;
  r->say_async("stranger", kLamp, "s1", [&](Receipt x) { done[0].set_value(x); });
  r->say_async("farmer", kLamp, "f1", [&](Receipt x) { done[1].set_value(x); });
  r->say_async("farmer", "补充 灯杆也歪了，快倒下来了", "f2",
               [&](Receipt x) { done[2].set_value(x); });
  r->say_async("farmer", "补充 已经三天没有亮了", "f3", [&](Receipt x) { done[3].set_value(x); });
  for (auto& promise : done) EXPECT_EQ(promise.get_future().get().status, Receipt::accepted);
  const auto cards = rows("card");
  ASSERT_THAT(cards, SizeIs(4)) << "two cards, one of them changed twice";
  EXPECT_EQ(std::ranges::count_if(cards, [&](const NoticeRow& row) { return bool{row.edits}; }), 2);
}

// ---- nobody heard -------------------------------------------------------------------------------

TEST_P(DeliveryTest, UnheardIsAskedOnceEvenWhenNothingIsDecided) {
  auto r = rig();
  const auto number = number_in(r->say("farmer", kLamp).reply->text);
  const auto about = all(&store::Writes::inbound)[0].about;
  change_ = [](const Input& input, const WorkingSet&, Decision& decision) {
    if (std::holds_alternative<Unheard>(input.what)) decision = {};
  };
  std::promise<Receipt> done;
  r->inbox->perform({Unheard{NoticeId{4711}, about, PersonId{1}, "closed"}},
                    [&](Receipt receipt) { done.set_value(std::move(receipt)); });
  EXPECT_EQ(done.get_future().get().status, Receipt::accepted);
  EXPECT_THAT(all(&store::Writes::asked), ElementsAre(NoticeId{4711}));
}

TEST_P(DeliveryTest, EchoThatReachedNobodyComesBackAfterADayAndOnce) {
  auto r = rig({.traits = {.replies = false, .windowed = true}});
  auto t = timers(*r);
  std::atomic<int> asked{0};
  change_ = [&](const Input& input, const WorkingSet&, Decision&) {
    asked += std::holds_alternative<Unheard>(input.what);
  };
  r->say("farmer", kLamp);
  ASSERT_TRUE(r->settle());
  const auto number = number_in(r->sent_to("farmer").at(0));
  r->clock.advance(49h);
  t->run_due();
  ASSERT_EQ(r->say("cadre", "签收 " + number).status, Receipt::accepted);
  ASSERT_TRUE(r->settle());
  ASSERT_GT(r->open()->counts().notices_held, 0);
  const auto before = asked.load();
  r->clock.advance(23h);
  t->run_due();
  EXPECT_EQ(asked, before);
  r->clock.advance(2h);
  t->run_due();
  const auto after = asked.load();
  EXPECT_GT(after, before);
  t->run_due();
  EXPECT_EQ(asked, after) << "the owner is asked once";
}

// ---- streams ------------------------------------------------------------------------------------

TEST_P(DeliveryTest, CursorIsSavedWithItsMessage) {
  auto r = rig();
  const auto cursor = [&]() -> std::string {
    for (const auto& one : r->open()->cursors())
      if (one.channel == "test" && one.stream == "kf1") return "[" + one.value + "]";
    return "none";
  };
  const auto submit = [&](const std::string& key, MessageKind kind, Stream stream) {
    auto message = r->message("farmer", kLamp, key);
    message.kind = kind;
    message.stream = std::move(stream);
    return r->submit(message).status;
  };
  EXPECT_EQ(cursor(), "none");
  EXPECT_EQ(submit("e1", MessageKind::other, {"kf1", "hint", ""}), Receipt::accepted);
  EXPECT_EQ(cursor(), "[]") << "an event makes the stream known";
  EXPECT_EQ(submit("m1", MessageKind::text, {"kf1", "", ""}), Receipt::accepted);
  EXPECT_EQ(cursor(), "[]");
  EXPECT_EQ(submit("m2", MessageKind::text, {"kf1", "", "c1"}), Receipt::accepted);
  EXPECT_EQ(cursor(), "[c1]");
  EXPECT_EQ(submit("e2", MessageKind::other, {"kf1", "hint", ""}), Receipt::accepted);
  EXPECT_EQ(cursor(), "[c1]") << "an event leaves it where it was";
  EXPECT_EQ(submit("m2", MessageKind::text, {"kf1", "", "c2"}), Receipt::duplicate);
  EXPECT_EQ(cursor(), "[c2]") << "also with a message that was known";
}

}  // namespace
}  // namespace huiyin
