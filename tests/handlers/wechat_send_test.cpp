// What leaves: passive replies, customer-service and template messages, tokens; and what the
// platform's answers mean.
#include <gtest/gtest.h>

#include <pugixml.hpp>
#include <sstream>

#include "handlers/json.h"
#include "handlers/utf8.h"
#include "handlers/wechat/template_fields.h"
#include "tests/handlers/wechat_fixture.h"

namespace huiyin::wechat::test {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;

constexpr std::array<unsigned char, 16> kRandom{1, 2,  3,  4,  5,  6,  7,  8,
                                                9, 10, 11, 12, 13, 14, 15, 16};

Notice notice() {
  Notice notice;
  notice.id = NoticeId{9007199254740993};
  notice.channel = "wx";
  notice.recipient = std::string{kFarmer};
  notice.kind = "registered";
  notice.case_number = "260324-0001";
  notice.title = "已登记 260324-0001";
  notice.text = "沟断了，生姜缺水 😀\n楼家村驻村干部";
  notice.link = "https://huiyin.example.org/c/abc";
  notice.fields = {{"number", "260324-0001"},
                   {"place", "石璜镇楼家村溪东自然村"},
                   {"status", "已登记"},
                   {"due", "2026-03-26T17:30:00+08:00"}};
  return notice;
}

Message message() {
  Message message;
  message.sender = std::string{kFarmer};
  message.recipient = std::string{kUs};
  return message;
}

// ---- passive reply
// -------------------------------------------------------------------------------

TEST(WechatReply, NothingToSayIsSuccessInEveryMode) {
  const auto said = message();
  for (const char* mode : {"plain", "compatible", "safe"}) {
    const auto channel = make_channel(config(mode));
    for (const Message* heard : {&said, static_cast<const Message*>(nullptr)}) {
      const auto response = channel->acknowledge({}, heard, nullptr, kNow, kRandom);
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(response.body, "success");
    }
  }
}

TEST(WechatReply, PlainModeSwapsToAndFrom) {
  const auto channel = make_channel(config("plain"));
  const auto said = message();
  auto reply = notice();
  reply.text = "a]]>b<&>";
  const auto response = channel->acknowledge({}, &said, &reply, kNow, kRandom);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(net::find_header(response.headers, "Content-Type"), "text/xml; charset=utf-8");
  EXPECT_EQ(response.body,
            "<xml><ToUserName><![CDATA[" + said.sender + "]]></ToUserName><FromUserName><![CDATA[" +
                said.recipient +
                "]]></FromUserName><CreateTime>1774314602</CreateTime>"
                "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[已登记 260324-0001\n"
                "a]]]]><![CDATA[>b<&>\nhttps://huiyin.example.org/c/abc]]></Content></xml>");
}

TEST(WechatReply, EncryptedModesSayTheSameInsideTheEnvelope) {
  const auto said = message();
  const auto reply = notice();
  const auto open = make_channel(config("plain"))->acknowledge({}, &said, &reply, kNow, kRandom);
  for (const char* mode : {"compatible", "safe"}) {
    const auto response = make_channel(config(mode))->acknowledge({}, &said, &reply, kNow, kRandom);
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(response.body.c_str()));
    const auto root = document.child("xml");
    EXPECT_EQ(std::distance(root.begin(), root.end()), 4);
    EXPECT_STREQ(root.child_value("TimeStamp"), "1774314602");
    const auto opened = tencent::Envelope{std::string{kToken}, kAesKey, std::string{kAppId}}.open(
        root.child_value("TimeStamp"), root.child_value("Nonce"), root.child_value("Encrypt"),
        root.child_value("MsgSignature"));
    EXPECT_EQ(opened.fault, tencent::Fault::none);
    EXPECT_EQ(opened.message, open.body);
    EXPECT_EQ(response.body.find("生姜"), std::string::npos);
  }
}

TEST(WechatReply, IsNeverLongerThan2048BytesNorCutInACharacter) {
  const auto channel = make_channel(config("plain"));
  const auto said = message();
  for (std::size_t extra = 0; extra < 8; ++extra) {
    auto reply = notice();
    reply.title.clear();
    reply.link.clear();
    reply.text = std::string(extra, 'x');
    while (reply.text.size() < 2100) reply.text += "😀";
    const auto response = channel->acknowledge({}, &said, &reply, kNow, kRandom);
    pugi::xml_document document;
    ASSERT_TRUE(document.load_string(response.body.c_str()));
    const std::string content = document.child("xml").child_value("Content");
    EXPECT_LE(content.size(), 2048u);
    EXPECT_GT(content.size(), 2048u - 8);
    EXPECT_TRUE(is_utf8(content));
  }
}

