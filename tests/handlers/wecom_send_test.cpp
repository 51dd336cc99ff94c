// What leaves the application: passive replies, messages, cards, their updates; and what the
// platform's answers mean.
#include <gtest/gtest.h>

#include <pugixml.hpp>
#include <set>

#include "handlers/json.h"
#include "handlers/utf8.h"
#include "tests/handlers/wecom_fixture.h"

namespace huiyin::wecom::test {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using Kind = SendOutcome::Kind;

Notice notice() {
  Notice notice;
  notice.id = NoticeId{9007199254740993};
  notice.channel = "wecom";
  notice.recipient = std::string{kCadre};
  notice.kind = "card";
  notice.case_number = "260324-0001";
  notice.title = "漏水 260324-0001";
  notice.text = "编号260324-0001，楼家村：沟断了 😀\n可以回复：签收、退回";
  notice.link = "https://huiyin.example.org/c/abc";
  notice.buttons = {{"签收", "签收 260324-0001"}, {"退回", "退回 260324-0001"}};
  notice.fields = {{"number", "260324-0001"},
                   {"place", "石璜镇楼家村溪东自然村"},
                   {"status", "待签收"},
                   {"due", "3月26日17:30"}};
  return notice;
}
Notice words() {
  auto words = notice();
  words.kind = "due_tomorrow";
  words.buttons.clear();
  words.link.clear();
  return words;
}

json::object body_of(const Notice& notice, const ChannelConfig& config = app_config()) {
  const auto channel = make_app(config);
  const auto request = channel->encode(notice, Route::session, Token{"T"});
  return parse_json_object(request.body).value();
}
const json::object& child(const json::object& object, std::string_view name) {
  return object.at(name).as_object();
}

// ---- passive reply

TEST(WecomReply, NothingToSayIsSuccess) {
  const auto channel = make_app(app_config());
  EXPECT_EQ(channel->acknowledge({}, nullptr, nullptr, kNow, kRandom).body, "success");
  EXPECT_EQ(channel->acknowledge({}, nullptr, nullptr, kNow, kRandom).status, 200);
}

TEST(WecomReply, IsSealedForTheMember) {
  const auto channel = make_app(app_config());
  Message said;
  said.sender = std::string{kCadre};
  said.recipient = std::string{kCorp};
  auto reply = words();
  reply.text = "a]]>b<&>";
  const auto response = channel->acknowledge({}, &said, &reply, kNow, kRandom);
  EXPECT_EQ(net::find_header(response.headers, "Content-Type"), "text/xml; charset=utf-8");
  pugi::xml_document outer;
  ASSERT_TRUE(outer.load_string(response.body.c_str()));
  const auto root = outer.child("xml");
  EXPECT_STREQ(root.child_value("TimeStamp"), "1774314602");
  const tencent::Envelope envelope{std::string{kToken}, kAesKey, std::string{kCorp}};
  const auto opened = envelope.open(root.child_value("TimeStamp"), root.child_value("Nonce"),
                                    root.child_value("Encrypt"), root.child_value("MsgSignature"));
  EXPECT_EQ(opened.message,
            "<xml><ToUserName><![CDATA[ZhangWei]]></ToUserName><FromUserName>"
            "<![CDATA[ww8c41d20be97f6a35]]></FromUserName><CreateTime>1774314602</CreateTime>"
            "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[漏水 260324-0001\n"
            "a]]]]><![CDATA[>b<&>]]></Content></xml>");
}

// ---- requests

TEST(WecomSend, TokenIsAskedForByGet) {
  const auto request = *make_app(app_config())->token_request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.url,
            "https://qyapi.weixin.qq.com/cgi-bin/gettoken?corpid=ww8c41d20be97f6a35&"
            "corpsecret=played-secret");
  EXPECT_TRUE(request.body.empty());
}

