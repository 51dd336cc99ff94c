#include "handlers/wechat/played_api.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "handlers/config_keys.h"
#include "handlers/json.h"
#include "handlers/played_faults.h"
#include "handlers/played_media.h"
#include "handlers/utf8.h"

namespace huiyin::wechat {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr auto kTokenLife = 7200s;
constexpr auto kTokenOverlap = 300s;
constexpr FaultCodes kFaultCodes{"45011", "42001"};
constexpr std::string_view kSubscription = "/cgi-bin/message/subscribe/bizsend";
constexpr std::string_view kFilePath = "/played/file";

net::HttpResponse answer(const json::object& body) {
  return net::HttpResponse::text(200, json::serialize(body), "application/json; encoding=utf-8");
}

net::HttpResponse error(int code) {
  json::object body;
  body["errcode"] = code;
  body["errmsg"] = code == 0 ? "ok" : "played fault rid: 00000000-00000000-00000000";
  return answer(body);
}

// The platform shows "\u56de" as these six characters, or refuses it.
bool has_unicode_escape(std::string_view body) {
  for (auto at = body.find("\\u"); at != std::string_view::npos; at = body.find("\\u", at + 2)) {
    const bool is_control = body.substr(at + 2, 3) == "000" || body.substr(at + 2, 3) == "001";
    const auto slashes = at - std::min(at, body.find_last_not_of('\\', at) + 1);
    if (!is_control && slashes % 2 == 0) return true;
  }
  return false;
}

bool all_of(std::string_view text, bool (*fits)(char32_t)) {
  while (!text.empty())
    if (!fits(next_character(text))) return false;
  return true;
}

bool is_ascii(char32_t c) { return c < 0x80; }
bool is_figure(char32_t c) { return c >= '0' && c <= '9'; }
bool is_phone(char32_t c) { return is_figure(c) || c == '+' || c == '-'; }

// Page "订阅消息参数值内容限制".
bool fits_type(std::string_view key, std::string_view value) {
  const auto type = key.substr(0, key.find_last_not_of("0123456789") + 1);
  const auto size = count_characters(value);
  if (size == 0) return false;
  if (type == "thing") return size <= 20;
  if (type == "character_string") return size <= 32 && all_of(value, is_ascii);
  if (type == "number")
    return size <= 32 && all_of(value, [](char32_t c) { return is_figure(c) || c == '.'; });
  if (type == "phrase") return size <= 5 && all_of(value, is_han);
  if (type == "name") return size <= (all_of(value, is_ascii) ? 20 : 10);
  if (type == "phone_number") return size <= 17 && all_of(value, is_phone);
  if (type == "letter") return size <= 32 && all_of(value, is_ascii);
  if (type == "time") return value.find("年") == 4 && value.find(':') != std::string_view::npos;
  if (type == "date") return value.find("年") == 4 && value.ends_with("日");
  return size <= 32;
}

// Who has not been heard yet in this play is taken for an old follower without a window.
bool is_openid(std::string_view user) { return user.starts_with('o'); }

}  // namespace

PlayedApi::PlayedApi(std::string api_base, std::string app_id, std::string app_secret,
                     std::string template_id)
    : api_base_{std::move(api_base)},
      app_id_{std::move(app_id)},
      app_secret_{std::move(app_secret)},
      template_id_{std::move(template_id)},
      next_message_id_{static_cast<std::int64_t>(dice_() >> 2)} {}

void PlayedApi::wrote(const std::string& user, Instant now) {
  followers_[user].message = {now + 48h, 5};
}
void PlayedApi::tapped(const std::string& user, Instant now) {
  followers_[user].tap = {now + 1min, 3};
}
void PlayedApi::followed(const std::string& user, bool follows) {
  followers_[user].follows = follows;
}
void PlayedApi::uploaded(const std::string& media_id, MediaKind kind) { media_[media_id] = kind; }
std::string PlayedApi::last_template_message(const std::string& user) const {
  const auto found = followers_.find(user);
  return found == followers_.end() ? std::string{} : found->second.last_template_message;
}

