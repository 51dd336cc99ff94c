#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

class Schema : public testing::TestWithParam<std::string> {
 protected:
  TestDatabase database_{GetParam(), true};
};

TEST_P(Schema, EmptyDatabaseIsNotCurrent) {
  const auto store = store::open(database_.url());
  EXPECT_FALSE(store->schema_current());
  EXPECT_EQ(trouble_of([&] { store->directory_version(); }), Trouble::broken);
  store->ping();
}

TEST_P(Schema, MigratesOnceHoweverOftenAndBySeveralAtOnce) {
  std::vector<std::function<void()>> processes;
  for (int i = 0; i < 4; ++i)
    processes.emplace_back([&] { store::open(database_.url())->migrate(); });
  in_parallel(processes);
  const auto store = store::open(database_.url());
  EXPECT_TRUE(store->schema_current());
  store_account(*store, 2001, "kept");
  store->migrate();

  const auto raw = connect(parse_url(database_.url()));
  const Rows done = raw->query("SELECT version,name FROM schema_migrations ORDER BY version");
  for (std::size_t i = 0; i < done.size(); ++i)
    EXPECT_EQ(done[i][0].integer(), static_cast<std::int64_t>(i + 1));
  EXPECT_GE(done.size(), 1u);
  EXPECT_EQ(raw->query("SELECT COUNT(*) FROM accounts")[0][0].integer(), 1);
  EXPECT_EQ(raw->query("SELECT COUNT(*) FROM persons WHERE id=1")[0][0].integer(), 1);
}

// DDL is not transactional on MySQL: whatever was done before the crash must not disturb.
TEST_P(Schema, GoesOnAfterARunThatWasCutShort) {
  const auto raw = connect(parse_url(database_.url()));
  store::open(database_.url())->migrate();
  raw->execute("DELETE FROM schema_migrations");
  EXPECT_FALSE(store::open(database_.url())->schema_current());
  store::open(database_.url())->migrate();
  EXPECT_TRUE(store::open(database_.url())->schema_current());
}

