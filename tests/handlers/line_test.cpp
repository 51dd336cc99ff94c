// LINE: webhooks in, pushes and replies out, both sides together.
#include "handlers/line/line.h"

#include <gtest/gtest.h>

#include "handlers/base64.h"
#include "handlers/digest.h"
#include "handlers/utf8.h"
#include "tests/handlers/platform_table.h"

namespace huiyin::line {
namespace {

using namespace huiyin::test;
using namespace std::chrono_literals;

constexpr std::string_view kSecret = "454359b1c71eceb725e996275527a4cb";
constexpr std::string_view kAccess = "Played/Access+Token=";
constexpr const char* kPerson = "U4af4980629e1c9f2d8b0d0a3b6b3e111";
constexpr std::int64_t kMillisecond = 1795423426123;
constexpr Instant kSent{std::chrono::milliseconds{kMillisecond}};
constexpr Instant kNow = kSent + 2s;

ChannelConfig config() {
  ChannelConfig config;
  config.name = "line";
  config.platform = "line";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"channel_secret", std::string{kSecret}}, {"access_token", std::string{kAccess}}};
  return config;
}

net::HttpRequest push(std::string body, std::string_view secret = kSecret) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/hooks/line";
  request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                     {"x-line-signature", encode_base64(hmac_sha256(secret, {body}))}};
  request.body = std::move(body);
  return request;
}

#define LINE_SOURCE R"("source":{"type":"user","userId":"U4af4980629e1c9f2d8b0d0a3b6b3e111"},)"

std::string event(std::string_view rest, std::string_view id = "01FZ74A0TDDPYRVKNK77XKC3ZR",
                  std::string_view source = LINE_SOURCE) {
  return R"({"timestamp":1795423426123,"mode":"active","webhookEventId":")" + std::string{id} +
         R"(","deliveryContext":{"isRedelivery":false},)" + std::string{source} +
         std::string{rest} + "}";
}
std::string body(std::string_view events) {
  return R"({"destination":"U677cdf068e6b8e8b4ef61de1dbd9e43c","events":[)" + std::string{events} +
         "]}";
}
std::string said(std::string_view message) {
  return event(R"("type":"message","replyToken":"nHuyWi","message":{"id":"325708",)" +
               std::string{message} + "}");
}

struct Row {
  const char* label;
  std::string body;
  const char* expected;
};
#define P "U4af4980629e1c9f2d8b0d0a3b6b3e111"

