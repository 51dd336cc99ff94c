// Government DingTalk: request signing, what comes in by each way, what the answers mean.
#include "handlers/dingtalk_gov/dingtalk_gov.h"

#include <gtest/gtest.h>

#include "handlers/dingtalk/sign.h"
#include "handlers/dingtalk_gov/sign.h"
#include "handlers/json.h"
#include "handlers/simulator.h"
#include "tests/handlers/im_vectors.h"
#include "tests/handlers/platform_table.h"

namespace huiyin::dingtalk_gov {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;

constexpr std::array<unsigned char, 16> kRandom{1, 2, 3, 4, 5, 6, 7, 8, 9};
constexpr Instant kNow{std::chrono::milliseconds{1774314600123}};

ChannelConfig config(std::string callbacks = "query") {
  ChannelConfig config;
  config.name = "gov";
  config.platform = "dingtalk-gov";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"app_key", "app-n43Psd8vcbvvtvSYeaYJ"},
                 {"app_secret", "CZcu1gZGPAUAbwFnWajodtCE2L5djSV2GDDDkvrO"},
                 {"tenant_id", "642886"},
                 {"callbacks", callbacks}};
  if (callbacks == "query") config.keys["callback_key"] = "a1b2c3d4e5f6a7b8c9";
  return config;
}

Notice notice(std::int64_t id = 7) {
  Notice notice;
  notice.id = NoticeId{id};
  notice.recipient = "349958";
  notice.case_number = "260324-0001";
  notice.text = "沟断了 & 漏水=大?";
  return notice;
}

TEST(DingtalkGov, TimesAreLocalWithMilliseconds) {
  EXPECT_EQ(timestamp_of(kNow), "2026-03-24T09:10:00.123+08:00");
  EXPECT_EQ(timestamp_of(Instant{std::chrono::seconds{1798732799}}),
            "2026-12-31T23:59:59.000+08:00");
}

TEST(DingtalkGov, SharedVectors) {
  if (!test::im_vectors()) GTEST_SKIP() << "im_crypto_vectors.json is not here: 0 cases ran";
  EXPECT_GT(test::each_vector("gov_dingtalk_hmac",
                              [](const boost::json::object& vector) {
                                Parameters parameters;
                                for (const auto& pair : *json_array(vector, "params"))
                                  parameters.emplace_back(pair.as_array()[0].as_string().c_str(),
                                                          pair.as_array()[1].as_string().c_str());
                                // They survive the way over the wire.
                                EXPECT_EQ(parameters_of(form_of(parameters)), parameters);
                                const auto text = string_to_sign(
                                    json_string(vector, "method"), json_string(vector, "timestamp"),
                                    json_string(vector, "nonce"), json_string(vector, "path"),
                                    parameters);
                                EXPECT_EQ(text, json_string(vector, "string_to_sign"));
                                EXPECT_EQ(signature(json_string(vector, "secret_key"), text),
                                          json_string(vector, "expect_signature"));
                              }),
            0);
}

net::HttpRequest carried(const net::OutgoingRequest& outgoing) {
  net::HttpRequest request;
  request.method = outgoing.method;
  request.target = outgoing.url.substr(kDefaultApiBase.size());
  request.headers = outgoing.headers;
  request.body = outgoing.body;
  return request;
}

