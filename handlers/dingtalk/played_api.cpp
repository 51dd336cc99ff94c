#include "handlers/dingtalk/played_api.h"

#include <algorithm>

#include "handlers/config_keys.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/played_media.h"

namespace huiyin::dingtalk {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr auto kTokenLife = 7200s;
constexpr auto kAddressLife = 10min;
constexpr std::string_view kFiles = "/ddmedia";

net::HttpResponse answer(int status, const json::object& body) {
  return net::HttpResponse::text(status, json::serialize(body), "application/json");
}
net::HttpResponse old_error(std::int64_t code) {
  json::object body;
  body["errcode"] = code;
  body["errmsg"] = code == 0 ? "ok" : "played fault";
  return answer(200, body);
}
net::HttpResponse sub_error(std::string_view sub_code) {
  json::object body;
  body["errcode"] = 88;
  body["sub_code"] = json::string_view{sub_code.data(), sub_code.size()};
  body["errmsg"] = "played fault";
  return answer(200, body);
}
net::HttpResponse new_error(int status, std::string_view code) {
  json::object body;
  body["code"] = json::string_view{code.data(), code.size()};
  body["message"] = "played fault";
  body["requestid"] = "00000000-PLAYED";
  return answer(status, body);
}

bool is_valid(const auto& tokens, std::string_view given, Instant now) {
  return std::ranges::any_of(
      tokens, [&](const auto& token) { return token.value == given && token.expires > now; });
}

// "[签收](dtmd://dingtalkclient/sendMessage?content=…)": what tapping it says.
std::vector<std::string> taps_of(std::string_view markdown) {
  constexpr std::string_view mark = "](dtmd://dingtalkclient/sendMessage?";
  std::vector<std::string> taps;
  for (auto at = markdown.find(mark); at != std::string_view::npos; at = markdown.find(mark, at)) {
    at += mark.size();
    taps.push_back(
        net::query_parameter(markdown.substr(at, markdown.find(')', at) - at), "content"));
  }
  return taps;
}

// Text of a message of either generation; empty when it lacks what its type demands.
std::optional<Seen> show(const std::string& user, const json::object& param, std::string_view words,
                         bool has_title, bool has_link, std::string via) {
  const auto text = json_string(param, words);
  const auto title = json_string(param, "title");
  if (text.empty() || (has_title && title.empty())) return std::nullopt;
  Seen seen{user, text, taps_of(text), std::move(via)};
  if (!has_link) return seen;
  const auto url = json_string(param, "singleURL");
  const auto label = json_string(param, "singleTitle");
  if (!url.starts_with("http") || label.empty()) return std::nullopt;
  seen.text += "\n[" + label + "] " + url;
  return seen;
}

}  // namespace

const PlayedApi::IssuedToken& PlayedApi::issue(std::vector<IssuedToken>& tokens, Instant now) {
  if (tokens.empty() || tokens.back().expires <= now)
    tokens.push_back({"played" + std::to_string(dice_()), now + kTokenLife});
  tokens.back().expires = now + kTokenLife;  // asking again prolongs it
  return tokens.back();
}

std::string PlayedApi::open_session(const std::string& user, Instant until) {
  const auto name = std::to_string(dice_());
  sessions_[name] = {user, until};
  return "/robot/sendBySession?session=" + name;
}

std::string PlayedApi::card_with(const std::string& user, const std::string& command) const {
  std::string found;
  int newest = 0;
  for (const auto& [id, card] : cards_) {
    const bool has = std::ranges::any_of(card.variables, [&](const auto& entry) {
      return entry.first.starts_with("command") && entry.second == command;
    });
    if (card.user != user || !has || card.number < newest) continue;
    found = id;
    newest = card.number;
  }
  return found;
}

net::HttpResponse PlayedApi::serve(const net::HttpRequest& request, Instant now,
                                   std::vector<Seen>& seen) {
  const auto path = request.path();
  const bool is_token = path == "/gettoken" || path == "/v1.0/oauth2/accessToken";
  const auto fault = faults_.next(is_token);
  if (!fault.empty() && fault != "drop") return fault_answer(request, fault);
  auto response = path == "/gettoken"                  ? old_token(request, now)
                  : path == "/v1.0/oauth2/accessToken" ? new_token(request, now)
                                                       : act(request, now, seen);
  if (fault == "drop") response.status = 0;  // acted on; the answer never arrives
  return response;
}

