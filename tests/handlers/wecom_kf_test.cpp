// 微信客服, the pure parts: callback, pulled pages, sending.
#include <gtest/gtest.h>

#include <set>

#include "handlers/json.h"
#include "handlers/wecom/kf.h"

namespace huiyin::wecom::kf {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;

constexpr std::int64_t kSecond = 1774314600;
constexpr Instant kNow{std::chrono::seconds{kSecond + 2}};

TEST(KfCall, SaysWhereToPull) {
  const auto call = read_call(
      "<xml><ToUserName><![CDATA[ww1]]></ToUserName><CreateTime>1774314600</CreateTime>"
      "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[kf_msg_or_event]]></Event>"
      "<Token><![CDATA[ENC]]></Token><OpenKfId><![CDATA[wkA]]></OpenKfId></xml>");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->open_kfid, "wkA");
  EXPECT_EQ(call->token, "ENC");
  EXPECT_EQ(call->at, Instant{std::chrono::seconds{kSecond}});
  for (const char* other :
       {"", "<xml>", "<xml><MsgType>event</MsgType><Event>subscribe</Event></xml>",
        "<xml><MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>E</Token></xml>",
        "<!DOCTYPE x><xml><MsgType>event</MsgType><Event>kf_msg_or_event</Event>"
        "<OpenKfId>w</OpenKfId></xml>"})
    EXPECT_FALSE(read_call(other)) << other;
}

