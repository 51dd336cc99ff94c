#include "tests/fakes/test_database.h"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "server/store/connection.h"

namespace huiyin::fakes {
namespace {

std::string server_url() {
  const char* url = std::getenv("HUIYIN_TEST_MYSQL");
  return url ? url : "";
}

}  // namespace

std::vector<Engine> engines() {
  std::vector<Engine> list{{"sqlite", 1}};
  if (!server_url().empty())
    list.push_back({"mysql", 2});
  else if (const char* required = std::getenv("HUIYIN_REQUIRE_MYSQL"); required && *required == '1')
    throw std::runtime_error{"HUIYIN_REQUIRE_MYSQL=1 but HUIYIN_TEST_MYSQL is not set"};
  else
    std::printf("[ engines  ] SQLite only: HUIYIN_TEST_MYSQL is not set (scripts/test sets it)\n");
  return list;
}

std::string engine_name(const testing::TestParamInfo<Engine>& info) { return info.param.name; }

TemporaryDirectory::TemporaryDirectory() {
  auto name = (std::filesystem::temp_directory_path() / "huiyin-test-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error{"no temporary directory"};
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TestDatabase::TestDatabase(const Engine& engine) {
  if (engine.name == "sqlite") {
    url_ = "sqlite:" + directory_.path() + "/test.db";
    return;
  }
  static std::atomic<int> serial{0};
  database_ = "huiyin_test_" + std::to_string(::getpid()) + "_" + std::to_string(++serial);
  const auto server = server_url();
  const auto options = server.find('?');
  const auto path = server.substr(0, options);
  url_ = path.substr(0, path.rfind('/') + 1) + database_ +
         (options == std::string::npos ? "" : server.substr(options));
  store::connect(store::parse_url(server))->run("CREATE DATABASE " + database_);
}

TestDatabase::~TestDatabase() {
  if (database_.empty()) return;
  try {
    store::connect(store::parse_url(server_url()))->run("DROP DATABASE " + database_);
  } catch (const store::Error& error) {
    std::fprintf(stderr, "%s stays: %s\n", database_.c_str(), error.what());
  }
}

void run_sql(const TestDatabase& database, const std::string& sql) {
  store::connect(store::parse_url(database.url()))->run(sql);
}

}  // namespace huiyin::fakes
