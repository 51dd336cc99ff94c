// What leaves: session replies, robot messages, work notices, cards, tokens; and what the answers
// mean, hidden failures included.
#include <gtest/gtest.h>

#include "handlers/json.h"
#include "tests/handlers/dingtalk_fixture.h"

namespace huiyin::dingtalk::test {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;
namespace json = boost::json;

Notice notice() {
  Notice notice;
  notice.id = NoticeId{7};
  notice.channel = "dt";
  notice.recipient = std::string{kCadre};
  notice.kind = "done";
  notice.case_number = "260324-0001";
  notice.title = "已登记 260324-0001";
  notice.text = "沟断了，生姜缺水 😀";
  return notice;
}
Notice card() {
  auto card = notice();
  card.kind = "card";
  card.buttons = {{"签收", "签收 260324-0001"}, {"转派", "转派 260324-0001"}};
  return card;
}
net::OutgoingRequest encode(const Notice& notice, const ChannelConfig& by = config()) {
  return make_channel(by)->encode(notice, Route::session, Token{"T+/="});
}
json::object body_of(const net::OutgoingRequest& request) {
  return parse_json_object(request.body).value();
}
json::object param_of(const net::OutgoingRequest& request) {
  return parse_json_object(json_string(body_of(request), "msgParam")).value();
}

TEST(DingtalkSend, TextByTheRobot) {
  const auto request = encode(notice());
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url, "https://api.dingtalk.com/v1.0/robot/oToMessages/batchSend");
  EXPECT_EQ(net::find_header(request.headers, "x-acs-dingtalk-access-token"), "T+/=");
  const auto body = body_of(request);
  EXPECT_EQ(json_string(body, "robotCode"), kAppKey);
  EXPECT_EQ(json::serialize(body.at("userIds")), "[\"manager4220\"]");
  EXPECT_EQ(json_string(body, "msgKey"), "sampleText");
  EXPECT_EQ(json_string(param_of(request), "content"), "已登记 260324-0001\n沟断了，生姜缺水 😀");
}

TEST(DingtalkSend, CommandsCanBeTappedAndStandInWords) {
  const auto request = encode(card());
  EXPECT_EQ(json_string(body_of(request), "msgKey"), "sampleMarkdown");
  EXPECT_EQ(json_string(param_of(request), "title"), "已登记 260324-0001");
  EXPECT_EQ(json_string(param_of(request), "text"),
            "已登记 260324-0001  \n沟断了，生姜缺水 😀  \n可回复：  \n签收 260324-0001  \n"
            "转派 260324-0001\n\n"
            "[签收](dtmd://dingtalkclient/sendMessage?content=%E7%AD%BE%E6%94%B6%20260324-0001)　"
            "[转派](dtmd://dingtalkclient/sendMessage?content=%E8%BD%AC%E6%B4%BE%20260324-0001)");
}

TEST(DingtalkSend, ALinkIsAnActionCard) {
  auto linked = notice();
  linked.link = "https://huiyin.example.org/c/abc";
  const auto request = encode(linked);
  EXPECT_EQ(json_string(body_of(request), "msgKey"), "sampleActionCard");
  EXPECT_EQ(json_string(param_of(request), "singleURL"), "https://huiyin.example.org/c/abc");
  EXPECT_EQ(json_string(param_of(request), "singleTitle"), "查看详情");
}

TEST(DingtalkSend, MarkupThatPeopleWroteDoesNotAct) {
  auto typed = card();
  typed.text = "[点我](http://evil.example) **粗** # 题 <b> `x` ![](http://e/i.png)";
  const auto text = json_string(param_of(encode(typed)), "text");
  EXPECT_EQ(text.find("[点我"), std::string::npos);
  EXPECT_EQ(text.find("**"), std::string::npos);
  EXPECT_EQ(text.find("# "), std::string::npos);
  EXPECT_EQ(text.find("]("), text.find("](dtmd://"));
}

#define FILE_TOKEN "12.1774314600.0123456789abcdef0123456789abcdef"

