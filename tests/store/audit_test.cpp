// What the audit reads, and that the queries of the four levels find their rows by an index.
#include <iostream>

#include "server/store/batch.h"
#include "tests/store/counting.h"
#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

class Audit : public StoreTest {
 protected:
  static Case one_case(std::int64_t id) {
    Case c;
    c.id = CaseId{id};
    c.number = "260326-" + std::to_string(id);
    c.stage = Stage::dispatched;
    c.reporter = PersonId{2001};
    c.owner = PersonId{2002};
    c.registered_at = at(0);
    return c;
  }
  static NoticeRow told(std::int64_t id, std::int64_t about, std::vector<EventId> events) {
    NoticeRow row;
    row.notice.id = NoticeId{id};
    row.notice.kind = "accepted";
    row.notice.text = "t" + std::to_string(id);
    row.account = AccountId{5};
    row.person = PersonId{2001};
    row.about = CaseId{about};
    row.events = std::move(events);
    row.echo = true;
    row.state = NoticeState::sent;
    row.created_at = at(10'000 - id);
    return row;
  }
  void put(const std::vector<Case>& cases, const std::vector<Event>& events,
           std::vector<NoticeRow> notices) {
    WorkingSet set;
    Decision decision;
    decision.cases = cases;
    decision.events = events;
    set.fold(decision);
    Writes writes;
    writes.notices = std::move(notices);
    commit(*store_, set, writes);
  }
  std::map<std::int64_t, Store::AuditRow> all() {
    std::map<std::int64_t, Store::AuditRow> out;
    std::int64_t last = 0;
    store_->audit_cases([&](const Store::AuditRow& row) {
      EXPECT_GT(row.the_case.id.raw(), last);
      last = row.the_case.id.raw();
      out.emplace(last, row);
    });
    return out;
  }
};

TEST_P(Audit, EachCaseWithItsEventsAndWhatWasTold) {
  auto edit = told(6009, 3001, {EventId{4001}});
  edit.edits = NoticeId{6001};
  auto first = sample_event(4001, CaseId{3001}), second = sample_event(4002, CaseId{3001});
  first.at = at(2);
  second.at = at(1);
  put({one_case(3001), one_case(3002), one_case(3003)},
      {first, second, sample_event(4003, CaseId{3002})},
      {told(6002, 3001, {EventId{4001}, EventId{4002}}), told(6003, 3001, {}), edit,
       told(6001, 3001, {EventId{4003}})});  // of the other case, written first there
  const auto rows = all();
  ASSERT_EQ(rows.size(), 3u);
  const auto& one = rows.at(3001);
  ASSERT_EQ(one.events.size(), 2u);
  EXPECT_EQ(one.events[0].id, EventId{4002});
  expect_same(one.events[1], first);
  ASSERT_EQ(one.notices.size(), 3u) << "without the edit";
  EXPECT_EQ(one.notices[0].id, NoticeId{6003});
  EXPECT_EQ(one.notices[1].id, NoticeId{6002});
  EXPECT_EQ(one.notices[1].events, (std::vector<EventId>{EventId{4001}, EventId{4002}}));
  EXPECT_EQ(one.notices[1].kind, "accepted");
  EXPECT_EQ(one.notices[1].text, "t6002");
  EXPECT_EQ(one.notices[1].person, PersonId{2001});
  EXPECT_TRUE(one.notices[1].echo);
  EXPECT_EQ(one.notices[1].state, NoticeState::sent);
  EXPECT_EQ(one.notices[1].created_at, at(10'000 - 6002));
  ASSERT_EQ(rows.at(3002).notices.size(), 1u) << "told with the other case";
  EXPECT_EQ(rows.at(3002).notices[0].id, NoticeId{6001});
  EXPECT_EQ(rows.at(3002).notices[0].events, std::vector<EventId>{EventId{4003}});
  EXPECT_TRUE(rows.at(3003).notices.empty());
  const std::vector<NoticeId> ids{NoticeId{6001}, NoticeId{6002}};
  const auto found = store_->begin()->find_notices(ids);
  EXPECT_EQ(found.at(NoticeId{6001}).events, std::vector<EventId>{EventId{4003}});
  EXPECT_EQ(found.at(NoticeId{6002}).events, (std::vector<EventId>{EventId{4001}, EventId{4002}}));
}

TEST_P(Audit, ManyCasesInBlocks) {
  std::vector<Case> cases;
  std::vector<Event> events;
  std::vector<NoticeRow> notices;
  for (int i = 0; i < 1203; ++i) {
    cases.push_back(one_case(3001 + i));
    events.push_back(sample_event(10'001 + i, CaseId{3001 + i}));
    notices.push_back(told(20'001 + i, 3001 + i, {EventId{10'001 + i}}));
  }
  put(cases, events, notices);
  const auto rows = all();
  ASSERT_EQ(rows.size(), cases.size());
  for (const auto& [id, row] : rows) {
    ASSERT_EQ(row.events.size(), 1u) << id;
    ASSERT_EQ(row.notices.size(), 1u) << id;
    ASSERT_EQ(row.notices[0].events, std::vector<EventId>{row.events[0].id}) << id;
  }
  int seen = 0;
  EXPECT_THROW(store_->audit_cases([&](const Store::AuditRow&) {
    if (++seen == 600) throw std::runtime_error{"enough"};
  }),
               std::runtime_error);
  EXPECT_EQ(seen, 600);
  store_->ping();
  EXPECT_EQ(all().size(), cases.size()) << "no transaction was left open";
}

TEST_P(Audit, LostMessages) {
  const struct {
    const char* key;
    bool substance;
    std::int64_t about;
    bool answered;
    std::int64_t received;
  } kRows[] = {{"lost", true, 0, false, 5},      {"of a case", true, 3, false, 5},
               {"answered", true, 0, true, 5},   {"a sticker", false, 0, false, 5},
               {"just now", true, 0, false, 10}, {"earlier", true, 0, false, 4}};
  Writes writes;
  for (const auto& row : kRows) {
    auto one = sample_inbound(row.key);
    one.substance = row.substance;
    one.about = CaseId{row.about};
    one.answered = row.answered;
    one.received_at = at(row.received);
    writes.inbound.push_back(one);
  }
  commit(*store_, WorkingSet{}, writes);
  store_->quarantine({"wx", "poisoned", "not UTF-8", "\xff", at(6)});
  store_->quarantine({"wx", "later", "not UTF-8", "\xff", at(11)});
  const auto lost = store_->lost(at(10));
  ASSERT_EQ(lost.size(), 3u);
  EXPECT_EQ(lost[0].dedupe_key, "earlier");
  EXPECT_EQ(lost[1].dedupe_key, "lost");
  EXPECT_EQ(lost[1].channel, "wx");
  EXPECT_EQ(lost[1].kind, "text");
  EXPECT_EQ(lost[1].why, "unanswered");
  EXPECT_EQ(lost[1].at, at(5));
  EXPECT_EQ(lost[2].dedupe_key, "poisoned");
  EXPECT_EQ(lost[2].why, "not UTF-8");
}

// Of some thousand rows, or the optimiser reads a table whole whatever there is.
TEST_P(Audit, QueriesUseIndexes) {
  if (!mysql()) return;
  const auto admin = raw();
  admin->run(
      "INSERT INTO cases (id,version,number,stage,level,urgency,type,unit,reporter,reporter_kind,"
      "owner,owner_unit,registered_at,over_at,privacy) SELECT seq,1,CONCAT('n',seq),'dispatched',1,"
      "'normal','help',CONCAT('u',seq%500),seq%900,'resident',seq%300,'x',1000+seq,"
      "IF(seq%40=0,9223372036854775807,5),'named' FROM seq_1_to_8000");
  admin->run("INSERT INTO case_parties SELECT seq%1000,seq FROM seq_1_to_4000");
  admin->run("INSERT INTO case_queue SELECT CONCAT('t',seq%50),seq FROM seq_1_to_4000");
  admin->run(
      "INSERT INTO notices (id,case_id,account_id,person_id,state,next_at,brief,event_id) SELECT"
      " seq,seq%8000,seq%2000,seq%2000,IF(seq%50=0,'later','sent'),seq,1,seq FROM seq_1_to_12000");
  admin->run("INSERT INTO notice_events SELECT seq,seq+1 FROM seq_1_to_4000");
  admin->run(
      "INSERT INTO case_events (id,case_id,move,from_stage,to_stage,role) SELECT "
      "seq,seq%8000,'note',"
      "'dispatched','dispatched','system' FROM seq_1_to_9000");
  admin->run(
      "INSERT INTO media (id,case_id,sha256,state) SELECT seq,seq,seq,'done' FROM"
      " seq_1_to_3000");
  admin->run(
      "INSERT INTO accounts (id,channel,user,person) SELECT seq,'wx',seq,seq FROM"
      " seq_1_to_3000");
  admin->run(
      "INSERT INTO inbound (channel,dedupe_key,sender) SELECT CONCAT('c',seq%5),seq,seq FROM"
      " seq_1_to_5000");
  admin->query(
      "ANALYZE TABLE cases,case_parties,case_queue,notices,notice_events,case_events,media,"
      "accounts,inbound");

  auto counting = std::make_shared<CountingConnection>(raw());
  {
    SqlBatch batch{counting};
    WorkingSet set;
    Need need;
    need.cases_of = {PersonId{17}, PersonId{18}};
    need.queues = {UnitCode{"t7"}};
    need.near = {UnitCode{"u3"}, UnitCode{"u4"}, UnitCode{"u5"}};
    need.all_of = {PersonId{19}};
    need.owners = true;
    batch.load(need, Instant{}, set);
    EXPECT_GT(set.cases().size(), 50u);
    EXPECT_EQ(set.near(UnitCode{"u3"}).size(), 10u);
    EXPECT_EQ(set.owners().size(), 14u);
    Writes writes;
    writes.batch_id = fresh_batch_id();
    Erasure erasure;
    erasure.person = PersonId{17};
    erasure.cases = {CaseId{17}, CaseId{917}};
    writes.erasures = {erasure};
    writes.briefed = {NoticeId{50}, NoticeId{100}};
    batch.save(writes);
  }
  // Those of the store itself, as they are sent.
  const auto explain_also = [&](const std::string& sql, std::vector<Value> params) {
    counting->asked.push_back({sql, std::move(params)});
  };
  explain_also(
      "SELECT account_id FROM notices WHERE state='later' AND next_at<=? AND brief=1 AND"
      " account_id>0 GROUP BY account_id HAVING COUNT(*)>=2 ORDER BY account_id LIMIT ?",
      {2000, 10});
  explain_also("SELECT id FROM notices WHERE case_id IN (?,?) AND edits=0", {5, 6});
  explain_also(
      "SELECT m.notice_id,e.case_id FROM case_events e JOIN notice_events m ON m.event_id=e.id"
      " WHERE e.case_id IN (?,?)",
      {5, 6});
  explain_also(
      "SELECT DISTINCT m.sha256 FROM media m WHERE m.state='dead' AND m.code='erased' AND"
      " m.sha256<>'' AND NOT EXISTS (SELECT 1 FROM media o WHERE o.sha256=m.sha256 AND"
      " (o.state<>'dead' OR o.code<>'erased')) ORDER BY m.sha256",
      {});
  int explained = 0;
  for (const auto& asked : counting->asked) {
    if (asked.sql.starts_with("INSERT")) continue;
    const Rows plan = admin->query("EXPLAIN " + asked.sql, asked.params);
    for (std::size_t i = 0; i < plan.size(); ++i) {
      // id, select_type, table, type, possible_keys, key, ...
      const auto table = plan[i][2].text();
      if (table.empty() || table.starts_with("<")) continue;
      ++explained;
      EXPECT_NE(plan[i][5].text(), "") << asked.sql << "\n" << table << " " << plan[i][3].text();
      EXPECT_NE(plan[i][3].text(), "ALL") << asked.sql;
    }
  }
  EXPECT_GT(explained, 15);
  std::cout << "explained: " << explained << " tables of " << counting->asked.size()
            << " statements\n";
}

HUIYIN_ON_BOTH_ENGINES(Audit);

}  // namespace
}  // namespace huiyin::store