TEST(DingtalkGov, ANoticeIsSignedWhenItLeaves) {
  const auto channel = make_channel(config());
  const auto simulator = dingtalk_gov::make_simulator(config());
  std::vector<Seen> seen;
  const auto encoded = channel->encode(notice(), Route::session, {});
  EXPECT_EQ(encoded.url, "https://openplatform-pro.ding.zj.gov.cn/message/workNotification");
  const auto stamped = channel->stamp(encoded, kNow, kRandom);
  EXPECT_EQ(net::find_header(stamped.headers, "X-Hmac-Auth-Nonce"), "1234567890000000");
  const auto outcome =
      channel->interpret(Route::session, simulator->serve(carried(stamped), kNow, seen));
  EXPECT_EQ(outcome.kind, Kind::delivered) << outcome.code;
  EXPECT_FALSE(outcome.platform_id.empty());
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].text, "沟断了 & 漏水=大?\n（260324-0001 · 通知 7）");
  const auto judge = [&](const net::OutgoingRequest& request, Instant now) {
    return channel->interpret(Route::session, simulator->serve(carried(request), now, seen)).code;
  };
  EXPECT_EQ(judge(stamped, kNow), "OPF-B001-05-16-0009") << "the nonce was used";
  EXPECT_EQ(judge(encoded, kNow), "OPF-B001-05-16-0009") << "unsigned";
  auto changed = channel->stamp(encoded, kNow, std::array<unsigned char, 16>{9});
  changed.body += "&x=1";
  EXPECT_EQ(judge(changed, kNow), "OPF-B001-05-16-0009");
  EXPECT_EQ(seen.size(), 1u);
  EXPECT_FALSE(channel->token_request());
}

TEST(DingtalkGov, SuccessNeedsBothFlags) {
  struct Row {
    int status;
    const char* body;
    Kind kind;
    const char* code;
  };
  const Row rows[] = {
      {200, R"({"success":true,"content":{"success":true,"data":{"msgId":"5"}}})", Kind::delivered,
       "0"},
      {200, R"({"success":true,"content":{"success":false,"responseCode":"10001"}})", Kind::retry,
       "10001"},
      {200, R"({"success":false,"content":{"success":true}})", Kind::retry, "success_false"},
      {200, R"({"success":false,"bizErrorCode":"OPF-B001-05-16-0009"})", Kind::channel_stopped,
       "OPF-B001-05-16-0009"},
      {400, R"({"success":false,"code":"OPF-B001-05-16-0009"})", Kind::channel_stopped,
       "OPF-B001-05-16-0009"},
      {200, "<html>", Kind::unknown, "unreadable"},
      {502, "", Kind::unknown, "http_502"},
      {504, R"({"message":"timeout"})", Kind::unknown, "http_504"},
      {200, "{}", Kind::unknown, "unreadable"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    const auto outcome = make_channel(config())->interpret(
        Route::session, net::HttpResponse::text(row.status, row.body));
    EXPECT_EQ(outcome_name(outcome.kind), outcome_name(row.kind));
    EXPECT_EQ(outcome.code, row.code);
  }
}

std::string outcome_of(const Decoded& decoded) {
  if (const auto* refused = std::get_if<Refused>(&decoded))
    return std::to_string(refused->status) + " " + std::string{refused->event};
  return std::holds_alternative<Senseless>(decoded) ? "senseless" : "messages";
}

TEST(DingtalkGov, CallbacksAreTakenOnlyAsTheOperatorSaid) {
  const PlayedMessage said{.user = "349958", .text = "沟断了"};
  const auto by_key = dingtalk_gov::make_simulator(config("query"))->deliver(said, kNow);
  const auto by_sign = dingtalk_gov::make_simulator(config("signed"))->deliver(said, kNow);
  auto other_key = by_key;
  other_key.target = "/hooks/gov?key=a1b2c3d4e5f6a7b8c8";
  auto forged = by_sign;
  forged.headers.back().second[0] ^= 1;
  struct Row {
    const char* callbacks;
    const net::HttpRequest& request;
    Instant now;
    const char* outcome;
  };
  const Row rows[] = {
      {"off", by_key, kNow, "401 auth.reject"},
      {"off", by_sign, kNow, "401 auth.reject"},
      {"", by_sign, kNow, "401 auth.reject"},
      {"query", by_key, kNow, "messages"},
      {"query", other_key, kNow, "401 auth.reject"},
      {"query", by_sign, kNow, "401 auth.reject"},
      {"signed", by_sign, kNow, "messages"},
      {"signed", forged, kNow, "401 auth.reject"},
      {"signed", by_sign, kNow + 2h, "401 auth.replay"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(std::string{row.callbacks} + " " + row.outcome);
    const auto decoded = make_channel(config(row.callbacks))->decode(row.request, row.now);
    EXPECT_EQ(outcome_of(decoded), row.outcome);
    if (const auto* messages = std::get_if<std::vector<Message>>(&decoded)) {
      EXPECT_EQ(messages->at(0).text, "沟断了");
      EXPECT_EQ(messages->at(0).sender, "349958");
      EXPECT_TRUE(messages->at(0).reply_address.empty());
    }
  }
}

net::HttpRequest pushed(std::string body, std::string secret = {}) {
  const auto stamp = std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(kNow.time_since_epoch()).count());
  if (secret.empty()) secret = config().keys["app_secret"];
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/hooks/gov";
  request.headers = {{"Content-Type", "application/json"},
                     {"timestamp", stamp},
                     {"sign", dingtalk::robot_sign(stamp, secret)}};
  request.body = std::move(body);
  return request;
}
std::string robot_body(std::string_view rest, std::string_view id = "m1") {
  return R"({"senderStaffId":"349958","conversationType":"1","createAt":1,"msgId":")" +
         std::string{id} + "\"," + std::string{rest} + "}";
}

