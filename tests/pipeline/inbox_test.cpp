// The rules of DESIGN §1a on both engines, with real decisions and texts.
#include "server/pipeline/inbox.h"

#include <gmock/gmock.h>

#include <future>
#include <set>
#include <thread>

#include "server/pipeline/journal.h"
#include "tests/fakes/test_database.h"
#include "tests/pipeline/faulty_store.h"
#include "tests/pipeline/rig.h"

namespace huiyin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

class InboxTest : public testing::TestWithParam<fakes::Engine> {
 protected:
  InboxTest() : database_{GetParam()} {
    const auto store = store::open(database_.url());
    store->migrate();
    import_rig_directory(*store);
  }
  std::unique_ptr<Rig> rig(Rig::Options options = {}) {
    return std::make_unique<Rig>(database_.url(), std::move(options));
  }
  // "260326-0001" out of a text.
  static std::string number_in(const std::string& text) {
    const auto dash = text.find("-", text.find("260326"));
    return text.substr(dash - 6, 11);
  }
  std::vector<std::pair<Case, std::vector<Event>>> cases() {
    std::vector<std::pair<Case, std::vector<Event>>> rows;
    store::open(database_.url())->export_cases({}, [&](const Case& c, const std::vector<Event>& e) {
      rows.emplace_back(c, e);
    });
    return rows;
  }
  std::size_t count(Move move) {
    std::size_t sum = 0;
    for (const auto& [row, events] : cases())
      for (const auto& event : events) sum += event.move == move;
    return sum;
  }

  fakes::TestDatabase database_;
};

INSTANTIATE_TEST_SUITE_P(Engines, InboxTest, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

constexpr const char* kLamp = "东浦村村口的路灯坏了，晚上老人走路看不见";

TEST_P(InboxTest, MessageBecomesCaseReplyAndCard) {
  auto r = rig();
  const auto receipt = r->say("farmer", kLamp);
  EXPECT_EQ(receipt.status, Receipt::accepted);
  ASSERT_TRUE(receipt.reply);
  EXPECT_EQ(receipt.reply->kind, "registered");
  EXPECT_THAT(receipt.reply->text, HasSubstr("260326-"));
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), ElementsAre("card"));
  EXPECT_TRUE(r->sent_to("farmer").empty()) << "the reply rode on the response";
  const auto rows = cases();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].first.stage, Stage::dispatched);
  EXPECT_EQ(rows[0].first.unit.raw(), "v1");
}

TEST_P(InboxTest, DuplicateGetsTheSameReply) {
  auto r = rig();
  const auto first = r->say("farmer", kLamp, "m1");
  const auto second = r->say("farmer", kLamp, "m1");
  EXPECT_EQ(second.status, Receipt::duplicate);
  ASSERT_TRUE(second.reply);
  EXPECT_EQ(second.reply->text, first.reply->text);
  EXPECT_EQ(cases().size(), 1u);
}

TEST_P(InboxTest, ThreeOverlappingDuplicatesHaveOneEffect) {
  auto r = rig();
  for (int round = 0; round < 10; ++round) {
    const auto user = "farmer" + std::to_string(round);
    std::array<std::promise<Receipt>, 3> copies;
    for (auto& copy : copies)
      r->say_async(user, kLamp, user, [&](Receipt receipt) { copy.set_value(std::move(receipt)); });
    int accepted = 0;
    std::set<std::string> texts;
    for (auto& copy : copies) {
      const auto receipt = copy.get_future().get();
      accepted += receipt.status == Receipt::accepted;
      ASSERT_TRUE(receipt.reply);
      texts.insert(receipt.reply->text);
    }
    EXPECT_EQ(accepted, 1);
    EXPECT_EQ(texts.size(), 1u);
  }
  EXPECT_EQ(cases().size(), 10u);
}

