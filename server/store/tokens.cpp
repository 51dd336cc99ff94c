// One access token a channel for all processes, refreshed under a lease (facts/reliability.md P8).
#include "server/store/sql_store.h"

namespace huiyin::store {
namespace {

constexpr std::int64_t kSecond = 1'000'000;  // microseconds
std::int64_t us(std::chrono::milliseconds span) {
  return std::chrono::duration_cast<std::chrono::microseconds>(span).count();
}

}  // namespace

std::optional<StoredToken> SqlStore::token(const std::string& channel) {
  const Params which{channel};
  const Rows rows =
      connection().query("SELECT value,generation,expires_at,refreshed_at," + now_sql() +
                             " FROM tokens WHERE channel=? AND generation>0",
                         which);
  if (rows.empty()) return std::nullopt;
  const auto now = rows[0][4].integer();
  StoredToken out;
  out.value = rows[0][0].text();
  out.generation = rows[0][1].integer();
  out.left = std::chrono::seconds{(rows[0][2].integer() - now) / kSecond};
  out.age = std::chrono::seconds{(now - rows[0][3].integer()) / kSecond};
  return out;
}

bool SqlStore::lease_token(const std::string& channel, const std::string& owner, std::int64_t seen,
                           std::chrono::milliseconds lease, std::chrono::milliseconds pause) {
  return transact([&] {
    const auto& dialect = connection().dialect();
    const Params which{channel};
    connection().execute(dialect.insert_new("tokens", {"channel"}, {"channel"}, 1), which);
    const auto now = microseconds(database_now());
    const Params params{owner, now + us(lease), channel, seen, now, now - us(pause)};
    return connection().execute(
               "UPDATE tokens SET lease_owner=?,lease_until=? WHERE channel=? AND generation=?"
               " AND lease_until<=? AND refreshed_at<=?",
               params) == 1;
  });
}

bool SqlStore::save_token(const std::string& channel, const std::string& owner,
                          const std::string& value, std::chrono::seconds lifetime) {
  return transact([&] {
    const auto now = microseconds(database_now());
    const Params params{value, now, now + lifetime.count() * kSecond, channel, owner};
    return connection().execute(
               "UPDATE tokens SET value=?,generation=generation+1,refreshed_at=?,expires_at=?,"
               "lease_owner='',lease_until=0 WHERE channel=? AND lease_owner=?",
               params) == 1;
  });
}

}  // namespace huiyin::store