TEST(WecomSend, ButtonsMakeACard) {
  const auto channel = make_app(app_config());
  const auto request = channel->encode(notice(), Route::session, Token{"T+/"});
  EXPECT_EQ(request.url, "https://qyapi.weixin.qq.com/cgi-bin/message/send?access_token=T%2B%2F");
  const auto body = parse_json_object(request.body).value();
  EXPECT_EQ(json_string(body, "touser"), kCadre);
  EXPECT_EQ(json_integer(body, "agentid"), 1000002);
  EXPECT_EQ(json_string(body, "msgtype"), "template_card");
  EXPECT_FALSE(body.contains("enable_duplicate_check"));
  const auto& card = child(body, "template_card");
  EXPECT_EQ(json_string(card, "card_type"), "button_interaction");
  EXPECT_EQ(json_string(child(card, "main_title"), "title"), "漏水 260324-0001");
  EXPECT_EQ(json_string(card, "sub_title_text"), notice().text);
  EXPECT_EQ(json_string(child(card, "card_action"), "url"), notice().link);
  EXPECT_EQ(json::serialize(card.at("button_list")),
            R"([{"text":"签收","style":1,"key":"签收 260324-0001"},)"
            R"({"text":"退回","style":2,"key":"退回 260324-0001"}])");
  EXPECT_EQ(json::serialize(card.at("horizontal_content_list")),
            R"([{"keyname":"编号","value":"260324-0001"},)"
            R"({"keyname":"地点","value":"石璜镇楼家村溪东自然村"},)"
            R"({"keyname":"状态","value":"待签收"},{"keyname":"期限","value":"3月26日17:30"}])");
  EXPECT_EQ(request.body.find("\\u"), std::string::npos);
}

TEST(WecomSend, TaskIdIsOneForARetryAndAnotherForAnythingElse) {
  const auto id = [](const Notice& notice) {
    return json_string(child(body_of(notice), "template_card"), "task_id");
  };
  const auto first = id(notice());
  EXPECT_EQ(first, id(notice()));
  EXPECT_TRUE(first.starts_with("huiyin_9007199254740993_"));
  EXPECT_LE(first.size(), 128u);
  for (const char c : first) EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)) || c == '_');
  std::set<std::string> ids{first};
  auto other = notice();
  other.id = NoticeId{9007199254740994};
  EXPECT_TRUE(ids.insert(id(other)).second);
  // A new database counts notices from the start.
  for (auto change :
       {+[](Notice& n) { n.recipient = "lisi"; }, +[](Notice& n) { n.case_number = "260325-0001"; },
        +[](Notice& n) { n.title += "!"; }, +[](Notice& n) { n.text += "!"; }}) {
    other = notice();
    change(other);
    EXPECT_TRUE(ids.insert(id(other)).second);
  }
}

TEST(WecomSend, CardKeepsWithinTheLimits) {
  auto large = notice();
  large.title = std::string(3000, 'x');
  large.text.clear();
  for (int i = 0; i < 500; ++i) large.text += "水";
  large.text += "\n可以回复：签收";
  large.fields["result"] = std::string(100, 'r');
  large.fields["owner"] = "楼\n家";
  large.buttons.clear();
  for (int i = 0; i < 9; ++i)
    large.buttons.push_back({"一二三四五六七八九十多", "命令 " + std::to_string(i)});
  large.buttons.insert(large.buttons.begin(), {"太长", std::string(2000, 'k')});
  large.buttons.insert(large.buttons.begin() + 1, {"同", "命令 0"});
  const auto& body = body_of(large);
  const auto& card = child(body, "template_card");
  EXPECT_EQ(count_characters(json_string(child(card, "main_title"), "title")), 36u);
  const auto subtitle = json_string(card, "sub_title_text");
  EXPECT_EQ(count_characters(subtitle), 160u);
  EXPECT_TRUE(subtitle.ends_with("水…\n可以回复：签收"));
  EXPECT_EQ(card.at("horizontal_content_list").as_array().size(), 6u);
  std::set<std::string> keys;
  for (const auto& value : card.at("button_list").as_array()) {
    EXPECT_LE(count_characters(json_string(value.as_object(), "text")), 10u);
    EXPECT_TRUE(keys.insert(json_string(value.as_object(), "key")).second);
  }
  EXPECT_EQ(keys.size(), 6u);
  EXPECT_FALSE(keys.contains(std::string(2000, 'k')));
}

TEST(WecomSend, EnglishCardHasEnglishNames) {
  auto english = notice();
  english.text = "The ditch is broken";
  const auto body = body_of(english);
  const auto& lines = child(body, "template_card").at("horizontal_content_list").as_array();
  EXPECT_EQ(json_string(lines[1].as_object(), "keyname"), "Place");
}

