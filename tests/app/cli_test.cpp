// The command line as far as no server runs: exit codes, and what is said about bad input.
#include "server/app/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace huiyin {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Ran {
  int exit = 0;
  std::string out, errors;
};

class CommandLine : public testing::Test {
 protected:
  void SetUp() override {
    home_ = fs::temp_directory_path() / ("huiyin-cli-" + std::to_string(std::random_device{}()));
    fs::create_directories(home_);
  }
  void TearDown() override { fs::remove_all(home_); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream{home_ / name} << text;
    return (home_ / name).string();
  }

  // A good configuration with a database and all files in place.
  std::string good_config(const std::string& more = {}) {
    const std::string source = HUIYIN_SOURCE_DIR;
    return write("good.toml", "[store]\nurl = \"sqlite:" + (home_ / "h.db").string() +
                                  "\"\n[paths]\ntemplates = \"" + source +
                                  "/templates\"\nvocabulary = \"" + source +
                                  "/config/vocabulary.toml\"\ndeadlines = \"" + source +
                                  "/config/deadlines.toml\"\nholidays = \"" + source +
                                  "/config/holidays.toml\"\n" + more);
  }

  Ran run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "huiyin");
    std::vector<const char*> argv;
    for (const std::string& one : arguments) argv.push_back(one.c_str());
    std::ostringstream out, errors;
    Ran ran;
    ran.exit = run_command_line(static_cast<int>(argv.size()), argv.data(), out, errors);
    ran.out = out.str();
    ran.errors = errors.str();
    return ran;
  }

  fs::path home_;
};

TEST_F(CommandLine, helps) {
  for (const char* subcommand :
       {"serve", "migrate", "import", "export", "check-config", "play", "audit", "bind-code"}) {
    EXPECT_THAT(run({"--help"}).out, HasSubstr(subcommand));
    const Ran ran = run({subcommand, "--help"});
    EXPECT_EQ(ran.exit, 0) << subcommand;
    EXPECT_THAT(ran.out, HasSubstr("--config")) << subcommand;
    EXPECT_THAT(ran.out, HasSubstr("--set")) << subcommand;
  }
}

TEST_F(CommandLine, refuses_what_it_does_not_know) {
  EXPECT_EQ(run({"dance"}).exit, 2);
  EXPECT_THAT(run({"dance"}).errors, HasSubstr("no subcommand 'dance'; there are serve migrate"));
  EXPECT_EQ(run({"serve", "--dance"}).exit, 2);
  EXPECT_EQ(run({"migrate", "--test-clock"}).exit, 2);
  EXPECT_EQ(run({"import"}).exit, 2);
  EXPECT_EQ(run({"play"}).exit, 2);
  EXPECT_EQ(run({"play", "x.play", "--patience", "never"}).exit, 2);
}

TEST_F(CommandLine, a_missing_configuration_is_bad_input) {
  const std::string missing = (home_ / "none.toml").string();
  for (const char* subcommand : {"serve", "migrate", "check-config"}) {
    const Ran ran = run({subcommand, "--config", missing});
    EXPECT_EQ(ran.exit, 2) << subcommand;
    EXPECT_THAT(ran.out + ran.errors, HasSubstr(missing)) << subcommand;
  }
}

TEST_F(CommandLine, check_config_is_content_or_names_the_place) {
  Ran ran = run({"check-config", "--config", good_config()});
  EXPECT_EQ(ran.exit, 0) << ran.out << ran.errors;

  const std::string bad = write("bad.toml", "[server]\nlissen = \"127.0.0.1:1\"\nthreads = 0\n");
  ran = run({"check-config", "--config", bad});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.out, HasSubstr(bad + ":2:1: server.lissen: "));
  EXPECT_THAT(ran.out, HasSubstr("server.listen"));
  EXPECT_THAT(ran.out, HasSubstr(bad + ":3:"));
}

TEST_F(CommandLine, check_config_reads_the_other_files_too) {
  const std::string words = write("words.toml", "[resident]\nstatus = \"no list\"\n");
  const Ran ran =
      run({"check-config", "--config", good_config(), "--set", "paths.vocabulary=" + words});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.out, HasSubstr(words + ":2:"));
}

TEST_F(CommandLine, check_config_tells_of_a_channel_that_stays_closed) {
  const Ran ran = run({"check-config", "--config",
                       good_config("[[channel]]\nname = \"wx\"\nplatform = \"wechat\"\n"
                                   "app_id = \"wx1\"\napp_secret = { env = \"HUIYIN_NO_SUCH\" }\n"
                                   "token = \"hush-hush\"\n")});
  EXPECT_EQ(ran.exit, 1) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("app_secret"));
  EXPECT_THAT(ran.out, testing::Not(HasSubstr("hush-hush")));
}

TEST_F(CommandLine, check_config_says_when_photos_have_no_address) {
  const std::string config = good_config(
      "[[channel]]\nname = \"robot\"\nplatform = \"wecom-robot\"\ntoken = \"abc\"\naes_key = \"" +
      std::string(43, 'A') + "\"\n");
  Ran ran = run({"check-config", "--config", config});
  EXPECT_EQ(ran.exit, 0) << ran.out;
  EXPECT_THAT(ran.out, HasSubstr("server.public_url: is empty"));
  EXPECT_THAT(ran.out, HasSubstr("good"));
  ran = run({"check-config", "--config", config, "--set", "server.public_url=https://h.test"});
  EXPECT_EQ(ran.out, config + ": good\n");
}