TEST(WechatReply, WordsThatXmlForbidsAreLeftOut) {
  const auto channel = make_channel(config("plain"));
  const auto said = message();
  auto reply = notice();
  reply.text = "a\x01\x1b\xFFz";
  const auto response = channel->acknowledge({}, &said, &reply, kNow, kRandom);
  EXPECT_NE(response.body.find("\na\uFFFDz\n"), std::string::npos);
}

// ---- API requests
// --------------------------------------------------------------------------------

TEST(WechatSend, CustomerServiceMessageIsRawUtf8) {
  const auto channel = make_channel(config("safe"));
  const auto request = channel->encode(notice(), Route::session, Token{"T+/= &"});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url,
            "https://api.weixin.qq.com/cgi-bin/message/custom/send?access_token=T%2B%2F%3D%20%26");
  EXPECT_EQ(request.body,
            "{\"touser\":\"" + std::string{kFarmer} +
                "\",\"msgtype\":\"text\",\"text\":{\"content\":\"已登记 260324-0001\\n"
                "沟断了，生姜缺水 😀\\n楼家村驻村干部\\nhttps://huiyin.example.org/c/abc\"}}");
  EXPECT_EQ(request.body.find("\\u"), std::string::npos);
  EXPECT_TRUE(channel->has_route(Route::session, notice()));
  EXPECT_TRUE(channel->session_needs_window());
}

// WeChat makes a link of it, also one that speaks in the reader's name (weixin://bizmsgmenu).
TEST(WechatSend, LinksThatPeopleWriteLeadNowhere) {
  auto written = notice();
  written.title = "<a href=\"weixin://bizmsgmenu?msgmenucontent=撤诉\">已登记</a>";
  written.text = "a<b <3 <A\nhref='http://evil.example'>点这里</A>";
  const auto safe = make_channel(config("safe")), plain = make_channel(config("plain"));
  const auto said = message();
  const auto body = parse_json_object(safe->encode(written, Route::session, Token{}).body);
  pugi::xml_document reply;
  ASSERT_TRUE(
      reply.load_string(plain->acknowledge({}, &said, &written, kNow, kRandom).body.c_str()));
  const std::string words[] = {json_string(body->at("text").as_object(), "content"),
                               reply.child("xml").child_value("Content")};
  for (const auto& content : words)
    EXPECT_EQ(
        content,
        "＜a href=\"weixin://bizmsgmenu?msgmenucontent=撤诉\">已登记</a>\n"
        "a<b <3 ＜A\nhref='http://evil.example'>点这里</A>\nhttps://huiyin.example.org/c/abc");
}

TEST(WechatSend, CustomerServiceMessageStaysWithin2048Bytes) {
  const auto channel = make_channel(config("safe"));
  auto long_notice = notice();
  for (int i = 0; i < 1000; ++i) long_notice.text += "水";
  const auto body =
      parse_json_object(channel->encode(long_notice, Route::session, Token{"T"}).body);
  const auto content = json_string(body->at("text").as_object(), "content");
  EXPECT_LE(content.size(), 2048u);
  EXPECT_TRUE(is_utf8(content));
  EXPECT_TRUE(content.ends_with("…\nhttps://huiyin.example.org/c/abc"));
}

ChannelConfig with_template(std::string fields) {
  auto with = config("safe");
  with.keys["template_id"] = "tpl-1";
  with.keys["template_fields"] = std::move(fields);
  return with;
}

TEST(WechatSend, TemplateMessage) {
  const auto channel = make_channel(
      with_template("thing1=place, phrase2=status ,character_string3=number,time4=due"));
  ASSERT_TRUE(channel->has_route(Route::template_, notice()));
  const auto request = channel->encode(notice(), Route::template_, Token{"T"});
  EXPECT_EQ(request.url, "https://api.weixin.qq.com/cgi-bin/message/template/send?access_token=T");
  EXPECT_EQ(request.body,
            "{\"touser\":\"" + std::string{kFarmer} +
                "\",\"template_id\":\"tpl-1\",\"url\":\"https://huiyin.example.org/c/abc\","
                "\"client_msg_id\":\"9007199254740993\",\"data\":{"
                "\"thing1\":{\"value\":\"石璜镇楼家村溪东自然村\"},"
                "\"phrase2\":{\"value\":\"已登记\"},"
                "\"character_string3\":{\"value\":\"260324-0001\"},"
                "\"time4\":{\"value\":\"2026年3月26日 17:30\"}}}");
}