TEST_P(InboxTest, SameMessageToTwoProcesses) {
  auto p1 = rig({.process = "p1"}), p2 = rig({.process = "p2"});
  for (int round = 0; round < 10; ++round) {
    const auto user = "farmer" + std::to_string(round);
    auto other = std::async(std::launch::async, [&] { return p2->say(user, kLamp, user); });
    const auto here = p1->say(user, kLamp, user);
    const auto there = other.get();
    EXPECT_EQ((here.status == Receipt::accepted) + (there.status == Receipt::accepted), 1);
    EXPECT_EQ((here.status == Receipt::duplicate) + (there.status == Receipt::duplicate), 1);
    ASSERT_TRUE(here.reply && there.reply);
    EXPECT_EQ(here.reply->text, there.reply->text);
  }
  EXPECT_EQ(cases().size(), 10u);
}

TEST_P(InboxTest, TwoMessagesThatLookAlikeAreTwo) {
  auto r = rig();
  r->say("a", kLamp);
  r->say("b", kLamp);
  r->say("A", kLamp);
  r->say("a😀", kLamp);
  r->say("a😁", kLamp);
  EXPECT_EQ(cases().size(), 5u);
}

TEST_P(InboxTest, TwoSendersOneCaseInTwoProcesses) {
  auto p1 = rig({.process = "p1"}), p2 = rig({.process = "p2"});
  const auto number = number_in(p1->say("farmer", kLamp).reply->text);
  ASSERT_EQ(p1->say("cadre", "签收 " + number).status, Receipt::accepted);
  for (int i = 0; i < 10; ++i) {
    auto other = std::async(std::launch::async, [&] {
      return p2->say("deputy",
                     "进展 " + number + " 电工第" + std::to_string(i) + "次到现场查看线路");
    });
    EXPECT_EQ(
        p1->say("cadre", "进展 " + number + " 已经联系供电所第" + std::to_string(i) + "次").status,
        Receipt::accepted);
    EXPECT_EQ(other.get().status, Receipt::accepted);
  }
  EXPECT_EQ(count(Move::progress), 20u);
  ASSERT_TRUE(p1->settle() && p2->settle());
  const auto heard = p1->sent_to("farmer").size() + p2->sent_to("farmer").size();
  EXPECT_EQ(heard, 21u) << "accepted and twenty times progress, each exactly once";
}

TEST_P(InboxTest, TwoSendersOneCaseInOneBatch) {
  auto r = rig();
  const auto number = number_in(r->say("farmer", kLamp).reply->text);
  // Both wait while the worker is busy with the first; then they are one batch.
  std::array<std::promise<Receipt>, 3> done;
  r->say_async("stranger", kLamp, "s1", [&](Receipt x) { done[0].set_value(x); });
  r->say_async("cadre", "签收 " + number, "c1", [&](Receipt x) { done[1].set_value(x); });
  r->say_async("deputy", "进展 " + number + " 电工已经到现场查看线路", "d1",
               [&](Receipt x) { done[2].set_value(x); });
  for (auto& promise : done) EXPECT_EQ(promise.get_future().get().status, Receipt::accepted);
  EXPECT_EQ(count(Move::accept), 1u);
  EXPECT_EQ(count(Move::progress), 1u);
}

TEST_P(InboxTest, OneWinnerAmongManyClaims) {
  auto p1 = rig({.process = "p1"}), p2 = rig({.process = "p2"});
  const auto number = number_in(p1->say("farmer", kLamp).reply->text);
  std::vector<std::future<Receipt>> tries;
  for (int i = 0; i < 20; ++i)
    tries.push_back(std::async(std::launch::async, [&, i] {
      return (i % 2 ? p1 : p2)->say(i % 4 < 2 ? "cadre" : "deputy", "签收 " + number);
    }));
  for (auto& one : tries) EXPECT_EQ(one.get().status, Receipt::accepted);
  EXPECT_EQ(count(Move::accept), 1u);
}

