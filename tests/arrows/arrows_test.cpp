#include "tests/arrows/arrows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

namespace huiyin::arrows {
namespace {

namespace fs = std::filesystem;

TEST(Arrows, the_project_keeps_them) {
  const Report report = check(HUIYIN_SOURCE_DIR);
  EXPECT_THAT(report.violations, testing::IsEmpty());
  EXPECT_LE(report.beast_files.size(), kMaxBeastFiles);
  EXPECT_GT(report.files, 5u);
  std::printf("read the includes of %zu files, %zu with Beast\n", report.files,
              report.beast_files.size());
}

// A small tree of its own, so that the check is seen to fail.
class Planted : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::temp_directory_path() / ("huiyin-arrows-" + std::to_string(std::random_device{}()));
  }
  void TearDown() override { fs::remove_all(root_); }

  void plant(const std::string& file, const std::string& text) {
    fs::create_directories((root_ / file).parent_path());
    std::ofstream{root_ / file} << text;
  }

  fs::path root_;
};

TEST_F(Planted, nothing_at_all_is_a_violation) {
  EXPECT_THAT(check(root_).violations, testing::SizeIs(1));
}

struct Line {
  const char* label;
  const char* file;
  const char* include;
  bool allowed;
};

class Includes : public Planted, public testing::WithParamInterface<Line> {};

TEST_P(Includes, is_judged) {
  const Line& line = GetParam();
  plant(line.file, std::string{"// first line\n"} + line.include + "\n");
  const Report report = check(root_);
  if (line.allowed) {
    EXPECT_THAT(report.violations, testing::IsEmpty());
  } else {
    ASSERT_THAT(report.violations, testing::SizeIs(1));
    EXPECT_THAT(report.violations[0], testing::StartsWith(std::string{line.file} + ":2: "));
  }
}

const Line kLines[] = {
    {"cases_std", "server/cases/a.h", "#include <string>", true},
    {"cases_own", "server/cases/a.h", "#include \"server/cases/ids.h\"", true},
    {"cases_boost", "server/cases/a.h", "#include <boost/json.hpp>", false},
    {"cases_posix", "server/cases/a.h", "#include <unistd.h>", false},
    {"cases_store", "server/cases/a.cpp", "#include \"server/store/store.h\"", false},
    {"cases_intake", "server/cases/a.cpp", "#include \"server/intake/meaning.h\"", false},
    {"intake_cases", "server/intake/a.cpp", "#include \"server/cases/ids.h\"", true},
    {"intake_icu", "server/intake/a.cpp", "#include <unicode/unistr.h>", true},
    {"intake_spdlog", "server/intake/a.cpp", "#include <spdlog/spdlog.h>", false},
    {"desk_result", "server/desk/a.cpp", "#include \"server/intake/meaning.h\"", true},
    {"desk_reading", "server/desk/a.cpp", "#include \"server/intake/places.h\"", false},
    {"desk_store", "server/desk/a.cpp", "#include \"server/store/store.h\"", false},
    {"store_sqlite", "server/store/a.cpp", "#include <sqlite3.h>", true},
    {"store_connector", "server/store/a.cpp", "#include <mysql_driver.h>", true},
    {"store_desk", "server/store/a.cpp", "#include \"server/desk/decide.h\"", false},
    {"store_spdlog", "server/store/a.cpp", "#include <spdlog/spdlog.h>", false},
    {"pipeline_sql", "server/pipeline/a.cpp", "#include <cppconn/connection.h>", false},
    {"pipeline_channel", "server/pipeline/a.cpp", "#include \"handlers/channel.h\"", true},
    {"pipeline_platform", "server/pipeline/a.cpp", "#include \"handlers/wechat/xml.h\"", false},
    {"net_beast", "server/net/a.cpp", "#include <boost/beast/http.hpp>", true},
    {"net_cases", "server/net/a.cpp", "#include \"server/cases/ids.h\"", false},
    {"web_beast", "server/web/a.cpp", "#include <boost/beast/http.hpp>", false},
    {"web_pipeline", "server/web/a.cpp", "#include \"server/pipeline/inbox.h\"", false},
    {"ops_store", "server/ops/a.cpp", "#include \"server/store/store.h\"", false},
    {"ops_cases", "server/ops/a.cpp", "#include \"server/cases/ids.h\"", true},
    {"handlers_plain_http", "handlers/wechat/a.cpp", "#include \"server/net/http.h\"", true},
    {"handlers_client", "handlers/wechat/a.cpp", "#include \"server/net/client.h\"", false},
    {"handlers_xml", "handlers/wechat/a.cpp", "#include <pugixml.hpp>", true},
    {"handlers_asio", "handlers/wechat/a.cpp", "#include <boost/asio/awaitable.hpp>", false},
    {"app_all", "server/app/a.cpp", "#include \"server/pipeline/inbox.h\"", true},
    {"app_in_one_file", "server/app.cpp", "#include <CLI/CLI.hpp>", true},
    {"nobody_includes_app", "server/web/a.cpp", "#include \"server/app/app.h\"", false},
    {"not_from_root", "server/net/a.cpp", "#include \"http.h\"", false},
    {"project_angled", "handlers/wechat/a.cpp", "#include <server/store/store.h>", false},
    {"tests_angled", "server/net/a.cpp", "#include <tests/fakes/clock.h>", false},
    {"round_about", "server/cases/a.h", "#include \"server/cases/../store/store.h\"", false},
    {"spaced_out", "server/cases/a.h", "  #  include   <boost/json.hpp> // why not", false},
    {"no_blank", "server/cases/a.h", "#include<boost/json.hpp>", false},
    {"next", "server/cases/a.h", "#include_next <string>", false},
    {"through_a_macro", "server/cases/a.h", "#include WHAT", false},
    {"tests_in_production", "server/net/a.cpp", "#include \"tests/fakes/clock.h\"", false},
    {"gtest_in_production", "server/net/a.cpp", "#include <gtest/gtest.h>", false},
    {"a_comment", "server/cases/a.h", "// #include <boost/json.hpp>", true},
    {"tests_may", "tests/cases/a_test.cpp", "#include <gtest/gtest.h>", true},
};

INSTANTIATE_TEST_SUITE_P(Arrows, Includes, testing::ValuesIn(kLines),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST_F(Planted, a_file_outside_every_room) {
  plant("server/misc/a.h", "#include <string>\n");
  EXPECT_THAT(check(root_).violations,
              testing::ElementsAre(testing::StartsWith("server/misc/a.h:1: ")));
}

TEST_F(Planted, beast_in_a_fourth_file) {
  for (const char* name : {"a", "b", "c"}) {
    plant("server/net/" + std::string{name} + ".cpp", "#include <boost/beast/core.hpp>\n");
  }
  EXPECT_THAT(check(root_).violations, testing::IsEmpty());
  plant("tests/net/raw_test.cpp", "#include <boost/beast/http.hpp>\n");
  EXPECT_THAT(check(root_).violations, testing::SizeIs(4));
}

}  // namespace
}  // namespace huiyin::arrows