// Page "发送订阅通知": page instead of url, and no field that makes a repeat harmless.
TEST(WechatSend, SubscriptionNotice) {
  auto with = with_template("thing1=place,phrase2=status");
  with.keys["template_kind"] = "subscription";
  const auto channel = make_channel(with);
  ASSERT_TRUE(channel->has_route(Route::template_, notice()));
  const auto request = channel->encode(notice(), Route::template_, Token{"T"});
  EXPECT_EQ(request.url,
            "https://api.weixin.qq.com/cgi-bin/message/subscribe/bizsend?access_token=T");
  EXPECT_EQ(request.body, "{\"touser\":\"" + std::string{kFarmer} +
                              "\",\"template_id\":\"tpl-1\","
                              "\"page\":\"https://huiyin.example.org/c/abc\",\"data\":{"
                              "\"thing1\":{\"value\":\"石璜镇楼家村溪东自然村\"},"
                              "\"phrase2\":{\"value\":\"已登记\"}}}");
  EXPECT_NE(channel->encode(notice(), Route::session, Token{"T"}).url.find("/custom/send"),
            std::string::npos);
}

TEST(WechatSend, NoTemplateRouteWithoutTemplateOrFittingFields) {
  EXPECT_FALSE(make_channel(config("safe"))->has_route(Route::template_, notice()));
  auto without_due = notice();
  without_due.fields.erase("due");
  EXPECT_FALSE(make_channel(with_template("time1=due"))->has_route(Route::template_, without_due));
  EXPECT_TRUE(make_channel(with_template("thing1=due"))->has_route(Route::template_, without_due));
}

TEST(WechatSend, ADateGetsTheYearOfItsCase) {
  struct Row {
    const char *number, *due, *fitted;
  };
  const Row rows[] = {{"260324-0001", "3月26日 17:30", "2026年3月26日 17:30"},
                      {"261230-0001", "1月4日 09:00", "2027年1月4日 09:00"},
                      {"261230-0001", "12月30日 09:00", "2026年12月30日 09:00"},
                      {"", "3月26日 17:30", nullptr},
                      {"abc", "3月26日 17:30", nullptr},
                      {"260324-0001", "26 Mar 17:30", nullptr}};
  for (const auto& row : rows) {
    auto dated = notice();
    dated.case_number = row.number;
    dated.fields["due"] = row.due;
    const auto fitted = fit({"time1", FieldType::time, "due"}, dated);
    ASSERT_EQ(fitted.has_value(), row.fitted != nullptr) << row.number << " " << row.due;
    if (fitted) {
      EXPECT_EQ(*fitted, row.fitted);
    }
  }
}

struct FieldCase {
  const char* label;
  FieldType type;
  const char* value;
  const char* fitted;  // null: nothing fits
};

