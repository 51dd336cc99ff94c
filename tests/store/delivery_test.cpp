// What a batch writes for delivery: cards, files, codes, cursors, what was told, what goes on in
// another lane.
#include <atomic>

#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

class Delivery : public StoreTest {
 protected:
  Case store_case(std::int64_t id) {
    auto one = sample_case(id, PersonId{2001}, PersonId{9});
    one.reporter_account = AccountId{2002};
    WorkingSet set;
    Decision decision;
    decision.cases = {one};
    set.fold(decision);
    commit(*store_, set);
    return one;
  }
  void write(Writes writes) { commit(*store_, WorkingSet{}, std::move(writes)); }
  // Writes with both accounts locked, as the seam demands for Release.
  void release(std::vector<Release> releases, std::int64_t new_lane_seq) {
    auto batch = store_->begin();
    WorkingSet set;
    std::set<AccountId> ids;
    for (const auto& one : releases) ids.insert({one.from, one.to});
    batch->lock_accounts(ids, set);
    auto to = *set.account(releases[0].to);
    to.lane_seq = new_lane_seq;
    set.change(to);
    Writes writes;
    writes.batch_id = fresh_batch_id();
    writes.set = &set;
    writes.release_held = std::move(releases);
    batch->save(writes);
    batch->commit();
  }
  std::string notice(std::int64_t id, const std::string& column) {
    return text("SELECT " + column + " FROM notices WHERE id=" + std::to_string(id));
  }
  std::int64_t notice_number(std::int64_t id, const std::string& column) {
    return number("SELECT " + column + " FROM notices WHERE id=" + std::to_string(id));
  }
  void set(std::int64_t id, const std::string& what) {
    raw()->execute("UPDATE notices SET " + what + " WHERE id=" + std::to_string(id));
  }
  std::int64_t now() { return store_->begin()->database_now().time_since_epoch().count(); }
};

TEST_P(Delivery, CardsComeWithTheirCases) {
  const auto account = store_account(*store_, 2001, "oX");
  store_case(3001);
  store_case(3002);
  auto first = sample_notice(6001, account, 1), second = sample_notice(6002, account, 2);
  first.about = second.about = CaseId{3001};
  Writes writes;
  writes.cards = {sample_card(second), sample_card(first)};
  writes.handles = {{NoticeId{6001}, "new handle"},
                    {NoticeId{6002}, std::string(300, 'h')},  // fits nowhere: as if spent
                    {NoticeId{9999}, "of a card that is not there"}};
  write(writes);
  EXPECT_EQ(number("SELECT COUNT(*) FROM cards"), 2);

  WorkingSet set;
  Need need;
  need.cases = {CaseId{3001}, CaseId{3002}};
  auto batch = store_->begin();
  batch->load(need, at(0), set);
  ASSERT_EQ(set.cards(CaseId{3001}).size(), 2u);
  auto expected = sample_card(first);
  expected.handle = "new handle";
  expect_same(set.cards(CaseId{3001})[0], expected);
  EXPECT_EQ(set.cards(CaseId{3001})[1].handle, "");
  EXPECT_TRUE(set.cards(CaseId{3002}).empty());
  batch->load(need, at(0), set);
  EXPECT_EQ(set.cards(CaseId{3001}).size(), 2u);
}

