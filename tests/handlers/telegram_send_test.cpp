// What leaves, what the platform's answers mean, and both sides together.
#include <gtest/gtest.h>

#include "handlers/utf8.h"
#include "tests/handlers/telegram_fixture.h"

namespace huiyin::telegram::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPerson = "5812345678";

Notice card() {
  Notice notice;
  notice.id = NoticeId{9007199254740993};
  notice.channel = "tg";
  notice.recipient = kPerson;
  notice.kind = "card";
  notice.case_number = "261123-0042";
  notice.title = "新事项 261123-0042";
  notice.text = "沟断了 <b>_*[x]&";
  notice.buttons = {{"签收", "签收 261123-0042"}, {"退回", "退回 261123-0042"}};
  notice.link = "https://huiyin.example.org/c/abc";
  return notice;
}

net::OutgoingRequest encode(const Notice& notice) {
  return make_channel(config())->encode(notice, Route::session, {});
}
boost::json::object body_of(const Notice& notice) {
  return *parse_json_object(encode(notice).body);
}

TEST(TelegramSend, AMessageWithButtons) {
  const auto request = encode(card());
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.telegram.org/bot" + std::string{kToken} + "/sendMessage");
  EXPECT_EQ(
      request.body,
      R"({"chat_id":5812345678,"text":"新事项 261123-0042\n沟断了 <b>_*[x]&\n可回复：\n签收 261123-0042\n退回 261123-0042\nhttps://huiyin.example.org/c/abc",)"
      R"("link_preview_options":{"is_disabled":true},"reply_markup":{"inline_keyboard":[[{"text":"签收","callback_data":"签收 261123-0042"},{"text":"退回","callback_data":"退回 261123-0042"}]]}})");
  EXPECT_EQ(request.body.find("parse_mode"), std::string::npos);
}

TEST(TelegramSend, AnEditNamesTheCardAndTakesOldButtonsAway) {
  auto notice = card();
  notice.replaces = "5812345678:21";
  notice.buttons.clear();
  const auto request = encode(notice);
  EXPECT_EQ(request.url, "https://api.telegram.org/bot" + std::string{kToken} + "/editMessageText");
  const auto body = *parse_json_object(request.body);
  EXPECT_EQ(body.at("chat_id"), 5812345678);
  EXPECT_EQ(body.at("message_id"), 21);
  EXPECT_FALSE(body.contains("reply_markup"));
  EXPECT_TRUE(make_channel(config())->can_edit());
}

TEST(TelegramSend, WhatCannotBeEditedIsSent) {
  for (const char* id : {"", "21", "5812345678:", "5812345678:x"}) {
    auto notice = card();
    notice.replaces = id;
    EXPECT_TRUE(encode(notice).url.ends_with("/sendMessage")) << id;
  }
}

TEST(TelegramSend, ACommandOver64BytesIsWordsOnly) {
  auto notice = card();
  notice.buttons = {{"甲", std::string(64, 'x')},
                    {"乙", "水水水水水水水水水水水水水水水水水水水水水x"},
                    {"丙", std::string(65, 'x')}};
  const auto body = body_of(notice);
  const auto& row = body.at("reply_markup").at("inline_keyboard").at(0).as_array();
  ASSERT_EQ(row.size(), 2u);
  EXPECT_EQ(row.at(1).at("text"), "乙");
  EXPECT_NE(encode(notice).body.find("丙：" + std::string(65, 'x')), std::string::npos);
}

TEST(TelegramSend, ThreeButtonsARowAndAtMostAHundred) {
  auto notice = card();
  notice.buttons.clear();
  for (int i = 0; i < 120; ++i) notice.buttons.push_back({"b", "c" + std::to_string(i)});
  const auto body = body_of(notice);
  const auto& rows = body.at("reply_markup").at("inline_keyboard").as_array();
  std::size_t count = 0;
  for (const auto& row : rows) {
    EXPECT_LE(row.as_array().size(), 3u);
    count += row.as_array().size();
  }
  EXPECT_EQ(count, 100u);
}

TEST(TelegramSend, TextsOf4096Utf16UnitsAtMost) {
  for (std::size_t extra = 0; extra < 4; ++extra) {
    auto notice = card();
    notice.text = std::string(extra, 'x');
    for (int i = 0; i < 2100; ++i) notice.text += "😀";
    const auto text = json_string(body_of(notice), "text");
    EXPECT_LE(count_utf16(text), 4096u);
    EXPECT_GT(count_utf16(text), 4092u);
    EXPECT_TRUE(is_utf8(text));
    EXPECT_TRUE(text.ends_with("退回 261123-0042\nhttps://huiyin.example.org/c/abc"));
  }
}