// What "delivery" did, taken back from its end on: a database of the first schema, and one where
// the migration was cut short after each of its steps.
TEST_P(Schema, DeliveryStartsFromTheFirstSchemaAndFromEveryStepOfItsOwn) {
  const std::vector<std::string> kSteps{
      "DROP TABLE cards",
      "DROP TABLE media",
      "DROP TABLE bind_codes",
      "DROP TABLE cursors",
      "DROP TABLE secrets",
      "ALTER TABLE cases DROP COLUMN media",
      "ALTER TABLE cases DROP COLUMN calls",
      "ALTER TABLE persons DROP COLUMN preferred",
      "ALTER TABLE notices DROP COLUMN edits",
      "ALTER TABLE notices DROP COLUMN card",
      "ALTER TABLE notices DROP COLUMN tried",
  };
  store::open(database_.url())->migrate();
  for (std::size_t done = 0; done <= kSteps.size(); ++done) {
    const auto raw = connect(parse_url(database_.url()));  // an old one knows the old columns
    for (auto step = kSteps.size(); step > done; --step) raw->run(kSteps[step - 1]);
    raw->execute("DELETE FROM schema_migrations WHERE version>=2");
    raw->execute("DELETE FROM notices");
    const struct {
      int id;
      const char* state;
      int echo;
      std::int64_t next_at, expected;
    } kOld[] = {
        {1, "held", 1, 0, 86'400'000'005},  // is telephoned a day after it was written
        {2, "dead", 1, 0, 86'400'000'005},
        {3, "dead", 0, 7, 0},  // owed to nobody
        {4, "sent", 1, 7, 0},  // there is no question open
        {5, "due", 1, 7, 7},
    };
    for (const auto& old : kOld) {
      const std::vector<Value> row{old.id, old.state, old.echo, old.next_at};
      raw->execute("INSERT INTO notices (id,state,echo,next_at,created_at) VALUES (?,?,?,?,5)",
                   row);
    }
    const auto store = store::open(database_.url());
    EXPECT_FALSE(store->schema_current()) << done;
    store->migrate();
    EXPECT_TRUE(store->schema_current()) << done;
    const auto look = connect(parse_url(database_.url()));
    for (const auto& old : kOld) {
      const std::vector<Value> id{old.id};
      const Rows row = look->query("SELECT next_at,edits,card,tried FROM notices WHERE id=?", id);
      EXPECT_EQ(row[0][0].integer(), old.expected) << done << " " << old.id;
      EXPECT_EQ(row[0][1].integer(), 0);
      EXPECT_EQ(row[0][2].integer(), 0);
      EXPECT_EQ(row[0][3].text(), "");
    }
    EXPECT_EQ(store->secret("links", "x"), "x");
    store_account(*store, 2001 + 10 * static_cast<int>(done), "u" + std::to_string(done));
    WorkingSet set;
    Need need;
    need.persons = {PersonId{2001}};
    store->begin()->load(need, at(0), set);
    EXPECT_NE(set.person(PersonId{2001}), nullptr);
  }
}

// The same for "levels".
TEST_P(Schema, LevelsStartsFromDeliveryAndFromEveryStepOfItsOwn) {
  const std::vector<std::string> kSteps{
      "DROP TABLE case_parties",
      "DROP TABLE case_queue",
      "DROP TABLE leaves",
      "DROP TABLE views",
      "DROP TABLE rounds",
      "DROP TABLE erasures",
      "ALTER TABLE cases DROP COLUMN privacy",
      "ALTER TABLE cases DROP COLUMN parent",
      "ALTER TABLE cases DROP COLUMN leader",
      "ALTER TABLE cases DROP COLUMN stage_at",
      "ALTER TABLE cases DROP COLUMN concerned_unit",
      "ALTER TABLE cases DROP COLUMN listed_at",
      "ALTER TABLE cases DROP COLUMN workflow",
      "ALTER TABLE persons DROP COLUMN privacy",
      "ALTER TABLE persons DROP COLUMN erased_at",
      "ALTER TABLE case_events DROP COLUMN detail",
      "ALTER TABLE notices DROP COLUMN brief",
      "ALTER TABLE inbound DROP COLUMN substance",
      "ALTER TABLE inbound DROP COLUMN answered",
      "DROP INDEX cases_near",
      "DROP INDEX notices_case",
      "DROP INDEX notice_events_event",
      "DROP INDEX media_file",
  };
  const std::map<std::string, std::string> kTable{{"cases_near", "cases"},
                                                  {"notices_case", "notices"},
                                                  {"notice_events_event", "notice_events"},
                                                  {"media_file", "media"}};
  store::open(database_.url())->migrate();
  // MariaDB takes half a minute for all of them.
  const std::size_t stride = database_.is_mysql() ? kSteps.size() / 3 : 1;
  for (std::size_t done = 0; done <= kSteps.size(); done += stride) {
    const auto raw = connect(parse_url(database_.url()));  // an old one knows the old columns
    for (auto step = kSteps.size(); step > done; --step) {
      auto sql = kSteps[step - 1];
      if (database_.is_mysql() && sql.starts_with("DROP INDEX"))
        sql += " ON " + kTable.at(sql.substr(sql.rfind(' ') + 1));
      raw->run(sql);
    }
    raw->execute("DELETE FROM schema_migrations WHERE version>=3");
    raw->execute("DELETE FROM cases");
    const struct {
      int id;
      const char *stage, *type;
      int level;
      std::int64_t registered, dispatched, accepted, closed;
      const char* privacy;
      std::int64_t stage_at;
    } kOld[] = {
        {1, "draft", "help", 1, 0, 0, 0, 0, "named", 0},
        {2, "registered", "help", 1, 5, 0, 0, 0, "named", 5},
        {3, "dispatched", "violation", 1, 5, 6, 0, 0, "confidential", 6},
        {4, "in_progress", "complaint", 2, 5, 6, 7, 0, "confidential", 7},
        {5, "closed", "help", 1, 5, 6, 7, 8, "named", 8},
        {6, "dispatched", "help", 1, 5, 9, 7, 8, "named", 9},  // reopened
    };
    for (const auto& old : kOld) {
      const std::vector<Value> row{old.id,         "n" + std::to_string(old.id),
                                   old.stage,      old.type,
                                   old.level,      old.registered,
                                   old.dispatched, old.accepted,
                                   old.closed,     "normal",
                                   "resident"};
      raw->execute(
          "INSERT INTO cases (id,number,stage,type,level,registered_at,dispatched_at,accepted_at,"
          "closed_at,urgency,reporter_kind) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
          row);
    }
    const auto store = store::open(database_.url());
    EXPECT_FALSE(store->schema_current()) << done;
    store->migrate();
    EXPECT_TRUE(store->schema_current()) << done;
    const auto look = connect(parse_url(database_.url()));
    WorkingSet set;
    Need need;
    for (const auto& old : kOld) need.cases.insert(CaseId{old.id});
    store->begin()->load(need, at(0), set);
    for (const auto& old : kOld) {
      const std::vector<Value> id{old.id};
      const Rows row = look->query("SELECT privacy,stage_at,workflow FROM cases WHERE id=?", id);
      EXPECT_EQ(row[0][0].text(), old.privacy) << done << " " << old.id;
      EXPECT_EQ(row[0][1].integer(), old.stage_at) << done << " " << old.id;
      EXPECT_EQ(row[0][2].text(), "");
      const Case* one = set.find_case(CaseId{old.id});
      ASSERT_NE(one, nullptr);
      EXPECT_EQ(name(one->privacy), old.privacy);
      EXPECT_EQ(one->overall_due, Instant{});
    }
    EXPECT_EQ(look->query("SELECT privacy FROM persons WHERE id=1")[0][0].text(), "named");
  }
}

TEST_P(Schema, TimersViewIsForScripts) {
  const auto store = store::open(database_.url());
  store->migrate();
  WorkingSet set;
  Decision decision;
  decision.cases = {sample_case(3001, PersonId{5}, PersonId{6}),
                    sample_case(3002, PersonId{5}, PersonId{6})};
  decision.cases[1].next_due_at = Instant{};
  set.fold(decision);
  commit(*store, set);
  const auto raw = connect(parse_url(database_.url()));
  const Rows rows = raw->query("SELECT id,kind,due_at FROM timers");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0][0].integer(), 3001);
  EXPECT_EQ(rows[0][1].text(), "accept_half");
  EXPECT_EQ(rows[0][2].integer(), at(19, 999999).time_since_epoch().count());
}

