// The played platform against the application's handler, and the platform's own book-keeping.
#include <gtest/gtest.h>

#include "handlers/simulator.h"
#include "tests/handlers/wecom_fixture.h"

namespace huiyin::wecom::test {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;

class WecomPlay : public testing::Test {
 protected:
  Message hear(const PlayedMessage& said, bool again = false) {
    const auto decoded = channel_->decode(simulator_->deliver(said, now_, again), now_);
    const auto* messages = std::get_if<std::vector<Message>>(&decoded);
    if (!messages || messages->size() != 1) throw std::runtime_error("not one message");
    return messages->front();
  }
  PlayedMessage say(std::string text, MessageKind kind = MessageKind::text) {
    return {.user = std::string{kCadre}, .kind = kind, .text = std::move(text)};
  }
  net::HttpResponse carry(const net::OutgoingRequest& outgoing) {
    net::HttpRequest request;
    request.method = outgoing.method;
    request.target = outgoing.url.substr(kDefaultApiBase.size());
    request.headers = outgoing.headers;
    request.body = outgoing.body;
    return simulator_->serve(request, now_, seen_);
  }
  TokenAnswer fetch_token() {
    const auto answer = channel_->interpret_token(carry(*channel_->token_request()));
    token_ = {answer.value};
    return answer;
  }
  SendOutcome send(const Notice& notice) {
    return channel_->interpret_sent(notice, Route::session,
                                    carry(channel_->encode(notice, Route::session, token_)));
  }
  Notice notice(std::int64_t id = 7) {
    Notice notice;
    notice.id = NoticeId{id};
    notice.recipient = std::string{kCadre};
    notice.kind = "due_tomorrow";
    notice.case_number = "260324-0001";
    notice.title = "漏水 260324-0001";
    notice.text = "沟断了 😀";
    return notice;
  }
  Notice card(std::int64_t id = 7) {
    auto card = notice(id);
    card.kind = "card";
    card.buttons = {{"签收", "签收 260324-0001"}, {"退回", "退回 260324-0001"}};
    return card;
  }

  Instant now_ = kNow;
  std::unique_ptr<Channel> channel_ = make_app(app_config());
  std::unique_ptr<Simulator> simulator_ = make_app_simulator(app_config());
  Token token_;
  std::vector<Seen> seen_;
};

TEST_F(WecomPlay, EveryKindArrivesAsItWasSaid) {
  for (const auto kind :
       {MessageKind::text, MessageKind::image, MessageKind::voice, MessageKind::video,
        MessageKind::position, MessageKind::link, MessageKind::follow, MessageKind::unfollow,
        MessageKind::menu, MessageKind::file, MessageKind::other}) {
    SCOPED_TRACE(static_cast<int>(kind));
    auto said = say("沟断了]]>😀", kind);
    said.media_id = "m-1";
    said.position = Position{29.5871, 120.8233, "溪东"};
    const auto heard = hear(said);
    EXPECT_EQ(heard.kind, kind);
    EXPECT_EQ(heard.sender, kCadre);
    const bool has_text =
        kind == MessageKind::text || kind == MessageKind::link || kind == MessageKind::menu;
    EXPECT_EQ(heard.text, has_text ? said.text : "");
    const bool has_media =
        kind == MessageKind::image || kind == MessageKind::voice || kind == MessageKind::video;
    EXPECT_EQ(heard.media_id, has_media ? "m-1" : "");
    ASSERT_EQ(heard.position.has_value(), kind == MessageKind::position);
    if (heard.position) {
      EXPECT_NEAR(heard.position->longitude, 120.8233, 1e-6);
    }
  }
}

TEST_F(WecomPlay, EachDeliveryIsNewAndAResendIsTheSame) {
  const auto said = say("1");
  const auto first = hear(said);
  EXPECT_EQ(first.dedupe_key, hear(said, true).dedupe_key);
  EXPECT_NE(simulator_->deliver(said, now_, true).target,
            simulator_->deliver(said, now_, true).target);
  EXPECT_NE(first.dedupe_key, hear(said).dedupe_key);
}

TEST_F(WecomPlay, TheReplyIsReadAndAFaultyOneSeen) {
  const auto said = say("待办");
  const auto heard = hear(said);
  auto reply = notice();
  reply.text = "没有 ]]> 😀";
  const auto seen =
      simulator_->read_reply(said, channel_->acknowledge({}, &heard, &reply, now_, kRandom));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->text, "漏水 260324-0001\n没有 ]]> 😀");
  EXPECT_FALSE(
      simulator_->read_reply(said, channel_->acknowledge({}, &heard, nullptr, now_, kRandom)));
  for (const char* body : {"<xml>", "{}", "ok", "<xml><Encrypt>x</Encrypt></xml>"})
    EXPECT_THROW(simulator_->read_reply(said, net::HttpResponse::text(200, body)),
                 std::runtime_error)
        << body;
  EXPECT_THROW(simulator_->read_reply(said, net::HttpResponse::text(503, "")), std::runtime_error);
}