TEST(WecomSend, ALinkAndFewWordsMakeATextcard) {
  auto linked = words();
  linked.link = "https://huiyin.example.org/c/abc";
  linked.text = "第一行 <div class=\"highlight\">假</div>\n第二行";
  auto body = body_of(linked);
  EXPECT_EQ(json_string(body, "msgtype"), "textcard");
  const auto& card = child(body, "textcard");
  EXPECT_EQ(json_string(card, "title"), linked.title);
  EXPECT_EQ(json_string(card, "description"),
            "第一行 ＜div class=\"highlight\">假＜/div><br>第二行");
  EXPECT_EQ(json_string(card, "url"), linked.link);

  linked.text = std::string(513, 'x');  // more than its 512 bytes: nothing is cut, it goes as text
  body = body_of(linked);
  EXPECT_EQ(json_string(body, "msgtype"), "text");
  EXPECT_TRUE(json_string(child(body, "text"), "content").ends_with("x\n" + linked.link));
}

TEST(WecomSend, WordsAreText) {
  auto said = words();
  said.text = "点 <A href=\"http://evil.example/\">这里</a> 3<a b<c";
  const auto body = body_of(said);
  EXPECT_EQ(json_string(body, "msgtype"), "text");
  EXPECT_EQ(json_string(child(body, "text"), "content"),
            said.title + "\n点 ＜A href=\"http://evil.example/\">这里</a> 3＜a b<c");
}

TEST(WecomSend, TextIsNeverLongerThan2048BytesNorCutInACharacter) {
  for (std::size_t extra = 0; extra < 8; ++extra) {
    auto large = words();
    large.title.clear();
    large.text = std::string(extra, 'x');
    while (large.text.size() < 2100) large.text += "😀";
    const auto body = body_of(large);
    const auto content = json_string(child(body, "text"), "content");
    EXPECT_LE(content.size(), 2048u);
    EXPECT_GT(content.size(), 2048u - 8);
    EXPECT_TRUE(is_utf8(content));
  }
}

TEST(WecomSend, MarkdownWhenConfigured) {
  auto config = app_config();
  config.keys["format"] = "markdown";
  auto said = words();
  said.link = "https://huiyin.example.org/c/abc";
  said.text = std::string(600, 'x') + "[点](http://evil.example) **x** <font>";
  const auto body = body_of(said, config);
  EXPECT_EQ(json_string(body, "msgtype"), "markdown");
  const auto content = json_string(child(body, "markdown"), "content");
  EXPECT_TRUE(content.starts_with("**漏水 260324-0001**\nxxx"));
  EXPECT_NE(content.find("［点］(http://evil.example) ＊＊x＊＊ ＜font＞"), std::string::npos);
  EXPECT_TRUE(content.ends_with("\n[查看详情](https://huiyin.example.org/c/abc)"));
  said.text = std::string(5000, '<');
  const auto large = body_of(said, config);
  EXPECT_LE(json_string(child(large, "markdown"), "content").size(), 2048u);
}

// The platform swallows an identical request: right for a repeat of an unknown, wrong for anything
// else.
TEST(WecomSend, OnlyARepeatIsIdentical) {
  auto first = words(), second = words();
  EXPECT_EQ(json::serialize(body_of(first)), json::serialize(body_of(first)));
  EXPECT_EQ(json_integer(body_of(first), "enable_duplicate_check"), 1);
  second.id = NoticeId{first.id.raw() + 1};
  EXPECT_NE(json::serialize(body_of(first)), json::serialize(body_of(second)));
  const auto interval = json_integer(body_of(first), "duplicate_check_interval").value();
  EXPECT_GE(interval, 1800);
  EXPECT_LE(interval, 14400);
  for (const char* kind : {"todo", "status", "help", "which_case"}) {
    first.kind = kind;
    EXPECT_FALSE(body_of(first).contains("enable_duplicate_check")) << kind;
  }
}

// ---- changing a card

TEST(WecomUpdate, CarriesTheWholeCard) {
  const auto channel = make_app(app_config());
  ASSERT_TRUE(channel->can_edit());
  auto edit = notice();
  edit.replaces = "RC-1";
  const auto request = channel->encode(edit, Route::session, Token{"T"});
  EXPECT_EQ(request.url,
            "https://qyapi.weixin.qq.com/cgi-bin/message/update_template_card?access_token=T");
  const auto body = parse_json_object(request.body).value();
  EXPECT_EQ(json::serialize(body.at("userids")), R"(["ZhangWei"])");
  EXPECT_EQ(json_integer(body, "agentid"), 1000002);
  EXPECT_EQ(json_string(body, "response_code"), "RC-1");
  EXPECT_FALSE(child(body, "template_card").contains("task_id"));
  EXPECT_EQ(child(body, "template_card").at("button_list").as_array().size(), 2u);
  EXPECT_FALSE(body.contains("button"));
}

