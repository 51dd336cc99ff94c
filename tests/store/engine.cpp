#include "tests/store/engine.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <latch>
#include <thread>

namespace huiyin::store {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// mysql://user:pw@host:port/OLD?options -> the same with another database.
std::string with_database(const std::string& url, const std::string& database) {
  const auto start = url.find('/', url.rfind('@'));
  const auto end = std::min(url.find('?', start), url.size());
  return url.substr(0, start + 1) + database + url.substr(end);
}

// Migrated databases that no test uses now.
std::vector<std::string>& spare_databases() {
  static std::vector<std::string> spare;
  return spare;
}

void drop(const std::string& name) {
  try {
    connect(parse_url(mysql_test_url()))->run("DROP DATABASE " + name);
  } catch (const Error& error) {
    ADD_FAILURE() << "dropping " << name << ": " << error.what();
  }
}

class DropSpareDatabases : public testing::Environment {
 public:
  void TearDown() override {
    for (const auto& name : spare_databases()) drop(name);
  }
};
const auto* const kDropSpareDatabases =
    testing::AddGlobalTestEnvironment(new DropSpareDatabases);  // gtest deletes it

void empty_tables(const std::string& url) {
  const auto connection = connect(parse_url(url));
  const Rows tables = connection->query(
      "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE() AND"
      " TABLE_TYPE='BASE TABLE' AND TABLE_NAME NOT IN ('schema_migrations','meta','persons')");
  connection->begin();
  for (std::size_t i = 0; i < tables.size(); ++i)
    connection->execute("DELETE FROM " + tables[i][0].text());
  connection->execute("DELETE FROM persons WHERE id<>1");
  connection->execute("UPDATE meta SET value=0");
  connection->commit();
}

}  // namespace

const std::string& mysql_test_url() {
  static const std::string kUrl = environment("HUIYIN_TEST_MYSQL");
  return kUrl;
}

std::vector<std::string> engines() {
  if (mysql_test_url().empty()) return {"sqlite"};
  return {"sqlite", "mysql"};
}

TestDatabase::TestDatabase(const std::string& engine, bool fresh) : fresh_{fresh} {
  static std::atomic<int> count = 0;
  const auto name = "huiyin_test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
  if (engine == "sqlite") {
    directory_ = (std::filesystem::temp_directory_path() / name).string();
    url_ = "sqlite:" + directory_ + "/var/huiyin.db";  // the folders are the store's to make
    return;
  }
  if (!fresh && !spare_databases().empty()) {
    name_ = spare_databases().back();
    spare_databases().pop_back();
  } else {
    name_ = name;
    // Deliberately not utf8mb4: the tables must not depend on the database's default.
    connect(parse_url(mysql_test_url()))->run("CREATE DATABASE " + name_ + " CHARACTER SET latin1");
  }
  url_ = with_database(mysql_test_url(), name_);
}

TestDatabase::~TestDatabase() {
  if (!directory_.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  if (name_.empty()) return;
  try {
    if (!fresh_) {
      empty_tables(url_);
      spare_databases().push_back(name_);
      return;
    }
  } catch (const Error& error) {
    ADD_FAILURE() << "emptying " << name_ << ": " << error.what();
  }
  drop(name_);
}

std::optional<Trouble> trouble_of(const std::function<void()>& work) {
  try {
    work();
    return std::nullopt;
  } catch (const Error& error) {
    return error.trouble();
  }
}

void in_parallel(const std::vector<std::function<void()>>& works) {
  std::latch start{static_cast<std::ptrdiff_t>(works.size())};
  std::vector<std::exception_ptr> failures(works.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < works.size(); ++i)
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      try {
        works[i]();
      } catch (...) {
        failures[i] = std::current_exception();
      }
    });
  for (auto& thread : threads) thread.join();
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
}

TEST(Engines, MysqlIsThere) {
  if (!mysql_test_url().empty()) return;
  EXPECT_NE(environment("HUIYIN_REQUIRE_MYSQL"), "1")
      << "HUIYIN_TEST_MYSQL is not set: half of the store tests did not run";
  std::cout << "store tests: SQLite only (HUIYIN_TEST_MYSQL is not set)\n";
}

}  // namespace huiyin::store
