// 微信客服: callback, pulled pages, sending; against the played platform in wecom_kf_play_test.cpp.
#include <gtest/gtest.h>

#include <set>

#include "handlers/json.h"
#include "handlers/wecom/kf.h"
#include "tests/handlers/wecom_fixture.h"

namespace huiyin::wecom::kf {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;
using wecom::test::kf_config;
using wecom::test::kSecond;

constexpr Instant kNow{std::chrono::seconds{kSecond + 2}};

Kf account() {
  auto config = kf_config();
  config.api_base = "https://api.example";
  return read_kf(config);
}

// ---- the callback

std::string call_xml(std::string_view kfid = "wkA", std::string_view hint = "ENC") {
  return "<xml><ToUserName><![CDATA[" + std::string{wecom::test::kCorp} +
         "]]></ToUserName><CreateTime>1774314600</CreateTime><MsgType><![CDATA[event]]></MsgType>"
         "<Event><![CDATA[kf_msg_or_event]]></Event><Token><![CDATA[" +
         std::string{hint} + "]]></Token><OpenKfId><![CDATA[" + std::string{kfid} +
         "]]></OpenKfId></xml>";
}
Decoded hear(const std::string& xml) {
  return make_kf(kf_config())->decode(wecom::test::Push{.body = xml}.request(), kNow);
}
Message only(const Decoded& decoded) { return std::get<std::vector<Message>>(decoded).at(0); }

TEST(KfCall, SaysWhereToPull) {
  const auto channel = make_kf(kf_config());
  const auto message = only(hear(call_xml()));
  EXPECT_EQ(message.channel, "kf");
  EXPECT_EQ(message.kind, MessageKind::other);
  EXPECT_EQ(message.sender, "wkA");
  EXPECT_EQ(message.window.messages, 0);
  ASSERT_TRUE(message.stream);
  EXPECT_EQ(message.stream->name, "wkA");
  EXPECT_EQ(message.stream->hint, "ENC");
  EXPECT_EQ(message.stream->cursor, "");
  EXPECT_FALSE(channel->can_reply(message));
  EXPECT_EQ(channel->acknowledge({}, &message, nullptr, kNow, wecom::test::kRandom).body,
            "success");
}

TEST(KfCall, TwoCallsAreTwoAndAResendIsOne) {
  std::set<std::string> keys;
  EXPECT_TRUE(keys.insert(only(hear(call_xml())).dedupe_key).second);
  EXPECT_FALSE(keys.insert(only(hear(call_xml())).dedupe_key).second);
  EXPECT_TRUE(keys.insert(only(hear(call_xml("wkA", "ENC2"))).dedupe_key).second);
  EXPECT_TRUE(keys.insert(only(hear(call_xml("wkB"))).dedupe_key).second);
}

// Recorded, never pulled, never taken for words of a customer.
TEST(KfCall, WhatElseComesIsRecordedOnly) {
  for (const auto& xml :
       {call_xml("wkOther"), call_xml(std::string(2000, 'k')), wecom::test::text_xml("沟断了"),
        wecom::test::xml("<MsgType>event</MsgType><Event>subscribe</Event>"),
        wecom::test::xml("<MsgType>event</MsgType><Event>kf_account_auth_change</Event>", "sys"),
        wecom::test::xml("<MsgType>event</MsgType><Event>brand_new</Event>"),
        wecom::test::xml("<MsgType>event</MsgType><Event>kf_msg_or_event</Event>"
                         "<Token>E</Token>")}) {
    const auto message = only(hear(xml));
    EXPECT_EQ(message.kind, MessageKind::other) << xml;
    EXPECT_FALSE(message.stream) << xml;
    EXPECT_LE(message.sender.size(), 128u) << "no account has such an id, no table takes it";
  }
}

TEST(KfCall, OnlyTheOrganisationsOwnCallsCount) {
  const auto channel = make_kf(kf_config());
  const auto outcome = [&](const wecom::test::Push& push) {
    return wecom::test::outcome_of(channel->decode(push.request(), kNow));
  };
  const wecom::test::Push good{.body = call_xml()};
  EXPECT_EQ(outcome(good), "messages");
  auto push = good;
  push.token = "otherToken";
  EXPECT_EQ(outcome(push), "401 auth.reject");
  push = good;
  push.aes_key = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  EXPECT_EQ(outcome(push), "401 auth.reject");
  push = good;
  push.receive_id = "wwOther";
  EXPECT_EQ(outcome(push), "401 auth.reject");
  auto truncated = good.request();
  truncated.body.resize(truncated.body.size() / 2);
  EXPECT_EQ(wecom::test::outcome_of(channel->decode(truncated, kNow)), "401 auth.reject");
  push = good;
  push.body = "<xml>";
  EXPECT_EQ(outcome(push), "senseless");
  push.body = "<!DOCTYPE x><xml/>";
  EXPECT_EQ(outcome(push), "400 xml.reject");
  const wecom::test::Push echo{.body = "1616140317555161061"};
  const auto verified = channel->decode(echo.verification(), kNow);
  EXPECT_EQ(std::get<Handshake>(verified).response.body, "1616140317555161061");
}

TEST(KfConfig, EveryKeyIsLookedAt) {
  for (const char* key : {"corp_id", "secret", "open_kfid", "token", "aes_key"}) {
    auto config = kf_config();
    config.keys.erase(key);
    try {
      make_kf(config);
      ADD_FAILURE() << key;
    } catch (const std::invalid_argument& fault) {
      EXPECT_TRUE(std::string{fault.what()}.starts_with(key)) << fault.what();
    }
  }
  auto config = kf_config();
  config.keys["open_kfid"] = "wk A";
  EXPECT_THROW(make_kf(config), std::invalid_argument);
}

// ---- pulling

TEST(KfPull, AsksFromTheCursor) {
  const auto first = pull_request(account(), {"wkA", "ENC", ""}, Token{"T+"});
  EXPECT_EQ(first.url, "https://api.example/cgi-bin/kf/sync_msg?access_token=T%2B");
  EXPECT_EQ(first.body, R"({"token":"ENC","limit":1000,"voice_format":0,"open_kfid":"wkA"})");
  const auto next = pull_request(account(), {"wkA", "", "C1"}, Token{"T"});
  EXPECT_EQ(next.body, R"({"cursor":"C1","limit":1000,"voice_format":0,"open_kfid":"wkA"})");
}

std::string entry(std::string_view rest, std::string_view id = "m1", int origin = 3) {
  return R"({"msgid":")" + std::string{id} +
         R"(","open_kfid":"wkA","external_userid":"wmB","send_time":1774314600,"origin":)" +
         std::to_string(origin) + "," + std::string{rest} + "}";
}
std::string event(std::string_view rest, std::string_view id = "e1") {
  return R"({"msgid":")" + std::string{id} +
         R"(","send_time":1774314600,"origin":4,"msgtype":"event","event":{"open_kfid":"wkA",)" +
         std::string{rest} + "}}";
}
Page read(std::string body) {
  return read_page(account(), {"wkA", "ENC", "C1"}, net::HttpResponse::text(200, std::move(body)),
                   kNow);
}
Page page_of(const std::string& list, const std::string& rest = R"("next_cursor":"C2")") {
  return read(R"({"errcode":0,"errmsg":"ok",)" + rest + R"(,"msg_list":[)" + list + "]}");
}

