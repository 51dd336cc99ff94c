// Every message, card action and event of the platform's pages; forged, replayed, broken.
#include <gtest/gtest.h>

#include <set>

#include "handlers/digest.h"
#include "handlers/json.h"
#include "tests/handlers/dingtalk_fixture.h"

namespace huiyin::dingtalk::test {
namespace {

using namespace std::chrono_literals;

struct Expected {
  MessageKind kind = MessageKind::text;
  std::string text{}, media_id{}, media_format{};
};
struct DecodeCase {
  const char* label;
  std::string body;
  std::vector<Expected> expected;
};

const DecodeCase kCases[] = {
    {"text", text_body("沟断了，生姜缺水😀"), {{.text = "沟断了，生姜缺水😀"}}},
    {"text_of_a_group_begins_with_a_blank", text_body(" 路灯坏了 \\n"), {{.text = "路灯坏了"}}},
    {"rich_text",
     said(R"("msgtype":"richText","content":{"richText":[{"text":"看这里"},)"
          R"({"type":"picture","downloadCode":"dc1"},{"text":"\n漏水"},)"
          R"({"type":"picture","downloadCode":"dc2"},7]})"),
     {{.text = "看这里\n漏水"},
      {.kind = MessageKind::image, .media_id = "dc1"},
      {.kind = MessageKind::image, .media_id = "dc2"}}},
    {"rich_text_of_a_picture",
     said(R"("msgtype":"richText","content":{"richText":[{"type":"picture","downloadCode":"d"}]})"),
     {{.kind = MessageKind::image, .media_id = "d"}}},
    {"picture",
     said(R"("msgtype":"picture","content":{"downloadCode":"mIofN681YE3f"})"),
     {{.kind = MessageKind::image, .media_id = "mIofN681YE3f"}}},
    {"audio_with_transcript",
     said(
         R"("msgtype":"audio","content":{"duration":4000,"downloadCode":"d","recognition":"缺水"})"),
     {{.kind = MessageKind::voice, .text = "缺水", .media_id = "d"}}},
    {"video",
     said(R"("msgtype":"video","content":{"duration":4,"downloadCode":"d","videoType":"mp4"})"),
     {{.kind = MessageKind::video, .media_id = "d", .media_format = "mp4"}}},
    {"file",
     said(R"("msgtype":"file","content":{"downloadCode":"d","fileName":"表.xls"})"),
     {{.kind = MessageKind::file, .text = "表.xls", .media_id = "d"}}},
    {"file_as_one_official_table_has_it",
     said(R"("msgtype":"video","content":{"downloadCode":"d","fileName":"表.xls"})"),
     {{.kind = MessageKind::file, .media_id = "d"}}},
    {"unknown_type", said(R"("msgtype":"hologram","content":{})"), {{.kind = MessageKind::file}}},
};

class DingtalkDecode : public testing::TestWithParam<DecodeCase> {};
TEST_P(DingtalkDecode, GivesItsMessages) {
  const auto& row = GetParam();
  const auto channel = make_channel(config());
  const auto decoded = channel->decode(robot_request(row.body), kNow);
  ASSERT_EQ(outcome_of(decoded), "messages");
  const auto& messages = std::get<std::vector<Message>>(decoded);
  ASSERT_EQ(messages.size(), row.expected.size());
  std::set<std::string> keys;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto& message = messages[i];
    EXPECT_EQ(message.channel, "dt");
    EXPECT_EQ(message.sender, kCadre);
    EXPECT_EQ(message.recipient, kAppKey);
    EXPECT_EQ(message.sent_at, Instant{std::chrono::milliseconds{kMilli}});
    EXPECT_EQ(message.raw, row.body);
    EXPECT_EQ(message.kind, row.expected[i].kind);
    EXPECT_EQ(message.text, row.expected[i].text);
    EXPECT_EQ(message.media_id, row.expected[i].media_id);
    EXPECT_EQ(message.media_format, row.expected[i].media_format);
    EXPECT_EQ(message.reply_address, kWebhook);
    EXPECT_EQ(message.reply_until, Instant{std::chrono::milliseconds{kMilli + 5'400'000}});
    ASSERT_TRUE(message.nonce);
    EXPECT_EQ(message.nonce->nonce, "robot:" + std::to_string(kMilli));
    EXPECT_EQ(message.nonce->body_hash, sha256_hex({row.body}));
    EXPECT_FALSE(channel->can_reply(message));
    EXPECT_TRUE(keys.insert(message.dedupe_key).second);
  }
}
INSTANTIATE_TEST_SUITE_P(Dingtalk, DingtalkDecode, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string{info.param.label}; });