TEST_F(WecomPlay, TokensAreCheckedAndExpire) {
  EXPECT_EQ(send(notice()).code, "41001");
  const auto first = fetch_token();
  EXPECT_EQ(first.lifetime, 7200s);
  EXPECT_EQ(send(notice()).kind, Kind::delivered);
  now_ += 100s;
  EXPECT_EQ(fetch_token().value, first.value);  // asked again: the same
  token_.value += "x";
  EXPECT_EQ(send(notice(8)).code, "40014");
  token_.value = first.value;
  now_ += 7200s;
  EXPECT_EQ(send(notice(9)).kind, Kind::token_expired);
  EXPECT_NE(fetch_token().value, first.value);
  auto wrong = app_config();
  wrong.keys["secret"] = "other";
  channel_ = make_app(wrong);
  EXPECT_TRUE(fetch_token().configuration_fault);
  simulator_->inject("token:60020", 1);
  EXPECT_EQ(fetch_token().code, "60020");
}

TEST_F(WecomPlay, ACardIsPressedAndChanged) {
  fetch_token();
  const auto sent = send(card());
  ASSERT_EQ(sent.kind, Kind::delivered);
  ASSERT_FALSE(sent.platform_id.empty());
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(seen_[0].buttons, (std::vector<std::string>{"签收 260324-0001", "退回 260324-0001"}));
  EXPECT_EQ(seen_[0].via, "card");

  const auto pressed = hear(say("签收 260324-0001", MessageKind::menu));
  EXPECT_EQ(pressed.kind, MessageKind::text);
  EXPECT_EQ(pressed.text, "签收 260324-0001");
  EXPECT_TRUE(pressed.card.starts_with("huiyin_7_"));
  EXPECT_FALSE(pressed.reply_address.empty());
  EXPECT_EQ(pressed.reply_until - pressed.sent_at, 72h);
  EXPECT_FALSE(channel_->can_reply(pressed));
  EXPECT_EQ(hear(say("签收 260324-0001")).card, pressed.card);  // as `[press 签收]` says it
  EXPECT_EQ(hear(say("签收 260324-0002")).card, "");

  auto change = card(8);
  change.replaces = sent.platform_id;
  change.buttons = {{"办结", "办结 260324-0001"}};
  const auto changed = send(change);
  EXPECT_EQ(changed.kind, Kind::delivered);
  EXPECT_EQ(changed.platform_id, "");  // spent
  ASSERT_EQ(seen_.size(), 2u);
  EXPECT_EQ(seen_[1].via, "card-update");
  EXPECT_EQ(seen_[1].buttons, std::vector<std::string>{"办结 260324-0001"});

  // A code is good for one change; the click brought another.
  EXPECT_EQ(send(change).kind, Kind::refused);
  const auto handle = channel_->card_handle(pressed);
  ASSERT_TRUE(handle);
  EXPECT_EQ(handle->notice, card().id);
  change.replaces = handle->handle;
  EXPECT_EQ(send(change).kind, Kind::delivered);
  EXPECT_EQ(send(change).kind, Kind::refused);
  // The old button still sends its command, for the desk to answer with the state as it is.
  EXPECT_EQ(hear(say("签收 260324-0001", MessageKind::menu)).card, pressed.card);
}

// Each recipient's copy has a code of its own.
TEST_F(WecomPlay, WhenOneHasTakenItEveryCopyChanges) {
  fetch_token();
  auto other = card(9);
  other.recipient = "lisi";
  const auto mine = send(card()), hers = send(other);
  EXPECT_NE(mine.platform_id, hers.platform_id);
  seen_.clear();
  for (auto copy : {card(10), other}) {
    copy.replaces = copy.recipient == "lisi" ? hers.platform_id : mine.platform_id;
    copy.buttons.clear();
    copy.link.clear();
    copy.fields["status"] = "张伟已签收";
    EXPECT_EQ(send(copy).kind, Kind::delivered);
  }
  ASSERT_EQ(seen_.size(), 2u);
  EXPECT_EQ(seen_[0].user, card().recipient);
  EXPECT_EQ(seen_[1].user, "lisi");
  for (const auto& seen : seen_) {
    EXPECT_TRUE(seen.buttons.empty());
    EXPECT_TRUE(seen.text.ends_with("(张伟已签收)")) << seen.text;
  }
  other.replaces = mine.platform_id;  // somebody else's code, and spent
  EXPECT_EQ(send(other).kind, Kind::refused);
}