TEST_P(InboxTest, TwoAccountsOfOnePerson) {
  {
    const auto store = store::open(database_.url());
    Person person;
    person.code = "twice";
    const std::vector<std::pair<Person, std::vector<std::pair<std::string, std::string>>>> people{
        {person, {{"test", "phone"}, {"test", "tablet"}}}};
    store->import_people(people, std::vector<std::vector<std::string>>(1));
  }
  auto p1 = rig({.process = "p1", .workers = GetParam().writers});
  auto p2 = rig({.process = "p2"});
  for (int i = 0; i < 10; ++i) {
    auto other = std::async(std::launch::async, [&] { return p2->say("tablet", kLamp); });
    EXPECT_EQ(p1->say("phone", kLamp).status, Receipt::accepted);
    EXPECT_EQ(other.get().status, Receipt::accepted);
  }
  // The person's row serialises them: the second message always sees the first one's case.
  EXPECT_EQ(cases().size(), 1u);
  EXPECT_EQ(count(Move::supplement), 19u);
}

TEST_P(InboxTest, RowsThatWereNotLoadedAreFetched) {
  auto r = rig();
  r->say("farmer", "English");
  const auto number = number_in(r->say("farmer", kLamp).reply->text);
  ASSERT_TRUE(r->settle());
  // Neither the reporter nor his locale is among the sender's rows.
  EXPECT_EQ(r->say("cadre", "签收 " + number).status, Receipt::accepted);
  ASSERT_TRUE(r->settle());
  ASSERT_EQ(r->kinds_to("farmer").back(), "accepted");
  EXPECT_THAT(r->sent_to("farmer").back(), HasSubstr("Your"));
}

TEST_P(InboxTest, ReplyWhoseConnectionWasGoneGoesByApi) {
  Rig::Options options;
  options.outbox.missed_reply = 30ms;
  auto r = rig(options);
  const auto receipt = r->submit(r->message("farmer", kLamp, "m1"));
  r->rode(receipt, false);
  for (int i = 0; i < 200 && r->sent_to("farmer").empty(); ++i) std::this_thread::sleep_for(10ms);
  EXPECT_THAT(r->kinds_to("farmer"), ElementsAre("registered"));
  ASSERT_TRUE(r->settle());
  // Told by API: a late resend is only acknowledged.
  EXPECT_FALSE(r->submit(r->message("farmer", kLamp, "m1")).reply);
}

TEST_P(InboxTest, ResendFetchesTheMissedReply) {
  auto r = rig();
  const auto receipt = r->submit(r->message("farmer", kLamp, "m1"));
  r->rode(receipt, false);
  ASSERT_TRUE(r->settle());
  const auto again = r->say("farmer", kLamp, "m1");
  ASSERT_TRUE(again.reply);
  EXPECT_EQ(again.reply->text, receipt.reply->text);
  ASSERT_TRUE(r->settle());
  EXPECT_TRUE(r->sent_to("farmer").empty());
}

TEST_P(InboxTest, NonceOfAnotherBodyIsRefused) {
  auto r = rig();
  auto first = r->message("farmer", kLamp, "m1");
  first.nonce = NonceClaim{"1790000000-abc", "hash1"};
  EXPECT_EQ(r->submit(first).status, Receipt::accepted);
  auto resend = first;
  EXPECT_EQ(r->submit(resend).status, Receipt::duplicate);
  auto forged = r->message("farmer", "东浦村的水管也坏了没有水", "m2");
  forged.nonce = NonceClaim{"1790000000-abc", "hash2"};
  EXPECT_EQ(r->submit(forged).status, Receipt::replayed);
  EXPECT_EQ(cases().size(), 1u);
}

TEST_P(InboxTest, UnfollowAndOtherEventsMakeNoCase) {
  auto r = rig();
  for (const auto kind : {MessageKind::other, MessageKind::unfollow}) {
    auto message = r->message("passer-by", "");
    message.kind = kind;
    const auto receipt = r->submit(message);
    EXPECT_EQ(receipt.status, Receipt::accepted);
    EXPECT_FALSE(receipt.reply);
  }
  EXPECT_TRUE(cases().empty());
}

