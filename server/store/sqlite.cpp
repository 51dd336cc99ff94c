// The embedded engine. One file, WAL, every commit synced; any number of threads and processes may
// have it open, one writes at a time.
#include <sqlite3.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>

#include "server/store/connection.h"
#include "server/store/dialect.h"
#include "server/store/utf8.h"

namespace huiyin::store {
namespace {

constexpr int kLockWaitMs = 1000;  // as innodb_lock_wait_timeout in mysql.cpp
constexpr std::size_t kMaxPrepared = 400;

[[noreturn]] void fail(sqlite3* db, int code) {
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  const std::string text = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  throw Error{sqlite_trouble(extended), extended, "sqlite: " + text};
}

void now_function(sqlite3_context* context, int, sqlite3_value**) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  sqlite3_result_int64(context, std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

struct Finalize {
  void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
};
using Prepared = std::unique_ptr<sqlite3_stmt, Finalize>;

// Writers of one process wait here for the file's one write lock: SQLite itself would let them look
// again after 1, 2, 5 .. 100 ms of sleep. Other processes still meet in the file.
class Turnstile {
 public:
  bool enter(std::chrono::milliseconds limit) {
    std::unique_lock lock{mutex_};
    if (!free_again_.wait_for(lock, limit, [this] { return free_; })) return false;
    free_ = false;
    return true;
  }
  void leave() {
    {
      const std::lock_guard lock{mutex_};
      free_ = true;
    }
    free_again_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable free_again_;
  bool free_ = true;
};

std::shared_ptr<Turnstile> turnstile_of(const std::filesystem::path& path) {
  static std::mutex guard;
  static std::map<std::filesystem::path, std::weak_ptr<Turnstile>> known;
  std::error_code ignored;
  auto file = std::filesystem::weakly_canonical(path, ignored);
  const std::lock_guard lock{guard};
  auto& entry = known[ignored ? path : file];
  auto turnstile = entry.lock();
  if (!turnstile) entry = turnstile = std::make_shared<Turnstile>();
  return turnstile;
}

// Whatever happens while it runs, a statement is reset: an open one would hold its read lock.
class Running {
 public:
  explicit Running(sqlite3_stmt* s) : s_{s} {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    sqlite3_reset(s_);
    sqlite3_clear_bindings(s_);
  }

 private:
  sqlite3_stmt* s_;
};

class SqliteConnection final : public Connection {
 public:
  explicit SqliteConnection(const Url& url) : dialect_{sqlite_dialect()} {
    create_directory(url.path);
    turnstile_ = turnstile_of(url.path);
    const int code = sqlite3_open_v2(
        url.path.c_str(), &db_,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE,
        nullptr);
    try {
      if (code != SQLITE_OK) fail(db_, code);
      sqlite3_busy_timeout(db_, kLockWaitMs);
      sqlite3_create_function(db_, "huiyin_now", 0, SQLITE_UTF8, nullptr, now_function, nullptr,
                              nullptr);
      use_wal();
      run("PRAGMA synchronous=FULL");
      run("PRAGMA temp_store=MEMORY");
      run("PRAGMA cache_size=-65536");        // 64 MiB
      run("PRAGMA wal_autocheckpoint=4000");  // pages: 16 MiB
    } catch (...) {
      sqlite3_close(db_);
      throw;
    }
  }

  ~SqliteConnection() override {
    prepared_.clear();
    sqlite3_close(db_);
    leave();
  }

  const Dialect& dialect() const override { return *dialect_; }

  Rows query(const std::string& sql, std::span<const Value> params) override {
    sqlite3_stmt* s = bind(sql, params);
    const Running running{s};
    const int width = sqlite3_column_count(s);
    Rows rows(static_cast<std::size_t>(width));
    for (int code = sqlite3_step(s); code != SQLITE_DONE; code = sqlite3_step(s)) {
      if (code != SQLITE_ROW) fail(db_, code);
      for (int i = 0; i < width; ++i) rows.add(cell(s, i));
    }
    return rows;
  }

  std::int64_t execute(const std::string& sql, std::span<const Value> params) override {
    sqlite3_stmt* s = bind(sql, params);
    const Running running{s};
    int code = sqlite3_step(s);
    while (code == SQLITE_ROW) code = sqlite3_step(s);
    if (code != SQLITE_DONE) fail(db_, code);
    return sqlite3_changes64(db_);
  }

  void run(const std::string& sql) override {
    const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(db_, code);
  }

  void begin() override {
    if (!turnstile_->enter(std::chrono::milliseconds{kLockWaitMs}))
      throw Error{Trouble::retry, SQLITE_BUSY, "sqlite: database is locked"};
    inside_ = true;
    try {
      execute("BEGIN IMMEDIATE", {});
    } catch (...) {
      leave();
      throw;
    }
  }
  void begin_snapshot() override { execute("BEGIN", {}); }
  void commit() override {
    try {
      execute("COMMIT", {});
    } catch (...) {
      leave();
      throw;
    }
    leave();
  }
  void rollback() noexcept override {
    // FULL, IOERR and others may have rolled back by themselves.
    if (sqlite3_get_autocommit(db_) == 0) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    leave();
  }

  std::string session() const override { return ""; }
  void end_session(const std::string&) override {}

  // The whole migration is one transaction, and the file's write lock is the lock.
  void lock_schema() override { begin(); }
  void unlock_schema() noexcept override { rollback(); }

  std::vector<std::string> durability_warnings() override {
    std::vector<std::string> out;
    if (query("PRAGMA synchronous", {})[0][0].integer() < 2)
      out.push_back(
          "sqlite: synchronous is below FULL, a power cut can lose acknowledged messages");
    if (query("PRAGMA journal_mode", {})[0][0].text() != "wal")
      out.push_back("sqlite: journal_mode is not WAL, this file system may not support it");
    return out;
  }

 private:
  // Of two that switch a new file to WAL at once each holds what the other wants, and SQLite lets
  // neither wait: who was refused tries again.
  void use_wal() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{kLockWaitMs};
    for (;;) {
      const int code = sqlite3_exec(db_, "PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr);
      if (code == SQLITE_OK) return;
      if ((code & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() > end) fail(db_, code);
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }

  static void create_directory(const std::string& path) {
    const auto parent = std::filesystem::path{path}.parent_path();
    if (parent.empty()) return;
    std::error_code error;
    std::filesystem::create_directories(parent, error);
    if (error)
      throw Error{Trouble::away, error.value(),
                  "sqlite: cannot create directory " + parent.string() + ": " + error.message()};
  }

  sqlite3_stmt* prepare(const std::string& sql) {
    if (const auto found = prepared_.find(sql); found != prepared_.end())
      return found->second.get();
    if (prepared_.size() >= kMaxPrepared) prepared_.clear();
    sqlite3_stmt* s = nullptr;
    const int code = sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &s, nullptr);
    if (code != SQLITE_OK) fail(db_, code);
    prepared_.emplace(sql, Prepared{s});
    return s;
  }

  // The values must live until the statement is reset: no copies are made.
  sqlite3_stmt* bind(const std::string& sql, std::span<const Value> params) {
    sqlite3_stmt* s = prepare(sql);
    int i = 0;
    for (const auto& param : params) {
      ++i;
      const auto* text = std::get_if<std::string>(&param.raw());
      if (text != nullptr && !is_utf8(*text)) {
        sqlite3_clear_bindings(s);
        throw Error{Trouble::poison, SQLITE_MISMATCH, "sqlite: text is not UTF-8"};
      }
      const int code = std::visit([&](const auto& v) { return bind_one(s, i, v); }, param.raw());
      if (code != SQLITE_OK) {
        sqlite3_clear_bindings(s);
        fail(db_, code);
      }
    }
    return s;
  }

  static int bind_one(sqlite3_stmt* s, int i, std::monostate) { return sqlite3_bind_null(s, i); }
  static int bind_one(sqlite3_stmt* s, int i, std::int64_t v) {
    return sqlite3_bind_int64(s, i, v);
  }
  static int bind_one(sqlite3_stmt* s, int i, double v) { return sqlite3_bind_double(s, i, v); }
  static int bind_one(sqlite3_stmt* s, int i, const std::string& v) {
    return sqlite3_bind_text64(s, i, v.data(), v.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  static int bind_one(sqlite3_stmt* s, int i, const Blob& v) {
    return sqlite3_bind_blob64(s, i, v.bytes.data(), v.bytes.size(), SQLITE_STATIC);
  }

  static Value cell(sqlite3_stmt* s, int i) {
    switch (sqlite3_column_type(s, i)) {
      case SQLITE_INTEGER:
        return Value{static_cast<std::int64_t>(sqlite3_column_int64(s, i))};
      case SQLITE_FLOAT:
        return Value{sqlite3_column_double(s, i)};
      case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s, i));
        return Value{std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(s, i)))};
      }
      case SQLITE_BLOB: {
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(s, i));
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(s, i));
        return Value{Blob{size == 0 ? std::string{} : std::string(bytes, size)}};
      }
      default:
        return Value{};
    }
  }

  // A transaction ended, well or not; one that only reads never entered.
  void leave() noexcept {
    if (std::exchange(inside_, false)) turnstile_->leave();
  }

  std::unique_ptr<Dialect> dialect_;
  std::shared_ptr<Turnstile> turnstile_;
  bool inside_ = false;
  sqlite3* db_ = nullptr;
  std::unordered_map<std::string, Prepared> prepared_;
};

}  // namespace

std::unique_ptr<Connection> connect_sqlite(const Url& url) {
  return std::make_unique<SqliteConnection>(url);
}

}  // namespace huiyin::store
