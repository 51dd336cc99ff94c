// Store tests run on both engines: TEST_P(..) of a fixture derived from StoreTest, instantiated
// with HUIYIN_ON_BOTH_ENGINES. MySQL comes from HUIYIN_TEST_MYSQL (scripts/mariadb); without it
// only SQLite runs, and Engines.MysqlIsThere fails when HUIYIN_REQUIRE_MYSQL=1.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/store/connection.h"
#include "server/store/store.h"

namespace huiyin::store {

const std::string& mysql_test_url();  // "" when there is none
std::vector<std::string> engines();   // "sqlite", "mysql"

// An empty database of one's own. Creating the tables on MariaDB takes a second, so migrated ones
// are emptied and used again; `fresh` ones have no tables yet. All are dropped in the end.
class TestDatabase {
 public:
  explicit TestDatabase(const std::string& engine, bool fresh = false);
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;
  ~TestDatabase();
  const std::string& url() const { return url_; }
  bool is_mysql() const { return !name_.empty(); }

 private:
  std::string url_, name_, directory_;
  bool fresh_;
};

class StoreTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    store_ = store::open(database_.url());
    store_->migrate();
  }
  std::unique_ptr<Store> another() { return store::open(database_.url()); }
  // For looking at rows behind the store's back.
  std::unique_ptr<Connection> raw() { return connect(parse_url(database_.url())); }
  std::int64_t number(const std::string& sql) { return raw()->query(sql)[0][0].integer(); }
  std::string text(const std::string& sql) { return raw()->query(sql)[0][0].text(); }
  bool mysql() const { return database_.is_mysql(); }

  TestDatabase database_{GetParam()};
  std::unique_ptr<Store> store_;
};

#define HUIYIN_ON_BOTH_ENGINES(Fixture)                                   \
  INSTANTIATE_TEST_SUITE_P(Engine, Fixture, testing::ValuesIn(engines()), \
                           [](const auto& info) { return info.param; })

// The trouble that `work` fails with; nothing when it does not fail.
std::optional<Trouble> trouble_of(const std::function<void()>& work);
// Runs all at the same time, rethrows the first failure.
void in_parallel(const std::vector<std::function<void()>>& works);

}  // namespace huiyin::store