TEST_P(Delivery, CodesServeOnce) {
  Writes writes;
  writes.codes = {{"AB12CD", PersonId{2001}, at(60)}, {"ZZ", PersonId{2002}, at(61)}};
  write(writes);
  store_->add_code({"CLI", PersonId{2003}, at(62)});
  EXPECT_EQ(trouble_of([&] {
              store_->add_code({"CLI", PersonId{2004}, at(62)});
            }),
            Trouble::duplicate);
  EXPECT_EQ(trouble_of([&] {
              store_->add_code({"CLI ", PersonId{2004}, at(62)});
            }),
            Trouble::poison);

  WorkingSet set;
  Need need;
  need.codes = {"AB12CD", "CLI", "ab12cd", "none"};
  store_->begin()->load(need, at(0), set);
  ASSERT_NE(set.find_code("AB12CD"), nullptr);
  EXPECT_EQ(set.find_code("AB12CD")->person, PersonId{2001});
  EXPECT_EQ(set.find_code("AB12CD")->until, at(60));
  EXPECT_EQ(set.find_code("CLI")->person, PersonId{2003});
  EXPECT_EQ(set.find_code("ab12cd"), nullptr);
  EXPECT_TRUE(set.asked_code("none"));
  EXPECT_EQ(set.find_code("ZZ"), nullptr);

  Writes use;
  use.used_codes = {"AB12CD", "AB12CD"};
  write(use);
  EXPECT_EQ(trouble_of([&] { write(use); }), Trouble::retry);
  Writes in_one;
  in_one.codes = {{"NEW", PersonId{1}, at(1)}};
  in_one.used_codes = {"NEW"};
  write(in_one);
  EXPECT_EQ(number("SELECT COUNT(*) FROM bind_codes"), 2);
}

TEST_P(Delivery, OneOfTwoProcessesUsesACode) {
  std::atomic<int> used = 0;
  store_->add_code({"ONCE", PersonId{2001}, at(60)});
  const auto process = [&] {
    const auto store = another();
    for (bool done = false; !done;) {
      try {
        auto batch = store->begin();
        WorkingSet set;
        Need need;
        need.codes = {"ONCE"};
        batch->load(need, at(0), set);
        const bool there = set.find_code("ONCE") != nullptr;
        if (there) {
          Writes writes;
          writes.batch_id = fresh_batch_id();
          writes.used_codes = {"ONCE"};
          batch->save(writes);
        }
        batch->commit();
        used += there ? 1 : 0;
        done = true;
      } catch (const Error& error) {
        ASSERT_EQ(error.trouble(), Trouble::retry) << error.what();
      }
    }
  };
  in_parallel({process, process, process});
  EXPECT_EQ(used, 1);
}

TEST_P(Delivery, FilesAreDueAtOnce) {
  const auto order = sample_media(91, CaseId{3001});
  MediaOrder bare;
  bare.id = MediaId{92};
  Writes writes;
  writes.media = {order, bare};
  write(writes);
  const auto row = store_->media(MediaId{91});
  ASSERT_TRUE(row.has_value());
  expect_same(row->order, order);
  EXPECT_EQ(row->state, MediaRow::due);
  EXPECT_EQ(row->attempts, 0);
  EXPECT_EQ(row->bytes, 0);
  EXPECT_FALSE(row->latitude.has_value());
  EXPECT_LE(number("SELECT next_at FROM media WHERE id=92"), now());
  EXPECT_GT(number("SELECT created_at FROM media WHERE id=92"), now() - 60'000'000);
  EXPECT_FALSE(store_->media(MediaId{93}).has_value());
}

TEST_P(Delivery, CursorsAreCreatedAndMoved) {
  const auto value = [&](const std::string& stream) {
    return text("SELECT value FROM cursors WHERE stream='" + stream + "'");
  };
  Writes writes;
  writes.cursors = {{"kf", "wkA", ""}, {"kf", "wkB", "b1"}, {"kf", "wkB", ""}, {"kf", "wkB", "b2"}};
  write(writes);
  EXPECT_EQ(value("wkA"), "");
  EXPECT_EQ(value("wkB"), "b2");
  writes.cursors = {{"kf", "wkA", std::string(5000, 'a')}, {"kf", "wkB", ""}, {"kf", "wka", "c"}};
  write(writes);
  const auto cursors = store_->cursors();
  ASSERT_EQ(cursors.size(), 3u);
  EXPECT_EQ(cursors[0].stream, "wkA");
  EXPECT_EQ(cursors[0].value, std::string(5000, 'a'));
  EXPECT_EQ(cursors[1].value, "b2");  // somebody said only that the stream is there
  EXPECT_EQ(cursors[2].channel, "kf");
  EXPECT_EQ(cursors[2].stream, "wka");
  // With the messages, or not at all.
  {
    auto batch = store_->begin();
    Writes lost;
    lost.batch_id = "lost";
    lost.cursors = {{"kf", "wkB", "b3"}};
    batch->save(lost);
  }
  EXPECT_EQ(value("wkB"), "b2");
}