TEST(TelegramSend, ARelayInFrontOfTheApi) {
  auto relayed = config();
  relayed.api_base = "https://relay.example.org/tg/";
  EXPECT_EQ(make_channel(relayed)->encode(card(), Route::session, {}).url,
            "https://relay.example.org/tg/bot" + std::string{kToken} + "/sendMessage");
}

TEST(TelegramAcknowledge, OnlyAPressedButtonIsAnswered) {
  const auto channel = make_channel(config());
  Message message;
  const Message* const none = nullptr;
  const Message* const typed = &message;
  const auto reply = card();
  for (const auto* heard : {typed, none}) {
    const auto response = channel->acknowledge({}, heard, &reply, kNow, kRandom);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
  }
  message.reply_address = "4382bf";
  const auto response = channel->acknowledge({}, &message, nullptr, kNow, kRandom);
  EXPECT_EQ(response.body, R"({"method":"answerCallbackQuery","callback_query_id":"4382bf"})");
  EXPECT_EQ(net::find_header(response.headers, "Content-Type"), "application/json");
}

// ---- outcomes
// -------------------------------------------------------------------------------------

struct Outcome {
  int status;
  const char* body;
  const char* expected;
};
#define TG_ERROR(code, text) R"({"ok":false,"error_code":)" code R"(,"description":")" text "\"}"

const Outcome kOutcomes[] = {
    {200, R"({"ok":true,"result":{"message_id":21,"date":1,"chat":{"id":5812345678}}})",
     "delivered id=5812345678:21 (ok)"},
    {200, R"({"ok":true,"result":true})", "delivered (ok)"},
    {429,
     R"({"ok":false,"error_code":429,"description":"Too Many Requests: retry after 35","parameters":{"retry_after":35}})",
     "retry after 35s (429 flood)"},
    {429, TG_ERROR("429", "Too Many Requests"), "retry after 9s (429 flood)"},
    {403, TG_ERROR("403", "Forbidden: bot was blocked by the user"), "unreachable (403 blocked)"},
    {403, TG_ERROR("403", "Forbidden: user is deactivated"), "unreachable (403 deactivated)"},
    {403, TG_ERROR("403", "Forbidden: bot can't initiate conversation with a user"),
     "unreachable (403 never_started)"},
    {403, TG_ERROR("403", "Forbidden: bot was kicked from the group chat"),
     "unreachable (403 kicked)"},
    {403, TG_ERROR("403", "Forbidden: something new"), "unreachable (403 forbidden)"},
    {400, TG_ERROR("400", "Bad Request: chat not found"), "unreachable (400 chat_not_found)"},
    {400, TG_ERROR("400", "Bad Request: CHAT NOT FOUND"), "unreachable (400 chat_not_found)"},
    {400, TG_ERROR("400", "Bad Request: PEER_ID_INVALID"), "unreachable (400 peer_id_invalid)"},
    {400,
     R"({"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1001234567890}})",
     "unreachable (400 migrated)"},
    {400, TG_ERROR("400", "Bad Request: message is too long"), "refused (400 too_long)"},
    {400, TG_ERROR("400", "Bad Request: message text is empty"), "refused (400 empty)"},
    {400, TG_ERROR("400", "Bad Request: can't parse entities: x"), "refused (400 entities)"},
    {400, TG_ERROR("400", "Bad Request: BUTTON_DATA_INVALID"), "refused (400 button_data)"},
    {400, TG_ERROR("400", "Bad Request: message to edit not found"),
     "refused (400 edit_not_found)"},
    {400, TG_ERROR("400", "Bad Request: message can't be edited"), "refused (400 edit_impossible)"},
    {400, TG_ERROR("400", "Bad Request: message is not modified: specified new message ..."),
     "delivered (400 not_modified)"},
    {400,
     TG_ERROR("400",
              "Bad Request: query is too old and response timeout expired or query ID is invalid"),
     "refused (400 query_too_old)"},
    {400, TG_ERROR("400", "Bad Request: brand new"), "refused (400 bad_request)"},
    {401, TG_ERROR("401", "Unauthorized"), "channel_stopped (401 unauthorized)"},
    {404, TG_ERROR("404", "Not Found"), "channel_stopped (404 not_found)"},
    {409, TG_ERROR("409", "Conflict: can't use getUpdates"), "channel_stopped (409 conflict)"},
    {413, TG_ERROR("413", "Request Entity Too Large"), "refused (413 too_large)"},
    {418, TG_ERROR("418", "teapot"), "retry after 600s (418)"},
    {500, TG_ERROR("500", "Internal Server Error"), "unknown (500)"},
    {502, "<html>bad gateway</html>", "unknown (http_502)"},
    {504, "", "unknown (http_504)"},
    {503, "", "retry after 9s (http_503)"},
    {302, "", "retry after 60s (http_302)"},
    {200, "", "unknown (unreadable)"},
    {200, "{}", "unknown (unreadable)"},
    {200, R"({"ok":"true"})", "unknown (unreadable)"},
    // an error that hides in a 200
    {200, TG_ERROR("403", "Forbidden: bot was blocked by the user"), "unreachable (403 blocked)"},
};

