// WhatsApp Cloud API: batches in, texts and templates out, both sides together.
#include "handlers/whatsapp/whatsapp.h"

#include <gtest/gtest.h>

#include "handlers/base64.h"
#include "handlers/digest.h"
#include "handlers/utf8.h"
#include "tests/handlers/platform_table.h"

namespace huiyin::whatsapp {
namespace {

using namespace huiyin::test;
using namespace std::chrono_literals;

constexpr std::string_view kSecret = "5bbe543ef2a6bb4e19863e8fb2df3cc6";
constexpr const char* kPerson = "8613800000000";
constexpr Instant kSent{std::chrono::seconds{1795423426}};
constexpr Instant kNow = kSent + 2s;

ChannelConfig config() {
  ChannelConfig config;
  config.name = "wa";
  config.platform = "whatsapp";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"app_secret", std::string{kSecret}}, {"verify_token", "0JHyDHMzOYiQACwqspEJ"},
                 {"access_token", "EAAGplayedToken"},  {"phone_number_id", "956535246208513"},
                 {"template_name", "case_news"},       {"template_values", "number,status,result"}};
  return config;
}

net::HttpRequest push(std::string body, std::string_view secret = kSecret) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/hooks/wa";
  request.headers = {{"Content-Type", "application/json"},
                     {"X-Hub-Signature-256", "sha256=" + hmac_sha256_hex(secret, {body})}};
  request.body = std::move(body);
  return request;
}

std::string change(std::string_view rest, std::string_view number = "956535246208513",
                   std::string_view field = "messages") {
  return R"({"value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":")" +
         std::string{number} + R"("},)" + std::string{rest} + R"(},"field":")" +
         std::string{field} + "\"}";
}
std::string body(std::string_view changes) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"061","changes":[)" +
         std::string{changes} + "]}]}";
}
std::string message(std::string_view rest, std::string_view id = "wamid.A==") {
  return R"({"from":"8613800000000","id":")" + std::string{id} + R"(","timestamp":"1795423426",)" +
         std::string{rest} + "}";
}
std::string said(std::string_view rest) {
  return body(
      change(R"("contacts":[{"profile":{"name":"x"}}],"messages":[)" + message(rest) + "]"));
}
std::string status(std::string_view rest) {
  return body(change(
      R"("statuses":[{"id":"wamid.S==","timestamp":"1795423426","recipient_id":"8613800000000",)" +
      std::string{rest} + "}]"));
}

