// Every message and event of the pages "消息格式" and "事件格式", as the application hears them.
#include <gtest/gtest.h>

#include <set>

#include "tests/handlers/wecom_fixture.h"

namespace huiyin::wecom::test {
namespace {

using namespace std::chrono_literals;

struct Expected {
  MessageKind kind = MessageKind::text;
  std::string text{}, media_id{}, media_url{}, media_format{}, card{}, reply_address{};
  std::optional<Position> position{};
  bool reply = true;
};
struct DecodeCase {
  const char* label;
  const char* rest;  // elements besides ToUserName, FromUserName, CreateTime, AgentID
  Expected expected;
  const char* key;  // empty: made from the body
};

#define WHO "ZhangWei"
#define AT "1774314600"
#define EVENT(name) "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[" name "]]></Event>"
#define EVENT_KEY(key) "<EventKey><![CDATA[" key "]]></EventKey>"
#define CLICK_REST                                                                        \
  "<TaskId><![CDATA[huiyin_7_abc]]></TaskId><CardType><![CDATA[button_interaction]]>"     \
  "</CardType><ResponseCode><![CDATA[RC-1]]></ResponseCode><SelectedItems><SelectedItem>" \
  "<QuestionKey><![CDATA[q]]></QuestionKey><OptionIds><OptionId><![CDATA[a]]></OptionId>" \
  "<OptionId><![CDATA[b]]></OptionId></OptionIds></SelectedItem></SelectedItems>"

const DecodeCase kCases[] = {
    {"text",
     "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[签收 260324-0001]]></Content>"
     "<MsgId>1234567890123456</MsgId>",
     {.text = "签收 260324-0001"},
     "message|1234567890123456|" WHO "|" AT},
    {"text_of_four_bytes_and_markup",
     "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[😀𠮷\n<b>&amp;]]></Content>"
     "<MsgId>18446744073709551615</MsgId>",
     {.text = "😀𠮷\n<b>&amp;"},
     "message|18446744073709551615|" WHO "|" AT},
    {"image",
     "<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[https://wework.qpic.cn/a/0]]></PicUrl>"
     "<MediaId><![CDATA[m-1]]></MediaId><MsgId>5</MsgId>",
     {.kind = MessageKind::image, .media_id = "m-1", .media_url = "https://wework.qpic.cn/a/0"},
     "message|5|" WHO "|" AT},
    {"voice",
     "<MsgType><![CDATA[voice]]></MsgType><MediaId><![CDATA[v-1]]></MediaId>"
     "<Format><![CDATA[amr]]></Format><MsgId>6</MsgId>",
     {.kind = MessageKind::voice, .media_id = "v-1", .media_format = "amr"},
     "message|6|" WHO "|" AT},
    {"video",
     "<MsgType><![CDATA[video]]></MsgType><MediaId><![CDATA[w-1]]></MediaId>"
     "<ThumbMediaId><![CDATA[t]]></ThumbMediaId><MsgId>7</MsgId>",
     {.kind = MessageKind::video, .media_id = "w-1"},
     "message|7|" WHO "|" AT},
    {"location_x_is_latitude",
     "<MsgType><![CDATA[location]]></MsgType><Location_X>29.5871</Location_X>"
     "<Location_Y>120.8233</Location_Y><Scale>15</Scale><Label><![CDATA[溪东]]></Label>"
     "<MsgId>8</MsgId><AppType><![CDATA[wxwork]]></AppType>",
     {.kind = MessageKind::position, .position = Position{29.5871, 120.8233, "溪东"}},
     "message|8|" WHO "|" AT},
    {"link",
     "<MsgType><![CDATA[link]]></MsgType><Title><![CDATA[题]]></Title>"
     "<Description><![CDATA[述]]></Description><Url><![CDATA[https://e.org/a?b=1&c=2]]></Url>"
     "<PicUrl><![CDATA[]]></PicUrl><MsgId>9</MsgId>",
     {.kind = MessageKind::link, .text = "题\n述", .media_url = "https://e.org/a?b=1&c=2"},
     "message|9|" WHO "|" AT},
    {"unknown_message_type",
     "<MsgType><![CDATA[file]]></MsgType><MsgId>10</MsgId>",
     {.kind = MessageKind::file},
     "message|10|" WHO "|" AT},

    {"subscribe",
     EVENT("subscribe"),
     {.kind = MessageKind::follow},
     "event|" WHO "|" AT "|subscribe|||1000002"},
    {"unsubscribe",
     EVENT("unsubscribe"),
     {.kind = MessageKind::unfollow, .reply = false},
     "event|" WHO "|" AT "|unsubscribe|||1000002"},
    {"enter_agent",
     EVENT("enter_agent") EVENT_KEY(""),
     {.kind = MessageKind::other, .reply = false},
     "event|" WHO "|" AT "|enter_agent|||1000002"},
    {"automatic_position",
     EVENT("LOCATION") "<Latitude>29.5</Latitude><Longitude>120.8</Longitude>"
                       "<Precision>65.0</Precision><AppType><![CDATA[wxwork]]></AppType>",
     {.kind = MessageKind::other, .position = Position{29.5, 120.8, ""}, .reply = false},
     "event|" WHO "|" AT "|LOCATION|||1000002"},
    {"click",
     EVENT("click") EVENT_KEY("todo"),
     {.kind = MessageKind::menu, .text = "todo"},
     "event|" WHO "|" AT "|click|todo||1000002"},
    {"view",
     EVENT("view") EVENT_KEY("https://e.org/"),
     {.kind = MessageKind::other, .text = "https://e.org/", .reply = false},
     "event|" WHO "|" AT "|view|https://e.org/||1000002"},
    {"view_miniprogram",
     EVENT("view_miniprogram") EVENT_KEY("pages/a"),
     {.kind = MessageKind::other, .text = "pages/a", .reply = false},
     "event|" WHO "|" AT "|view_miniprogram|pages/a||1000002"},
    {"scancode_push",
     EVENT("scancode_push") EVENT_KEY("Q") "<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType>"
                                           "<ScanResult><![CDATA[1]]></ScanResult></ScanCodeInfo>",
     {.kind = MessageKind::other, .text = "1", .reply = false},
     "event|" WHO "|" AT "|scancode_push|Q||1000002"},
    {"scancode_waitmsg",
     EVENT("scancode_waitmsg") EVENT_KEY("Q") "<ScanCodeInfo><ScanResult><![CDATA[2]]></ScanResult>"
                                              "</ScanCodeInfo>",
     {.kind = MessageKind::other, .text = "2", .reply = false},
     "event|" WHO "|" AT "|scancode_waitmsg|Q||1000002"},
    {"pic_sysphoto",
     EVENT("pic_sysphoto") EVENT_KEY("P") "<SendPicsInfo><Count>1</Count></SendPicsInfo>",
     {.kind = MessageKind::other, .text = "P", .reply = false},
     "event|" WHO "|" AT "|pic_sysphoto|P||1000002"},
    {"pic_photo_or_album",
     EVENT("pic_photo_or_album") EVENT_KEY("P"),
     {.kind = MessageKind::other, .text = "P", .reply = false},
     "event|" WHO "|" AT "|pic_photo_or_album|P||1000002"},
    {"pic_weixin",
     EVENT("pic_weixin") EVENT_KEY("P"),
     {.kind = MessageKind::other, .text = "P", .reply = false},
     "event|" WHO "|" AT "|pic_weixin|P||1000002"},
    {"location_select",
     EVENT("location_select") EVENT_KEY(
         "L") "<SendLocationInfo><Location_X><![CDATA[29.5]]></Location_X><Location_Y>"
              "<![CDATA[120.8]]></Location_Y><Label><![CDATA[石璜镇]]></Label></SendLocationInfo>",
     {.kind = MessageKind::other,
      .text = "L",
      .position = Position{29.5, 120.8, "石璜镇"},
      .reply = false},
     "event|" WHO "|" AT "|location_select|L||1000002"},
    {"pressed_button_is_the_typed_command",
     EVENT("template_card_event") EVENT_KEY("签收 260324-0001") CLICK_REST,
     {.text = "签收 260324-0001", .card = "huiyin_7_abc", .reply_address = "RC-1", .reply = false},
     ""},
    {"card_menu",
     EVENT("template_card_menu_event") EVENT_KEY("mute") CLICK_REST,
     {.kind = MessageKind::menu, .text = "mute", .card = "huiyin_7_abc", .reply_address = "RC-1"},
     "event|" WHO "|" AT "|template_card_menu_event|mute|huiyin_7_abc|1000002"},
    {"member_left",
     EVENT("change_contact") "<ChangeType>delete_user</ChangeType><UserID>lisi</UserID>",
     {.kind = MessageKind::other, .text = "delete_user lisi", .reply = false},
     ""},
    {"member_changed",
     EVENT("change_contact") "<ChangeType>update_user</ChangeType><UserID>lisi</UserID>"
                             "<NewUserID>lisi2</NewUserID>",
     {.kind = MessageKind::other, .text = "update_user lisi", .reply = false},
     ""},
    {"party_created",
     EVENT("change_contact") "<ChangeType>create_party</ChangeType><Id>2</Id>"
                             "<ParentId>1</ParentId>",
     {.kind = MessageKind::other, .text = "create_party 2", .reply = false},
     ""},
    {"tag_changed",
     EVENT("change_contact") "<ChangeType>update_tag</ChangeType><TagId>1</TagId>",
     {.kind = MessageKind::other, .text = "update_tag 1", .reply = false},
     ""},
    {"external_contact",
     EVENT("change_external_contact") "<ChangeType>add_external_contact</ChangeType>"
                                      "<UserID>lisi</UserID><ExternalUserID>wm1</ExternalUserID>",
     {.kind = MessageKind::other, .text = "add_external_contact lisi", .reply = false},
     ""},
    {"external_chat",
     EVENT("change_external_chat") "<ChangeType>create</ChangeType><ChatId>wr1</ChatId>",
     {.kind = MessageKind::other, .text = "create wr1", .reply = false},
     ""},
    {"job",
     EVENT("batch_job_result") "<BatchJob><JobId>j</JobId></BatchJob>",
     {.kind = MessageKind::other, .reply = false},
     ""},
    {"approval",
     EVENT("open_approval_change") "<ApprovalInfo><ThirdNo>1</ThirdNo></ApprovalInfo>",
     {.kind = MessageKind::other, .reply = false},
     ""},
    {"system_approval",
     EVENT("sys_approval_change") "<ApprovalInfo><SpNo>1</SpNo></ApprovalInfo>",
     {.kind = MessageKind::other, .reply = false},
     ""},
    {"kf",
     EVENT("kf_msg_or_event") "<Token><![CDATA[E]]></Token><OpenKfId><![CDATA[wkA]]></OpenKfId>",
     {.kind = MessageKind::other, .text = "wkA", .reply = false},
     ""},
    {"about_to_be_suspended",
     EVENT("inactive_alert") "<EffectTime>1774400000</EffectTime>",
     {.kind = MessageKind::other, .reply = false},
     ""},
    {"suspended", EVENT("close_inactive_agent"), {.kind = MessageKind::other, .reply = false}, ""},
    {"alive_again",
     EVENT("reopen_inactive_agent"),
     {.kind = MessageKind::other, .reply = false},
     ""},
    {"little_used", EVENT("low_active"), {.kind = MessageKind::other, .reply = false}, ""},
    {"kf_rights",
     EVENT("kf_account_auth_change") "<AuthAddOpenKfId><![CDATA[wkB]]></AuthAddOpenKfId>",
     {.kind = MessageKind::other, .reply = false},
     ""},
    {"unknown_event",
     EVENT("brand_new_event") EVENT_KEY("k"),
     {.kind = MessageKind::other, .reply = false},
     ""},
    {"event_names_are_case_sensitive",
     EVENT("CLICK") EVENT_KEY("k"),
     {.kind = MessageKind::other, .reply = false},
     ""},
};

class WecomDecoded : public testing::TestWithParam<DecodeCase> {};

TEST_P(WecomDecoded, GivesOneMessage) {
  const auto& row = GetParam();
  const auto channel = make_app(app_config());
  const Push push{.body = xml(row.rest)};
  const auto decoded = channel->decode(push.request(), kNow);
  const auto* messages = std::get_if<std::vector<Message>>(&decoded);
  ASSERT_TRUE(messages) << outcome_of(decoded);
  ASSERT_EQ(messages->size(), 1u);
  const auto& message = messages->front();
  const auto& expected = row.expected;
  EXPECT_EQ(message.channel, "wecom");
  EXPECT_EQ(message.sender, kCadre);
  EXPECT_EQ(message.recipient, kCorp);
  EXPECT_EQ(message.sent_at, Instant{std::chrono::seconds{kSecond}});
  EXPECT_EQ(message.kind, expected.kind);
  EXPECT_EQ(message.text, expected.text);
  EXPECT_EQ(message.media_id, expected.media_id);
  EXPECT_EQ(message.media_url, expected.media_url);
  EXPECT_EQ(message.media_format, expected.media_format);
  EXPECT_EQ(message.card, expected.card);
  EXPECT_EQ(message.reply_address, expected.reply_address);
  EXPECT_EQ(message.reply_until,
            expected.reply_address.empty() ? Instant{} : message.sent_at + 72h);
  EXPECT_EQ(message.position.has_value(), expected.position.has_value());
  if (expected.position && message.position) {
    EXPECT_DOUBLE_EQ(message.position->latitude, expected.position->latitude);
    EXPECT_DOUBLE_EQ(message.position->longitude, expected.position->longitude);
    EXPECT_EQ(message.position->label, expected.position->label);
  }
  EXPECT_EQ(channel->can_reply(message), expected.reply);
  EXPECT_EQ(message.window.messages, 0);
  EXPECT_FALSE(message.nonce);
  EXPECT_EQ(message.raw, push.body);
  EXPECT_FALSE(message.dedupe_key.empty());
  if (*row.key) {
    EXPECT_EQ(message.dedupe_key, row.key);
  }
}
INSTANTIATE_TEST_SUITE_P(Wecom, WecomDecoded, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string{info.param.label}; });

// ---- the same, and what only looks like the same

std::string key_of(const std::string& body, std::string nonce = "1") {
  const Push push{.body = body, .nonce = std::move(nonce)};
  return std::get<std::vector<Message>>(make_app(app_config())->decode(push.request(), kNow))
      .front()
      .dedupe_key;
}

TEST(WecomDedupe, AResendHasTheSameKey) {
  for (const auto& row : kCases) EXPECT_EQ(key_of(xml(row.rest), "1"), key_of(xml(row.rest), "2"));
}

TEST(WecomDedupe, DifferentMessagesNeverShareOne) {
  const auto event = [](const std::string& rest, std::string_view from = kCadre,
                        std::int64_t at = kSecond) { return xml(rest, from, at); };
  const std::string click = EVENT("template_card_event") EVENT_KEY("签收 1");
  const std::vector<std::string> bodies{
      text_xml("同", "1"),
      text_xml("同", "2"),
      xml("<MsgType>text</MsgType><Content>同</Content><MsgId>1</MsgId>", "lisi"),
      xml("<MsgType>text</MsgType><Content>同</Content><MsgId>1</MsgId>", kCadre, kSecond + 1),
      xml("<MsgType>text</MsgType><Content>同</Content>"),  // without MsgId
      xml("<MsgType>text</MsgType><Content>不同</Content>"),
      event(click + "<TaskId>a</TaskId>"),
      event(click + "<TaskId>b</TaskId>"),
      event(click + "<TaskId>a</TaskId>", "lisi"),
      event(click + "<TaskId>a</TaskId>", kCadre, kSecond + 1),
      event(EVENT("template_card_event") EVENT_KEY("退回 1") "<TaskId>a</TaskId>"),
      event(EVENT("click") EVENT_KEY("a|b")),
      event(EVENT("click") EVENT_KEY("a") "<TaskId>b</TaskId>"),
      // many in one second, all from "sys"
      event(EVENT("change_contact") "<ChangeType>delete_user</ChangeType><UserID>a</UserID>",
            "sys"),
      event(EVENT("change_contact") "<ChangeType>delete_user</ChangeType><UserID>b</UserID>",
            "sys"),
      event(EVENT("change_contact") "<ChangeType>update_user</ChangeType><UserID>a</UserID>",
            "sys"),
      event(EVENT("sys_approval_change") "<ApprovalInfo><SpNo>1</SpNo></ApprovalInfo>", "sys"),
      event(EVENT("sys_approval_change") "<ApprovalInfo><SpNo>2</SpNo></ApprovalInfo>", "sys"),
  };
  std::set<std::string> keys;
  for (const auto& body : bodies) EXPECT_TRUE(keys.insert(key_of(body)).second) << body;
}

TEST(WecomDecode, KfEventsNameNoSender) {
  const Push push{.body =
                      "<xml><ToUserName>ww1</ToUserName><CreateTime>1774314600</CreateTime>"
                      "<MsgType>event</MsgType><Event>kf_msg_or_event</Event><Token>E</Token>"
                      "<OpenKfId>wkA</OpenKfId></xml>"};
  const auto decoded = make_app(app_config())->decode(push.request(), kNow);
  const auto& message = std::get<std::vector<Message>>(decoded).front();
  EXPECT_EQ(message.sender, "sys");
  EXPECT_EQ(message.text, "wkA");
}

TEST(WecomDecode, AClockThatRunsAheadLengthensNothing) {
  const Push push{.body = xml(EVENT("template_card_event") EVENT_KEY("签收 1") CLICK_REST, kCadre,
                              kSecond + 86400)};
  const auto decoded = make_app(app_config())->decode(push.request(), kNow);
  const auto& message = std::get<std::vector<Message>>(decoded).front();
  EXPECT_EQ(message.reply_until, kNow + 72h);
}

}  // namespace
}  // namespace huiyin::wecom::test
