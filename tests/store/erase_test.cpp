// 删除我的信息: nothing that somebody said or that was said of him is left, in any table.
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

constexpr const char* kName = "陈阿大";
constexpr const char* kPhone = "13800001234";

class Erase : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    mine_ = store_account(*store_, 2001, "oX");
    owner_ = store_account(*store_, 2101, "cadre");
    Case c = case_of(3001, mine_.person), other = case_of(3002, owner_.person);
    WorkingSet set;
    Decision decision;
    decision.cases = {c, other};
    decision.persons = {};
    auto event = sample_event(4001, c.id), next = sample_event(4002, other.id);
    event.text = said();
    decision.events = {event, next};
    set.fold(decision);
    commit(*store_, set);
    raw()->execute("UPDATE persons SET name='" + std::string{kName} + "',phone='" + kPhone +
                   "' WHERE id=2001");
  }
  static std::string said() { return std::string{"我是"} + kName + "，电话" + kPhone; }
  Case case_of(std::int64_t id, PersonId reporter) {
    Case c;
    c.id = CaseId{id};
    c.number = "260326-" + std::to_string(id);
    c.stage = Stage::dispatched;
    c.reporter = reporter;
    c.owner = owner_.person;
    c.text = reporter == mine_.person ? said() : "路灯";
    c.registered_at = at(0);
    return c;
  }
  NoticeRow notice(std::int64_t id, const Account& to, NoticeState state, std::int64_t about) {
    NoticeRow row;
    row.notice.id = NoticeId{id};
    row.notice.channel = to.channel;
    row.notice.recipient = to.user;
    row.notice.kind = "card";
    row.notice.title = said();
    row.notice.text = said();
    row.notice.buttons = {{said(), said()}};
    row.account = to.id;
    row.person = to.person;
    row.about = CaseId{about};
    row.state = state;
    row.next_at = at(100);
    row.created_at = at(id);
    return row;
  }
  std::string of(std::int64_t id, const std::string& column) {
    return text("SELECT " + column + " FROM notices WHERE id=" + std::to_string(id));
  }
  // What the desk does: person, cases and events without it, and the order to the store.
  Writes erasing(Batch& batch, WorkingSet& set) {
    Need need;
    need.persons = {mine_.person};
    need.all_of = {mine_.person};
    batch.load(need, at(0), set);
    Decision decision;
    Person person = *set.person(mine_.person);
    person.name = person.phone = "";
    person.erased_at = at(50);
    decision.persons = {person};
    Erasure erasure;
    erasure.person = person.id;
    for (const Case* c : set.reported_by(person.id)) {
      erasure.cases.push_back(c->id);
      for (const auto& event : set.history(c->id))
        erasure.events.emplace_back(event.id, "（已删除）");
      decision.cases.push_back(*c);
      decision.cases.back().text = "（已删除）";
    }
    decision.erasure = erasure;
    set.fold(decision);
    Writes writes;
    writes.batch_id = fresh_batch_id();
    writes.set = &set;
    writes.erasures = {erasure};
    return writes;
  }
  void erase_now() {
    auto batch = store_->begin();
    WorkingSet set;
    batch->save(erasing(*batch, set));
    batch->commit();
  }
  // Every text of every table that holds the name or the number.
  std::vector<std::string> leaks() {
    std::vector<std::string> found;
    const auto look = raw();
    const Rows tables =
        mysql() ? look->query(
                      "SELECT TABLE_NAME,COLUMN_NAME FROM information_schema.COLUMNS WHERE"
                      " TABLE_SCHEMA=DATABASE()")
                : look->query(
                      "SELECT m.name,c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c"
                      " WHERE m.type='table'");
    EXPECT_GT(tables.size(), 100u);
    for (std::size_t i = 0; i < tables.size(); ++i) {
      const auto table = tables[i][0].text(), column = tables[i][1].text();
      const auto n = look->query("SELECT COUNT(*) FROM " + table + " WHERE CAST(" + column +
                                 " AS CHAR) LIKE '%" + kName + "%' OR CAST(" + column +
                                 " AS CHAR) LIKE '%" + kPhone + "%'");
      if (n[0][0].integer() > 0) found.push_back(table + "." + column);
    }
    return found;
  }

  Account mine_, owner_;
};