TEST(WecomUpdate, WithoutButtonsItBecomesANoticeOrGrey) {
  auto edit = notice();
  edit.replaces = "RC-1";
  edit.buttons.clear();
  auto body = body_of(edit);
  EXPECT_EQ(json_string(child(body, "template_card"), "card_type"), "text_notice");
  edit.link.clear();
  body = body_of(edit);
  EXPECT_FALSE(body.contains("button"));
  const auto& grey = child(body, "template_card");
  EXPECT_EQ(json_string(grey, "card_type"), "button_interaction");
  EXPECT_EQ(json_string(grey, "replace_text"), "待签收");
  EXPECT_EQ(json_string(grey, "sub_title_text"), notice().text);
  // Where a client shows the button all the same, it asks how things stand.
  EXPECT_EQ(json::serialize(grey.at("button_list")),
            R"([{"text":"待签收","style":2,"key":"进度 260324-0001"}])");
  edit.fields.clear();
  EXPECT_EQ(json_string(child(body_of(edit), "template_card"), "replace_text"), "漏水 260324…");
  edit.title.clear();
  edit.case_number.clear();
  const auto bare = child(body_of(edit), "template_card");
  EXPECT_EQ(json_string(bare, "replace_text"), "已更新");
}

// ---- files of the case

std::string file_link(int id) {
  return "https://huiyin.example.org/m/" + std::to_string(id) +
         ".1774573802.0123456789abcdef0123456789abcdef";
}
Notice with_files(int files, const char* name = "照片") {
  auto with = notice();
  with.text = "编号260324-0001：沟断了";
  for (int i = 1; i <= files; ++i) with.text += "\n" + std::string{name} + "：" + file_link(i);
  with.text += "\n可以回复：签收";
  return with;
}

TEST(WecomFiles, CanBeTappedOnTheCard) {
  const auto body = body_of(with_files(2));
  const auto& card = child(body, "template_card");
  EXPECT_EQ(json_string(card, "sub_title_text"), "编号260324-0001：沟断了\n可以回复：签收");
  const auto& lines = card.at("horizontal_content_list").as_array();
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(
      json::serialize(lines[4]),
      R"({"type":1,"keyname":"照片","value":"huiyin.example.org","url":")" + file_link(1) + "\"}");
  EXPECT_EQ(json_string(lines[5].as_object(), "url"), file_link(2));
  EXPECT_EQ(json_string(lines[3].as_object(), "keyname"), "期限");
}

TEST(WecomFiles, FieldsGiveWayAndTheSixthFileStaysInTheWords) {
  const auto body = body_of(with_files(6, "语音"));
  const auto& card = child(body, "template_card");
  const auto& lines = card.at("horizontal_content_list").as_array();
  ASSERT_EQ(lines.size(), 6u);
  EXPECT_EQ(json_string(lines[0].as_object(), "keyname"), "编号");
  for (std::size_t i = 1; i < 6; ++i)
    EXPECT_EQ(json_string(lines[i].as_object(), "url"), file_link(static_cast<int>(i)));
  EXPECT_NE(json_string(card, "sub_title_text").find(file_link(6)), std::string::npos);
}

TEST(WecomFiles, OnlyWhatWeSignIsALink) {
  for (const std::string stranger :
       {"看：https://evil.example/", "看：https://evil.example/m/1.2.3", "看：javascript:/m/1.2.3",
        "看：https://evil.example/m/1.2.0123456789ABCDEF0123456789ABCDEF",
        "看：https://e.example/m/x.2.0123456789abcdef0123456789abcdef",
        "https://e.example/m/1.2.0123456789abcdef0123456789abcdef"}) {
    auto said = notice();
    said.text = stranger;
    const auto body = body_of(said);
    const auto& card = child(body, "template_card");
    EXPECT_EQ(json_string(card, "sub_title_text"), stranger);
    for (const auto& line : card.at("horizontal_content_list").as_array())
      EXPECT_FALSE(line.as_object().contains("url")) << stranger;
  }
}