TEST(KfPull, AsksFromTheCursor) {
  const auto first = pull_request("https://api.example", Token{"T+"}, "wkA", "", "ENC");
  EXPECT_EQ(first.url, "https://api.example/cgi-bin/kf/sync_msg?access_token=T%2B");
  EXPECT_EQ(first.body, R"({"token":"ENC","limit":1000,"voice_format":0,"open_kfid":"wkA"})");
  const auto next = pull_request("https://api.example", Token{"T"}, "wkA", "C1", "");
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
Page page_of(const std::string& list, const std::string& rest = R"("next_cursor":"C2")") {
  return read_page("kf",
                   net::HttpResponse::text(200, R"({"errcode":0,"errmsg":"ok",)" + rest +
                                                    R"(,"msg_list":[)" + list + "]}"),
                   kNow);
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
    {"file", entry(R"("msgtype":"file","file":{"media_id":"f"})"), MessageKind::other, "", "f", ""},
    {"location",
     entry(R"("msgtype":"location","location":{"latitude":29.5,"longitude":120.8,"name":"溪东",)"
           R"("address":"石璜镇"})"),
     MessageKind::position, "", "", ""},
    {"location_off_the_globe",
     entry(R"("msgtype":"location","location":{"latitude":120.8,"longitude":29.5})"),
     MessageKind::other, "", "", ""},
    {"link", entry(R"("msgtype":"link","link":{"title":"题","desc":"述","url":"https://e.org/"})"),
     MessageKind::link, "题\n述", "", ""},
    {"business_card", entry(R"("msgtype":"business_card","business_card":{"userid":"a"})"),
     MessageKind::other, "", "", ""},
    {"enters_by_a_villages_link",
     event(R"("event_type":"enter_session","external_userid":"wmB","scene":"qr",)"
           R"("scene_param":"lou-jia","welcome_code":"W")"),
     MessageKind::follow, "", "", "lou-jia", 0},
    {"enters", event(R"("event_type":"enter_session","external_userid":"wmB","scene":"123")"),
     MessageKind::follow, "", "", "123", 0},
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
  ASSERT_EQ(page.messages.size(), 1u);
  const auto& message = page.messages[0];
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

TEST(KfPage, TellsWhatWasNotDeliveredAndWhy) {
  const auto failed = page_of(kEntries[12].entry).messages.at(0);
  EXPECT_EQ(failed.delivery->platform_id, "hy_7_ab");
  EXPECT_FALSE(failed.delivery->delivered);
  EXPECT_EQ(failed.delivery->detail, "fail_type 4: over 48 hours");
  const auto welcome = page_of(kEntries[10].entry).messages.at(0);
  EXPECT_EQ(welcome.reply_address, "W");
  EXPECT_EQ(welcome.reply_until, welcome.sent_at + 20s);
  EXPECT_EQ(page_of(kEntries[6].entry).messages.at(0).position->label, "溪东 石璜镇");
}

TEST(KfPage, GoesOnWhileThereIsMoreEvenWhenEmpty) {
  const auto page = page_of("", R"("next_cursor":"C3","has_more":1)");
  EXPECT_EQ(page.kind, Kind::delivered);
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.next_cursor, "C3");
  EXPECT_TRUE(page.messages.empty());
  EXPECT_FALSE(page_of("", R"("next_cursor":"C3","has_more":0)").more);
}

TEST(KfPage, OneBrokenEntryDoesNotHideTheOthers) {
  const auto page =
      page_of("1," + entry(R"("msgtype":"text","text":{"content":"a"})", "") + "," +
              R"({"msgid":"x","origin":3,"msgtype":"text","text":{"content":"nobody"}})" + "," +
              entry(R"("msgtype":"text","text":{"content":"servicer"})", "s", 5) + "," +
              event(R"("event_type":"servicer_status_change","servicer_userid":"z")") + "," +
              entry(R"("msgtype":"text","text":{"content":"b"})", "m2"));
  ASSERT_EQ(page.messages.size(), 1u);
  EXPECT_EQ(page.messages[0].text, "b");
  EXPECT_EQ(page.ignored, 2);
  EXPECT_EQ(page.unreadable, 3);
}

TEST(KfPage, MsgidTellsOneFromAnother) {
  const std::string same = R"("msgtype":"text","text":{"content":"同"})";
  const auto page = page_of(entry(same, "m1") + "," + entry(same, "m2") + "," + entry(same, "m1"));
  ASSERT_EQ(page.messages.size(), 3u);
  EXPECT_NE(page.messages[0].dedupe_key, page.messages[1].dedupe_key);
  EXPECT_EQ(page.messages[0].dedupe_key, page.messages[2].dedupe_key);
}

TEST(KfPage, FaultsAreNoMessages) {
  for (const auto& [body, kind] : {std::pair{R"({"errcode":95007})", Kind::refused},
                                   {R"({"errcode":42001})", Kind::token_expired},
                                   {R"({"errcode":45009})", Kind::retry},
                                   {R"({"errcode":95017})", Kind::channel_stopped},
                                   {"<html>", Kind::unknown}}) {
    const auto page = read_page("kf", net::HttpResponse::text(200, body), kNow);
    EXPECT_EQ(page.kind, kind) << body;
    EXPECT_TRUE(page.messages.empty());
    EXPECT_TRUE(page.next_cursor.empty());
  }
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
  const auto request = send_request("https://api.example", Token{"T"}, "wkA", notice());
  EXPECT_EQ(request.url, "https://api.example/cgi-bin/kf/send_msg?access_token=T");
  EXPECT_EQ(request.body, R"({"touser":"wmB","open_kfid":"wkA","msgid":")" + id +
                              R"(","msgtype":"text","text":{"content":"已登记 260324-0001\n)"
                              R"(沟断了"}})");
}

TEST(KfSend, ButtonsAreAMenuUpToTen) {
  auto with = notice();
  with.buttons = {{"催办", "催办 260324-0001"}, {"满意", "满意"}};
  auto body = parse_json_object(send_request("https://a", Token{}, "wkA", with).body).value();
  EXPECT_EQ(json_string(body, "msgtype"), "msgmenu");
  EXPECT_EQ(boost::json::serialize(body.at("msgmenu").as_object().at("list")),
            R"([{"type":"click","click":{"id":"1","content":"催办 260324-0001"}},)"
            R"({"type":"click","click":{"id":"2","content":"满意"}}])");
  for (int i = 0; i < 9; ++i) with.buttons.push_back({"x", "x" + std::to_string(i)});
  body = parse_json_object(send_request("https://a", Token{}, "wkA", with).body).value();
  EXPECT_EQ(json_string(body, "msgtype"), "text");
}

TEST(KfSend, WelcomeGoesToTheCode) {
  auto welcome = notice();
  welcome.reply_address = "W";
  const auto request = welcome_request("https://a", Token{"T"}, welcome);
  EXPECT_EQ(request.url, "https://a/cgi-bin/kf/send_msg_on_event?access_token=T");
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
