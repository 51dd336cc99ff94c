// Slack: events and forms in, messages and updates out, both sides together.
#include "handlers/slack/slack.h"

#include <gtest/gtest.h>

#include "handlers/base64.h"
#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/slack/markup.h"
#include "handlers/utf8.h"
#include "tests/handlers/platform_table.h"

namespace huiyin::slack {
namespace {

using namespace huiyin::test;
using namespace std::chrono_literals;

constexpr std::string_view kSecret = "8f742231b10e8888abcd99yyyzzz85a5";
constexpr const char* kPerson = "U2147483697";
constexpr std::int64_t kSecond = 1795423426;
constexpr Instant kSent{std::chrono::seconds{kSecond}};
constexpr Instant kNow = kSent + 2s;
constexpr const char* kJson = "application/json";
constexpr const char* kForm = "application/x-www-form-urlencoded";

ChannelConfig config() {
  ChannelConfig config;
  config.name = "slack";
  config.platform = "slack";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"signing_secret", std::string{kSecret}}, {"bot_token", "xoxb-1-played"}};
  return config;
}

net::HttpRequest push(std::string body, const char* type = kJson, std::string_view secret = kSecret,
                      const std::string& timestamp = std::to_string(kSecond)) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/hooks/slack";
  request.headers = {
      {"Content-Type", type},
      {"X-Slack-Request-Timestamp", timestamp},
      {"X-Slack-Signature", "v0=" + hmac_sha256_hex(secret, {"v0:", timestamp, ":", body})}};
  request.body = std::move(body);
  return request;
}

std::string callback(std::string_view event, std::string_view id = "Ev08MFMKH6") {
  return R"({"token":"x","team_id":"T0","api_app_id":"A0","type":"event_callback","event_id":")" +
         std::string{id} + R"(","event_time":1795423426,"event":{)" + std::string{event} + "}}";
}
std::string said(std::string_view rest) {
  return callback(
      R"("type":"message","channel":"D024BE91L","channel_type":"im","user":"U2147483697","ts":"1795423426.000200",)" +
      std::string{rest});
}
std::string pressed(std::string_view actions, std::string_view type = "block_actions") {
  return "payload=" +
         percent_encode(
             R"({"type":")" + std::string{type} +
             R"(","user":{"id":"U2147483697"},"channel":{"id":"D024BE91L"},"container":{"type":"message","message_ts":"1795423000.000100","channel_id":"D024BE91L"},"actions":[)" +
             std::string{actions} + "]}");
}

