// Every message and event of the platform's pages, encrypted and plain; forged, downgraded, broken.
#include <gtest/gtest.h>

#include <set>

#include "tests/handlers/feishu_fixture.h"

namespace huiyin::feishu::test {
namespace {

using namespace std::chrono_literals;

struct Expected {
  MessageKind kind = MessageKind::text;
  std::string text{}, media_id{}, media_format{}, card{};
  std::optional<Position> position{};
  bool reply_here = true;  // the answer may quote the message
};

struct DecodeCase {
  const char* label;
  std::string body;
  std::vector<Expected> expected;
};

#define KEY(key) "om_5ce6d572455d361153b7cb51da133945/" key

std::string group(std::string_view text, std::string_view mentions) {
  return event("im.message.receive_v1",
               spoken("text", R"({"text":)" + quoted(text) + "}", "group", mentions));
}
constexpr std::string_view kMentions =
    R"([{"key":"@_user_1","id":{"open_id":"ou_bot"},"name":"回音"},)"
    R"({"key":"@_user_12","id":{"open_id":"ou_x"},"name":"李@_user_1四"}])";

// The event before schema 2.0.
std::string v1(std::string_view inner, std::string_view token = kToken) {
  return R"({"uuid":"41b5f371157e3d5341b38b20396e77e3","token":")" + std::string{token} +
         R"(","ts":"1774314600.428520","type":"event_callback","event":)" + std::string{inner} +
         "}";
}

