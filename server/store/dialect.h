// What differs between the engines in SQL text, and nothing more. Internal to server/store.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace huiyin::store {

struct Column {
  enum Type { big, real, key, text, blob };
  std::string_view name;
  Type type = big;
  int size = 0;  // characters, of a key
};
struct Index {
  std::string_view name, columns;
  bool unique = false;
};
// Every column is NOT NULL with 0 or '' as default, except reals, which may be NULL.
struct Table {
  std::string_view name;
  std::vector<Column> columns;
  std::string_view primary;
  std::vector<Index> indexes;
};

using Names = std::vector<std::string>;

class Dialect {
 public:
  virtual ~Dialect() = default;

  // Expression: the database's clock, UTC microseconds.
  virtual std::string now() const = 0;
  // Ends a locking SELECT.
  virtual std::string for_update() const = 0;
  virtual std::string for_update_skip_locked() const = 0;
  // After the name of a table that is read by its primary key under a lock. Without it the
  // optimiser scans small tables, and the scan waits for rows that others hold.
  virtual std::string by_primary() const = 0;

  // Statements for `rows` rows of `?`, one for each column, row after row.
  std::string insert(std::string_view table, const Names& columns, std::size_t rows) const;
  // Rows whose key is there already are left alone.
  virtual std::string insert_new(std::string_view table, const Names& columns, const Names& key,
                                 std::size_t rows) const = 0;
  virtual std::string upsert(std::string_view table, const Names& columns, const Names& key,
                             std::size_t rows) const = 0;
  // Columns: "id", then "version" when `versioned`, then those to set. A versioned row is set only
  // where the version is the given one, and the version grows by one.
  virtual std::string update(std::string_view table, const Names& columns, bool versioned,
                             std::size_t rows) const = 0;
  // Rows that matched, from what a versioned update() reported: exact when all did.
  virtual std::int64_t matched(std::int64_t affected) const = 0;

  virtual std::vector<std::string> create_table(const Table& table) const = 0;
  virtual std::string add_column(std::string_view table, const Column& column) const = 0;
  // Not for one that is there: MySQL cannot say "if not exists" (error 1061).
  virtual std::string add_index(std::string_view table, const Index& index) const = 0;
  virtual std::string create_view(std::string_view name, std::string_view select) const = 0;
};

std::unique_ptr<Dialect> sqlite_dialect();
std::unique_ptr<Dialect> mysql_dialect(bool has_skip_locked);

// "(?,?,?)" and "?,?,?".
std::string marks(std::size_t n);
std::string join(const Names& names, std::string_view separator = ",");

}  // namespace huiyin::store