TEST_P(InboxTest, WhatCannotBeReadIsAnsweredAndMakesNoCase) {
  auto r = rig();
  auto message = r->message("farmer", "表.xls", "m1");
  message.kind = MessageKind::file;
  for (const auto status : {Receipt::accepted, Receipt::duplicate}) {
    const auto receipt = r->submit(message);
    EXPECT_EQ(receipt.status, status);
    ASSERT_TRUE(receipt.reply);
    EXPECT_THAT(receipt.reply->text, HasSubstr("打不开"));
  }
  EXPECT_TRUE(cases().empty());
}

// ---- faults -----------------------------------------------------------------------------------

class InboxFaults : public InboxTest {
 protected:
  std::unique_ptr<Rig> faulty(Rig::Options options = {}) {
    options.open = [this] { return make_faulty(store::open(database_.url()), faults_); };
    return rig(std::move(options));
  }
  Faults faults_;
};
INSTANTIATE_TEST_SUITE_P(Engines, InboxFaults, testing::ValuesIn(fakes::engines()),
                         fakes::engine_name);

TEST_P(InboxFaults, DeadlockIsRetriedWhole) {
  auto r = faulty();
  faults_.save_retry = 3;
  EXPECT_EQ(r->say("farmer", kLamp).status, Receipt::accepted);
  EXPECT_EQ(cases().size(), 1u);
  EXPECT_EQ(faults_.save_retry, 0);
}

TEST_P(InboxFaults, ConnectionLostBeforeCommitIsDoneAgain) {
  auto r = faulty();
  faults_.lost_before_commit = 1;
  const auto receipt = r->say("farmer", kLamp, "m1");
  EXPECT_EQ(receipt.status, Receipt::accepted);
  ASSERT_TRUE(receipt.reply);
  EXPECT_EQ(cases().size(), 1u);
  EXPECT_EQ(faults_.committed, 1);
}

TEST_P(InboxFaults, ConnectionLostAfterCommitIsReadBack) {
  auto r = faulty();
  faults_.lost_after_commit = 1;
  const auto receipt = r->say("farmer", kLamp, "m1");
  EXPECT_EQ(receipt.status, Receipt::accepted);
  ASSERT_TRUE(receipt.reply);
  EXPECT_EQ(cases().size(), 1u);
  EXPECT_EQ(faults_.committed, 1) << "not done twice";
  ASSERT_TRUE(r->settle());
  EXPECT_THAT(r->kinds_to("cadre"), ElementsAre("card"));
}

// A restart of the database in the middle of COMMIT: the cards were committed as ours to send.
TEST_P(InboxFaults, CommitThatCannotBeSettledLeavesNoNoticeBehind) {
  auto r = faulty();
  r->say("first", kLamp);
  ASSERT_TRUE(r->settle());
  faults_.lost_after_commit = faults_.unknowable = 1;
  EXPECT_EQ(r->say("farmer", kLamp, "m1").status, Receipt::unavailable);
  r->say("last", kLamp);
  for (int i = 0; i < 500 && r->kinds_to("cadre").size() < 3; ++i)
    std::this_thread::sleep_for(10ms);
  EXPECT_EQ(r->say("farmer", kLamp, "m1").status, Receipt::duplicate);
  ASSERT_EQ(cases().size(), 3u);
  const auto cards = r->sent_to("cadre");
  ASSERT_EQ(cards.size(), 3u);
  std::vector<std::string> numbers;
  for (const auto& card : cards) numbers.push_back(number_in(card));
  EXPECT_THAT(numbers,
              testing::UnorderedElementsAre(cases()[0].first.number, cases()[1].first.number,
                                            cases()[2].first.number));
  EXPECT_TRUE(std::ranges::is_sorted(numbers)) << "in the order of writing";
}