const DecodeCase kCases[] = {
    {"text", text_event("沟断了，生姜缺水"), {{.text = "沟断了，生姜缺水"}}},
    {"text_of_four_bytes_quotes_and_lines",
     said("text", R"({"text":"😀𠮷 \"<at>\\ \n第二行"})"),
     {{.text = "😀𠮷 \"<at>\\ \n第二行"}}},
    {"group_addressed",
     group("@_user_1 路灯坏了 ", kMentions),
     {{.text = "路灯坏了", .reply_here = false}}},
    {"group_mentions_of_others_become_names_once",
     group("@_user_1 请 @_user_12 看看", kMentions),
     {{.text = "请 @李@_user_1四 看看", .reply_here = false}}},
    {"private_mention_stays_a_name",
     event("im.message.receive_v1",
           spoken("text", R"({"text":"@_user_12 在吗"})", "p2p", kMentions)),
     {{.text = "@李@_user_1四 在吗"}}},
    {"post_with_pictures",
     said("post",
          R"({"title":"题","content":[[{"tag":"text","text":"一 "},{"tag":"a","text":"网","href":)"
          R"("https://e.org"}],[{"tag":"img","image_key":"img_1"}],[{"tag":"at","user_id":)"
          R"("@_user_9","user_name":"王"},{"tag":"emotion","emoji_type":"SMILE"},{"tag":"hr"}],)"
          R"([{"tag":"media","file_key":"file_2","image_key":"img_c"}],)"
          R"([{"tag":"code_block","text":"x=1"}]]})"),
     {{.text = "题\n一 网 https://e.org\n@_user_9[SMILE]\nx=1"},
      {.kind = MessageKind::image, .media_id = KEY("img_1")},
      {.kind = MessageKind::video, .media_id = KEY("file_2")}}},
    {"post_of_a_picture_only",
     said("post", R"({"title":"","content":[[{"tag":"img","image_key":"img_1"}]]})"),
     {{.kind = MessageKind::image, .media_id = KEY("img_1")}}},
    {"post_inside_a_locale",
     said("post", R"({"zh_cn":{"title":"","content":[[{"tag":"text","text":"沟断了"}]]}})"),
     {{.text = "沟断了"}}},
    {"image",
     said("image", R"({"image_key":"img_v2_041b28e3"})"),
     {{.kind = MessageKind::image, .media_id = KEY("img_v2_041b28e3")}}},
    {"audio",
     said("audio", R"({"file_key":"75235e0c","duration":2000})"),
     {{.kind = MessageKind::voice, .media_id = KEY("75235e0c"), .media_format = "opus"}}},
    {"media",
     said("media", R"({"file_key":"7523","image_key":"img","file_name":"a.mp4","duration":2})"),
     {{.kind = MessageKind::video, .media_id = KEY("7523")}}},
    {"file",
     said("file", R"({"file_key":"7523","file_name":"表.xls"})"),
     {{.kind = MessageKind::file, .text = "表.xls", .media_id = KEY("7523")}}},
    {"location_of_strings",
     said("location", R"({"name":"溪东自然村","longitude":"120.8233","latitude":"29.5871"})"),
     {{.kind = MessageKind::position, .position = Position{29.5871, 120.8233, "溪东自然村"}}}},
    {"location_of_numbers",
     said("location", R"({"name":"","longitude":120.8233,"latitude":29.5871})"),
     {{.kind = MessageKind::position, .position = Position{29.5871, 120.8233, ""}}}},
    {"sticker", said("sticker", R"({"file_key":"s"})"), {{.kind = MessageKind::file}}},
    {"merge_forward",
     said("merge_forward", R"({"content":"Merged and Forwarded Message"})"),
     {{.kind = MessageKind::file}}},
    {"share_chat", said("share_chat", R"({"chat_id":"oc_1"})"), {{.kind = MessageKind::file}}},
    {"unknown_message_type", said("hologram", "{}"), {{.kind = MessageKind::file}}},
    {"unknown_message_type_without_json", said("hologram", "x"), {{.kind = MessageKind::file}}},
    {"line_of_the_platform", said("system", "{}"), {{.kind = MessageKind::other}}},
    {"robots_are_not_answered",
     event("im.message.receive_v1",
           spoken("text", R"({"text":"x"})", "p2p", "[]", kMessageId, kFarmer, "app")),
     {}},
    {"button", pressed(), {{.text = "签收 260324-0001", .card = "om_card", .reply_here = false}}},
    {"button_of_an_old_card_with_a_string",
     pressed(R"("签收 260324-0001")"),
     {{.text = "签收 260324-0001", .card = "om_card", .reply_here = false}}},
    {"button_with_json_in_a_string",
     pressed(R"("{\"command\":\"催办\"}")"),
     {{.text = "催办", .card = "om_card", .reply_here = false}}},
    {"button_in_the_older_shape",
     event("card.action.trigger", R"({"operator":{"open_id":")" + std::string{kFarmer} +
                                      R"("},"open_message_id":"om_old","action":{"value":)"
                                      R"({"command":"催办"},"tag":"button"}})"),
     {{.text = "催办", .card = "om_old", .reply_here = false}}},
    {"menu",
     event("application.bot.menu_v6", R"({"operator":{"operator_name":"x","operator_id":)"
                                      R"({"open_id":")" +
                                          std::string{kFarmer} +
                                          R"("}},"event_key":"进度","timestamp":1669364458})"),
     {{.kind = MessageKind::menu, .text = "进度", .reply_here = false}}},
    {"entered_for_the_first_time",
     event("im.chat.access_event.bot_p2p_chat_entered_v1",
           R"({"chat_id":"oc_1","operator_id":{"open_id":")" + std::string{kFarmer} + R"("}})"),
     {{.kind = MessageKind::follow, .reply_here = false}}},
    {"entered_again",
     event("im.chat.access_event.bot_p2p_chat_entered_v1",
           R"({"chat_id":"oc_1","operator_id":{"open_id":")" + std::string{kFarmer} +
               R"("},"last_message_id":"om_1"})"),
     {}},
    {"robot_added_to_a_group", event("im.chat.member.bot.added_v1", R"({"chat_id":"oc_1"})"), {}},
    {"recalled", event("im.message.recalled_v1", R"({"message_id":"om_1"})"), {}},
    {"unknown_event", event("brand.new_v9", R"({"x":1})"), {}},
    {"v1_text",
     v1(R"({"type":"message","chat_type":"private","msg_type":"text","open_id":")" +
        std::string{kFarmer} + R"(","open_message_id":")" + std::string{kMessageId} +
        R"(","text":"<at>回音</at> 沟断了","text_without_at_bot":"沟断了"})"),
     {{.text = "沟断了"}}},
    {"v1_image",
     v1(R"({"type":"message","chat_type":"group","msg_type":"image","open_id":")" +
        std::string{kFarmer} + R"(","open_message_id":")" + std::string{kMessageId} +
        R"(","image_key":"img_1"})"),
     {{.kind = MessageKind::image, .media_id = KEY("img_1"), .reply_here = false}}},
    {"v1_post",
     v1(R"({"type":"message","chat_type":"private","msg_type":"post","open_id":")" +
        std::string{kFarmer} + R"(","open_message_id":")" + std::string{kMessageId} +
        R"(","title":"题","text":"沟断了"})"),
     {{.text = "题\n沟断了"}}},
    {"v1_conversation_begins",
     v1(R"({"type":"p2p_chat_create","chat_id":"oc_1","user":{"open_id":")" + std::string{kFarmer} +
        R"("}})"),
     {{.kind = MessageKind::follow, .reply_here = false}}},
    {"v1_unknown", v1(R"({"type":"app_ticket"})"), {}},
};