TEST_P(Delivery, NoticesGoWithTheirAccountToAnotherPerson) {
  const auto account = store_account(*store_, 2001, "oX");
  const auto other = store_account(*store_, 2101, "oY");
  Writes writes;
  for (const std::int64_t id : {6001, 6002, 6003}) {
    auto notice = sample_notice(id, id == 6003 ? other : account, id);
    notice.person = PersonId{id == 6002 ? 2101 : 2001};
    notice.card = id != 6002;
    if (notice.card)
      writes.cards.push_back(
          {notice.notice.id, notice.about, notice.account, notice.person, "card", false, ""});
    writes.notices.push_back(notice);
  }
  write(writes);
  Writes bound;
  bound.rebound = {{account.id, PersonId{2001}, PersonId{2301}}};
  write(bound);
  EXPECT_EQ(notice_number(6001, "person_id"), 2301);
  EXPECT_EQ(notice_number(6002, "person_id"), 2101) << "was written to somebody else";
  EXPECT_EQ(notice_number(6003, "person_id"), 2001);
  EXPECT_EQ(number("SELECT person_id FROM cards WHERE notice_id=6001"), 2301);
  EXPECT_EQ(number("SELECT person_id FROM cards WHERE notice_id=6003"), 2001);
}

TEST_P(Delivery, ToldByTelephone) {
  const auto account = store_account(*store_, 2001, "oX");
  const auto bound_away = store_account(*store_, 2101, "oY");
  auto one = store_case(3001);
  raw()->execute("UPDATE cases SET reporter_account=2102");
  const struct {
    std::int64_t id, account, about, person;
    NoticeState state;
    bool echo;
    const char* expected;
  } kRows[] = {
      {6001, 2002, 3001, 2001, NoticeState::held, true, "told"},
      {6002, 2002, 3001, 2001, NoticeState::dead, true, "told"},
      {6003, 0, 3001, 2001, NoticeState::dead, true, "told"},
      {6004, 2102, 3001, 2001, NoticeState::held, true, "told"},  // the case came from there
      {6005, 2002, 3001, 2001, NoticeState::held, false, "held"},
      {6006, 2002, 3002, 2001, NoticeState::held, true, "held"},
      {6007, 2102, 3001, 2101, NoticeState::held, true, "held"},
      {6008, 0, 3001, 2101, NoticeState::dead, true, "dead"},
      {6009, 2002, 3001, 2001, NoticeState::sent, true, "sent"},
      {6010, 2002, 3001, 2001, NoticeState::due, true, "due"},
      {6011, 2002, 3001, 2001, NoticeState::later, true, "later"},
  };
  Writes writes;
  for (const auto& row : kRows) {
    auto notice = sample_notice(row.id, account, row.id);
    notice.account = AccountId{row.account};
    notice.about = CaseId{row.about};
    notice.person = PersonId{row.person};
    notice.state = row.state;
    notice.echo = row.echo;
    notice.next_at = at(5);
    writes.notices.push_back(notice);
  }
  write(writes);
  for (const auto& row : kRows)  // what waits for nothing is not to be found by who looks
    EXPECT_EQ(notice_number(row.id, "next_at") == 0,
              row.state == NoticeState::sent || (row.state == NoticeState::held && !row.echo))
        << row.id;
  Writes told;
  told.told = {{one.id, PersonId{2001}}};
  write(told);
  for (const auto& row : kRows) EXPECT_EQ(notice(row.id, "state"), row.expected) << row.id;
  EXPECT_EQ(notice_number(6001, "next_at"), 0);

  Writes asked;
  asked.asked = {NoticeId{6006}, NoticeId{6010}, NoticeId{9999}};
  write(asked);
  EXPECT_EQ(notice_number(6006, "next_at"), 0);
  EXPECT_EQ(notice_number(6007, "next_at"), at(5).time_since_epoch().count());
  EXPECT_NE(notice_number(6010, "next_at"), 0);  // moves on by itself
}