const Row kRows[] = {
    {"text", body(said(R"("type":"text","text":"沟断了 😀")")),
     "text " P " reply=nHuyWi text=沟断了 😀"},
    {"image", body(said(R"("type":"image","contentProvider":{"type":"line"})")),
     "image " P " media=325708 reply=nHuyWi"},
    {"audio", body(said(R"("type":"audio","duration":60000)")),
     "voice " P " media=325708 reply=nHuyWi"},
    {"video", body(said(R"("type":"video","duration":60000)")),
     "video " P " media=325708 reply=nHuyWi"},
    {"location",
     body(said(
         R"("type":"location","title":"楼家村","address":"石璜镇","latitude":29.5871,"longitude":120.8233)")),
     "position " P " at=29.58,120.82 label=楼家村 石璜镇 reply=nHuyWi"},
    {"location_without_names",
     body(said(R"("type":"location","latitude":29.5,"longitude":120.25)")),
     "position " P " at=29.50,120.25 reply=nHuyWi"},
    {"sticker", body(said(R"("type":"sticker","packageId":"1")")), "file " P " reply=nHuyWi"},
    {"file", body(said(R"("type":"file","fileName":"a.pdf")")), "file " P " reply=nHuyWi"},
    {"unknown_content", body(said(R"("type":"hologram")")), "file " P " reply=nHuyWi"},
    {"postback",
     body(event(R"("type":"postback","replyToken":"b60d","postback":{"data":"签收 261123-0042"})")),
     "text " P " reply=b60d text=签收 261123-0042"},
    {"follow", body(event(R"("type":"follow","replyToken":"r1","follow":{"isUnblocked":false})")),
     "follow " P " reply=r1"},
    {"unfollow", body(event(R"("type":"unfollow")")), "unfollow " P},
    {"two_events",
     body(event(R"("type":"unfollow")") + "," +
          event(R"("type":"message","message":{"id":"1","type":"text","text":"x"})", "02")),
     "unfollow " P " / text " P " text=x"},

    {"no_events", body(""), "nothing"},
    {"standby",
     body(R"({"type":"message","mode":"standby",)" LINE_SOURCE
          R"("webhookEventId":"1","message":{"id":"1","type":"text","text":"x"}})"),
     "nothing"},
    {"group",
     body(event(R"("type":"message","message":{"id":"1","type":"text","text":"x"})", "1",
                R"("source":{"type":"group","groupId":"C1","userId":")" P "\"},")),
     "nothing"},
    {"unsend", body(event(R"("type":"unsend","unsend":{"messageId":"1"})")), "nothing"},
    {"unknown_event", body(event(R"("type":"brandNew")")), "nothing"},

    {"empty_body", "", "senseless"},
    {"words", "hello", "senseless"},
    {"no_event_list", R"({"destination":"U1"})", "senseless"},
    {"events_of_wrong_type", R"({"events":"x"})", "senseless"},
    {"event_is_text", body("\"x\""), "senseless"},
    {"no_user", body(event(R"("type":"follow")", "1", R"("source":{"type":"user"},)")),
     "senseless"},
    {"endless_user",
     body(event(R"("type":"follow")", "1",
                R"("source":{"type":"user","userId":")" + std::string(129, 'U') + "\"},")),
     "senseless"},
    {"image_without_id", body(event(R"("type":"message","message":{"type":"image"})")),
     "senseless"},
    {"off_the_earth", body(said(R"("type":"location","latitude":99,"longitude":0)")), "senseless"},
    {"empty_postback", body(event(R"("type":"postback","postback":{})")), "senseless"},
    {"a_broken_event_beside_a_good_one", body("\"x\"," + event(R"("type":"unfollow")")),
     "unfollow " P},
};

class LineDecode : public testing::TestWithParam<Row> {};
TEST_P(LineDecode, SaysWhatWasSaid) {
  const auto channel = make_channel(config());
  const auto decoded = channel->decode(push(GetParam().body), kNow);
  EXPECT_EQ(line_of(decoded), GetParam().expected);
  if (const auto* messages = std::get_if<std::vector<Message>>(&decoded))
    for (const auto& message : *messages) {
      EXPECT_EQ(message.sent_at, kSent);
      EXPECT_EQ(message.recipient, "U677cdf068e6b8e8b4ef61de1dbd9e43c");
      EXPECT_TRUE(parse_json_object(message.raw));
      EXPECT_EQ(message.reply_until, message.reply_address.empty() ? Instant{} : kSent + 25s);
      EXPECT_FALSE(channel->can_reply(message));
    }
}
INSTANTIATE_TEST_SUITE_P(Line, LineDecode, testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string{info.param.label}; });

// A body holds what several people said; each record holds one.
TEST(LineDecode, EachKeepsItsOwnWordsOnly) {
  const auto one =
      event(R"("type":"message","message":{"id":"1","type":"text","text":"沟断了"})", "A");
  const auto two =
      event(R"("type":"message","message":{"id":"2","type":"text","text":"缺水"})", "B");
  const auto decoded = make_channel(config())->decode(push(body(one + "," + two)), kNow);
  const auto& messages = std::get<std::vector<Message>>(decoded);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(messages[0].raw, one);
  EXPECT_EQ(messages[1].raw, two);
}