class FeishuDecode : public testing::TestWithParam<std::tuple<const char*, DecodeCase>> {};

TEST_P(FeishuDecode, GivesItsMessages) {
  const auto& [mode, row] = GetParam();
  const auto channel = make_channel(config(mode));
  const Push push{.body = row.body, .encrypted = std::string_view{mode} == "encrypted"};
  const auto decoded = channel->decode(push.request(), kNow);
  const auto* messages = std::get_if<std::vector<Message>>(&decoded);
  ASSERT_TRUE(messages) << outcome_of(decoded);
  ASSERT_EQ(messages->size(), row.expected.size());
  std::set<std::string> keys;
  for (std::size_t i = 0; i < messages->size(); ++i) {
    const auto& message = (*messages)[i];
    const auto& expected = row.expected[i];
    EXPECT_EQ(message.channel, "fs");
    EXPECT_EQ(message.sender, kFarmer);
    EXPECT_EQ(message.recipient, kAppId);
    EXPECT_EQ(message.raw, row.body);
    EXPECT_NE(message.sent_at, Instant{});
    EXPECT_LE(message.sent_at, kNow);
    EXPECT_EQ(message.kind, expected.kind);
    EXPECT_EQ(message.text, expected.text);
    EXPECT_EQ(message.media_id, expected.media_id);
    EXPECT_EQ(message.media_url, "");
    EXPECT_EQ(message.media_format, expected.media_format);
    EXPECT_EQ(message.card, expected.card);
    ASSERT_EQ(message.position.has_value(), expected.position.has_value());
    if (message.position) {
      EXPECT_DOUBLE_EQ(message.position->latitude, expected.position->latitude);
      EXPECT_DOUBLE_EQ(message.position->longitude, expected.position->longitude);
      EXPECT_EQ(message.position->label, expected.position->label);
    }
    EXPECT_EQ(message.reply_address, expected.reply_here ? kMessageId : "");
    EXPECT_EQ(message.reply_until > kNow, expected.reply_here);
    EXPECT_FALSE(message.nonce);
    EXPECT_EQ(message.window.messages, 0);
    EXPECT_FALSE(channel->can_reply(message));
    EXPECT_TRUE(keys.insert(message.dedupe_key).second) << message.dedupe_key;
  }
}
INSTANTIATE_TEST_SUITE_P(Feishu, FeishuDecode,
                         testing::Combine(testing::Values("plain", "encrypted"),
                                          testing::ValuesIn(kCases)),
                         [](const auto& info) {
                           return std::string{std::get<0>(info.param)} + "_" +
                                  std::get<1>(info.param).label;
                         });

Message decode_one(const std::string& body, const Push& by = {}) {
  auto push = by;
  push.body = body;
  const auto decoded = make_channel(config())->decode(push.request(), kNow);
  const auto* messages = std::get_if<std::vector<Message>>(&decoded);
  if (!messages || messages->empty()) throw std::runtime_error("nothing was decoded");
  return messages->front();
}

TEST(FeishuDecode, TimesAreThePlatforms) {
  EXPECT_EQ(decode_one(text_event()).sent_at, Instant{std::chrono::milliseconds{kMilli - 500}});
  EXPECT_EQ(decode_one(pressed()).sent_at, Instant{std::chrono::milliseconds{kMilli}});
}

TEST(FeishuDecode, ReadMarksAreDeliveries) {
  const auto body = event("im.message.message_read_v1",
                          R"({"reader":{"reader_id":{"open_id":")" + std::string{kFarmer} +
                              R"("},"read_time":"1"},"message_id_list":["om_1","om_2"]})");
  const auto decoded = make_channel(config())->decode(Push{.body = body}.request(), kNow);
  const auto& messages = std::get<std::vector<Message>>(decoded);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].kind, MessageKind::delivery);
  EXPECT_EQ(messages[0].delivery->platform_id, "om_1");
  EXPECT_TRUE(messages[1].delivery->delivered);
  EXPECT_NE(messages[0].dedupe_key, messages[1].dedupe_key);
}