struct Row {
  const char* label;
  std::string body;
  const char* expected;
};
const Row kRows[] = {
    {"text", said(R"("type":"text","text":{"body":"沟断了 😀"})"),
     "text 8613800000000 text=沟断了 😀"},
    {"text_escaped_as_meta_does",
     said(R"("type":"text","text":{"body":"\u6c9f\u65ad\u4e86 \ud83d\ude00 a\/b"})"),
     "text 8613800000000 text=沟断了 😀 a/b"},
    {"image", said(R"("type":"image","image":{"id":"77","mime_type":"image/jpeg","caption":"看"})"),
     "image 8613800000000 media=77 format=jpeg text=看"},
    {"audio", said(R"("type":"audio","audio":{"id":"77","mime_type":"audio/ogg; codecs=opus"})"),
     "voice 8613800000000 media=77 format=ogg"},
    {"video", said(R"("type":"video","video":{"id":"77","mime_type":"video/mp4"})"),
     "video 8613800000000 media=77 format=mp4"},
    {"picture_as_document",
     said(R"("type":"document","document":{"id":"7","mime_type":"image/png"})"),
     "image 8613800000000 media=7 format=png"},
    {"document", said(R"("type":"document","document":{"id":"7","mime_type":"application/pdf"})"),
     "file 8613800000000 media=7 format=pdf"},
    {"document_with_words",
     said(
         R"("type":"document","document":{"id":"7","mime_type":"application/pdf","caption":"合同"})"),
     "text 8613800000000 media=7 format=pdf text=合同"},
    {"location",
     said(
         R"("type":"location","location":{"latitude":29.5871,"longitude":120.8233,"name":"楼家村","address":"石璜镇"})"),
     "position 8613800000000 at=29.58,120.82 label=楼家村 石璜镇"},
    {"contacts",
     said(
         R"("type":"contacts","contacts":[{"name":{"formatted_name":"王五"},"phones":[{"phone":"+86 139"},{"phone":"1"}]}])"),
     "text 8613800000000 text=补充 联系人 王五 +86 139 1"},
    {"button_reply",
     said(
         R"("type":"interactive","context":{"from":"1","id":"wamid.C=="},"interactive":{"type":"button_reply","button_reply":{"id":"签收 261123-0042","title":"签收"}})"),
     "text 8613800000000 card=wamid.C== text=签收 261123-0042"},
    {"list_reply",
     said(
         R"("type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"进度","title":"x"}})"),
     "text 8613800000000 text=进度"},
    {"template_button",
     said(
         R"("type":"button","context":{"id":"wamid.C=="},"button":{"payload":"满意","text":"好"})"),
     "text 8613800000000 card=wamid.C== text=满意"},
    {"other_interactive", said(R"("type":"interactive","interactive":{"type":"nfm_reply"})"),
     "file 8613800000000"},
    {"reaction", said(R"("type":"reaction","reaction":{"emoji":"x"})"), "other 8613800000000"},
    {"number_changed", said(R"("type":"system","system":{"body":"x"})"), "other 8613800000000"},
    {"unsupported", said(R"("type":"unsupported","errors":[{"code":131051}])"),
     "file 8613800000000"},

    {"delivered", status(R"("status":"delivered")"),
     "delivery 8613800000000 delivery=wamid.S== yes delivered"},
    {"read", status(R"("status":"read")"), "delivery 8613800000000 delivery=wamid.S== yes read"},
    {"failed", status(R"("status":"failed","errors":[{"code":131047,"title":"x"}])"),
     "delivery 8613800000000 delivery=wamid.S== no failed:131047"},
    {"sent", status(R"("status":"sent")"), "nothing"},
    {"three_levels",
     R"({"entry":[{"changes":[)" +
         change("\"messages\":[" + message(R"("type":"text","text":{"body":"1"})") + "," +
                message(R"("type":"text","text":{"body":"2"})", "b") + "]") +
         "," +
         change("\"messages\":[" + message(R"("type":"text","text":{"body":"3"})", "c") + "]") +
         R"(]},{"changes":[)" +
         change("\"messages\":[" + message(R"("type":"text","text":{"body":"4"})", "d") + "]") +
         "]}]}",
     "text 8613800000000 text=1 / text 8613800000000 text=2 / text 8613800000000 text=3 / text "
     "8613800000000 text=4"},
    {"another_number",
     body(change("\"messages\":[" + message(R"("type":"text","text":{"body":"1"})") + "]", "1")),
     "nothing"},
    {"another_field", body(change("\"x\":1", "956535246208513", "account_update")), "nothing"},
    {"a_broken_message_beside_a_good_one",
     body(change("\"messages\":[1," + message(R"("type":"text","text":{"body":"1"})") + "]")),
     "text 8613800000000 text=1"},

    {"empty", "", "senseless"},
    {"no_entry", "{}", "senseless"},
    {"entry_of_wrong_type", R"({"entry":[1]})", "senseless"},
    {"no_sender", body(change(R"("messages":[{"id":"1","type":"text","text":{"body":"x"}}])")),
     "senseless"},
    {"endless_sender",
     body(change(R"("messages":[{"from":")" + std::string(129, '1') +
                 R"(","id":"1","type":"text","text":{"body":"x"}}])")),
     "senseless"},
    {"no_id", body(change(R"("messages":[{"from":"1","type":"text","text":{"body":"x"}}])")),
     "senseless"},
    {"no_type", said(R"("text":{"body":"x"})"), "senseless"},
    {"no_text", said(R"("type":"text")"), "senseless"},
    {"no_media_id", said(R"("type":"image","image":{})"), "senseless"},
    {"off_the_earth", said(R"("type":"location","location":{"latitude":1,"longitude":181})"),
     "senseless"},
};

