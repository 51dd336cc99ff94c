#include "server/store/bulk.h"

namespace huiyin::store {
namespace {

template <class Statement, class Check>
void run_all(Connection& connection, std::size_t width, const Params& values,
             const Statement& statement, const Check& check) {
  in_chunks(values.size() / width, statement,
            [&](const std::string& sql, std::size_t first, std::size_t rows) {
              const auto part = std::span{values}.subspan(first * width, rows * width);
              check(connection.execute(sql, part), rows);
            });
}

constexpr auto kUnchecked = [](std::int64_t, std::size_t) {};

}  // namespace

void insert_rows(Connection& connection, std::string_view table, const Names& columns,
                 const Params& values) {
  const auto& dialect = connection.dialect();
  run_all(
      connection, columns.size(), values,
      [&](std::size_t rows) { return dialect.insert(table, columns, rows); }, kUnchecked);
}

void insert_new_rows(Connection& connection, std::string_view table, const Names& columns,
                     const Names& key, const Params& values) {
  const auto& dialect = connection.dialect();
  run_all(
      connection, columns.size(), values,
      [&](std::size_t rows) { return dialect.insert_new(table, columns, key, rows); }, kUnchecked);
}

void upsert_rows(Connection& connection, std::string_view table, const Names& columns,
                 const Names& key, const Params& values) {
  const auto& dialect = connection.dialect();
  run_all(
      connection, columns.size(), values,
      [&](std::size_t rows) { return dialect.upsert(table, columns, key, rows); }, kUnchecked);
}

void update_rows(Connection& connection, std::string_view table, const Names& columns,
                 bool versioned, const Params& values) {
  const auto& dialect = connection.dialect();
  run_all(
      connection, columns.size(), values,
      [&](std::size_t rows) { return dialect.update(table, columns, versioned, rows); },
      [&](std::int64_t affected, std::size_t rows) {
        if (versioned && dialect.matched(affected) != static_cast<std::int64_t>(rows))
          throw Error{Trouble::retry, 0, "a row of " + std::string{table} + " changed meanwhile"};
      });
}

}  // namespace huiyin::store
