// A connection that remembers what it was asked.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "server/store/connection.h"
#include "server/store/dialect.h"

namespace huiyin::store {

class CountingConnection final : public Connection {
 public:
  struct Asked {
    std::string sql;
    std::vector<Value> params;
  };
  explicit CountingConnection(std::unique_ptr<Connection> real) : real_{std::move(real)} {}

  std::vector<Asked> asked;  // queries and executed statements

  const Dialect& dialect() const override { return real_->dialect(); }
  Rows query(const std::string& sql, std::span<const Value> params) override {
    asked.push_back({sql, {params.begin(), params.end()}});
    return real_->query(sql, params);
  }
  std::int64_t execute(const std::string& sql, std::span<const Value> params) override {
    asked.push_back({sql, {params.begin(), params.end()}});
    return real_->execute(sql, params);
  }
  void run(const std::string& sql) override { real_->run(sql); }
  void begin() override { real_->begin(); }
  void begin_snapshot() override { real_->begin_snapshot(); }
  void commit() override { real_->commit(); }
  void rollback() noexcept override { real_->rollback(); }
  std::string session() const override { return real_->session(); }
  void end_session(const std::string& session) override { real_->end_session(session); }
  void lock_schema() override { real_->lock_schema(); }
  void unlock_schema() noexcept override { real_->unlock_schema(); }
  std::vector<std::string> durability_warnings() override { return real_->durability_warnings(); }

 private:
  std::unique_ptr<Connection> real_;
};

}  // namespace huiyin::store