struct Row {
  const char* label;
  const char* type;
  std::string body;
  const char* expected;
};
const Row kRows[] = {
    {"text", kJson, said(R"("text":"沟断了 😀")"), "text U2147483697 text=沟断了 😀"},
    {"entities_and_links", kJson,
     said(R"("text":"a &lt;b&gt; &amp;amp; <@U1> <https://a.cn/?a&amp;b> <https://b.cn|b.cn> <")"),
     "text U2147483697 text=a <b> &amp; @U1 https://a.cn/?a&b b.cn <"},
    {"in_a_thread", kJson, said(R"("text":"x","thread_ts":"1795423000.0")"),
     "text U2147483697 text=x"},
    {"photo_with_words", kJson,
     said(
         R"("subtype":"file_share","text":"看","files":[{"id":"F1","mimetype":"image/jpeg","filetype":"jpg","url_private":"https://files.slack.com/1"}])"),
     "image U2147483697 media=F1 url=https://files.slack.com/1 format=jpg text=看"},
    {"three_files", kJson,
     said(
         R"("subtype":"file_share","text":"看","files":[{"id":"F0","mimetype":"application/pdf"},{"id":"F1","mimetype":"audio/mp4"},{"id":"F2","mimetype":"video/mp4"}])"),
     "voice U2147483697 media=F1 text=看 / video U2147483697 media=F2"},
    {"pdf_with_words", kJson,
     said(
         R"("subtype":"file_share","text":"合同","files":[{"id":"F0","mimetype":"application/pdf"}])"),
     "text U2147483697 text=合同"},
    {"pdf", kJson,
     said(R"("subtype":"file_share","text":"","files":[{"id":"F0","mimetype":"application/pdf"}])"),
     "file U2147483697"},
    {"button", kForm,
     pressed(R"({"type":"button","value":"签收 261123-0042","action_ts":"1795423426.5"})"),
     "text U2147483697 card=D024BE91L:1795423000.000100 text=签收 261123-0042"},
    {"command", kForm,
     "command=%2Fhuiyin&text=%E8%BF%9B%E5%BA%A6+1&user_id=U2147483697&channel_id=D1&trigger_id=1.2",
     "menu U2147483697 text=进度 1"},
    {"command_alone", kForm, "command=%2Fhuiyin&text=&user_id=U2147483697&trigger_id=1.2",
     "menu U2147483697 text=帮助"},
    {"url_check", kJson, R"({"type":"url_verification","challenge":"3eZbrw1a","token":"x"})",
     "handshake 3eZbrw1a"},

    {"our_own_post", kJson, said(R"("text":"x","bot_id":"B1")"), "nothing"},
    {"edited", kJson, said(R"("subtype":"message_changed","message":{"text":"x"})"), "nothing"},
    {"deleted", kJson, said(R"("subtype":"message_deleted")"), "nothing"},
    {"in_a_channel", kJson,
     callback(R"("type":"message","channel":"C1","channel_type":"channel","user":"U1","text":"x")"),
     "nothing"},
    {"other_event", kJson, callback(R"("type":"app_home_opened","user":"U1")"), "nothing"},
    {"rate_limited", kJson, R"({"type":"app_rate_limited"})", "nothing"},
    {"other_interaction", kForm, pressed("", "view_submission"), "nothing"},
    {"button_that_opens_a_link", kForm, pressed(R"({"type":"button","action_ts":"1.5"})"),
     "nothing"},

    {"empty", kJson, "", "senseless"},
    {"words", kJson, "hello", "senseless"},
    {"no_type", kJson, "{}", "senseless"},
    {"no_user", kJson,
     callback(R"("type":"message","channel":"D1","channel_type":"im","text":"x")"), "senseless"},
    {"endless_user", kJson,
     callback(R"("type":"message","channel":"D1","channel_type":"im","text":"x","user":")" +
              std::string(129, 'U') + "\""),
     "senseless"},
    {"no_event_id", kJson,
     R"({"type":"event_callback","event":{"type":"message","channel_type":"im","user":"U1","text":"x"}})",
     "senseless"},
    {"button_without_action", kForm, pressed(""), "senseless"},
    {"broken_payload", kForm, "payload=%7B", "senseless"},
    {"empty_form", kForm, "", "senseless"},
    {"form_not_utf8", kForm, "command=%2Fhuiyin&user_id=U2147483697&trigger_id=1.2&x=\xFF",
     "senseless"},
    {"command_not_utf8", kForm,
     "command=%2Fhuiyin&text=%E8%BF&user_id=U2147483697&channel_id=D1&trigger_id=1.2", "senseless"},
    {"xml", "text/xml", "<x/>", "415 http.type"},
};

class SlackDecode : public testing::TestWithParam<Row> {};
TEST_P(SlackDecode, SaysWhatWasSaid) {
  const auto channel = make_channel(config());
  const auto decoded = channel->decode(push(GetParam().body, GetParam().type), kNow);
  EXPECT_EQ(line_of(decoded), GetParam().expected);
  if (const auto* messages = std::get_if<std::vector<Message>>(&decoded))
    for (const auto& message : *messages) {
      EXPECT_EQ(message.sent_at, message.kind == MessageKind::menu ? kNow : kSent);
      EXPECT_EQ(message.channel, "slack");
      EXPECT_FALSE(message.dedupe_key.empty());
      EXPECT_FALSE(message.raw.empty());
    }
}
INSTANTIATE_TEST_SUITE_P(Slack, SlackDecode, testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(SlackKeys, ResendsAreTheSameAndLookalikesAreNot) {
  const auto key = [](const std::string& body, const char* type) {
    return only_message(make_channel(config())->decode(push(body, type), kNow)).dedupe_key;
  };
  const auto text = R"("type":"message","channel":"D1","channel_type":"im","user":"U1","text":"1")";
  EXPECT_EQ(key(callback(text, "Ev1"), kJson), "event|Ev1");
  EXPECT_NE(key(callback(text, "Ev1"), kJson), key(callback(text, "Ev2"), kJson));
  const auto press = [&](const char* at) {
    return key(pressed(R"({"value":"x","action_ts":")" + std::string{at} + "\"}"), kForm);
  };
  EXPECT_EQ(press("1.1"), press("1.1"));
  EXPECT_NE(press("1.1"), press("1.2")) << "pressed twice";
  const std::string command = "command=%2Fh&text=x&user_id=U1&trigger_id=";
  EXPECT_NE(key(command + "1", kForm), key(command + "2", kForm));
}

// ---- the door
// -------------------------------------------------------------------------------------

TEST(SlackDoor, OnlySignedFreshBodiesComeIn) {
  const auto channel = make_channel(config());
  const auto good = push(said(R"("text":"x")"));
  const auto line = [&](const net::HttpRequest& request, Instant now = kNow) {
    return line_of(channel->decode(request, now));
  };
  EXPECT_EQ(line(good), "text U2147483697 text=x");
  EXPECT_EQ(line(good, kSent + 300s), "text U2147483697 text=x");
  EXPECT_EQ(line(good, kSent - 300s), "text U2147483697 text=x");
  EXPECT_EQ(line(good, kSent + 301s), "401 auth.replay");
  EXPECT_EQ(line(good, kSent - 301s), "401 auth.replay");
  EXPECT_EQ(line(push(good.body, kJson, "other")), "401 auth.reject");
  for (const char* timestamp : {"", "x", "-1", "999999999999999999999"})
    EXPECT_EQ(line(push(good.body, kJson, kSecret, timestamp)), "401 auth.reject") << timestamp;
  for (const std::size_t header : {1u, 2u}) {
    auto changed = good;
    changed.headers.erase(changed.headers.begin() + static_cast<long>(header));
    EXPECT_EQ(line(changed), "401 auth.reject");
    changed = good;
    changed.headers.push_back(good.headers[header]);
    EXPECT_EQ(line(changed), "401 auth.reject") << "given twice";
  }
  auto changed = good;
  changed.headers[1].second = std::to_string(kSecond + 1);
  EXPECT_EQ(line(changed), "401 auth.reject") << "the time is signed";
  changed = good;
  changed.method = "GET";
  EXPECT_EQ(line(changed), "405 http.method");
  for (std::size_t i = 0; i < good.body.size(); ++i) {
    changed = good;
    changed.body[i] ^= 1;
    ASSERT_EQ(line(changed), "401 auth.reject") << i;
    changed.body = good.body.substr(0, i);
    ASSERT_EQ(line(changed), "401 auth.reject") << i;
    ASSERT_EQ(line(push(changed.body)), "senseless") << i;
  }
}

// The example of Slack's manual, "Verifying requests from Slack".
TEST(SlackVectors, TheManualsExample) {
  const std::string body =
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id="
      "G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-"
      "collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%"
      "2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121."
      "803a0bc887a14d10d2c447fce8b6703c";
  auto request = push(body, kForm, kSecret, "1531420618");
  request.headers[2].second = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
  EXPECT_EQ(
      line_of(make_channel(config())->decode(request, Instant{std::chrono::seconds{1531420620}})),
      "menu U2CERLKJA text=帮助");
}

TEST(SlackVectors, Signature) {
  int ran = 0;
  for (const auto& entry : shared_group("slack_signature")) {
    const auto& row = entry.as_object();
    auto with = config();
    with.keys["signing_secret"] = json_string(row, "signing_secret");
    const auto body = *decode_base64(json_string(row, "raw_body_b64"));
    auto request =
        push(body, body.starts_with('{') ? kJson : kForm, "x", json_string(row, "timestamp"));
    request.headers[2].second = json_string(row, "signature");
    const Instant now{std::chrono::seconds{json_integer(row, "now_s").value_or(0)}};
    EXPECT_EQ(std::holds_alternative<Refused>(make_channel(with)->decode(request, now)),
              json_string(row, "expect") == "reject")
        << json_string(row, "id");
    ++ran;
  }
  std::cout << "slack_signature: " << ran << " cases ran\n";
}

TEST(SlackConfig, FaultsNameTheKey) {
  for (const auto& [key, value] : {std::pair{"signing_secret", ""},
                                   {"signing_secret", "a b"},
                                   {"bot_token", ""},
                                   {"bot_token", "xoxp-1"},
                                   {"bot_token", "xoxb-1 2"}}) {
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
  notice.text = "沟断了 <!channel> a&b";
  notice.buttons = {{"签收", "签收 261123-0042"}};
  return notice;
}

TEST(SlackMarkup, EscapesAndReadsBack) {
  EXPECT_EQ(escape("<!channel> &lt; *x*"), "&lt;!channel&gt; &amp;lt; *x*");
  for (const char* text : {"", "沟断了😀", "<&>&amp;", "a<b"})
    EXPECT_EQ(unescape(escape(text)), text);
  EXPECT_EQ(escape_pieces("a&&b", 6), (std::vector<std::string>{"a&amp;", "&amp;b"}));
  EXPECT_EQ(escape_pieces("水😀水", 2), (std::vector<std::string>{"水😀", "水"}));
}

TEST(SlackSend, AMessageWithButtons) {
  const auto request = make_channel(config())->encode(card(), Route::session, {});
  EXPECT_EQ(request.url, "https://slack.com/api/chat.postMessage");
  EXPECT_EQ(net::find_header(request.headers, "Authorization"), "Bearer xoxb-1-played");
  EXPECT_EQ(
      request.body,
      R"({"channel":"U2147483697","text":"沟断了 &lt;!channel&gt; a&amp;b\n可回复：\n签收 261123-0042","mrkdwn":false,"unfurl_links":false,"unfurl_media":false,"blocks":[{"type":"section","text":{"type":"plain_text","text":"沟断了 &lt;!channel&gt; a&amp;b\n可回复：\n签收 261123-0042","emoji":false}},{"type":"actions","elements":[{"type":"button","action_id":"b0","text":{"type":"plain_text","text":"签收","emoji":false},"value":"签收 261123-0042"}]}]})");
}

TEST(SlackSend, AnUpdateNamesTheCard) {
  auto notice = card();
  notice.replaces = "D024BE91L:1795423000.000100";
  notice.buttons.clear();
  const auto request = make_channel(config())->encode(notice, Route::session, {});
  EXPECT_EQ(request.url, "https://slack.com/api/chat.update");
  const auto body = *parse_json_object(request.body);
  EXPECT_EQ(body.at("channel"), "D024BE91L");
  EXPECT_EQ(body.at("ts"), "1795423000.000100");
  EXPECT_EQ(body.at("blocks").as_array().size(), 1u) << "the buttons go";
  notice.replaces = "D024BE91L:";
  EXPECT_TRUE(
      make_channel(config())->encode(notice, Route::session, {}).url.ends_with("postMessage"));
  EXPECT_TRUE(make_channel(config())->can_edit());
}

TEST(SlackOutcome, EveryAnswer) {
  const auto channel = make_channel(config());
  const auto line = [&](int status, const std::string& body) {
    return line_of(channel->interpret(Route::session, net::HttpResponse::text(status, body)));
  };
  const auto error = [&](const char* name) {
    return line(200, R"({"ok":false,"error":")" + std::string{name} + "\"}");
  };
  EXPECT_EQ(line(200, R"({"ok":true,"channel":"D1","ts":"1.2"})"), "delivered id=D1:1.2 (ok)");
  for (const char* name : {"not_in_channel", "channel_not_found", "is_archived", "user_not_found"})
    EXPECT_EQ(error(name), "unreachable (" + std::string{name} + ")");
  for (const char* name : {"invalid_auth", "token_revoked", "account_inactive", "missing_scope"})
    EXPECT_EQ(error(name), "channel_stopped (" + std::string{name} + ")");
  for (const char* name : {"msg_too_long", "no_text", "invalid_blocks", "message_not_found",
                           "cant_update_message", "edit_window_closed"})
    EXPECT_EQ(error(name), "refused (" + std::string{name} + ")");
  EXPECT_EQ(error("ratelimited"), "retry after 1s (ratelimited)");
  EXPECT_EQ(error("service_unavailable"), "retry after 60s (service_unavailable)");
  EXPECT_EQ(error("internal_error"), "unknown (internal_error)");
  EXPECT_EQ(error("brand_new"), "retry after 600s (brand_new)");
  EXPECT_EQ(error("Personal Data!"), "retry after 600s (unlisted)");
  EXPECT_EQ(line(200, "x"), "unknown (unreadable)");
  EXPECT_EQ(line(200, "{}"), "unknown (unreadable)");
  EXPECT_EQ(line(500, ""), "unknown (http_500)");
  auto limited = net::HttpResponse::text(429, R"({"ok":false,"error":"ratelimited"})");
  limited.headers.emplace_back("Retry-After", "30");
  EXPECT_EQ(line_of(channel->interpret(Route::session, limited)), "retry after 30s (ratelimited)");
  limited.body.clear();
  EXPECT_EQ(line_of(channel->interpret(Route::session, limited)), "retry after 30s (http_429)");
}

// ---- both sides
// -----------------------------------------------------------------------------------

class SlackPlay : public BothSides, public testing::Test {
 protected:
  SlackPlay() : BothSides{config(), kNow} {}
  static PlayedMessage say(std::string text) {
    return {.user = kPerson, .kind = MessageKind::text, .text = std::move(text)};
  }
};

TEST_F(SlackPlay, EveryKindArrivesAsItWasSaid) {
  for (const auto kind : {MessageKind::text, MessageKind::image, MessageKind::voice,
                          MessageKind::video, MessageKind::file, MessageKind::menu}) {
    const PlayedMessage played{
        .user = kPerson, .kind = kind, .text = "沟断了 <b>&😀", .media_id = "F1"};
    const auto heard = hear(played);
    EXPECT_EQ(heard.kind, kind);
    EXPECT_EQ(heard.text, kind == MessageKind::file ? "" : "沟断了 <b>&😀");
    EXPECT_EQ(acknowledge(played, heard), std::nullopt);
  }
}

TEST_F(SlackPlay, ARepeatIsTheSameAndTheSameWordsAreNot) {
  const auto first = hear(say("1"));
  now_ += 5min;
  EXPECT_EQ(hear(say("1"), true).dedupe_key, first.dedupe_key) << "signed anew";
  EXPECT_NE(hear(say("1")).dedupe_key, first.dedupe_key);
}

TEST_F(SlackPlay, AButtonIsPressedAndItsCardChanges) {
  auto notice = card();
  const auto sent = send(notice);
  ASSERT_EQ(sent.kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.back().text, "沟断了 <!channel> a&b\n可回复：\n签收 261123-0042\n[签收]");
  const auto pressed = hear(say("签收 261123-0042"));
  EXPECT_EQ(pressed.card, sent.platform_id);
  notice.replaces = pressed.card;
  notice.text = "已签收";
  notice.buttons.clear();
  EXPECT_EQ(send(notice).platform_id, sent.platform_id);
  EXPECT_EQ(seen_.back().via, "edit");
  EXPECT_TRUE(seen_.back().buttons.empty());
  EXPECT_EQ(hear(say("签收 261123-0042")).card, "") << "without its button it is typed";
  notice.replaces = "D2147483697:1.1";
  EXPECT_EQ(send(notice).code, "message_not_found");
}

TEST(SlackMedia, EveryAnswer) {
  const auto channel = make_channel(config());
  MediaRef photo;
  photo.url = "https://files.slack.com/files-pri/T0-F1/ditch.jpg";
  const auto request = channel->media_request(photo, {});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->url, photo.url);
  EXPECT_EQ(net::find_header(request->headers, "Authorization"), "Bearer xoxb-1-played");
  EXPECT_EQ(channel->media_hosts(), std::vector<std::string>{"files.slack.com"});
  // The token goes nowhere else.
  for (const char* url :
       {"", "https://drive.example/x", "http://files.slack.com/x", "https://files.slack.com.evil/x",
        "https://files.slack.com@evil/x", "https://slack.com.evil/x"}) {
    photo.url = url;
    EXPECT_FALSE(channel->media_request(photo, {})) << url;
  }

  const auto line = [&](int status, const char* body, const char* type) {
    return line_of(
        channel->interpret_media(photo, 0, net::HttpResponse::text(status, body, type), {}));
  };
  EXPECT_EQ(line(200, "jpeg", "image/jpeg"), "content ()");
  EXPECT_EQ(line(200, "", "image/jpeg"), "retry (http_200)");
  EXPECT_EQ(line(200, "<html>", "text/html; charset=utf-8"), "retry (missing_scope)");
  EXPECT_EQ(line(404, "", "text/html"), "gone (http_404)");
  EXPECT_EQ(line(302, "", ""), "retry (http_302)") << "never followed";
  EXPECT_EQ(line(429, "", ""), "retry (http_429)");
  EXPECT_EQ(line(500, "", ""), "retry (http_500)");
}