TEST(FeishuDecode, AResendHasTheSameKey) {
  const auto first = decode_one(text_event());
  const auto again = decode_one(text_event(), {.timestamp = "1774340000", .nonce = "1"});
  EXPECT_EQ(first.dedupe_key, again.dedupe_key);
  // Pushed again from the console: another event_id, the same message.
  const auto pushed_again = decode_one(
      event("im.message.receive_v1", spoken("text", R"({"text":"沟断了"})"), "another_event"));
  EXPECT_EQ(first.dedupe_key, pushed_again.dedupe_key);
}

TEST(FeishuDecode, DifferentThingsThatLookAlikeHaveDifferentKeys) {
  const auto one = R"({"text":"1"})";
  const std::string bodies[] = {
      event("im.message.receive_v1", spoken("text", one, "p2p", "[]", "om_1")),
      event("im.message.receive_v1", spoken("text", one, "p2p", "[]", "om_2")),
      pressed(R"({"command":"1"})", "e1"),
      pressed(R"({"command":"1"})", "e2"),  // pressed twice
      event("application.bot.menu_v6",
            R"({"operator":{"operator_id":{"open_id":"ou_1"}},"event_key":"1"})", "e1"),
      event("application.bot.menu_v6",
            R"({"operator":{"operator_id":{"open_id":"ou_1"}},"event_key":"1"})", "e2"),
      // The same id, another letter case.
      event("im.message.receive_v1", spoken("text", one, "p2p", "[]", "OM_1")),
  };
  std::set<std::string> keys;
  for (const auto& body : bodies) keys.insert(decode_one(body).dedupe_key);
  EXPECT_EQ(keys.size(), std::size(bodies));
}

// ---- forged, replayed, truncated, wrong secret, downgraded
// -----------------------------------------

struct RefuseCase {
  const char* label;
  net::HttpRequest (*request)();
  const char* outcome;
};

net::HttpRequest header(std::string name, std::string value) {
  auto request = Push{}.request();
  std::erase_if(request.headers, [&](const auto& each) { return each.first == name; });
  request.headers.emplace_back(std::move(name), std::move(value));
  return request;
}
net::HttpRequest signed_body(std::string body) {  // signed, whatever it is
  auto request = Push{}.unsigned_request();
  request.body = std::move(body);
  Push{}.sign(request);
  return request;
}
std::string check(std::string_view token = kToken) {
  return R"({"challenge":"ajls384kdjx98XX","token":")" + std::string{token} +
         R"(","type":"url_verification"})";
}

