// The played platform against the handler, and the platform's own rules.
#include <gtest/gtest.h>

#include "handlers/json.h"
#include "handlers/played_faults.h"
#include "handlers/played_media.h"
#include "handlers/simulator.h"
#include "tests/handlers/dingtalk_fixture.h"

namespace huiyin::dingtalk::test {
namespace {

using namespace std::chrono_literals;

class DingtalkPlay : public testing::Test {
 protected:
  explicit DingtalkPlay(const ChannelConfig& by = config())
      : channel_{make_channel(by)}, simulator_{dingtalk::make_simulator(by)}, token_{fetch()} {}

  Message hear(const PlayedMessage& said, bool again = false) {
    const auto decoded = channel_->decode(simulator_->deliver(said, now_, again), now_);
    const auto* messages = std::get_if<std::vector<Message>>(&decoded);
    if (!messages || messages->size() != 1) throw std::runtime_error(outcome_of(decoded));
    return messages->front();
  }
  static PlayedMessage say(std::string text, MessageKind kind = MessageKind::text) {
    return {.user = std::string{kCadre}, .kind = kind, .text = std::move(text), .media_id = "m"};
  }
  net::HttpResponse carry(const net::OutgoingRequest& outgoing) {
    net::HttpRequest request;
    request.method = outgoing.method;
    request.target = outgoing.url.substr(outgoing.url.find('/', 8));
    request.headers = outgoing.headers;
    request.body = outgoing.body;
    return simulator_->serve(request, now_, seen_);
  }
  Token fetch() { return {channel_->interpret_token(carry(*channel_->token_request())).value}; }
  SendOutcome send(const Notice& notice) {
    return channel_->interpret_sent(notice, Route::session,
                                    carry(channel_->encode(notice, Route::session, token_)));
  }
  Notice notice(std::string text) {
    Notice notice;
    notice.id = NoticeId{++id_};
    notice.recipient = std::string{kCadre};
    notice.text = std::move(text);
    return notice;
  }
  Notice card(std::string text) {
    auto card = notice(std::move(text));
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
struct DingtalkPlayCards : DingtalkPlay {
  DingtalkPlayCards() : DingtalkPlay{with_cards()} {}
};
struct DingtalkPlayNotices : DingtalkPlay {
  DingtalkPlayNotices() : DingtalkPlay{with_notices()} {}
};

TEST_F(DingtalkPlay, EveryKindArrivesAsItWasSaid) {
  for (const auto kind : {MessageKind::text, MessageKind::image, MessageKind::voice,
                          MessageKind::video, MessageKind::file}) {
    SCOPED_TRACE(static_cast<int>(kind));
    const auto heard = hear(say("沟断了\"😀", kind));
    EXPECT_EQ(heard.kind, kind);
    EXPECT_EQ(heard.sender, kCadre);
    const bool has_text = kind != MessageKind::image && kind != MessageKind::video;
    EXPECT_EQ(heard.text, has_text ? "沟断了\"😀" : "");
    EXPECT_EQ(heard.media_id, kind == MessageKind::text ? "" : "m");
  }
  EXPECT_THROW(hear(say("", MessageKind::position)), std::invalid_argument);
}

TEST_F(DingtalkPlay, EachDeliveryIsNewAndAResendIsTheSame) {
  const auto first = hear(say("1"));
  const auto again = hear(say("1"), true);
  const auto second = hear(say("1"));
  EXPECT_EQ(first.dedupe_key, again.dedupe_key);
  EXPECT_NE(first.dedupe_key, second.dedupe_key);
  EXPECT_NE(first.nonce->nonce, second.nonce->nonce) << "in the same millisecond";
}

TEST_F(DingtalkPlay, AReplyByWebhookAndWhenItIsOver) {
  const auto heard = hear(say("沟断了"));
  auto reply = card("已登记");
  reply.reply_address = heard.reply_address;
  EXPECT_EQ(send(reply).kind, SendOutcome::delivered);
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(seen_[0].via, "session");
  EXPECT_EQ(seen_[0].buttons, std::vector<std::string>{"签收 260324-0001"});
  EXPECT_EQ(hear(say(seen_[0].buttons[0], MessageKind::menu)).text, "签收 260324-0001");
  now_ += 91min;
  EXPECT_EQ(send(reply).kind, SendOutcome::refused);
  reply.reply_address.clear();
  EXPECT_EQ(send(reply).kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.back().via, "robot");
}

TEST_F(DingtalkPlay, WhoLeftIsHiddenInASuccess) {
  EXPECT_EQ(send(notice("一")).kind, SendOutcome::delivered);
  const auto said = say("", MessageKind::unfollow);
  const auto request = simulator_->deliver(said, now_);
  const auto decoded = channel_->decode(request, now_);
  EXPECT_EQ(std::get<std::vector<Message>>(decoded)[0].kind, MessageKind::unfollow);
  EXPECT_FALSE(simulator_->read_reply(
      said,
      channel_->acknowledge(request, nullptr, nullptr, now_, std::array<unsigned char, 16>{})));
  EXPECT_THROW(simulator_->read_reply(said, net::HttpResponse::text(200, "{}")),
               std::runtime_error);
  EXPECT_EQ(send(notice("二")).code, "invalidStaffIdList");
  EXPECT_EQ(seen_.size(), 1u);
}

TEST_F(DingtalkPlay, TokensExpireAndFaultsAreInjected) {
  EXPECT_EQ(fetch().value, token_.value);
  simulator_->inject("Forbidden.AccessDenied.QpsLimitForApi", 1);
  simulator_->inject("list.flow", 1);
  simulator_->inject("500", 1);
  simulator_->inject("1111", 1);
  simulator_->inject("drop", 1);
  simulator_->inject("token:90018", 1);
  EXPECT_EQ(send(notice("一")).retry_after, 2s);
  EXPECT_EQ(send(notice("一")).code, "flowControlledStaffIdList");
  EXPECT_EQ(send(notice("一")).kind, SendOutcome::unknown);
  EXPECT_EQ(send(notice("一")).retry_after, 5min);
  EXPECT_TRUE(seen_.empty());
  EXPECT_EQ(carry(channel_->encode(notice("一"), Route::session, token_)).status, 0);
  EXPECT_EQ(seen_.size(), 1u) << "acted on, only the answer is lost";
  EXPECT_TRUE(fetch().value.empty());
  now_ += 121min;
  EXPECT_EQ(send(notice("二")).kind, SendOutcome::token_expired);
  token_ = fetch();
  EXPECT_EQ(send(notice("二")).kind, SendOutcome::delivered);
}

TEST_F(DingtalkPlay, AFileHasAnAddressForAWhile) {
  MediaRef file;
  file.id = hear(say("", MessageKind::image)).media_id;
  const auto told = channel_->interpret_media(
      file, 0, carry(channel_->media_request(file, token_).value()), token_);
  ASSERT_EQ(told.kind, MediaAnswer::next);
  const auto got = carry(told.request);
  EXPECT_EQ(got.body, played_file(MediaKind::image, "m").body);
  EXPECT_EQ(channel_->interpret_media(file, 1, got, token_).kind, MediaAnswer::content);
  now_ += 11min;
  EXPECT_EQ(channel_->interpret_media(file, 1, carry(told.request), token_).kind,
            MediaAnswer::retry);
  file.id = "unknown";
  EXPECT_EQ(
      channel_
          ->interpret_media(file, 0, carry(channel_->media_request(file, token_).value()), token_)
          .kind,
      MediaAnswer::gone);
}

TEST_F(DingtalkPlay, AWrongSecretIsAConfigurationFault) {
  auto wrong = config();
  wrong.keys["app_secret"] = "another";
  EXPECT_TRUE(
      channel_->interpret_token(carry(*make_channel(wrong)->token_request())).configuration_fault);
}

TEST_F(DingtalkPlayCards, ACardIsPressedAndChanges) {
  const auto sent = send(card("沟断了"));
  ASSERT_EQ(sent.kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.back().buttons, std::vector<std::string>{"签收 260324-0001"});
  const auto heard = hear(say("签收 260324-0001", MessageKind::menu));
  EXPECT_EQ(heard.text, "签收 260324-0001");
  EXPECT_EQ(heard.card, sent.platform_id);
  auto changed = notice("已签收");
  changed.replaces = heard.card;
  EXPECT_EQ(send(changed).platform_id, sent.platform_id);
  EXPECT_EQ(seen_.back().via, "edit");
  EXPECT_TRUE(seen_.back().buttons.empty());
  changed.replaces = "hy-nobody";
  EXPECT_EQ(send(changed).kind, SendOutcome::refused);
}

TEST_F(DingtalkPlayCards, ACardWhoseAnswerWasLostIsSentOnce) {
  const auto once = card("沟断了");
  simulator_->inject("lost_reply", 1);
  EXPECT_EQ(carry(channel_->encode(once, Route::session, token_)).status, kHangsUp);
  const auto again = send(once);
  EXPECT_EQ(again.kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.size(), 1u);
  EXPECT_EQ(hear(say("签收 260324-0001", MessageKind::menu)).card, again.platform_id);
}

TEST_F(DingtalkPlayNotices, ARepeatVanishesWithSuccessAndIsFoundOut) {
  const auto first = notice("已登记");
  const auto sent = send(first);
  EXPECT_EQ(sent.kind, SendOutcome::delivered);
  const auto again = send(first);
  EXPECT_EQ(again.kind, SendOutcome::delivered) << "so the platform says";
  EXPECT_EQ(seen_.size(), 1u);
  const auto fate = [&](const SendOutcome& outcome) {
    return channel_
        ->interpret_fate(outcome.platform_id,
                         carry(*channel_->fate_request(outcome.platform_id, token_)))
        .value();
  };
  EXPECT_TRUE(fate(sent).delivered);
  EXPECT_FALSE(fate(again).delivered);
  EXPECT_EQ(fate(again).detail, "forbidden:143106");
  EXPECT_EQ(send(notice("已登记")).kind, SendOutcome::delivered);
  EXPECT_EQ(seen_.size(), 2u) << "another notice with the same words";
}

}  // namespace
}  // namespace huiyin::dingtalk::test