TEST(SlackLimits, AsPublished) {
  const auto limits = make_channel(config())->limits();
  ASSERT_EQ(limits.recipient.size(), 1u);
  EXPECT_EQ(limits.recipient[0].count * 1s, limits.recipient[0].per) << "one a second";
  ASSERT_EQ(limits.account.size(), 1u);
  EXPECT_EQ(limits.account[0].count, 300);
  EXPECT_EQ(limits.account[0].per, 1min);
}

TEST_F(SlackPlay, FilesAreFetched) {
  for (const auto kind : {MessageKind::image, MessageKind::voice, MessageKind::video})
    EXPECT_GT(fetch(hear({.user = kPerson, .kind = kind, .media_id = "F1"})).size(), 10u);
  MediaRef unknown;
  unknown.url = "https://slack.com/files-pri/T0-F0/other";
  EXPECT_EQ(line_of(fetch(unknown)), "gone (http_404)");
}

TEST_F(SlackPlay, LongTextsFitTheBlocks) {
  auto notice = card();
  for (int i = 0; i < 20'000; ++i) notice.text += "&";
  ASSERT_EQ(send(notice).kind, SendOutcome::delivered);
  EXPECT_EQ(count_characters(seen_.back().text), 12'000u + count_characters("\n[签收]"));
}

TEST_F(SlackPlay, FaultsAreFelt) {
  for (const auto& [fault, kind] : {std::pair{"429", SendOutcome::retry},
                                    {"500", SendOutcome::unknown},
                                    {"error.token_revoked", SendOutcome::channel_stopped}}) {
    simulator_->inject(fault, 1);
    EXPECT_EQ(send(card()).kind, kind) << fault;
  }
  auto other = config();
  other.keys["bot_token"] = "xoxb-other";
  EXPECT_NE(
      carry(make_channel(other)->encode(card(), Route::session, {})).body.find("invalid_auth"),
      std::string::npos);
  auto nobody = card();
  nobody.recipient = "nobody";
  EXPECT_EQ(send(nobody).code, "channel_not_found");
  simulator_->inject("lost_reply", 1);
  EXPECT_EQ(carry(channel_->encode(card(), Route::session, {})).status, 0);
  EXPECT_EQ(seen_.size(), 1u);
  EXPECT_THROW(hear({.user = "nobody"}), std::invalid_argument);
}

}  // namespace
}  // namespace huiyin::slack
