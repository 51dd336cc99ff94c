// Files that messages brought: which are to be fetched, and what became of them.
#include "server/store/bulk.h"
#include "server/store/sql_store.h"
#include "server/store/utf8.h"

namespace huiyin::store {
namespace {

constexpr std::size_t kTypeCharacters = 64, kCodeCharacters = 128;  // media.type, media.code
constexpr int kDoublings = 8;  // of the time after which an attempt counts as lost

}  // namespace

// A fetcher that dies leaves the file to the next, which finds the attempt counted.
std::vector<MediaRow> SqlStore::media_due(int limit, std::chrono::milliseconds again) {
  const Params due{microseconds(database_now()), limit};
  const Rows found = connection().query(
      "SELECT id FROM media WHERE state='due' AND next_at<=? ORDER BY next_at LIMIT ?", due);
  if (found.empty()) return {};
  std::set<MediaId> ids;
  for (std::size_t i = 0; i < found.size(); ++i) ids.emplace(found[i][0].integer());
  return transact([&] {
    const Instant now = database_now();
    std::vector<MediaRow> out;
    std::vector<MediaId> taken;
    const auto& dialect = connection().dialect();
    query_in(connection(),
             "SELECT " + select_list<MediaRow>() + " FROM media" + dialect.by_primary() +
                 " WHERE id IN ",
             ids, " AND state='due' AND next_at<=? ORDER BY id" + dialect.for_update(),
             [&](std::span<const Value> cells) {
               out.push_back(read_row<MediaRow>(cells));
               out.back().attempts += 1;
               taken.push_back(out.back().order.id);
             },
             {}, {microseconds(now)});
    // `next_at` first: MySQL sees what was assigned before it in the same statement.
    const Params put_off{microseconds(now), again.count() * 1000, kDoublings, kDoublings};
    execute_in(connection(),
               "UPDATE media SET next_at=?+(?<<CASE WHEN attempts<? THEN attempts ELSE ? END),"
               "attempts=attempts+1 WHERE id IN ",
               taken, "", put_off);
    return out;
  });
}

// The first who has the file wins: a slower one does not undo it.
void SqlStore::media_result(const MediaRow& row, std::chrono::milliseconds again) {
  transact([&] {
    const bool over = row.state != MediaRow::due;
    const Params params{to_value(row.state),
                        Value{row.attempts},
                        over ? Value{0} : to_value(database_now() + again),
                        Value{row.sha256},
                        Value{clip(row.type, kTypeCharacters)},
                        Value{row.bytes},
                        to_value(row.latitude),
                        to_value(row.longitude),
                        Value{clip(row.code, kCodeCharacters)},
                        to_value(row.order.id)};
    const auto taken = connection().execute(
        "UPDATE media SET state=?,attempts=?,next_at=?,sha256=?,type=?,bytes=?,latitude=?,"
        "longitude=?,code=? WHERE id=? AND state='due'",
        params);
    if (taken != 0 || row.state != MediaRow::done) return;
    // Deleted while it was fetched: the file is there, and has to go.
    const Params file{row.sha256, to_value(row.order.id)};
    connection().execute(
        "UPDATE media SET sha256=? WHERE id=? AND state='dead' AND code='erased' AND sha256=''",
        file);
  });
}

std::vector<std::string> SqlStore::erased_files() {
  const Rows rows = connection().query(
      "SELECT DISTINCT m.sha256 FROM media m WHERE m.state='dead' AND m.code='erased' AND"
      " m.sha256<>'' AND NOT EXISTS (SELECT 1 FROM media o WHERE o.sha256=m.sha256 AND"
      " (o.state<>'dead' OR o.code<>'erased')) ORDER BY m.sha256");
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(rows[i][0].text());
  return out;
}

void SqlStore::files_removed(std::span<const std::string> sha256) {
  if (sha256.empty()) return;
  transact([&] {
    execute_in(connection(), "UPDATE media SET sha256='' WHERE sha256 IN ", sha256,
               " AND state='dead' AND code='erased'");
  });
}

std::optional<MediaRow> SqlStore::media(MediaId id) {
  const Params which{to_value(id)};
  const Rows rows =
      connection().query("SELECT " + select_list<MediaRow>() + " FROM media WHERE id=?", which);
  if (rows.empty()) return std::nullopt;
  return read_row<MediaRow>(rows[0]);
}

}  // namespace huiyin::store
