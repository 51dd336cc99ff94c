#include "handlers/feishu/played_api.h"

#include <algorithm>

#include "handlers/config_keys.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/played_media.h"

namespace huiyin::feishu {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr auto kTokenLife = 7200s;
constexpr auto kSameToken = 30min;  // below this much life a new one is made; both work
constexpr auto kUuidLife = 1h;
constexpr auto kCardLife = std::chrono::hours{14 * 24};
constexpr std::size_t kPerSecond = 5;  // to one person
constexpr std::size_t kCardBody = 30 * 1024, kTextBody = 150 * 1024;
constexpr std::string_view kMessages = "/open-apis/im/v1/messages";

net::HttpResponse answer(int status, const json::object& body) {
  return net::HttpResponse::text(status, json::serialize(body), "application/json; charset=utf-8");
}

net::HttpResponse error(std::int64_t code) {
  json::object body;
  body["code"] = code;
  body["msg"] = "played fault";
  json::object detail;
  detail["log_id"] = "20261123000000PLAYED";
  body["error"] = std::move(detail);
  const int status = code == 99991400 ? 429 : code == 99991663 || code == 99991661 ? 401 : 400;
  auto response = answer(status, body);
  if (status == 429) response.headers.emplace_back("x-ogw-ratelimit-reset", "2");
  return response;
}

net::HttpResponse success(const std::string& message_id) {
  json::object data;
  if (!message_id.empty()) data["message_id"] = message_id;
  json::object body;
  body["code"] = 0;
  body["msg"] = "success";
  body["data"] = std::move(data);
  return answer(200, body);
}

std::string_view header_of(const net::HttpRequest& request, std::string_view name) {
  return single_header(request, name);
}

bool fits(std::string_view id, std::string_view type) {
  if (type == "open_id") return id.starts_with("ou_");
  if (type == "chat_id") return id.starts_with("oc_");
  if (type == "union_id") return id.starts_with("on_");
  if (type == "email") return id.find('@') != std::string_view::npos;
  return type == "user_id" && !id.empty();
}

}  // namespace

PlayedApi::PlayedApi(std::string app_id, std::string app_secret)
    : app_id_{std::move(app_id)}, app_secret_{std::move(app_secret)} {}

void PlayedApi::wrote(const std::string& message_id, const std::string& user) {
  heard_[message_id] = user;
}

std::string PlayedApi::card_with(const std::string& user, const std::string& command) const {
  std::string found;
  Instant at{};
  for (const auto& [id, sent] : sent_) {
    const bool has = std::ranges::find(sent.commands, command) != sent.commands.end();
    if (sent.user != user || !has || (!found.empty() && sent.at < at)) continue;
    found = id;
    at = sent.at;
  }
  return found;
}

std::string PlayedApi::last_message(const std::string& user) const {
  const auto found = last_.find(user);
  return found == last_.end() ? std::string{} : found->second;
}

net::HttpResponse PlayedApi::serve(const net::HttpRequest& request, Instant now,
                                   std::vector<Seen>& seen) {
  const bool is_token = request.path().find("/auth/v3/") != std::string_view::npos;
  const auto fault = faults_.next(is_token);
  if (auto response = played_status(fault)) return *response;
  if (!fault.empty() && fault != "drop") return error(std::stoll(fault));
  auto response = is_token ? token(request, now) : act(request, now, seen);
  if (fault == "drop") response.status = 0;
  return response;
}

net::HttpResponse PlayedApi::token(const net::HttpRequest& request, Instant now) {
  const auto body = parse_json_object(request.body);
  if (request.method != "POST" ||
      request.path() != "/open-apis/auth/v3/tenant_access_token/internal")
    return net::HttpResponse::text(404, "no such path\n");
  if (!body || json_string(*body, "app_id") != app_id_) return error(10003);
  if (json_string(*body, "app_secret") != app_secret_) return error(10014);
  if (tokens_.empty() || tokens_.back().expires - now < kSameToken)
    tokens_.push_back({"t-played" + std::to_string(dice_()), now + kTokenLife});
  json::object reply;
  reply["code"] = 0;
  reply["msg"] = "ok";
  reply["tenant_access_token"] = tokens_.back().value;
  reply["expire"] =
      std::chrono::duration_cast<std::chrono::seconds>(tokens_.back().expires - now).count();
  return answer(200, reply);
}

std::optional<int> PlayedApi::token_fault(const net::HttpRequest& request, Instant now) const {
  auto given = header_of(request, "Authorization");
  if (!given.starts_with("Bearer ")) return 99991661;
  given.remove_prefix(7);
  if (!given.starts_with("t-")) return 99991671;
  const auto found = std::ranges::find(tokens_, given, &IssuedToken::value);
  if (found == tokens_.end() || found->expires <= now) return 99991663;
  return std::nullopt;
}