net::HttpResponse PlayedApi::fault_answer(const net::HttpRequest& request,
                                          const std::string& fault) const {
  if (auto response = played_status(fault)) return *response;
  if (fault == "1111") return net::HttpResponse::text(200, "<html>punish: deny</html>");
  if (fault.starts_with("list.")) {
    const auto body = parse_json_object(request.body);
    json::object lists;
    lists["processQueryKey"] = "played";
    lists["invalidStaffIdList"] = json::array{};
    lists["flowControlledStaffIdList"] = json::array{};
    const auto* users = body ? json_array(*body, "userIds") : nullptr;
    if (users)
      lists[fault == "list.flow" ? "flowControlledStaffIdList" : "invalidStaffIdList"] = *users;
    return answer(200, lists);
  }
  if (is_digits(fault) || fault == "-1") return old_error(std::stoll(fault));
  return new_error(403, fault);
}

net::HttpResponse PlayedApi::old_token(const net::HttpRequest& request, Instant now) {
  const auto query = request.query();
  if (net::query_parameter(query, "appkey") != keys_.app_key ||
      net::query_parameter(query, "appsecret") != keys_.app_secret)
    return old_error(40096);
  json::object body;
  body["errcode"] = 0;
  body["access_token"] = issue(old_tokens_, now).value;
  body["expires_in"] = kTokenLife.count();
  return answer(200, body);
}

net::HttpResponse PlayedApi::new_token(const net::HttpRequest& request, Instant now) {
  const auto body = parse_json_object(request.body);
  if (!body || json_string(*body, "appKey") != keys_.app_key ||
      json_string(*body, "appSecret") != keys_.app_secret)
    return new_error(400, "invalidClientIdOrSecret");
  json::object reply;
  reply["accessToken"] = issue(new_tokens_, now).value;
  reply["expireIn"] = kTokenLife.count();
  return answer(200, reply);
}

net::HttpResponse PlayedApi::act(const net::HttpRequest& request, Instant now,
                                 std::vector<Seen>& seen) {
  const auto path = request.path();
  const bool is_post = request.method == "POST";
  if (path == "/robot/sendBySession" && is_post) return session(request, now, seen);
  if (path == kFiles && request.method == "GET") return file(request, now);
  if (path.starts_with("/topapi/") && is_post) {
    if (!is_valid(old_tokens_, net::query_parameter(request.query(), "access_token"), now))
      return sub_error("40014");
    if (path.ends_with("/asyncsend_v2")) return notice(request, now, seen);
    if (path.ends_with("/getsendresult")) return notice_result(request);
  }
  if (path.starts_with("/v1.0/")) {
    if (!is_valid(new_tokens_, single_header(request, "x-acs-dingtalk-access-token"), now))
      return new_error(401, "InvalidAuthentication");
    if (path == "/v1.0/robot/oToMessages/batchSend" && is_post) return robot(request, false, seen);
    if (path == "/v1.0/robot/groupMessages/send" && is_post) return robot(request, true, seen);
    if (path == "/v1.0/robot/messageFiles/download" && is_post) return file_address(request, now);
    if (path == "/v1.0/card/instances/createAndDeliver" && is_post) return make_card(request, seen);
    if (path == "/v1.0/card/instances" && request.method == "PUT")
      return change_card(request, seen);
  }
  return net::HttpResponse::text(404, "no such path\n");
}

net::HttpResponse PlayedApi::session(const net::HttpRequest& request, Instant now,
                                     std::vector<Seen>& seen) {
  const auto found = sessions_.find(net::query_parameter(request.query(), "session"));
  if (found == sessions_.end() || found->second.until <= now) return old_error(300005);
  const auto body = parse_json_object(request.body);
  if (!body) return old_error(40035);
  const auto type = json_string(*body, "msgtype");
  const auto& user = found->second.user;
  std::optional<Seen> shown;
  if (type == "text")
    shown = show(user, json_child(*body, "text"), "content", false, false, "session");
  if (type == "markdown")
    shown = show(user, json_child(*body, "markdown"), "text", true, false, "session");
  if (type == "actionCard")
    shown = show(user, json_child(*body, "actionCard"), "text", true, true, "session");
  if (!shown) return old_error(40035);
  seen.push_back(std::move(*shown));
  return old_error(0);
}