TEST_P(Delivery, HeldNoticesGoOnWhereThePersonWrote) {
  const auto from = store_account(*store_, 2001, "oX");
  const auto to = store_account(*store_, 2101, "tg-7", "tg");
  const auto other = store_account(*store_, 2201, "oZ");
  store_notices(*store_, from, 6001, 6, NoticeState::held);
  store_notices(*store_, other, 6201, 1, NoticeState::held);
  raw()->execute("UPDATE notices SET tried='2002|9',attempts=4 WHERE id=6001");
  set(6001, "seq=9");  // after the others
  set(6002, "card=1");
  set(6003, "edits=6002");  // goes with its card
  set(6004, "edits=5000");  // its card stays where it is
  set(6005, "state='dead'");
  set(6006, "state='sent'");
  raw()->execute("INSERT INTO cards (notice_id,account_id,handle) VALUES (6002,2002,'old')");
  raw()->execute("UPDATE accounts SET held=3,lane_seq=20");
  release({{from.id, to.id, 21}}, 23);

  const std::pair<std::int64_t, std::int64_t> kMoved[] = {{6002, 21}, {6003, 22}, {6001, 23}};
  for (const auto& [id, seq] : kMoved) {
    EXPECT_EQ(notice(id, "state"), "due") << id;
    EXPECT_EQ(notice_number(id, "account_id"), to.id.raw()) << id;
    EXPECT_EQ(notice(id, "channel"), "tg") << id;
    EXPECT_EQ(notice(id, "recipient"), "tg-7") << id;
    EXPECT_EQ(notice_number(id, "seq"), seq) << id;
    EXPECT_EQ(notice(id, "tried"), "") << id;
    EXPECT_EQ(notice_number(id, "attempts"), 0) << id;
    EXPECT_LE(notice_number(id, "next_at"), now()) << id;
  }
  EXPECT_EQ(notice(6004, "state"), "skipped");
  EXPECT_EQ(notice(6005, "state"), "dead");
  EXPECT_EQ(notice_number(6006, "account_id"), from.id.raw());
  EXPECT_EQ(notice(6201, "state"), "held");
  EXPECT_EQ(number("SELECT account_id FROM cards"), to.id.raw());
  EXPECT_EQ(text("SELECT handle FROM cards"), "");
  EXPECT_EQ(number("SELECT held FROM accounts WHERE id=2002"), 0);
  EXPECT_EQ(number("SELECT held FROM accounts WHERE id=2102"), 3);
  EXPECT_EQ(number("SELECT lane_seq FROM accounts WHERE id=2102"), 23);
  EXPECT_EQ(number("SELECT lane_seq FROM accounts WHERE id=2002"), 20);
  const auto claims = store_->claim("p1", std::chrono::seconds{30}, 10);
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0].notices.size(), 3u);
}

// An emergency went to all accounts at once: who writes from one of them has it there already.
TEST_P(Delivery, CopiesDoNotFollowToWhereOneIs) {
  const auto from = store_account(*store_, 2001, "oX");
  const auto to = store_account(*store_, 2101, "tg-7", "tg");
  store_notices(*store_, from, 6001, 4, NoticeState::held);
  store_notices(*store_, to, 6101, 1, NoticeState::sent);
  raw()->execute("UPDATE notices SET case_id=3001,kind='card',created_at=77,tried='2102'");
  set(6002, "created_at=78");  // the next one, of which no copy is there
  set(6003, "tried=''");       // no copy: it happened at the same time
  set(6004, "case_id=3002");
  raw()->execute("UPDATE accounts SET held=4,lane_seq=20");
  release({{from.id, to.id, 21}}, 24);

  EXPECT_EQ(notice(6001, "state"), "skipped");
  EXPECT_EQ(notice_number(6001, "account_id"), from.id.raw());
  for (const std::int64_t id : {6002, 6003, 6004}) {
    EXPECT_EQ(notice(id, "state"), "due") << id;
    EXPECT_EQ(notice_number(id, "account_id"), to.id.raw()) << id;
  }
}

HUIYIN_ON_BOTH_ENGINES(Delivery);

}  // namespace
}  // namespace huiyin::store
