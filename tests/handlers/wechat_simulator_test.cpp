// The played platform against the handler, in all three modes, and the platform's own book-keeping.
#include <gtest/gtest.h>

#include "handlers/simulator.h"
#include "tests/handlers/wechat_fixture.h"

namespace huiyin::wechat::test {
namespace {

using namespace std::chrono_literals;

constexpr std::array<unsigned char, 16> kRandom{7};

ChannelConfig with_template(std::string mode) {
  auto with = config(std::move(mode));
  with.keys["template_id"] = "tpl-1";
  with.keys["template_fields"] = "thing1=place,phrase2=status";
  return with;
}

Notice notice(std::string text) {
  Notice notice;
  notice.id = NoticeId{7};
  notice.recipient = std::string{kFarmer};
  notice.text = std::move(text);
  notice.fields = {{"place", "楼家村"}, {"status", "已登记"}};
  return notice;
}

// Handler and platform side by side; what leaves the one enters the other.
class BothSides {
 protected:
  explicit BothSides(const char* mode)
      : channel_{make_channel(with_template(mode))},
        simulator_{huiyin::make_simulator(with_template(mode))} {}

  Message hear(const PlayedMessage& said, bool again = false) {
    const auto decoded = channel_->decode(simulator_->deliver(said, now_, again), now_);
    const auto* messages = std::get_if<std::vector<Message>>(&decoded);
    if (!messages || messages->size() != 1) throw std::runtime_error("not one message");
    return messages->front();
  }
  PlayedMessage say(std::string text) {
    return {.user = std::string{kFarmer}, .kind = MessageKind::text, .text = std::move(text)};
  }

  net::HttpResponse carry(const net::OutgoingRequest& outgoing) {
    net::HttpRequest request;
    request.method = outgoing.method;
    request.target = outgoing.url.substr(kDefaultApiBase.size());
    request.headers = outgoing.headers;
    request.body = outgoing.body;
    return simulator_->serve(request, now_, seen_);
  }
  Token fetch_token() {
    return {channel_->interpret_token(carry(*channel_->token_request())).value};
  }
  SendOutcome send(const Notice& notice, Route route = Route::session) {
    return channel_->interpret(route, carry(channel_->encode(notice, route, token_)));
  }