const FieldCase kFields[] = {
    {"thing", FieldType::thing, "溪东自然村", "溪东自然村"},
    {"thing_20", FieldType::thing, "一二三四五六七八九十一二三四五六七八九十",
     "一二三四五六七八九十一二三四五六七八九十"},
    {"thing_21", FieldType::thing, "一二三四五六七八九十一二三四五六七八九十一",
     "一二三四五六七八九十一二三四五六七八九…"},
    {"thing_lines", FieldType::thing, "一\n二", "一 二"},
    {"thing_empty", FieldType::thing, " \n", "无"},
    {"thing_of_an_instant", FieldType::thing, "2026-03-26T09:30:00Z", "2026年3月26日 17:30"},
    {"phrase", FieldType::phrase, "处理中", "处理中"},
    {"phrase_5", FieldType::phrase, "已经处理完毕了", "已经处理完"},
    {"phrase_only_chinese", FieldType::phrase, "T3 已签收!", "已签收"},
    {"phrase_empty", FieldType::phrase, "done", "无"},
    {"character_string", FieldType::character_string, "260324-0001 楼家村", "260324-0001 "},
    {"character_string_long", FieldType::character_string,
     "0123456789012345678901234567890123456789", "01234567890123456789012345678901"},
    {"character_string_empty", FieldType::character_string, "楼家村", nullptr},
    {"number", FieldType::number, "12.5", "12.5"},
    {"number_of_words", FieldType::number, "12 天", nullptr},
    {"number_empty", FieldType::number, "", nullptr},
    {"letter", FieldType::letter, "ab1c", "abc"},
    {"symbol", FieldType::symbol, "a***", "***"},
    {"name_chinese", FieldType::name, "欧阳某某一二三四五六七八", "欧阳某某一二三四五六"},
    {"name_letters", FieldType::name, "Abcdefghij Klmnopqrst Uvw", "Abcdefghij Klmnopqrs"},
    {"time", FieldType::time, "2026-03-26T17:30:00+08:00", "2026年3月26日 17:30"},
    {"time_written", FieldType::time, "2026年11月23日 15:01", "2026年11月23日 15:01"},
    {"time_without_year", FieldType::time, "3月26日 17:30", nullptr},
    {"time_empty", FieldType::time, "", nullptr},
    {"date", FieldType::date, "2026-03-26T17:30:00+08:00", "2026年3月26日"},
    {"date_with_time", FieldType::date, "2026年3月26日 17:30", "2026年3月26日"},
    {"date_of_words", FieldType::date, "2026年3月26日 下午", nullptr},
    {"time_without_clock", FieldType::time, "2026年3月26日", nullptr},
    {"amount", FieldType::amount, "12.50元", "12.50元"},
    {"amount_of_words", FieldType::amount, "十二元", nullptr},
    {"phone_number", FieldType::phone_number, "+86 575-8000 0000", "+86575-80000000"},
    {"constant", FieldType::constant, "已办结", "已办结"},
    {"constant_empty", FieldType::constant, "", nullptr},
};

class Field : public testing::TestWithParam<FieldCase> {};
TEST_P(Field, Fits) {
  const auto fitted = fit(GetParam().type, GetParam().value);
  ASSERT_EQ(fitted.has_value(), GetParam().fitted != nullptr);
  if (fitted) {
    EXPECT_EQ(*fitted, GetParam().fitted);
  }
}
INSTANTIATE_TEST_SUITE_P(Wechat, Field, testing::ValuesIn(kFields),
                         [](const auto& info) { return std::string{info.param.label}; });

// ---- outcomes
// ------------------------------------------------------------------------------------

struct OutcomeCase {
  int code;
  Kind kind;
  std::chrono::milliseconds retry_after{0};
};

const OutcomeCase kOutcomes[] = {
    {-1, Kind::retry},
    {0, Kind::delivered},
    {40001, Kind::token_expired},
    {40014, Kind::token_expired},
    {42001, Kind::token_expired},
    {40002, Kind::channel_stopped},
    {40013, Kind::channel_stopped},
    {40125, Kind::channel_stopped},
    {40164, Kind::channel_stopped},
    {40243, Kind::channel_stopped},
    {41001, Kind::channel_stopped},
    {48001, Kind::channel_stopped},
    {48004, Kind::channel_stopped},
    {50002, Kind::channel_stopped},
    {40003, Kind::unreachable},
    {43004, Kind::unreachable},
    {50005, Kind::unreachable},
    {43019, Kind::unreachable},
    {48002, Kind::unreachable},
    {43101, Kind::window_closed},
    {43116, Kind::retry, 4h},
    {43117, Kind::retry, 4h},
    {40037, Kind::refused},
    {47003, Kind::refused},
    {40033, Kind::refused},
    {44002, Kind::refused},
    {44004, Kind::refused},
    {45002, Kind::refused},
    {47001, Kind::refused},
    {40007, Kind::refused},
    {45009, Kind::retry, 1h},
    {48006, Kind::retry, 1h},
    {45011, Kind::retry, 60s},
    {45015, Kind::window_closed},
    {45047, Kind::allowance_used},
    {99999, Kind::retry, 10min},  // of no table
};

TEST(WechatOutcome, EveryErrcodeOfTheTable) {
  const auto channel = make_channel(config("safe"));
  for (const auto& row : kOutcomes) {
    SCOPED_TRACE(row.code);
    const auto outcome = channel->interpret(
        Route::session,
        net::HttpResponse::text(200, "{\"errcode\":" + std::to_string(row.code) +
                                         ",\"errmsg\":\"openid " + std::string{kFarmer} + "\"}"));
    EXPECT_EQ(outcome_name(outcome.kind), outcome_name(row.kind));
    EXPECT_EQ(outcome.retry_after, row.retry_after);
    EXPECT_EQ(outcome.code, std::to_string(row.code));
  }
}