TEST(DingtalkSend, FilesOfACaseAreLinksThatShowWhereTheyLead) {
  auto shown = card();
  shown.text = "看\n照片：https://huiyin.example.org:8443/m/" FILE_TOKEN
               "\n[点]照片：http://evil.example/m/" FILE_TOKEN "\nhttps://evil.example/a_b";
  const auto text = json_string(param_of(encode(shown)), "text");
  EXPECT_NE(
      text.find("\n照片：[huiyin.example.org:8443](https://huiyin.example.org:8443/m/" FILE_TOKEN
                ")  \n"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("\n［点］照片：[evil.example](http://evil.example/m/"), std::string::npos)
      << "anybody can write such a line";
  EXPECT_NE(text.find("\nhttps://evil.example/a＿b"), std::string::npos);
}

TEST(DingtalkSend, AKindThatMayChangeIsACardEvenWithoutButtons) {
  auto card = notice();
  for (const char* kind : {"card", "reopened", "returned"}) {
    card.kind = kind;
    EXPECT_TRUE(encode(card, with_cards()).url.ends_with("/createAndDeliver")) << kind;
  }
  card.kind = "done";
  EXPECT_TRUE(encode(card, with_cards()).url.ends_with("/batchSend"));
}

TEST(DingtalkSend, AGroupIsWrittenToAsSuch) {
  auto grouped = notice();
  grouped.recipient = "cid6KeBBLoveMJOGXoYKF5x7EeiodoA==";
  const auto request = encode(grouped);
  EXPECT_EQ(request.url, "https://api.dingtalk.com/v1.0/robot/groupMessages/send");
  EXPECT_EQ(json_string(body_of(request), "openConversationId"), grouped.recipient);
  auto person = notice();
  person.recipient = "cidi";
  EXPECT_TRUE(encode(person).url.ends_with("/batchSend")) << "a person whose userid begins so";
}

TEST(DingtalkSend, TheSessionWebhookOnlyOnThePlatformsHost) {
  auto reply = notice();
  reply.reply_address = std::string{kWebhook};
  const auto request = encode(reply);
  EXPECT_EQ(request.url, kWebhook);
  EXPECT_TRUE(net::find_header(request.headers, "x-acs-dingtalk-access-token").empty());
  EXPECT_EQ(request.body,
            R"({"msgtype":"text","text":{"content":"已登记 260324-0001\n沟断了，生姜缺水 😀"}})");
  auto tapped = card();
  tapped.reply_address = std::string{kWebhook};
  EXPECT_EQ(json_string(body_of(encode(tapped)), "msgtype"), "markdown");
  reply.link = "https://huiyin.example.org/c";
  EXPECT_EQ(json_string(body_of(encode(reply)), "msgtype"), "actionCard");
  for (const char* elsewhere :
       {"https://evil.example/robot/sendBySession", "https://oapi.dingtalk.com@evil.example/robot/",
        "https://oapi.dingtalk.com.evil.example/robot/", "http://oapi.dingtalk.com/robot/"}) {
    reply.reply_address = elsewhere;
    EXPECT_TRUE(encode(reply).url.starts_with("https://api.dingtalk.com/")) << elsewhere;
  }
}

TEST(DingtalkSend, NothingIsTooLarge) {
  auto large = card();
  large.text.clear();
  for (int i = 0; i < 4000; ++i) large.text += i % 2 ? "\"[\n" : "\\水";
  large.title = std::string(5000, '"');
  large.link = "https://huiyin.example.org/" + std::string(400, 'x');
  for (int i = 0; i < 60; ++i)
    large.buttons.push_back(
        {std::string(500, '['), "签收一二三四五六七八九十 " + std::to_string(i)});
  EXPECT_LE(json_string(body_of(encode(large)), "msgParam").size(), 15000u);
  large.buttons.clear();
  EXPECT_LE(json_string(body_of(encode(large)), "msgParam").size(), 15000u);
  large.link.clear();
  EXPECT_LE(json_string(body_of(encode(large)), "msgParam").size(), 15000u);
  EXPECT_LE(json::serialize(body_of(encode(large, with_notices())).at("msg")).size(), 2048u);
  large.link = "https://huiyin.example.org/" + std::string(400, 'x');
  EXPECT_LE(json::serialize(body_of(encode(large, with_notices())).at("msg")).size(), 2048u);
}

TEST(DingtalkSend, AWorkNoticeNamesItselfSoThatItIsNoRepeat) {
  const auto request = encode(notice(), with_notices());
  EXPECT_EQ(request.url,
            "https://oapi.dingtalk.com/topapi/message/corpconversation/asyncsend_v2?access_token="
            "T%2B%2F%3D");
  EXPECT_EQ(request.body,
            R"({"agent_id":2801234567,"userid_list":"manager4220","msg":{"msgtype":"text","text":)"
            R"({"content":"已登记 260324-0001\n沟断了，生姜缺水 😀\n（260324-0001 · 通知 7）"}}})");
  auto again = notice();
  again.id = NoticeId{8};
  EXPECT_NE(encode(again, with_notices()).body, request.body);
  again.link = "https://huiyin.example.org/c";
  const json::value message = body_of(encode(again, with_notices())).at("msg");
  EXPECT_EQ(message.at("msgtype"), "action_card");
  EXPECT_EQ(message.at_pointer("/action_card/single_url"), again.link.c_str());
}

TEST(DingtalkSend, ACardIsMadeAndChanged) {
  const auto request = encode(card(), with_cards());
  EXPECT_EQ(request.url, "https://api.dingtalk.com/v1.0/card/instances/createAndDeliver");
  const json::value body = body_of(request);
  EXPECT_EQ(body.at("openSpaceId"), "dtv1.card//IM_ROBOT.manager4220");
  EXPECT_EQ(body.at("callbackType"), "HTTP");
  EXPECT_EQ(body.at("callbackRouteKey"), "huiyin");
  EXPECT_EQ(body.at_pointer("/cardData/cardParamMap/label1"), "签收");
  EXPECT_EQ(body.at_pointer("/cardData/cardParamMap/command2"), "转派 260324-0001");
  EXPECT_EQ(body.at_pointer("/cardData/cardParamMap/command3"), "");
  EXPECT_EQ(body.at_pointer("/cardData/cardParamMap/label6"), "");
  const std::string track{body.at("outTrackId").as_string()};
  EXPECT_TRUE(track.starts_with("hy-7-"));
  EXPECT_LE(track.size(), 64u);
  EXPECT_EQ(json_string(body_of(encode(card(), with_cards())), "outTrackId"), track);

  auto changed = notice();
  changed.replaces = track;
  const auto update = encode(changed, with_cards());
  EXPECT_EQ(update.method, "PUT");
  EXPECT_EQ(update.url, "https://api.dingtalk.com/v1.0/card/instances");
  const json::value data = body_of(update);
  EXPECT_EQ(data.at("outTrackId"), track.c_str());
  EXPECT_EQ(data.at_pointer("/cardData/cardParamMap/label1"), "");
  EXPECT_TRUE(make_channel(with_cards())->can_edit());
  EXPECT_FALSE(make_channel(config())->can_edit());
  changed.replaces = "some processQueryKey";
  EXPECT_EQ(encode(changed, with_cards()).method, "PUT") << "never said anew";
}

// ---- outcomes
// ------------------------------------------------------------------------------------

struct OutcomeCase {
  const char* label;
  int status;
  const char* body;
  Kind kind;
  const char* code;
  std::chrono::milliseconds retry_after{0};
  const char* platform_id = "";
};
const OutcomeCase kOutcomes[] = {
    {"robot", 200,
     R"({"processQueryKey":"q1","invalidStaffIdList":[],"flowControlledStaffIdList":[]})",
     Kind::delivered, "0", 0ms, "q1"},
    {"group", 200, R"({"processQueryKey":"q1"})", Kind::delivered, "0", 0ms, "q1"},
    {"hidden_invalid", 200, R"({"processQueryKey":"q1","invalidStaffIdList":["manager4220"]})",
     Kind::unreachable, "invalidStaffIdList"},
    {"hidden_filtered", 200, R"({"processQueryKey":"q1","filteredStaffIdList":["m"]})",
     Kind::unreachable, "filteredStaffIdList"},
    {"hidden_flow", 200,
     R"({"processQueryKey":"q1","invalidStaffIdList":[],"flowControlledStaffIdList":["m"]})",
     Kind::retry, "flowControlledStaffIdList", 60s},
    {"card", 200,
     R"({"success":true,"result":{"outTrackId":"hy-7","deliverResults":[{"success":true}]}})",
     Kind::delivered, "0", 0ms, "hy-7"},
    {"hidden_card", 200,
     R"({"success":true,"result":{"outTrackId":"h","deliverResults":[{"success":false}]}})",
     Kind::retry, "deliverResults", 10min},
    {"card_changed", 200, R"({"success":true,"result":true})", Kind::delivered, "0"},
    {"card_not_changed", 200, R"({"success":false})", Kind::retry, "success_false", 10min},
    {"session", 200, R"({"errcode":0,"errmsg":"ok"})", Kind::delivered, "0"},
    {"notice", 200, R"({"errcode":0,"task_id":256271667526})", Kind::delivered, "0", 0ms,
     "task:256271667526"},
    {"errcode_as_words", 200, R"({"errcode":"0","task_id":"25"})", Kind::delivered, "0", 0ms,
     "task:25"},
    {"busy", 200, R"({"errcode":-1})", Kind::retry, "-1"},
    {"sub_token", 200, R"({"errcode":88,"sub_code":"40014"})", Kind::token_expired, "40014"},
    {"sub_permission", 200, R"({"errcode":88,"sub_code":"60011"})", Kind::channel_stopped, "60011"},
    {"sub_none", 200, R"({"errcode":88})", Kind::retry, "88", 10min},
    {"40001", 200, R"({"errcode":40001})", Kind::token_expired, "40001"},
    {"42001", 200, R"({"errcode":42001})", Kind::token_expired, "42001"},
    {"40014", 200, R"({"errcode":40014})", Kind::token_expired, "40014"},
    {"33012", 200, R"({"errcode":33012})", Kind::unreachable, "33012"},
    {"34016", 200, R"({"errcode":34016})", Kind::refused, "34016"},
    {"60020", 200, R"({"errcode":60020})", Kind::channel_stopped, "60020"},
    {"90002", 200, R"({"errcode":90002})", Kind::retry, "90002", 2s},
    {"90018", 200, R"({"errcode":90018})", Kind::retry, "90018", 10s},
    {"90019", 200, R"({"errcode":90019})", Kind::retry, "90019", 10s},
    {"90020", 200, R"({"errcode":90020})", Kind::channel_stopped, "90020"},
    {"410100", 200, R"({"errcode":410100})", Kind::retry, "410100", 10min},
    {"130101", 200, R"({"errcode":130101})", Kind::retry, "130101", 10min},
    {"302033", 200, R"({"errcode":302033})", Kind::retry, "302033", 10min},
    {"310000", 200, R"({"errcode":310000})", Kind::channel_stopped, "310000"},
    {"300005", 200, R"({"errcode":300005})", Kind::channel_stopped, "300005"},
    {"400101", 200, R"({"errcode":400101})", Kind::channel_stopped, "400101"},
    {"unlisted", 200, R"({"errcode":123456})", Kind::retry, "123456", 10min},
    {"new_token", 401, R"({"code":"InvalidAuthentication","message":"to manager4220"})",
     Kind::token_expired, "InvalidAuthentication"},
    {"new_qps", 403, R"({"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi","message":"x"})",
     Kind::retry, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", 2s},
    {"new_quota", 403, R"({"code":"Forbidden.AccessDenied.ApiCountLimitForOrg"})",
     Kind::channel_stopped, "Forbidden.AccessDenied.ApiCountLimitForOrg"},
    {"new_permission", 403, R"({"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied"})",
     Kind::channel_stopped, "Forbidden.AccessDenied.AccessTokenPermissionDenied"},
    {"new_parameter", 400, R"({"code":"invalidParameter.userIds"})", Kind::refused,
     "invalidParameter.userIds"},
    {"new_no_such_person", 400, R"({"code":"staffId.notExisted"})", Kind::unreachable,
     "staffId.notExisted"},
    {"new_no_such_reader", 400, R"({"code":"param.userIdNotExist"})", Kind::unreachable,
     "param.userIdNotExist"},
    {"new_template", 400, R"({"code":"param.templateUnpublished"})", Kind::channel_stopped,
     "param.templateUnpublished"},
    {"new_template_of_others", 400, R"({"code":"param.templateNotExist"})", Kind::channel_stopped,
     "param.templateNotExist"},
    {"new_unsafe", 400, R"({"code":"param.contentUnsafe"})", Kind::refused, "param.contentUnsafe"},
    {"new_robot", 400, R"({"code":"invalidParameter.robotCode.auth"})", Kind::channel_stopped,
     "invalidParameter.robotCode.auth"},
    {"new_no_robot", 404, R"({"code":"resource.not.found"})", Kind::channel_stopped,
     "resource.not.found"},
    {"new_busy", 500, R"({"code":"system.busy"})", Kind::retry, "system.busy"},
    {"new_unlisted", 400, R"({"code":"strange one!"})", Kind::retry, "strangeone", 10min},
    {"new_500", 500, R"({"code":"InternalError"})", Kind::unknown, "InternalError"},
    {"banned", 200, R"({"status":1111,"wait":5,"punish":"deny"})", Kind::retry, "punish", 5min},
    {"banned_html", 200, "<html>punish deny</html>", Kind::retry, "punish", 5min},
    {"unreadable", 200, "<html>", Kind::unknown, "unreadable"},
    {"empty", 200, "", Kind::unknown, "unreadable"},
    {"nothing", 200, "{}", Kind::unknown, "unreadable"},
    {"gateway", 502, "", Kind::unknown, "http_502"},
    {"missing", 404, "", Kind::retry, "http_404", 60s},
    {"no_answer", 0, "", Kind::unknown, "http_0"},
};
class DingtalkOutcome : public testing::TestWithParam<OutcomeCase> {};
TEST_P(DingtalkOutcome, IsReadToTheEnd) {
  const auto& row = GetParam();
  const auto outcome = make_channel(config())->interpret(
      Route::session, net::HttpResponse::text(row.status, row.body));
  EXPECT_EQ(outcome_name(outcome.kind), outcome_name(row.kind));
  EXPECT_EQ(outcome.code, row.code);
  EXPECT_EQ(outcome.retry_after, row.retry_after);
  EXPECT_EQ(outcome.platform_id, row.platform_id);
}
INSTANTIATE_TEST_SUITE_P(Dingtalk, DingtalkOutcome, testing::ValuesIn(kOutcomes),
                         [](const auto& info) { return std::string{info.param.label}; });

// Page: back off, three tries at most.
TEST(DingtalkOutcome, BusyIsNotTriedForever) {
  const auto channel = make_channel(with_notices());
  const auto tries = [&](const char* body) {
    return channel->interpret(Route::session, net::HttpResponse::text(200, body)).tries;
  };
  EXPECT_EQ(tries(R"({"errcode":-1})"), 3);
  EXPECT_EQ(tries(R"({"errcode":88,"sub_code":"-1"})"), 3);
  EXPECT_EQ(tries(R"({"errcode":90018})"), 0);
  EXPECT_EQ(tries(R"({"errcode":0})"), 0);
}

TEST(DingtalkOutcome, AFailedWebhookIsNoFailureOfTheChannel) {
  const auto channel = make_channel(config());
  auto reply = notice();
  reply.reply_address = std::string{kWebhook};
  const auto over = net::HttpResponse::text(200, R"({"errcode":300005})");
  EXPECT_EQ(channel->interpret_sent(reply, Route::session, over).kind, Kind::refused)
      << "the outbox goes on by the usual way";
  EXPECT_EQ(channel->interpret_sent(notice(), Route::session, over).kind, Kind::channel_stopped);
  const auto banned = net::HttpResponse::text(200, R"({"status":1111,"punish":"deny"})");
  EXPECT_EQ(channel->interpret_sent(reply, Route::session, banned).kind, Kind::retry);
  const auto lost = net::HttpResponse::text(502, "");
  EXPECT_EQ(channel->interpret_sent(reply, Route::session, lost).kind, Kind::unknown);
  auto edit = notice();
  edit.replaces = "hy-7-abc";
  EXPECT_EQ(make_channel(with_cards())
                ->interpret_sent(edit, Route::session,
                                 net::HttpResponse::text(200, R"({"success":true})"))
                .platform_id,
            "hy-7-abc");
}

TEST(DingtalkOutcome, AnEditThatIsRefusedHoldsNothingUp) {
  const auto channel = make_channel(with_cards());
  auto edit = notice();
  edit.replaces = "hy-7-abc";
  const auto kind = [&](const Notice& notice, int status, const char* body) {
    return channel->interpret_sent(notice, Route::session, net::HttpResponse::text(status, body))
        .kind;
  };
  EXPECT_EQ(kind(edit, 400, R"({"code":"param.cardNotExist"})"), Kind::refused);
  EXPECT_EQ(kind(edit, 400, R"({"code":"brandNew"})"), Kind::refused);
  EXPECT_EQ(kind(edit, 200, R"({"success":false})"), Kind::refused);
  EXPECT_EQ(kind(card(), 200, R"({"success":false})"), Kind::retry);
  EXPECT_EQ(kind(edit, 403, R"({"code":"Forbidden.AccessDenied.QpsLimit"})"), Kind::retry);
  EXPECT_EQ(kind(edit, 401, R"({"code":"InvalidAuthentication"})"), Kind::token_expired);
}

TEST(DingtalkFate, OfAQueuedWorkNotice) {
  const auto channel = make_channel(with_notices());
  const auto request = channel->fate_request("task:256271667526", Token{"T"});
  ASSERT_TRUE(request);
  EXPECT_EQ(request->url,
            "https://oapi.dingtalk.com/topapi/message/corpconversation/getsendresult?access_token="
            "T");
  EXPECT_EQ(request->body, R"({"agent_id":2801234567,"task_id":256271667526})");
  EXPECT_FALSE(channel->fate_request("q1", Token{"T"}));
  EXPECT_FALSE(channel->fate_request("task:x", Token{"T"}));
  EXPECT_FALSE(make_channel(config())->fate_request("task:1", Token{"T"}));
  struct Row {
    const char* result;
    std::optional<bool> delivered;
    const char* detail;
  };
  const Row rows[] = {
      {R"({"unread_user_id_list":["m"]})", true, "unread_user_id_list"},
      {R"({"read_user_id_list":["m"]})", true, "read_user_id_list"},
      {R"({"forbidden_list":[{"code":"143106","count":1,"userid":"m"}]})", false,
       "forbidden:143106"},
      {R"({"forbidden_list":[{"code":143105}],"unread_user_id_list":["m"]})", false,
       "forbidden:143105"},
      {R"({"invalid_user_id_list":["m"]})", false, "invalid_user_id_list"},
      {R"({"failed_user_id_list":["m"]})", false, "failed_user_id_list"},
      {R"({"unread_user_id_list":[]})", std::nullopt, ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.result);
    const auto fate = channel->interpret_fate(
        "task:1", net::HttpResponse::text(
                      200, std::string{R"({"errcode":0,"send_result":)"} + row.result + "}"));
    ASSERT_EQ(fate.has_value(), row.delivered.has_value());
    if (!fate) continue;
    EXPECT_EQ(fate->platform_id, "task:1");
    EXPECT_EQ(fate->delivered, *row.delivered);
    EXPECT_EQ(fate->detail, row.detail);
  }
  EXPECT_FALSE(channel->interpret_fate("task:1", net::HttpResponse::text(200, "x")));
}

TEST(DingtalkToken, EachWayHasItsOwn) {
  const auto robot = make_channel(config())->token_request().value();
  EXPECT_EQ(robot.url, "https://api.dingtalk.com/v1.0/oauth2/accessToken");
  EXPECT_EQ(robot.body, "{\"appKey\":\"" + std::string{kAppKey} + "\",\"appSecret\":\"" +
                            std::string{kSecret} + "\"}");
  const auto old = make_channel(with_notices())->token_request().value();
  EXPECT_EQ(old.method, "GET");
  EXPECT_EQ(old.url, "https://oapi.dingtalk.com/gettoken?appkey=" + std::string{kAppKey} +
                         "&appsecret=" + std::string{kSecret});
  struct Row {
    int status;
    const char* body;
    const char* value;
    int lifetime;
    bool configuration_fault;
    const char* code;
  };
  const Row rows[] = {
      {200, R"({"accessToken":"T","expireIn":7200})", "T", 7200, false, ""},
      {200, R"({"errcode":0,"access_token":"T","expires_in":7200})", "T", 7200, false, ""},
      {200, R"({"accessToken":"T","expireIn":99999})", "T", 7200, false, ""},
      {200, R"({"accessToken":"","expireIn":7200})", "", 0, false, "unreadable"},
      {200, "x", "", 0, false, "unreadable"},
      {200, R"({"errcode":40096})", "", 0, true, "40096"},
      {200, R"({"errcode":-1})", "", 0, false, "-1"},
      {200, R"({"errcode":90018})", "", 0, false, "90018"},
      {200, R"({"errcode":88,"sub_code":"90018"})", "", 0, false, "90018"},
      {200, R"({"errcode":88,"sub_code":"40096"})", "", 0, true, "40096"},
      {400, R"({"code":"invalidClientIdOrSecret"})", "", 0, true, "invalidClientIdOrSecret"},
      {403, R"({"code":"Forbidden.AccessDenied.QpsLimit"})", "", 0, false,
       "Forbidden.AccessDenied.QpsLimit"},
      {500, R"({"code":"x"})", "", 0, false, "x"},
      {502, "", "", 0, false, "http_502"},
      {200, R"({"status":1111,"punish":"deny"})", "", 0, false, "punish"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    const auto answer =
        make_channel(config())->interpret_token(net::HttpResponse::text(row.status, row.body));
    EXPECT_EQ(answer.value, row.value);
    EXPECT_EQ(answer.lifetime.count(), row.lifetime);
    EXPECT_EQ(answer.configuration_fault, row.configuration_fault);
    EXPECT_EQ(answer.code, row.code);
  }
}

TEST(DingtalkConfig, NamesTheKeyAndNeverTheValue) {
  struct Row {
    const char *key, *value, *named;
  };
  const Row rows[] = {{"app_key", "", "app_key"},
                      {"app_key", "with blank", "app_key"},
                      {"app_secret", "", "app_secret"},
                      {"send", "pigeon", "send"},
                      {"send", "notice", "agent_id"},
                      {"token", "", "token"},
                      {"aes_key", "", "aes_key"},
                      {"aes_key", "some-characters", "aes_key"},
                      {"card_template_id", "b0c2.schema", "card_route_key"},
                      {"card_secret", "some-secret", "card_template_id"},
                      {"oapi_base", "http://evil.example", "oapi_base"}};
  for (const auto& row : rows) {
    auto wrong = config();
    wrong.keys[row.key] = row.value;
    try {
      make_channel(wrong);
      ADD_FAILURE() << row.key << " = " << row.value << " was accepted";
    } catch (const std::invalid_argument& error) {
      const std::string what = error.what();
      EXPECT_EQ(what.find(std::string{row.named} + ": "), 0u) << what;
      if (std::string_view{row.key} != "send" && *row.value) {
        EXPECT_EQ(what.find(row.value), std::string::npos) << what;
      }
    }
  }
}

}  // namespace
}  // namespace huiyin::dingtalk::test
