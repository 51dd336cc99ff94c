// Every message and event of the platform's pages, in all three modes.
#include <gtest/gtest.h>

#include <set>

#include "tests/handlers/wechat_fixture.h"

namespace huiyin::wechat::test {
namespace {

using namespace std::chrono_literals;

struct Expected {
  MessageKind kind = MessageKind::text;
  std::string text{}, media_id{}, media_url{}, media_format{}, scene{};
  std::optional<Position> position{};
  std::optional<Delivery> delivery{};
  int allowed = 0;  // messages that the platform lets us send, and for how long
  std::chrono::seconds during{0};
  bool reply = true;
};

struct DecodeCase {
  const char* label;
  const char* rest;  // elements besides ToUserName, FromUserName, CreateTime
  Expected expected;
  const char* key;
};

#define FARMER "oT7Kx5JqVn2mYbR8cWd4LhZs0aQe"
#define AT "1774314600"
#define EVENT(name) "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[" name "]]></Event>"
#define EVENT_KEY(key) "<EventKey><![CDATA[" key "]]></EventKey>"

const DecodeCase kCases[] = {
    {"text",
     "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[沟断了，生姜缺水]]></Content>"
     "<MsgId>24867561245678901</MsgId>",
     {.text = "沟断了，生姜缺水", .allowed = 5, .during = 48h},
     "message|24867561245678901|" FARMER "|" AT},
    {"text_of_four_bytes_smileys_and_lines",
     "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[😀𠮷👨‍👩‍👧 "
     "/:rose[微笑]\n"
     "第二行 <b>&amp;]]></Content><MsgId>1</MsgId>",
     {.text = "😀𠮷👨‍👩‍👧 /:rose[微笑]\n第二行 <b>&amp;",
      .allowed = 5,
      .during = 48h},
     "message|1|" FARMER "|" AT},
    {"tapped_menu_item",
     "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[满意]]></Content>"
     "<MsgId>18446744073709551615</MsgId><bizmsgmenuid>101</bizmsgmenuid>",
     {.text = "满意", .allowed = 5, .during = 48h},
     "message|18446744073709551615|" FARMER "|" AT},
    {"text_from_an_article",
     "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[x]]></Content><MsgId>9007199254740993"
     "</MsgId><MsgDataId>77</MsgDataId><Idx>1</Idx><New><Deep>1</Deep></New>",
     {.text = "x", .allowed = 5, .during = 48h},
     "message|9007199254740993|" FARMER "|" AT},
    {"image_with_id_before_media",
     "<MsgType><![CDATA[image]]></MsgType><PicUrl><![CDATA[http://mmbiz.qpic.cn/a/0]]></PicUrl>"
     "<MsgId>5</MsgId><MediaId><![CDATA[m-1]]></MediaId>",
     {.kind = MessageKind::image,
      .media_id = "m-1",
      .media_url = "http://mmbiz.qpic.cn/a/0",
      .allowed = 5,
      .during = 48h},
     "message|5|" FARMER "|" AT},
    {"voice_without_transcript",
     "<MsgType><![CDATA[voice]]></MsgType><MediaId><![CDATA[v-1]]></MediaId>"
     "<Format><![CDATA[amr]]></Format><MsgId>6</MsgId><Recognition><![CDATA[]]></Recognition>"
     "<MediaId16K><![CDATA[v-16]]></MediaId16K>",
     {.kind = MessageKind::voice,
      .media_id = "v-1",
      .media_format = "amr",
      .allowed = 5,
      .during = 48h},
     "message|6|" FARMER "|" AT},
    {"video",
     "<MsgType><![CDATA[video]]></MsgType><MediaId><![CDATA[w-1]]></MediaId>"
     "<ThumbMediaId><![CDATA[t]]></ThumbMediaId><MsgId>7</MsgId>",
     {.kind = MessageKind::video, .media_id = "w-1", .allowed = 5, .during = 48h},
     "message|7|" FARMER "|" AT},
    {"shortvideo",
     "<MsgType><![CDATA[shortvideo]]></MsgType><MediaId><![CDATA[w-2]]></MediaId><MsgId>8</MsgId>",
     {.kind = MessageKind::video, .media_id = "w-2", .allowed = 5, .during = 48h},
     "message|8|" FARMER "|" AT},
    {"location_x_is_latitude",
     "<MsgType><![CDATA[location]]></MsgType><Location_X>29.587100</Location_X>"
     "<Location_Y>120.823300</Location_Y><Scale>15</Scale><Label><![CDATA[溪东自然村]]></Label>"
     "<MsgId>9</MsgId>",
     {.kind = MessageKind::position,
      .position = Position{29.5871, 120.8233, "溪东自然村"},
      .allowed = 5,
      .during = 48h},
     "message|9|" FARMER "|" AT},
    {"link",
     "<MsgType><![CDATA[link]]></MsgType><Title><![CDATA[题]]></Title>"
     "<Description><![CDATA[述]]></Description><Url><![CDATA[https://e.org/a?b=1&c=2]]></Url>"
     "<MsgId>10</MsgId>",
     {.kind = MessageKind::link,
      .text = "题\n述",
      .media_url = "https://e.org/a?b=1&c=2",
      .allowed = 5,
      .during = 48h},
     "message|10|" FARMER "|" AT},
    {"unknown_message_type",
     "<MsgType><![CDATA[file]]></MsgType><Title><![CDATA[a.pdf]]></Title><MsgId>11</MsgId>",
     {.kind = MessageKind::file, .allowed = 5, .during = 48h},
     "message|11|" FARMER "|" AT},

    {"subscribe",
     EVENT("subscribe") EVENT_KEY(""),
     {.kind = MessageKind::follow, .allowed = 3, .during = 1min},
     "event|" FARMER "|" AT "|subscribe||"},
    {"subscribe_by_qr_code",
     EVENT("subscribe") EVENT_KEY("qrscene_lou-jia") "<Ticket><![CDATA[t]]></Ticket>",
     {.kind = MessageKind::follow, .scene = "lou-jia", .allowed = 3, .during = 1min},
     "event|" FARMER "|" AT "|subscribe|qrscene_lou-jia|"},
    {"scan",
     EVENT("SCAN") EVENT_KEY("123") "<Ticket><![CDATA[t]]></Ticket>",
     {.kind = MessageKind::scan, .scene = "123", .allowed = 3, .during = 1min},
     "event|" FARMER "|" AT "|SCAN|123|"},
    {"scan_keeps_a_scene_that_looks_prefixed",
     EVENT("SCAN") EVENT_KEY("qrscene_1"),
     {.kind = MessageKind::scan, .scene = "qrscene_1", .allowed = 3, .during = 1min},
     "event|" FARMER "|" AT "|SCAN|qrscene_1|"},
    {"unsubscribe",
     EVENT("unsubscribe") EVENT_KEY(""),
     {.kind = MessageKind::unfollow, .reply = false},
     "event|" FARMER "|" AT "|unsubscribe||"},
    {"click",
     EVENT("CLICK") EVENT_KEY("STATUS"),
     {.kind = MessageKind::menu, .text = "STATUS", .allowed = 3, .during = 1min},
     "event|" FARMER "|" AT "|CLICK|STATUS|"},
    {"automatic_position",
     EVENT("LOCATION") "<Latitude>29.587100</Latitude><Longitude>120.823300</Longitude>"
                       "<Precision>65.0</Precision>",
     {.kind = MessageKind::other, .position = Position{29.5871, 120.8233, ""}, .reply = false},
     "event|" FARMER "|" AT "|LOCATION||"},
    {"view",
     EVENT("VIEW") EVENT_KEY("https://e.org/") "<MenuId>1</MenuId>",
     {.kind = MessageKind::other, .text = "https://e.org/", .reply = false},
     "event|" FARMER "|" AT "|VIEW|https://e.org/|"},
    {"view_miniprogram",
     EVENT("view_miniprogram") EVENT_KEY("pages/a"),
     {.kind = MessageKind::other, .text = "pages/a", .reply = false},
     "event|" FARMER "|" AT "|view_miniprogram|pages/a|"},
    {"scancode_push",
     EVENT("scancode_push") EVENT_KEY("Q") "<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType>"
                                           "<ScanResult><![CDATA[1]]></ScanResult></ScanCodeInfo>",
     {.kind = MessageKind::other, .text = "1", .reply = false},
     "event|" FARMER "|" AT "|scancode_push|Q|"},
    {"scancode_waitmsg",
     EVENT("scancode_waitmsg") EVENT_KEY("Q") "<ScanCodeInfo><ScanResult><![CDATA[2]]></ScanResult>"
                                              "</ScanCodeInfo>",
     {.kind = MessageKind::other, .text = "2", .reply = false},
     "event|" FARMER "|" AT "|scancode_waitmsg|Q|"},
    {"pic_sysphoto",
     EVENT("pic_sysphoto")
         EVENT_KEY("P") "<SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>"
                        "<![CDATA[a]]></PicMd5Sum></item></PicList></SendPicsInfo>",
     {.kind = MessageKind::other, .text = "P", .reply = false},
     "event|" FARMER "|" AT "|pic_sysphoto|P|"},
    {"pic_photo_or_album",
     EVENT("pic_photo_or_album") EVENT_KEY("P"),
     {.kind = MessageKind::other, .text = "P", .reply = false},
     "event|" FARMER "|" AT "|pic_photo_or_album|P|"},
    {"pic_weixin_of_nine",
     EVENT("pic_weixin")
         EVENT_KEY("P") "<SendPicsInfo><Count>9</Count><PicList>"
                        "<item><PicMd5Sum>a</PicMd5Sum></item><item><PicMd5Sum>b</PicMd5Sum></item>"
                        "<item><PicMd5Sum>c</PicMd5Sum></item><item><PicMd5Sum>d</PicMd5Sum></item>"
                        "<item><PicMd5Sum>e</PicMd5Sum></item><item><PicMd5Sum>f</PicMd5Sum></item>"
                        "<item><PicMd5Sum>g</PicMd5Sum></item><item><PicMd5Sum>h</PicMd5Sum></item>"
                        "<item><PicMd5Sum>i</PicMd5Sum></item></PicList></SendPicsInfo>",
     {.kind = MessageKind::other, .text = "P", .reply = false},
     "event|" FARMER "|" AT "|pic_weixin|P|"},
    {"location_select",
     EVENT("location_select") EVENT_KEY(
         "L") "<SendLocationInfo><Location_X><![CDATA[29.5]]></Location_X>"
              "<Location_Y><![CDATA[120.8]]></Location_Y><Scale><![CDATA[15]]></Scale>"
              "<Label><![CDATA[石璜镇]]></Label><Poiname><![CDATA[]]></Poiname></SendLocationInfo>",
     {.kind = MessageKind::other,
      .text = "L",
      .position = Position{29.5, 120.8, "石璜镇"},
      .reply = false},
     "event|" FARMER "|" AT "|location_select|L|"},
    {"template_delivered",
     EVENT("TEMPLATESENDJOBFINISH") "<MsgID>200163836</MsgID><Status><![CDATA[success]]></Status>",
     {.kind = MessageKind::delivery,
      .delivery = Delivery{"200163836", true, "success"},
      .reply = false},
     "event|" FARMER "|" AT "|TEMPLATESENDJOBFINISH||200163836"},
    {"template_blocked",
     EVENT(
         "TEMPLATESENDJOBFINISH") "<MsgID>7</MsgID><Status><![CDATA[failed:user block]]></Status>",
     {.kind = MessageKind::delivery,
      .delivery = Delivery{"7", false, "failed:user block"},
      .reply = false},
     "event|" FARMER "|" AT "|TEMPLATESENDJOBFINISH||7"},
    {"template_failed",
     EVENT("TEMPLATESENDJOBFINISH") "<MsgID>8</MsgID>"
                                    "<Status><![CDATA[failed: system failed]]></Status>",
     {.kind = MessageKind::delivery,
      .delivery = Delivery{"8", false, "failed: system failed"},
      .reply = false},
     "event|" FARMER "|" AT "|TEMPLATESENDJOBFINISH||8"},
    {"consent_popup",
     EVENT("subscribe_msg_popup_event") "<SubscribeMsgPopupEvent>"
                                        "<List><TemplateId>A</TemplateId><SubscribeStatusString>"
                                        "accept</SubscribeStatusString><PopupScene>2</PopupScene>"
                                        "</List><List><TemplateId>B</TemplateId>"
                                        "<SubscribeStatusString>reject</SubscribeStatusString>"
                                        "<PopupScene>2</PopupScene></List>"
                                        "</SubscribeMsgPopupEvent>",
     {.kind = MessageKind::other, .text = "accept A\nreject B", .reply = false},
     "event|" FARMER "|" AT "|subscribe_msg_popup_event||"},
    {"consent_change",
     EVENT("subscribe_msg_change_event") "<SubscribeMsgChangeEvent><List><TemplateId>A</TemplateId>"
                                         "<SubscribeStatusString>reject</SubscribeStatusString>"
                                         "</List></SubscribeMsgChangeEvent>",
     {.kind = MessageKind::other, .text = "reject A", .reply = false},
     "event|" FARMER "|" AT "|subscribe_msg_change_event||"},
    {"subscription_notice_sent",
     EVENT("subscribe_msg_sent_event") "<SubscribeMsgSentEvent><List><TemplateId>A</TemplateId>"
                                       "<MsgID>1700827132819554304</MsgID><ErrorCode>0</ErrorCode>"
                                       "<ErrorStatus><![CDATA[success]]></ErrorStatus></List>"
                                       "</SubscribeMsgSentEvent>",
     {.kind = MessageKind::delivery,
      .delivery = Delivery{"1700827132819554304", true, "success"},
      .reply = false},
     "event|" FARMER "|" AT "|subscribe_msg_sent_event|1700827132819554304"},
    {"user_info_modified",
     EVENT("user_info_modified") "<OpenID>x</OpenID>",
     {.kind = MessageKind::other, .reply = false},
     "event|" FARMER "|" AT "|user_info_modified||"},
    {"authorization_revoked",
     EVENT("user_authorization_revoke") "<OpenID>x</OpenID>",
     {.kind = MessageKind::other, .reply = false},
     "event|" FARMER "|" AT "|user_authorization_revoke||"},
    {"unknown_event",
     EVENT("brand_new_event") EVENT_KEY("k"),
     {.kind = MessageKind::other, .reply = false},
     "event|" FARMER "|" AT "|brand_new_event|k|"},
    {"event_names_are_case_sensitive",
     EVENT("click") EVENT_KEY("k"),
     {.kind = MessageKind::other, .reply = false},
     "event|" FARMER "|" AT "|click|k|"},
};

class Decode : public testing::TestWithParam<std::tuple<const char*, DecodeCase>> {};

TEST_P(Decode, GivesOneMessage) {
  const auto& [mode, row] = GetParam();
  const auto channel = make_channel(config(mode));
  const Push push{.mode = mode, .body = xml(row.rest)};
  const auto decoded = channel->decode(push.request(), kNow);
  const auto* messages = std::get_if<std::vector<Message>>(&decoded);
  ASSERT_TRUE(messages);
  ASSERT_EQ(messages->size(), 1u);
  const auto& message = messages->front();

  EXPECT_EQ(message.channel, "wx");
  EXPECT_EQ(message.sender, kFarmer);
  EXPECT_EQ(message.recipient, kUs);
  EXPECT_EQ(message.sent_at, Instant{std::chrono::seconds{kSecond}});
  EXPECT_EQ(message.raw, push.body);
  EXPECT_EQ(message.dedupe_key, row.key);

  const auto& expected = row.expected;
  EXPECT_EQ(message.kind, expected.kind);
  EXPECT_EQ(message.text, expected.text);
  EXPECT_EQ(message.media_id, expected.media_id);
  EXPECT_EQ(message.media_url, expected.media_url);
  EXPECT_EQ(message.media_format, expected.media_format);
  EXPECT_EQ(message.scene, expected.scene);
  ASSERT_EQ(message.position.has_value(), expected.position.has_value());
  if (message.position) {
    EXPECT_DOUBLE_EQ(message.position->latitude, expected.position->latitude);
    EXPECT_DOUBLE_EQ(message.position->longitude, expected.position->longitude);
    EXPECT_EQ(message.position->label, expected.position->label);
  }
  ASSERT_EQ(message.delivery.has_value(), expected.delivery.has_value());
  if (message.delivery) {
    EXPECT_EQ(message.delivery->platform_id, expected.delivery->platform_id);
    EXPECT_EQ(message.delivery->delivered, expected.delivery->delivered);
    EXPECT_EQ(message.delivery->detail, expected.delivery->detail);
  }
  EXPECT_EQ(message.window.messages, expected.allowed);
  EXPECT_EQ(message.window.until, expected.allowed ? message.sent_at + expected.during : Instant{});
  EXPECT_EQ(channel->can_reply(message), expected.reply);
  EXPECT_EQ(message.nonce.has_value(), std::string_view{mode} == "plain");
}
INSTANTIATE_TEST_SUITE_P(Wechat, Decode,
                         testing::Combine(testing::Values("plain", "compatible", "safe"),
                                          testing::ValuesIn(kCases)),
                         [](const auto& info) {
                           return std::string{std::get<0>(info.param)} + "_" +
                                  std::get<1>(info.param).label;
                         });

Message decode_one(const std::string& body, Instant now = kNow) {
  const auto channel = make_channel(config("safe"));
  const auto decoded = channel->decode(Push{.body = body}.request(), now);
  const auto* messages = std::get_if<std::vector<Message>>(&decoded);
  if (!messages || messages->empty()) throw std::runtime_error("nothing was decoded");
  return messages->front();
}

TEST(WechatDecode, SeveralSentNoticesAreSeveralDeliveries) {
  const auto channel = make_channel(config("safe"));
  const auto body = xml(EVENT("subscribe_msg_sent_event") "<SubscribeMsgSentEvent>"
                        "<List><MsgID>1</MsgID><ErrorCode>0</ErrorCode></List>"
                        "<List><MsgID>2</MsgID><ErrorCode>43101</ErrorCode>"
                        "<ErrorStatus>refused</ErrorStatus></List></SubscribeMsgSentEvent>");
  const auto decoded = channel->decode(Push{.body = body}.request(), kNow);
  const auto& messages = std::get<std::vector<Message>>(decoded);
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_TRUE(messages[0].delivery->delivered);
  EXPECT_FALSE(messages[1].delivery->delivered);
  EXPECT_EQ(messages[1].delivery->detail, "refused");
  EXPECT_NE(messages[0].dedupe_key, messages[1].dedupe_key);
}

TEST(WechatDecode, AResendHasTheSameKey) {
  const auto channel = make_channel(config("safe"));
  const auto body = text_xml("沟断了");
  const Push first{.body = body};
  const Push again{.body = body, .timestamp = std::to_string(kSecond + 6), .nonce = "77"};
  const auto a = channel->decode(first.request(), kNow);
  const auto b = channel->decode(again.request(), kNow + 5s);
  EXPECT_NE(first.request().body, again.request().body);
  EXPECT_EQ(std::get<std::vector<Message>>(a)[0].dedupe_key,
            std::get<std::vector<Message>>(b)[0].dedupe_key);
}

TEST(WechatDecode, DifferentThingsThatLookAlikeHaveDifferentKeys) {
  const std::string text = "<MsgType>text</MsgType><Content>1</Content>";
  const auto with_id = [&](const char* id) { return text + "<MsgId>" + id + "</MsgId>"; };
  const std::string bodies[] = {
      xml(with_id("1")),
      xml(with_id("2")),                        // the same words twice in one second
      xml(with_id("1"), "oOther"),              // MsgId alone collided once
      xml(with_id("1"), kFarmer, kSecond + 1),  //
      xml(text),
      xml(text + "<Idx>1</Idx>"),                    // without MsgId: the body decides
      xml(EVENT("CLICK") EVENT_KEY("A")),            // events of one second
      xml(EVENT("CLICK") EVENT_KEY("B")),            //
      xml(EVENT("VIEW") EVENT_KEY("A")),             //
      xml(EVENT("CLICK") EVENT_KEY("A"), "oOther"),  //
      xml(EVENT("TEMPLATESENDJOBFINISH") "<MsgID>1</MsgID><Status>success</Status>"),
      xml(EVENT("TEMPLATESENDJOBFINISH") "<MsgID>2</MsgID><Status>success</Status>"),
      xml(with_id("1"), "oT7Kx5JqVn2mYbR8cWd4LhZs0aQE"),  // OpenIDs differ in case only
  };
  std::set<std::string> keys;
  for (const auto& body : bodies) keys.insert(decode_one(body).dedupe_key);
  EXPECT_EQ(keys.size(), std::size(bodies));
}

TEST(WechatDecode, AnOldRecognitionIsStillRead) {
  EXPECT_EQ(decode_one(xml("<MsgType>voice</MsgType><MediaId>v</MediaId><Format>amr</Format>"
                           "<MsgId>1</MsgId><Recognition><![CDATA[缺水]]></Recognition>"))
                .text,
            "缺水");
}

TEST(WechatDecode, ACdataSplitByThePlatformIsJoined) {
  EXPECT_EQ(decode_one(text_xml("a]]]]><![CDATA[>b")).text, "a]]>b");
}

TEST(WechatDecode, AnEarlyClockDoesNotLengthenTheWindow) {
  const auto message = decode_one(text_xml("x"), Instant{std::chrono::seconds{kSecond - 3600}});
  EXPECT_EQ(message.window.until, Instant{std::chrono::seconds{kSecond - 3600}} + 48h);
}

TEST(WechatDecode, AMissingTimeCountsAsNow) {
  const auto message = decode_one(
      "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName>"
      "<MsgType>text</MsgType><Content>x</Content><MsgId>1</MsgId></xml>");
  EXPECT_EQ(message.sent_at, Instant{});
  EXPECT_EQ(message.window.until, kNow + 48h);
}

}  // namespace
}  // namespace huiyin::wechat::test