TEST(WecomFiles, WithoutACardTheyStayAddressesInAText) {
  auto said = with_files(1);
  said.buttons.clear();
  auto body = body_of(said);  // a textcard would show a dead address
  EXPECT_EQ(json_string(body, "msgtype"), "text");
  EXPECT_NE(json_string(child(body, "text"), "content").find(file_link(1)), std::string::npos);
  auto config = app_config();
  config.keys["format"] = "markdown";
  body = body_of(said, config);
  EXPECT_EQ(
      json_string(child(body, "markdown"), "content"),
      "**漏水 260324-0001**\n编号260324-0001：沟断了\n可以回复：签收\n照片：[huiyin.example.org](" +
          file_link(1) + ")\n[查看详情](https://huiyin.example.org/c/abc)");
}

// ---- by what a card is found after a press

TEST(WecomHandle, ComesWithThePress) {
  const auto channel = make_app(app_config());
  Message press;
  press.card = json_string(child(body_of(notice()), "template_card"), "task_id");
  press.reply_address = "RC-2";
  const auto handle = channel->card_handle(press);
  ASSERT_TRUE(handle);
  EXPECT_EQ(handle->notice, notice().id);
  EXPECT_EQ(handle->handle, "RC-2");
  press.reply_address.clear();
  EXPECT_FALSE(channel->card_handle(press));
  press.reply_address = "RC-2";
  for (const char* task :
       {"", "huiyin_", "huiyin_7", "huiyin_7_", "huiyin_x_0123456789abcdef",
        "huiyin_-7_0123456789abcdef", "huiyin_7_0123456789abcde", "huiyin_7-0123456789abcdef",
        "HY-20261123-0007_L1_3", "huiyin_99999999999999999999_0123456789abcdef"}) {
    press.card = task;
    EXPECT_FALSE(channel->card_handle(press)) << task;
  }
}

