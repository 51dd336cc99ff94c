// 微信客服 against the played platform: what a customer does is announced, pulled once and answered
// within what the platform allows.
#include <gtest/gtest.h>

#include "handlers/played_media.h"
#include "tests/handlers/platform_table.h"
#include "tests/handlers/wecom_fixture.h"

namespace huiyin::wecom::test {
namespace {

using namespace std::chrono_literals;
using huiyin::test::BothSides;
using huiyin::test::line_of;
using huiyin::test::only_message;
using Kind = SendOutcome::Kind;

class KfPlay : public testing::Test {
 protected:
  KfPlay() : sides_{kf_config(), kNow} { fetch_token(); }

  TokenAnswer fetch_token() {
    auto answer = sides_.channel_->interpret_token(sides_.carry(*sides_.channel_->token_request()));
    if (!answer.value.empty()) token_.value = answer.value;
    return answer;
  }
  PlayedMessage say(std::string text, MessageKind kind = MessageKind::text) {
    return {.user = "wmFarmer", .kind = kind, .text = std::move(text)};
  }
  // The event arrives; what there is to pull is not yet pulled.
  Message call(const PlayedMessage& said, bool again = false) {
    const auto message = only_message(sides_.decode(said, again));
    EXPECT_FALSE(sides_.acknowledge(said, message));
    hint_ = message.stream.value().hint;
    return message;
  }
  Page page() {
    const Stream stream{"wkA", hint_, cursor_};
    auto page = sides_.channel_->interpret_pull(
        stream, sides_.carry(*sides_.channel_->pull_request(stream, token_)), sides_.now_);
    if (page.kind == Page::messages) cursor_ = page.cursor;
    return page;
  }
  std::vector<Message> pull() {
    std::vector<Message> all;
    for (bool more = true; more;) {
      auto next = page();
      EXPECT_EQ(next.kind, Page::messages) << next.code;
      more = next.more;
      for (auto& message : next.read) all.push_back(std::move(message));
    }
    return all;
  }
  Message hear(const PlayedMessage& said) {
    call(said);
    auto all = pull();
    if (all.size() != 1) throw std::runtime_error(std::to_string(all.size()) + " messages");
    return all.front();
  }
  Notice notice(std::int64_t id = 7) {
    Notice notice;
    notice.id = NoticeId{id};
    notice.recipient = "wmFarmer";
    notice.case_number = "260324-0001";
    notice.title = "已登记 260324-0001";
    notice.text = "沟断了";
    return notice;
  }
  SendOutcome send(const Notice& notice) {
    const auto request = sides_.channel_->encode(notice, Route::session, token_);
    return sides_.channel_->interpret_sent(notice, Route::session, sides_.carry(request));
  }

