// Every field of every row comes back as it went in, on both engines.
#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

class RoundTrip : public StoreTest {};

constexpr PersonId kPerson{2001};
constexpr CaseId kCase{3001};

TEST_P(RoundTrip, CreatedRows) {
  WorkingSet set;
  const auto person = sample_person(kPerson.raw());
  const auto account = sample_account(4001, kPerson, "oX_😀_𠮷_a");
  const auto conversation = sample_conversation(kPerson, kCase);
  const auto one = sample_case(kCase.raw(), kPerson, PersonId{9});
  const auto event = sample_event(5001, kCase), later = sample_event(5002, kCase);
  set.create(person);
  set.create(account);
  Decision decision;
  decision.cases = {one};
  decision.conversations = {conversation};
  decision.events = {event, later};
  set.fold(decision);
  Writes writes;
  writes.inbound = {sample_inbound("k1"), sample_inbound("k2😀")};
  writes.notices = {sample_notice(6001, account, 1), sample_notice(6002, account, 2)};
  writes.notices[1].events.clear();
  writes.notices[1].notice.buttons.clear();
  writes.notices[1].notice.link.clear();
  writes.notices[1].notice.fields.clear();
  writes.nonces = {{"wx", "n1", "h1"}};
  commit(*store_, set, writes);

  auto batch = store_->begin();
  WorkingSet loaded;
  Need need;
  need.persons = {kPerson};
  need.cases = {kCase};
  need.history = {kCase};
  batch->load(need, at(0), loaded);
  ASSERT_NE(loaded.person(kPerson), nullptr);
  expect_same(*loaded.person(kPerson), person);
  EXPECT_EQ(loaded.person(kPerson)->version, 1);
  ASSERT_EQ(loaded.accounts_of(kPerson).size(), 1u);
  expect_same(*loaded.accounts_of(kPerson)[0], account);
  expect_same(loaded.conversation(kPerson), conversation);
  ASSERT_NE(loaded.find_case(kCase), nullptr);
  expect_same(*loaded.find_case(kCase), one);
  ASSERT_EQ(loaded.history(kCase).size(), 2u);
  expect_same(loaded.history(kCase)[0], event);
  expect_same(loaded.history(kCase)[1], later);
  EXPECT_TRUE(loaded.asked_person(kPerson) && loaded.asked_case(kCase) &&
              loaded.asked_history(kCase));

  const std::vector<NoticeId> ids{NoticeId{6001}, NoticeId{6002}, NoticeId{6003}};
  const auto notices = batch->find_notices(ids);
  ASSERT_EQ(notices.size(), 2u);
  expect_same(notices.at(ids[0]), writes.notices[0]);
  expect_same(notices.at(ids[1]), writes.notices[1]);
  const std::vector<InboundKey> keys{{"wx", "k1"}, {"wx", "k2😀"}, {"wx", "none"}, {"ding", "k1"}};
  const auto inbound = batch->find_inbound(keys);
  ASSERT_EQ(inbound.size(), 2u);
  expect_same(inbound.at(keys[0]), writes.inbound[0]);
  expect_same(inbound.at(keys[1]), writes.inbound[1]);
  const std::vector<Nonce> claims{{"wx", "n1", ""}, {"wx", "n2", ""}};
  const auto nonces = batch->find_nonces(claims);
  ASSERT_EQ(nonces.size(), 1u);
  EXPECT_EQ(nonces.at({"wx", "n1"}), "h1");
}

TEST_P(RoundTrip, ChangedRows) {
  WorkingSet set;
  Person bare;
  bare.id = kPerson;
  Account plain;
  plain.id = AccountId{4001};
  plain.channel = "wx";
  plain.user = "u";
  plain.person = kPerson;
  set.create(bare);
  set.create(plain);
  Decision first;
  Case draft;
  draft.id = kCase;
  draft.number = "260326-0001";
  draft.reporter = kPerson;
  first.cases = {draft};
  Conversation none;
  none.person = kPerson;
  first.conversations = {none};
  set.fold(first);
  commit(*store_, set);

  for (int round = 1; round <= 2; ++round) {  // the second one meets the version of the first
    auto batch = store_->begin();
    WorkingSet loaded;
    Need need;
    need.persons = {kPerson};
    need.cases = {kCase};
    batch->load(need, at(0), loaded);
    batch->lock_accounts({AccountId{4001}}, loaded);
    ASSERT_NE(loaded.find_case(kCase), nullptr);
    EXPECT_EQ(loaded.find_case(kCase)->version, round);

    auto person = sample_person(kPerson.raw());
    auto account = sample_account(4001, kPerson, "u");
    auto conversation = sample_conversation(kPerson, kCase);
    auto one = sample_case(kCase.raw(), kPerson, PersonId{9});
    person.version = account.version = conversation.version = one.version = round;
    person.name += std::to_string(round);
    Decision decision;
    decision.persons = {person};
    decision.cases = {one};
    decision.conversations = {conversation};
    loaded.fold(decision);
    loaded.change(account);
    Writes writes;
    writes.batch_id = fresh_batch_id();
    writes.set = &loaded;
    batch->save(writes);
    batch->commit();
    batch.reset();

    batch = store_->begin();
    WorkingSet again;
    batch->load(need, at(0), again);
    ASSERT_NE(again.person(kPerson), nullptr);
    expect_same(*again.person(kPerson), person);
    EXPECT_EQ(again.person(kPerson)->version, round + 1);
    expect_same(*again.accounts_of(kPerson)[0], account);
    expect_same(again.conversation(kPerson), conversation);
    expect_same(*again.find_case(kCase), one);
  }
}

HUIYIN_ON_BOTH_ENGINES(RoundTrip);

}  // namespace
}  // namespace huiyin::store
