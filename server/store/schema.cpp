#include "server/store/schema.h"

#include <string>
#include <vector>

#include "server/store/connection.h"
#include "server/store/dialect.h"

namespace huiyin::store {
namespace {

using enum Column::Type;

// A kind of key each, so that the same id has the same width wherever it is stored.
constexpr int kChannel = 64, kUser = 128, kDedupe = 255, kName = 32, kUnit = 64, kCode = 128;

// All times are UTC microseconds; 0 is "none". Keys compare byte by byte on both engines.
// Every index costs each message, so there are only those that a query of this room needs.
std::vector<Table> first_tables() {
  return {
      {"inbound",
       {{"channel", key, kChannel},
        {"dedupe_key", key, kDedupe},
        {"sender", key, kUser},
        {"kind", key, kName},
        {"body", text},
        {"sent_at"},
        {"received_at"},
        {"case_id"},
        {"reply_notice"},
        {"batch_id", key, kName + kName}},
       "channel, dedupe_key",
       {{"inbound_received", "received_at"}}},  // for forgetting
      {"cases",
       {{"id"},
        {"version"},
        {"number", key, kName},
        {"stage", key, kName},
        {"level"},
        {"urgency", key, kName},
        {"type", key, kName},
        {"outcome", key, kName},
        {"topic", key, kUnit},
        {"unit", key, kUnit},
        {"place", text},
        {"text", text},
        {"result", text},
        {"reporter"},
        {"reporter_account"},
        {"reporter_kind", key, kName},
        {"owner"},
        {"owner_unit", key, kUnit},
        {"round"},
        {"returns"},
        {"urges"},
        {"rating"},
        {"registered_at"},
        {"dispatched_at"},
        {"accepted_at"},
        {"contacted_at"},
        {"closed_at"},
        {"accept_due"},
        {"due_at"},
        {"paused_at"},
        {"last_echo_at"},
        {"next_due_at"},
        {"timer", key, kUnit},
        {"over_at"}},  // closed_at once it is over, else the end of time (rows.h)
       "id",
       {{"cases_number", "number", true},
        {"cases_reporter", "reporter, over_at"},
        {"cases_owner", "owner, over_at"},
        {"cases_timer", "next_due_at"}}},
      {"case_events",
       {{"id"},
        {"case_id"},
        {"move", key, kName},
        {"from_stage", key, kName},
        {"to_stage", key, kName},
        {"level"},
        {"role", key, kName},
        {"actor"},
        {"at"},
        {"text", text},
        {"echo"}},
       "id",
       {{"case_events_case", "case_id"}}},
      {"notices",
       {{"id"},
        {"case_id"},
        {"case_number", key, kName},
        {"event_id"},
        {"account_id"},
        {"person_id"},
        {"channel", key, kChannel},
        {"recipient", key, kUser},
        {"kind", key, kName},
        {"state", key, kName},
        {"attempts"},
        {"seq"},
        {"lane_token"},
        {"next_at"},
        {"created_at"},
        {"sent_at"},
        {"urgent"},
        {"echo"},
        {"code", key, kCode},
        {"platform_id", key, kCode},
        {"title", text},
        {"text", text},
        {"content", text}},  // buttons, link, fields (content.h)
       "id",
       {{"notices_lane", "account_id, state, seq"},
        {"notices_poll", "state, next_at"},
        {"notices_platform", "platform_id"}}},
      // Only the second and further events that a notice tells of; the first is in the notice.
      {"notice_events", {{"notice_id"}, {"event_id"}}, "notice_id, event_id", {}},
      {"persons",
       {{"id"},
        {"version"},
        {"code", key, kUser},
        {"name", text},
        {"phone", text},
        {"locale", key, kName},
        {"bound_unit", key, kUnit},
        {"muted"},
        {"informed"}},
       "id",
       {}},
      // Those of people.tsv. Apart from persons, so that the code needs no index there.
      {"people",
       {{"code", key, kUser}, {"person"}, {"specialities", text}},
       "code",
       {{"people_person", "person"}}},
      {"accounts",
       {{"id"},
        {"version"},
        {"channel", key, kChannel},
        {"user", key, kUser},
        {"person"},
        {"following"},
        {"last_in_at"},
        {"window_until"},
        {"window_left"},
        {"held"},
        {"lane_seq"},
        {"lane_owner", key, kUser},
        {"lane_token"},
        {"lane_until"}},
       "id",
       {{"accounts_user", "channel, user", true}, {"accounts_person", "person"}}},
      {"conversations",
       {{"person"},
        {"version"},
        {"question", key, kUnit},
        {"about"},
        {"options", text},
        {"asked"},
        {"asked_at"}},
       "person",
       {}},
      {"units",
       {{"code", key, kUnit},
        {"name", text},
        {"kind", key, kName},
        {"parent", key, kUnit},
        {"aliases", text},
        {"former_names", text},
        {"topics", text},
        {"latitude", real},
        {"longitude", real},
        {"valid_from"},
        {"valid_to"},
        {"phone", text}},
       "code",
       {}},
      {"duties",
       {{"unit", key, kUnit},
        {"person"},
        {"role", key, kName},
        {"from_at"},
        {"to_at"},
        {"priority"},
        {"hours", text}},
       "unit, person, role, from_at",
       {}},
      {"quarantine",
       {{"channel", key, kChannel},
        {"dedupe_key", key, kDedupe},
        {"reason", text},
        {"body", blob},
        {"at"}},
       "channel, dedupe_key",
       {}},
      {"nonces",
       {{"channel", key, kChannel}, {"nonce", key, kDedupe}, {"body_hash", key, kUser}, {"at"}},
       "channel, nonce",
       {{"nonces_at", "at"}}},
      {"batches", {{"id", key, kName + kName}, {"at"}}, "id", {{"batches_at", "at"}}},
      {"sequences", {{"name", key, kUnit}, {"next"}}, "name", {}},
      {"tokens",
       {{"channel", key, kChannel},
        {"value", text},
        {"generation"},
        {"refreshed_at"},
        {"expires_at"},
        {"lease_owner", key, kUser},
        {"lease_until"}},
       "channel",
       {}},
      {"meta", {{"name", key, kName}, {"value"}}, "name", {}},
  };
}

void first(Connection& connection) {
  const auto& dialect = connection.dialect();
  for (const auto& table : first_tables())
    for (const auto& statement : dialect.create_table(table)) connection.run(statement);
  // For scripts: what is due when. The program itself reads cases.
  connection.run(dialect.create_view(
      "timers",
      "SELECT id, timer AS kind, next_due_at AS due_at FROM cases WHERE next_due_at > 0"));
  const std::vector<Value> version{"directory_version", 0};
  connection.execute(dialect.insert_new("meta", {"name", "value"}, {"name"}, 1), version);
  const std::vector<Value> desk{kDutyDesk.raw(), 1, "县值班台", "zh"};
  connection.execute(dialect.insert_new("persons", {"id", "version", "name", "locale"}, {"id"}, 1),
                     desk);
}

// MySQL commits each statement of a schema change, so a migration that died half way is run again.
void add_column(Connection& connection, std::string_view table, const Column& column) {
  try {
    connection.query("SELECT " + std::string{column.name} + " FROM " + std::string{table} +
                     " WHERE 1=0");
  } catch (const Error& error) {
    if (error.trouble() != Trouble::broken) throw;
    connection.run(connection.dialect().add_column(table, column));
  }
}

void add_index(Connection& connection, std::string_view table, const Index& index) {
  constexpr int kIsThere = 1061;
  try {
    connection.run(connection.dialect().add_index(table, index));
  } catch (const Error& error) {
    if (error.code() != kIsThere) throw;
  }
}

// Cards that change, files of cases, other accounts, streams that are read, and what nobody heard.
void delivery(Connection& connection) {
  const auto& dialect = connection.dialect();
  const Table tables[] = {
      {"cards",
       {{"notice_id"},
        {"case_id"},
        {"account_id"},
        {"person_id"},
        {"kind", key, kName},
        {"office"},
        {"handle", key, kDedupe}},
       "notice_id",
       {{"cards_case", "case_id"}}},
      {"media",
       {{"id"},
        {"case_id"},
        {"kind", key, kName},
        {"channel", key, kChannel},
        {"user", key, kUser},
        {"media_id", text},
        {"url", text},
        {"format", key, kUnit},
        {"state", key, kName},
        {"attempts"},
        {"next_at"},
        {"created_at"},
        {"sha256", key, kUnit},
        {"type", key, kUnit},
        {"bytes"},
        {"latitude", real},
        {"longitude", real},
        {"code", key, kCode}},
       "id",
       {{"media_case", "case_id"}, {"media_poll", "state, next_at"}}},
      {"bind_codes", {{"code", key, kUnit}, {"person"}, {"until_at"}}, "code", {}},
      {"cursors",
       {{"channel", key, kChannel}, {"stream", key, kUser}, {"value", text}, {"read_at"}},
       "channel, stream",
       {}},
      {"secrets", {{"name", key, kName}, {"value", text}}, "name", {}},
  };
  for (const auto& table : tables)
    for (const auto& statement : dialect.create_table(table)) connection.run(statement);
  add_column(connection, "cases", {"media", text});
  add_column(connection, "cases", {"calls"});
  add_column(connection, "persons", {"preferred"});
  add_column(connection, "notices", {"edits"});
  add_column(connection, "notices", {"card"});
  add_column(connection, "notices", {"tried", text});
  // Echoes that nobody heard get their telephone call.
  connection.run(
      "UPDATE notices SET next_at=created_at+86400000000 WHERE state IN ('held','dead') AND"
      " echo=1");
  // Nobody waits for what became of the others.
  connection.run(
      "UPDATE notices SET next_at=0 WHERE next_at<>0 AND (state='sent' OR state IN"
      " ('held','dead') AND echo=0)");
}

// The four levels: who else belongs to a case, in whose queue it stands, who is away.
void levels(Connection& connection) {
  const auto& dialect = connection.dialect();
  const Table tables[] = {
      // To find cases by what is written in them: Case::parties, Case::waits.
      {"case_parties", {{"person_id"}, {"case_id"}}, "person_id, case_id", {}},
      {"case_queue", {{"unit", key, kUnit}, {"case_id"}}, "unit, case_id", {}},
      {"leaves", {{"person"}, {"from_at"}, {"to_at"}, {"deputy"}}, "person, from_at", {}},
      // Who was shown who reported a case (handbook §11). Append-only; `at` is database time.
      {"views",
       {{"viewer"}, {"seen"}, {"case_id"}, {"at"}},
       "viewer, seen, case_id, at",
       {{"views_seen", "seen, at"}}},
      {"rounds", {{"name", key, kUnit}, {"at"}, {"directory"}}, "name", {}},
      // What was to be deleted and is still on its way to somebody.
      {"erasures", {{"notice_id"}}, "notice_id", {}},
  };
  for (const auto& table : tables)
    for (const auto& statement : dialect.create_table(table)) connection.run(statement);
  add_column(connection, "cases", {"privacy", key, kName});
  add_column(connection, "cases", {"parent"});
  add_column(connection, "cases", {"leader"});
  add_column(connection, "cases", {"stage_at"});
  add_column(connection, "cases", {"concerned_unit", key, kUnit});
  add_column(connection, "cases", {"listed_at"});
  add_column(connection, "cases", {"workflow", text});  // workflow.h
  add_column(connection, "persons", {"privacy", key, kName});
  add_column(connection, "persons", {"erased_at"});
  add_column(connection, "case_events", {"detail", text});
  add_column(connection, "notices", {"brief"});
  add_column(connection, "inbound", {"substance"});
  add_column(connection, "inbound", {"answered"});
  for (const auto& [table, index] : {
           std::pair{"cases", Index{"cases_near", "unit, registered_at, topic"}},
           {"notices", Index{"notices_case", "case_id"}},
           {"notice_events", Index{"notice_events_event", "event_id"}},
           {"media", Index{"media_file", "sha256"}},
       })
    add_index(connection, table, index);
  // Until now that followed from these two.
  connection.run(
      "UPDATE cases SET privacy=CASE WHEN type='violation' OR level>1 THEN 'confidential' ELSE"
      " 'named' END WHERE privacy=''");
  connection.run("UPDATE persons SET privacy='named' WHERE privacy=''");
  connection.run(
      "UPDATE cases SET stage_at=CASE WHEN stage IN ('closed','archived') THEN closed_at"
      " WHEN accepted_at>dispatched_at THEN accepted_at WHEN dispatched_at>0 THEN dispatched_at"
      " ELSE registered_at END WHERE stage_at=0");
}

struct Migration {
  const char* name;
  void (*apply)(Connection&);
};
// Append only. A migration that was released is never edited.
constexpr Migration kMigrations[] = {
    {"first", first},
    {"delivery", delivery},
    {"levels", levels},
};
constexpr auto kNewest = static_cast<std::int64_t>(std::size(kMigrations));

std::vector<std::string> create_bookkeeping(const Dialect& dialect) {
  return dialect.create_table(
      {"schema_migrations", {{"version"}, {"name", key, kUnit}, {"applied_at"}}, "version", {}});
}

std::int64_t version_of(Connection& connection) {
  return connection.query("SELECT COALESCE(MAX(version),0) FROM schema_migrations")[0][0].integer();
}

class SchemaLock {
 public:
  explicit SchemaLock(Connection& connection) : connection_{connection} {
    connection_.lock_schema();
  }
  SchemaLock(const SchemaLock&) = delete;
  SchemaLock& operator=(const SchemaLock&) = delete;
  ~SchemaLock() { connection_.unlock_schema(); }

 private:
  Connection& connection_;
};

}  // namespace

void migrate(Connection& connection) {
  if (schema_current(connection)) return;
  const SchemaLock lock{connection};
  const auto& dialect = connection.dialect();
  for (const auto& statement : create_bookkeeping(dialect)) connection.run(statement);
  for (auto version = version_of(connection); version < kNewest; ++version) {
    const auto& migration = kMigrations[version];
    migration.apply(connection);
    const std::vector<Value> done{version + 1, migration.name};
    connection.execute("INSERT INTO schema_migrations (version,name,applied_at) VALUES (?,?," +
                           dialect.now() + ")",
                       done);
  }
  connection.commit();
}

bool schema_current(Connection& connection) {
  try {
    return version_of(connection) >= kNewest;
  } catch (const Error& error) {
    if (error.trouble() == Trouble::broken) return false;  // the table is not there yet
    throw;
  }
}

}  // namespace huiyin::store