const RefuseCase kRefused[] = {
    {"valid", [] { return Push{}.request(); }, "messages"},
    {"unsigned", [] { return Push{}.unsigned_request(); }, "401 auth.reject"},
    {"signature_empty", [] { return header("X-Lark-Signature", ""); }, "401 auth.reject"},
    {"signature_wrong", [] { return header("X-Lark-Signature", std::string(64, '0')); },
     "401 auth.reject"},
    {"signature_twice",
     [] {
       auto request = Push{}.request();
       request.headers.push_back(request.headers.back());
       return request;
     },
     "401 auth.reject"},
    {"timestamp_replaced", [] { return header("X-Lark-Request-Timestamp", "1"); },
     "401 auth.reject"},
    {"nonce_replaced", [] { return header("X-Lark-Request-Nonce", "1"); }, "401 auth.reject"},
    {"replayed_signature_with_another_body",
     [] {
       auto request = Push{}.request();
       request.body = Push{.body = text_event("另一句")}.request().body;
       return request;
     },
     "401 auth.reject"},
    {"key_of_another_application", [] { return Push{.key = "another-key"}.request(); },
     "401 auth.reject"},
    {"body_written_again",
     [] {
       auto request = Push{}.request();
       request.body.insert(1, " ");
       return request;
     },
     "401 auth.reject"},
    {"body_cut",
     [] {
       auto request = Push{}.request();
       request.body.resize(request.body.size() / 2);
       return request;
     },
     "401 auth.reject"},
    {"ciphertext_cut_and_signed",
     [] {
       const auto encrypt = Push{}.encrypt();
       return signed_body(R"({"encrypt":")" + encrypt.substr(0, encrypt.size() - 24) + "\"}");
     },
     "401 auth.reject"},
    {"body_empty", [] { return signed_body(""); }, "401 auth.reject"},
    {"plain_body", [] { return Push{.encrypted = false}.request(); }, "401 auth.reject"},
    {"plain_body_signed", [] { return signed_body(text_event()); }, "401 auth.reject"},
    {"plain_url_check", [] { return Push{.body = check(), .encrypted = false}.request(); },
     "401 auth.reject"},
    {"token_of_another_application",
     [] { return Push{.body = event("x", "{}", "e", "another")}.request(); }, "401 auth.reject"},
    {"another_app_id",
     [] { return Push{.body = event("x", "{}", "e", kToken, "cli_other")}.request(); },
     "401 auth.reject"},
    {"no_token", [] { return Push{.body = R"({"schema":"2.0"})"}.request(); }, "401 auth.reject"},
    {"v1_with_a_foreign_token",
     [] { return Push{.body = v1(R"({"type":"message"})", "another")}.request(); },
     "401 auth.reject"},
    {"old_card_callback_where_it_is_off",
     [] {
       net::HttpRequest request;
       request.method = "POST";
       request.body = R"({"open_id":"ou_1","open_message_id":"om_1","token":"c-1","action":{}})";
       request.headers = {
           {"X-Lark-Request-Timestamp", "1"},
           {"X-Lark-Request-Nonce", "2"},
           {"X-Lark-Signature", legacy_card_signature("1", "2", kToken, request.body)}};
       return request;
     },
     "401 auth.reject"},
    {"get",
     [] {
       auto request = Push{}.request();
       request.method = "GET";
       return request;
     },
     "405 http.method"},
    {"compressed", [] { return header("Content-Encoding", "gzip"); }, "415 http.type"},
    {"xml", [] { return header("Content-Type", "text/xml"); }, "415 http.type"},
    {"url_check", [] { return Push{.body = check()}.unsigned_request(); }, "handshake"},
    {"url_check_with_a_foreign_token",
     [] { return Push{.body = check("another")}.unsigned_request(); }, "401 auth.reject"},

    // authentic but senseless
    {"words_instead_of_json", [] { return Push{.body = "hello"}.request(); }, "senseless"},
    {"deep_json",
     [] {
       std::string deep = R"({"schema":"2.0","a":)";
       for (int i = 0; i < 60; ++i) deep += "[";
       for (int i = 0; i < 60; ++i) deep += "]";
       return Push{.body = deep + "}"}.request();
     },
     "senseless"},
    {"schema_of_the_future",
     [] {
       auto body = text_event();
       body.replace(body.find("2.0"), 3, "3.0");
       return Push{.body = body}.request();
     },
     "senseless"},
    {"no_sender",
     [] {
       return Push{.body = event("im.message.receive_v1",
                                 spoken("text", R"({"text":"1"})", "p2p", "[]", kMessageId, ""))}
           .request();
     },
     "senseless"},
    {"no_message_id",
     [] {
       return Push{.body = event("im.message.receive_v1",
                                 spoken("text", R"({"text":"1"})", "p2p", "[]", ""))}
           .request();
     },
     "senseless"},
    {"image_of_nothing", [] { return Push{.body = said("image", "{}")}.request(); }, "senseless"},
    {"location_off_the_globe",
     [] {
       return Push{.body = said("location", R"({"latitude":"120.8","longitude":"29.5"})")}
           .request();
     },
     "senseless"},
    {"post_of_words", [] { return Push{.body = said("post", R"({"content":"x"})")}.request(); },
     "senseless"},
    {"button_of_somebody_elses_card",
     [] { return Push{.body = pressed(R"({"case":"1"})")}.request(); }, "senseless"},
    {"content_is_no_json_but_text", [] { return Push{.body = said("image", "img")}.request(); },
     "senseless"},
};