TEST_P(Schema, KeysCompareByteByByte) {
  if (!database_.is_mysql()) return;  // SQLite compares so unless told otherwise
  store::open(database_.url())->migrate();
  const auto raw = connect(parse_url(database_.url()));
  const Rows other = raw->query(
      "SELECT TABLE_NAME,COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA=DATABASE()"
      " AND DATA_TYPE IN ('varchar','mediumtext') AND TABLE_NAME<>'timers'"
      " AND COLLATION_NAME<>'utf8mb4_bin'");
  for (std::size_t i = 0; i < other.size(); ++i)
    ADD_FAILURE() << other[i][0].text() << "." << other[i][1].text();
}

TEST_P(Schema, UnsafeFlushSettingsAreReported) {
  const auto store = store::open(database_.url());
  EXPECT_EQ(store->durability_warnings(), std::vector<std::string>{});
  if (!database_.is_mysql()) return;
  const auto raw = connect(parse_url(database_.url()));
  raw->run("SET GLOBAL innodb_flush_log_at_trx_commit=2");
  const auto warnings = store->durability_warnings();
  raw->run("SET GLOBAL innodb_flush_log_at_trx_commit=1");
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("innodb_flush_log_at_trx_commit"), std::string::npos);
}

HUIYIN_ON_BOTH_ENGINES(Schema);

}  // namespace
}  // namespace huiyin::store
