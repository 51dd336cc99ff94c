#include "handlers/dingtalk/api.h"

#include "handlers/card_parts.h"
#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/dingtalk/words.h"
#include "handlers/http_parts.h"
#include "handlers/plain_text.h"
#include "handlers/utf8.h"

namespace huiyin::dingtalk {
namespace {

namespace json = boost::json;

constexpr std::string_view kTaskPrefix = "task:";

// "cid6KeBBLoveMJOGXoYKF5x7EeiodoA==". An organisation may call a person "cidi".
bool is_group(const Notice& notice) {
  return notice.recipient.starts_with("cid") && notice.recipient.ends_with('=');
}

net::OutgoingRequest new_api(const Account& account, std::string method, std::string_view path,
                             const json::object& body, const Token& token) {
  auto request = post_json(account.api_base + std::string{path}, body);
  request.method = std::move(method);
  request.headers.emplace_back("x-acs-dingtalk-access-token", token.value);
  return request;
}

net::OutgoingRequest old_api(const Account& account, std::string_view path,
                             const json::object& body, const Token& token) {
  return post_json(
      account.oapi_base + std::string{path} + "?access_token=" + percent_encode(token.value), body);
}

// ---- session webhook
// -----------------------------------------------------------------------------

json::object webhook_body(const Notice& notice) {
  json::object inner, body;
  switch (look_of(notice)) {
    case Look::markdown:
      inner["title"] = title_of(notice);
      inner["text"] = markdown_of(notice, true);
      body["msgtype"] = "markdown";
      body["markdown"] = std::move(inner);
      break;
    case Look::action_card:
      inner["title"] = title_of(notice);
      inner["text"] = markdown_of(notice, false);
      inner["singleTitle"] = "查看详情";
      inner["singleURL"] = presentable(notice.link);
      body["msgtype"] = "actionCard";
      body["actionCard"] = std::move(inner);
      break;
    case Look::text:
      inner["content"] = plain_text(notice, kMaxWords);
      body["msgtype"] = "text";
      body["text"] = std::move(inner);
      break;
  }
  return body;
}

// ---- robot messages
// ------------------------------------------------------------------------------

std::pair<std::string_view, json::object> robot_message(const Notice& notice) {
  json::object param;
  switch (look_of(notice)) {
    case Look::markdown:
      param["title"] = title_of(notice);
      param["text"] = markdown_of(notice, true);
      return {"sampleMarkdown", std::move(param)};
    case Look::action_card:
      param["title"] = title_of(notice);
      param["text"] = markdown_of(notice, false);
      param["singleTitle"] = "查看详情";
      param["singleURL"] = presentable(notice.link);
      return {"sampleActionCard", std::move(param)};
    case Look::text:
      break;
  }
  param["content"] = plain_text(notice, kMaxWords);
  return {"sampleText", std::move(param)};
}

net::OutgoingRequest robot_request(const Account& account, const Notice& notice,
                                   const Token& token) {
  const auto [key, param] = robot_message(notice);
  json::object body;
  body["robotCode"] = account.robot_code;
  if (is_group(notice)) {
    body["openConversationId"] = notice.recipient;
  } else {
    json::array users;
    users.push_back(json::value(notice.recipient));
    body["userIds"] = std::move(users);
  }
  body["msgKey"] = json::string_view{key.data(), key.size()};
  body["msgParam"] = json::serialize(param);  // JSON inside a string
  return new_api(
      account, "POST",
      is_group(notice) ? "/v1.0/robot/groupMessages/send" : "/v1.0/robot/oToMessages/batchSend",
      body, token);
}

// ---- interactive cards
// ---------------------------------------------------------------------------

json::object card_data(const Notice& notice) {
  json::object data;
  data["cardParamMap"] = card_variables(notice);
  return data;
}

net::OutgoingRequest card_request(const Account& account, const Notice& notice,
                                  const Token& token) {
  json::object body;
  body["cardTemplateId"] = account.card_template_id;
  body["outTrackId"] = track_id(notice);
  body["callbackType"] = "HTTP";
  body["callbackRouteKey"] = account.card_route_key;
  body["cardData"] = card_data(notice);
  json::object space, deliver;
  if (is_group(notice)) {
    body["openSpaceId"] = "dtv1.card//IM_GROUP." + notice.recipient;
    space["supportForward"] = false;
    deliver["robotCode"] = account.robot_code;
    body["imGroupOpenSpaceModel"] = std::move(space);
    body["imGroupOpenDeliverModel"] = std::move(deliver);
  } else {
    body["openSpaceId"] = "dtv1.card//IM_ROBOT." + notice.recipient;
    space["supportForward"] = false;
    deliver["spaceType"] = "IM_ROBOT";
    deliver["robotCode"] = account.robot_code;
    body["imRobotOpenSpaceModel"] = std::move(space);
    body["imRobotOpenDeliverModel"] = std::move(deliver);
  }
  return new_api(account, "POST", "/v1.0/card/instances/createAndDeliver", body, token);
}

net::OutgoingRequest card_update(const Account& account, const Notice& notice, const Token& token) {
  json::object options;
  options["updateCardDataByKey"] = true;
  json::object body;
  body["outTrackId"] = notice.replaces;
  body["cardData"] = card_data(notice);
  body["cardUpdateOptions"] = std::move(options);
  return new_api(account, "PUT", "/v1.0/card/instances", body, token);
}

net::OutgoingRequest notice_request(const Account& account, const Notice& notice,
                                    const Token& token) {
  json::object body;
  body["agent_id"] = json::value(std::stoll(account.agent_id));
  body["userid_list"] = notice.recipient;
  body["msg"] = work_notice(notice);
  return old_api(account, "/topapi/message/corpconversation/asyncsend_v2", body, token);
}

}  // namespace

// Its words are part of it: after the database was set up anew the same number is another notice.
std::string track_id(const Notice& notice) {
  const auto digest =
      sha256_hex({notice.recipient, "\n", notice.kind, "\n", notice.title, "\n", notice.text});
  return "hy-" + std::to_string(notice.id.raw()) + "-" + digest.substr(0, 20);
}

// Never said anew instead: whoever has the card is told of the move in other ways.
bool is_edit(const Account& account, const Notice& notice) {
  return account.has_cards() && !notice.replaces.empty();
}
bool is_card(const Account& account, const Notice& notice) {
  return account.has_cards() && (!notice.buttons.empty() || is_card_kind(notice.kind));
}

net::OutgoingRequest token_request(const Account& account) {
  if (account.way == Way::notice) {
    net::OutgoingRequest request;
    request.method = "GET";
    request.url = account.oapi_base + "/gettoken?appkey=" + percent_encode(account.app_key) +
                  "&appsecret=" + percent_encode(account.app_secret);
    return request;
  }
  return robot_token_request(account);
}

net::OutgoingRequest robot_token_request(const Account& account) {
  json::object body;
  body["appKey"] = account.app_key;
  body["appSecret"] = account.app_secret;
  return post_json(account.api_base + "/v1.0/oauth2/accessToken", body);
}

net::OutgoingRequest send_request(const Account& account, const Notice& notice,
                                  const Token& token) {
  if (is_edit(account, notice)) return card_update(account, notice, token);
  if (is_card(account, notice)) return card_request(account, notice, token);
  if (is_session_webhook(account, notice.reply_address))
    return post_json(notice.reply_address, webhook_body(notice));
  return account.way == Way::notice ? notice_request(account, notice, token)
                                    : robot_request(account, notice, token);
}

std::optional<net::OutgoingRequest> fate_request(const Account& account,
                                                 std::string_view platform_id, const Token& token) {
  if (!platform_id.starts_with(kTaskPrefix) || account.way != Way::notice) return std::nullopt;
  const std::string task{platform_id.substr(kTaskPrefix.size())};
  if (!is_digits(task) || task.size() > 18) return std::nullopt;
  json::object body;
  body["agent_id"] = json::value(std::stoll(account.agent_id));
  body["task_id"] = json::value(std::stoll(task));
  return old_api(account, "/topapi/message/corpconversation/getsendresult", body, token);
}

}  // namespace huiyin::dingtalk