TEST(TelegramOutcome, EveryAnswer) {
  const auto channel = make_channel(config());
  for (const auto& row : kOutcomes) {
    auto response = net::HttpResponse::text(row.status, row.body, "application/json");
    response.headers.emplace_back("Retry-After", "9");
    EXPECT_EQ(line_of(channel->interpret(Route::session, response)), row.expected) << row.body;
  }
}

TEST(TelegramOutcome, AnUnchangedEditKeepsItsCard) {
  const auto channel = make_channel(config());
  auto notice = card();
  notice.replaces = "5812345678:21";
  const auto same = net::HttpResponse::text(
      400, TG_ERROR("400", "Bad Request: message is not modified"), "application/json");
  EXPECT_EQ(line_of(channel->interpret_sent(notice, Route::session, same)),
            "delivered id=5812345678:21 (400 not_modified)");
}

// ---- both sides
// -----------------------------------------------------------------------------------

class TelegramPlay : public BothSides, public testing::Test {
 protected:
  TelegramPlay() : BothSides{config(), kNow} {}
  static PlayedMessage say(std::string text) {
    return {.user = kPerson, .kind = MessageKind::text, .text = std::move(text)};
  }
};

TEST_F(TelegramPlay, EveryKindArrivesAsItWasSaid) {
  struct Row {
    MessageKind kind;
    const char* expected;
  };
  for (const auto& [kind, expected] :
       {Row{MessageKind::text, "text 5812345678 text=沟断了😀"},
        Row{MessageKind::image, "image 5812345678 media=m-1 text=沟断了😀"},
        Row{MessageKind::voice, "voice 5812345678 media=m-1 format=ogg text=沟断了😀"},
        Row{MessageKind::video, "video 5812345678 media=m-1 format=mp4 text=沟断了😀"},
        Row{MessageKind::position, "position 5812345678 at=29.58,120.82 label=溪东"},
        Row{MessageKind::link, "text 5812345678 text=沟断了😀\nhttps://example.org/played"},
        Row{MessageKind::follow, "follow 5812345678 scene=lou-jia"},
        Row{MessageKind::scan, "follow 5812345678 scene=lou-jia"},
        Row{MessageKind::unfollow, "unfollow 5812345678"},
        Row{MessageKind::file, "file 5812345678"}}) {
    const PlayedMessage said{.user = kPerson,
                             .kind = kind,
                             .text = "沟断了😀",
                             .scene = "lou-jia",
                             .media_id = "m-1",
                             .position = Position{29.5871, 120.8233, "溪东"}};
    const auto heard = hear(said);
    EXPECT_EQ(line_of(heard), expected);
    EXPECT_EQ(acknowledge(said, heard), std::nullopt);
  }
  EXPECT_EQ(line_of(hear({.user = kPerson, .kind = MessageKind::menu, .text = "help"})),
            "menu 5812345678 text=help");
}

TEST_F(TelegramPlay, AResendIsTheSameAndTheSameWordsAreNot) {
  const auto first = hear(say("1"));
  EXPECT_EQ(hear(say("1"), true).dedupe_key, first.dedupe_key);
  EXPECT_NE(hear(say("1")).dedupe_key, first.dedupe_key);
}