class FeishuRefuse : public testing::TestWithParam<RefuseCase> {};
TEST_P(FeishuRefuse, Answers) {
  EXPECT_EQ(outcome_of(make_channel(config())->decode(GetParam().request(), kNow)),
            GetParam().outcome);
}
INSTANTIATE_TEST_SUITE_P(Feishu, FeishuRefuse, testing::ValuesIn(kRefused),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(FeishuRefuse, PlainModeKnowsOnlyTheToken) {
  const auto channel = make_channel(config("plain"));
  EXPECT_EQ(outcome_of(channel->decode(Push{.encrypted = false}.request(), kNow)), "messages");
  EXPECT_EQ(
      outcome_of(channel->decode(
          Push{.body = event("x", "{}", "e", "another"), .encrypted = false}.request(), kNow)),
      "401 auth.reject");
  EXPECT_EQ(outcome_of(channel->decode(Push{}.request(), kNow)), "401 auth.reject");
  EXPECT_EQ(
      outcome_of(channel->decode(Push{.body = "not json", .encrypted = false}.request(), kNow)),
      "401 auth.reject");
}

TEST(FeishuRefuse, TheUrlCheckIsAnsweredInClear) {
  const auto decoded =
      make_channel(config())->decode(Push{.body = check()}.unsigned_request(), kNow);
  const auto& response = std::get<Handshake>(decoded).response;
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, R"({"challenge":"ajls384kdjx98XX"})");
}

TEST(FeishuRefuse, OldCardCallbacksWhereTheyAreOn) {
  for (const char* mode : {"plain", "encrypted"}) {
    auto with = config(mode);
    with.keys["legacy_cards"] = "on";
    const auto channel = make_channel(with);
    net::HttpRequest request;
    request.method = "POST";
    request.body = R"({"open_id":")" + std::string{kFarmer} +
                   R"(","open_message_id":"om_1","token":"c-1","action":{"value":)"
                   R"({"command":"催办"},"tag":"button"}})";
    request.headers = {{"X-Lark-Request-Timestamp", "1"},
                       {"X-Lark-Request-Nonce", "2"},
                       {"X-Lark-Signature", legacy_card_signature("1", "2", kToken, request.body)}};
    const auto decoded = channel->decode(request, kNow);
    ASSERT_EQ(outcome_of(decoded), "messages");
    const auto& message = std::get<std::vector<Message>>(decoded)[0];
    EXPECT_EQ(message.text, "催办");
    EXPECT_EQ(message.card, "om_1");
    EXPECT_EQ(
        channel->acknowledge(request, &message, nullptr, kNow, std::array<unsigned char, 16>{})
            .body,
        "{}");
    request.body += " ";
    EXPECT_EQ(outcome_of(channel->decode(request, kNow)), "401 auth.reject");
  }
}

TEST(FeishuDamage, CutAndChangedBodiesAreNeverAccepted) {
  const auto channel = make_channel(config());
  const auto good = Push{}.request();
  for (std::size_t i = 0; i < good.body.size(); ++i) {
    auto request = good;
    request.body.resize(i);
    ASSERT_EQ(outcome_of(channel->decode(request, kNow)), "401 auth.reject") << i;
    request = good;
    request.body[i] = static_cast<char>(request.body[i] ^ 1);
    ASSERT_EQ(outcome_of(channel->decode(request, kNow)), "401 auth.reject") << i;
  }
}

TEST(FeishuDamage, AuthenticNonsenseNeverCrashes) {
  const auto channel = make_channel(config());
  const std::string bodies[] = {
      text_event("沟断了😀"), pressed(),
      said("post", R"({"title":1,"content":[[{"tag":"img","image_key":"i"}],{"a":1},[1,"x"]]})"),
      event("im.message.message_read_v1", R"({"reader":{},"message_id_list":[1,"om"]})")};
  for (const auto& body : bodies)
    for (std::size_t i = 0; i < body.size(); ++i)
      for (const char byte : {'\0', '"', '{', '}', '[', '\\', '\x80', '\xFF', '1'}) {
        auto changed = body;
        changed[i] = byte;
        channel->decode(Push{.body = changed}.request(), kNow);
      }
}

TEST(FeishuAcknowledge, AToastForAButtonAndNothingElse) {
  const auto channel = make_channel(config());
  const auto button = decode_one(pressed());
  const auto words = decode_one(text_event());
  const std::array<unsigned char, 16> random{};
  EXPECT_EQ(channel->acknowledge({}, &button, nullptr, kNow, random).body,
            R"({"toast":{"type":"info","content":"已收到"}})");
  EXPECT_EQ(channel->acknowledge({}, &words, nullptr, kNow, random).body, "{}");
  EXPECT_EQ(channel->acknowledge({}, nullptr, nullptr, kNow, random).status, 200);
}

}  // namespace
}  // namespace huiyin::feishu::test
