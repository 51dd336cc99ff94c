// Lanes: who may send to whom. A lane is an account's row; its lease has an owner, a token that
// grows with every new tenancy, and an end in database time.
//
// Notices of a lane in the order of `seq` decide what may go: the walk over the unsent ones ends at
// the first that is not ready, so that nothing overtakes.
#include <algorithm>
#include <utility>

#include "server/store/bulk.h"
#include "server/store/sql_store.h"

namespace huiyin::store {
namespace {

// A lane that `owner` may use: free, lapsed, or already its own.
constexpr const char* kLaneOpen = "(a.lane_owner='' OR a.lane_owner=? OR a.lane_until<=?)";
// Not in the hands of a living tenant.
constexpr const char* kNotInHand =
    "(n.state<>'sending' OR n.lane_token<>a.lane_token OR a.lane_until<=?)";

struct Lane {
  LaneClaim claim;
  bool new_tenancy = false;
  bool stopped = false;
  bool perhaps_sent = false;  // one of its notices; only one is on its way at a time
};

std::set<AccountId> candidates_for(Connection& connection, const std::string& owner, Instant now,
                                   int limit) {
  const auto at = microseconds(now);
  const Params params{at, owner, at, at, limit};
  const Rows rows = connection.query(
      std::string{"SELECT DISTINCT n.account_id FROM notices n JOIN accounts a ON"
                  " a.id=n.account_id WHERE n.state IN ('due','riding','sending') AND"
                  " n.next_at<=? AND "} +
          kLaneOpen + " AND " + kNotInHand + " LIMIT ?",
      params);
  std::set<AccountId> out;
  for (std::size_t i = 0; i < rows.size(); ++i) out.emplace(rows[i][0].integer());
  return out;
}

// Locks those of `ids` that are still open to `owner`; what others hold right now is left to them.
std::map<AccountId, Lane> lock_open_lanes(Connection& connection, const std::string& owner,
                                          Instant now, const std::set<AccountId>& ids) {
  std::map<AccountId, Lane> lanes;
  const auto& dialect = connection.dialect();
  query_in(connection,
           "SELECT " + select_list<Account>("a.") + " FROM accounts a" + dialect.by_primary() +
               " WHERE a.id IN ",
           ids,
           std::string{" AND "} + kLaneOpen + " ORDER BY a.id" + dialect.for_update_skip_locked(),
           [&](std::span<const Value> cells) {
             const auto a = read_row<Account>(cells);
             Lane lane;
             lane.new_tenancy = a.lane_owner != owner || a.lane_until <= now;
             lane.claim.account = a.id;
             lane.claim.token = a.lane_token + (lane.new_tenancy ? 1 : 0);
             lane.claim.channel = a.channel;
             lane.claim.user = a.user;
             lane.claim.window_until = a.window_until;
             lane.claim.window_left = a.window_left;
             lane.claim.following = a.following;
             lane.claim.last_seq = a.lane_seq;
             lanes.emplace(a.id, std::move(lane));
           },
           {}, {owner, microseconds(now)});
  return lanes;
}

// Followers of a head that waits for its next attempt would be found by every poll: they wait with
// it.
void put_behind(Connection& connection, const NoticeRow& head, Instant now) {
  const Params params{microseconds(head.next_at), to_value(head.account), head.seq,
                      microseconds(now)};
  connection.execute(
      "UPDATE notices SET next_at=? WHERE account_id=? AND state='due' AND seq>? AND next_at<=?",
      params);
}

// Reads under locks: the response that a notice rides on may be reported as written just now.
void walk(Connection& connection, std::map<AccountId, Lane>& lanes, Instant now, int limit) {
  std::set<AccountId> ids;
  for (const auto& [id, lane] : lanes) ids.insert(id);
  std::vector<NoticeRow> blocking;
  const int most = limit * 2 + 16;
  int taken = 0, read = 0;
  query_in(connection,
           "SELECT " + select_list<NoticeRow>("n.") +
               " FROM notices n JOIN accounts a ON a.id=n.account_id WHERE n.account_id IN ",
           ids,
           std::string{" AND n.state IN ('due','riding','sending') AND "} + kNotInHand +
               " ORDER BY n.account_id,n.seq LIMIT ?" + connection.dialect().for_update(),
           [&](std::span<const Value> cells) {
             ++read;
             auto notice = read_row<NoticeRow>(cells);
             auto& lane = lanes.at(notice.account);
             if (lane.stopped) return;
             const bool ready = notice.state == NoticeState::sending || notice.next_at <= now;
             if (!ready || taken == limit) {
               lane.stopped = lane.claim.more = true;
               if (!ready && notice.state == NoticeState::due)
                 blocking.push_back(std::move(notice));
               return;
             }
             ++taken;
             // Its former holder may have sent it: counts as an attempt.
             if (notice.state == NoticeState::sending) {
               ++notice.attempts;
               if (!std::exchange(lane.perhaps_sent, true) && !notice.code.starts_with(kUnknown))
                 notice.code = std::string{kUnknown} + "lapsed";
             }
             notice.state = NoticeState::sending;
             notice.lane_token = lane.claim.token;
             lane.claim.notices.push_back(std::move(notice));
           },
           {}, {microseconds(now), most});
  // Where a list was cut is not known: better one claim too many than one that is overtaken.
  if (read >= most)
    for (auto& [id, lane] : lanes) lane.claim.more = true;
  for (const auto& head : blocking) put_behind(connection, head, now);
}

// Of several edits of one card in a lane only the newest shows: takes the others out of `lane`.
std::vector<NoticeId> take_old_edits(LaneClaim& lane) {
  std::set<NoticeId> newer;
  std::vector<NoticeId> old;
  for (auto row = lane.notices.rbegin(); row != lane.notices.rend(); ++row)
    if (row->edits && !newer.insert(row->edits).second) old.push_back(row->notice.id);
  std::erase_if(lane.notices, [&](const NoticeRow& row) {
    return std::find(old.begin(), old.end(), row.notice.id) != old.end();
  });
  return old;
}

// By what the platform knows the card that shall change: empty while it was not sent.
void fill_replaces(Connection& connection, std::vector<LaneClaim>& claims) {
  std::map<NoticeId, std::vector<Notice*>> edits;
  std::set<NoticeId> cards;
  for (auto& lane : claims)
    for (auto& row : lane.notices)
      if (row.edits) {
        edits[row.edits].push_back(&row.notice);
        cards.insert(row.edits);
      }
  query_in(connection, "SELECT notice_id,handle FROM cards WHERE notice_id IN ", cards, "",
           [&](std::span<const Value> cells) {
             for (auto* notice : edits[NoticeId{cells[0].integer()}])
               notice->replaces = cells[1].text();
           });
}

// Survivors of `lanes`, locked: the token is still the given one.
std::set<AccountId> lock_own(Connection& connection,
                             std::span<const std::pair<AccountId, std::int64_t>> lanes) {
  std::map<AccountId, std::int64_t> tokens{lanes.begin(), lanes.end()};
  std::vector<AccountId> ids;
  for (const auto& [id, token] : tokens) ids.push_back(id);
  std::set<AccountId> out;
  const auto& dialect = connection.dialect();
  query_in(connection,
           "SELECT id,lane_token,lane_owner FROM accounts" + dialect.by_primary() + " WHERE id IN ",
           ids, " ORDER BY id" + dialect.for_update(), [&](std::span<const Value> cells) {
             const AccountId id{cells[0].integer()};
             if (cells[1].integer() == tokens[id] && !cells[2].text().empty()) out.insert(id);
           });
  return out;
}

}  // namespace

std::vector<LaneClaim> SqlStore::claim(const std::string& owner, std::chrono::milliseconds lease,
                                       int limit) {
  if (limit <= 0) return {};
  // Nothing to do is the usual answer; it costs one read and no lock. An own lane whose rows are in
  // hand is not among the candidates.
  const Instant seen = database_now();
  const auto candidates = candidates_for(connection(), owner, seen, limit);
  if (candidates.empty()) return {};
  return transact([&] {
    // A clock read before the locks errs on the safe side: a lease looks longer, not shorter.
    const Instant now = database_now();
    auto lanes = lock_open_lanes(connection(), owner, now, candidates);
    walk(connection(), lanes, now, limit);
    std::erase_if(lanes, [](const auto& entry) { return entry.second.claim.notices.empty(); });

    const auto until = now + lease;
    std::vector<AccountId> ids;
    Params notices;
    std::vector<LaneClaim> out;
    for (auto& [id, lane] : lanes) {
      ids.push_back(id);
      for (const auto old : take_old_edits(lane.claim))
        notices.insert(notices.end(), {to_value(old), to_value(NoticeState::skipped), Value{0},
                                       Value{lane.claim.token}, Value{0}, Value{""}});
      for (const auto& notice : lane.claim.notices)
        notices.insert(notices.end(),
                       {to_value(notice.notice.id), to_value(notice.state), Value{notice.attempts},
                        Value{notice.lane_token}, to_value(until), Value{notice.code}});
      out.push_back(std::move(lane.claim));
    }
    // MySQL assigns from left to right: the token first, it looks at the old owner and end.
    execute_in(connection(),
               "UPDATE accounts" + connection().dialect().by_primary() +
                   " SET lane_token=lane_token+CASE WHEN lane_owner=? AND lane_until>? THEN 0"
                   " ELSE 1 END,lane_owner=?,lane_until=?,version=version+1 WHERE id IN ",
               ids, "", {owner, microseconds(now), owner, microseconds(until)});
    update_rows(connection(), "notices",
                {"id", "state", "attempts", "lane_token", "next_at", "code"}, false, notices);
    fill_replaces(connection(), out);
    return out;
  });
}

std::set<AccountId> SqlStore::renew(const std::string& owner, std::chrono::milliseconds lease,
                                    std::span<const std::pair<AccountId, std::int64_t>> lanes) {
  return transact([&] {
    const auto until = microseconds(database_now() + lease);
    // The token alone proves that nobody else had the lane meanwhile, even when the lease lapsed.
    const auto own = lock_own(connection(), lanes);
    execute_in(connection(), "UPDATE accounts SET lane_until=?,version=version+1 WHERE id IN ", own,
               " AND lane_owner=?", {until}, {owner});
    return own;
  });
}

void SqlStore::lapse(const std::string& owner) {
  transact([&] {
    const Instant now = database_now();
    const Params whose{owner};
    connection().execute(
        "UPDATE accounts SET lane_until=0,version=version+1 WHERE lane_owner=? AND lane_until>0",
        whose);
    // Not to be looked for before the end of the lease, until now.
    const Params early{microseconds(now), microseconds(now), owner};
    connection().execute(
        "UPDATE notices SET next_at=? WHERE state='sending' AND next_at>? AND account_id IN"
        " (SELECT a.id FROM accounts a WHERE a.lane_owner=? AND a.lane_until=0)",
        early);
  });
}

void SqlStore::release(std::span<const std::pair<AccountId, std::int64_t>> lanes) {
  transact([&] {
    const auto own = lock_own(connection(), lanes);
    execute_in(connection(),
               "UPDATE accounts SET lane_owner='',lane_until=0,version=version+1 WHERE id IN ", own,
               " AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.account_id=accounts.id"
               " AND n.state='sending')");
  });
}

}  // namespace huiyin::store
