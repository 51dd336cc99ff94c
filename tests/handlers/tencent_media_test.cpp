// Fetching the files that people send to WeChat, a WeCom application and a WeCom robot: the
// requests, what each answer means, and the whole way against the played platforms.
#include <gtest/gtest.h>

#include "handlers/json.h"
#include "handlers/played_media.h"
#include "handlers/tencent_crypto.h"
#include "tests/handlers/platform_table.h"
#include "tests/handlers/wechat_fixture.h"
#include "tests/handlers/wecom_fixture.h"

namespace huiyin::test {
namespace {

constexpr Instant kNow{std::chrono::seconds{1774314602}};

ChannelConfig wechat_config() { return wechat::test::config("safe"); }
std::unique_ptr<Channel> wechat_channel() { return find_platform("wechat")->make(wechat_config()); }
std::unique_ptr<Channel> wecom_channel() {
  return find_platform("wecom")->make(wecom::test::app_config());
}

MediaRef by_id(MediaKind kind = MediaKind::image, std::string url = {}) {
  return {.kind = kind, .id = "M+1", .url = std::move(url)};
}

TEST(TencentMedia, IsAskedForByItsIdElseByItsAddress) {
  const auto channel = wechat_channel();
  const auto request = channel->media_request(by_id(MediaKind::voice), Token{"T/"});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->url,
            "https://api.weixin.qq.com/cgi-bin/media/get?access_token=T%2F&media_id=M%2B1");
  MediaRef picture;
  picture.url = "http://mmbiz.qpic.cn/mmbiz_jpg/x/0";
  EXPECT_EQ(channel->media_request(picture, {})->url, "https://mmbiz.qpic.cn/mmbiz_jpg/x/0");
  picture.kind = MediaKind::voice;  // only pictures have an address of their own
  EXPECT_FALSE(channel->media_request(picture, {}));
  EXPECT_FALSE(channel->media_request({}, {}));
  EXPECT_EQ(wecom_channel()->media_request(by_id(), Token{"T"})->url,
            "https://qyapi.weixin.qq.com/cgi-bin/media/get?access_token=T&media_id=M%2B1");
  EXPECT_EQ(channel->media_hosts(), (std::vector<std::string>{"qpic.cn", "tc.qq.com"}));
  EXPECT_EQ(wecom_channel()->media_hosts(), std::vector<std::string>{"qpic.cn"});
}

struct AnswerCase {
  const char* label;
  int status;
  std::string body;
  MediaAnswer::Kind kind;
  const char* code;
  int step = 0;
};
const AnswerCase kAnswers[] = {
    {"file", 200, "\xFF\xD8\xFF", MediaAnswer::content, ""},
    {"a_brace_is_no_json", 200, "{\xFF", MediaAnswer::content, ""},
    {"nothing", 200, "", MediaAnswer::retry, "empty"},
    {"expired", 200, R"({"errcode":40007,"errmsg":"x"})", MediaAnswer::gone, "40007"},
    {"token", 200, R"({"errcode":42001})", MediaAnswer::token_expired, "42001"},
    {"busy", 200, R"({"errcode":-1})", MediaAnswer::retry, "-1"},
    {"quota", 200, R"({"errcode":45009})", MediaAnswer::retry, "45009"},
    {"not_granted_yet", 200, R"({"errcode":48001})", MediaAnswer::retry, "48001"},
    {"unlisted", 200, R"({"errcode":123456})", MediaAnswer::retry, "123456"},
    {"json_without_a_code", 200, R"({"x":1})", MediaAnswer::retry, "unreadable"},
    {"down", 502, "", MediaAnswer::retry, "http_502"},
    {"throttled", 429, "", MediaAnswer::retry, "http_429"},
    {"proxy", 404, "", MediaAnswer::retry, "http_404"},
    {"second_step", 200, "film", MediaAnswer::content, "", 1},
    {"second_step_gone", 404, "", MediaAnswer::gone, "http_404", 1},
    {"second_step_down", 503, "", MediaAnswer::retry, "http_503", 1},
};
class TencentMediaAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(TencentMediaAnswer, Means) {
  const auto& row = GetParam();
  const auto response = net::HttpResponse::text(row.status, row.body);
  for (const auto& channel : {wechat_channel(), wecom_channel()}) {
    const auto answer =
        channel->interpret_media(by_id(MediaKind::voice), row.step, response, Token{"T"});
    EXPECT_EQ(answer.kind, row.kind);
    EXPECT_EQ(answer.code, row.code);
  }
}
INSTANTIATE_TEST_SUITE_P(Handlers, TencentMediaAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(TencentMedia, AnOldTokenIsToldApart) {
  const auto stale = net::HttpResponse::text(200, R"({"errcode":40001})");
  EXPECT_EQ(wechat_channel()->interpret_media(by_id(), 0, stale, {}).kind,
            MediaAnswer::token_expired);
  // WeCom says 40001 of the secret.
  EXPECT_EQ(wecom_channel()->interpret_media(by_id(), 0, stale, {}).kind, MediaAnswer::retry);
  EXPECT_EQ(
      wecom_channel()
          ->interpret_media(by_id(), 0, net::HttpResponse::text(200, R"({"errcode":830002})"), {})
          .kind,
      MediaAnswer::gone);
}

TEST(TencentMedia, APictureThatTheApiRefusesIsTakenFromItsAddress) {
  const auto channel = wechat_channel();
  const auto picture = by_id(MediaKind::image, "http://mmbiz.qpic.cn/1/0");
  for (const char* body :
       {R"({"errcode":48001})", R"({"errcode":40007})", R"({"errcode":45009})"}) {
    const auto answer =
        channel->interpret_media(picture, 0, net::HttpResponse::text(200, body), Token{"T"});
    EXPECT_EQ(answer.kind, MediaAnswer::next) << body;
    EXPECT_EQ(answer.request.url, "https://mmbiz.qpic.cn/1/0");
    EXPECT_EQ(answer.request.method, "GET");
  }
  const auto old = net::HttpResponse::text(200, R"({"errcode":42001})");
  EXPECT_EQ(channel->interpret_media(picture, 0, old, Token{"T"}).kind, MediaAnswer::token_expired);
  const auto gone = net::HttpResponse::text(404, "");
  EXPECT_EQ(channel->interpret_media(picture, 1, gone, Token{"T"}).kind, MediaAnswer::gone);
}

TEST(TencentMedia, AVideoIsPointedTo) {
  for (const char* name : {"video_url", "down_url"}) {
    const auto body = "{\"" + std::string{name} + "\":\"http://vweixinp.tc.qq.com/1.mp4\"}";
    const auto answer = wechat_channel()->interpret_media(
        by_id(MediaKind::video), 0, net::HttpResponse::text(200, body), Token{"T"});
    EXPECT_EQ(answer.kind, MediaAnswer::next);
    EXPECT_EQ(answer.request.url, "https://vweixinp.tc.qq.com/1.mp4");
  }
}

// ---- against the played platforms

// All steps that a file takes; "content N bytes", "gone 40007".
std::string fetch(BothSides& sides, const MediaRef& media, const Token& token,
                  std::string* bytes = nullptr) {
  auto request = sides.channel_->media_request(media, token);
  for (int step = 0; request && step < 5; ++step) {
    const auto response = sides.carry(*request);
    auto answer = sides.channel_->interpret_media(media, step, response, token);
    if (answer.kind == MediaAnswer::content) {
      if (bytes) *bytes = answer.bytes.empty() ? response.body : answer.bytes;
      return "content";
    }
    if (answer.kind == MediaAnswer::gone) return "gone " + answer.code;
    if (answer.kind == MediaAnswer::token_expired) return "token " + answer.code;
    if (answer.kind == MediaAnswer::retry) return "retry " + answer.code;
    request = std::move(answer.request);
  }
  return "no request";
}

Token token_of(BothSides& sides) {
  const auto request = sides.channel_->token_request();
  return {request ? sides.channel_->interpret_token(sides.carry(*request)).value : std::string{}};
}

MediaRef ref_of(const Message& message, MediaKind kind) {
  return {kind, message.media_id, message.media_url, message.media_format, message.sender};
}

struct SidesCase {
  const char* label;
  ChannelConfig (*config)();
  const char* user;
  std::vector<MessageKind> kinds;
};
const SidesCase kSides[] = {
    {"wechat",
     wechat_config,
     "oPlayed01",
     {MessageKind::image, MessageKind::voice, MessageKind::video}},
    {"wecom",
     wecom::test::app_config,
     "zhangwei",
     {MessageKind::image, MessageKind::voice, MessageKind::video}},
    {"robot", wecom::test::robot_config, "zhangwei", {MessageKind::image, MessageKind::video}},
};
class TencentMediaPlay : public testing::TestWithParam<SidesCase> {};
TEST_P(TencentMediaPlay, WhatIsSentArrives) {
  auto config = GetParam().config();
  config.api_base = "http://127.0.0.1:9";
  BothSides sides{config, kNow};
  const auto token = token_of(sides);
  std::set<std::string> files;
  for (const auto kind : GetParam().kinds)
    for (const char* id : {"M1", "M2"}) {
      const auto heard = sides.hear({.user = GetParam().user, .kind = kind, .media_id = id});
      const auto media = ref_of(heard, *played_media_kind(kind));
      std::string bytes;
      EXPECT_EQ(fetch(sides, media, token, &bytes), "content");
      EXPECT_EQ(bytes, played_file(media.kind, id).body);
      EXPECT_TRUE(files.insert(bytes).second);
    }
}
TEST_P(TencentMediaPlay, FaultsAreFaults) {
  auto config = GetParam().config();
  config.api_base = "http://127.0.0.1:9";
  BothSides sides{config, kNow};
  const auto token = token_of(sides);
  const auto kind = GetParam().kinds.back();
  const auto media =
      ref_of(sides.hear({.user = GetParam().user, .kind = kind}), *played_media_kind(kind));
  for (const auto& [fault, wanted] :
       {std::pair{"500", "retry http_500"}, {"502", "retry http_502"}}) {
    sides.simulator_->inject(fault, 1);
    EXPECT_EQ(fetch(sides, media, token), wanted);
  }
  EXPECT_EQ(fetch(sides, media, token), "content");
}
INSTANTIATE_TEST_SUITE_P(Handlers, TencentMediaPlay, testing::ValuesIn(kSides),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(TencentMediaPlayed, UnknownIdsAndOldTokens) {
  for (auto config : std::array{wechat_config(), wecom::test::app_config()}) {
    config.api_base = "http://127.0.0.1:9";
    BothSides sides{config, kNow};
    const auto token = token_of(sides);
    EXPECT_EQ(fetch(sides, by_id(), token), "gone 40007");
    EXPECT_TRUE(fetch(sides, by_id(), Token{"other"}).starts_with("token ")) << config.platform;
  }
}

// ---- the robot's encrypted files

TEST(RobotMedia, OnlyFromThePlatformsHost) {
  auto config = wecom::test::robot_config();
  const auto channel = find_platform("wecom-robot")->make(config);
  MediaRef media;
  constexpr const char* file = "https://ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com/a/1";
  media.url = file;
  EXPECT_EQ(channel->media_request(media, {})->url, file);
  for (const char* other :
       {"", "http://ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com/a/1",
        "https://other.cos.ap-guangzhou.myqcloud.com/a/1",
        "https://ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com.evil.example/a",
        "https://user@evil.example/https://"
        "ww-aibot-img-1258476243.cos.ap-guangzhou.myqcloud.com/"}) {
    media.url = other;
    EXPECT_FALSE(channel->media_request(media, {})) << other;
  }
  config.keys["media_host"] = "files.example.org";
  media.url = "https://files.example.org/a/1";
  EXPECT_TRUE(find_platform("wecom-robot")->make(config)->media_request(media, {}));
  for (const char* bad :
       {"https://x.example", "x.example/a", ".example", "example", "x.example."}) {
    config.keys["media_host"] = bad;
    EXPECT_THROW(find_platform("wecom-robot")->make(config), std::invalid_argument) << bad;
  }
}

TEST(RobotMedia, IsDecryptedWithTheCallbacksKey) {
  const auto channel = find_platform("wecom-robot")->make(wecom::test::robot_config());
  const tencent::Envelope envelope{std::string{wecom::test::kToken}, wecom::test::kAesKey, ""};
  for (std::size_t size : {0u, 1u, 15u, 16u, 31u, 32u, 33u, 4096u}) {
    const std::string file(size, 'f');
    const auto sealed = envelope.seal_file(file);
    EXPECT_EQ(sealed.size() % 32, 0u);
    EXPECT_GT(sealed.size(), size);
    const auto answer =
        channel->interpret_media({}, 0, net::HttpResponse::text(200, sealed), Token{});
    EXPECT_EQ(answer.kind, MediaAnswer::content);
    EXPECT_EQ(answer.bytes, file);
  }
  for (const std::string& broken :
       {std::string{}, std::string(31, 'x'), std::string(32, 'x'), std::string{"<html>"}}) {
    const auto answer =
        channel->interpret_media({}, 0, net::HttpResponse::text(200, broken), Token{});
    EXPECT_EQ(answer.kind, MediaAnswer::gone);
    EXPECT_EQ(answer.code, "undecryptable");
  }
  const auto late = channel->interpret_media({}, 0, net::HttpResponse::text(403, ""), Token{});
  EXPECT_EQ(late.kind, MediaAnswer::gone);
  EXPECT_EQ(late.code, "http_403");
}

TEST(TencentLimits, OfWechatAreByTheDay) {
  const auto limits = wechat_channel()->limits();
  ASSERT_EQ(limits.account.size(), 1u);
  EXPECT_EQ(limits.account[0].count, 500'000);
  EXPECT_EQ(limits.account[0].per, std::chrono::hours{24});
  EXPECT_TRUE(limits.recipient.empty());
}

}  // namespace
}  // namespace huiyin::test
