// The played platform against the handler, and the platform's own rules.
#include <gtest/gtest.h>

#include "handlers/played_media.h"
#include "handlers/simulator.h"
#include "tests/handlers/feishu_fixture.h"

namespace huiyin::feishu::test {
namespace {

using namespace std::chrono_literals;

class FeishuPlay : public testing::TestWithParam<const char*> {
 protected:
  FeishuPlay()
      : channel_{make_channel(config(GetParam()))},
        simulator_{feishu::make_simulator(config(GetParam()))},
        token_{fetch_token()} {}

  Message hear(const PlayedMessage& said, bool again = false) {
    const auto decoded = channel_->decode(simulator_->deliver(said, now_, again), now_);
    const auto* messages = std::get_if<std::vector<Message>>(&decoded);
    if (!messages || messages->size() != 1) throw std::runtime_error("not one message");
    return messages->front();
  }
  static PlayedMessage say(std::string text, MessageKind kind = MessageKind::text) {
    return {.user = std::string{kFarmer}, .kind = kind, .text = std::move(text)};
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
  SendOutcome send(const Notice& notice) {
    return channel_->interpret_sent(notice, Route::session,
                                    carry(channel_->encode(notice, Route::session, token_)));
  }
  Notice notice(std::string text) {
    Notice notice;
    notice.id = NoticeId{++id_};
    notice.recipient = std::string{kFarmer};
    notice.text = std::move(text);
    return notice;
  }
  Notice card(std::string text) {
    auto card = notice(std::move(text));
    card.kind = "card";
    card.title = "260324-0001";
    card.buttons = {{"签收", "签收 260324-0001"}};
    return card;
  }

  Instant now_ = kNow;
  std::vector<Seen> seen_;
  std::unique_ptr<Channel> channel_;
  std::unique_ptr<Simulator> simulator_;
  Token token_;
  std::int64_t id_ = 0;
};

TEST_P(FeishuPlay, EveryKindArrivesAsItWasSaid) {
  for (const auto kind :
       {MessageKind::text, MessageKind::image, MessageKind::voice, MessageKind::video,
        MessageKind::position, MessageKind::follow, MessageKind::menu, MessageKind::file}) {
    SCOPED_TRACE(static_cast<int>(kind));
    const PlayedMessage said{.user = std::string{kFarmer},
                             .kind = kind,
                             .text = "沟断了\"😀",
                             .media_id = "m-1",
                             .position = Position{29.5871, 120.8233, "溪东"}};
    const auto heard = hear(said);
    EXPECT_EQ(heard.kind, kind);
    EXPECT_EQ(heard.sender, kFarmer);
    EXPECT_EQ(heard.text, kind == MessageKind::text || kind == MessageKind::menu ? said.text : "");
    if (kind == MessageKind::position) {
      ASSERT_TRUE(heard.position);
      EXPECT_NEAR(heard.position->latitude, 29.5871, 1e-6);
    }
  }
  EXPECT_EQ(hear(say("网", MessageKind::link)).text, "网 https://example.org/played");
  EXPECT_THROW(hear(say("", MessageKind::scan)), std::invalid_argument);
}

TEST_P(FeishuPlay, EachDeliveryIsNewAndAResendIsTheSame) {
  const auto first = hear(say("1"));
  const auto again = hear(say("1"), true);
  const auto second = hear(say("1"));
  EXPECT_EQ(first.dedupe_key, again.dedupe_key);
  EXPECT_NE(first.dedupe_key, second.dedupe_key);
}

TEST_P(FeishuPlay, ACardIsPressedAndChanges) {
  const auto sent = send(card("沟断了"));
  ASSERT_EQ(sent.kind, SendOutcome::delivered);
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(seen_[0].buttons, std::vector<std::string>{"签收 260324-0001"});
  EXPECT_EQ(seen_[0].text, "260324-0001\n沟断了\n可回复：\n签收 260324-0001\n[签收]");
  const auto press = say("签收 260324-0001", MessageKind::menu);
  const auto heard = hear(press);
  EXPECT_EQ(heard.kind, MessageKind::text);
  EXPECT_EQ(heard.text, "签收 260324-0001");
  EXPECT_EQ(heard.card, sent.platform_id);
  const auto toast = simulator_->read_reply(
      press, channel_->acknowledge({}, &heard, nullptr, now_, std::array<unsigned char, 16>{}));
  ASSERT_TRUE(toast);
  EXPECT_EQ(toast->text, "已收到");

  auto changed = notice("已签收");
  changed.replaces = heard.card;
  const auto edited = send(changed);
  EXPECT_EQ(edited.kind, SendOutcome::delivered);
  EXPECT_EQ(edited.platform_id, sent.platform_id);
  EXPECT_EQ(seen_.back().via, "edit");
  EXPECT_TRUE(seen_.back().buttons.empty());
  // The old button is gone; only a menu entry of that name is left.
  EXPECT_EQ(hear(press).kind, MessageKind::menu);
  changed.replaces = "om_nobody";
  EXPECT_EQ(send(changed).kind, SendOutcome::refused);
  const auto words = send(notice("只是字"));
  changed.replaces = words.platform_id;
  EXPECT_EQ(send(changed).kind, SendOutcome::refused) << "text is no card";
}

TEST_P(FeishuPlay, ARepliesQuotesAndARepeatArrivesOnce) {
  const auto heard = hear(say("沟断了"));
  auto reply = notice("已登记");
  reply.reply_address = heard.reply_address;
  const auto first = send(reply);
  EXPECT_EQ(first.kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.back().via, "reply");
  EXPECT_EQ(send(reply).platform_id, first.platform_id);
  EXPECT_EQ(seen_.size(), 1u);
  now_ += 61min;
  EXPECT_NE(send(reply).platform_id, first.platform_id) << "uuid holds for an hour";
  reply.id = NoticeId{99};
  reply.reply_address = "om_withdrawn";
  EXPECT_EQ(send(reply).kind, SendOutcome::retry);
  reply.reply_address.clear();
  EXPECT_EQ(send(reply).kind, SendOutcome::delivered);
}

TEST_P(FeishuPlay, FiveASecondToOnePerson) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(send(notice("一")).kind, SendOutcome::delivered);
  EXPECT_EQ(send(notice("六")).code, "230020");
  now_ += 1s;
  EXPECT_EQ(send(notice("六")).kind, SendOutcome::delivered);
}

TEST_P(FeishuPlay, TokensExpireAndOverlap) {
  EXPECT_EQ(fetch_token().value, token_.value);
  now_ += 91min;
  const auto next = fetch_token();
  EXPECT_NE(next.value, token_.value);
  EXPECT_EQ(send(notice("一")).kind, SendOutcome::delivered) << "both are valid meanwhile";
  now_ += 30min;
  EXPECT_EQ(send(notice("二")).kind, SendOutcome::token_expired);
  token_ = next;
  EXPECT_EQ(send(notice("二")).kind, SendOutcome::delivered);
  token_ = Token{"u-stranger"};
  EXPECT_EQ(send(notice("三")).code, "99991671");
}

TEST_P(FeishuPlay, AWrongSecretIsAConfigurationFault) {
  auto wrong = config(GetParam());
  wrong.keys["app_secret"] = "another";
  const auto answer = channel_->interpret_token(carry(*make_channel(wrong)->token_request()));
  EXPECT_TRUE(answer.configuration_fault);
}

TEST_P(FeishuPlay, FaultsAreInjected) {
  simulator_->inject("230053", 1);
  simulator_->inject("99991400", 1);
  simulator_->inject("500", 1);
  simulator_->inject("drop", 1);
  simulator_->inject("token:10014", 1);
  EXPECT_EQ(send(notice("一")).kind, SendOutcome::unreachable);
  EXPECT_EQ(send(notice("一")).retry_after, 2s);
  EXPECT_EQ(send(notice("一")).kind, SendOutcome::retry);
  EXPECT_TRUE(seen_.empty());
  const auto dropped = carry(channel_->encode(notice("一"), Route::session, token_));
  EXPECT_EQ(dropped.status, 0);
  EXPECT_EQ(seen_.size(), 1u) << "acted on, only the answer is lost";
  EXPECT_TRUE(fetch_token().value.empty());
  EXPECT_FALSE(fetch_token().value.empty());
  EXPECT_THROW(simulator_->inject("nonsense", 1), std::invalid_argument);
}

TEST_P(FeishuPlay, AFileIsFetchedByItsMessage) {
  for (const auto kind : {MessageKind::image, MessageKind::voice, MessageKind::video}) {
    const auto heard = hear({.user = std::string{kFarmer}, .kind = kind, .media_id = "key/1 +"});
    MediaRef file;
    file.kind = *played_media_kind(kind);
    file.id = heard.media_id;
    const auto got = carry(channel_->media_request(file, token_).value());
    EXPECT_EQ(got.body, played_file(file.kind, "key/1 +").body);
    EXPECT_EQ(channel_->interpret_media(file, 0, got, token_).kind, MediaAnswer::content);
    file.id.insert(3, "x");
    const auto none = carry(channel_->media_request(file, token_).value());
    EXPECT_EQ(channel_->interpret_media(file, 0, none, token_).kind, MediaAnswer::gone);
  }
}

TEST_P(FeishuPlay, WhatWasReadIsReported) {
  const auto sent = send(notice("已登记"));
  const auto report = hear(say("", MessageKind::delivery));
  ASSERT_TRUE(report.delivery);
  EXPECT_EQ(report.delivery->platform_id, sent.platform_id);
}
INSTANTIATE_TEST_SUITE_P(Feishu, FeishuPlay, testing::Values("plain", "encrypted"),
                         [](const auto& info) { return std::string{info.param}; });

}  // namespace
}  // namespace huiyin::feishu::test
