#include "server/store/sql_store.h"

#include <algorithm>

#include "server/store/batch.h"
#include "server/store/bulk.h"
#include "server/store/erase.h"
#include "server/store/schema.h"
#include "server/store/utf8.h"

namespace huiyin::store {
namespace {

constexpr std::size_t kKeyCharacters = 255;  // quarantine.dedupe_key

// A key that does not fit is cut, and told apart from its like by a hash (FNV-1a) of the whole.
std::string quarantine_key(const std::string& key) {
  if (auto whole = clip(key, kKeyCharacters); whole == key) return whole;
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return clip(key, kKeyCharacters - 21) + "#" + std::to_string(hash);  // at most 20 digits
}

}  // namespace

Connection& SqlStore::connection() {
  if (!connection_) reconnect();
  return *connection_;
}

Instant SqlStore::database_now() {
  return instant(connection().query("SELECT " + now_sql())[0][0].integer());
}

void SqlStore::migrate() { store::migrate(connection()); }
bool SqlStore::schema_current() { return store::schema_current(connection()); }
void SqlStore::ping() { connection().query("SELECT 1"); }
std::vector<std::string> SqlStore::durability_warnings() {
  return connection().durability_warnings();
}

std::unique_ptr<Batch> SqlStore::begin() {
  connection();  // there is one from here on
  return std::make_unique<SqlBatch>(connection_);
}

// The old session is ended first: while it lives it may still be about to execute its COMMIT. From
// then on the row is there, or it is locked by a commit in progress (the read waits), or it will
// never be.
bool SqlStore::was_committed(const std::string& batch_id) {
  reconnect();
  return transact([&] {
    const Params id{batch_id};
    return !connection()
                .query("SELECT id FROM batches WHERE id=?" + connection().dialect().for_update(),
                       id)
                .empty();
  });
}

void SqlStore::reconnect() {
  if (connection_) {
    old_session_ = connection_->session();
    connection_.reset();
  }
  auto fresh = connect(url_);
  // When this fails, the next connection is told to do it.
  if (!old_session_.empty()) fresh->end_session(old_session_);
  old_session_.clear();
  connection_ = std::move(fresh);
}

std::int64_t SqlStore::lease(const std::string& sequence, std::int64_t n) {
  return transact([&] {
    const auto& dialect = connection().dialect();
    const std::int64_t first = sequence == "id" ? kFirstId : 1;
    const Params start{sequence, first};
    connection().execute(dialect.insert_new("sequences", {"name", "next"}, {"name"}, 1), start);
    const Params step{n, sequence};
    connection().execute("UPDATE sequences SET next=next+? WHERE name=?", step);
    const Params which{sequence};
    return connection().query("SELECT next FROM sequences WHERE name=?", which)[0][0].integer() - n;
  });
}

// Whatever is wrong with the message must not keep it from getting here: the body is stored as
// bytes and the key is shortened. The platform's resend adds nothing.
void SqlStore::quarantine(const Quarantined& row) {
  transact([&] {
    const Params values{clip(row.channel, 64), quarantine_key(row.dedupe_key),
                        clip(row.reason, 1000), Blob{row.body}, microseconds(row.at)};
    const auto sql = connection().dialect().insert_new(
        "quarantine", {"channel", "dedupe_key", "reason", "body", "at"}, {"channel", "dedupe_key"},
        1);
    connection().execute(sql, values);
  });
}

std::vector<CaseId> SqlStore::due_cases(Instant now, int limit) {
  const Params params{microseconds(now), limit};
  const Rows rows = connection().query(
      "SELECT id FROM cases WHERE next_due_at>0 AND next_due_at<=? ORDER BY next_due_at,id LIMIT ?",
      params);
  std::vector<CaseId> out;
  for (std::size_t i = 0; i < rows.size(); ++i) out.emplace_back(rows[i][0].integer());
  return out;
}

Counts SqlStore::counts() {
  const auto count = [&](const std::string& what, const Params& params = {}) {
    return connection().query("SELECT COUNT(*) FROM " + what, params)[0][0].integer();
  };
  Counts out;
  // What waited for its hour is on its way since it was woken.
  const Params woken{kWoken};
  const Rows pending = connection().query(
      "SELECT channel,COUNT(*),MIN(CASE WHEN code=? AND next_at>created_at THEN next_at"
      " ELSE created_at END) FROM notices WHERE state IN ('due','riding','sending')"
      " GROUP BY channel",
      woken);
  for (std::size_t i = 0; i < pending.size(); ++i) {
    auto& channel = out.pending[pending[i][0].text()];
    channel.notices = pending[i][1].integer();
    channel.oldest = instant(pending[i][2].integer());
    out.notices_due += channel.notices;
  }
  out.notices_held = count("notices WHERE state='held'");
  out.notices_dead = count("notices WHERE state='dead'");
  out.quarantined = count("quarantine");
  out.open_cases = count("cases WHERE over_at=?", {kNotOver});
  return out;
}

std::vector<Cursor> SqlStore::cursors() {
  const Rows rows = connection().query("SELECT " + select_list<Cursor>() +
                                       " FROM cursors ORDER BY channel,stream");
  std::vector<Cursor> out;
  for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(read_row<Cursor>(rows[i]));
  return out;
}

// Whoever comes first decides; the insert waits for one that is not committed yet.
std::string SqlStore::secret(const std::string& name, const std::string& fresh) {
  return transact([&] {
    const Params row{name, fresh}, which{name};
    connection().execute(
        connection().dialect().insert_new("secrets", {"name", "value"}, {"name"}, 1), row);
    return connection().query("SELECT value FROM secrets WHERE name=?", which)[0][0].text();
  });
}

void SqlStore::add_code(const BindCode& code) {
  check_key(code.code, "a one-time code");
  transact([&] {
    const BindCode* row = &code;
    insert_all<BindCode>(connection(), "bind_codes", {&row, 1});
  });
}

// Pages of cases in the order of ids; which of them changed shows only in their events.
void SqlStore::export_cases(
    Instant since, const std::function<void(const Case&, const std::vector<Event>&)>& row) {
  for (CaseId last{0};;) {
    const Params from{last.raw()};
    const Rows page = connection().query(
        "SELECT " + select_list<Case>() + " FROM cases WHERE id>? ORDER BY id LIMIT 256", from);
    if (page.empty()) return;
    std::map<CaseId, Case> cases;
    std::map<CaseId, std::vector<Event>> events;
    std::vector<CaseId> ids;
    for (std::size_t i = 0; i < page.size(); ++i) {
      auto one = read_row<Case>(page[i]);
      ids.push_back(one.id);
      cases.emplace(one.id, std::move(one));
    }
    query_in(connection(), "SELECT " + select_list<Event>() + " FROM case_events WHERE case_id IN ",
             ids, " ORDER BY at,id", [&](std::span<const Value> cells) {
               auto event = read_row<Event>(cells);
               events[event.case_id].push_back(std::move(event));
             });
    for (const auto& [id, one] : cases) {
      const auto& history = events[id];
      const bool recent =
          one.registered_at >= since || std::any_of(history.begin(), history.end(),
                                                    [&](const Event& e) { return e.at >= since; });
      if (recent) row(one, history);
    }
    last = ids.back();
  }
}

// In steps of a thousand rows: one long delete would hold locks on the path of messages.
std::size_t SqlStore::forget(std::chrono::hours age) {
  const auto before = microseconds(database_now() - age);
  std::size_t deleted = 0;
  const std::pair<const char*, const char*> tables[] = {
      {"inbound", "received_at"}, {"nonces", "at"}, {"batches", "at"}, {"bind_codes", "until_at"}};
  for (const auto& [table_name, column_name] : tables) {
    const std::string table = table_name, column = column_name;
    for (bool more = true; more;) {
      const Params limit{before};
      const Rows step =
          connection().query("SELECT " + column + " FROM " + table + " WHERE " + column +
                                 "<? ORDER BY " + column + " LIMIT 1 OFFSET 999",
                             limit);
      more = !step.empty();
      const Params until{more ? step[0][0].integer() : before - 1};
      deleted += static_cast<std::size_t>(transact([&] {
        return connection().execute("DELETE FROM " + table + " WHERE " + column + "<=?", until);
      }));
    }
  }
  transact([&] { return erase_arrived(connection()); });
  return deleted;
}

std::unique_ptr<Store> open(const std::string& url) {
  return std::make_unique<SqlStore>(parse_url(url));
}

}  // namespace huiyin::store