TEST(WechatOutcome, TemplateAnswerGivesTheIdOfTheDeliveryReport) {
  const auto channel = make_channel(config("safe"));
  EXPECT_EQ(channel
                ->interpret(Route::template_,
                            net::HttpResponse::text(
                                200, R"({"errcode":0,"errmsg":"ok","msgid":2400000000000000001})"))
                .platform_id,
            "2400000000000000001");
}

TEST(WechatOutcome, OtherAnswers) {
  struct Row {
    int status;
    const char* body;
    Kind kind;
    const char* code;
    std::chrono::milliseconds retry_after{0};
  };
  const Row rows[] = {
      {200, "", Kind::unknown, "unreadable"},
      {200, "<html>", Kind::unknown, "unreadable"},
      {200, "{}", Kind::unknown, "unreadable"},
      {200, "[0]", Kind::unknown, "unreadable"},
      {200, R"({"errcode":"0"})", Kind::unknown, "unreadable"},
      {200, R"({"errcode":0.5})", Kind::unknown, "unreadable"},
      {500, R"({"errcode":0})", Kind::unknown, "http_500"},
      {502, "", Kind::unknown, "http_502"},
      {504, "", Kind::unknown, "http_504"},
      {0, "", Kind::unknown, "http_0"},
      {503, "", Kind::retry, "http_503", 7s},
      {429, "", Kind::retry, "http_429", 7s},
      {404, "", Kind::retry, "http_404", 60s},
      {302, "", Kind::retry, "http_302", 60s},
  };
  const auto channel = make_channel(config("safe"));
  for (const auto& row : rows) {
    SCOPED_TRACE(std::to_string(row.status) + row.body);
    auto response = net::HttpResponse::text(row.status, row.body);
    response.headers.emplace_back("Retry-After", "7");
    const auto outcome = channel->interpret(Route::session, response);
    EXPECT_EQ(outcome_name(outcome.kind), outcome_name(row.kind));
    EXPECT_EQ(outcome.code, row.code);
    EXPECT_EQ(outcome.retry_after, row.retry_after);
  }
}

// ---- tokens
// --------------------------------------------------------------------------------------

TEST(WechatToken, AsksForTheStableOne) {
  const auto request = make_channel(config("safe"))->token_request();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->url, "https://api.weixin.qq.com/cgi-bin/stable_token");
  EXPECT_EQ(request->body,
            "{\"grant_type\":\"client_credential\",\"appid\":\"" + std::string{kAppId} +
                "\",\"secret\":\"0123456789abcdef0123456789abcdef\",\"force_refresh\":false}");
}

TEST(WechatToken, ReadsEveryAnswer) {
  struct Row {
    int status;
    const char* body;
    const char* value;
    int lifetime;
    bool configuration_fault;
    const char* code;
  };
  const Row rows[] = {
      {200, R"({"access_token":"T","expires_in":7200})", "T", 7200, false, ""},
      {200, R"({"access_token":"T","expires_in":345})", "T", 345, false, ""},
      {200, R"({"access_token":"T","expires_in":99999})", "T", 7200, false, ""},
      {200, R"({"access_token":"T","expires_in":0})", "", 0, false, "unreadable"},
      {200, R"({"access_token":"","expires_in":7200})", "", 0, false, "unreadable"},
      {200, R"({"expires_in":7200})", "", 0, false, "unreadable"},
      {200, "x", "", 0, false, "unreadable"},
      {200, R"({"errcode":-1,"errmsg":"busy"})", "", 0, false, "-1"},
      {200, R"({"errcode":45009})", "", 0, false, "45009"},
      {200, R"({"errcode":40001})", "", 0, true, "40001"},
      {200, R"({"errcode":40002})", "", 0, true, "40002"},
      {200, R"({"errcode":40013})", "", 0, true, "40013"},
      {200, R"({"errcode":40125})", "", 0, true, "40125"},
      {200, R"({"errcode":40164})", "", 0, true, "40164"},
      {200, R"({"errcode":40243})", "", 0, true, "40243"},
      {200, R"({"errcode":41004})", "", 0, true, "41004"},
      {200, R"({"errcode":50002})", "", 0, true, "50002"},
      {502, "", "", 0, false, "http_502"},
  };
  const auto channel = make_channel(config("safe"));
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    const auto answer = channel->interpret_token(net::HttpResponse::text(row.status, row.body));
    EXPECT_EQ(answer.value, row.value);
    EXPECT_EQ(answer.lifetime.count(), row.lifetime);
    EXPECT_EQ(answer.configuration_fault, row.configuration_fault);
    EXPECT_EQ(answer.code, row.code);
  }
}