  BothSides sides_;
  Token token_;
  std::string cursor_, hint_;
};

TEST_F(KfPlay, EveryKindIsPulled) {
  for (const auto kind :
       {MessageKind::text, MessageKind::image, MessageKind::voice, MessageKind::video,
        MessageKind::position, MessageKind::link, MessageKind::file}) {
    auto said = say("沟断了", kind);
    said.position = Position{29.58, 120.82, "溪东"};
    said.media_id = "M1";
    const auto heard = hear(said);
    EXPECT_EQ(heard.kind, kind);
    EXPECT_EQ(heard.sender, "wmFarmer");
    EXPECT_EQ(heard.window.messages, 5);
    if (const auto file = played_media_kind(kind)) {
      const MediaRef media{*file, heard.media_id, {}, heard.media_format, heard.sender};
      const auto response = sides_.carry(*sides_.channel_->media_request(media, token_));
      EXPECT_EQ(sides_.channel_->interpret_media(media, 0, response, token_).kind,
                MediaAnswer::content);
      EXPECT_EQ(response.body, played_file(*file, "M1").body);
    }
  }
  EXPECT_EQ(hear(say("进度", MessageKind::menu)).text, "进度");
  EXPECT_THROW(call(say("", MessageKind::unfollow)), std::invalid_argument);
}

TEST_F(KfPlay, ManyCallsAreOnePullInOrder) {
  std::string wanted, got;
  for (int i = 0; i < 10; ++i) {
    call(say(std::to_string(i)));
    wanted += std::to_string(i);
  }
  int pages = 0;
  for (bool more = true; more; ++pages) {
    const auto next = page();
    more = next.more;
    for (const auto& message : next.read) got += message.text;
  }
  EXPECT_EQ(got, wanted);
  EXPECT_EQ(pages, 4);
  EXPECT_TRUE(pull().empty());
}

TEST_F(KfPlay, AResendTellsOfNothingNew) {
  const auto first = call(say("沟断了"));
  EXPECT_EQ(pull().size(), 1u);
  EXPECT_EQ(call(say("沟断了"), true).dedupe_key, first.dedupe_key);
  EXPECT_TRUE(pull().empty());
  EXPECT_NE(call(say("沟断了")).dedupe_key, first.dedupe_key);  // said again
  EXPECT_EQ(pull().size(), 1u);
}

// The page was read, its messages were not stored: it is read again, the same.
TEST_F(KfPlay, AnOldCursorGivesThePageAgain) {
  call(say("一"));
  const auto before = cursor_;
  const auto first = page();
  cursor_ = before;
  const auto again = page();
  EXPECT_EQ(first.read.at(0).dedupe_key, again.read.at(0).dedupe_key);
}

TEST_F(KfPlay, AnEmptyPageIsNotTheEnd) {
  call(say("一"));
  sides_.simulator_->inject("0.empty_page", 2);
  EXPECT_EQ(pull().size(), 1u);
}

TEST_F(KfPlay, AnOldHintIsLeftOut) {
  call(say("一"));
  sides_.now_ += 11min;
  const auto late = page();
  EXPECT_EQ(late.kind, Page::retry);
  EXPECT_TRUE(late.hint_spent);
  hint_.clear();
  EXPECT_EQ(pull().size(), 1u);
}

TEST_F(KfPlay, FaultsOfThePullLoseNothing) {
  call(say("一"));
  struct Row {
    const char* fault;
    Page::Kind kind;
  };
  for (const auto& row : {Row{"throttle", Page::retry},
                          {"expired_token", Page::token_expired},
                          {"500", Page::retry},
                          {"45009", Page::retry},
                          {"lost_reply", Page::retry},
                          {"60020", Page::stopped}}) {
    sides_.simulator_->inject(row.fault, 1);
    EXPECT_EQ(page().kind, row.kind) << row.fault;
  }
  EXPECT_EQ(pull().size(), 1u);
}

TEST_F(KfPlay, FiveMessagesWithin48Hours) {
  EXPECT_EQ(send(notice()).kind, Kind::window_closed);
  hear(say("沟断了"));
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(send(notice(i)).kind, Kind::delivered) << i;
  EXPECT_EQ(send(notice(6)).kind, Kind::allowance_used);
  hear(say("在吗"));
  EXPECT_EQ(send(notice(6)).kind, Kind::delivered);
  sides_.now_ += 48h;
  fetch_token();
  EXPECT_EQ(send(notice(7)).kind, Kind::window_closed);
  EXPECT_EQ(sides_.seen_.size(), 6u);
  EXPECT_EQ(sides_.seen_[0].text, "已登记 260324-0001\n沟断了");
  EXPECT_FALSE(sides_.channel_->has_route(Route::template_, notice()));
  EXPECT_TRUE(sides_.channel_->session_needs_window());
}

TEST_F(KfPlay, ALostAnswerIsOneMessage) {
  hear(say("沟断了"));
  sides_.simulator_->inject("lost_reply", 1);
  EXPECT_EQ(send(notice()).kind, Kind::unknown);
  const auto again = send(notice());
  EXPECT_EQ(again.kind, Kind::delivered);
  EXPECT_EQ(again.code, "95033");
  EXPECT_EQ(sides_.seen_.size(), 1u);
}

TEST_F(KfPlay, ButtonsAreTappedAsWords) {
  hear(say("沟断了"));
  auto menu = notice();
  menu.buttons = {{"催办", "催办 260324-0001"}, {"撤回", "撤回 260324-0001"}};
  EXPECT_EQ(send(menu).kind, Kind::delivered);
  EXPECT_EQ(sides_.seen_[0].buttons,
            (std::vector<std::string>{"催办 260324-0001", "撤回 260324-0001"}));
}

TEST_F(KfPlay, WhoComesIsWelcomedOnce) {
  auto enters = say("", MessageKind::follow);
  enters.scene = "lou-jia";
  const auto entered = hear(enters);
  EXPECT_EQ(entered.kind, MessageKind::follow);
  EXPECT_EQ(entered.scene, "lou-jia");
  auto welcome = notice();
  welcome.reply_address = entered.reply_address;
  welcome.reply_until = entered.reply_until;
  EXPECT_EQ(send(welcome).kind, Kind::delivered);
  EXPECT_EQ(sides_.seen_.at(0).via, "welcome");
  welcome.id = NoticeId{8};
  EXPECT_EQ(send(welcome).kind, Kind::window_closed);  // the code is used up
  EXPECT_EQ(hear(enters).kind, MessageKind::scan);
  enters.scene.clear();
  EXPECT_EQ(hear(enters).kind, MessageKind::other);
}

TEST_F(KfPlay, AWelcomeWaitsTwentySeconds) {
  const auto entered = hear(say("", MessageKind::follow));
  sides_.now_ += 20s;
  auto welcome = notice();
  welcome.reply_address = entered.reply_address;
  EXPECT_EQ(send(welcome).kind, Kind::window_closed);
}

TEST_F(KfPlay, AFailureIsToldLater) {
  hear(say("沟断了"));
  const auto sent = send(notice());
  const auto report = hear(say("", MessageKind::delivery));
  ASSERT_TRUE(report.delivery);
  EXPECT_EQ(report.delivery->platform_id, sent.platform_id);
  EXPECT_FALSE(report.delivery->delivered);
}

TEST_F(KfPlay, TokensOfOthersAndOldOnes) {
  hear(say("沟断了"));
  const auto good = token_;
  token_.value = "other";
  EXPECT_EQ(send(notice()).kind, Kind::token_expired);
  EXPECT_EQ(page().kind, Page::token_expired);
  token_ = good;
  sides_.now_ += 7200s;
  EXPECT_EQ(send(notice()).code, "42001");
  sides_.simulator_->inject("token:40001", 1);
  EXPECT_TRUE(fetch_token().configuration_fault);
  EXPECT_EQ(fetch_token().lifetime, 7200s);
  EXPECT_EQ(send(notice()).kind, Kind::delivered);
}

TEST_F(KfPlay, FaultsHaveNames) {
  for (const char* name : {"throttle", "expired_token", "500", "hang", "reset", "lost_reply",
                           "95018", "0.empty_page", "token:60020"})
    EXPECT_NO_THROW(sides_.simulator_->inject(name, 1)) << name;
  for (const char* name : {"", "nonsense", "1234567", "0.invaliduser"})
    EXPECT_THROW(sides_.simulator_->inject(name, 1), std::invalid_argument) << name;
}

}  // namespace
}  // namespace huiyin::wecom::test
