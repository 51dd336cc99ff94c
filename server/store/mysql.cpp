// The shared engine: any server that speaks the MySQL protocol, by Connector/C++ 1.1 (JDBC style).
//
// Traps of the connector (facts/stack.md): commit() and rollback() swallow errors, so both are run
// as statements; OPT_RECONNECT would go on silently in another session, so it is never set; each
// thread must be announced to the client library.
#include <cppconn/connection.h>
#include <cppconn/exception.h>
#include <cppconn/prepared_statement.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>
#include <mysql_driver.h>

#include <unordered_map>

#include "server/store/connection.h"
#include "server/store/dialect.h"

namespace huiyin::store {
namespace {

constexpr int kConnectSeconds = 5;
constexpr int kAnswerSeconds = 20;  // a Galera cluster that lost a node stalls for 6 s
constexpr int kSchemaLockSeconds = 15;
constexpr std::size_t kMaxPrepared = 400;

sql::Driver* driver() {
  static sql::Driver* const kDriver = get_driver_instance();  // not thread-safe by itself
  return kDriver;
}

void announce_thread() {
  struct Announced {
    Announced() { driver()->threadInit(); }
    ~Announced() { driver()->threadEnd(); }
  };
  static thread_local const Announced kAnnounced;
  (void)kAnnounced;
}

// Messages about data quote the data ("Duplicate entry 'oX1..' for key ..."); that part goes.
std::string harmless_text(Trouble trouble, int code, const std::string& text) {
  if (trouble == Trouble::duplicate) {
    const auto key = text.rfind(" for key ");
    return "duplicate entry" + (key == text.npos ? std::string{} : text.substr(key));
  }
  if (trouble == Trouble::poison && code != 1406) {
    const auto column = text.find(" for column ");
    return "value refused" + (column == text.npos ? std::string{} : text.substr(column));
  }
  return text;
}

[[noreturn]] void rethrow(const sql::SQLException& e, bool connecting = false) {
  auto trouble = mysql_trouble(e.getErrorCode(), e.getSQLStateCStr(), e.what());
  if (connecting && trouble == Trouble::lost) trouble = Trouble::away;
  throw Error{trouble, e.getErrorCode(),
              "mysql " + std::to_string(e.getErrorCode()) + ": " +
                  harmless_text(trouble, e.getErrorCode(), e.what())};
}

enum class Kind { integer, real, text, blob };
Kind kind_of(int type) {
  switch (type) {
    case sql::DataType::BIT:
    case sql::DataType::TINYINT:
    case sql::DataType::SMALLINT:
    case sql::DataType::MEDIUMINT:
    case sql::DataType::INTEGER:
    case sql::DataType::BIGINT:
      return Kind::integer;
    case sql::DataType::REAL:
    case sql::DataType::DOUBLE:
      return Kind::real;
    case sql::DataType::BINARY:
    case sql::DataType::VARBINARY:
    case sql::DataType::LONGVARBINARY:
      return Kind::blob;
    default:
      return Kind::text;
  }
}

struct Prepared {
  std::unique_ptr<sql::PreparedStatement> statement;
  std::vector<Kind> kinds;  // of the result's columns, filled by the first run
};

class MysqlConnection final : public Connection {
 private:
  template <class Work>
  auto guarded(const Work& work) {
    if (broken_) throw Error{Trouble::lost, 2006, "mysql: this connection was lost before"};
    announce_thread();
    try {
      return work();
    } catch (const sql::SQLException& e) {
      const auto trouble = mysql_trouble(e.getErrorCode(), e.getSQLStateCStr(), e.what());
      // What the server reported leaves the session usable; the client's own errors do not.
      if (trouble == Trouble::lost) broken_ = true;
      rethrow(e);
    }
  }

