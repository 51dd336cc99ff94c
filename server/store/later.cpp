// What waits for business time: notices whose hour has not come, echoes that nobody heard, rounds.
#include <algorithm>
#include <tuple>

#include "server/store/bulk.h"
#include "server/store/sql_store.h"

namespace huiyin::store {
namespace {

constexpr const char* kUnheardColumns =
    "SELECT id,case_id,person_id,case_number,kind,channel,code,state,created_at,next_at FROM "
    "notices ";

Unheard read_unheard(std::span<const Value> cells) {
  Unheard out;
  from_value(cells[0], out.id);
  from_value(cells[1], out.about);
  from_value(cells[2], out.person);
  from_value(cells[3], out.case_number);
  from_value(cells[4], out.kind);
  from_value(cells[5], out.channel);
  from_value(cells[6], out.code);
  from_value(cells[7], out.state);
  from_value(cells[8], out.since);
  const bool reached_nobody = out.state == NoticeState::held || out.state == NoticeState::dead;
  out.asked = reached_nobody && cells[9].integer() == 0;
  return out;
}

struct Sleeper {
  NoticeId id;
  AccountId account;
  Instant created_at;
  bool echo = false, card = false;
};

// All of these lanes whose hour has come, in the order of writing. Under the lanes' locks, without
// which nobody wakes them; locks of their own would meet those of other lanes' on the index.
std::vector<Sleeper> sleepers_of(Connection& connection, const std::set<AccountId>& lanes,
                                 Instant now) {
  std::vector<Sleeper> out;
  query_in(connection,
           "SELECT id,account_id,created_at,echo,card FROM notices WHERE account_id IN ", lanes,
           " AND state='later' AND next_at<=?",
           [&](std::span<const Value> cells) {
             Sleeper one;
             from_value(cells[0], one.id);
             from_value(cells[1], one.account);
             from_value(cells[2], one.created_at);
             from_value(cells[3], one.echo);
             from_value(cells[4], one.card);
             out.push_back(one);
           },
           {}, {microseconds(now)});
  std::sort(out.begin(), out.end(), [](const Sleeper& a, const Sleeper& b) {
    return std::tie(a.created_at, a.id) < std::tie(b.created_at, b.id);
  });
  return out;
}

// Changes that came while a card slept could not be made on the platform: it leaves as it is now.
void show_changes(Connection& connection, const std::vector<Sleeper>& sleepers) {
  std::set<AccountId> lanes;
  std::set<NoticeId> cards;
  for (const auto& one : sleepers) {
    if (!one.card) continue;
    lanes.insert(one.account);
    cards.insert(one.id);
  }
  if (cards.empty()) return;
  struct Face {
    std::string title, text, content;
  };
  std::map<NoticeId, Face> last;
  query_in(connection,
           "SELECT edits,title,text,content FROM notices WHERE state='skipped' AND account_id IN ",
           lanes, " ORDER BY created_at,id", [&](std::span<const Value> cells) {
             const NoticeId card{cells[0].integer()};
             if (cards.contains(card))
               last[card] = {cells[1].text(), cells[2].text(), cells[3].text()};
           });
  Params rows;
  for (const auto& [id, face] : last)
    rows.insert(rows.end(),
                {to_value(id), Value{face.title}, Value{face.text}, Value{face.content}});
  update_rows(connection, "notices", {"id", "title", "text", "content"}, false, rows);
}

}  // namespace

// A lane is woken whole, or notices of one hour would leave in another order than they were
// written. Somebody else may be waking the same ones: what is still asleep shows under the lanes'
// locks.
std::size_t SqlStore::wake(Instant now, int limit, std::vector<Woken>* woken) {
  const Params hour{microseconds(now), limit};
  const Rows found = connection().query(
      "SELECT account_id FROM notices WHERE state='later' AND next_at<=? ORDER BY next_at LIMIT ?",
      hour);
  if (woken != nullptr) woken->clear();
  if (found.empty()) return 0;
  std::set<AccountId> lanes;
  for (std::size_t i = 0; i < found.size(); ++i) lanes.emplace(found[i][0].integer());
  return transact([&] {
    if (woken != nullptr) woken->clear();  // of an attempt that was undone
    auto accounts = lock_lanes(connection(), lanes);
    const auto sleepers = sleepers_of(connection(), lanes, now);
    const auto due = to_value(database_now());
    std::set<AccountId> touched;
    Params notices, lost, changed;
    for (const auto& one : sleepers) {
      const auto lane = accounts.find(one.account);
      if (lane == accounts.end()) {  // would be found again for ever
        lost.insert(lost.end(),
                    {to_value(one.id), to_value(NoticeState::dead), Value{0}, Value{"no_account"}});
        continue;
      }
      touched.insert(one.account);
      if (woken != nullptr) woken->push_back({one.account, lane->second.channel, one.echo});
      notices.insert(notices.end(), {to_value(one.id), to_value(NoticeState::due), due,
                                     Value{++lane->second.lane_seq}, Value{kWoken}});
    }
    for (const auto id : touched) {
      const auto& a = accounts.at(id);
      changed.insert(changed.end(), {to_value(id), Value{a.version}, Value{a.lane_seq}});
    }
    update_rows(connection(), "accounts", {"id", "version", "lane_seq"}, true, changed);
    update_rows(connection(), "notices", {"id", "state", "next_at", "seq", "code"}, false, notices);
    update_rows(connection(), "notices", {"id", "state", "next_at", "code"}, false, lost);
    show_changes(connection(), sleepers);
    return sleepers.size();
  });
}

std::vector<Bundle> SqlStore::bundles(Instant now, int limit) {
  const Params hour{microseconds(now), limit};
  const Rows found = connection().query(
      "SELECT account_id FROM notices WHERE state='later' AND next_at<=? AND brief=1 AND"
      " account_id>0 GROUP BY account_id HAVING COUNT(*)>=2 ORDER BY account_id LIMIT ?",
      hour);
  std::set<AccountId> lanes;
  for (std::size_t i = 0; i < found.size(); ++i) lanes.emplace(found[i][0].integer());
  std::map<AccountId, Bundle> bundles;
  query_in(connection(),
           "SELECT " + select_list<NoticeRow>() + " FROM notices WHERE account_id IN ", lanes,
           " AND state='later' AND next_at<=? AND brief=1 ORDER BY created_at,id",
           [&](std::span<const Value> cells) {
             auto row = read_row<NoticeRow>(cells);
             row.events.clear();
             auto& bundle = bundles[row.account];
             bundle.account = row.account;
             bundle.person = row.person;
             bundle.notices.push_back(std::move(row));
           },
           {}, {microseconds(now)});
  std::vector<Bundle> out;
  for (auto& entry : bundles)
    if (entry.second.notices.size() > 1) out.push_back(std::move(entry.second));
  return out;
}

RoundDone SqlStore::round(const std::string& name) {
  const Params which{name};
  const Rows rows = connection().query("SELECT at,directory FROM rounds WHERE name=?", which);
  RoundDone done;
  done.name = name;
  if (rows.empty()) return done;
  done.at = instant(rows[0][0].integer());
  done.directory = rows[0][1].integer();
  return done;
}

// Each state apart, so that the index gives the first few however many there are.
std::vector<Unheard> SqlStore::unheard(Instant now, int limit) {
  const auto of = [](const std::string& state) {
    return "SELECT * FROM (" + std::string{kUnheardColumns} + "WHERE state='" + state +
           "' AND next_at>0 AND next_at<=? AND echo=1 ORDER BY next_at,id LIMIT ?) AS " + state;
  };
  const Params params{microseconds(now), limit, microseconds(now), limit, limit};
  const Rows rows = connection().query(
      of("held") + " UNION ALL " + of("dead") + " ORDER BY next_at,id LIMIT ?", params);
  std::vector<Unheard> out;
  for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(read_unheard(rows[i]));
  return out;
}

// One that waits for its hour counts from that hour on.
std::vector<Unheard> SqlStore::never_heard(Instant before) {
  const Params params{microseconds(before), microseconds(before)};
  const Rows rows = connection().query(
      std::string{kUnheardColumns} +
          "WHERE state IN ('riding','due','sending','held','dead','later') AND echo=1 AND"
          " created_at<? AND (state<>'later' OR next_at<?) ORDER BY created_at,id",
      params);
  std::vector<Unheard> out;
  for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(read_unheard(rows[i]));
  return out;
}

// Each part is the first entry of an index.
std::optional<Instant> SqlStore::next_due() {
  const auto first = [](const std::string& what) {
    return "SELECT * FROM (SELECT " + what + " LIMIT 1) AS first_one";
  };
  const auto unheard = [&](const std::string& state) {
    return first("next_at FROM notices WHERE state='" + state +
                 "' AND next_at>0 AND echo=1 ORDER BY next_at");
  };
  const Rows rows = connection().query(
      "SELECT MIN(at) FROM (" +
      first("next_due_at AS at FROM cases WHERE next_due_at>0 ORDER BY next_due_at") +
      " UNION ALL " + first("next_at FROM notices WHERE state='later' ORDER BY next_at") +
      " UNION ALL " + unheard("held") + " UNION ALL " + unheard("dead") + ") AS firsts");
  if (rows[0][0].is_null()) return std::nullopt;
  return instant(rows[0][0].integer());
}

}  // namespace huiyin::store