Message decode_one(const net::HttpRequest& request, const ChannelConfig& by = config()) {
  const auto decoded = make_channel(by)->decode(request, kNow);
  const auto* messages = std::get_if<std::vector<Message>>(&decoded);
  if (!messages || messages->empty()) throw std::runtime_error(outcome_of(decoded));
  return messages->front();
}

TEST(DingtalkDecode, AnswersGoOnlyWhereTheyMay) {
  struct Row {
    const char* label;
    Robot robot;
    bool here;
  };
  const std::string webhook{kWebhook};
  const Row rows[] = {
      {"private", {}, true},
      {"group: to the person alone", {.conversation = "2"}, false},
      {"group, an outsider who cannot be written to", {.staff = "", .conversation = "2"}, true},
      {"over", {.expires = kMilli}, false},
      {"another host", {.webhook = "https://evil.example/robot/sendBySession?session=1"}, false},
      {"user in front",
       {.webhook = "https://oapi.dingtalk.com@evil.example/robot/sendBySession"},
       false},
      {"longer host", {.webhook = "https://oapi.dingtalk.com.evil.example/robot/x"}, false},
      {"port", {.webhook = "https://oapi.dingtalk.com:8443/robot/x"}, false},
      {"plain http", {.webhook = "http://oapi.dingtalk.com/robot/sendBySession"}, false},
      {"metadata address", {.webhook = "http://169.254.169.254/robot/"}, false},
      {"blank inside", {.webhook = webhook + " HTTP/1.1"}, false},
      {"endless", {.webhook = webhook + std::string(2000, 'x')}, false},
      {"none", {.webhook = ""}, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.label);
    const auto message = decode_one(robot_request(row.robot.body()));
    EXPECT_EQ(message.reply_address, row.here ? kWebhook : "");
    EXPECT_EQ(message.reply_until > kNow, row.here);
  }
  // A lifetime that somebody made up is cut.
  const auto message = decode_one(robot_request(Robot{.expires = kMilli * 2}.body()));
  EXPECT_EQ(message.reply_until, kNow + 5400s);
  auto played = config();
  played.api_base = "http://127.0.0.1:9000";
  const auto local = R"(http://127.0.0.1:9000/robot/sendBySession?session=1)";
  EXPECT_EQ(decode_one(robot_request(Robot{.webhook = local}.body()), played).reply_address, local);
}

TEST(DingtalkDecode, SendersWithoutAStaffIdAreStillSomebody) {
  EXPECT_EQ(decode_one(robot_request(Robot{.staff = ""}.body())).sender, "sender:$:LWCP_v1:$Ff09");
}

TEST(DingtalkDecode, AResendHasTheSameKeyAndLookAlikesHaveNot) {
  const auto key = [](const Robot& robot, std::int64_t at) {
    return decode_one(robot_request(robot.body(), at)).dedupe_key;
  };
  EXPECT_EQ(key({}, kMilli), key({}, kMilli + 200));
  EXPECT_NE(key({}, kMilli), key({.id = "msgABD=="}, kMilli));
  EXPECT_NE(key({}, kMilli), key({.id = "msgabc=="}, kMilli));
  EXPECT_NE(key({.id = ""}, kMilli), key({.id = "", .staff = "other"}, kMilli));
  const auto press = [](std::int64_t at, std::string_view params) {
    return decode_one(card_request(card_body(params), at), with_cards()).dedupe_key;
  };
  const auto one = R"({\"command\":\"签收\"})";
  EXPECT_EQ(press(kMilli, one), press(kMilli, one));
  EXPECT_NE(press(kMilli, one), press(kMilli + 1, one));
  EXPECT_NE(press(kMilli, one), press(kMilli, R"({\"command\":\"转派\"})"));
}

// The platform repeats an event with a fresh envelope; another event differs in what it says.
TEST(DingtalkDecode, ARepeatedEventHasTheSameKeyAndLookAlikesHaveNot) {
  const auto key = [](std::string at, std::string who, std::string nonce) {
    const EventPush push{.body = R"({"EventType":"user_leave_org","TimeStamp":")" + at +
                                 R"(","UserId":[")" + who + R"("]})",
                         .nonce = std::move(nonce)};
    return decode_one(push.request()).dedupe_key;
  };
  EXPECT_EQ(key("1774314600000", "u1", "a"), key("1774314600000", "u1", "b"));
  EXPECT_NE(key("1774314600000", "u1", "a"), key("1774314600001", "u1", "a"));
  EXPECT_NE(key("1774314600000", "u1", "a"), key("1774314600000", "u2", "a"));
}

