// play against a small console server of our own: it echoes, keeps what it shall keep, and has a
// clock or has none. The real server is played against in tests/flow.
#include "server/app/play.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <mutex>
#include <sstream>

#include "server/net/server.h"

namespace huiyin {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

// "echo X" is answered with X, "tell U X" sends X to user U, "card" carries two buttons, "drop"
// answers with 503.
class EchoServer {
 public:
  explicit EchoServer(bool test_clock) : test_clock_{test_clock} {
    net::ServerOptions options;
    options.address = "127.0.0.1:0";
    server_ = net::Server::start(options, [this](net::HttpRequest request, net::Respond respond) {
      respond({answer(request), {}});
    });
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  std::string clock() {
    const std::lock_guard lock{mutex_};
    return clock_;
  }

 private:
  net::HttpResponse answer(const net::HttpRequest& request) {
    const std::lock_guard lock{mutex_};
    if (request.path() == "/clock") {
      if (!test_clock_) return net::HttpResponse::text(404, "");
      if (!request.body.starts_with('+')) clock_ = request.body;
      return net::HttpResponse::text(200, clock_ + "\n");
    }
    if (request.method == "GET") {
      const std::string user = net::query_parameter(request.query(), "user");
      const auto after = std::stoll(net::query_parameter(request.query(), "after"));
      json::array list;
      for (const json::object& one : sent_[user]) {
        if (one.at("id").as_int64() > after) list.push_back(one);
      }
      return replies(std::move(list));
    }
    const json::object said = json::parse(request.body).as_object();
    return react(std::string{said.at("user").as_string()},
                 std::string{said.at("text").as_string()});
  }

  net::HttpResponse react(const std::string& user, const std::string& text) {
    if (text == "drop") return net::HttpResponse::text(503, "");
    if (text.starts_with("tell ")) {
      const auto space = text.find(' ', 5);
      const std::string whom = text.substr(5, space - 5);
      sent_[whom].push_back(notice(text.substr(space + 1)));
      return replies({});
    }
    json::object reply = notice(text.starts_with("echo ") ? text.substr(5) : "您说的是:" + text);
    if (text == "card") {
      reply["buttons"] = json::array{{{"label", "签收"}, {"command", "签收 260326-0001"}},
                                     {{"label", "退回"}, {"command", "退回 260326-0001"}}};
    }
    sent_[user].push_back(reply);
    return replies({reply});
  }

  json::object notice(const std::string& text) {
    return {{"id", ++last_id_}, {"case", ""}, {"title", "通知"},
            {"text", text},     {"link", ""}, {"buttons", json::array{}}};
  }
  static net::HttpResponse replies(json::array list) {
    json::object body;
    body["replies"] = std::move(list);
    return net::HttpResponse::text(200, json::serialize(body), "application/json");
  }

  const bool test_clock_;
  std::mutex mutex_;
  std::string clock_ = "2026-01-01T08:00:00+08:00";
  std::int64_t last_id_ = 0;
  std::map<std::string, std::vector<json::object>> sent_;
  std::unique_ptr<net::Server> server_;  // destroyed first
};

struct Played {
  int exit = 0;
  std::string out, errors;
};

Played run(const std::string& script, bool test_clock = true,
           std::vector<ChannelConfig> channels = {{"console", "console", "all", "", {}}}) {
  EchoServer server{test_clock};
  PlayOptions options;
  options.server = server.url();
  options.admin = server.url();
  options.patience = std::chrono::milliseconds{300};
  std::ostringstream out, errors;
  Played played;
  played.exit =
      play(parse_play("person 甲 = console:a\nperson 乙 = console:b\n" + script, "t.play"),
           channels, options, out, errors);
  played.out = out.str();
  played.errors = errors.str();
  return played;
}

TEST(Play, prints_the_conversation_and_is_content) {
  const Played played =
      run("clock 2026-03-26T09:10:00+08:00\n甲: echo 编号260326-0001，已登记\n甲 < 编号{n}，\n"
          "  < 已登记\n  <! 派单\n甲: {n}\n甲 < 您说的是:260326-0001\n甲 -\n乙 -\n");
  EXPECT_EQ(played.exit, 0) << played.errors;
  EXPECT_THAT(played.out, HasSubstr("──── 3月26日 09:10 ────\n甲 → 回音 (console)\n"
                                    "    echo 编号260326-0001，已登记\n"
                                    "回音 → 甲 (console, reply)\n    通知\n    编号260326-0001"));
}

TEST(Play, a_message_to_somebody_else_is_fetched) {
  const Played played = run("甲: tell b 有人找您\n乙 < 有人找您\n");
  EXPECT_EQ(played.exit, 0) << played.errors;
  EXPECT_THAT(played.out, HasSubstr("回音 → 乙 (console, fetch)"));
}

TEST(Play, a_button_says_its_command) {
  const Played played =
      run("甲: card\n甲 < [签收] [退回]\n甲 [press 退回]\n甲 < 您说的是:退回 2603\n");
  EXPECT_EQ(played.exit, 0) << played.errors;
}

TEST(Play, works_without_a_clock_of_the_tests) {
  const Played played = run("甲: echo 好\n甲 < 好\n", false);
  EXPECT_EQ(played.exit, 0) << played.errors;
}

struct FaultCase {
  const char* label;
  const char* script;
  int exit;
  const char* says;
};
class Faults : public testing::TestWithParam<FaultCase> {};

TEST_P(Faults, are_told_with_their_line) {
  const FaultCase& want = GetParam();
  const Played played = run(want.script);
  EXPECT_EQ(played.exit, want.exit);
  EXPECT_THAT(played.errors, HasSubstr(want.says));
}

const FaultCase kFaults[] = {
    {"other_text", "甲: echo 好\n甲 < 坏\n", 1, "t.play:4: \"坏\" is not in what 甲 sees"},
    {"must_not_be_there", "甲: echo 派单\n甲 < 通\n  <! 派单\n", 1, "t.play:5: this must not be"},
    {"nothing_comes", "甲: echo 好\n甲 < 好\n乙 < 好\n", 1, "t.play:5: 乙 sees nothing"},
    {"more_than_expected", "甲: echo 好\n", 1, "not expected"},
    {"more_to_another", "甲: tell b 好\n", 1, "a message to 乙"},
    {"not_silent", "甲: echo 好\n甲 -\nignore rest\n", 1, "t.play:4: nothing more was expected"},
    {"ignored_rest", "甲: echo 好\nignore rest\n", 0, ""},
    {"server_fails", "甲: drop\n", 1, "t.play:3: the server answered 503"},
    {"no_such_button", "甲: card\n甲 < 通\n甲 [press 办结]\n", 1, "t.play:5: no card"},
    {"no_capture", "甲: echo 好\n甲 < 编号{n}\n甲: {n}\n", 1, "t.play:4: \"编号{n}\""},
    {"no_such_fault", "inject console 500 1\n", 1, "t.play:3: "},
    {"no_such_fault_channel", "inject wechat 500 1\n", 1, "nobody in this script"},
    {"unknown_channel", "person 丙 = telegram:c\n丙: x\n", 2, "t.play:3: channel telegram"},
};
INSTANTIATE_TEST_SUITE_P(Play, Faults, testing::ValuesIn(kFaults),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Play, the_clock_needs_a_server_that_lets_it_move) {
  const Played played = run("clock +1h\n甲: x\n甲 < x\n", false);
  EXPECT_EQ(played.exit, 1);
  EXPECT_THAT(played.errors, HasSubstr("t.play:3: this server's clock cannot be moved"));
}

TEST(Play, a_platform_elsewhere_cannot_be_played) {
  ChannelConfig wechat{"wx", "wechat", "all", "https://api.weixin.qq.com", {}};
  wechat.keys = {{"app_id", "wx0000000000000001"},
                 {"app_secret", "secret"},
                 {"token", "token"},
                 {"aes_key", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"},
                 {"mode", "safe"}};
  const Played played =
      run("person 丙 = wx:c\n丙: x\n", true, {{"console", "console", "all", "", {}}, wechat});
  EXPECT_EQ(played.exit, 2);
  EXPECT_THAT(played.errors, HasSubstr("api_base must be http://127.0.0.1:PORT"));
}

TEST(Play, says_when_no_server_is_there) {
  PlayOptions options;
  options.server = "http://127.0.0.1:1";
  std::ostringstream out, errors;
  EXPECT_EQ(play(parse_play("person 甲 = console:a\n甲: x\n", "t.play"),
                 {{"console", "console", "all", "", {}}}, options, out, errors),
            1);
  EXPECT_THAT(errors.str(), HasSubstr("t.play:2: the server does not answer"));
}

TEST(Play, says_when_no_server_is_there_to_move_the_clock_of) {
  PlayOptions options;
  options.server = options.admin = "http://127.0.0.1:1";
  std::ostringstream out, errors;
  EXPECT_EQ(play(parse_play("person 甲 = console:a\nclock +1h\n甲: x\n", "t.play"),
                 {{"console", "console", "all", "", {}}}, options, out, errors),
            1);
  EXPECT_THAT(errors.str(), HasSubstr("t.play:2: the server does not answer"));
}

}  // namespace
}  // namespace huiyin