// ---- configuration
// -------------------------------------------------------------------------------

TEST(WechatConfig, NamesTheKeyAndNeverTheValue) {
  struct Row {
    const char *key, *value, *named;
  };
  const Row rows[] = {
      {"app_id", "", "app_id"},
      {"app_id", "wx with spaces!", "app_id"},
      {"app_secret", "", "app_secret"},
      {"token", "", "token"},
      {"token", "to", "token"},
      {"token", "has-a-dash", "token"},
      {"token", "a23456789012345678901234567890123", "token"},
      {"aes_key", "", "aes_key"},
      {"aes_key", "only-some-characters", "aes_key"},
      {"mode", "secure", "mode"},
      {"window_seconds", "soon", "window_seconds"},
      {"window_seconds", "9", "window_seconds"},
      {"window_seconds", "99999999999999", "window_seconds"},
      {"template_id", "tpl-alone", "template_fields"},
      {"template_fields", "thing1=place", "template_id"},
      {"template_kind", "letter", "template_kind"},
  };
  for (const auto& row : rows) {
    auto wrong = config("safe");
    wrong.keys[row.key] = row.value;
    try {
      make_channel(wrong);
      ADD_FAILURE() << row.key << " = " << row.value << " was accepted";
    } catch (const std::invalid_argument& error) {
      const std::string what = error.what();
      EXPECT_EQ(what.find(std::string{row.named} + ": "), 0u) << what;
      if (std::string_view{row.value}.size() > 3) {
        EXPECT_EQ(what.find(row.value), std::string::npos) << what;
      }
    }
  }
}

TEST(WechatConfig, TellsEverythingThatIsWrongAtOnce) {
  auto wrong = config("secure");
  for (const char* key : {"app_id", "token", "aes_key"}) wrong.keys[key] = "!";
  wrong.keys["app_secret"].clear();
  wrong.keys["window_seconds"] = "soon";
  wrong.keys["template_id"] = "tpl-alone";
  try {
    make_channel(wrong);
    ADD_FAILURE() << "accepted";
  } catch (const std::invalid_argument& error) {
    std::istringstream lines{error.what()};
    std::vector<std::string> named;
    for (std::string line; std::getline(lines, line);)
      named.push_back(line.substr(0, line.find(':')));
    EXPECT_EQ(named, (std::vector<std::string>{"app_id", "app_secret", "token", "mode", "aes_key",
                                               "window_seconds", "template_fields"}));
  }
}

TEST(WechatConfig, TemplateFieldsAreChecked) {
  for (const char* fields : {"thing=place", "1=place", "thing1", "thing1=", "thing1=colour",
                             "wish1=place", "thing1=place,,", "thing1=place,"})
    EXPECT_THROW(make_channel(with_template(fields)), std::invalid_argument) << fields;
}

TEST(WechatConfig, PlainNeedsNoAesKeyAndSafeIsTheDefault) {
  auto plain = config("plain");
  plain.keys.erase("aes_key");
  EXPECT_NO_THROW(make_channel(plain));
  auto unsaid = config("safe");
  unsaid.keys.erase("mode");
  const Push push{.body = text_xml("x")};
  EXPECT_TRUE(std::holds_alternative<std::vector<Message>>(
      make_channel(unsaid)->decode(push.request(), kNow)));
}

// Page: back off, three tries at most.
TEST(WechatBusy, IsTriedThreeTimes) {
  const auto channel = make_channel(config("safe"));
  const auto tries = [&](const char* body) {
    return channel->interpret(Route::session, net::HttpResponse::text(200, body)).tries;
  };
  EXPECT_EQ(tries(R"({"errcode":-1})"), 3);
  EXPECT_EQ(tries(R"({"errcode":45009})"), 0);
  EXPECT_EQ(tries(R"({"errcode":0})"), 0);
}

}  // namespace
}  // namespace huiyin::wechat::test