 public:
  explicit MysqlConnection(const Url& url) {
    announce_thread();
    try {
      sql::ConnectOptionsMap options;
      options["hostName"] =
          sql::SQLString{url.socket.empty() ? "tcp://" + url.host + ":" + std::to_string(url.port)
                                            : "unix://" + url.socket};
      options["userName"] = sql::SQLString{url.user};
      options["password"] = sql::SQLString{url.password};
      options["schema"] = sql::SQLString{url.database};
      options["OPT_CONNECT_TIMEOUT"] = kConnectSeconds;
      options["OPT_READ_TIMEOUT"] = kAnswerSeconds;
      options["OPT_WRITE_TIMEOUT"] = kAnswerSeconds;
      if (url.tls) options["sslEnforce"] = true;
      if (!url.ca_file.empty()) {
        options["sslCA"] = sql::SQLString{url.ca_file};
        options["sslVerify"] = true;
      }
      connection_.reset(driver()->connect(options));
      plain_.reset(connection_->createStatement());
      prepare_session();
    } catch (const sql::SQLException& e) {
      rethrow(e, true);
    }
  }

  ~MysqlConnection() override {
    announce_thread();
    prepared_.clear();
    plain_.reset();
    connection_.reset();
  }

  const Dialect& dialect() const override { return *dialect_; }

  Rows query(const std::string& sql, std::span<const Value> params) override {
    return guarded([&] {
      auto& prepared = bind(sql, params);
      const std::unique_ptr<sql::ResultSet> result{prepared.statement->executeQuery()};
      if (prepared.kinds.empty()) {
        auto* meta = result->getMetaData();
        for (unsigned i = 1; i <= meta->getColumnCount(); ++i)
          prepared.kinds.push_back(kind_of(meta->getColumnType(i)));
      }
      Rows rows{prepared.kinds.size()};
      while (result->next())
        for (unsigned i = 0; i < prepared.kinds.size(); ++i)
          rows.add(cell(*result, i + 1, prepared.kinds[i]));
      return rows;
    });
  }

  std::int64_t execute(const std::string& sql, std::span<const Value> params) override {
    return guarded([&] { return std::int64_t{bind(sql, params).statement->executeUpdate()}; });
  }

  void run(const std::string& sql) override {
    guarded([&] { plain_->execute(sql); });
  }

  void begin() override { run("START TRANSACTION"); }
  void begin_snapshot() override {
    run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  }
  void commit() override {
    try {
      run("COMMIT");
    } catch (const Error& error) {
      if (error.trouble() != Trouble::lost) throw;
      throw Error{Trouble::in_commit, error.code(), error.what()};
    }
  }
  void rollback() noexcept override {
    if (broken_) return;  // the server rolls back when the session ends
    try {
      run("ROLLBACK");
    } catch (const Error&) {
      broken_ = true;  // in a transaction or not: nobody knows
    }
  }

  std::string session() const override { return session_; }

  // A server that was restarted numbers its sessions anew: only one with the same client address is
  // the one meant.
  void end_session(const std::string& session) override {
    const auto space = session.find(' ');
    const auto id = session.substr(0, space);
    const std::vector<Value> params{Value{id}, Value{session.substr(space + 1)}};
    const Rows found =
        query("SELECT ID FROM information_schema.PROCESSLIST WHERE ID=? AND HOST=?", params);
    if (found.empty()) return;
    try {
      run("KILL CONNECTION " + std::to_string(found[0][0].integer()));
    } catch (const Error& error) {
      if (error.code() != 1094) throw;  // unknown thread: it ended by itself meanwhile
    }
  }

  void lock_schema() override {
    const Rows got = query("SELECT GET_LOCK(CONCAT('huiyin_',MD5(DATABASE())),?)",
                           std::vector<Value>{kSchemaLockSeconds});
    if (got[0][0].integer() != 1)
      throw Error{Trouble::retry, 0, "another process is changing the schema for a long time"};
  }
  void unlock_schema() noexcept override {
    try {
      query("SELECT RELEASE_LOCK(CONCAT('huiyin_',MD5(DATABASE())))", {});
    } catch (const Error&) {
      broken_ = true;  // the lock ends with the session
    }
  }

  std::vector<std::string> durability_warnings() override {
    std::vector<std::string> out;
    const Rows rows = query(
        "SELECT @@global.innodb_flush_log_at_trx_commit,@@global.log_bin,@@global.sync_binlog", {});
    if (rows[0][0].integer() != 1)
      out.push_back(
          "mysql: innodb_flush_log_at_trx_commit is not 1, a power cut can lose acknowledged "
          "messages");
    if (rows[0][1].integer() != 0 && rows[0][2].integer() != 1)
      out.push_back("mysql: log_bin is on and sync_binlog is not 1, a power cut can lose messages");
    return out;
  }