TEST_F(TelegramPlay, AButtonIsPressedAnsweredAndItsCardChanges) {
  auto notice = card();
  const auto sent = send(notice);
  ASSERT_EQ(sent.kind, SendOutcome::delivered);
  ASSERT_EQ(seen_.size(), 1u);
  EXPECT_EQ(seen_[0].via, "message");
  EXPECT_EQ(seen_[0].buttons, (std::vector<std::string>{"签收 261123-0042", "退回 261123-0042"}));

  const auto pressed = hear(say("签收 261123-0042"));
  EXPECT_EQ(pressed.card, sent.platform_id);
  EXPECT_EQ(pressed.text, "签收 261123-0042");
  EXPECT_EQ(acknowledge(say("签收 261123-0042"), pressed), std::nullopt);
  auto unanswered = pressed;
  unanswered.reply_address.clear();
  EXPECT_THROW(acknowledge(say("签收 261123-0042"), unanswered), std::runtime_error);

  notice.replaces = pressed.card;
  notice.text = "已签收";
  notice.buttons.clear();
  const auto changed = send(notice);
  EXPECT_EQ(changed.kind, SendOutcome::delivered);
  EXPECT_EQ(changed.platform_id, sent.platform_id);
  EXPECT_EQ(seen_.back().via, "edit");
  EXPECT_TRUE(seen_.back().buttons.empty());

  const auto same = send(notice);
  EXPECT_EQ(line_of(same), "delivered id=" + sent.platform_id + " (400 not_modified)");
  EXPECT_EQ(seen_.size(), 2u);
  notice.replaces = "5812345678:999";
  EXPECT_EQ(send(notice).code, "400 edit_not_found");
  EXPECT_EQ(hear(say("签收 261123-0042")).card, "") << "without its button it is typed";
}

TEST_F(TelegramPlay, WhoBlocksIsNotReachedUntilTheyWrite) {
  hear({.user = kPerson, .kind = MessageKind::unfollow});
  EXPECT_EQ(send(card()).code, "403 blocked");
  hear(say("我回来了"));
  EXPECT_EQ(send(card()).kind, SendOutcome::delivered);
  auto nobody = card();
  nobody.recipient = "nobody";
  EXPECT_EQ(send(nobody).code, "400 chat_not_found");
}

TEST_F(TelegramPlay, AFloodIsToldToWait) {
  int delivered = 0;
  SendOutcome last;
  for (int i = 0; i < 30; ++i) {
    last = send(card());
    delivered += last.kind == SendOutcome::delivered;
  }
  EXPECT_EQ(delivered, 20);
  EXPECT_EQ(line_of(last), "retry after 1s (429 flood)");
  now_ += last.retry_after;
  EXPECT_EQ(send(card()).kind, SendOutcome::delivered);
}

TEST_F(TelegramPlay, InjectedFaults) {
  simulator_->inject("429:3", 1);
  EXPECT_EQ(line_of(send(card())), "retry after 3s (429 flood)");
  simulator_->inject("401", 1);
  EXPECT_EQ(send(card()).kind, SendOutcome::channel_stopped);
  simulator_->inject("500", 1);
  EXPECT_EQ(send(card()).kind, SendOutcome::unknown);
  EXPECT_TRUE(seen_.empty());
  simulator_->inject("drop", 1);
  const auto request = make_channel(config())->encode(card(), Route::session, {});
  EXPECT_EQ(carry(request).status, 0);
  EXPECT_EQ(seen_.size(), 1u) << "acted on, the answer is lost";
  for (const char* wrong : {"45015", "x", "429:", "429:x", "200"})
    EXPECT_THROW(simulator_->inject(wrong, 1), std::invalid_argument) << wrong;
}

TEST_F(TelegramPlay, AWrongTokenOrMethodIsRefused) {
  auto request = make_channel(config())->encode(card(), Route::session, {});
  auto other = config();
  other.keys["bot_token"] = "7012345678:other";
  EXPECT_EQ(carry(make_channel(other)->encode(card(), Route::session, {})).status, 401);
  request.url.replace(request.url.rfind('/'), std::string::npos, "/sendNothing");
  EXPECT_EQ(carry(request).status, 404);
}

TEST_F(TelegramPlay, AFaultyAcknowledgementIsSeenAsOne) {
  hear(say("x"));
  EXPECT_THROW(simulator_->read_reply(say("x"), net::HttpResponse::text(500, "")),
               std::runtime_error);
  EXPECT_THROW(
      simulator_->read_reply(say("x"), net::HttpResponse::text(200, R"({"method":"sendMessage"})")),
      std::runtime_error);
}

}  // namespace
}  // namespace huiyin::telegram::test
