// The seam between the one body of SQL and the two engines. Internal to server/store.
//
// A Connection belongs to one thread at a time and blocks. Every failure is thrown as Error with
// the meaning of facts/reliability.md P9 and a text without values of rows and without secrets.
#pragma once

#include <charconv>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "server/store/store.h"
#include "server/store/url.h"

namespace huiyin::store {

// Bytes that need not be UTF-8.
struct Blob {
  std::string bytes;
};

class Value {
 public:
  Value() = default;  // NULL
  Value(std::int64_t v) : v_{v} {}
  Value(int v) : v_{std::int64_t{v}} {}
  Value(double v) : v_{v} {}
  Value(std::string v) : v_{std::move(v)} {}
  Value(std::string_view v) : v_{std::string{v}} {}
  Value(const char* v) : v_{std::string{v}} {}
  Value(Blob v) : v_{std::move(v)} {}

  bool is_null() const { return std::holds_alternative<std::monostate>(v_); }
  // NULL reads as 0 and "". Engines differ in the type of expressions, so numbers may be text.
  std::int64_t integer() const;
  double real() const;
  const std::string& text() const;

  const auto& raw() const { return v_; }

 private:
  std::variant<std::monostate, std::int64_t, double, std::string, Blob> v_;
};

class Rows {
 public:
  explicit Rows(std::size_t width = 0) : width_{width} {}
  std::size_t size() const { return width_ == 0 ? 0 : cells_.size() / width_; }
  bool empty() const { return cells_.empty(); }
  std::span<const Value> operator[](std::size_t row) const {
    return std::span{cells_}.subspan(row * width_, width_);
  }
  void add(Value cell) { cells_.push_back(std::move(cell)); }

 private:
  std::size_t width_;
  std::vector<Value> cells_;
};

class Dialect;

class Connection {
 public:
  virtual ~Connection() = default;
  virtual const Dialect& dialect() const = 0;

  // Prepared once, kept, and run with `?` bound in order.
  virtual Rows query(const std::string& sql, std::span<const Value> params = {}) = 0;
  // Returns rows affected, as the engine counts them (see Dialect::matched).
  virtual std::int64_t execute(const std::string& sql, std::span<const Value> params = {}) = 0;
  // DDL and settings: not prepared, no parameters.
  virtual void run(const std::string& sql) = 0;

  virtual void begin() = 0;           // a transaction that writes
  virtual void begin_snapshot() = 0;  // one that only reads, all of it at one point in time
  virtual void commit() = 0;          // Trouble::in_commit when the answer is missing
  virtual void rollback() noexcept = 0;

  // Which session this is on the server, to be ended by another connection; "" when embedded.
  virtual std::string session() const = 0;
  virtual void end_session(const std::string& session) = 0;  // unknown ones are ignored

  // Held by one connection at a time until the destructor or unlock; the whole schema change of an
  // engine without transactional DDL runs under it.
  virtual void lock_schema() = 0;
  virtual void unlock_schema() noexcept = 0;

  virtual std::vector<std::string> durability_warnings() = 0;
};

// Throws Error.
std::unique_ptr<Connection> connect(const Url& url);
std::unique_ptr<Connection> connect_sqlite(const Url& url);
std::unique_ptr<Connection> connect_mysql(const Url& url);

// P9 as a table: what an engine's code means. The text is for those whose errno hides in it.
Trouble mysql_trouble(int code, std::string_view sqlstate, std::string_view text);
Trouble sqlite_trouble(int extended_code);

// Rolls back unless committed; for transactions that the store itself begins and ends.
class Transaction {
 public:
  enum Kind { writing, snapshot };
  explicit Transaction(Connection& connection, Kind kind = writing) : connection_{connection} {
    kind == writing ? connection_.begin() : connection_.begin_snapshot();
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    if (open_) connection_.rollback();
  }
  void commit() {
    connection_.commit();  // when it fails, the destructor still ends what may be open
    open_ = false;
  }

 private:
  Connection& connection_;
  bool open_ = true;
};

}  // namespace huiyin::store