class WhatsappDecode : public testing::TestWithParam<Row> {};
TEST_P(WhatsappDecode, SaysWhatWasSaid) {
  const auto channel = make_channel(config());
  const auto decoded = channel->decode(push(GetParam().body), kNow);
  EXPECT_EQ(line_of(decoded), GetParam().expected);
  if (const auto* messages = std::get_if<std::vector<Message>>(&decoded))
    for (const auto& message : *messages) {
      EXPECT_EQ(message.sent_at, kSent);
      EXPECT_EQ(message.recipient, "956535246208513");
      EXPECT_EQ(message.window.until,
                message.kind == MessageKind::delivery ? Instant{} : kSent + 24h);
      EXPECT_FALSE(channel->can_reply(message));
    }
}
INSTANTIATE_TEST_SUITE_P(Whatsapp, WhatsappDecode, testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string{info.param.label}; });

// A body holds what several people said; each record holds one.
TEST(WhatsappDecode, EachKeepsItsOwnWordsOnly) {
  const auto one = message(R"("type":"text","text":{"body":"沟断了"})", "a");
  const auto two = message(R"("type":"text","text":{"body":"缺水"})", "b");
  const auto decoded = make_channel(config())->decode(
      push(body(change(R"("messages":[)" + one + "," + two + "]"))), kNow);
  const auto& messages = std::get<std::vector<Message>>(decoded);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].raw, one);
  EXPECT_EQ(messages[1].raw, two);
}

TEST(WhatsappDecode, AClockAheadDoesNotLengthenTheWindow) {
  const auto decoded = make_channel(config())->decode(
      push(said(R"("type":"text","text":{"body":"x"})")), kSent - 1h);
  EXPECT_EQ(only_message(decoded).window.until, kSent + 23h);
}

TEST(WhatsappKeys, ResendsAreTheSameAndLookalikesAreNot) {
  const auto key = [](const std::string& raw) {
    return only_message(make_channel(config())->decode(push(raw), kNow)).dedupe_key;
  };
  const auto text = [](std::string_view id) {
    return body(
        change("\"messages\":[" + message(R"("type":"text","text":{"body":"1"})", id) + "]"));
  };
  EXPECT_EQ(key(text("wamid.A==")), "message|wamid.A==");
  EXPECT_NE(key(text("wamid.A==")), key(text("wamid.B==")));
  // One message has several fates, and each comes once.
  EXPECT_EQ(key(status(R"("status":"read")")), "status|wamid.S==|read");
  EXPECT_NE(key(status(R"("status":"read")")), key(status(R"("status":"delivered")")));
}

// ---- the door
// -------------------------------------------------------------------------------------

TEST(WhatsappDoor, OnlySignedBodiesComeIn) {
  const auto channel = make_channel(config());
  const auto good = push(said(R"("type":"text","text":{"body":"x"})"));
  const auto line = [&](const net::HttpRequest& request) {
    return line_of(channel->decode(request, kNow));
  };
  EXPECT_EQ(line(good), "text 8613800000000 text=x");
  EXPECT_EQ(line_of(channel->decode(good, kNow + 7 * 24h)), line(good)) << "repeated days later";
  auto changed = good;
  changed.headers.pop_back();
  EXPECT_EQ(line(changed), "401 auth.reject");
  changed = good;
  changed.headers.push_back(good.headers.back());
  EXPECT_EQ(line(changed), "401 auth.reject");
  changed = good;
  changed.headers.back().second = changed.headers.back().second.substr(7);
  EXPECT_EQ(line(changed), "401 auth.reject") << "without sha256=";
  EXPECT_EQ(line(push(good.body, "other")), "401 auth.reject");
  changed = good;
  changed.method = "PUT";
  EXPECT_EQ(line(changed), "405 http.method");
  changed = good;
  changed.headers.front().second = "text/xml";
  EXPECT_EQ(line(changed), "415 http.type");
  for (std::size_t i = 0; i < good.body.size(); ++i) {
    changed = good;
    changed.body[i] ^= 1;
    ASSERT_EQ(line(changed), "401 auth.reject") << i;
    changed.body = good.body.substr(0, i);
    ASSERT_EQ(line(changed), "401 auth.reject") << i;
    ASSERT_EQ(line(push(changed.body)), "senseless") << i;
  }
}