net::HttpResponse PlayedApi::robot(const net::HttpRequest& request, bool group,
                                   std::vector<Seen>& seen) {
  const auto body = parse_json_object(request.body);
  if (!body || json_string(*body, "robotCode") != keys_.robot_code)
    return new_error(400, "resource.not.found");
  const auto text = json_string(*body, "msgParam");  // a string; an object is refused
  const auto param = parse_json_object(text);
  if (!param || text.size() > 15000) return new_error(400, "invalidParameter.msgParam");
  std::vector<std::string> users;
  if (group) {
    users.push_back(json_string(*body, "openConversationId"));
  } else if (const auto* list = json_array(*body, "userIds")) {
    for (const auto& user : *list)
      if (const auto* id = user.if_string()) users.emplace_back(id->data(), id->size());
  }
  if (users.empty() || users.size() > 20) return new_error(400, "invalidParameter.userIds");

  const auto key = json_string(*body, "msgKey");
  json::array invalid;
  for (const auto& user : users) {
    if (left_.contains(user) || user.find(':') != std::string::npos) {
      invalid.push_back(json::value(user));
      continue;
    }
    std::optional<Seen> shown;
    if (key == "sampleText") shown = show(user, *param, "content", false, false, "robot");
    if (key == "sampleMarkdown") shown = show(user, *param, "text", true, false, "robot");
    if (key == "sampleActionCard") shown = show(user, *param, "text", true, true, "robot");
    if (!shown) return new_error(400, "invalidParameter.msgParam");
    seen.push_back(std::move(*shown));
  }
  json::object reply;
  reply["processQueryKey"] = "played" + std::to_string(dice_());
  if (!group) {
    reply["invalidStaffIdList"] = std::move(invalid);
    reply["flowControlledStaffIdList"] = json::array{};
  }
  return answer(200, reply);
}

// Over its limits it still answers with success, and nothing arrives.
net::HttpResponse PlayedApi::notice(const net::HttpRequest& request, Instant now,
                                    std::vector<Seen>& seen) {
  const auto body = parse_json_object(request.body);
  if (!body || json_text(*body, "agent_id") != keys_.agent_id) return old_error(40056);
  const auto& message = json_child(*body, "msg");
  const auto whole = json::serialize(message);
  if (whole.size() > 2048) return old_error(34016);
  const auto user = json_string(*body, "userid_list");
  if (left_.contains(user)) return old_error(33012);
  const auto type = json_string(message, "msgtype");
  const auto& inner = json_child(message, type);
  auto shown = json_string(inner, type == "text" ? "content" : "markdown");
  if (shown.empty() || (type != "text" && type != "action_card")) return old_error(40035);
  if (type == "action_card")
    shown += "\n[" + json_string(inner, "single_title") + "] " + json_string(inner, "single_url");

  const auto said = said_.find(user + whole);
  const bool repeated = said != said_.end() && now - said->second < 24h;
  if (!repeated) {
    said_[user + whole] = now;
    seen.push_back({user, std::move(shown), {}, "notice"});
  }
  const auto task = static_cast<std::int64_t>(dice_() >> 8);
  tasks_[std::to_string(task)] = {user, repeated};
  json::object reply;
  reply["errcode"] = 0;
  reply["task_id"] = task;
  reply["request_id"] = "played";
  return answer(200, reply);
}

net::HttpResponse PlayedApi::notice_result(const net::HttpRequest& request) const {
  const auto body = parse_json_object(request.body);
  const auto found = body ? tasks_.find(json_text(*body, "task_id")) : tasks_.end();
  if (found == tasks_.end()) return old_error(40035);
  json::object result;
  json::array unread, forbidden;
  if (found->second.repeated) {
    json::object entry;
    entry["code"] = "143106";
    entry["count"] = 1;
    entry["userid"] = found->second.user;
    forbidden.push_back(json::value(std::move(entry)));
  } else {
    unread.push_back(json::value(found->second.user));
  }
  result["unread_user_id_list"] = std::move(unread);
  result["forbidden_list"] = std::move(forbidden);
  json::object reply;
  reply["errcode"] = 0;
  reply["send_result"] = std::move(result);
  return answer(200, reply);
}