TEST(DingtalkDecode, AReplayedSignatureWithAnotherBodyIsSeen) {
  const auto first = decode_one(robot_request(text_body("a")));
  const auto other = decode_one(robot_request(text_body("b")));
  EXPECT_EQ(first.nonce->nonce, other.nonce->nonce);
  EXPECT_NE(first.nonce->body_hash, other.nonce->body_hash);
}

TEST(DingtalkDecode, APressedButtonIsACommand) {
  const auto message = decode_one(card_request(card_body()), with_cards());
  EXPECT_EQ(message.kind, MessageKind::text);
  EXPECT_EQ(message.text, "签收 260324-0001");
  EXPECT_EQ(message.card, "hy-7-abc");
  EXPECT_EQ(message.sender, kCadre);
  EXPECT_EQ(message.nonce->nonce, "card:" + std::to_string(kMilli));
}

TEST(DingtalkDecode, WhoLeavesTheOrganisationCannotBeReached) {
  const EventPush push{.body = R"({"EventType":"user_leave_org","TimeStamp":"1774314600000",)"
                               R"("UserId":["manager4220","u2"],"CorpId":"ding1"})"};
  const auto decoded = make_channel(config())->decode(push.request(), kNow);
  const auto& messages = std::get<std::vector<Message>>(decoded);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].kind, MessageKind::unfollow);
  EXPECT_EQ(messages[1].sender, "u2");
  EXPECT_NE(messages[0].dedupe_key, messages[1].dedupe_key);
  EXPECT_FALSE(messages[0].nonce);
}

// ---- refusals
// ------------------------------------------------------------------------------------

struct RefuseCase {
  const char* label;
  net::HttpRequest (*request)();
  const char* outcome;
};
net::HttpRequest without(net::HttpRequest request, std::string_view name) {
  std::erase_if(request.headers, [&](const auto& each) { return each.first == name; });
  return request;
}
net::HttpRequest with(net::HttpRequest request, std::string name, std::string value) {
  request = without(std::move(request), name);
  request.headers.emplace_back(std::move(name), std::move(value));
  return request;
}
net::HttpRequest good() { return robot_request(text_body()); }