Decoded verify(const std::string& query, std::string token = "0JHyDHMzOYiQACwqspEJ") {
  auto with = config();
  with.keys["verify_token"] = std::move(token);
  net::HttpRequest request;
  request.method = "GET";
  request.target = "/hooks/wa?" + query;
  return make_channel(with)->decode(request, kNow);
}

TEST(WhatsappDoor, UrlCheck) {
  const std::string token = "hub.verify_token=0JHyDHMzOYiQACwqspEJ";
  EXPECT_EQ(line_of(verify("hub.mode=subscribe&hub.challenge=07&" + token)), "handshake 07");
  EXPECT_EQ(line_of(verify("hub.mode=subscribe&hub.challenge=07")), "401 auth.reject");
  EXPECT_EQ(line_of(verify("hub.mode=subscribe&" + token)), "400 http.syntax");
  EXPECT_EQ(line_of(verify("hub.challenge=07&" + token)), "401 auth.reject");
  EXPECT_EQ(line_of(verify("hub.mode=subscribe&hub.challenge=07&" + token + "&" + token)),
            "401 auth.reject");
  const auto response =
      std::get<Handshake>(verify("hub.mode=subscribe&hub.challenge=%3Cb%3E&" + token)).response;
  EXPECT_EQ(net::find_header(response.headers, "Content-Type"), "text/plain") << "never as a page";
}

TEST(WhatsappVectors, SignatureAndVerification) {
  int ran = 0;
  for (const auto& entry : shared_group("whatsapp_signature")) {
    const auto& row = entry.as_object();
    auto with = config();
    with.keys["app_secret"] = json_string(row, "app_secret");
    auto request = push(*decode_base64(json_string(row, "raw_body_b64")));
    request.headers.back().second = json_string(row, "signature");
    EXPECT_EQ(std::holds_alternative<Refused>(make_channel(with)->decode(request, kNow)),
              json_string(row, "expect") == "reject")
        << json_string(row, "id");
    ++ran;
  }
  std::cout << "whatsapp_signature: " << ran << " cases ran\n";
  ran = 0;
  for (const auto& entry : shared_group("whatsapp_verify")) {
    const auto& row = entry.as_object();
    const auto line = line_of(verify(json_string(row, "query"), json_string(row, "verify_token")));
    EXPECT_EQ(line, json_string(row, "expect") == "accept"
                        ? "handshake " + json_string(row, "response_body")
                        : "401 auth.reject")
        << json_string(row, "id");
    ++ran;
  }
  std::cout << "whatsapp_verify: " << ran << " cases ran\n";
}

TEST(WhatsappConfig, FaultsNameTheKey) {
  for (const auto& [key, value] : {std::pair{"app_secret", ""},
                                   {"app_secret", "a b"},
                                   {"verify_token", ""},
                                   {"access_token", "a b"},
                                   {"phone_number_id", "+86"},
                                   {"api_version", "21.0"},
                                   {"template_name", "a b"},
                                   {"template_values", "number,colour"}}) {
    auto wrong = config();
    wrong.keys[key] = value;
    try {
      make_channel(wrong);
      ADD_FAILURE() << key;
    } catch (const std::invalid_argument& error) {
      EXPECT_TRUE(std::string{error.what()}.starts_with(key)) << error.what();
    }
  }
}

// ---- sending
// --------------------------------------------------------------------------------------

Notice card() {
  Notice notice;
  notice.id = NoticeId{42};
  notice.recipient = kPerson;
  notice.case_number = "261123-0042";
  notice.text = "沟断了";
  notice.buttons = {{"签收", "签收 261123-0042"}};
  notice.fields = {{"status", "已办结"}, {"result", "  已修\n\t好     了 "}};
  return notice;
}
boost::json::object body_of(const Notice& notice, Route route = Route::session) {
  return *parse_json_object(make_channel(config())->encode(notice, route, {}).body);
}