// A new address each time, good for a while.
net::HttpResponse PlayedApi::file_address(const net::HttpRequest& request, Instant now) {
  const auto body = parse_json_object(request.body);
  const auto code = body ? json_string(*body, "downloadCode") : std::string{};
  if (!body || json_string(*body, "robotCode") != keys_.robot_code || !files_.contains(code))
    return new_error(400, "invalidParameter.downloadCode");
  const auto signature = std::to_string(dice_());
  addresses_[signature] = {code, now + kAddressLife};
  json::object reply;
  reply["downloadUrl"] = keys_.base + std::string{kFiles} + "?x-oss-signature=" + signature;
  return answer(200, reply);
}

net::HttpResponse PlayedApi::file(const net::HttpRequest& request, Instant now) const {
  const auto found = addresses_.find(net::query_parameter(request.query(), "x-oss-signature"));
  if (found == addresses_.end() || found->second.until <= now)
    return net::HttpResponse::text(403, "<Error><Code>AccessDenied</Code></Error>", "text/xml");
  return played_file(files_.at(found->second.code), found->second.code);
}

Seen PlayedApi::show_card(const Card& card, std::string via) {
  const auto variable = [&](const std::string& name) {
    const auto found = card.variables.find(name);
    return found == card.variables.end() ? std::string{} : found->second;
  };
  Seen seen{card.user, variable("title") + "\n" + variable("text"), {}, std::move(via)};
  std::string labels;
  for (int i = 1; i <= 6; ++i) {
    const auto label = variable("label" + std::to_string(i));
    if (label.empty()) continue;
    labels += (labels.empty() ? "\n[" : " [") + label + "]";
    seen.buttons.push_back(variable("command" + std::to_string(i)));
  }
  seen.text += labels;
  return seen;
}

net::HttpResponse PlayedApi::make_card(const net::HttpRequest& request, std::vector<Seen>& seen) {
  constexpr std::string_view to_person = "dtv1.card//IM_ROBOT.";
  const auto body = parse_json_object(request.body);
  if (!body || keys_.card_template_id.empty() ||
      json_string(*body, "cardTemplateId") != keys_.card_template_id ||
      json_string(*body, "callbackRouteKey") != keys_.card_route_key)
    return new_error(400, "param.cardTemplateNotExist");
  const auto id = json_string(*body, "outTrackId");
  const auto space = json_string(*body, "openSpaceId");
  const auto* variables = json_object(json_child(*body, "cardData"), "cardParamMap");
  if (id.empty() || id.size() > 64 || !variables || !space.starts_with(to_person))
    return new_error(400, "param.error");
  if (cards_.contains(id)) return new_error(400, "param.cardAlreadyExist");
  Card card{space.substr(to_person.size()), {}, ++cards_made_};
  for (const auto& entry : *variables) {
    if (!entry.value().is_string()) return new_error(400, "param.error");
    card.variables[std::string{entry.key()}] = std::string{entry.value().as_string()};
  }
  json::object delivered;
  delivered["spaceType"] = "IM_ROBOT";
  delivered["success"] = !left_.contains(card.user);
  json::array results;
  results.push_back(json::value(std::move(delivered)));
  json::object result;
  result["outTrackId"] = id;
  result["deliverResults"] = std::move(results);
  if (!left_.contains(card.user)) {
    seen.push_back(show_card(card, "card"));
    cards_[id] = std::move(card);
  }
  json::object reply;
  reply["success"] = true;
  reply["result"] = std::move(result);
  return answer(200, reply);
}

net::HttpResponse PlayedApi::change_card(const net::HttpRequest& request, std::vector<Seen>& seen) {
  const auto body = parse_json_object(request.body);
  const auto found = body ? cards_.find(json_string(*body, "outTrackId")) : cards_.end();
  if (found == cards_.end()) return new_error(400, "param.cardNotExist");
  auto& card = found->second;
  if (!json_true(json_child(*body, "cardUpdateOptions"), "updateCardDataByKey"))
    card.variables.clear();
  for (const auto& entry : json_child(json_child(*body, "cardData"), "cardParamMap"))
    if (const auto* text = entry.value().if_string())
      card.variables[std::string{entry.key()}] = std::string{text->data(), text->size()};
  seen.push_back(show_card(card, "edit"));
  json::object reply;
  reply["success"] = true;
  reply["result"] = true;
  return answer(200, reply);
}

}  // namespace huiyin::dingtalk