TEST(DingtalkGov, EveryKindOfCallback) {
  const std::string words = R"("msgtype":"text","text":{"content":"沟断了"})";
  struct Row {
    const char* label;
    net::HttpRequest request;
    const char* expected;
  };
  const Row rows[] = {
      {"text", pushed(robot_body(words)), "text 349958 text=沟断了"},
      {"picture", pushed(robot_body(R"("msgtype":"picture","content":{"downloadCode":"d"})")),
       "image 349958 media=d"},
      {"voice",
       pushed(robot_body(R"("msgtype":"audio","content":{"downloadCode":"d","recognition":"水"})")),
       "voice 349958 media=d text=水"},
      {"its webhook is not used",
       pushed(robot_body(R"("sessionWebhook":"https://openplatform-pro.ding.zj.gov.cn/robot/x",)"
                         R"("sessionWebhookExpiredTime":99999999999999,)" +
                         words)),
       "text 349958 text=沟断了"},
      {"unknown kind", pushed(robot_body(R"("msgtype":"hologram")")), "file 349958"},
      {"wrong secret", pushed(robot_body(words), "another"), "401 auth.reject"},
      {"truncated", pushed(robot_body(words).substr(0, 60)), "senseless"},
      {"empty", pushed(""), "senseless"},
      {"nobody", pushed(R"({"msgtype":"text","text":{"content":"x"},"msgId":"m1"})"), "senseless"},
      {"nothing said", pushed(robot_body(R"("msgtype":"text")")), "senseless"},
  };
  const auto channel = make_channel(config("signed"));
  for (const auto& row : rows)
    EXPECT_EQ(test::line_of(channel->decode(row.request, kNow)), row.expected) << row.label;
  const auto key = [&](const std::string& body) {
    return test::only_message(channel->decode(pushed(body), kNow)).dedupe_key;
  };
  EXPECT_EQ(key(robot_body(words)), key(robot_body(words)));
  EXPECT_NE(key(robot_body(words)), key(robot_body(words, "m2")));
  EXPECT_NE(key(robot_body(words)), key(robot_body(words, "M1")));
}

TEST(DingtalkGov, ConfigNamesTheKey) {
  const std::pair<const char*, const char*> rows[] = {
      {"app_key", ""},          {"app_secret", ""},        {"tenant_id", ""},    {"tenant_id", "x"},
      {"callbacks", "perhaps"}, {"callback_key", "short"}, {"client_ip", "a\nb"}};
  for (const auto& [key, value] : rows) {
    auto wrong = config();
    wrong.keys[key] = value;
    try {
      make_channel(wrong);
      ADD_FAILURE() << key;
    } catch (const std::invalid_argument& error) {
      EXPECT_TRUE(std::string{error.what()}.starts_with(std::string{key} + ": ")) << error.what();
    }
  }
}

}  // namespace
}  // namespace huiyin::dingtalk_gov