TEST(WhatsappSend, ButtonsWhenTheyFit) {
  const auto request = make_channel(config())->encode(card(), Route::session, {});
  EXPECT_EQ(request.url, "https://graph.facebook.com/v21.0/956535246208513/messages");
  EXPECT_EQ(net::find_header(request.headers, "Authorization"), "Bearer EAAGplayedToken");
  EXPECT_EQ(
      request.body,
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"8613800000000","type":"interactive","interactive":{"type":"button","body":{"text":"沟断了\n可回复：\n签收 261123-0042"},"action":{"buttons":[{"type":"reply","reply":{"id":"签收 261123-0042","title":"签收"}}]}}})");
}

TEST(WhatsappSend, PlainTextOtherwise) {
  auto notice = card();
  notice.buttons.clear();
  EXPECT_EQ(body_of(notice).at("type"), "text");
  notice = card();
  for (int i = 0; i < 1100; ++i) notice.text += "水";
  const auto body = body_of(notice);
  EXPECT_EQ(body.at("type"), "text");
  EXPECT_TRUE(json_string(body.at("text").as_object(), "body").ends_with("签收 261123-0042"));
  for (int i = 0; i < 4000; ++i) notice.text += "水";
  EXPECT_EQ(count_characters(json_string(body_of(notice).at("text").as_object(), "body")), 4096u);
}

TEST(WhatsappSend, ThreeDifferentButtonsAtMost) {
  auto notice = card();
  notice.buttons = {{"甲", "1"},
                    {"甲", "2"},
                    {"乙", "1"},
                    {"长", std::string(257, 'x')},
                    {"一二三四五六七八九十一二三四五六七八九十多", "3"},
                    {"丙", "4"},
                    {"丁", "5"}};
  const auto body = body_of(notice);
  const auto& buttons = body.at("interactive").at("action").at("buttons").as_array();
  ASSERT_EQ(buttons.size(), 3u);
  EXPECT_EQ(buttons[0].at("reply").at("id"), "1");
  EXPECT_EQ(buttons[1].at("reply").at("title"), "一二三四五六七八九十一二三四五六七八九十");
  EXPECT_EQ(buttons[2].at("reply").at("id"), "4");
}

TEST(WhatsappSend, TheTemplateAtAnyTime) {
  const auto channel = make_channel(config());
  EXPECT_TRUE(channel->session_needs_window());
  EXPECT_TRUE(channel->has_route(Route::template_, card()));
  EXPECT_EQ(
      channel->encode(card(), Route::template_, {}).body,
      R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"8613800000000","type":"template","template":{"name":"case_news","language":{"code":"zh_CN"},"components":[{"type":"body","parameters":[{"type":"text","text":"261123-0042"},{"type":"text","text":"已办结"},{"type":"text","text":"已修 好 了"}]}]}})");
  auto empty = card();
  empty.fields.clear();
  EXPECT_NE(channel->encode(empty, Route::template_, {}).body.find("\"无\""), std::string::npos);
  auto without = config();
  without.keys.erase("template_name");
  without.keys.erase("template_values");
  EXPECT_FALSE(make_channel(without)->has_route(Route::template_, card()));
}

