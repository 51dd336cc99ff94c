// Many rows in few statements, in sizes that repeat, so that prepared statements are reused.
// Internal to server/store.
#pragma once

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "server/store/rows.h"

namespace huiyin::store {

// 64, 32, 16, then the rest at once: 63 rows are 32 + 16 + 15. Measured on MariaDB 10.11 for 64
// rows of 30 columns: prepared 8.6 us of server time a row, plain text 14. Each size is a statement
// that the server keeps for each connection, some 20 KB a row of them.
inline std::size_t chunk_size(std::size_t left) {
  if (left >= 64) return 64;
  return left < 16 ? left : std::bit_floor(left);
}

// Calls statement(rows in it) for the text and run(sql, first value, row count) for each chunk.
template <class Statement, class Run>
void in_chunks(std::size_t rows, const Statement& statement, const Run& run) {
  for (std::size_t done = 0; done < rows;) {
    const auto n = chunk_size(rows - done);
    run(statement(n), done, n);
    done += n;
  }
}

// `values` hold the rows one after the other.
void insert_rows(Connection& connection, std::string_view table, const Names& columns,
                 const Params& values);
// Rows whose key is there already are left alone.
void insert_new_rows(Connection& connection, std::string_view table, const Names& columns,
                     const Names& key, const Params& values);
void upsert_rows(Connection& connection, std::string_view table, const Names& columns,
                 const Names& key, const Params& values);
// Columns as in Dialect::update. Throws Trouble::retry when a versioned row did not match.
void update_rows(Connection& connection, std::string_view table, const Names& columns,
                 bool versioned, const Params& values);

template <class T>
void insert_all(Connection& connection, std::string_view table, std::span<const T* const> rows) {
  Params values;
  values.reserve(rows.size() * column_names<T>().size());
  for (const T* row : rows) write_row(values, *row);
  insert_rows(connection, table, column_names<T>(), values);
}

// Calls run(list, params) with "(?,?,..)" and its parameters for all of `keys`, in lists padded to
// a power of two by repeating the last. `before` and `after` are the parameters around the list.
template <class Range, class Run>
void in_lists(const Range& keys, const Params& before, const Params& after, const Run& run) {
  constexpr std::size_t kMost = 512;
  auto next = std::begin(keys);
  for (std::size_t left = std::size(keys); left > 0;) {
    const auto n = std::min(left, kMost);
    const auto padded = std::bit_ceil(n);
    Params params = before;
    params.reserve(before.size() + padded + after.size());
    for (std::size_t i = 0; i < n; ++i, ++next) params.push_back(to_value(*next));
    for (std::size_t i = n; i < padded; ++i) {
      Value last = params.back();
      params.push_back(std::move(last));
    }
    params.insert(params.end(), after.begin(), after.end());
    run("(" + marks(padded) + ")", params);
    left -= n;
  }
}

// Calls row(cells) for each row of head + list + tail.
template <class Range, class Row>
void query_in(Connection& connection, const std::string& head, const Range& keys,
              const std::string& tail, const Row& row, const Params& before = {},
              const Params& after = {}) {
  in_lists(keys, before, after, [&](const std::string& list, const Params& params) {
    const Rows rows = connection.query(head + list + tail, params);
    for (std::size_t i = 0; i < rows.size(); ++i) row(rows[i]);
  });
}
// Returns rows affected.
template <class Range>
std::int64_t execute_in(Connection& connection, const std::string& head, const Range& keys,
                        const std::string& tail, const Params& before = {},
                        const Params& after = {}) {
  std::int64_t affected = 0;
  in_lists(keys, before, after, [&](const std::string& list, const Params& params) {
    affected += connection.execute(head + list + tail, params);
  });
  return affected;
}

// Locks lanes, which the accounts' rows are, in the order of ids.
inline std::map<AccountId, Account> lock_lanes(Connection& connection,
                                               const std::set<AccountId>& ids) {
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

}  // namespace huiyin::store