struct EntryCase {
  const char* label;
  std::string entry;
  MessageKind kind;
  const char *text, *media_id, *scene;
  int allowed = 5;
};
const EntryCase kEntries[] = {
    {"text", entry(R"("msgtype":"text","text":{"content":"沟断了 😀"})"), MessageKind::text,
     "沟断了 😀", "", ""},
    {"tapped_item", entry(R"("msgtype":"text","text":{"content":"进度","menu_id":"1"})"),
     MessageKind::text, "进度", "", ""},
    {"image", entry(R"("msgtype":"image","image":{"media_id":"i"})"), MessageKind::image, "", "i",
     ""},
    {"voice", entry(R"("msgtype":"voice","voice":{"media_id":"v"})"), MessageKind::voice, "", "v",
     ""},
    {"video", entry(R"("msgtype":"video","video":{"media_id":"w"})"), MessageKind::video, "", "w",
     ""},
    {"file", entry(R"("msgtype":"file","file":{"media_id":"f"})"), MessageKind::file, "", "f", ""},
    {"location",
     entry(R"("msgtype":"location","location":{"latitude":29.5,"longitude":120.8,"name":"溪东",)"
           R"("address":"石璜镇"})"),
     MessageKind::position, "", "", ""},
    {"location_off_the_globe",
     entry(R"("msgtype":"location","location":{"latitude":120.8,"longitude":29.5})"),
     MessageKind::file, "", "", ""},
    {"link", entry(R"("msgtype":"link","link":{"title":"题","desc":"述","url":"https://e.org/"})"),
     MessageKind::link, "题\n述", "", ""},
    {"link_without_words", entry(R"("msgtype":"link","link":{"url":"https://e.org/"})"),
     MessageKind::link, "", "", ""},
    {"miniprogram", entry(R"("msgtype":"miniprogram","miniprogram":{"title":"x","appid":"wx"})"),
     MessageKind::file, "", "", ""},
    {"msgmenu", entry(R"("msgtype":"msgmenu","msgmenu":{"head_content":"x","list":[]})"),
     MessageKind::file, "", "", ""},
    {"merged_msg", entry(R"("msgtype":"merged_msg","merged_msg":{"title":"x","item":[]})"),
     MessageKind::file, "", "", ""},
    {"image_without_id", entry(R"("msgtype":"image","image":{})"), MessageKind::file, "", "", ""},
    {"brand_new", entry(R"("msgtype":"brand_new","brand_new":{"x":1})"), MessageKind::file, "", "",
     ""},
    {"business_card", entry(R"("msgtype":"business_card","business_card":{"userid":"a"})"),
     MessageKind::file, "", "", ""},
    {"enters_by_a_villages_link",
     event(R"("event_type":"enter_session","external_userid":"wmB","scene":"qr",)"
           R"("scene_param":"lou-jia","welcome_code":"W")"),
     MessageKind::follow, "", "", "lou-jia", 0},
    {"enters",
     event(R"("event_type":"enter_session","external_userid":"wmB","scene":"123",)"
           R"("scene_param":"","welcome_code":"W")"),
     MessageKind::follow, "", "", "123", 0},
    {"enters_again", event(R"("event_type":"enter_session","external_userid":"wmB","scene":"123")"),
     MessageKind::other, "", "", "123", 0},
    {"enters_again_by_a_villages_link",
     event(R"("event_type":"enter_session","external_userid":"wmB","scene":"qr",)"
           R"("scene_param":"lou-jia")"),
     MessageKind::scan, "", "", "lou-jia", 0},
    {"not_delivered",
     event(R"("event_type":"msg_send_fail","external_userid":"wmB","fail_msgid":"hy_7_ab",)"
           R"("fail_type":4)"),
     MessageKind::delivery, "", "", "", 0},
    {"recalled",
     event(R"("event_type":"user_recall_msg","external_userid":"wmB","recall_msgid":"m0")"),
     MessageKind::other, "user_recall_msg", "", "", 0},
    {"session_changed",
     event(R"("event_type":"session_status_change","external_userid":"wmB","change_type":1)"),
     MessageKind::other, "session_status_change", "", "", 0},
};
class KfEntry : public testing::TestWithParam<EntryCase> {};
TEST_P(KfEntry, IsRead) {
  const auto& row = GetParam();
  const auto page = page_of(row.entry);
  ASSERT_EQ(page.read.size(), 1u);
  const auto& message = page.read[0];
  EXPECT_EQ(message.channel, "kf");
  EXPECT_EQ(message.sender, "wmB");
  EXPECT_EQ(message.recipient, "wkA");
  EXPECT_EQ(message.kind, row.kind);
  EXPECT_EQ(message.text, row.text);
  EXPECT_EQ(message.media_id, row.media_id);
  EXPECT_EQ(message.scene, row.scene);
  EXPECT_EQ(message.window.messages, row.allowed);
  EXPECT_EQ(message.window.until, row.allowed ? message.sent_at + 48h : Instant{});
  EXPECT_EQ(message.position.has_value(), row.kind == MessageKind::position);
  EXPECT_EQ(message.delivery.has_value(), row.kind == MessageKind::delivery);
  EXPECT_FALSE(message.raw.empty());
}
INSTANTIATE_TEST_SUITE_P(Wecom, KfEntry, testing::ValuesIn(kEntries),
                         [](const auto& info) { return std::string{info.param.label}; });

struct FailCase {
  int type;
  const char* detail;
};
TEST(KfPage, TellsWhatWasNotDeliveredAndWhy) {
  for (const auto& row : {FailCase{0, "fail_type 0: unknown"},
                          {1, "fail_type 1: account deleted"},
                          {2, "fail_type 2: app closed"},
                          {4, "fail_type 4: over 48 hours"},
                          {5, "fail_type 5: session closed"},
                          {6, "fail_type 6: over 5 messages"},
                          {7, "fail_type 7: no channel bound"},
                          {8, "fail_type 8: organisation unverified"},
                          {9, "fail_type 9: no channel bound"},
                          {10, "fail_type 10: refused by user"},
                          {77, "fail_type 77"}}) {
    const auto failed = page_of(event(R"("event_type":"msg_send_fail","external_userid":"wmB",)"
                                      R"("fail_msgid":"hy_7_ab","fail_type":)" +
                                      std::to_string(row.type)))
                            .read.at(0);
    EXPECT_EQ(failed.delivery->platform_id, "hy_7_ab");
    EXPECT_FALSE(failed.delivery->delivered);
    EXPECT_EQ(failed.delivery->detail, row.detail);
  }
}

TEST(KfPage, AWelcomeIsPossibleForTwentySeconds) {
  const auto welcome =
      page_of(event(R"("event_type":"enter_session","external_userid":"wmB","welcome_code":"W")"))
          .read.at(0);
  EXPECT_EQ(welcome.reply_address, "W");
  EXPECT_EQ(welcome.reply_until, welcome.sent_at + 20s);
}

TEST(KfPage, PlacesHaveNameAndAddress) {
  const auto place = page_of(entry(R"("msgtype":"location","location":{"latitude":29.5,)"
                                   R"("longitude":120.8,"name":"溪东","address":"石璜镇"})"))
                         .read.at(0);
  EXPECT_EQ(place.position->label, "溪东 石璜镇");
}

TEST(KfPage, GoesOnWhileThereIsMoreEvenWhenEmpty) {
  const auto page = page_of("", R"("next_cursor":"C3","has_more":1)");
  EXPECT_EQ(page.kind, Page::messages);
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.cursor, "C3");
  EXPECT_TRUE(page.read.empty());
  EXPECT_FALSE(page_of("", R"("next_cursor":"C3","has_more":0)").more);
  // No cursor is no reason to forget ours and read three days again.
  EXPECT_EQ(page_of("", R"("has_more":0)").cursor, "C1");
}

TEST(KfPage, OneBrokenEntryDoesNotHideTheOthers) {
  const auto page =
      page_of("1," + entry(R"("msgtype":"text","text":{"content":"a"})", "") + "," +
              R"({"msgid":"x","origin":3,"msgtype":"text","text":{"content":"nobody"}})" + "," +
              entry(R"("msgtype":"text","text":{"content":"servicer"})", "s", 5) + "," +
              event(R"("event_type":"servicer_status_change","servicer_userid":"z")") + "," +
              entry(R"("msgtype":"text","text":{"content":"b"})", "m2"));
  ASSERT_EQ(page.read.size(), 4u);
  EXPECT_EQ(page.read[3].text, "b");
  std::set<std::string> keys;
  for (const auto& message : page.read) {
    ASSERT_TRUE(message.stream);
    EXPECT_EQ(message.stream->name, "wkA");
    EXPECT_TRUE(keys.insert(message.dedupe_key).second);
    EXPECT_FALSE(message.raw.empty());
  }
  for (int i = 0; i < 3; ++i) {  // recorded for whoever wants to know what it was
    EXPECT_EQ(page.read[i].kind, MessageKind::other);
    EXPECT_EQ(page.read[i].sender, "wkA");
  }
}

TEST(KfPage, MsgidTellsOneFromAnother) {
  const std::string same = R"("msgtype":"text","text":{"content":"同"})";
  const auto page = page_of(entry(same, "m1") + "," + entry(same, "m2") + "," + entry(same, "m1"));
  ASSERT_EQ(page.read.size(), 3u);
  EXPECT_NE(page.read[0].dedupe_key, page.read[1].dedupe_key);
  EXPECT_EQ(page.read[0].dedupe_key, page.read[2].dedupe_key);
}

struct PageCase {
  const char* body;
  Page::Kind kind;
  const char* code;
};
TEST(KfPage, FaultsAreNoMessages) {
  for (const auto& row : {PageCase{R"({"errcode":95007})", Page::retry, "95007"},
                          {R"({"errcode":42001})", Page::token_expired, "42001"},
                          {R"({"errcode":40014})", Page::token_expired, "40014"},
                          {R"({"errcode":45009})", Page::retry, "45009"},
                          {R"({"errcode":-1})", Page::retry, "-1"},
                          {R"({"errcode":123456})", Page::retry, "123456"},
                          {R"({"errcode":95017})", Page::stopped, "95017"},
                          {R"({"errcode":95000})", Page::stopped, "95000"},
                          {R"({"errcode":60020})", Page::stopped, "60020"},
                          {"<html>", Page::retry, "unreadable"}}) {
    const auto page = read(row.body);
    EXPECT_EQ(page.kind, row.kind) << row.body;
    EXPECT_EQ(page.code, row.code);
    EXPECT_TRUE(page.read.empty());
    EXPECT_TRUE(page.cursor.empty());
    EXPECT_EQ(page.hint_spent, std::string_view{row.code} == "95007");
  }
  EXPECT_EQ(read_page(account(), {}, net::HttpResponse::text(502, ""), kNow).kind, Page::retry);
}

Notice notice() {
  Notice notice;
  notice.id = NoticeId{9223372036854775807};
  notice.recipient = "wmB";
  notice.case_number = "260324-0001";
  notice.title = "已登记 260324-0001";
  notice.text = "沟断了";
  return notice;
}

TEST(KfSend, HasAnIdOfItsOwn) {
  const auto id = message_id(notice());
  EXPECT_LE(id.size(), 32u);
  for (const char c : id) EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)) || c == '_');
  EXPECT_EQ(id, message_id(notice()));
  auto other = notice();
  other.text += "!";
  EXPECT_NE(id, message_id(other));
  const auto request = send_request(account(), notice(), Token{"T"});
  EXPECT_EQ(request.url, "https://api.example/cgi-bin/kf/send_msg?access_token=T");
  EXPECT_EQ(request.body, R"({"touser":"wmB","open_kfid":"wkA","msgid":")" + id +
                              R"(","msgtype":"text","text":{"content":"已登记 260324-0001\n)"
                              R"(沟断了"}})");
}