TEST(WhatsappOutcome, EveryAnswer) {
  struct Code {
    int code;
    const char* expected;
  };
  const auto channel = make_channel(config());
  for (const auto& [code, expected] :
       {Code{0, "channel_stopped (0)"}, Code{4, "retry after 60s (4)"}, Code{100, "refused (100)"},
        Code{190, "channel_stopped (190)"}, Code{200, "channel_stopped (200)"},
        Code{299, "channel_stopped (299)"}, Code{80007, "retry after 60s (80007)"},
        Code{130429, "retry after 5s (130429)"}, Code{131000, "unknown (131000)"},
        Code{131026, "unreachable (131026)"}, Code{131047, "window_closed (131047)"},
        Code{131056, "retry after 6s (131056)"}, Code{132001, "refused (132001)"},
        Code{999999, "retry after 600s (999999)"}})
    for (const int status : {200, 400, 500}) {
      const auto response = net::HttpResponse::text(
          status, R"({"error":{"message":"x","code":)" + std::to_string(code) + "}}");
      EXPECT_EQ(line_of(channel->interpret(Route::session, response)), expected) << status;
    }
  const auto line = [&](int status, const char* text) {
    return line_of(channel->interpret(Route::session, net::HttpResponse::text(status, text)));
  };
  EXPECT_EQ(line(200, R"({"messages":[{"id":"wamid.X=="}]})"), "delivered id=wamid.X== (200)");
  EXPECT_EQ(line(200, R"({"messages":[]})"), "unknown (unreadable)");
  EXPECT_EQ(line(200, "x"), "unknown (unreadable)");
  EXPECT_EQ(line(500, "x"), "unknown (http_500)");
  EXPECT_EQ(line(502, "{}"), "unknown (http_502)");
  EXPECT_EQ(line(429, ""), "retry (http_429)");
  EXPECT_EQ(line(400, R"({"error":{"message":"x"}})"), "retry after 60s (http_400)");
}

// ---- both sides
// -----------------------------------------------------------------------------------

class WhatsappPlay : public BothSides, public testing::Test {
 protected:
  WhatsappPlay() : BothSides{config(), kNow} {}
  static PlayedMessage say(std::string text) {
    return {.user = kPerson, .kind = MessageKind::text, .text = std::move(text)};
  }
};

TEST_F(WhatsappPlay, EveryKindArrivesAsItWasSaid) {
  for (const auto kind : {MessageKind::text, MessageKind::image, MessageKind::voice,
                          MessageKind::video, MessageKind::position, MessageKind::file}) {
    const PlayedMessage played{.user = kPerson,
                               .kind = kind,
                               .text = "沟断了😀/",
                               .media_id = "m-1",
                               .position = Position{29.5871, 120.8233, "溪东"}};
    const auto heard = hear(played);
    EXPECT_EQ(heard.kind, kind);
    const bool words =
        kind == MessageKind::text || kind == MessageKind::image || kind == MessageKind::video;
    EXPECT_EQ(heard.text, words ? "沟断了😀/" : "");
    EXPECT_EQ(acknowledge(played, heard), std::nullopt);
  }
}

TEST_F(WhatsappPlay, ARepeatIsTheSameAndTheSameWordsAreNot) {
  const auto first = hear(say("1"));
  EXPECT_EQ(hear(say("1"), true).dedupe_key, first.dedupe_key);
  EXPECT_NE(hear(say("1")).dedupe_key, first.dedupe_key);
}

TEST_F(WhatsappPlay, FreeTextFor24HoursThenTheTemplate) {
  EXPECT_EQ(send(card()).kind, SendOutcome::window_closed) << "has not written yet";
  hear(say("沟断了"));
  EXPECT_EQ(send(card()).kind, SendOutcome::delivered);
  now_ += 24h;
  EXPECT_EQ(send(card()).kind, SendOutcome::window_closed);
  EXPECT_EQ(send(card(), Route::template_).kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.back().via, "template");
  EXPECT_EQ(seen_.back().text, "261123-0042\n已办结\n已修 好 了");
}

TEST_F(WhatsappPlay, AButtonIsPressedAndTheFateIsTold) {
  hear(say("沟断了"));
  const auto sent = send(card());
  const auto pressed = hear(say("签收 261123-0042"));
  EXPECT_EQ(pressed.card, sent.platform_id);
  EXPECT_EQ(pressed.text, "签收 261123-0042");
  const auto fate = hear({.user = kPerson, .kind = MessageKind::delivery, .text = "read"});
  ASSERT_TRUE(fate.delivery);
  EXPECT_EQ(fate.delivery->platform_id, sent.platform_id);
  EXPECT_TRUE(fate.delivery->delivered);
}

