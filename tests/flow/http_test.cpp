// The server seen from outside: health, refusals, metrics, clock, signals.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "server/net/server.h"
#include "tests/flow/flow.h"
#include "tests/flow/gate.h"

namespace huiyin::flow {
namespace {

using testing::HasSubstr;
using testing::Not;

// One server for all tests of the suite: they only knock at its doors.
class Doors : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    scratch_ = std::make_unique<Scratch>();
    database_ = std::make_unique<Database>("sqlite", *scratch_);
    prepare(*scratch_, database_->url());
    server_ = std::make_unique<Server>(*scratch_, database_->url(), Server::Options{false, {}});
    ASSERT_TRUE(server_->ready()) << server_->log();
  }
  static void TearDownTestSuite() {
    server_.reset();
    database_.reset();
    scratch_.reset();
  }
  static inline std::unique_ptr<Scratch> scratch_;
  static inline std::unique_ptr<Database> database_;
  static inline std::unique_ptr<Server> server_;
};

struct Knock {
  const char* label;
  bool admin;
  const char* method;
  const char* target;
  const char* body;
  std::vector<net::Header> headers;
  int status;
};

TEST_F(Doors, answer_as_fixed) {
  const net::Header json{"Content-Type", "application/json"}, xml{"Content-Type", "text/xml"};
  const std::string large(300 * 1024, 'x');
  const Knock knocks[] = {
      {"health", false, "GET", "/healthz", "", {}, 200},
      {"ready", false, "GET", "/readyz", "", {}, 200},
      {"health_admin", true, "GET", "/healthz", "", {}, 200},
      {"ready_admin", true, "GET", "/readyz", "", {}, 200},
      {"metrics", true, "GET", "/metrics", "", {}, 200},
      {"metrics_not_public", false, "GET", "/metrics", "", {}, 404},
      {"clock_without_flag", true, "PUT", "/clock", "+1h", {}, 404},
      {"clock_not_public", false, "PUT", "/clock", "+1h", {}, 404},
      {"nothing_there", false, "GET", "/", "", {}, 404},
      {"dots", false, "GET", "/hooks/../healthz", "", {}, 404},
      {"unknown_channel", false, "POST", "/hooks/telegraph", "{}", {json}, 404},
      {"post_health", false, "POST", "/healthz", "", {}, 405},
      {"unsigned", false, "POST", "/hooks/wechat", "<xml/>", {xml}, 401},
      {"forged",
       false,
       "POST",
       "/hooks/wechat?signature=0123456789012345678901234567890123456789&timestamp=1&nonce=2",
       "<xml><FromUserName>x</FromUserName></xml>",
       {xml},
       401},
      {"forged_echo",
       false,
       "GET",
       "/hooks/wechat?signature=00&timestamp=1&nonce=2&echostr=3",
       "",
       {},
       401},
      {"console_not_json", false, "POST", "/hooks/console", "hello", {json}, 400},
      {"console_from_a_page",
       false,
       "POST",
       "/hooks/console",
       "{}",
       {json, {"Origin", "https://example.com"}},
       401},
      {"oversize", false, "POST", "/hooks/console", large.c_str(), {json}, 413},
      {"compressed",
       false,
       "POST",
       "/hooks/console",
       "{}",
       {json, {"Content-Encoding", "gzip"}},
       415},
  };
  for (const Knock& knock : knocks) {
    const auto result =
        request(knock.method, (knock.admin ? server_->admin() : server_->url()) + knock.target,
                knock.body, knock.headers);
    EXPECT_EQ(result.fault, net::Fault::none) << knock.label << ": " << result.detail;
    EXPECT_EQ(result.response.status, knock.status) << knock.label << ": " << result.response.body;
  }
}

TEST_F(Doors, a_refusal_tells_nothing_and_is_logged_without_content) {
  const auto one =
      request("POST", server_->url() + "/hooks/wechat?signature=zz&timestamp=1&nonce=2",
              "<xml>秘密内容</xml>", {{"Content-Type", "text/xml"}});
  const auto two =
      request("POST", server_->url() + "/hooks/wechat", "other", {{"Content-Type", "text/xml"}});
  EXPECT_EQ(one.response.body, two.response.body);
  EXPECT_TRUE(eventually([] { return server_->log().find("auth.reject") != std::string::npos; }));
  EXPECT_THAT(server_->log(), Not(HasSubstr("秘密内容")));
  EXPECT_THAT(server_->log(), Not(HasSubstr("signature=")));
}