TEST_P(InboxFaults, DirectoryThatCannotBeUsedCostsNoMessage) {
  Rig::Options options;
  std::atomic<bool> broken{false};
  options.on_make = [&] {
    if (broken) throw std::runtime_error{"a unit without a name"};
  };
  auto r = rig(options);
  broken = true;
  Unit hamlet;
  hamlet.code = UnitCode{"v3"};
  hamlet.name = "南浦村";
  hamlet.kind = UnitKind::village;
  hamlet.parent = UnitCode{"t"};
  store::open(database_.url())->import_units(std::vector<Unit>{hamlet});
  EXPECT_EQ(r->say("farmer", kLamp, "m1").status, Receipt::unavailable);
  EXPECT_EQ(store::open(database_.url())->counts().quarantined, 0);
  broken = false;
  EXPECT_EQ(r->say("farmer", kLamp, "m1").status, Receipt::accepted);
}

TEST_P(InboxFaults, SuspectsThatNeverComeAgainDoNotEndBatches) {
  fakes::TemporaryDirectory directory;
  const InFlight lost{{"test", "never sent again"}, "raw"};
  Journal{directory.path(), 1}.begin(0, {&lost, 1});
  Rig::Options options;
  options.inbox.journal_directory = directory.path();
  auto r = rig(options);
  std::atomic<int> accepted{0};
  for (int i = 0; i < 60; ++i) {
    const auto name = "u" + std::to_string(i);
    r->say_async(name, kLamp, name,
                 [&](const Receipt& x) { accepted += x.status == Receipt::accepted; });
  }
  r->inbox->stop();
  EXPECT_EQ(accepted, 60);
  EXPECT_GT(r->monitor.largest, 1u);
}

TEST_P(InboxFaults, PoisonIsSetAsideAndItsNeighboursGoOn) {
  auto r = faulty();
  faults_.poison = "毒";
  std::vector<std::promise<Receipt>> done(9);
  for (int i = 0; i < 9; ++i)
    r->say_async("user" + std::to_string(i), i == 4 ? std::string{kLamp} + "毒" : kLamp,
                 "m" + std::to_string(i), [&done, i](Receipt x) { done[i].set_value(x); });
  for (int i = 0; i < 9; ++i)
    EXPECT_EQ(done[i].get_future().get().status, i == 4 ? Receipt::quarantined : Receipt::accepted)
        << i;
  EXPECT_EQ(cases().size(), 8u);
  EXPECT_EQ(store::open(database_.url())->counts().quarantined, 1);
}

TEST_P(InboxFaults, DatabaseAwayMeansUnavailableAndThenRecovers) {
  auto r = faulty();
  faults_.away = 1;
  EXPECT_EQ(r->say("farmer", kLamp, "m1").status, Receipt::unavailable);
  EXPECT_TRUE(cases().empty());
  EXPECT_EQ(r->say("farmer", kLamp, "m1").status, Receipt::accepted) << "the platform's resend";
}

TEST_P(InboxFaults, FullQueueAnswersAtOnce) {
  Rig::Options options;
  options.inbox.queue = 4;
  options.inbox.batch = 1;
  auto r = faulty(options);
  faults_.away = 1;  // keeps the worker busy for a second
  std::atomic<int> unavailable{0}, answered{0};
  for (int i = 0; i < 40; ++i)
    r->say_async("u" + std::to_string(i), kLamp, "m" + std::to_string(i), [&](Receipt x) {
      unavailable += x.status == Receipt::unavailable;
      ++answered;
    });
  EXPECT_GE(unavailable, 30) << "refused without waiting";
  r->inbox->stop();
  EXPECT_EQ(answered, 40);
}

TEST_P(InboxFaults, SuspectOfFiveCrashesIsSetAside) {
  fakes::TemporaryDirectory directory;
  const InFlight poison{{"test", "m1"}, "raw"};
  for (int i = 0; i < Journal::kMostCrashes; ++i)
    Journal{directory.path(), 1}.begin(0, {&poison, 1});
  Rig::Options options;
  options.inbox.journal_directory = directory.path();
  auto r = rig(options);
  EXPECT_EQ(r->say("farmer", kLamp, "m1").status, Receipt::quarantined);
  EXPECT_EQ(r->say("farmer", kLamp, "m2").status, Receipt::accepted);
  EXPECT_EQ(cases().size(), 1u);
}

}  // namespace
}  // namespace huiyin