TEST(LineKeys, ResendsAreTheSameAndLookalikesAreNot) {
  const auto key = [](const std::string& one) {
    return only_message(make_channel(config())->decode(push(body(one)), kNow)).dedupe_key;
  };
  const std::string words = R"("type":"message","message":{"id":"1","type":"text","text":"1"})";
  EXPECT_EQ(key(event(words, "A")), "event|A");
  EXPECT_NE(key(event(words, "A")), key(event(words, "B")));
  const auto unnamed = key(event(words, ""));
  EXPECT_EQ(unnamed.substr(0, 5), "body|");
  EXPECT_EQ(unnamed, key(event(words, "")));
  EXPECT_NE(unnamed,
            key(event(R"("type":"message","message":{"id":"2","type":"text","text":"1"})", "")));
}

// ---- the door
// -------------------------------------------------------------------------------------

TEST(LineDoor, OnlySignedBodiesComeIn) {
  const auto channel = make_channel(config());
  const auto good = push(body(said(R"("type":"text","text":"x")")));
  const auto line = [&](const net::HttpRequest& request) {
    return line_of(channel->decode(request, kNow));
  };
  EXPECT_EQ(line(good), "text " P " reply=nHuyWi text=x");
  EXPECT_EQ(line_of(channel->decode(good, kNow + 48h)), line(good)) << "redelivered late";
  auto changed = good;
  changed.headers.pop_back();
  EXPECT_EQ(line(changed), "401 auth.reject");
  changed = good;
  changed.headers.push_back(good.headers.back());
  EXPECT_EQ(line(changed), "401 auth.reject");
  EXPECT_EQ(line(push(good.body, "0123456789abcdef0123456789abcdef")), "401 auth.reject");
  changed = good;
  changed.headers.back().second.pop_back();
  EXPECT_EQ(line(changed), "401 auth.reject");
  changed = good;
  changed.method = "GET";
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

TEST(LineVectors, Signature) {
  int ran = 0;
  for (const auto& entry : shared_group("line_signature")) {
    const auto& row = entry.as_object();
    auto with = config();
    with.keys["channel_secret"] = json_string(row, "channel_secret");
    auto request = push(*decode_base64(json_string(row, "raw_body_b64")));
    request.headers.back().second = json_string(row, "signature");
    const auto decoded = make_channel(with)->decode(request, kNow);
    EXPECT_EQ(std::holds_alternative<std::vector<Message>>(decoded),
              json_string(row, "expect") == "accept")
        << json_string(row, "id") << " " << line_of(decoded);
    EXPECT_EQ(std::holds_alternative<Refused>(decoded), json_string(row, "expect") != "accept");
    ++ran;
  }
  std::cout << "line_signature: " << ran << " cases ran\n";
}

TEST(LineConfig, FaultsNameTheKey) {
  for (const auto& [key, value] : {std::pair{"channel_secret", ""},
                                   {"channel_secret", "has blank"},
                                   {"access_token", ""},
                                   {"access_token", "two words"}}) {
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
  notice.channel = "line";
  notice.recipient = kPerson;
  notice.title = "新事项 261123-0042";
  notice.text = "沟断了";
  notice.buttons = {{"签收", "签收 261123-0042"}};
  return notice;
}
std::string header(const net::OutgoingRequest& request, std::string_view name) {
  return std::string{net::find_header(request.headers, name)};
}

TEST(LineSend, APushWithItsRetryKey) {
  const auto channel = make_channel(config());
  const auto request = channel->encode(card(), Route::session, {});
  EXPECT_EQ(request.url, "https://api.line.me/v2/bot/message/push");
  EXPECT_EQ(header(request, "Authorization"), "Bearer Played/Access+Token=");
  const auto key = header(request, "X-Line-Retry-Key");
  EXPECT_EQ(key.size(), 36u);
  EXPECT_EQ(key[14], '4');
  EXPECT_EQ(header(channel->encode(card(), Route::session, {}), "X-Line-Retry-Key"), key);
  auto other = card();
  other.id = NoticeId{43};
  EXPECT_NE(header(channel->encode(other, Route::session, {}), "X-Line-Retry-Key"), key);
  other = card();
  other.text = "路灯坏了";  // of a database that was set up anew
  EXPECT_NE(header(channel->encode(other, Route::session, {}), "X-Line-Retry-Key"), key);
  EXPECT_EQ(
      request.body,
      R"({"to":"U4af4980629e1c9f2d8b0d0a3b6b3e111","messages":[{"type":"text","text":"新事项 261123-0042\n沟断了\n可回复：\n签收 261123-0042"},{"type":"template","altText":"新事项 261123-0042","template":{"type":"buttons","text":"新事项 261123-0042","actions":[{"type":"postback","label":"签收","data":"签收 261123-0042","displayText":"签收 261123-0042"}]}}]})");
}

TEST(LineSend, AReplyCarriesNoRetryKey) {
  auto notice = card();
  notice.reply_address = "nHuyWi";
  const auto request = make_channel(config())->encode(notice, Route::session, {});
  EXPECT_EQ(request.url, "https://api.line.me/v2/bot/message/reply");
  EXPECT_EQ(header(request, "X-Line-Retry-Key"), "");
  const auto body = *parse_json_object(request.body);
  EXPECT_EQ(body.at("replyToken"), "nHuyWi");
  EXPECT_FALSE(body.contains("to"));
}

TEST(LineSend, FourButtonsACardAndSixteenInAll) {
  auto notice = card();
  notice.buttons.clear();
  for (int i = 0; i < 20; ++i)
    notice.buttons.push_back(
        {"一二三四五六七八九十一二三四五六七八九十多", "c" + std::to_string(i)});
  notice.buttons.insert(notice.buttons.begin(), {"长", std::string(301, 'x')});
  const auto body =
      *parse_json_object(make_channel(config())->encode(notice, Route::session, {}).body);
  const auto& messages = body.at("messages").as_array();
  ASSERT_EQ(messages.size(), 5u);
  for (std::size_t i = 1; i < messages.size(); ++i) {
    const auto& actions = messages[i].at("template").at("actions").as_array();
    EXPECT_EQ(actions.size(), 4u);
    EXPECT_EQ(count_characters(actions[0].at("label").as_string().c_str()), 20u);
  }
}

TEST(LineSend, TextsOf5000Utf16UnitsAtMost) {
  auto notice = card();
  for (int i = 0; i < 2600; ++i) notice.text += "😀";
  const auto body =
      *parse_json_object(make_channel(config())->encode(notice, Route::session, {}).body);
  const auto text = json_string(body.at("messages").at(0).as_object(), "text");
  EXPECT_LE(count_utf16(text), 5000u);
  EXPECT_GT(count_utf16(text), 4996u);
}

TEST(LineOutcome, EveryAnswer) {
  struct Outcome {
    int status;
    const char* body;
    const char* header;
    const char* expected;
  };
  const Outcome outcomes[] = {
      {200, R"({"sentMessages":[{"id":"461230966842064897","quoteToken":"x"}]})", "",
       "delivered id=461230966842064897 (200)"},
      {200, "{}", "", "delivered (200)"},
      {200, "<html>", "", "unknown (unreadable)"},
      {409, R"({"message":"The retry key is already accepted","sentMessages":[{"id":"4"}]})",
       "X-Line-Accepted-Request-Id", "delivered id=4 (409 accepted)"},
      {409, R"({"message":"Conflict"})", "", "retry after 60s (http_409)"},
      {400, R"({"message":"Invalid reply token"})", "", "refused (400 reply_token)"},
      {400, R"({"message":"The property, 'to', in the request body is invalid"})", "",
       "unreachable (400 recipient)"},
      {400, R"({"message":"Failed to send messages"})", "", "unreachable (400 failed_to_send)"},
      {400, R"({"message":"The request body has 1 error"})", "", "refused (400 bad_request)"},
      {401, R"({"message":"Authentication failed"})", "", "channel_stopped (401 unauthorized)"},
      {403, R"({"message":"Access to this API is not available for your account"})", "",
       "channel_stopped (403 forbidden)"},
      {404, R"({"message":"Not found"})", "", "channel_stopped (404 not_found)"},
      {413, R"({"message":"too large"})", "", "refused (413 too_large)"},
      {415, R"({"message":"type"})", "", "refused (415 media_type)"},
      {429, R"({"message":"You have reached your monthly limit."})", "",
       "retry after 3600s (429 quota)"},
      {429, R"({"message":"The API rate limit has been exceeded."})", "",
       "retry after 10s (429 rate)"},
      {500, R"({"message":"Internal"})", "", "unknown (http_500)"},
      {502, "", "", "unknown (http_502)"},
  };
  const auto channel = make_channel(config());
  for (const auto& row : outcomes) {
    auto response = net::HttpResponse::text(row.status, row.body, "application/json");
    if (*row.header) response.headers.emplace_back(row.header, "ac9c3a");
    EXPECT_EQ(line_of(channel->interpret(Route::session, response)), row.expected) << row.body;
  }
}

// ---- both sides
// -----------------------------------------------------------------------------------

class LinePlay : public BothSides, public testing::Test {
 protected:
  LinePlay() : BothSides{config(), kNow} {}
  static PlayedMessage say(std::string text) {
    return {.user = kPerson, .kind = MessageKind::text, .text = std::move(text)};
  }
};

TEST_F(LinePlay, EveryKindArrivesAsItWasSaid) {
  for (const auto kind :
       {MessageKind::text, MessageKind::image, MessageKind::voice, MessageKind::video,
        MessageKind::position, MessageKind::follow, MessageKind::unfollow, MessageKind::file}) {
    const PlayedMessage played{.user = kPerson,
                               .kind = kind,
                               .text = "沟断了😀",
                               .media_id = "m-1",
                               .position = Position{29.5871, 120.8233, "溪东"}};
    const auto heard = hear(played);
    EXPECT_EQ(heard.kind, kind);
    EXPECT_EQ(heard.text, kind == MessageKind::text ? "沟断了😀" : "");
    EXPECT_EQ(heard.position.has_value(), kind == MessageKind::position);
    EXPECT_EQ(acknowledge(played, heard), std::nullopt);
  }
  EXPECT_EQ(hear({.user = kPerson, .kind = MessageKind::menu, .text = "进度"}).text, "进度");
  EXPECT_THROW(hear({.user = "nobody"}), std::invalid_argument);
}

TEST_F(LinePlay, ARedeliveryIsTheSameAndTheSameWordsAreNot) {
  const auto first = hear(say("1"));
  EXPECT_EQ(hear(say("1"), true).dedupe_key, first.dedupe_key);
  EXPECT_NE(hear(say("1")).dedupe_key, first.dedupe_key);
}

TEST_F(LinePlay, AReplyWorksOnceThenAPushIsNeeded) {
  auto notice = card();
  notice.reply_address = hear(say("x")).reply_address;
  EXPECT_EQ(send(notice).kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.back().via, "reply");
  EXPECT_EQ(send(notice).code, "400 reply_token");
  notice.reply_address = hear(say("y")).reply_address;
  now_ += 61s;
  EXPECT_EQ(send(notice).code, "400 reply_token");
  notice.reply_address.clear();
  EXPECT_EQ(send(notice).kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.back().via, "push");
}

TEST(LineMedia, EveryAnswer) {
  const auto channel = make_channel(config());
  const MediaRef photo{
      .kind = MediaKind::image, .id = "325708", .url = {}, .format = {}, .user = {}};
  const auto request = channel->media_request(photo, {});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->url, "https://api-data.line.me/v2/bot/message/325708/content");
  EXPECT_EQ(header(*request, "Authorization"), "Bearer Played/Access+Token=");
  EXPECT_EQ(channel->media_hosts(), std::vector<std::string>{"api-data.line.me"});
  EXPECT_FALSE(channel->media_request({}, {}));
  auto strange = photo;
  strange.id = "../x?y";
  EXPECT_EQ(channel->media_request(strange, {})->url,
            "https://api-data.line.me/v2/bot/message/..%2Fx%3Fy/content");

  const auto line = [&](int status, const char* body) {
    return line_of(channel->interpret_media(
        photo, 0, net::HttpResponse::text(status, body, "image/jpeg"), {}));
  };
  EXPECT_EQ(line(200, "jpeg"), "content ()");
  EXPECT_EQ(line(200, ""), "retry (http_200)");
  EXPECT_EQ(line(202, ""), "retry (http_202)") << "still being made ready";
  EXPECT_EQ(line(400, "{}"), "gone (http_400)");
  EXPECT_EQ(line(404, "{}"), "gone (http_404)");
  EXPECT_EQ(line(410, ""), "gone (http_410)");
  EXPECT_EQ(line(401, "{}"), "retry (http_401)");
  EXPECT_EQ(line(302, ""), "retry (http_302)") << "never followed";
  EXPECT_EQ(line(429, ""), "retry (http_429)");
  EXPECT_EQ(line(500, ""), "retry (http_500)");
}

TEST(LineLimits, AsPublished) {
  const auto limits = make_channel(config())->limits();
  ASSERT_EQ(limits.account.size(), 1u);
  EXPECT_EQ(limits.account[0].count, 2000);
  EXPECT_EQ(limits.account[0].per, 1s);
  EXPECT_TRUE(limits.recipient.empty());
}

TEST_F(LinePlay, FilesAreFetched) {
  for (const auto kind : {MessageKind::image, MessageKind::voice, MessageKind::video})
    EXPECT_GT(fetch(hear({.user = kPerson, .kind = kind, .media_id = "m 1"})).size(), 10u);
  MediaRef unknown;
  unknown.id = "never-sent";
  EXPECT_EQ(line_of(fetch(unknown)), "gone (http_404)");
}

TEST_F(LinePlay, ARepeatAfterALostAnswerIsShownOnce) {
  simulator_->inject("lost_reply", 1);
  const auto request = channel_->encode(card(), Route::session, {});
  EXPECT_EQ(carry(request).status, 0);
  EXPECT_EQ(send(card()).code, "409 accepted");
  EXPECT_EQ(seen_.size(), 1u);
}

TEST_F(LinePlay, AButtonIsPressed) {
  send(card());
  EXPECT_EQ(seen_.back().buttons, std::vector<std::string>{"签收 261123-0042"});
  const auto decoded = decode(say("签收 261123-0042"));
  EXPECT_EQ(only_message(decoded).text, "签收 261123-0042");
  EXPECT_NE(only_message(decoded).raw.find("postback"), std::string::npos);
}

TEST_F(LinePlay, WhoBlocksSeesNothingAndNobodyIsTold) {
  hear({.user = kPerson, .kind = MessageKind::unfollow});
  EXPECT_EQ(send(card()).kind, SendOutcome::delivered);
  EXPECT_TRUE(seen_.empty());
  auto nobody = card();
  nobody.recipient = "nobody";
  EXPECT_EQ(send(nobody).code, "400 recipient");
}

TEST_F(LinePlay, AWrongTokenIsRefused) {
  auto other = config();
  other.keys["access_token"] = "other";
  EXPECT_EQ(carry(make_channel(other)->encode(card(), Route::session, {})).status, 401);
  simulator_->inject("429", 1);
  EXPECT_EQ(send(card()).kind, SendOutcome::retry);
  EXPECT_THROW(simulator_->read_reply(say("x"), net::HttpResponse::text(500, "")),
               std::runtime_error);
}

}  // namespace
}  // namespace huiyin::line