TEST(WhatsappMedia, EveryAnswer) {
  const auto channel = make_channel(config());
  MediaRef photo;
  EXPECT_FALSE(channel->media_request(photo, {}));
  photo.id = "1479537139650973";
  const auto request = channel->media_request(photo, {});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->url,
            "https://graph.facebook.com/v21.0/1479537139650973?phone_number_id=956535246208513");
  EXPECT_EQ(net::find_header(request->headers, "Authorization"), "Bearer EAAGplayedToken");
  EXPECT_EQ(channel->media_hosts(), std::vector<std::string>{"lookaside.fbsbx.com"});

  const auto answer = [&](int step, int status, const std::string& body) {
    return channel->interpret_media(photo, step, net::HttpResponse::text(status, body), {});
  };
  const auto address = [](const std::string& url) { return R"({"url":")" + url + "\"}"; };
  const auto next = answer(0, 200, address("https://lookaside.fbsbx.com/x?mid=1"));
  ASSERT_EQ(next.kind, MediaAnswer::next);
  EXPECT_EQ(next.request.url, "https://lookaside.fbsbx.com/x?mid=1");
  EXPECT_EQ(net::find_header(next.request.headers, "Authorization"), "Bearer EAAGplayedToken");
  for (const char* url :
       {"https://evil/x", "http://lookaside.fbsbx.com/x", "https://lookaside.fbsbx.com.evil/x",
        "https://lookaside.fbsbx.com@evil/"})
    EXPECT_EQ(line_of(answer(0, 200, address(url))), "gone (foreign_host)") << url;
  EXPECT_EQ(line_of(answer(0, 400, R"({"error":{"code":100}})")), "gone (100)") << "no such file";
  EXPECT_EQ(line_of(answer(0, 401, R"({"error":{"code":190}})")), "retry (190)");
  EXPECT_EQ(line_of(answer(0, 429, R"({"error":{"code":80007}})")), "retry (80007)");
  EXPECT_EQ(line_of(answer(0, 200, "{}")), "retry (unreadable)");
  EXPECT_EQ(line_of(answer(0, 500, "")), "retry (http_500)");
  EXPECT_EQ(line_of(answer(1, 200, "jpeg")), "content ()");
  EXPECT_EQ(line_of(answer(1, 200, "")), "retry (http_200)");
  EXPECT_EQ(line_of(answer(1, 404, "")), "retry (http_404)") << "the address was too old";
}

TEST(WhatsappLimits, AsPublished) {
  const auto limits = make_channel(config())->limits();
  ASSERT_EQ(limits.account.size(), 1u);
  EXPECT_EQ(limits.account[0].count, 80);
  EXPECT_EQ(limits.account[0].per, 1s);
  ASSERT_EQ(limits.recipient.size(), 1u);
  EXPECT_EQ(limits.recipient[0].count * 6s, limits.recipient[0].per) << "one in six seconds";
}

TEST_F(WhatsappPlay, FilesAreFetched) {
  for (const auto kind : {MessageKind::image, MessageKind::voice, MessageKind::video})
    EXPECT_GT(fetch(hear({.user = kPerson, .kind = kind, .media_id = "77"})).size(), 10u);
  MediaRef unknown;
  unknown.id = "78";
  EXPECT_EQ(line_of(fetch(unknown)), "gone (100)");
}

TEST_F(WhatsappPlay, FaultsAreFelt) {
  hear(say("x"));
  for (const auto& [fault, kind] : {std::pair{"131047", SendOutcome::window_closed},
                                    {"130429", SendOutcome::retry},
                                    {"500", SendOutcome::unknown},
                                    {"190", SendOutcome::channel_stopped}}) {
    simulator_->inject(fault, 1);
    EXPECT_EQ(send(card()).kind, kind) << fault;
  }
  auto other = config();
  other.keys["access_token"] = "other";
  EXPECT_EQ(carry(make_channel(other)->encode(card(), Route::session, {})).status, 401);
  simulator_->inject("lost_reply", 1);
  EXPECT_EQ(carry(channel_->encode(card(), Route::session, {})).status, 0);
  EXPECT_EQ(seen_.size(), 1u);
  EXPECT_THROW(simulator_->inject("x", 1), std::invalid_argument);
  EXPECT_THROW(hear({.user = "nobody"}), std::invalid_argument);
}

}  // namespace
}  // namespace huiyin::whatsapp