net::HttpResponse PlayedApi::act(const net::HttpRequest& request, Instant now,
                                 std::vector<Seen>& seen) {
  if (const auto fault = token_fault(request, now)) return error(*fault);
  const auto path = request.path();
  if (!path.starts_with(kMessages)) return net::HttpResponse::text(404, "no such path\n");
  auto rest = path.substr(kMessages.size());
  if (rest.empty() && request.method == "POST") {
    const auto body = parse_json_object(request.body);
    const auto type = net::query_parameter(request.query(), "receive_id_type");
    const auto user = body ? json_string(*body, "receive_id") : std::string{};
    if (!fits(user, type)) return error(99992402);
    return send(request, user, "message", now, seen);
  }
  if (!rest.starts_with('/')) return net::HttpResponse::text(404, "no such path\n");
  rest.remove_prefix(1);
  if (request.method == "GET") return resource(rest, request.query());
  if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
    if (request.method != "POST" || rest.substr(slash) != "/reply")
      return net::HttpResponse::text(404, "no such path\n");
    const auto heard = heard_.find(std::string{rest.substr(0, slash)});
    if (heard == heard_.end()) return error(230011);
    return send(request, heard->second, "reply", now, seen);
  }
  if (request.method != "PATCH") return net::HttpResponse::text(404, "no such path\n");
  return change(request, std::string{rest}, now, seen);
}

// "{message_id}/resources/{key}": a key of another message is none.
net::HttpResponse PlayedApi::resource(std::string_view rest, std::string_view query) const {
  constexpr std::string_view middle = "/resources/";
  const auto at = rest.find(middle);
  if (at == std::string_view::npos) return net::HttpResponse::text(404, "no such path\n");
  const auto key =
      net::query_parameter("key=" + std::string{rest.substr(at + middle.size())}, "key");
  const auto found = files_.find({std::string{rest.substr(0, at)}, key});
  const auto type = net::query_parameter(query, "type");
  if (found == files_.end() || (type == "image") != (found->second == MediaKind::image) ||
      (type != "image" && type != "file"))
    return error(230001);
  return played_file(found->second, key);
}

bool PlayedApi::is_too_often(const std::string& user, Instant now) {
  auto& sends = recent_[user];
  while (!sends.empty() && now - sends.front() >= 1s) sends.pop_front();
  if (sends.size() >= kPerSecond) return true;
  sends.push_back(now);
  return false;
}

std::optional<PlayedApi::Shown> PlayedApi::show(const std::string& type, const json::object& body) {
  const auto content = parse_json_object(json_string(body, "content"));  // an object: refused
  if (!content) return std::nullopt;
  Shown shown;
  if (type == "text") {
    shown.text = json_string(*content, "text");
    if (shown.text.empty() || shown.text.find("<at ") != std::string::npos) return std::nullopt;
    return shown;
  }
  shown.is_shared = json_true(json_child(*content, "config"), "update_multi");
  const auto& title = json_child(json_child(*content, "header"), "title");
  const auto* elements = json_array(*content, "elements");
  if (type != "interactive" || !elements) return std::nullopt;
  shown.text = json_string(title, "content");
  std::string labels;
  for (const auto& value : *elements) {
    if (!value.is_object()) return std::nullopt;
    const auto& element = value.get_object();
    if (const auto words = json_string(json_child(element, "text"), "content"); !words.empty())
      shown.text += "\n" + words;
    const auto* actions = json_array(element, "actions");
    if (!actions) continue;
    for (const auto& action : *actions) {
      const auto& button = action.as_object();
      labels += (labels.empty() ? "\n[" : " [") +
                json_string(json_child(button, "text"), "content") + "]";
      if (auto command = json_string(json_child(button, "value"), "command"); !command.empty())
        shown.commands.push_back(std::move(command));
    }
  }
  shown.text += labels;
  return shown;
}

net::HttpResponse PlayedApi::send(const net::HttpRequest& request, const std::string& user,
                                  const std::string& via, Instant now, std::vector<Seen>& seen) {
  const auto body = parse_json_object(request.body);
  if (!body) return error(230001);
  const auto type = json_string(*body, "msg_type");
  const auto uuid = json_string(*body, "uuid");
  auto shown = show(type, *body);
  if (!shown || uuid.size() > 50) return error(230001);
  if (request.body.size() > (type == "text" ? kTextBody : kCardBody)) return error(230025);
  if (is_too_often(user, now)) return error(230020);
  auto& once = uuids_[uuid.empty() ? std::to_string(dice_()) : uuid];
  if (!once.message_id.empty() && now - once.at < kUuidLife) return success(once.message_id);

  const auto id = "om_played" + std::to_string(dice_());
  once = {id, now};
  sent_[id] = {user, type == "interactive", shown->is_shared, shown->commands, now};
  last_[user] = id;
  seen.push_back({user, std::move(shown->text), std::move(shown->commands), via});
  return success(id);
}

net::HttpResponse PlayedApi::change(const net::HttpRequest& request, const std::string& message_id,
                                    Instant now, std::vector<Seen>& seen) {
  const auto found = sent_.find(message_id);
  if (found == sent_.end()) return error(230011);
  auto& sent = found->second;
  const auto body = parse_json_object(request.body);
  auto shown = body ? show("interactive", *body) : std::nullopt;
  if (!shown || !sent.is_card || !sent.is_shared || now - sent.at > kCardLife) return error(230001);
  if (request.body.size() > kCardBody) return error(230025);
  sent.commands = shown->commands;
  sent.is_shared = shown->is_shared;
  seen.push_back({sent.user, std::move(shown->text), std::move(shown->commands), "edit"});
  return success({});
}

}  // namespace huiyin::feishu
