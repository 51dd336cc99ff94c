#include "server/ops/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>

namespace huiyin {
namespace {

// Platforms as config sees them: keys, and a factory that may refuse them.
constexpr auto kChatKeys = std::to_array<ChannelKey>({
    {"app_id", false, true, "letters and digits"},
    {"token", true, true, "3 to 32 letters and digits"},
    {"aes_key", true, false, "43 characters"},
    {"mode", false, false, "plain or safe"},
});
std::unique_ptr<Channel> make_chat(const ChannelConfig& config) {
  std::string wrong;
  if (!config.keys.contains("token")) wrong += "token: is missing\n";
  const auto aes_key = config.keys.find("aes_key");
  if (aes_key != config.keys.end() && aes_key->second == "short")
    wrong += "aes_key: must be 43 characters\n";
  const auto mode = config.keys.find("mode");
  if (mode != config.keys.end() && mode->second != "plain" && mode->second != "safe")
    wrong += "mode: must be plain or safe\n";
  if (wrong.empty()) return nullptr;
  wrong.pop_back();
  throw std::invalid_argument{wrong};
}
constexpr std::array<Platform, 2> kPlatforms{{
    {"chat", "https://api.chat.example", kChatKeys, make_chat, false},
    {"console", "", {}, nullptr, true},
}};

LoadedConfig read(const std::string& toml, const std::vector<std::string>& overrides = {}) {
  return read_config(toml, "huiyin.toml", overrides, kPlatforms);
}

std::vector<std::string> shown(const LoadedConfig& loaded) {
  std::vector<std::string> lines;
  for (const Problem& problem : loaded.problems) lines.push_back(show(problem));
  return lines;
}

constexpr const char* kNoPublicUrl =
    "huiyin.toml:2:1: server.public_url: must begin with https:// (or http://), be plain ASCII "
    "without ?, # or @, and not end with a slash";

struct BadCase {
  const char* label;
  const char* toml;
  std::vector<std::string> problems;
};
const BadCase kBad[] = {
    {"unknown_key",
     "[server]\nlissten = \"127.0.0.1:80\"\n",
     {"huiyin.toml:2:1: server.lissten: unknown key; the nearest known key is server.listen"}},
    {"unknown_key_of_another_table",
     "[server]\nlevel = \"info\"\n",
     {"huiyin.toml:2:1: server.level: unknown key; the nearest known key is log.level"}},
    {"unknown_table",
     "[serve]\nlisten = \"127.0.0.1:80\"\n",
     {"huiyin.toml:1:2: serve: unknown key; the nearest known key is server"}},
    {"unknown_below_a_table",
     "[server.tls]\ncertficate = \"x\"\n",
     {"huiyin.toml:2:1: server.tls.certficate: unknown key; the nearest known key is "
      "server.tls.certificate"}},
    {"text_expected",
     "[server]\nlisten = 8080\n",
     {"huiyin.toml:2:1: server.listen: must be text in \"quotes\""}},
    {"number_expected",
     "[server]\nthreads = \"two\"\n",
     {"huiyin.toml:2:1: server.threads: must be a whole number from 1 to 64"}},
    {"number_too_large",
     "[server]\n  threads = 65\n",
     {"huiyin.toml:2:3: server.threads: must be a whole number from 1 to 64"}},
    {"number_negative",
     "[desk]\ncases_per_day = -1\n",
     {"huiyin.toml:2:1: desk.cases_per_day: must be a whole number from 1 to 10000"}},
    {"number_with_a_point",
     "[server]\nqueue = 100.5\n",
     {"huiyin.toml:2:1: server.queue: must be a whole number from 16 to 1000000"}},
    {"media_too_large",
     "[media]\nmegabytes = 101\n",
     {"huiyin.toml:2:1: media.megabytes: must be a whole number from 1 to 100"}},
    {"media_nowhere",
     "[media]\ndirectory = \"\"\n",
     {"huiyin.toml:2:1: media.directory: must be a path"}},
    {"flag_expected",
     "[store]\nmigrate = \"yes\"\n",
     {"huiyin.toml:2:1: store.migrate: must be true or false"}},
    {"choice",
     "[log]\nlevel = \"loud\"\n",
     {"huiyin.toml:2:1: log.level: must be debug, info, warning or error"}},
    {"table_expected", "log = \"text\"\n", {"huiyin.toml:1:1: log: must be a table: [log]"}},
    {"listen_without_port",
     "[server]\nlisten = \"127.0.0.1\"\n",
     {"huiyin.toml:2:1: server.listen: must be address:port, for example 127.0.0.1:8080 or "
      "[::1]:8080"}},
    {"listen_port_too_large",
     "[server]\nadmin_listen = \"127.0.0.1:65536\"\n",
     {"huiyin.toml:2:1: server.admin_listen: must be address:port, for example 127.0.0.1:8080 or "
      "[::1]:8080, or \"\" for none"}},
    {"tls_half",
     "[server.tls]\ncertificate = \"/dev/null\"\n",
     {"huiyin.toml:1:9: server.tls.key: certificate and key must be given together"}},
    {"tls_missing_file",
     "[server.tls]\ncertificate = \"/dev/null\"\nkey = \"/nowhere/key.pem\"\n",
     {"huiyin.toml:3:1: server.tls.key: this file cannot be read"}},
    {"public_url", "[server]\npublic_url = \"huiyin.example.cn\"\n", {kNoPublicUrl}},
    {"public_url_with_a_query",
     "[server]\npublic_url = \"https://huiyin.example.cn?x=\"\n",
     {kNoPublicUrl}},
    {"public_url_with_a_blank",
     "[server]\npublic_url = \"https://huiyin. example.cn\"\n",
     {kNoPublicUrl}},
    {"public_url_without_a_host", "[server]\npublic_url = \"https://\"\n", {kNoPublicUrl}},
    {"store_url",
     "[store]\nurl = \"postgres://db\"\n",
     {"huiyin.toml:2:1: store.url: must be sqlite:path or "
      "mysql://user:password@host:port/database[?socket=path]"}},
    {"store_url_empty", "[store]\nurl = \"\"\n", {"huiyin.toml:2:1: store.url: is empty"}},
    {"empty_path",
     "[paths]\ntemplates = \"\"\n",
     {"huiyin.toml:2:1: paths.templates: must be a path"}},
    {"channel_is_one_table",
     "[channel]\nname = \"a\"\n",
     {"huiyin.toml:1:2: channel: must be a list of tables, each beginning with [[channel]]"}},
    {"channel_unknown_platform",
     "[[channel]]\nname = \"a\"\nplatform = \"chatt\"\ntoken = \"x\"\n",
     {"huiyin.toml:3:1: channel.platform: must be chat or console"}},
    {"channel_without_platform",
     "[[channel]]\nname = \"a\"\n",
     {"huiyin.toml:1:1: channel.platform: is missing; must be chat or console"}},
    {"channel_bad_name",
     "[[channel]]\nname = \"A b\"\nplatform = \"console\"\n",
     {"huiyin.toml:2:1: channel.name: must be 1 to 32 small letters, digits, - or _, for example "
      "wechat; it is part of the address /hooks/NAME"}},
    {"channel_same_name",
     "[[channel]]\nname = \"a\"\nplatform = \"console\"\n"
     "[[channel]]\nname = \"a\"\nplatform = \"console\"\n",
     {"huiyin.toml:5:1: channel.name: another channel has this name already"}},
    {"channel_key_of_another_platform",
     "[[channel]]\nname = \"a\"\nplatform = \"console\"\naudiences = \"all\"\n",
     {"huiyin.toml:4:1: channel.audiences: unknown key; the nearest known key is "
      "channel.audience"}},
    {"channel_audience",
     "[[channel]]\nname = \"a\"\nplatform = \"console\"\naudience = \"people\"\n",
     {"huiyin.toml:4:1: channel.audience: must be residents, cadres or all"}},
    {"channel_plain_http_abroad",
     "[[channel]]\nname = \"a\"\nplatform = \"console\"\napi_base = \"http://127.example.com\"\n",
     {"huiyin.toml:4:1: channel.api_base: must be https://... without a slash at its end (http:// "
      "only to this machine)"}},
    {"channel_other_host_behind_a_user_name",
     "[[channel]]\nname = \"a\"\nplatform = \"console\"\n"
     "api_base = \"http://127.0.0.1:80@example.com\"\n",
     {"huiyin.toml:4:1: channel.api_base: must be https://... without a slash at its end (http:// "
      "only to this machine)"}},
    {"secret_of_a_wrong_type",
     "[[channel]]\nname = \"a\"\nplatform = \"chat\"\napp_id = \"i\"\ntoken = 12345\n",
     {"huiyin.toml:5:1: channel.token: must be text in \"quotes\", { env = \"NAME\" } or { file = "
      "\"path\" }"}},
    {"secret_from_somewhere_else",
     "[[channel]]\nname = \"a\"\nplatform = \"chat\"\napp_id = \"i\"\ntoken = { vault = \"x\" }\n",
     {"huiyin.toml:5:1: channel.token: must be text in \"quotes\", { env = \"NAME\" } or { file = "
      "\"path\" }"}},
    {"key_given_twice",
     "[server]\nthreads = 1\nthreads = 2\n",
     {"huiyin.toml:3:11: not valid TOML: this key or table was given before"}},
    {"everything_at_once_in_order",
     "[log]\nformat = \"xml\"\n[server]\nthreads = 0\nlisten = \"x\"\nqueu = 5\n[desk]\narea = 1\n",
     {"huiyin.toml:2:1: log.format: must be text or json",
      "huiyin.toml:4:1: server.threads: must be a whole number from 1 to 64",
      "huiyin.toml:5:1: server.listen: must be address:port, for example 127.0.0.1:8080 or "
      "[::1]:8080",
      "huiyin.toml:6:1: server.queu: unknown key; the nearest known key is server.queue",
      "huiyin.toml:8:1: desk.area: must be text in \"quotes\""}},
};

class Bad : public testing::TestWithParam<BadCase> {};
TEST_P(Bad, IsNamedByFileLineAndKey) {
  const auto loaded = read(GetParam().toml);
  EXPECT_EQ(shown(loaded), GetParam().problems);
  EXPECT_FALSE(loaded.usable());
}
INSTANTIATE_TEST_SUITE_P(Config, Bad, testing::ValuesIn(kBad),
                         [](const auto& info) { return std::string{info.param.label}; });

const std::string kChat =
    "[[channel]]\nname = \"wx\"\nplatform = \"chat\"\napp_id = \"id\"\n";  // token: line 5

struct ClosedCase {
  const char* label;
  std::string toml;
  const char* problem;
};
const ClosedCase kClosed[] = {
    {"missing", kChat,
     "huiyin.toml:1:1: channel.token: is missing, so the channel stays closed; allowed: 3 to 32 "
     "letters and digits"},
    {"empty", kChat + "token = \"\"\n", "huiyin.toml:5:1: channel.token: is empty"},
    {"no_such_variable", kChat + "token = { env = \"HUIYIN_TEST_NO_SUCH\" }\n",
     "huiyin.toml:5:1: channel.token: the environment variable that it names is not set or empty"},
    {"no_such_file", kChat + "token = { file = \"/nowhere/token\" }\n",
     "huiyin.toml:5:1: channel.token: the file that it names cannot be read or is larger than 64 "
     "KiB"},
    {"empty_file", kChat + "token = { file = \"/dev/null\" }\n",
     "huiyin.toml:5:1: channel.token: the file that it names is empty"},
    {"optional_but_empty", kChat + "token = \"tok\"\naes_key = \"\"\n",
     "huiyin.toml:6:1: channel.aes_key: is empty"},
    {"refused_by_the_platform", kChat + "token = \"tok\"\nmode = \"both\"\n",
     "huiyin.toml:6:1: channel.mode: must be plain or safe (the channel stays closed)"},
    {"console_on_a_public_listener",
     "server.listen = \"0.0.0.0:80\"\n[[channel]]\nname = \"c\"\nplatform = \"console\"\n",
     "huiyin.toml:4:1: channel.platform: this platform has no password: it is refused unless "
     "server.listen is a loopback address such as 127.0.0.1:8080"},
};

class Closed : public testing::TestWithParam<ClosedCase> {};
TEST_P(Closed, OneChannelStaysShutAndTheOthersRun) {
  const auto loaded = read(GetParam().toml +
                           "[[channel]]\nname = \"other\"\nplatform = \"chat\"\n"
                           "app_id = \"id\"\ntoken = \"tok\"\n");
  EXPECT_EQ(shown(loaded), std::vector<std::string>{GetParam().problem});
  EXPECT_TRUE(loaded.usable());
  ASSERT_EQ(loaded.config.channels.size(), 1U);
  EXPECT_EQ(loaded.config.channels[0].name, "other");
}
INSTANTIATE_TEST_SUITE_P(Config, Closed, testing::ValuesIn(kClosed),
                         [](const auto& info) { return std::string{info.param.label}; });

// Who mends one key should not have to ask again for the next.
TEST(Config, AllProblemsOfAChannelAreToldAtOnce) {
  const auto loaded = read(
      "[[channel]]\nname = \"wx\"\nplatform = \"chat\"\napp_id = [1]\ntoken = \"\"\n"
      "aes_key = \"short\"\nmode = \"both\"\n");
  EXPECT_EQ(
      shown(loaded),
      (std::vector<std::string>{
          "huiyin.toml:4:1: channel.app_id: must be text in \"quotes\": letters and digits",
          "huiyin.toml:5:1: channel.token: is empty",
          "huiyin.toml:6:1: channel.aes_key: must be 43 characters (the channel stays closed)",
          "huiyin.toml:7:1: channel.mode: must be plain or safe (the channel stays closed)"}));
  EXPECT_TRUE(loaded.config.channels.empty());
}

TEST(Config, AnEmptyFileIsAllDefaults) {
  const auto loaded = read("");
  EXPECT_THAT(shown(loaded), testing::IsEmpty());
  EXPECT_EQ(loaded.config.server.listen, "127.0.0.1:8080");
  EXPECT_EQ(loaded.config.server.admin_listen, "127.0.0.1:8081");
  EXPECT_EQ(loaded.config.store.url, "sqlite:var/huiyin.db");
  EXPECT_EQ(loaded.config.log.level, LogLevel::info);
  EXPECT_TRUE(loaded.config.channels.empty());
}

TEST(Config, ReadsWhatIsWritten) {
  const auto loaded = read(
      "[server]\nlisten = \"[::1]:0\"\nadmin_listen = \"\"\nthreads = 3\nstale_ms = 1500\n"
      "[store]\nurl = \"mysql://u:p@db:3306/h?socket=/s\"\nmigrate = false\n"
      "[log]\nlevel = \"warning\"\nformat = \"json\"\nfile = \"h.log\"\nrotate_files = 2\n"
      "[outbox]\nlease_seconds = 10\nfail_over_minutes = 3\nchannel_connections = 200\n"
      "[media]\ndirectory = \"/srv/media\"\nlink_hours = 1\nmegabytes = 2\n[desk]\narea = "
      "\"sz\"\nurges_before_office = 5\nsame_problem_days = 14\nsame_problem = 0.75\n"
      "joint_reporters = 3\njoint_days = 2\n"
      "[audit]\ndaily = \"23:45\"\nreport_to = [\"zhang\", \"li\"]\n"
      "[paths]\ntemplates = \"t\"\n"
      "[[channel]]\nname = \"wx\"\nplatform = \"chat\"\naudience = \"residents\"\n"
      "api_base = \"http://127.0.0.1:9\"\napp_id = 1000002\ntoken = \"tok\"\n");
  EXPECT_THAT(shown(loaded), testing::IsEmpty());
  const Config& config = loaded.config;
  EXPECT_EQ(config.server.listen, "[::1]:0");
  EXPECT_EQ(config.server.admin_listen, "");
  EXPECT_EQ(config.server.threads, 3U);
  EXPECT_EQ(config.server.stale, std::chrono::milliseconds{1500});
  EXPECT_EQ(config.store.url, "mysql://u:p@db:3306/h?socket=/s");
  EXPECT_FALSE(config.store.migrate);
  EXPECT_EQ(config.log.level, LogLevel::warning);
  EXPECT_TRUE(config.log.json);
  EXPECT_EQ(config.log.rotate_files, 2U);
  EXPECT_EQ(config.outbox.lease, std::chrono::seconds{10});
  EXPECT_EQ(config.outbox.fail_over, std::chrono::minutes{3});
  EXPECT_EQ(config.outbox.channel_connections, 200U);
  EXPECT_EQ(config.media.directory, "/srv/media");
  EXPECT_EQ(config.media.link_lifetime, std::chrono::hours{1});
  EXPECT_EQ(config.media.megabytes, 2U);
  EXPECT_EQ(config.desk.area, "sz");
  EXPECT_EQ(config.desk.urges_before_office, 5);
  EXPECT_EQ(config.desk.same_problem_days, 14);
  EXPECT_EQ(config.desk.same_problem, 0.75);
  EXPECT_EQ(config.desk.joint_reporters, 3);
  EXPECT_EQ(config.desk.joint_days, 2);
  EXPECT_EQ(config.audit.daily, std::chrono::minutes{23 * 60 + 45});
  EXPECT_THAT(config.audit.report_to, testing::ElementsAre("zhang", "li"));
  EXPECT_EQ(config.paths.templates, "t");
  ASSERT_EQ(config.channels.size(), 1U);
  const ChannelConfig& channel = config.channels[0];
  EXPECT_EQ(channel.audience, "residents");
  EXPECT_EQ(channel.api_base, "http://127.0.0.1:9");
  EXPECT_EQ(channel.keys.at("app_id"), "1000002");
  EXPECT_EQ(channel.keys.at("token"), "tok");
  EXPECT_FALSE(channel.keys.contains("aes_key"));
}

TEST(Config, NoHourIsNoDailyAudit) {
  EXPECT_EQ(read("").config.audit.daily, std::chrono::hours{6});
  EXPECT_EQ(read("[audit]\ndaily = \"\"\n").config.audit.daily, std::nullopt);
}

TEST(Config, HoursAndSharesThatAreNone) {
  for (const char* hour : {"24:00", "6:00", "06:60", "0600", "morning", "06:00 "})
    EXPECT_THAT(
        shown(read("[audit]\ndaily = \"" + std::string{hour} + "\"\n")),
        testing::ElementsAre("huiyin.toml:2:1: audit.daily: must be an hour of the day such "
                             "as \"06:00\", or \"\" for none"))
        << hour;
  for (const char* share : {"1.5", "-0.1", "2", "\"high\""})
    EXPECT_THAT(shown(read("[desk]\nsame_problem = " + std::string{share} + "\n")),
                testing::ElementsAre("huiyin.toml:2:1: desk.same_problem: must be a number from 0 "
                                     "to 1, such as 0.5"))
        << share;
  EXPECT_EQ(read("[desk]\nsame_problem = 1\n").config.desk.same_problem, 1.0);
}

TEST(Config, ThePlatformsAddressIsTheDefault) {
  const auto loaded = read(kChat + "token = \"tok\"\n");
  EXPECT_EQ(loaded.config.channels.at(0).api_base, "https://api.chat.example");
  EXPECT_EQ(loaded.config.channels.at(0).audience, "all");
}

TEST(Config, OverridesReplaceAndAdd) {
  const auto loaded =
      read(kChat + "token = \"old\"\n[server]\nthreads = 2\n",
           {"server.threads=4", "server.listen=127.0.0.1:9999", "log.format=json",
            "channel.wx.token=12345", "channel.wx.mode=plain", "store.url=sqlite:/tmp/x=y.db",
            "store.migrate=false", "server.admin_listen="});
  EXPECT_THAT(shown(loaded), testing::IsEmpty());
  EXPECT_EQ(loaded.config.server.threads, 4U);
  EXPECT_EQ(loaded.config.server.listen, "127.0.0.1:9999");
  EXPECT_EQ(loaded.config.server.admin_listen, "");
  EXPECT_TRUE(loaded.config.log.json);
  EXPECT_EQ(loaded.config.store.url, "sqlite:/tmp/x=y.db");
  EXPECT_FALSE(loaded.config.store.migrate);
  ASSERT_EQ(loaded.config.channels.size(), 1U);
  EXPECT_EQ(loaded.config.channels[0].keys.at("token"), "12345");
  EXPECT_EQ(loaded.config.channels[0].keys.at("mode"), "plain");
}

TEST(Config, BadOverridesAreNamed) {
  const auto loaded = read(kChat + "token = \"tok\"\n",
                           {"server.lissten=x:1", "server.threads=many", "channel.nobody.token=x",
                            "novalue", "server.listen.port=1", "channel.wx.token="});
  EXPECT_THAT(
      shown(loaded),
      testing::UnorderedElementsAre(
          "--set server.lissten: unknown key; the nearest known key is server.listen",
          "--set server.threads: must be a whole number from 1 to 64",
          "--set channel.nobody.token: no channel has this name; write channel.NAME.key=value",
          "--set write it as key=value, for example server.listen=127.0.0.1:8080",
          "--set server.listen: must be text in \"quotes\"", "--set channel.token: is empty"));
}

TEST(Config, AMissingFileIsSaid) {
  const auto loaded = load_config("/nowhere/huiyin.toml", {}, kPlatforms);
  EXPECT_EQ(shown(loaded), std::vector<std::string>{
                               "/nowhere/huiyin.toml: cannot be read: No such file or directory"});
  EXPECT_FALSE(loaded.usable());
}

TEST(Config, ADirectoryIsNoFile) { EXPECT_FALSE(load_config("/tmp", {}, kPlatforms).usable()); }

class SecretFiles : public testing::Test {
 protected:
  void SetUp() override {
    directory_ =
        std::filesystem::temp_directory_path() / ("huiyin-config-" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  std::string file(const std::string& text, mode_t mode) {
    const std::string path = (directory_ / "secret").string();
    std::ofstream{path, std::ios::binary} << text;
    ::chmod(path.c_str(), mode);
    return path;
  }
  std::filesystem::path directory_;
};

TEST_F(SecretFiles, AreReadWithoutTheirLineEnd) {
  const auto loaded = read(kChat + "token = { file = \"" + file("from-file\r\n", 0600) + "\" }\n");
  EXPECT_THAT(shown(loaded), testing::IsEmpty());
  EXPECT_EQ(loaded.config.channels.at(0).keys.at("token"), "from-file");
}

TEST_F(SecretFiles, ThatOthersMayReadAreUsedWithAWarning) {
  const auto loaded = read(kChat + "token = { file = \"" + file("from-file", 0640) + "\" }\n");
  EXPECT_EQ(shown(loaded), std::vector<std::string>{
                               "huiyin.toml:5:1: channel.token: others may read the file that "
                               "it names: chmod 600 it"});
  EXPECT_TRUE(loaded.usable());
  EXPECT_EQ(loaded.config.channels.size(), 1U);
}

TEST_F(SecretFiles, OrTheEnvironment) {
  ::setenv("HUIYIN_TEST_TOKEN", "from-env", 1);
  const auto loaded = read(kChat + "token = { env = \"HUIYIN_TEST_TOKEN\" }\n");
  ::unsetenv("HUIYIN_TEST_TOKEN");
  EXPECT_EQ(loaded.config.channels.at(0).keys.at("token"), "from-env");
}

// Whatever is wrong around it, and wherever somebody puts it: a secret is never said.
TEST(Config, NoProblemHoldsASecret) {
  const std::string secret = "tr0ub4dor";
  const std::vector<std::string> files{
      kChat + "token = " + secret + "\n",  // without quotes: TOML's own words would quote it
      kChat + "token = \"" + secret + "\n",
      kChat + "token = '" + secret + "\" }\n",
      kChat + "token = \"" + secret + "\"\nmode = \"" + secret + "\"\n",
      kChat + "token = { " + secret + " }\n",
      kChat + "token = { env = \"" + secret + "\" }\n",
      kChat + "token = { file = \"" + secret + "\" }\n",
      kChat + "token = { env = \"" + secret + "\", file = \"" + secret + "\" }\n",
      kChat + "token = [\"" + secret + "\"]\n",
      kChat + "token = \"ok\"\naes_key = \"" + secret + "\"\naudience = \"" + secret + "\"\n",
      "[[channel]]\nname = \"" + secret + " \"\nplatform = \"" + secret + "\"\n",
      "[store]\nurl = \"mysq://u:" + secret + "@h/d\"\n",
      "[store]\nurl = " + secret + "\n",
      "[server]\nlisten = \"" + secret + "\"\npublic_url = \"" + secret + "\"\nthreads = \"" +
          secret + "\"\n[log]\nlevel = \"" + secret + "\"\n",
      "[server.tls]\ncertificate = \"" + secret + "\"\n",
  };
  for (const std::string& toml : files) {
    const auto loaded = read(toml);
    EXPECT_FALSE(loaded.problems.empty()) << toml;
    for (const std::string& line : shown(loaded))
      EXPECT_EQ(line.find(secret), std::string::npos) << line;
  }
  for (const std::string key :
       {"channel.wx.mode", "server.threads", "store.url", "channel.no.token"}) {
    const auto loaded = read(kChat + "token = \"ok\"\n", {key + "=" + secret});
    EXPECT_FALSE(loaded.problems.empty()) << key;
    for (const std::string& line : shown(loaded))
      EXPECT_EQ(line.find(secret), std::string::npos) << line;
  }
}

TEST(Config, LoopbackListeners) {
  for (const char* good : {"127.0.0.1:80", "127.1.2.3:0", "[::1]:8080", "localhost:80"})
    EXPECT_TRUE(is_loopback_listener(good)) << good;
  for (const char* bad : {"0.0.0.0:80", "[::]:80", "10.0.0.1:80", "huiyin.example:80", "127.0.0.1",
                          "127.example.com:80", ""})
    EXPECT_FALSE(is_loopback_listener(bad)) << bad;
}

TEST(Config, TheShippedFileNeedsNothing) {
  const auto loaded = load_config(HUIYIN_SOURCE_DIR "/config/huiyin.toml", {}, kPlatforms);
  EXPECT_THAT(shown(loaded), testing::IsEmpty());
  ASSERT_EQ(loaded.config.channels.size(), 1U);
  EXPECT_EQ(loaded.config.channels[0].platform, "console");
  const auto defaults = read("");
  EXPECT_EQ(loaded.config.server.listen, defaults.config.server.listen);
  EXPECT_EQ(loaded.config.store.url, defaults.config.store.url);
}

// What the shipped file shows as default is the default: with all comments of the plain tables
// removed, nothing changes and no key is unknown or left undocumented.
TEST(Config, TheShippedFileShowsEveryDefault) {
  std::ifstream file{HUIYIN_SOURCE_DIR "/config/huiyin.toml"};
  std::string toml, line;
  while (std::getline(file, line) && !line.starts_with("# ---- channels")) {
    const bool key = std::regex_search(line, std::regex{"^# [a-z_]+ = "});
    const bool table = line.starts_with("# [server.tls]");
    toml += (key || table ? line.substr(2) : line) + "\n";
  }
  const auto loaded = read(toml);
  EXPECT_THAT(shown(loaded), testing::IsEmpty());
  const Config& a = loaded.config;
  const Config b = read("").config;
  EXPECT_EQ(a.server.public_url, b.server.public_url);
  EXPECT_EQ(a.server.threads, b.server.threads);
  EXPECT_EQ(a.server.connections, b.server.connections);
  EXPECT_EQ(a.server.body_bytes, b.server.body_bytes);
  EXPECT_EQ(a.server.workers, b.server.workers);
  EXPECT_EQ(a.server.queue, b.server.queue);
  EXPECT_EQ(a.server.batch, b.server.batch);
  EXPECT_EQ(a.server.stale, b.server.stale);
  EXPECT_EQ(a.server.drain, b.server.drain);
  EXPECT_EQ(a.server.journal, b.server.journal);
  EXPECT_EQ(a.store.migrate, b.store.migrate);
  EXPECT_EQ(a.log.level, b.log.level);
  EXPECT_EQ(a.log.json, b.log.json);
  EXPECT_EQ(a.log.rotate_megabytes, b.log.rotate_megabytes);
  EXPECT_EQ(a.log.rotate_files, b.log.rotate_files);
  EXPECT_EQ(a.log.repeat_per_second, b.log.repeat_per_second);
  EXPECT_EQ(a.log.queue, b.log.queue);
  EXPECT_EQ(a.outbox.connections, b.outbox.connections);
  EXPECT_EQ(a.outbox.lease, b.outbox.lease);
  EXPECT_EQ(a.outbox.fail_over, b.outbox.fail_over);
  EXPECT_EQ(a.outbox.channel_connections, b.outbox.channel_connections);
  EXPECT_EQ(a.media.directory, b.media.directory);
  EXPECT_EQ(a.media.link_lifetime, b.media.link_lifetime);
  EXPECT_EQ(a.media.megabytes, b.media.megabytes);
  EXPECT_EQ(a.desk.cases_per_day, b.desk.cases_per_day);
  EXPECT_EQ(a.desk.result_min_characters, b.desk.result_min_characters);
  EXPECT_EQ(a.desk.urges_before_office, b.desk.urges_before_office);
  EXPECT_EQ(a.desk.same_problem_days, b.desk.same_problem_days);
  EXPECT_EQ(a.desk.same_problem, b.desk.same_problem);
  EXPECT_EQ(a.desk.joint_reporters, b.desk.joint_reporters);
  EXPECT_EQ(a.desk.joint_days, b.desk.joint_days);
  EXPECT_EQ(a.audit.daily, b.audit.daily);
  EXPECT_EQ(a.audit.report_to, b.audit.report_to);
  EXPECT_EQ(a.paths.templates, b.paths.templates);
  EXPECT_EQ(a.paths.vocabulary, b.paths.vocabulary);
  EXPECT_EQ(a.paths.deadlines, b.paths.deadlines);
  EXPECT_EQ(a.paths.holidays, b.paths.holidays);
  for (const char* key : {"listen",
                          "admin_listen",
                          "public_url",
                          "threads",
                          "connections",
                          "body_bytes",
                          "workers",
                          "queue",
                          "batch",
                          "stale_ms",
                          "drain_seconds",
                          "journal",
                          "certificate",
                          "key",
                          "url",
                          "migrate",
                          "level",
                          "format",
                          "file",
                          "rotate_megabytes",
                          "rotate_files",
                          "repeat_per_second",
                          "ca_file",
                          "lease_seconds",
                          "fail_over_minutes",
                          "channel_connections",
                          "directory",
                          "link_hours",
                          "megabytes",
                          "area",
                          "cases_per_day",
                          "result_min_characters",
                          "urges_before_office",
                          "same_problem_days",
                          "same_problem",
                          "joint_reporters",
                          "joint_days",
                          "daily",
                          "report_to",
                          "templates",
                          "vocabulary",
                          "deadlines",
                          "holidays"})
    EXPECT_NE(toml.find("\n" + std::string{key} + " = "), std::string::npos) << key;
}

}  // namespace
}  // namespace huiyin