void PlayedApi::inject(const std::string& fault, int times) {
  constexpr std::string_view prefix = "token:";
  const auto name = std::string_view{fault}.substr(fault.starts_with(prefix) ? prefix.size() : 0);
  const auto digits = name.substr(name.starts_with('-') ? 1 : 0);
  if (!is_shared_fault(name) && name != "drop" && (!is_digits(digits) || digits.size() > 6))
    throw std::invalid_argument(
        "a WeChat fault is an errcode, an HTTP status or a fault of every platform");
  faults_.inject(fault, times);
}

net::HttpResponse PlayedApi::serve(const net::HttpRequest& request, Instant now,
                                   std::vector<Seen>& seen) {
  const auto path = request.path();
  const bool is_token = path == "/cgi-bin/token" || path == "/cgi-bin/stable_token";
  const auto fault = faults_.next(is_token);
  if (auto status = played_status(fault)) return std::move(*status);
  if (!fault.empty() && fault != "drop") return error(std::stoi(fault));

  auto response = path == "/cgi-bin/stable_token" ? stable_token(request, now)
                  : path == "/cgi-bin/token"      ? plain_token(request, now)
                                                  : call(request, now, seen);
  if (fault == "drop") response.status = kHangsUp;  // acted on; the answer never arrives
  return response;
}

// ---- tokens
// --------------------------------------------------------------------------------------

std::optional<int> PlayedApi::credential_fault(std::string_view app_id,
                                               std::string_view secret) const {
  if (app_id != app_id_) return 40013;
  if (secret != app_secret_) return 40125;
  return std::nullopt;
}

net::HttpResponse PlayedApi::issue(Instant now, bool stable) {
  IssuedToken token{"PLAYED_" + std::to_string(dice_()) + "_" + std::to_string(dice_()),
                    now + kTokenLife};
  tokens_.push_back(token);
  json::object body;
  body["access_token"] = token.value;
  body["expires_in"] = kTokenLife.count();
  if (stable) stable_ = std::move(token);
  return answer(body);
}

net::HttpResponse PlayedApi::stable_token(const net::HttpRequest& request, Instant now) {
  const auto body = parse_json_object(request.body);
  if (request.method != "POST") return error(43002);
  if (!body) return error(47001);
  if (json_string(*body, "grant_type") != "client_credential") return error(40002);
  if (const auto fault =
          credential_fault(json_string(*body, "appid"), json_string(*body, "secret")))
    return error(*fault);
  const auto* force = body->if_contains("force_refresh");
  if (force && force->is_bool() && force->get_bool()) {
    tokens_.clear();  // after a leak the old ones die at once
    return issue(now, true);
  }
  if (!stable_ || stable_->expires - now < kTokenOverlap) return issue(now, true);
  json::object again;
  again["access_token"] = stable_->value;
  again["expires_in"] =
      std::chrono::duration_cast<std::chrono::seconds>(stable_->expires - now).count();
  return answer(again);
}

// Each call replaces the one before, which works five more minutes.
net::HttpResponse PlayedApi::plain_token(const net::HttpRequest& request, Instant now) {
  if (net::query_parameter(request.query(), "grant_type") != "client_credential")
    return error(40002);
  if (const auto fault = credential_fault(net::query_parameter(request.query(), "appid"),
                                          net::query_parameter(request.query(), "secret")))
    return error(*fault);
  for (auto& token : tokens_)
    if (!stable_ || token.value != stable_->value)
      token.expires = std::min(token.expires, now + kTokenOverlap);
  return issue(now, false);
}

std::optional<int> PlayedApi::token_fault(const net::HttpRequest& request, Instant now) const {
  const auto given = net::query_parameter(request.query(), "access_token");
  if (given.empty()) return 41001;
  const auto found = std::ranges::find(tokens_, given, &IssuedToken::value);
  if (found == tokens_.end()) return 40001;
  if (found->expires <= now) return 42001;
  return std::nullopt;
}

// ---- media

// A video is only pointed to; where it lies nobody asks for a token.
net::HttpResponse PlayedApi::media(const net::HttpRequest& request) const {
  const auto id = net::query_parameter(request.query(), "media_id");
  const auto found = media_.find(id);
  if (found == media_.end()) return error(40007);
  if (found->second != MediaKind::video || request.path() == kFilePath)
    return played_file(found->second, id);
  json::object body;
  body["video_url"] = api_base_ + std::string{kFilePath} + "?media_id=" + percent_encode(id);
  return answer(body);
}

