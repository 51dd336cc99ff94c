// A database of its own for each test, on each engine. MariaDB comes from HUIYIN_TEST_MYSQL
// (scripts/test starts one); without it only SQLite runs, and with HUIYIN_REQUIRE_MYSQL=1 that is
// a failure.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace huiyin::fakes {

struct Engine {
  std::string name;  // "sqlite" | "mysql"
  unsigned writers;  // how many writer workers suit it
};

// Engines to run a parametrised suite on.
std::vector<Engine> engines();
std::string engine_name(const testing::TestParamInfo<Engine>& info);

class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Empty, not migrated. Dropped at the end.
class TestDatabase {
 public:
  explicit TestDatabase(const Engine& engine);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;
  const std::string& url() const { return url_; }  // for store::open

 private:
  TemporaryDirectory directory_;
  std::string url_, database_;
};

// For faults that no interface offers: lapsed leases, planted rows.
void run_sql(const TestDatabase& database, const std::string& sql);

}  // namespace huiyin::fakes