TEST_F(Doors, metrics_count_what_happens) {
  request("POST", server_->url() + "/hooks/console", R"({"user":"m1","text":"帮助"})",
          {{"Content-Type", "application/json"}});
  const auto metrics = request("GET", server_->admin() + "/metrics");
  EXPECT_THAT(metrics.response.body, HasSubstr("huiyin_"));
  EXPECT_THAT(metrics.response.body, HasSubstr("channel=\"console\""));
  EXPECT_THAT(std::string{net::find_header(metrics.response.headers, "Content-Type")},
              HasSubstr("text/plain"));
}

TEST_F(Doors, a_hang_up_reads_everything_again) {
  server_->process().signal(SIGHUP);
  EXPECT_TRUE(eventually([] {
    return server_->log().find("server.reloaded") != std::string::npos;
  })) << server_->log();
  EXPECT_EQ(request("GET", server_->url() + "/readyz").response.status, 200);
}

TEST(Reload, takes_new_texts_and_keeps_the_old_when_they_are_broken) {
  namespace fs = std::filesystem;
  const Scratch scratch;
  const Database database{"sqlite", scratch};
  prepare(scratch, database.url());
  const fs::path templates = scratch / "templates";
  fs::copy(fs::path{HUIYIN_SOURCE_DIR} / "templates", templates, fs::copy_options::recursive);
  Server server{scratch, database.url(), {true, {"paths.templates=" + templates.string()}}};
  ASSERT_TRUE(server.ready()) << server.log();
  const fs::path help = templates / "zh/reporter/help.mustache";
  const auto ask = [&](int number) {
    return request("POST", server.url() + "/hooks/console",
                   R"({"user":"t)" + std::to_string(number) + R"(","text":"帮助"})",
                   {{"Content-Type", "application/json"}})
        .response.body;
  };
  const auto reload = [&](const std::string& told) {
    server.process().signal(SIGHUP);
    return eventually([&] { return server.log().find(told) != std::string::npos; });
  };
  EXPECT_THAT(ask(1), Not(HasSubstr("新的帮助")));
  std::ofstream{help} << "帮助\n\n新的帮助，直接说事。\n";
  ASSERT_TRUE(reload("server.reloaded")) << server.log();
  EXPECT_THAT(ask(2), HasSubstr("新的帮助"));

  fs::remove(help);
  ASSERT_TRUE(reload("server.reload_failed")) << server.log();
  EXPECT_THAT(server.log(), HasSubstr("help.mustache"));
  EXPECT_THAT(ask(3), HasSubstr("新的帮助"));
}