// ---- sending
// -------------------------------------------------------------------------------------

net::HttpResponse PlayedApi::call(const net::HttpRequest& request, Instant now,
                                  std::vector<Seen>& seen) {
  const auto path = request.path();
  if (path == kFilePath) return media(request);
  if (path == "/cgi-bin/media/get") {
    if (const auto fault = token_fault(request, now)) return error(*fault);
    return media(request);
  }
  const bool is_custom = path == "/cgi-bin/message/custom/send";
  if (!is_custom && path != "/cgi-bin/message/template/send" && path != kSubscription)
    return net::HttpResponse::text(404, "no such path\n");
  if (request.method != "POST") return error(43002);
  if (const auto fault = token_fault(request, now)) return error(*fault);
  if (request.body.empty()) return error(44002);
  return is_custom ? customer_service(request, now, seen) : template_message(request, now, seen);
}

// A tap's allowance is used first; it never shrinks what a message allowed.
std::optional<int> PlayedApi::spend(Follower& follower, Instant now) {
  bool open = false;
  for (auto* allowance : {&follower.tap, &follower.message}) {
    if (allowance->until <= now) continue;
    open = true;
    if (allowance->left <= 0) continue;
    --allowance->left;
    return std::nullopt;
  }
  return open ? 45047 : 45015;
}

net::HttpResponse PlayedApi::customer_service(const net::HttpRequest& request, Instant now,
                                              std::vector<Seen>& seen) {
  const auto body = parse_json_object(request.body);
  if (!body) return error(47001);
  if (has_unicode_escape(request.body)) return error(40033);
  const auto user = json_string(*body, "touser");
  if (!is_openid(user)) return error(40003);
  auto& follower = followers_[user];
  if (json_string(*body, "msgtype") != "text") return error(40008);
  const auto* text = body->if_contains("text");
  const auto content =
      text && text->is_object() ? json_string(text->get_object(), "content") : std::string{};
  if (content.empty()) return error(44004);
  if (content.size() > 2048) return error(45002);
  if (!follower.follows) return error(45015);
  if (const auto fault = spend(follower, now)) return error(*fault);
  seen.push_back({user, content, {}, "customer-service"});
  return error(0);
}

net::HttpResponse PlayedApi::template_message(const net::HttpRequest& request, Instant now,
                                              std::vector<Seen>& seen) {
  const auto body = parse_json_object(request.body);
  if (!body) return error(47001);
  const auto user = json_string(*body, "touser");
  if (!is_openid(user)) return error(40003);
  auto& follower = followers_[user];
  if (template_id_.empty() || json_string(*body, "template_id") != template_id_)
    return error(40037);
  const auto* data = body->if_contains("data");
  if (!data || !data->is_object()) return error(47003);
  std::string shown;
  for (const auto& entry : data->get_object()) {
    const std::string key{entry.key()};
    const auto value =
        entry.value().is_object() ? json_string(entry.value().get_object(), "value") : "";
    if (!fits_type(key, value)) return error(47003);
    shown += (shown.empty() ? "" : "\n") + key + "：" + value;
  }
  if (request.path() == kSubscription) {  // everybody agreed for good; the answer has no msgid
    if (body->contains("client_msg_id") || body->contains("url")) return error(47001);
    if (const auto page = json_string(*body, "page"); !page.empty()) shown += "\n" + page;
    seen.push_back({user, shown, {}, "subscription"});
    return error(0);
  }
  if (!follower.follows) return error(43004);

  const auto id = std::to_string(++next_message_id_);
  const auto client_id = json_string(*body, "client_msg_id");
  auto& sent = follower.client_ids;
  const bool is_repeat =
      !client_id.empty() && sent.contains(client_id) && now - sent[client_id] < 10min;
  if (!is_repeat) {
    if (!client_id.empty()) sent[client_id] = now;
    follower.last_template_message = id;
    if (const auto url = json_string(*body, "url"); !url.empty()) shown += "\n" + url;
    seen.push_back({user, shown, {}, "template"});
  }
  json::object response;
  response["errcode"] = 0;
  response["errmsg"] = "ok";
  response["msgid"] = next_message_id_;
  return answer(response);
}

}  // namespace huiyin::wechat