TEST_P(Erase, LeavesNothing) {
  Writes before;
  std::int64_t id = 6001;
  for (const auto state :
       {NoticeState::sent, NoticeState::dead, NoticeState::told, NoticeState::skipped}) {
    before.notices.push_back(notice(id++, mine_, state, 3001));
    before.notices.push_back(notice(id++, owner_, state, 3001));
    before.notices.push_back(notice(id++, mine_, state, 0));  // about no case
  }
  Account none;
  none.person = mine_.person;
  before.notices.push_back(notice(id++, none, NoticeState::dead, 0));
  before.inbound = {sample_inbound("m1"), sample_inbound("m2")};
  before.inbound[0].sender = mine_.user;
  before.inbound[0].body = said();
  before.inbound[1].sender = "somebody else";
  before.inbound[1].body = "别人的话";
  before.media = {sample_media(91, CaseId{3001}), sample_media(92, CaseId{3002})};
  before.media[0].url = "https://example.org/" + std::string{kPhone};
  before.views = {{owner_.person, mine_.person, CaseId{3001}}};
  commit(*store_, WorkingSet{}, before);
  EXPECT_GE(leaks().size(), 9u) << "the search finds what is there";
  erase_now();
  EXPECT_EQ(leaks(), std::vector<std::string>{});
  EXPECT_EQ(of(6001, "text"), "已按本人要求删除");
  EXPECT_EQ(of(6001, "title") + of(6001, "content"), "");
  EXPECT_EQ(number("SELECT COUNT(*) FROM notices"), static_cast<std::int64_t>(id - 6001));
  EXPECT_EQ(text("SELECT body FROM inbound WHERE dedupe_key='m1'"), "已按本人要求删除");
  EXPECT_EQ(text("SELECT body FROM inbound WHERE dedupe_key='m2'"), "别人的话");
  EXPECT_EQ(text("SELECT text FROM case_events WHERE id=4001"), "（已删除）");
  EXPECT_EQ(text("SELECT text FROM case_events WHERE id=4002"), kHardText);
  EXPECT_EQ(text("SELECT state FROM media WHERE id=91"), "dead");
  EXPECT_EQ(text("SELECT code FROM media WHERE id=91"), "erased");
  EXPECT_EQ(text("SELECT state FROM media WHERE id=92"), "due");
  EXPECT_EQ(number("SELECT COUNT(*) FROM views"), 1);
  if (mysql()) return;
  // Nor in what the embedded engine freed.
  raw()->query("PRAGMA wal_checkpoint(TRUNCATE)");
  std::ifstream file{database_.url().substr(std::string{"sqlite:"}.size()), std::ios::binary};
  const std::string bytes{std::istreambuf_iterator<char>{file}, {}};
  ASSERT_GT(bytes.size(), 4096u);
  EXPECT_EQ(bytes.find(kPhone), bytes.npos);
}

TEST_P(Erase, WhatIsOnItsWayArrivesAndIsEmptiedThen) {
  const NoticeState kWaiting[] = {NoticeState::due, NoticeState::later, NoticeState::held,
                                  NoticeState::riding, NoticeState::sending};
  Writes before;
  std::int64_t id = 6001;
  for (const auto state : kWaiting) before.notices.push_back(notice(id++, owner_, state, 3001));
  commit(*store_, WorkingSet{}, before);
  auto batch = store_->begin();
  WorkingSet set;
  auto writes = erasing(*batch, set);
  writes.notices = {notice(6100, mine_, NoticeState::due, 0),
                    notice(6101, mine_, NoticeState::told, 3001)};
  for (auto& one : writes.notices) one.notice.text = "已删除";
  batch->save(writes);
  batch->commit();
  batch.reset();
  EXPECT_EQ(of(6001, "text"), said());
  EXPECT_EQ(of(6100, "text"), "已删除") << "the answer itself stays";
  EXPECT_EQ(of(6101, "text"), "已删除");
  EXPECT_EQ(number("SELECT COUNT(*) FROM erasures"), 5);
  store_->forget(std::chrono::hours{1});
  EXPECT_EQ(of(6001, "text"), said());
  raw()->execute("UPDATE notices SET state='sent' WHERE id<6005");
  store_->forget(std::chrono::hours{1});
  EXPECT_EQ(of(6001, "text"), "已按本人要求删除");
  EXPECT_EQ(of(6005, "text"), said());
  EXPECT_EQ(number("SELECT COUNT(*) FROM erasures"), 1);
}