TEST(KfSend, ButtonsAreAMenuUpToTen) {
  auto with = notice();
  with.buttons = {{"催办", "催办 260324-0001"}, {"满意", "满意"}};
  auto body = parse_json_object(send_request(account(), with, Token{}).body).value();
  EXPECT_EQ(json_string(body, "msgtype"), "msgmenu");
  EXPECT_EQ(boost::json::serialize(body.at("msgmenu").as_object().at("list")),
            R"([{"type":"click","click":{"id":"1","content":"催办 260324-0001"}},)"
            R"({"type":"click","click":{"id":"2","content":"满意"}}])");
  for (int i = 0; i < 9; ++i) with.buttons.push_back({"x", "x" + std::to_string(i)});
  body = parse_json_object(send_request(account(), with, Token{}).body).value();
  EXPECT_EQ(json_string(body, "msgtype"), "text");
}

// The words above a menu have half the room of a text: nothing is cut for the sake of buttons.
TEST(KfSend, WordsTooLongForAMenuGoAsTextWithTheirCommands) {
  auto with = notice();
  with.title.clear();
  with.buttons = {{"满意", "满意"}};
  struct Row {
    std::size_t bytes;
    const char* type;
  };
  for (const auto& row : {Row{1024, "msgmenu"}, Row{1025, "text"}, Row{1900, "text"}}) {
    with.text = std::string(row.bytes, 'x');
    const auto body = parse_json_object(send_request(account(), with, Token{}).body).value();
    EXPECT_EQ(json_string(body, "msgtype"), row.type) << row.bytes;
    const auto& content = body.at(row.type).as_object();
    const bool menu = content.contains("head_content");
    const auto words = json_string(content, menu ? "head_content" : "content");
    EXPECT_TRUE(words.starts_with(with.text)) << row.bytes;
    EXPECT_EQ(words.ends_with("满意"), !menu) << row.bytes;
  }
}