 private:
  void prepare_session() {
    const char* const settings[] = {
        "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
        // Strict: what does not fit is an error, never cut short.
        "SET SESSION sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,"
        "ERROR_FOR_DIVISION_BY_ZERO'",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET SESSION innodb_lock_wait_timeout=1",
        "SET SESSION time_zone='+00:00'",
    };
    for (const char* setting : settings) plain_->execute(setting);
    const std::unique_ptr<sql::ResultSet> self{plain_->executeQuery(
        "SELECT CONNECTION_ID(),VERSION(),(SELECT HOST FROM information_schema.PROCESSLIST"
        " WHERE ID=CONNECTION_ID())")};
    self->next();
    session_ = self->getString(1).asStdString() + " " + self->getString(3).asStdString();
    dialect_ = mysql_dialect(has_skip_locked(self->getString(2).asStdString()));
  }

  // MariaDB 10.6, MySQL 8; TiDB says "8.0.11-TiDB-v7.." and does not have it.
  static bool has_skip_locked(const std::string& version) {
    int major = 0, minor = 0;
    const auto* end = version.data() + version.size();
    const auto [dot, error] = std::from_chars(version.data(), end, major);
    if (error != std::errc{} || dot == end) return false;
    std::from_chars(dot + 1, end, minor);
    if (version.find("TiDB") != version.npos) return false;
    if (version.find("MariaDB") != version.npos) return major > 10 || (major == 10 && minor >= 6);
    return major >= 8;
  }

  Prepared& bind(const std::string& sql, std::span<const Value> params) {
    auto found = prepared_.find(sql);
    if (found == prepared_.end()) {
      if (prepared_.size() >= kMaxPrepared) prepared_.clear();
      Prepared prepared;
      prepared.statement.reset(connection_->prepareStatement(sql));
      found = prepared_.emplace(sql, std::move(prepared)).first;
    }
    auto& statement = *found->second.statement;
    unsigned i = 0;
    for (const auto& param : params)
      std::visit([&](const auto& v) { bind_one(statement, ++i, v); }, param.raw());
    return found->second;
  }

  static void bind_one(sql::PreparedStatement& s, unsigned i, std::monostate) {
    s.setNull(i, sql::DataType::VARCHAR);
  }
  static void bind_one(sql::PreparedStatement& s, unsigned i, std::int64_t v) { s.setInt64(i, v); }
  static void bind_one(sql::PreparedStatement& s, unsigned i, double v) { s.setDouble(i, v); }
  static void bind_one(sql::PreparedStatement& s, unsigned i, const std::string& v) {
    s.setString(i, sql::SQLString{v});
  }
  static void bind_one(sql::PreparedStatement& s, unsigned i, const Blob& v) {
    s.setString(i, sql::SQLString{v.bytes});
  }

  static Value cell(sql::ResultSet& result, unsigned i, Kind kind) {
    if (kind == Kind::integer) {
      const std::int64_t v = result.getInt64(i);
      return result.wasNull() ? Value{} : Value{v};
    }
    if (kind == Kind::real) {
      const double v = result.getDouble(i);
      return result.wasNull() ? Value{} : Value{v};
    }
    const sql::SQLString v = result.getString(i);
    if (result.wasNull()) return Value{};
    return kind == Kind::blob ? Value{Blob{v.asStdString()}} : Value{v.asStdString()};
  }

  std::unique_ptr<sql::Connection> connection_;
  std::unique_ptr<sql::Statement> plain_;
  std::unordered_map<std::string, Prepared> prepared_;
  std::unique_ptr<Dialect> dialect_;
  std::string session_;  // "id host:port" as the server sees it
  bool broken_ = false;
};

}  // namespace

std::unique_ptr<Connection> connect_mysql(const Url& url) {
  return std::make_unique<MysqlConnection>(url);
}

}  // namespace huiyin::store