TEST_F(WecomPlay, ACodeEndsAfter72Hours) {
  fetch_token();
  auto change = card(8);
  change.replaces = send(card()).platform_id;
  now_ += 72h;
  fetch_token();
  EXPECT_EQ(send(change).kind, Kind::refused);
}

// The lost answer: the card arrived, its repeat is told so by the task id.
TEST_F(WecomPlay, ARepeatedCardIsOneCard) {
  fetch_token();
  simulator_->inject("drop", 1);
  EXPECT_EQ(carry(channel_->encode(card(), Route::session, token_)).status, 0);
  const auto again = send(card());
  EXPECT_EQ(again.kind, Kind::delivered);
  EXPECT_EQ(again.code, "42014");
  EXPECT_EQ(seen_.size(), 1u);
}

TEST_F(WecomPlay, RepeatedWordsAreOneMessageAndLookalikesAreTwo) {
  fetch_token();
  simulator_->inject("drop", 1);
  carry(channel_->encode(notice(), Route::session, token_));
  EXPECT_EQ(send(notice()).kind, Kind::delivered);
  EXPECT_EQ(seen_.size(), 1u);
  EXPECT_EQ(send(notice(8)).kind, Kind::delivered);
  EXPECT_EQ(seen_.size(), 2u);
  auto todo = notice(9);
  todo.kind = "todo";
  send(todo);
  send(todo);
  EXPECT_EQ(seen_.size(), 4u);
}

TEST_F(WecomPlay, WhoLeftIsUnreachable) {
  fetch_token();
  hear(say("", MessageKind::unfollow));
  EXPECT_EQ(send(notice()).code, "81013");
  hear(say("", MessageKind::follow));
  EXPECT_EQ(send(notice(8)).kind, Kind::delivered);
  simulator_->inject("0.invaliduser", 1);
  const auto hidden = send(notice(9));
  EXPECT_EQ(hidden.kind, Kind::unreachable);
  EXPECT_EQ(hidden.code, "invaliduser");
  EXPECT_EQ(seen_.size(), 1u);
}

TEST_F(WecomPlay, ThePlatformDropsWhatIsTooMuchForOneMember) {
  fetch_token();
  for (int i = 0; i < 35; ++i) EXPECT_EQ(send(notice(100 + i)).kind, Kind::delivered);
  EXPECT_EQ(seen_.size(), 30u);
}

TEST_F(WecomPlay, FaultsComeInOrder) {
  fetch_token();
  simulator_->inject("45009", 1);
  simulator_->inject("500", 1);
  simulator_->inject("-1", 1);
  EXPECT_EQ(send(notice()).code, "45009");
  EXPECT_EQ(send(notice()).code, "http_500");
  EXPECT_EQ(send(notice()).code, "-1");
  EXPECT_EQ(send(notice()).code, "0");
  EXPECT_THROW(simulator_->inject("slow1", 1), std::invalid_argument);
}

TEST_F(WecomPlay, ThePlatformsOwnRules) {
  fetch_token();
  const auto post = [&](std::string body, const char* path = "/cgi-bin/message/send") {
    net::OutgoingRequest request;
    request.url =
        std::string{kDefaultApiBase} + path + "?access_token=" + percent_encode(token_.value);
    request.body = std::move(body);
    return channel_->interpret(Route::session, carry(request)).code;
  };
  const std::string to = R"({"touser":"ZhangWei","agentid":1000002,"msgtype":)";
  EXPECT_EQ(post("x"), "47001");
  EXPECT_EQ(post(R"({"touser":"a","agentid":"1000002","msgtype":"text"})"), "40056");
  EXPECT_EQ(post(R"({"agentid":1000002,"msgtype":"text","text":{"content":"x"}})"), "82001");
  EXPECT_EQ(post(to + R"("text","text":{"content":""}})"), "44004");
  EXPECT_EQ(post(to + R"("textcard","textcard":{"title":"a","description":"b"}})"), "40063");
  EXPECT_EQ(post(to + R"("template_card","template_card":{"card_type":"x"}})"), "42027");
  const std::string titled =
      R"("template_card","template_card":{"card_type":"button_interaction","main_title":)"
      R"({"title":"t"},)";
  EXPECT_EQ(post(to + titled + R"("task_id":"a"}})"), "42045");
  const std::string buttons = R"("button_list":[{"text":"a","key":"k"}]}})";
  EXPECT_EQ(post(to + titled + R"("task_id":"a b",)" + buttons), "42014");
  EXPECT_EQ(post(to + titled + R"("task_id":"a",)" + buttons), "0");
  EXPECT_EQ(post(to + titled + R"("task_id":"a",)" + buttons), "42014");
  EXPECT_EQ(
      post(R"({"agentid":1000002,"response_code":"no"})", "/cgi-bin/message/update_template_card"),
      "42016");
}

}  // namespace
}  // namespace huiyin::wecom::test