TEST(KfSend, WelcomeGoesToTheCode) {
  auto welcome = notice();
  welcome.reply_address = "W";
  const auto request = send_request(account(), welcome, Token{"T"});
  EXPECT_EQ(request.url, "https://api.example/cgi-bin/kf/send_msg_on_event?access_token=T");
  const auto body = parse_json_object(request.body).value();
  EXPECT_EQ(json_string(body, "code"), "W");
  EXPECT_FALSE(body.contains("touser"));
}

struct AnswerCase {
  int code;
  Kind kind;
};
class KfAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(KfAnswer, Means) {
  const auto body = R"({"errcode":)" + std::to_string(GetParam().code) + R"(,"msgid":"other"})";
  const auto outcome = read_answer(notice(), net::HttpResponse::text(200, body));
  EXPECT_EQ(outcome_name(outcome.kind), outcome_name(GetParam().kind));
  EXPECT_EQ(outcome.platform_id,
            GetParam().kind == Kind::delivered ? message_id(notice()) : std::string{});
}

TEST(KfAnswer, AWelcomeThatIsTooLateIsNotTriedForHours) {
  auto welcome = notice();
  welcome.reply_address = "W";
  const auto late = net::HttpResponse::text(200, R"({"errcode":95014})");
  EXPECT_EQ(read_answer(welcome, late).kind, Kind::window_closed);
  EXPECT_EQ(read_answer(welcome, late).retry_after, 0ms);
  EXPECT_EQ(read_answer(notice(), late).kind, Kind::retry);
  EXPECT_EQ(read_answer(welcome, net::HttpResponse::text(200, "<html>")).kind, Kind::unknown);
  EXPECT_EQ(read_answer(welcome, net::HttpResponse::text(502, "")).kind, Kind::unknown);
}

INSTANTIATE_TEST_SUITE_P(
    Wecom, KfAnswer,
    testing::Values(AnswerCase{0, Kind::delivered}, AnswerCase{95033, Kind::delivered},
                    AnswerCase{95000, Kind::channel_stopped},
                    AnswerCase{95001, Kind::allowance_used}, AnswerCase{95002, Kind::window_closed},
                    AnswerCase{95003, Kind::channel_stopped},
                    AnswerCase{95004, Kind::channel_stopped}, AnswerCase{95007, Kind::refused},
                    AnswerCase{95013, Kind::window_closed}, AnswerCase{95016, Kind::refused},
                    AnswerCase{95017, Kind::channel_stopped},
                    AnswerCase{95018, Kind::window_closed}, AnswerCase{40096, Kind::unreachable}),
    [](const auto& info) { return std::to_string(info.param.code); });

}  // namespace
}  // namespace huiyin::wecom::kf
