// What leaves: messages, replies, cards, changed cards, tokens; and what the answers mean.
#include <gtest/gtest.h>

#include "handlers/json.h"
#include "tests/handlers/feishu_fixture.h"

namespace huiyin::feishu::test {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;
namespace json = boost::json;

Notice notice() {
  Notice notice;
  notice.id = NoticeId{9007199254740993};
  notice.channel = "fs";
  notice.recipient = std::string{kFarmer};
  notice.kind = "registered";
  notice.case_number = "260324-0001";
  notice.title = "已登记 260324-0001";
  notice.text = "沟断了，生姜缺水 😀\n楼家村驻村干部";
  return notice;
}
Notice card() {
  auto card = notice();
  card.kind = "card";
  card.buttons = {{"签收", "签收 260324-0001"}, {"转派", "转派 260324-0001"}};
  card.link = "https://huiyin.example.org/c/abc";
  return card;
}

net::OutgoingRequest encode(const Notice& notice) {
  return make_channel(config())->encode(notice, Route::session, Token{"t-g1044ghJ"});
}
json::object body_of(const net::OutgoingRequest& request) {
  return parse_json_object(request.body).value();
}
json::object content_of(const net::OutgoingRequest& request) {
  return parse_json_object(json_string(body_of(request), "content")).value();
}

TEST(FeishuSend, TextToAPerson) {
  const auto request = encode(notice());
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://open.feishu.cn/open-apis/im/v1/messages?receive_id_type=open_id");
  EXPECT_EQ(net::find_header(request.headers, "Authorization"), "Bearer t-g1044ghJ");
  const auto body = body_of(request);
  EXPECT_EQ(json_string(body, "receive_id"), kFarmer);
  EXPECT_EQ(json_string(body, "msg_type"), "text");
  EXPECT_EQ(json_string(content_of(request), "text"),
            "已登记 260324-0001\n沟断了，生姜缺水 😀\n楼家村驻村干部");
}

TEST(FeishuSend, ReceiveIdTypes) {
  const std::pair<const char*, const char*> rows[] = {{"ou_1", "open_id"},
                                                      {"oc_1", "chat_id"},
                                                      {"on_1", "union_id"},
                                                      {"a@example.org", "email"},
                                                      {"5d9bdxxx", "user_id"}};
  for (const auto& [id, type] : rows) {
    auto to = notice();
    to.recipient = id;
    EXPECT_TRUE(encode(to).url.ends_with(std::string{"receive_id_type="} + type)) << id;
  }
}

TEST(FeishuSend, TheUuidIsTheNoticesOwn) {
  const auto uuid = [](const Notice& notice) {
    return json_string(body_of(encode(notice)), "uuid");
  };
  const auto first = uuid(notice());
  EXPECT_LE(first.size(), 50u);
  EXPECT_TRUE(first.starts_with("9007199254740993-"));
  EXPECT_EQ(first, uuid(notice()));
  auto changed = notice();
  changed.id = NoticeId{7};
  EXPECT_NE(uuid(changed), first);
  changed = notice();
  changed.text = "another";
  EXPECT_NE(uuid(changed), first) << "the same number in another database";
  changed = notice();
  changed.reply_address = std::string{kMessageId};
  EXPECT_EQ(uuid(changed), first) << "a reply that is tried again as a message is the same notice";
}

TEST(FeishuSend, AReplyQuotesTheMessage) {
  auto reply = notice();
  reply.reply_address = std::string{kMessageId};
  const auto request = encode(reply);
  EXPECT_EQ(request.url, "https://open.feishu.cn/open-apis/im/v1/messages/" +
                             std::string{kMessageId} + "/reply");
  EXPECT_FALSE(body_of(request).contains("receive_id"));
  reply.reply_address = "https://elsewhere.example/x";
  EXPECT_EQ(encode(reply).url,
            "https://open.feishu.cn/open-apis/im/v1/messages?receive_id_type=open_id");
}

TEST(FeishuSend, ACardHasButtonsAndTheSameInWords) {
  const auto request = encode(card());
  EXPECT_EQ(json_string(body_of(request), "msg_type"), "interactive");
  const auto content = content_of(request);
  EXPECT_TRUE(json_true(*json_object(content, "config"), "update_multi"));
  const json::value whole = content;
  EXPECT_EQ(whole.at_pointer("/header/title/content"), "已登记 260324-0001");
  EXPECT_EQ(whole.at_pointer("/header/title/tag"), "plain_text");
  EXPECT_EQ(whole.at_pointer("/elements/0/text/tag"), "plain_text");
  EXPECT_EQ(whole.at_pointer("/elements/0/text/content"),
            "沟断了，生姜缺水 😀\n楼家村驻村干部\n可回复：\n签收 260324-0001\n转派 260324-0001\n"
            "https://huiyin.example.org/c/abc");
  const auto& actions = whole.at_pointer("/elements/1/actions").as_array();
  ASSERT_EQ(actions.size(), 3u);
  EXPECT_EQ(actions[0].at_pointer("/text/content"), "签收");
  EXPECT_EQ(actions[0].at_pointer("/type"), "primary");
  EXPECT_EQ(actions[0].at_pointer("/value/command"), "签收 260324-0001");
  EXPECT_EQ(actions[1].at_pointer("/type"), "default");
  EXPECT_EQ(actions[2].at_pointer("/url"), "https://huiyin.example.org/c/abc");
}

#define FILE_TOKEN "12.1774314600.0123456789abcdef0123456789abcdef"

TEST(FeishuSend, FilesOfACaseAreLinksThatShowWhereTheyLead) {
  auto shown = card();
  shown.text = "沟断了\n照片：https://huiyin.example.org/m/" FILE_TOKEN
               "\n语音：https://huiyin.example.org/m/" FILE_TOKEN
               "\n<at id=all></at>：http://evil.example/m/" FILE_TOKEN;
  const json::value whole = content_of(encode(shown));
  const std::string words{whole.at_pointer("/elements/0/text/content").as_string()};
  EXPECT_EQ(words.find("照片"), std::string::npos);
  EXPECT_NE(words.find("\n<at id=all></at>：http://evil"), std::string::npos) << "in plain text";
  EXPECT_EQ(whole.at_pointer("/elements/1/text/tag"), "lark_md");
  EXPECT_EQ(whole.at_pointer("/elements/1/text/content"),
            "照片：[huiyin.example.org](https://huiyin.example.org/m/" FILE_TOKEN
            ")\n语音：[huiyin.example.org](https://huiyin.example.org/m/" FILE_TOKEN ")");
  EXPECT_EQ(whole.at_pointer("/elements/2/tag"), "action");
}

TEST(FeishuSend, AKindThatMayChangeIsACardEvenWithoutButtons) {
  auto bare = notice();
  for (const char* kind : {"card", "reopened", "returned"}) {
    bare.kind = kind;
    EXPECT_EQ(json_string(body_of(encode(bare)), "msg_type"), "interactive") << kind;
  }
}

TEST(FeishuSend, AnEditThatIsRefusedHoldsNothingUp) {
  auto edit = notice();
  edit.replaces = "om_card";
  const auto kind = [](const Notice& notice, int status, const char* body) {
    return make_channel(config())
        ->interpret_sent(notice, Route::session, net::HttpResponse::text(status, body))
        .kind;
  };
  EXPECT_EQ(kind(edit, 400, R"({"code":230011})"), Kind::refused);
  EXPECT_EQ(kind(edit, 400, R"({"code":230099})"), Kind::refused);
  EXPECT_EQ(kind(notice(), 400, R"({"code":230099})"), Kind::retry);
  EXPECT_EQ(kind(edit, 400, R"({"code":230020})"), Kind::retry);
  EXPECT_EQ(kind(edit, 401, R"({"code":99991663})"), Kind::token_expired);
}

TEST(FeishuSend, AChangedCardIsPatchedAndHasNoUuid) {
  auto changed = notice();  // no buttons any more
  changed.replaces = "om_card";
  changed.reply_address = std::string{kMessageId};
  const auto request = encode(changed);
  EXPECT_EQ(request.method, "PATCH");
  EXPECT_EQ(request.url, "https://open.feishu.cn/open-apis/im/v1/messages/om_card");
  EXPECT_EQ(body_of(request).size(), 1u);
  EXPECT_TRUE(json_true(*json_object(content_of(request), "config"), "update_multi"));
  EXPECT_TRUE(make_channel(config())->can_edit());
}

TEST(FeishuSend, NothingIsTooLarge) {
  auto large = card();
  large.text.clear();
  for (int i = 0; i < 8000; ++i) large.text += i % 2 ? "\"\n" : "\\水";
  for (int i = 0; i < 60; ++i)
    large.buttons.push_back({std::string(500, '"'), "签收 " + std::to_string(i)});
  large.title = std::string(5000, '\\');
  EXPECT_LE(encode(large).body.size(), 30u * 1024);
  EXPECT_EQ(
      json::value(content_of(encode(large))).at_pointer("/elements/1/actions").as_array().size(),
      11u);
  large.buttons.clear();
  large.link.clear();
  large.kind = "registered";
  EXPECT_EQ(json_string(body_of(encode(large)), "msg_type"), "text");
  EXPECT_LE(encode(large).body.size(), 150u * 1024);
}

TEST(FeishuSend, TypedMentionsDoNotAct) {
  auto typed = notice();
  typed.text = "<at user_id=\"all\">所有人</at> a<b </AT>";
  const auto text = json_string(content_of(encode(typed)), "text");
  EXPECT_EQ(text.find("<at"), std::string::npos);
  EXPECT_EQ(text.find("</AT"), std::string::npos);
  EXPECT_NE(text.find("a<b"), std::string::npos);
}

// ---- outcomes
// ------------------------------------------------------------------------------------

struct OutcomeCase {
  int status;
  std::int64_t code;
  Kind kind;
  std::chrono::milliseconds retry_after{0};
};
const OutcomeCase kOutcomes[] = {
    {200, 0, Kind::delivered},
    {400, 99991661, Kind::channel_stopped},
    {401, 99991663, Kind::token_expired},
    {400, 99991664, Kind::token_expired},
    {400, 99991671, Kind::channel_stopped},
    {400, 99991668, Kind::channel_stopped},
    {400, 99991677, Kind::channel_stopped},
    {403, 99991672, Kind::channel_stopped},
    {403, 99991679, Kind::channel_stopped},
    {400, 230027, Kind::channel_stopped},
    {400, 99991543, Kind::channel_stopped},
    {200, 10003, Kind::channel_stopped},
    {200, 10014, Kind::channel_stopped},
    {400, 99991662, Kind::channel_stopped},
    {400, 99991673, Kind::channel_stopped},
    {400, 99991401, Kind::channel_stopped},
    {429, 99991400, Kind::retry, 1s},
    {400, 99991400, Kind::retry, 1s},
    {400, 99992402, Kind::refused},
    {400, 230001, Kind::refused},
    {400, 230002, Kind::unreachable},
    {400, 230006, Kind::channel_stopped},
    {400, 230013, Kind::unreachable},
    {400, 230020, Kind::retry, 1s},
    {400, 11232, Kind::retry, 10s},
    {400, 230022, Kind::refused},
    {400, 230028, Kind::refused},
    {400, 230025, Kind::refused},
    {400, 230029, Kind::unreachable},
    {400, 230049, Kind::retry, 5s},
    {400, 230053, Kind::unreachable},
    {500, 2200, Kind::retry},
    {500, 1500, Kind::retry},
    {400, 424242, Kind::retry, 10min},  // of no table
};

net::HttpResponse answered(int status, std::int64_t code) {
  return net::HttpResponse::text(status, "{\"code\":" + std::to_string(code) + ",\"msg\":\"to " +
                                             std::string{kFarmer} +
                                             "\",\"data\":{\"message_id\":\"om_1\"}}");
}

TEST(FeishuOutcome, EveryCodeOfTheTable) {
  const auto channel = make_channel(config());
  for (const auto& row : kOutcomes) {
    SCOPED_TRACE(row.code);
    const auto outcome = channel->interpret(Route::session, answered(row.status, row.code));
    EXPECT_EQ(outcome_name(outcome.kind), outcome_name(row.kind));
    EXPECT_EQ(outcome.retry_after, row.retry_after);
    EXPECT_EQ(outcome.code, std::to_string(row.code));
    EXPECT_EQ(outcome.platform_id, row.kind == Kind::delivered ? "om_1" : "");
  }
}

TEST(FeishuOutcome, TheGatewaySaysHowLong) {
  auto response = answered(429, 99991400);
  response.headers.emplace_back("x-ogw-ratelimit-reset", "37");
  EXPECT_EQ(make_channel(config())->interpret(Route::session, response).retry_after, 37s);
  auto unread = net::HttpResponse::text(429, "slow down");
  unread.headers.emplace_back("x-ogw-ratelimit-reset", "12");
  const auto outcome = make_channel(config())->interpret(Route::session, unread);
  EXPECT_EQ(outcome.kind, Kind::retry);
  EXPECT_EQ(outcome.retry_after, 12s);
}

TEST(FeishuOutcome, WhatWasSentMatters) {
  const auto channel = make_channel(config());
  auto edit = notice();
  edit.replaces = "om_card";
  auto reply = notice();
  reply.reply_address = std::string{kMessageId};
  const auto done = net::HttpResponse::text(200, R"({"code":0,"msg":"success","data":{}})");
  EXPECT_EQ(channel->interpret_sent(edit, Route::session, done).platform_id, "om_card");
  // The card is gone: nothing to change. The quoted message is gone: the words still matter.
  EXPECT_EQ(channel->interpret_sent(edit, Route::session, answered(400, 230011)).kind,
            Kind::refused);
  EXPECT_EQ(channel->interpret_sent(reply, Route::session, answered(400, 230011)).kind,
            Kind::retry);
}

TEST(FeishuOutcome, OtherAnswers) {
  struct Row {
    int status;
    const char* body;
    Kind kind;
    const char* code;
  };
  const Row rows[] = {{200, "", Kind::unknown, "unreadable"},
                      {200, "<html>", Kind::unknown, "unreadable"},
                      {200, "{}", Kind::unknown, "unreadable"},
                      {200, R"({"code":"0"})", Kind::unknown, "unreadable"},
                      {404, "no", Kind::retry, "http_404"},
                      {503, "", Kind::retry, "http_503"},
                      {502, "", Kind::retry, "http_502"},  // repeats are safe by uuid
                      {500, R"({"code":0})", Kind::retry, "http_500"},
                      {0, "", Kind::unknown, "http_0"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(std::to_string(row.status) + row.body);
    const auto outcome = make_channel(config())->interpret(
        Route::session, net::HttpResponse::text(row.status, row.body));
    EXPECT_EQ(outcome_name(outcome.kind), outcome_name(row.kind));
    EXPECT_EQ(outcome.code, row.code);
  }
}

// ---- tokens and configuration
// --------------------------------------------------------------------

TEST(FeishuToken, AsksAndReads) {
  const auto channel = make_channel(config());
  const auto request = channel->token_request();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->url, "https://open.feishu.cn/open-apis/auth/v3/tenant_access_token/internal");
  EXPECT_EQ(request->body, "{\"app_id\":\"" + std::string{kAppId} + "\",\"app_secret\":\"" +
                               std::string{kAppSecret} + "\"}");
  struct Row {
    int status;
    const char* body;
    const char* value;
    int lifetime;
    bool configuration_fault;
    const char* code;
  };
  const Row rows[] = {
      {200, R"({"code":0,"msg":"ok","tenant_access_token":"t-1","expire":7140})", "t-1", 7140,
       false, ""},
      {200, R"({"code":0,"tenant_access_token":"t-1","expire":99999})", "t-1", 7200, false, ""},
      {200, R"({"code":0,"tenant_access_token":"","expire":7140})", "", 0, false, "unreadable"},
      {200, R"({"code":0,"tenant_access_token":"t-1"})", "", 0, false, "unreadable"},
      {200, R"({"code":10003,"msg":"invalid param"})", "", 0, true, "10003"},
      {400, R"({"code":10014,"msg":"app secret invalid"})", "", 0, true, "10014"},
      {400, R"({"code":99991543})", "", 0, true, "99991543"},
      {429, R"({"code":99991400})", "", 0, false, "99991400"},
      {200, "x", "", 0, false, "unreadable"},
      {502, "", "", 0, false, "http_502"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    const auto answer = channel->interpret_token(net::HttpResponse::text(row.status, row.body));
    EXPECT_EQ(answer.value, row.value);
    EXPECT_EQ(answer.lifetime.count(), row.lifetime);
    EXPECT_EQ(answer.configuration_fault, row.configuration_fault);
    EXPECT_EQ(answer.code, row.code);
  }
}

TEST(FeishuConfig, NamesTheKeyAndNeverTheValue) {
  struct Row {
    const char *key, *value, *named;
  };
  const Row rows[] = {
      {"app_id", "", "app_id"},
      {"app_id", "cli with blanks", "app_id"},
      {"app_secret", "", "app_secret"},
      {"verification_token", "", "verification_token"},
      {"encrypt_key", "", "encrypt_key"},
      {"mode", "secure", "mode"},
      {"mode", "plain", "mode"},  // there is a key: a slip, or a downgrade
      {"legacy_cards", "maybe", "legacy_cards"},
  };
  for (const auto& row : rows) {
    auto wrong = config();
    wrong.keys[row.key] = row.value;
    try {
      make_channel(wrong);
      ADD_FAILURE() << row.key << " = " << row.value << " was accepted";
    } catch (const std::invalid_argument& error) {
      const std::string what = error.what();
      EXPECT_EQ(what.find(std::string{row.named} + ": "), 0u) << what;
      if (std::string_view{row.key} != "mode" && *row.value) {
        EXPECT_EQ(what.find(row.value), std::string::npos) << what;
      }
    }
  }
  for (const auto& key : account_keys())
    EXPECT_EQ(key.secret, key.name == "app_secret" || key.name == "verification_token" ||
                              key.name == "encrypt_key")
        << key.name;
}

}  // namespace
}  // namespace huiyin::feishu::test