TEST_F(CommandLine, audits_and_gives_binding_codes) {
  const std::string config = good_config();
  EXPECT_EQ(run({"migrate", "--config", config}).exit, 0);
  const Ran audited = run({"audit", "--config", config, "--format", "json"});
  EXPECT_EQ(audited.exit, 0) << audited.errors;
  EXPECT_EQ(audited.out, "{\"violations\":[]}\n");
  EXPECT_EQ(run({"audit", "--config", config, "--format", "xml"}).exit, 2);
  EXPECT_EQ(run({"audit", "--config", config, "--older", "-1"}).exit, 2);
  EXPECT_EQ(run({"audit", "--config", config, "--at", "never"}).exit, 2);
  EXPECT_EQ(run({"bind-code", "--config", config}).exit, 2);
  EXPECT_EQ(run({"bind-code", "nobody", "--config", config}).exit, 1);
}

TEST_F(CommandLine, a_slip_in_the_store_url_does_not_wait_for_a_database) {
  for (const char* subcommand : {"serve", "migrate"}) {
    const Ran ran = run({subcommand, "--config", good_config(), "--set",
                         "store.url=mysql://user:pass-word@host:none/db"});
    EXPECT_EQ(ran.exit, 2) << subcommand;
    EXPECT_THAT(ran.errors, HasSubstr("store.url")) << subcommand;
    EXPECT_THAT(ran.errors, testing::Not(HasSubstr("pass-word"))) << subcommand;
  }
}

TEST_F(CommandLine, a_malformed_clock_is_bad_input) {
  const Ran ran = run({"serve", "--config", good_config(), "--test-clock", "yesterday"});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.errors, HasSubstr("RFC 3339"));
}

TEST_F(CommandLine, migrates_imports_and_exports) {
  const std::string config = good_config();
  EXPECT_EQ(run({"migrate", "--config", config}).exit, 0);
  EXPECT_EQ(run({"migrate", "--config", config}).exit, 0) << "twice is as good as once";
  const std::string seed = std::string{HUIYIN_SOURCE_DIR} + "/config/seed/";
  const std::vector<std::string> import{
      "import", seed + "duties.tsv", seed + "people.tsv", seed + "units.tsv", "--config", config};
  Ran ran = run(import);
  EXPECT_EQ(ran.exit, 0) << ran.errors;
  ran = run(import);
  EXPECT_EQ(ran.exit, 0) << ran.errors;
  EXPECT_THAT(ran.out, HasSubstr(" 0 row(s) new or changed"));

  ran = run({"export", "--table", "units", "--config", config});
  EXPECT_EQ(ran.exit, 0) << ran.errors;
  EXPECT_THAT(ran.out, HasSubstr("溪东自然村"));
  ran = run({"export", "--since", "2026-03-01", "--format", "jsonl", "--config", config});
  EXPECT_EQ(ran.exit, 0) << ran.errors;
  EXPECT_EQ(run({"export", "--since", "never", "--config", config}).exit, 2);
}

TEST_F(CommandLine, a_directory_of_templates_that_is_not_there_is_one_problem) {
  const std::string none = (home_ / "none").string();
  const Ran ran =
      run({"check-config", "--config", good_config(), "--set", "paths.templates=" + none});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.out, none + ": no such directory\n");
}

TEST_F(CommandLine, a_database_without_our_schema_is_told) {
  const std::string config = good_config();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"audit"}, {"bind-code", "somebody"}, {"export"}}) {
    std::vector<std::string> with_config = words;
    with_config.insert(with_config.end(), {"--config", config});
    const Ran ran = run(with_config);
    EXPECT_EQ(ran.exit, 1) << words[0];
    EXPECT_EQ(ran.errors, "store: the schema is not up to date: run huiyin migrate\n") << words[0];
  }
}

TEST_F(CommandLine, a_bad_import_names_file_and_line) {
  const std::string units = write("u.tsv", "code\tname\tkind\n1\t甲村\tvillage\n2\t乙村\tplanet\n");
  const Ran ran = run({"import", units, "--config", good_config()});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.errors, HasSubstr(units + ":3:"));
}

TEST_F(CommandLine, play_needs_a_script_that_can_be_read) {
  const std::string config =
      good_config("[[channel]]\nname = \"console\"\nplatform = \"console\"\n");
  const std::string missing = (home_ / "none.play").string();
  EXPECT_EQ(run({"play", missing, "--config", config}).exit, 2);
  const std::string bad = write("bad.play", "person 甲 = console:a\n甲 says hello\n");
  const Ran ran = run({"play", bad, "--config", config});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_THAT(ran.errors, HasSubstr(bad + ":2: "));
  const std::string good = write("good.play", "person 甲 = console:a\n甲: 你好\nignore rest\n");
  EXPECT_EQ(run({"play", good, "--config", config, "--server", "http://127.0.0.1:1"}).exit, 1);
}

}  // namespace
}  // namespace huiyin