const RefuseCase kRefused[] = {
    {"valid", good, "messages"},
    {"no_sign", [] { return without(good(), "sign"); }, "401 auth.reject"},
    {"no_timestamp", [] { return without(good(), "timestamp"); }, "401 auth.reject"},
    {"sign_twice",
     [] {
       auto request = good();
       request.headers.push_back(request.headers.back());
       return request;
     },
     "401 auth.reject"},
    {"timestamp_changed", [] { return with(good(), "timestamp", std::to_string(kMilli + 1)); },
     "401 auth.reject"},
    {"wrong_secret", [] { return robot_request(text_body(), kMilli, "another"); },
     "401 auth.reject"},
    {"an_hour_old", [] { return robot_request(text_body(), kMilli - 3'600'000); },
     "401 auth.replay"},
    {"an_hour_ahead", [] { return robot_request(text_body(), kMilli + 3'700'000); },
     "401 auth.replay"},
    {"another_robot", [] { return robot_request(Robot{.robot = "dingother"}.body()); },
     "401 auth.reject"},
    {"another_organisation", [] { return robot_request(Robot{.corp = "ding9"}.body()); },
     "401 auth.reject"},
    {"get",
     [] {
       auto request = good();
       request.method = "GET";
       return request;
     },
     "405 http.method"},
    {"compressed", [] { return with(good(), "Content-Encoding", "gzip"); }, "415 http.type"},
    {"form", [] { return with(good(), "Content-Type", "application/x-www-form-urlencoded"); },
     "415 http.type"},
    {"body_cut",
     [] {
       const auto body = text_body();
       return robot_request(body.substr(0, body.size() / 2));
     },
     "senseless"},
    {"quota_used_up",
     [] { return robot_request(said(R"("msgtype":"text","errorMessage":"20001")")); }, "senseless"},
    {"picture_of_nothing", [] { return robot_request(said(R"("msgtype":"picture")")); },
     "senseless"},
    {"endless_sender", [] { return robot_request(Robot{.staff = std::string(500, 'u')}.body()); },
     "senseless"},

    {"card", [] { return card_request(card_body()); }, "messages"},
    {"card_with_the_robots_recipe",
     [] {
       return with(card_request(card_body()), "x-ddpaas-signature",
                   robot_sign(std::to_string(kMilli), kCardSecret));
     },
     "401 auth.reject"},
    {"card_wrong_secret", [] { return card_request(card_body(), kMilli, "another"); },
     "401 auth.reject"},
    {"card_an_hour_old", [] { return card_request(card_body(), kMilli - 3'600'000); },
     "401 auth.replay"},
    {"card_of_another_organisation",
     [] { return card_request(card_body(R"({\"command\":\"x\"})", "ding9")); }, "401 auth.reject"},
    {"card_without_command", [] { return card_request(card_body("{}")); }, "senseless"},
    {"card_of_words", [] { return card_request("hello"); }, "senseless"},

    {"event_check_url", [] { return EventPush{}.request(); }, "nothing"},
    {"event_older_name", [] { return EventPush{}.request("signature"); }, "nothing"},
    {"event_unknown", [] { return EventPush{.body = R"({"EventType":"brand_new"})"}.request(); },
     "nothing"},
    {"event_wrong_token", [] { return EventPush{.token = "another"}.request(); },
     "401 auth.reject"},
    {"event_of_another_application", [] { return EventPush{.owner = "dingother"}.request(); },
     "401 auth.reject"},
    {"event_wrong_key",
     [] { return EventPush{.aes_key = "ah1rO1XfokGGQxONV1jn2pR2Uik8afU3C43ycNWsihs"}.request(); },
     "401 auth.reject"},
    {"event_body_cut",
     [] {
       auto request = EventPush{}.request();
       request.body.resize(request.body.size() / 2);
       return request;
     },
     "401 auth.reject"},
    {"event_broken_json", [] { return EventPush{.body = "{"}.request(); }, "senseless"},
    {"robot_request_with_a_signature_in_the_query",
     [] {
       auto request = good();
       request.target += "?signature=1";
       return request;
     },
     "401 auth.reject"},
};
class DingtalkRefuse : public testing::TestWithParam<RefuseCase> {};
TEST_P(DingtalkRefuse, Answers) {
  EXPECT_EQ(outcome_of(make_channel(with_cards())->decode(GetParam().request(), kNow)),
            GetParam().outcome);
}
INSTANTIATE_TEST_SUITE_P(Dingtalk, DingtalkRefuse, testing::ValuesIn(kRefused),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(DingtalkRefuse, AMissingSecretOpensNothing) {
  auto bare = config();
  bare.keys.erase("token");
  bare.keys.erase("aes_key");
  const auto channel = make_channel(bare);
  EXPECT_EQ(outcome_of(channel->decode(card_request(card_body(), kMilli, ""), kNow)),
            "401 auth.reject");
  EXPECT_EQ(outcome_of(channel->decode(EventPush{}.request(), kNow)), "401 auth.reject");
  EXPECT_EQ(outcome_of(channel->decode(good(), kNow)), "messages");
}

TEST(DingtalkDamage, AuthenticNonsenseNeverCrashes) {
  const auto channel = make_channel(with_cards());
  for (const auto& body : {text_body("沟断了😀"), kCases[2].body, card_body()})
    for (std::size_t i = 0; i < body.size(); ++i)
      for (const char byte : {'\0', '"', '{', ']', '\\', '\xFF', '1'}) {
        auto changed = body;
        changed[i] = byte;
        channel->decode(robot_request(changed), kNow);
        channel->decode(card_request(changed), kNow);
      }
}

TEST(DingtalkAcknowledge, EventsWantTheEncryptedWordSuccess) {
  const auto channel = make_channel(with_cards());
  const std::array<unsigned char, 16> random{1, 2, 3};
  const auto response = channel->acknowledge(EventPush{}.request(), nullptr, nullptr, kNow, random);
  EXPECT_EQ(response.status, 200);
  const auto body = parse_json_object(response.body).value();
  EXPECT_EQ(json_string(body, "timeStamp"), std::to_string(kMilli + 250));
  const auto opened =
      tencent::Envelope{std::string{kEventToken}, kAesKey, std::string{kAppKey}}.open(
          json_string(body, "timeStamp"), json_string(body, "nonce"), json_string(body, "encrypt"),
          json_string(body, "msg_signature"));
  EXPECT_EQ(opened.message, "success");
  EXPECT_EQ(channel->acknowledge(good(), nullptr, nullptr, kNow, random).body, "{}");
  EXPECT_EQ(channel->acknowledge(card_request(card_body()), nullptr, nullptr, kNow, random).body,
            R"({"cardUpdateOptions":{"updateCardDataByKey":true},)"
            R"("cardData":{"cardParamMap":{"hint":"已收到"}}})");
}

}  // namespace
}  // namespace huiyin::dingtalk::test
