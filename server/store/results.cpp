// What became of notices: results of sending (fenced by the lane's token), responses that they rode
// on, reports of platforms. Instants here are database time.
#include <algorithm>

#include "server/store/bulk.h"
#include "server/store/sql_store.h"
#include "server/store/utf8.h"

namespace huiyin::store {
namespace {

std::map<AccountId, Account> lock_lanes_of(Connection& connection,
                                           std::span<const SendResult> results) {
  std::set<AccountId> ids;
  for (const auto& result : results) ids.insert(result.account);
  std::map<AccountId, Account> out;
  const auto& dialect = connection.dialect();
  query_in(connection,
           "SELECT " + select_list<Account>() + " FROM accounts" + dialect.by_primary() +
               " WHERE id IN ",
           ids, " ORDER BY id" + dialect.for_update(), [&](std::span<const Value> cells) {
             auto row = read_row<Account>(cells);
             out.emplace(row.id, std::move(row));
           });
  return out;
}

struct InHand {
  AccountId account;
  NoticeState state = NoticeState::dead;
  std::int64_t lane_token = 0;
};
std::map<NoticeId, InHand> lock_notices_of(Connection& connection,
                                           std::span<const SendResult> results) {
  std::set<NoticeId> ids;
  for (const auto& result : results) ids.insert(result.id);
  std::map<NoticeId, InHand> out;
  const auto& dialect = connection.dialect();
  query_in(
      connection,
      "SELECT id,account_id,state,lane_token FROM notices" + dialect.by_primary() + " WHERE id IN ",
      ids, " ORDER BY id" + dialect.for_update(), [&](std::span<const Value> cells) {
        InHand row;
        from_value(cells[1], row.account);
        from_value(cells[2], row.state);
        row.lane_token = cells[3].integer();
        out.emplace(NoticeId{cells[0].integer()}, row);
      });
  return out;
}

// True when the account's row changed.
bool apply(const SendResult& result, Account& account) {
  bool changed = false;
  if (result.spent_window && account.window_left > 0) {
    --account.window_left;
    changed = true;
  }
  if (result.close_window) {
    account.window_left = 0;
    account.window_until = Instant{};
    changed = true;
  }
  if (result.unfollowed) {
    account.following = false;
    changed = true;
  }
  if (result.state == NoticeState::held) {
    ++account.held;
    changed = true;
  }
  return changed;
}

constexpr std::size_t kCodeCharacters = 128;  // notices.code, notices.platform_id

}  // namespace

// The lanes' rows first, as everywhere; then the notices.
std::vector<NoticeId> SqlStore::write_results(std::span<const SendResult> results, Instant now) {
  auto accounts = lock_lanes_of(connection(), results);
  auto notices = lock_notices_of(connection(), results);
  std::vector<NoticeId> refused;
  std::set<AccountId> touched;
  Params rows;
  for (const auto& result : results) {
    const auto account = accounts.find(result.account);
    const auto notice = notices.find(result.id);
    const bool ours = account != accounts.end() && notice != notices.end() &&
                      account->second.lane_token == result.lane_token &&
                      notice->second.account == result.account &&
                      notice->second.state == NoticeState::sending &&
                      notice->second.lane_token == result.lane_token;
    if (!ours) {
      refused.push_back(result.id);
      continue;
    }
    notice->second.state = result.state;  // a second result for it comes too late
    if (apply(result, account->second)) touched.insert(result.account);
    const bool again = result.state == NoticeState::due;
    const bool sent = result.state == NoticeState::sent;
    rows.push_back(to_value(result.id));
    rows.push_back(to_value(result.state));
    rows.push_back(to_value(result.attempts));
    rows.push_back(to_value(again ? now + result.again_in : Instant{}));
    rows.push_back(to_value(sent ? now : Instant{}));
    rows.push_back(Value{clip(result.code, kCodeCharacters)});
    rows.push_back(Value{clip(result.platform_id, kCodeCharacters)});
  }
  Params lanes;
  for (const auto id : touched) {
    const auto& a = accounts.at(id);
    lanes.insert(lanes.end(), {to_value(a.id), Value{a.version}, to_value(a.following),
                               to_value(a.window_until), Value{a.window_left}, Value{a.held}});
  }
  update_rows(connection(), "accounts",
              {"id", "version", "following", "window_until", "window_left", "held"}, true, lanes);
  update_rows(connection(), "notices",
              {"id", "state", "attempts", "next_at", "sent_at", "code", "platform_id"}, false,
              rows);
  return refused;
}

void SqlStore::write_ridden(std::span<const NoticeId> written, std::span<const NoticeId> missed,
                            Instant again, Instant now) {
  const std::set<NoticeId> done{written.begin(), written.end()};
  const std::set<NoticeId> left{missed.begin(), missed.end()};
  const auto& dialect = connection().dialect();
  // `due`: missed before, then ridden on the response to the platform's resend.
  execute_in(connection(),
             "UPDATE notices" + dialect.by_primary() +
                 " SET state='sent',code='rode',sent_at=?,attempts=attempts+1 WHERE id IN ",
             done, " AND state IN ('riding','due')", {microseconds(now)});
  execute_in(connection(),
             "UPDATE notices" + dialect.by_primary() + " SET state='due',next_at=? WHERE id IN ",
             left, " AND state='riding'", {microseconds(again)});
}

std::vector<NoticeId> SqlStore::settle(std::span<const SendResult> results,
                                       std::span<const NoticeId> written,
                                       std::span<const NoticeId> missed,
                                       std::chrono::milliseconds wait) {
  if (results.empty() && written.empty() && missed.empty()) return {};
  return transact([&] {
    const Instant now = database_now();
    auto refused = write_results(results, now);
    write_ridden(written, missed, now + wait, now);
    return refused;
  });
}

std::vector<NoticeId> SqlStore::finish(std::span<const SendResult> results) {
  return settle(results, {}, {}, {});
}

void SqlStore::rode(std::span<const NoticeId> written, std::span<const NoticeId> missed,
                    std::chrono::milliseconds wait) {
  settle({}, written, missed, wait);
}

bool SqlStore::report(const std::string& channel, const std::string& platform_id, bool delivered,
                      const std::string& code, std::span<const std::string> /*elsewhere*/,
                      std::chrono::hours /*call_after*/) {
  const auto key = clip(platform_id, kCodeCharacters);
  if (key.empty()) return false;
  return transact([&] {
    const Params which{key, channel};
    const Rows rows =
        connection().query("SELECT id FROM notices WHERE platform_id=? AND channel=?", which);
    if (rows.empty()) return false;
    const Params params{clip(code, kCodeCharacters), rows[0][0]};
    connection().execute(delivered ? "UPDATE notices SET code=? WHERE id=?"
                                   : "UPDATE notices SET code=?,state=CASE WHEN state='sent' THEN"
                                     " 'dead' ELSE state END WHERE id=?",
                         params);
    return true;
  });
}

std::vector<NoticeRow> SqlStore::notices_of(const std::string& channel, const std::string& user,
                                            std::int64_t after) {
  const Params params{channel, user, after};
  const Rows rows =
      connection().query("SELECT " + select_list<NoticeRow>("n.") +
                             " FROM accounts a JOIN notices n ON n.account_id=a.id"
                             " WHERE a.channel=? AND a.user=? AND n.seq>COALESCE((SELECT m.seq FROM"
                             " notices m WHERE m.id=? AND m.account_id=a.id),0) ORDER BY n.seq",
                         params);
  std::vector<NoticeRow> out;
  for (std::size_t i = 0; i < rows.size(); ++i) out.push_back(read_row<NoticeRow>(rows[i]));
  return out;
}

}  // namespace huiyin::store
