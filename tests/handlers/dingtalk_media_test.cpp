// Files: a download code, its address, the file; what can go wrong on the way.
#include <gtest/gtest.h>

#include "handlers/json.h"
#include "tests/handlers/dingtalk_fixture.h"
#include "tests/handlers/media_line.h"

namespace huiyin::dingtalk::test {
namespace {

using huiyin::test::media_line;
using huiyin::test::rates_line;

MediaRef photo(std::string code = "mIofN681YE3f==") {
  MediaRef file;
  file.id = std::move(code);
  return file;
}
// As public logs show it: clear http, a signature that covers path and query.
constexpr const char* kStored =
    R"({"downloadUrl":"http://wukong-file-im-zjk.oss-cn-zhangjiakou.aliyuncs.com/ddmedia%2Fiw.jpg?x-oss-signature=rn2%3D"})";

std::string read(const Channel& channel, int step, int status, std::string body) {
  return media_line(channel.interpret_media(
      photo(), step, net::HttpResponse::text(status, std::move(body)), Token{"T"}));
}

TEST(DingtalkMedia, ACodeAnAddressAFile) {
  const auto channel = make_channel(config());
  const auto ask = channel->media_request(photo(), Token{"T"}).value();
  EXPECT_EQ(ask.url, "https://api.dingtalk.com/v1.0/robot/messageFiles/download");
  EXPECT_EQ(net::find_header(ask.headers, "x-acs-dingtalk-access-token"), "T");
  EXPECT_EQ(ask.body,
            R"({"downloadCode":"mIofN681YE3f==","robotCode":")" + std::string{kAppKey} + "\"}");
  EXPECT_EQ(read(*channel, 0, 200, kStored),
            "GET https://wukong-file-im-zjk.oss-cn-zhangjiakou.aliyuncs.com/ddmedia%2Fiw.jpg"
            "?x-oss-signature=rn2%3D");
  EXPECT_EQ(read(*channel, 1, 200, "\xFF\xD8"), "content");
  EXPECT_FALSE(channel->media_request(photo(""), Token{"T"}));
}

// The token of work notices is one of the older API.
TEST(DingtalkMedia, AChannelOfWorkNoticesAsksForATokenFirst) {
  const auto channel = make_channel(with_notices());
  EXPECT_EQ(channel->media_request(photo(), Token{"old"})->url,
            "https://api.dingtalk.com/v1.0/oauth2/accessToken");
  const auto next = channel->interpret_media(
      photo(), 0, net::HttpResponse::text(200, R"({"accessToken":"N","expireIn":7200})"),
      Token{"old"});
  EXPECT_EQ(media_line(next), "POST https://api.dingtalk.com/v1.0/robot/messageFiles/download");
  EXPECT_EQ(net::find_header(next.request.headers, "x-acs-dingtalk-access-token"), "N");
  EXPECT_EQ(read(*channel, 0, 403, R"({"code":"Forbidden.AccessDenied.QpsLimit"})"),
            "retry Forbidden.AccessDenied.QpsLimit");
  EXPECT_TRUE(read(*channel, 1, 200, kStored).starts_with("GET https://wukong"));
  EXPECT_EQ(read(*channel, 1, 401, R"({"code":"InvalidAuthentication"})"),
            "retry InvalidAuthentication")
      << "the channel's token is another";
  EXPECT_EQ(read(*channel, 2, 200, "x"), "content");
}

TEST(DingtalkMedia, WhatCanGoWrong) {
  struct Row {
    int step, status;
    const char *body, *expected;
  };
  const Row rows[] = {
      {0, 401, R"({"code":"InvalidAuthentication"})", "token_expired InvalidAuthentication"},
      {0, 400, R"({"code":"invalidParameter.downloadCode"})", "gone invalidParameter.downloadCode"},
      {0, 403, R"({"code":"Forbidden.AccessDenied.QpsLimit"})",
       "retry Forbidden.AccessDenied.QpsLimit"},
      {0, 200, R"({"errcode":0})", "retry no_download_url"},
      {0, 200, "{}", "retry unreadable"},
      {0, 502, "", "retry http_502"},
      {0, 200, R"({"downloadUrl":"ftp://dingtalk.com/x"})", "retry bad_download_url"},
      {0, 200, R"({"downloadUrl":"file:///etc/passwd"})", "retry bad_download_url"},
      {0, 200, R"({"downloadUrl":"https://down.dingtalk.com/a b"})", "retry bad_download_url"},
      {0, 200, R"({"downloadUrl":"https://down.dingtalk.com/\u6c34"})", "retry bad_download_url"},
      {1, 403, "<Error>", "retry http_403"},
      {1, 404, "", "retry http_404"},
  };
  const auto channel = make_channel(config());
  for (const auto& row : rows)
    EXPECT_EQ(read(*channel, row.step, row.status, row.body), row.expected) << row.body;
}

TEST(DingtalkMedia, WhereAddressesMayLead) {
  auto wider = config();
  EXPECT_EQ(make_channel(wider)->media_hosts().size(), 2u);
  wider.keys["media_hosts"] = "oss-cn-hangzhou.example.com  files.example.org";
  const auto hosts = make_channel(wider)->media_hosts();
  ASSERT_EQ(hosts.size(), 4u);
  EXPECT_EQ(hosts[0], "dingtalk.com");
  EXPECT_EQ(hosts[3], "files.example.org");
  for (const char* wrong : {"https://files.example.org", "com", ".com", "a.b/c", "*.example.org"}) {
    wider.keys["media_hosts"] = wrong;
    EXPECT_THROW(make_channel(wider), std::invalid_argument) << wrong;
  }
  auto played = config();
  played.api_base = "http://127.0.0.1:9000";
  EXPECT_EQ(read(*make_channel(played), 0, 200, R"({"downloadUrl":"http://127.0.0.1:9000/f/1"})"),
            "GET http://127.0.0.1:9000/f/1");
}

TEST(DingtalkLimits, OfTheWay) {
  const auto robot = make_channel(config())->limits();
  EXPECT_EQ(rates_line(robot.account), "20/1000ms");
  EXPECT_EQ(rates_line(robot.recipient), "20/60000ms");
  EXPECT_EQ(rates_line(make_channel(with_notices())->limits().recipient),
            "20/60000ms 500/86400000ms");
}

TEST(DingtalkConfig, AllFaultsAreToldAtOnce) {
  auto wrong = config();
  wrong.keys = {{"send", "notice"}, {"token", "t"}, {"card_secret", "s"}, {"media_hosts", "x"}};
  try {
    make_channel(wrong);
    ADD_FAILURE() << "was accepted";
  } catch (const std::invalid_argument& error) {
    const std::string told = error.what();
    for (const char* key : {"app_key: ", "app_secret: ", "agent_id: ", "aes_key: ",
                            "card_template_id: ", "media_hosts: "})
      EXPECT_NE(told.find(key), std::string::npos) << key << " in\n" << told;
    EXPECT_EQ(std::ranges::count(told, '\n'), 5);
  }
}

}  // namespace
}  // namespace huiyin::dingtalk::test