// A disk or a database that hangs must not cost the 15 s in which the server stops.
TEST(Reload, that_hangs_does_not_keep_the_server_from_stopping) {
  namespace fs = std::filesystem;
  const Scratch scratch;
  const Database database{"sqlite", scratch};
  prepare(scratch, database.url());
  const fs::path words = scratch / "vocabulary.toml";
  fs::copy(fs::path{HUIYIN_SOURCE_DIR} / "config/vocabulary.toml", words);
  Server server{scratch, database.url(), {true, {"paths.vocabulary=" + words.string()}}};
  ASSERT_TRUE(server.ready()) << server.log();
  fs::remove(words);
  ASSERT_EQ(mkfifo(words.c_str(), 0600), 0);
  server.process().signal(SIGHUP);
  // Only with a reader on the other side can it be opened without waiting: the reload hangs there.
  int writer = -1;
  ASSERT_TRUE(eventually([&] {
    writer = open(words.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    return writer >= 0;
  }));
  server.process().signal(SIGTERM);
  EXPECT_TRUE(eventually([&] { return server.log().find("server.stopping") != std::string::npos; }))
      << server.log();
  close(writer);
  EXPECT_EQ(server.process().wait(milliseconds{10'000}).exit, 0) << server.log();
}

TEST(Clock, moves_by_request_and_only_forward) {
  const Scratch scratch;
  const Database database{"sqlite", scratch};
  prepare(scratch, database.url());
  Server server{scratch, database.url(), {}};
  ASSERT_TRUE(server.ready()) << server.log();
  const auto put = [&](const std::string& text) {
    return request("PUT", server.admin() + "/clock", text).response;
  };
  EXPECT_EQ(put("2026-03-26T09:10:00+08:00").body, "2026-03-26T09:10:00+08:00\n");
  EXPECT_EQ(put("+90m").body, "2026-03-26T10:40:00+08:00\n");
  EXPECT_EQ(put("+0m").body, "2026-03-26T10:40:00+08:00\n");
  EXPECT_EQ(put("tomorrow").status, 400);
  const auto said =
      request("POST", server.url() + "/hooks/console", R"({"user":"r1","text":"楼家村路灯坏了"})",
              {{"Content-Type", "application/json"}});
  EXPECT_THAT(said.response.body, HasSubstr("260326-"));
  EXPECT_EQ(put("2026-03-26T10:39:59+08:00").status, 400);
  EXPECT_EQ(put("2026-03-27T10:40:00+08:00").status, 200);
  EXPECT_EQ(request("GET", server.admin() + "/clock").response.status, 405);
}

TEST(Start, waits_for_a_database_that_is_away) {
  if (std::getenv("HUIYIN_TEST_MYSQL") == nullptr) {
    // SQLite: the directory is not there yet.
    const Scratch scratch;
    const auto directory = scratch / "later";
    const std::string url = "sqlite:" + (directory / "huiyin.db").string();
    std::ofstream{directory} << "a file where the directory shall be";
    Server server{scratch, url, {}};
    ASSERT_TRUE(server.listening());
    EXPECT_EQ(request("GET", server.url() + "/readyz").response.status, 503);
    std::filesystem::remove(directory);
    std::filesystem::create_directory(directory);
    EXPECT_TRUE(server.ready()) << server.log();
    return;
  }
  const Scratch scratch;
  const Database database{"mysql", scratch};
  // The database's address leads to a door that is still closed.
  const std::string url = database.url();
  const auto at = url.rfind('@') + 1, slash = url.rfind('/');
  const std::uint16_t port = free_port();
  const std::string through =
      url.substr(0, at) + "127.0.0.1:" + std::to_string(port) + url.substr(slash);
  Server server{scratch, through, {}};
  ASSERT_TRUE(server.listening());
  EXPECT_EQ(request("GET", server.url() + "/healthz").response.status, 200);
  EXPECT_EQ(request("GET", server.url() + "/readyz").response.status, 503);
  const auto refused =
      request("POST", server.url() + "/hooks/console", R"({"user":"a","text":"b"})",
              {{"Content-Type", "application/json"}});
  EXPECT_EQ(refused.response.status, 503);
  EXPECT_FALSE(net::find_header(refused.response.headers, "Retry-After").empty());
  EXPECT_TRUE(eventually([&] { return server.log().find("store.away") != std::string::npos; }));
  EXPECT_THAT(server.log(), Not(HasSubstr(url.substr(8, at - 9)))) << "the password is in the log";

  Gate gate{port, url.substr(at, slash - at)};
  EXPECT_TRUE(server.ready()) << server.log();
}

TEST(Start, a_port_that_is_taken_is_said) {
  net::ServerOptions options;
  options.address = "127.0.0.1:0";
  const auto taken =
      net::Server::start(options, [](net::HttpRequest, net::Respond respond) { respond({}); });
  const Scratch scratch;
  const Database database{"sqlite", scratch};
  const std::string address = "127.0.0.1:" + std::to_string(taken->port());
  Server server{scratch, database.url(), {true, {"server.listen=" + address}}};
  EXPECT_FALSE(server.listening());
  const Finished done = server.process().wait(milliseconds{10'000});
  EXPECT_EQ(done.exit, 1);
  EXPECT_THAT(done.errors, HasSubstr(address));
}

}  // namespace
}  // namespace huiyin::flow