TEST(WecomLimits, AreThePages) {
  const auto limits = make_app(app_config())->limits();
  ASSERT_EQ(limits.account.size(), 2u);
  EXPECT_EQ(limits.account[0].count, 10'000);
  EXPECT_EQ(limits.account[0].per, 1min);
  EXPECT_EQ(limits.account[1].count, 150'000);
  EXPECT_EQ(limits.account[1].per, 1h);
  ASSERT_EQ(limits.recipient.size(), 2u);
  EXPECT_EQ(limits.recipient[0].count, 30);
  EXPECT_EQ(limits.recipient[0].per, 1min);
  EXPECT_EQ(limits.recipient[1].count, 1000);
  EXPECT_EQ(limits.recipient[1].per, 1h);
}

// ---- answers

struct AnswerCase {
  const char* label;
  int status;
  const char* body;
  Kind kind;
  const char *code, *platform_id;
  std::chrono::milliseconds retry_after{0};
};
const AnswerCase kAnswers[] = {
    {"card", 200, R"({"errcode":0,"errmsg":"ok","msgid":"M","response_code":"RC"})",
     Kind::delivered, "0", "RC"},
    {"words", 200, R"({"errcode":0,"errmsg":"ok","invaliduser":"","msgid":"M"})", Kind::delivered,
     "0", ""},
    {"invaliduser", 200, R"({"errcode":0,"errmsg":"ok","invaliduser":"zhangwei","msgid":"M"})",
     Kind::unreachable, "invaliduser", ""},
    {"invaliduser_of_an_update", 200, R"({"errcode":0,"errmsg":"ok","invaliduser":["zhangwei"]})",
     Kind::unreachable, "invaliduser", ""},
    {"nobody_invalid_in_an_update", 200, R"({"errcode":0,"errmsg":"ok","invaliduser":[]})",
     Kind::delivered, "0", ""},
    {"invalidparty", 200, R"({"errcode":0,"errmsg":"ok","invalidparty":"1"})", Kind::unreachable,
     "invalidparty", ""},
    {"invalidtag", 200, R"({"errcode":0,"errmsg":"ok","invalidtag":"1"})", Kind::unreachable,
     "invalidtag", ""},
    {"unlicenseduser", 200, R"({"errcode":0,"errmsg":"ok","unlicenseduser":"zhangwei"})",
     Kind::unreachable, "unlicenseduser", ""},
    {"wrong_types", 200, R"({"errcode":0,"errmsg":"ok. Warning: wrong json format. "})",
     Kind::refused, "wrong_json_format", ""},
    {"busy", 200, R"({"errcode":-1,"errmsg":"x"})", Kind::retry, "-1", ""},
    {"concurrent", 200, R"({"errcode":6000})", Kind::retry, "6000", ""},
    {"secret", 200, R"({"errcode":40001})", Kind::channel_stopped, "40001", ""},
    {"userid", 200, R"({"errcode":40003})", Kind::unreachable, "40003", ""},
    {"media", 200, R"({"errcode":40007})", Kind::refused, "40007", ""},
    {"msgtype", 200, R"({"errcode":40008})", Kind::refused, "40008", ""},
    {"corpid", 200, R"({"errcode":40013})", Kind::channel_stopped, "40013", ""},
    {"token", 200, R"({"errcode":40014})", Kind::token_expired, "40014", ""},
    {"agentid", 200, R"({"errcode":40056})", Kind::channel_stopped, "40056", ""},
    {"parameter", 200, R"({"errcode":40058})", Kind::refused, "40058", ""},
    {"empty_parameter", 200, R"({"errcode":40063})", Kind::refused, "40063", ""},
    {"other_corp", 200, R"({"errcode":40091})", Kind::channel_stopped, "40091", ""},
    {"blocked", 200, R"({"errcode":40201})", Kind::refused, "40201", ""},
    {"no_token", 200, R"({"errcode":41001})", Kind::token_expired, "41001", ""},
    {"token_old", 200, R"({"errcode":42001})", Kind::token_expired, "42001", ""},
    {"task_used", 200, R"({"errcode":42014})", Kind::delivered, "42014", ""},
    {"card_of_another_app", 200, R"({"errcode":42015})", Kind::refused, "42015", ""},
    {"card_code_used", 200, R"({"errcode":42020})", Kind::refused, "42020", ""},
    {"card_field_first", 200, R"({"errcode":42027})", Kind::refused, "42027", ""},
    {"card_field_last", 200, R"({"errcode":42051})", Kind::refused, "42051", ""},
    {"no_callback", 200, R"({"errcode":43012})", Kind::channel_stopped, "43012", ""},
    {"empty", 200, R"({"errcode":44004})", Kind::refused, "44004", ""},
    {"long", 200, R"({"errcode":45002})", Kind::refused, "45002", ""},
    {"frequent", 200, R"({"errcode":45009})", Kind::retry, "45009", "", 60s},
    {"concurrent_calls", 200, R"({"errcode":45033})", Kind::retry, "45033", ""},
    {"api_not_granted", 200, R"({"errcode":48001})", Kind::channel_stopped, "48001", ""},
    {"api_forbidden", 200, R"({"errcode":48002})", Kind::channel_stopped, "48002", ""},
    {"disused", 200, R"({"errcode":48006})", Kind::channel_stopped, "48006", ""},
    {"disabled", 200, R"({"errcode":50003})", Kind::channel_stopped, "50003", ""},
    {"no_right", 200, R"({"errcode":60011})", Kind::channel_stopped, "60011", ""},
    {"address", 200, R"({"errcode":60020})", Kind::channel_stopped, "60020", ""},
    {"absent", 200, R"({"errcode":60111})", Kind::unreachable, "60111", ""},
    {"all_invalid", 200, R"({"errcode":81013,"invaliduser":"zhangwei"})", Kind::unreachable,
     "81013", ""},
    {"to_nobody", 200, R"({"errcode":82001})", Kind::refused, "82001", ""},
    {"other_app", 200, R"({"errcode":301002})", Kind::channel_stopped, "301002", ""},
    {"unlisted", 200, R"({"errcode":99999})", Kind::retry, "99999", "", 10min},
    {"no_code", 200, R"({"errmsg":"ok"})", Kind::unknown, "unreadable", ""},
    {"code_is_text", 200, R"({"errcode":"0"})", Kind::unknown, "unreadable", ""},
    {"no_json", 200, "<html>", Kind::unknown, "unreadable", ""},
    {"bad_gateway", 502, "", Kind::unknown, "http_502", ""},
    {"throttled", 429, "", Kind::retry, "http_429", ""},
    {"not_found", 404, "", Kind::retry, "http_404", "", 60s},
};
class WecomAnswer : public testing::TestWithParam<AnswerCase> {};
TEST_P(WecomAnswer, Means) {
  const auto& row = GetParam();
  const auto response = net::HttpResponse::text(row.status, row.body);
  const auto channel = make_app(app_config());
  for (const auto& outcome : {channel->interpret(Route::session, response),
                              channel->interpret_sent(notice(), Route::session, response)}) {
    EXPECT_EQ(outcome_name(outcome.kind), outcome_name(row.kind));
    EXPECT_EQ(outcome.code, row.code);
    EXPECT_EQ(outcome.platform_id, row.platform_id);
    EXPECT_EQ(outcome.retry_after, row.retry_after);
  }
}
INSTANTIATE_TEST_SUITE_P(Wecom, WecomAnswer, testing::ValuesIn(kAnswers),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(WecomUpdate, SpendsTheCodeAndHasNoFirstAttempt) {
  auto edit = notice();
  edit.replaces = "RC-1";
  const auto outcome = [&](const char* body) {
    return make_app(app_config())
        ->interpret_sent(edit, Route::session, net::HttpResponse::text(200, body));
  };
  EXPECT_EQ(outcome(R"({"errcode":0,"errmsg":"ok"})").kind, Kind::delivered);
  EXPECT_EQ(outcome(R"({"errcode":0,"errmsg":"ok"})").platform_id, "");
  EXPECT_EQ(outcome(R"({"errcode":0,"response_code":"RC-2"})").platform_id, "RC-2");
  EXPECT_EQ(outcome(R"({"errcode":42014})").kind, Kind::refused);
  EXPECT_EQ(outcome(R"({"errcode":0,"invaliduser":["a"]})").kind, Kind::unreachable);
  EXPECT_EQ(outcome(R"({"errcode":0,"invaliduser":["a"]})").platform_id, "");
}

struct TokenCase {
  const char* label;
  int status;
  const char* body;
  const char* value;
  int lifetime;
  bool configuration;
  const char* code;
};
const TokenCase kTokens[] = {
    {"good", 200, R"({"errcode":0,"errmsg":"ok","access_token":"T","expires_in":7200})", "T", 7200,
     false, ""},
    {"shorter", 200, R"({"errcode":0,"access_token":"T","expires_in":60})", "T", 60, false, ""},
    {"endless", 200, R"({"errcode":0,"access_token":"T","expires_in":99999})", "T", 7200, false,
     ""},
    {"no_lifetime", 200, R"({"errcode":0,"access_token":"T"})", "", 0, false, "unreadable"},
    {"no_token", 200, R"({"errcode":0,"expires_in":7200})", "", 0, false, "unreadable"},
    {"wrong_secret", 200, R"({"errcode":40001})", "", 0, true, "40001"},
    {"wrong_corp", 200, R"({"errcode":40013})", "", 0, true, "40013"},
    {"other_corp", 200, R"({"errcode":40091})", "", 0, true, "40091"},
    {"wrong_address", 200, R"({"errcode":60020})", "", 0, true, "60020"},
    {"busy", 200, R"({"errcode":-1})", "", 0, false, "-1"},
    {"throttled", 200, R"({"errcode":45009})", "", 0, false, "45009"},
    {"down", 503, "", "", 0, false, "http_503"},
    {"page", 200, "<html>", "", 0, false, "unreadable"},
};
class WecomToken : public testing::TestWithParam<TokenCase> {};
TEST_P(WecomToken, IsRead) {
  const auto& row = GetParam();
  const auto token =
      make_app(app_config())->interpret_token(net::HttpResponse::text(row.status, row.body));
  EXPECT_EQ(token.value, row.value);
  EXPECT_EQ(token.lifetime.count(), row.lifetime);
  EXPECT_EQ(token.configuration_fault, row.configuration);
  EXPECT_EQ(token.code, row.code);
}
INSTANTIATE_TEST_SUITE_P(Wecom, WecomToken, testing::ValuesIn(kTokens),
                         [](const auto& info) { return std::string{info.param.label}; });

// Page: back off, three tries at most.
TEST(WecomBusy, IsTriedThreeTimes) {
  const auto channel = make_app(app_config());
  const auto tries = [&](const char* body) {
    return channel->interpret(Route::session, net::HttpResponse::text(200, body)).tries;
  };
  EXPECT_EQ(tries(R"({"errcode":-1})"), 3);
  EXPECT_EQ(tries(R"({"errcode":45009})"), 0);
  EXPECT_EQ(tries(R"({"errcode":0})"), 0);
}

}  // namespace
}  // namespace huiyin::wecom::test
