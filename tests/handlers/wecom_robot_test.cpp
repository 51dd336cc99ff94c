// The intelligent robot: JSON callbacks, replies, the one answer to a response_url; alone and
// against the played platform.
#include <gtest/gtest.h>

#include <set>

#include "handlers/json.h"
#include "handlers/simulator.h"
#include "tests/handlers/wecom_fixture.h"

namespace huiyin::wecom::test {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;

#define HEAD R"({"msgid":"CAIQ16HMjQYY","aibotid":"AIB1","from":{"userid":"ZhangWei"},)"
#define SINGLE HEAD R"("chattype":"single",)"
#define GROUP HEAD R"("chatid":"wr1","chattype":"group",)"
#define URL "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=C1"

struct RobotCase {
  const char* label;
  const char* body;
  MessageKind kind;
  const char *text, *media_url, *card;
  bool answerable = false;  // response_url given
  bool reply = true;
};
const RobotCase kCases[] = {
    {"text",
     SINGLE R"("response_url":")" URL R"(","msgtype":"text","text":{"content":"沟断了 😀"}})",
     MessageKind::text, "沟断了 😀", "", "", true},
    {"text_to_a_group",
     GROUP R"("response_url":")" URL R"(","msgtype":"text","text":{"content":)"
           R"("@回音 路灯坏了 @李四"}})",
     MessageKind::text, "路灯坏了 @李四", "", "", false, false},
    {"text_to_a_group_with_thin_space",
     GROUP "\"msgtype\":\"text\",\"text\":{\"content\":\"@回音\u2005路灯 坏了\"}}",
     MessageKind::text, "路灯 坏了", "", "", false, false},
    {"an_at_in_single_chat_stays", SINGLE R"("msgtype":"text","text":{"content":"@回音 x"}})",
     MessageKind::text, "@回音 x", "", ""},
    {"image", SINGLE R"("msgtype":"image","image":{"url":"https://e.org/1"}})", MessageKind::image,
     "", "https://e.org/1", ""},
    {"voice_is_its_transcript", SINGLE R"("msgtype":"voice","voice":{"content":"路灯坏了"}})",
     MessageKind::voice, "路灯坏了", "", ""},
    {"file", SINGLE R"("msgtype":"file","file":{"url":"https://e.org/f"}})", MessageKind::file, "",
     "https://e.org/f", "", false, true},
    {"file_in_a_group", GROUP R"("msgtype":"file","file":{"url":"https://e.org/f"}})",
     MessageKind::file, "", "https://e.org/f", "", false, false},
    {"mixed",
     GROUP R"("msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"text","text":{"content":)"
           R"("@回音 漏水"}},{"msgtype":"image","image":{"url":"https://e.org/1"}},{"msgtype":)"
           R"("image","image":{"url":"https://e.org/2"}},{"msgtype":"text","text":{"content":)"
           R"("在溪东"}}]}})",
     MessageKind::image, "漏水\n在溪东", "https://e.org/1", "", false, false},
    {"pressed_in_a_group",
     GROUP R"("msgtype":"event","event":{"eventtype":"template_card_event",)"
           R"("template_card_event":{"event_key":"签收 1","task_id":"huiyin_7"}}})",
     MessageKind::text, "签收 1", "", "huiyin_7", false, false},
    {"quote_is_not_said_again",
     SINGLE R"("msgtype":"text","text":{"content":"收到"},"quote":{"msgtype":"text","text":)"
            R"({"content":"旧"}}})",
     MessageKind::text, "收到", "", ""},
    {"enter_chat",
     SINGLE R"("create_time":1774314600,"msgtype":"event","event":{"eventtype":"enter_chat"}})",
     MessageKind::follow, "", "", ""},
    {"pressed",
     SINGLE R"("msgtype":"event","event":{"eventtype":"template_card_event",)"
            R"("template_card_event":{"card_type":"button_interaction","event_key":"签收 1",)"
            R"("task_id":"huiyin_7"}}})",
     MessageKind::text, "签收 1", "", "huiyin_7"},
    {"pressed_flat",
     SINGLE R"("msgtype":"event","event":{"eventtype":"template_card_event","event_key":"签收 1",)"
            R"("task_id":"huiyin_7"}})",
     MessageKind::text, "签收 1", "", "huiyin_7"},
    {"feedback", SINGLE R"("msgtype":"event","event":{"eventtype":"feedback_event"}})",
     MessageKind::other, "", "", "", false, false},
    {"unknown_type", SINGLE R"("msgtype":"brand_new"})", MessageKind::file, "", "", "", false,
     true},
    {"response_url_of_somebody_else",
     SINGLE R"("response_url":"https://evil.example/","msgtype":"text","text":{"content":"x"}})",
     MessageKind::text, "x", "", ""},
    {"response_url_that_only_begins_alike",
     SINGLE R"("response_url":"https://qyapi.weixin.qq.com.evil.example/","msgtype":"text",)"
            R"("text":{"content":"x"}})",
     MessageKind::text, "x", "", ""},
};

Decoded decode(const std::string& body) {
  return make_robot(robot_config())->decode(Push{.body = body, .json = true}.request(), kNow);
}

class RobotHears : public testing::TestWithParam<RobotCase> {};
TEST_P(RobotHears, OneMessage) {
  const auto& row = GetParam();
  const auto decoded = decode(row.body);
  const auto* messages = std::get_if<std::vector<Message>>(&decoded);
  ASSERT_TRUE(messages) << outcome_of(decoded);
  ASSERT_EQ(messages->size(), 1u);
  const auto& message = messages->front();
  EXPECT_EQ(message.channel, "robot");
  EXPECT_EQ(message.sender, kCadre);
  EXPECT_EQ(message.recipient, "AIB1");
  EXPECT_EQ(message.kind, row.kind);
  EXPECT_EQ(message.text, row.text);
  EXPECT_EQ(message.media_url, row.media_url);
  EXPECT_EQ(message.card, row.card);
  EXPECT_EQ(message.reply_address, row.answerable ? URL : "");
  EXPECT_EQ(message.window.messages, row.answerable ? 1 : 0);
  EXPECT_EQ(message.reply_until, row.answerable ? kNow + 1h : Instant{});
  EXPECT_EQ(message.raw, row.body);
  EXPECT_TRUE(message.dedupe_key.ends_with("|CAIQ16HMjQYY")) << message.dedupe_key;
  EXPECT_EQ(make_robot(robot_config())->can_reply(message), row.reply);
}
INSTANTIATE_TEST_SUITE_P(Wecom, RobotHears, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(RobotDedupe, ByMsgid) {
  std::set<std::string> keys;
  for (const char* body :
       {R"({"msgid":"1","from":{"userid":"a"},"msgtype":"text","text":{"content":"同"}})",
        R"({"msgid":"2","from":{"userid":"a"},"msgtype":"text","text":{"content":"同"}})",
        R"({"msgid":"1","from":{"userid":"a"},"msgtype":"event","event":{"eventtype":"x"}})",
        R"({"from":{"userid":"a"},"msgtype":"text","text":{"content":"同"}})",
        R"({"from":{"userid":"b"},"msgtype":"text","text":{"content":"同"}})"}) {
    const auto key = std::get<std::vector<Message>>(decode(body)).front().dedupe_key;
    EXPECT_EQ(key, std::get<std::vector<Message>>(decode(body)).front().dedupe_key);
    EXPECT_TRUE(keys.insert(key).second) << body;
  }
}

TEST(RobotHears, StreamRefreshesSayNothing) {
  const auto decoded = decode(SINGLE R"("msgtype":"stream","stream":{"id":"s"}})");
  EXPECT_TRUE(std::get<std::vector<Message>>(decoded).empty());
  const auto channel = make_robot(robot_config());
  const auto answer = channel->acknowledge({}, nullptr, nullptr, kNow, kRandom);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
}

// Everybody in a group would read the reporter's name and telephone number.
TEST(RobotReply, AGroupIsToldToLookElsewhere) {
  const auto channel = make_robot(robot_config());
  const tencent::Envelope envelope{std::string{kToken}, kAesKey, ""};
  const auto words = [&](const std::string& body, const Notice* reply) {
    const auto said = std::get<std::vector<Message>>(decode(body)).front();
    const auto outer =
        parse_json_object(channel->acknowledge({}, &said, reply, kNow, kRandom).body);
    if (!outer) return std::string{};
    const auto opened =
        envelope.open(std::to_string(kSecond + 2), json_string(*outer, "nonce"),
                      json_string(*outer, "encrypt"), json_string(*outer, "msgsignature"));
    return opened.message;
  };
  Notice reply;
  reply.text = "反映人：王老伯 13800000000";
  for (const Notice* riding : std::initializer_list<const Notice*>{&reply, nullptr}) {
    const auto told = words(GROUP R"("msgtype":"text","text":{"content":"@回音 待办"}})", riding);
    EXPECT_NE(told.find("单聊"), std::string::npos);
    EXPECT_EQ(told.find("13800000000"), std::string::npos);
  }
  EXPECT_NE(words(SINGLE R"("msgtype":"text","text":{"content":"待办"}})", &reply).find("138"),
            std::string::npos);
  EXPECT_EQ(words(GROUP R"("msgtype":"event","event":{"eventtype":"feedback_event"}})", nullptr),
            "");
}

TEST(RobotReply, NamesAreLowerCaseAndTheTimeIsANumber) {
  const auto channel = make_robot(robot_config());
  Message said;
  said.dedupe_key = "message|1";
  Notice reply;
  reply.text = "已登记";
  const auto response = channel->acknowledge({}, &said, &reply, kNow, kRandom);
  const auto body = parse_json_object(response.body).value();
  EXPECT_EQ(body.size(), 4u);
  EXPECT_EQ(json_integer(body, "timestamp"), kSecond + 2);
  const tencent::Envelope envelope{std::string{kToken}, kAesKey, ""};
  const auto opened =
      envelope.open(std::to_string(kSecond + 2), json_string(body, "nonce"),
                    json_string(body, "encrypt"), json_string(body, "msgsignature"));
  EXPECT_EQ(opened.fault, tencent::Fault::none);
  const auto inner = parse_json_object(opened.message).value();
  EXPECT_EQ(json_string(inner, "msgtype"), "stream");
  EXPECT_EQ(json_string(inner.at("stream").as_object(), "content"), "已登记");
}

class RobotPlay : public testing::Test {
 protected:
  Message hear(const PlayedMessage& said) {
    const auto decoded = channel_->decode(simulator_->deliver(said, now_), now_);
    return std::get<std::vector<Message>>(decoded).at(0);
  }
  PlayedMessage say(std::string text, MessageKind kind = MessageKind::text) {
    return {.user = std::string{kCadre}, .kind = kind, .text = std::move(text)};
  }
  std::optional<Seen> answer(const PlayedMessage& said, const Message& heard, const Notice& reply) {
    return simulator_->read_reply(said, channel_->acknowledge({}, &heard, &reply, now_, kRandom));
  }
  SendOutcome send(const Notice& notice) {
    const auto outgoing = channel_->encode(notice, Route::session, Token{});
    net::HttpRequest request;
    request.method = outgoing.method;
    request.target = outgoing.url.substr(kDefaultApiBase.size());
    request.body = outgoing.body;
    return channel_->interpret_sent(notice, Route::session,
                                    simulator_->serve(request, now_, seen_));
  }
  Notice notice(std::int64_t id = 7) {
    Notice notice;
    notice.id = NoticeId{id};
    notice.recipient = std::string{kCadre};
    notice.case_number = "260324-0001";
    notice.title = "漏水 260324-0001";
    notice.text = "沟断了 <b>";
    return notice;
  }
  Notice card(std::int64_t id = 7) {
    auto card = notice(id);
    card.buttons = {{"签收", "签收 260324-0001"}};
    return card;
  }

  Instant now_ = kNow;
  std::unique_ptr<Channel> channel_ = make_robot(robot_config());
  std::unique_ptr<Simulator> simulator_ = make_robot_simulator(robot_config());
  std::vector<Seen> seen_;
};

TEST_F(RobotPlay, EveryKindArrives) {
  for (const auto kind : {MessageKind::text, MessageKind::voice, MessageKind::image,
                          MessageKind::video, MessageKind::follow, MessageKind::file})
    EXPECT_EQ(hear(say("沟断了", kind)).kind, kind);
}

TEST_F(RobotPlay, WordsCardsAndWelcomesAreTaken) {
  const auto said = say("沟断了");
  const auto heard = hear(said);
  const auto words = answer(said, heard, notice());
  EXPECT_EQ(words->text, "**漏水 260324-0001**\n沟断了 ＜b＞");
  const auto shown = answer(said, heard, card());
  EXPECT_EQ(shown->buttons, std::vector<std::string>{"签收 260324-0001"});
  const auto enter = say("", MessageKind::follow);
  EXPECT_EQ(answer(enter, hear(enter), notice())->text, "漏水 260324-0001\n沟断了 <b>");
}

TEST_F(RobotPlay, APressChangesTheCard) {
  const auto said = say("待办");
  const auto heard = hear(said);
  answer(said, heard, card());
  EXPECT_THROW(simulator_->deliver(say("退回 260324-0001", MessageKind::menu), now_),
               std::invalid_argument);
  const auto press = say("签收 260324-0001");
  const auto pressed = hear(press);
  EXPECT_EQ(pressed.text, "签收 260324-0001");
  EXPECT_TRUE(pressed.card.starts_with("huiyin_7_"));
  auto state = card(8);
  state.buttons = {{"办结", "办结 260324-0001"}};
  const auto changed = answer(press, pressed, state);
  EXPECT_EQ(changed->via, "card-update");
  EXPECT_EQ(changed->buttons, std::vector<std::string>{"办结 260324-0001"});
  // What has no button of its own still makes a card that the platform takes.
  EXPECT_EQ(answer(press, pressed, notice(9))->buttons,
            std::vector<std::string>{"进度 260324-0001"});
}

TEST_F(RobotPlay, TheResponseUrlTakesOneAnswerWithinTheHour) {
  auto later = notice();
  EXPECT_FALSE(channel_->has_route(Route::session, later));
  later.reply_address = "https://evil.example/";
  EXPECT_FALSE(channel_->has_route(Route::session, later));
  EXPECT_THROW(channel_->encode(later, Route::session, {}), std::logic_error);
  later.reply_address = hear(say("1")).reply_address;
  ASSERT_TRUE(channel_->has_route(Route::session, later));
  EXPECT_FALSE(channel_->has_route(Route::template_, later));
  EXPECT_EQ(send(later).kind, Kind::delivered);
  EXPECT_EQ(send(later).kind, Kind::window_closed);
  auto with_buttons = card(8);
  with_buttons.reply_address = hear(say("2")).reply_address;
  EXPECT_EQ(send(with_buttons).kind, Kind::delivered);
  ASSERT_EQ(seen_.size(), 2u);
  EXPECT_EQ(seen_[1].via, "card");
  auto late = notice(9);
  late.reply_address = hear(say("3")).reply_address;
  now_ += 1h;
  EXPECT_EQ(send(late).kind, Kind::window_closed);
}

TEST_F(RobotPlay, FaultsOfTheAnswer) {
  auto later = notice();
  later.reply_address = hear(say("1")).reply_address;
  for (const auto& [fault, kind] : {std::pair{"404", Kind::window_closed},
                                    {"502", Kind::unknown},
                                    {"429", Kind::retry},
                                    {"45009", Kind::retry},
                                    {"99999", Kind::window_closed}}) {
    simulator_->inject(fault, 1);
    EXPECT_EQ(send(later).kind, kind) << fault;
  }
  EXPECT_EQ(send(later).kind, Kind::delivered);
}

}  // namespace
}  // namespace huiyin::wecom::test