// It leaves as its last edit has it (wake), which would be lost with the edit.
TEST_P(Erase, ASleepingCardKeepsItsFace) {
  Writes before;
  before.notices = {notice(6001, owner_, NoticeState::later, 3001),
                    notice(6002, owner_, NoticeState::skipped, 3001),
                    notice(6003, owner_, NoticeState::sent, 3001),
                    notice(6004, owner_, NoticeState::skipped, 3001)};
  before.notices[0].card = before.notices[2].card = true;
  before.notices[1].edits = NoticeId{6001};
  before.notices[3].edits = NoticeId{6003};
  commit(*store_, WorkingSet{}, before);
  erase_now();
  EXPECT_EQ(of(6002, "text"), said());
  EXPECT_EQ(of(6004, "text"), "已按本人要求删除");
  EXPECT_EQ(store_->wake(at(100), 10), 1u);
  EXPECT_EQ(of(6001, "text"), said());
  raw()->execute("UPDATE notices SET state='sent' WHERE id=6001");
  store_->forget(std::chrono::hours{1});
  EXPECT_EQ(of(6001, "text"), "已按本人要求删除");
  EXPECT_EQ(of(6002, "text"), "已按本人要求删除");
}

TEST_P(Erase, FilesThatNobodyElseHasAreToBeRemoved) {
  Writes before;
  for (std::int64_t i = 91; i < 96; ++i)
    before.media.push_back(sample_media(i, CaseId{i == 95 ? 3002 : 3001}));
  commit(*store_, WorkingSet{}, before);
  raw()->execute("UPDATE media SET state='done',sha256='only-mine' WHERE id IN (91,92)");
  raw()->execute("UPDATE media SET state='done',sha256='shared' WHERE id IN (93,95)");
  EXPECT_TRUE(store_->erased_files().empty());
  erase_now();
  EXPECT_EQ(store_->erased_files(), std::vector<std::string>{"only-mine"});
  // The fetch of 94 was on its way.
  MediaRow row;
  row.order.id = MediaId{94};
  row.state = MediaRow::done;
  row.sha256 = "came late";
  store_->media_result(row, {});
  EXPECT_EQ(text("SELECT state FROM media WHERE id=94"), "dead");
  EXPECT_EQ(store_->erased_files(), (std::vector<std::string>{"came late", "only-mine"}));
  store_->files_removed(store_->erased_files());
  EXPECT_TRUE(store_->erased_files().empty());
  EXPECT_EQ(text("SELECT sha256 FROM media WHERE id=95"), "shared");
}

TEST_P(Erase, RolledBackWithItsBatch) {
  Writes before;
  before.notices = {notice(6001, mine_, NoticeState::sent, 3001)};
  before.inbound = {sample_inbound("m1")};
  before.inbound[0].body = said();
  commit(*store_, WorkingSet{}, before);
  {
    auto batch = store_->begin();
    WorkingSet set;
    batch->save(erasing(*batch, set));
  }
  EXPECT_EQ(of(6001, "text"), said());
  EXPECT_EQ(text("SELECT body FROM inbound"), said());
  EXPECT_EQ(text("SELECT phone FROM persons WHERE id=2001"), kPhone);
}

HUIYIN_ON_BOTH_ENGINES(Erase);

}  // namespace
}  // namespace huiyin::store
