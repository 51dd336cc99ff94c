// What became of notices: results of sending (fenced by the lane's token), responses that they rode
// on, reports of platforms. Instants here are database time.
#include <algorithm>

#include "server/store/bulk.h"
#include "server/store/detours.h"
#include "server/store/sql_store.h"
#include "server/store/utf8.h"

namespace huiyin::store {
namespace {

std::map<AccountId, Account> lock_lanes(Connection& connection, std::set<AccountId> ids,
                                        std::span<const SendResult> results) {
  for (const auto& result : results) ids.insert(result.account);
  return lock_lanes(connection, ids);
}

struct InHand {
  AccountId account;
  NoticeState state = NoticeState::dead;
  std::int64_t lane_token = 0;
  bool echo = false;
};
std::map<NoticeId, InHand> lock_notices_of(Connection& connection,
                                           std::span<const SendResult> results) {
  std::set<NoticeId> ids;
  for (const auto& result : results) ids.insert(result.id);
  std::map<NoticeId, InHand> out;
  const auto& dialect = connection.dialect();
  query_in(connection,
           "SELECT id,account_id,state,lane_token,echo FROM notices" + dialect.by_primary() +
               " WHERE id IN ",
           ids, " ORDER BY id" + dialect.for_update(), [&](std::span<const Value> cells) {
             InHand row;
             from_value(cells[1], row.account);
             from_value(cells[2], row.state);
             row.lane_token = cells[3].integer();
             from_value(cells[4], row.echo);
             out.emplace(NoticeId{cells[0].integer()}, row);
           });
  return out;
}

// Through another process, perhaps: the holder does not know yet.
bool wrote_since(const SendResult& result, const Account& account) {
  return result.window_seen && account.window_until > *result.window_seen;
}

// True when the account's row changed. `state`: what the notice comes to.
bool apply(const SendResult& result, NoticeState state, Account& account) {
  bool changed = false;
  if (result.spent_window && account.window_left > 0) {
    --account.window_left;
    changed = true;
  }
  if (result.close_window && !wrote_since(result, account)) {
    account.window_left = 0;
    account.window_until = Instant{};
    changed = true;
  }
  if (result.unfollowed && !wrote_since(result, account)) {
    account.following = false;
    changed = true;
  }
  if (state == NoticeState::held) {
    ++account.held;
    changed = true;
  }
  return changed;
}

// See NoticeState.
Instant next_at(const SendResult& result, bool echo, Instant now) {
  switch (result.state) {
    case NoticeState::due:
      return now + result.again_in;
    case NoticeState::sent:
      return result.ask_in.count() > 0 ? now + result.ask_in : Instant{};
    case NoticeState::held:
    case NoticeState::dead:
      return echo ? result.call_at : Instant{};
    default:
      return {};
  }
}

constexpr std::size_t kCodeCharacters = 128;  // notices.code, notices.platform_id

void save_lanes(Connection& connection, const std::map<AccountId, Account>& accounts,
                const std::set<AccountId>& touched) {
  Params rows;
  for (const auto id : touched) {
    const auto& a = accounts.at(id);
    rows.insert(rows.end(),
                {to_value(a.id), Value{a.version}, to_value(a.following), to_value(a.window_until),
                 Value{a.window_left}, Value{a.held}, Value{a.lane_seq}});
  }
  update_rows(connection, "accounts",
              {"id", "version", "following", "window_until", "window_left", "held", "lane_seq"},
              true, rows);
}

void save_handles(Connection& connection, const std::map<NoticeId, std::string>& handles) {
  Params rows;
  for (const auto& [card, handle] : handles) {
    rows.push_back(to_value(card));
    rows.push_back(Value{storable_handle(handle)});
  }
  update_rows(connection, "cards", {"notice_id", "handle"}, false, rows);
}

}  // namespace

// The lanes' rows first, as everywhere; then the notices.
std::vector<NoticeId> SqlStore::write_results(std::span<const SendResult> results, Fence fence,
                                              Instant now) {
  Detours detours{connection(), results};
  auto accounts = lock_lanes(connection(), detours.lanes(), results);
  auto notices = lock_notices_of(connection(), results);
  std::vector<NoticeId> refused;
  std::set<AccountId> touched;
  std::map<NoticeId, std::string> handles;
  Params rows;
  for (const auto& result : results) {
    const auto account = accounts.find(result.account);
    const auto notice = notices.find(result.id);
    bool ours = account != accounts.end() && notice != notices.end() &&
                notice->second.account == result.account;
    if (ours && fence == Fence::holder)
      ours = account->second.lane_token == result.lane_token &&
             notice->second.state == NoticeState::sending &&
             notice->second.lane_token == result.lane_token;
    if (ours && fence == Fence::report) ours = notice->second.state == NoticeState::sent;
    if (!ours) {
      refused.push_back(result.id);
      continue;
    }
    const bool again = result.state == NoticeState::held && wrote_since(result, account->second);
    const bool goes_on = !again && detours.take(result, accounts, touched);
    const auto state = goes_on || again ? NoticeState::due : result.state;
    notice->second.state = state;  // a second result for it comes too late
    if (apply(result, state, account->second)) touched.insert(result.account);
    if (result.card && !goes_on) handles[result.card] = result.platform_id;
    const bool sent = state == NoticeState::sent;
    rows.push_back(to_value(result.id));
    rows.push_back(to_value(state));
    rows.push_back(Value{goes_on ? 0 : result.attempts});
    rows.push_back(to_value(goes_on || again ? now : next_at(result, notice->second.echo, now)));
    rows.push_back(to_value(sent ? now : Instant{}));
    rows.push_back(Value{clip(result.code, kCodeCharacters)});
    rows.push_back(Value{goes_on ? "" : clip(result.platform_id, kCodeCharacters)});
  }
  save_lanes(connection(), accounts, touched);
  update_rows(connection(), "notices",
              {"id", "state", "attempts", "next_at", "sent_at", "code", "platform_id"}, false,
              rows);
  save_handles(connection(), handles);
  detours.save(connection());
  return refused;
}

void SqlStore::write_ridden(std::span<const NoticeId> written, std::span<const NoticeId> missed,
                            Instant again, Instant now) {
  const std::set<NoticeId> done{written.begin(), written.end()};
  const std::set<NoticeId> left{missed.begin(), missed.end()};
  const auto& dialect = connection().dialect();
  // `due`: missed before, then ridden on the response to the platform's resend.
  execute_in(
      connection(),
      "UPDATE notices" + dialect.by_primary() +
          " SET state='sent',code='rode',next_at=0,sent_at=?,attempts=attempts+1 WHERE id IN ",
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
    auto refused = write_results(results, Fence::holder, now);
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
                      const std::string& code, std::span<const std::string> elsewhere,
                      std::chrono::hours call_after) {
  const auto key = clip(platform_id, kCodeCharacters);
  if (key.empty()) return false;
  return transact([&] {
    const Params which{key, channel};
    // An edit may be known by the id of its card: the report is about the card.
    const Rows rows = connection().query(
        "SELECT id,account_id,attempts,created_at FROM notices WHERE platform_id=? AND channel=?"
        " ORDER BY edits LIMIT 1",
        which);
    if (rows.empty()) return false;
    if (delivered) {
      const Params params{clip(code, kCodeCharacters), rows[0][0]};
      connection().execute(
          "UPDATE notices SET code=?,next_at=CASE WHEN state='sent' THEN 0 ELSE next_at END WHERE"
          " id=?",
          params);
      return true;
    }
    SendResult result;
    from_value(rows[0][0], result.id);
    from_value(rows[0][1], result.account);
    from_value(rows[0][2], result.attempts);
    result.state = NoticeState::dead;
    result.code = code;
    result.platform_id = platform_id;
    result.elsewhere.assign(elsewhere.begin(), elsewhere.end());
    result.call_at = instant(rows[0][3].integer()) + call_after;
    write_results({&result, 1}, Fence::report, database_now());
    return true;
  });
}

// Nothing to ask is the usual answer; it costs one read and no lock.
std::vector<Fate> SqlStore::fates(int limit, std::chrono::milliseconds again) {
  const Params due{microseconds(database_now()), limit};
  const Rows found = connection().query(
      "SELECT id FROM notices WHERE state='sent' AND next_at>0 AND next_at<=? ORDER BY next_at"
      " LIMIT ?",
      due);
  if (found.empty()) return {};
  std::set<NoticeId> ids;
  for (std::size_t i = 0; i < found.size(); ++i) ids.emplace(found[i][0].integer());
  return transact([&] {
    const Instant now = database_now();
    std::vector<Fate> out;
    std::vector<NoticeId> taken;
    const auto& dialect = connection().dialect();
    query_in(connection(),
             "SELECT id,channel,platform_id,sent_at FROM notices" + dialect.by_primary() +
                 " WHERE id IN ",
             ids,
             " AND state='sent' AND next_at>0 AND next_at<=? ORDER BY id" + dialect.for_update(),
             [&](std::span<const Value> cells) {
               Fate fate;
               from_value(cells[0], fate.id);
               from_value(cells[1], fate.channel);
               from_value(cells[2], fate.platform_id);
               from_value(cells[3], fate.sent_at);
               taken.push_back(fate.id);
               out.push_back(std::move(fate));
             },
             {}, {microseconds(now)});
    execute_in(connection(), "UPDATE notices SET next_at=? WHERE id IN ", taken, "",
               {microseconds(now + again)});
    return out;
  });
}

void SqlStore::settled(std::span<const NoticeId> ids) {
  if (ids.empty()) return;
  transact([&] {
    execute_in(connection(), "UPDATE notices SET next_at=0 WHERE id IN ", ids, " AND state='sent'");
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