  Instant now_ = kNow;
  std::unique_ptr<Channel> channel_;
  std::unique_ptr<Simulator> simulator_;
  Token token_;
  std::vector<Seen> seen_;
};

class Play : public BothSides, public testing::TestWithParam<const char*> {
 protected:
  Play() : BothSides{GetParam()} {}
};

TEST_P(Play, EveryKindArrivesAsItWasSaid) {
  const std::string user{kFarmer};
  for (const auto kind :
       {MessageKind::text, MessageKind::image, MessageKind::voice, MessageKind::video,
        MessageKind::position, MessageKind::link, MessageKind::follow, MessageKind::scan,
        MessageKind::unfollow, MessageKind::menu, MessageKind::file, MessageKind::other}) {
    SCOPED_TRACE(static_cast<int>(kind));
    const PlayedMessage said{.user = user,
                             .kind = kind,
                             .text = "沟断了]]>😀",
                             .scene = "lou-jia",
                             .media_id = "m-1",
                             .position = Position{29.5871, 120.8233, "溪东"}};
    const auto heard = hear(said);
    EXPECT_EQ(heard.kind, kind);
    EXPECT_EQ(heard.sender, user);
    const bool has_text =
        kind == MessageKind::text || kind == MessageKind::link || kind == MessageKind::menu;
    EXPECT_EQ(heard.text, has_text ? said.text : "");
    if (kind == MessageKind::image || kind == MessageKind::voice || kind == MessageKind::video) {
      EXPECT_EQ(heard.media_id, "m-1");
    }
    if (kind == MessageKind::follow || kind == MessageKind::scan) {
      EXPECT_EQ(heard.scene, "lou-jia");
    }
    if (kind == MessageKind::position) {
      ASSERT_TRUE(heard.position);
      EXPECT_NEAR(heard.position->latitude, 29.5871, 1e-6);
    }
  }
}

TEST_P(Play, EachDeliveryIsNewAndAResendIsTheSame) {
  const auto said = say("1");
  const auto first = hear(said);
  const auto request = simulator_->deliver(said, now_, true);
  const auto again = hear(said, true);
  const auto second = hear(said);
  EXPECT_EQ(first.dedupe_key, again.dedupe_key);
  EXPECT_NE(first.dedupe_key, second.dedupe_key);
  EXPECT_NE(request.target, simulator_->deliver(said, now_, true).target);
}

TEST_P(Play, TheReplyIsRead) {
  const auto said = say("沟断了");
  const auto heard = hear(said);
  auto reply = notice("已登记 ]]> 😀");
  reply.buttons = {{"催办", "催办 260324-0001"}};
  const auto seen =
      simulator_->read_reply(said, channel_->acknowledge({}, &heard, &reply, now_, kRandom));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->text, "已登记 ]]> 😀\n可回复：\n催办 260324-0001");
  EXPECT_EQ(seen->via, "reply");
  EXPECT_FALSE(
      simulator_->read_reply(said, channel_->acknowledge({}, &heard, nullptr, now_, kRandom)));
}

TEST_P(Play, AFaultyReplyIsSeenAsOne) {
  const auto said = say("沟断了");
  for (const char* body : {"<xml>", "{}", "<xml></xml>", "ok",
                           "<xml><Encrypt>x</Encrypt><MsgSignature>y</MsgSignature></xml>",
                           "<xml><ToUserName>other</ToUserName></xml>"})
    EXPECT_THROW(simulator_->read_reply(said, net::HttpResponse::text(200, body)),
                 std::runtime_error)
        << body;
  EXPECT_THROW(simulator_->read_reply(said, net::HttpResponse::text(503, "")), std::runtime_error);
}
INSTANTIATE_TEST_SUITE_P(Wechat, Play, testing::Values("plain", "compatible", "safe"),
                         [](const auto& info) { return std::string{info.param}; });

// The API is the same in every mode.
class WechatApi : public BothSides, public testing::Test {
 protected:
  WechatApi() : BothSides{"safe"} { token_ = fetch_token(); }
};

TEST_F(WechatApi, FiveMessagesIn48HoursAfterAMessage) {
  hear(say("沟断了"));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(send(notice("一")).kind, SendOutcome::delivered);
  EXPECT_EQ(send(notice("六")).kind, SendOutcome::allowance_used);
  ASSERT_EQ(seen_.size(), 5u);
  EXPECT_EQ(seen_[0].via, "customer-service");
  EXPECT_EQ(seen_[0].text, "一");
  hear(say("谢谢"));
  EXPECT_EQ(send(notice("七")).kind, SendOutcome::delivered);
  now_ += 48h;
  token_ = fetch_token();
  EXPECT_EQ(send(notice("八")).kind, SendOutcome::window_closed);
  EXPECT_EQ(send(notice("八"), Route::template_).kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.back().via, "template");
  EXPECT_EQ(seen_.back().text, "thing1：楼家村\nphrase2：已登记");
}

TEST_F(WechatApi, ATapAllowsThreeInAMinuteAndShrinksNothing) {
  hear({.user = std::string{kFarmer}, .kind = MessageKind::menu, .text = "STATUS"});
  for (int i = 0; i < 3; ++i) EXPECT_EQ(send(notice("一")).kind, SendOutcome::delivered);
  EXPECT_EQ(send(notice("四")).kind, SendOutcome::allowance_used);
  now_ += 61s;
  EXPECT_EQ(send(notice("五")).kind, SendOutcome::window_closed);
  hear(say("沟断了"));
  hear({.user = std::string{kFarmer}, .kind = MessageKind::menu, .text = "STATUS"});
  now_ += 61s;
  EXPECT_EQ(send(notice("六")).kind, SendOutcome::delivered);
}

TEST_F(WechatApi, StrangersAndThoseWhoLeft) {
  auto misdirected = notice("一");
  misdirected.recipient = "nobody";
  EXPECT_EQ(send(misdirected).code, "40003");
  EXPECT_EQ(send(notice("一")).code, "45015") << "follows, but has not written";
  hear(say("沟断了"));
  hear({.user = std::string{kFarmer}, .kind = MessageKind::unfollow});
  EXPECT_EQ(send(notice("一")).code, "45015");
  EXPECT_EQ(send(notice("一"), Route::template_).code, "43004");
}

TEST_F(WechatApi, ASubscriptionNoticeReachesWhoeverAgreed) {
  auto with = with_template("safe");
  with.keys["template_kind"] = "subscription";
  const auto channel = make_channel(with);
  const auto sent = [&] {
    const auto request = channel->encode(notice("一"), Route::template_, token_);
    return channel->interpret(Route::template_, carry(request));
  };
  EXPECT_EQ(sent().kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.back().via, "subscription");
  simulator_->inject("43101", 1);
  EXPECT_EQ(sent().kind, SendOutcome::window_closed);
}

TEST_F(WechatApi, ATemplateRepeatIsShownOnceAndReported) {
  hear(say("沟断了"));
  const auto outcome = send(notice("一"), Route::template_);
  EXPECT_EQ(send(notice("一"), Route::template_).kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.size(), 1u);
  const auto report = hear({.user = std::string{kFarmer}, .kind = MessageKind::delivery});
  ASSERT_TRUE(report.delivery);
  EXPECT_TRUE(report.delivery->delivered);
  EXPECT_EQ(report.delivery->platform_id, outcome.platform_id);
}

TEST_F(WechatApi, TokensExpireAndStableOnesStay) {
  hear(say("沟断了"));
  EXPECT_EQ(fetch_token().value, token_.value);
  EXPECT_EQ(send(notice("一")).kind, SendOutcome::delivered);
  now_ += 7000s;
  EXPECT_NE(fetch_token().value, token_.value);
  EXPECT_EQ(send(notice("二")).kind, SendOutcome::delivered) << "both are valid meanwhile";
  now_ += 300s;
  EXPECT_EQ(send(notice("三")).code, "42001");
  token_ = Token{"stranger"};
  EXPECT_EQ(send(notice("三")).code, "40001");
  token_ = Token{};
  EXPECT_EQ(send(notice("三")).code, "41001");
  EXPECT_EQ(seen_.size(), 2u);
}

TEST_F(WechatApi, AWrongSecretIsAConfigurationFault) {
  auto wrong = config("safe");
  wrong.keys["app_secret"] = "another";
  const auto answer = channel_->interpret_token(carry(*make_channel(wrong)->token_request()));
  EXPECT_TRUE(answer.configuration_fault);
  EXPECT_EQ(answer.code, "40125");
}

TEST_F(WechatApi, FaultsAreInjected) {
  hear(say("沟断了"));
  simulator_->inject("45015", 1);
  simulator_->inject("500", 1);
  simulator_->inject("-1", 1);
  simulator_->inject("drop", 1);
  simulator_->inject("token:40164", 1);
  EXPECT_EQ(send(notice("一")).kind, SendOutcome::window_closed);
  EXPECT_EQ(send(notice("一")).kind, SendOutcome::unknown);
  EXPECT_EQ(send(notice("一")).kind, SendOutcome::retry);
  EXPECT_TRUE(seen_.empty());
  const auto dropped = carry(channel_->encode(notice("一"), Route::session, token_));
  EXPECT_EQ(dropped.status, 0);
  EXPECT_EQ(seen_.size(), 1u) << "acted on, only the answer is lost";
  EXPECT_EQ(send(notice("二")).kind, SendOutcome::delivered);
  EXPECT_TRUE(fetch_token().value.empty());
  EXPECT_FALSE(fetch_token().value.empty());
  EXPECT_THROW(simulator_->inject("nonsense", 1), std::invalid_argument);
}

TEST_F(WechatApi, RefusesWhatThePlatformRefuses) {
  hear(say("沟断了"));
  const auto post = [&](std::string body, std::string path = "/cgi-bin/message/custom/send") {
    net::OutgoingRequest request;
    request.url = std::string{kDefaultApiBase} + path + "?access_token=" + token_.value;
    request.body = std::move(body);
    return channel_->interpret(Route::session, carry(request)).code;
  };
  const std::string to = "{\"touser\":\"" + std::string{kFarmer} + "\",\"msgtype\":\"text\",";
  EXPECT_EQ(post(""), "44002");
  EXPECT_EQ(post("x"), "47001");
  EXPECT_EQ(post(to + "\"text\":{\"content\":\"\\u6c34\"}}"), "40033");
  EXPECT_EQ(post(to + "\"text\":{\"content\":\"\"}}"), "44004");
  EXPECT_EQ(post(to + "\"text\":{\"content\":\"" + std::string(2049, 'x') + "\"}}"), "45002");
  EXPECT_EQ(post(to + "\"text\":{\"content\":\"" + std::string(2048, 'x') + "\"}}"), "0");
  const auto data = [&](const std::string& fields) {
    return post("{\"touser\":\"" + std::string{kFarmer} +
                    "\",\"template_id\":\"tpl-1\",\"data\":{" + fields + "}}",
                "/cgi-bin/message/template/send");
  };
  EXPECT_EQ(data("\"thing1\":{\"value\":\"\"}"), "47003");
  EXPECT_EQ(data("\"phrase1\":{\"value\":\"abc\"}"), "47003");
  EXPECT_EQ(data("\"thing1\":{\"value\":\"一二三四五六七八九十一二三四五六七八九十一\"}"), "47003");
  EXPECT_EQ(data("\"thing1\":{\"value\":\"一\"}"), "0");
}

}  // namespace
}  // namespace huiyin::wechat::test
