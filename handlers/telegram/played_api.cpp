#include "handlers/telegram/played_api.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <stdexcept>
#include <string_view>

#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/json.h"
#include "handlers/played_faults.h"
#include "handlers/played_media.h"
#include "handlers/utf8.h"

namespace huiyin::telegram {
namespace {

namespace json = boost::json;

constexpr double kBurst = 20;
constexpr FaultCodes kFaultCodes{"429:1", "401"};

net::HttpResponse answer(int status, const json::object& body) {
  return net::HttpResponse::text(status, json::serialize(body), "application/json");
}

net::HttpResponse error(int code, const std::string& description, int wait = 0) {
  json::object body;
  body["ok"] = false;
  body["error_code"] = code;
  body["description"] = description;
  if (wait > 0) {
    json::object parameters;
    parameters["retry_after"] = wait;
    body["parameters"] = std::move(parameters);
  }
  auto response = answer(code, body);
  if (wait > 0) response.headers.emplace_back("Retry-After", std::to_string(wait));
  return response;
}

net::HttpResponse bad_request(const std::string& why) { return error(400, "Bad Request: " + why); }
net::HttpResponse flooded(int wait) {
  return error(429, "Too Many Requests: retry after " + std::to_string(wait), wait);
}

net::HttpResponse done(std::int64_t chat, std::int64_t message, Instant now) {
  json::object where;
  where["id"] = chat;
  where["type"] = "private";
  json::object result;
  result["message_id"] = message;
  result["date"] = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  result["chat"] = std::move(where);
  json::object body;
  body["ok"] = true;
  body["result"] = std::move(result);
  return answer(200, body);
}

Seen seen_of(std::int64_t chat, const std::string& text, const std::vector<Button>& buttons,
             std::string via) {
  Seen seen{std::to_string(chat), text, {}, std::move(via)};
  for (const auto& button : buttons) {
    seen.text += (seen.buttons.empty() ? "\n[" : " [") + button.label + "]";
    seen.buttons.push_back(button.command);
  }
  return seen;
}

net::HttpResponse played_fault(const std::string& fault) {
  const auto colon = fault.find(':');
  const int code = std::stoi(fault.substr(0, colon));
  switch (code) {
    case 429:
      return flooded(colon == std::string::npos ? 1 : std::stoi(fault.substr(colon + 1)));
    case 401:
      return error(401, "Unauthorized");
    case 403:
      return error(403, "Forbidden: bot was blocked by the user");
    case 400:
      return bad_request("chat not found");
    default:
      return net::HttpResponse::text(code, "<html>played fault</html>\n", "text/html");
  }
}

std::string path_of(const std::string& file_id) {
  return "files/file_" + sha256_hex({file_id}).substr(0, 16);
}

}  // namespace

void PlayedApi::blocked(std::int64_t user, bool blocks) { chats_[user].blocked = blocks; }

std::int64_t PlayedApi::message_with(std::int64_t chat, const std::string& data) const {
  const auto found = chats_.find(chat);
  if (found == chats_.end()) return 0;
  const auto& messages = found->second.messages;
  for (auto message = messages.rbegin(); message != messages.rend(); ++message)
    if (std::ranges::find(message->second.buttons, data, &Button::command) !=
        message->second.buttons.end())
      return message->first;
  return 0;
}

void PlayedApi::inject(const std::string& name, int times) {
  const auto fault = kFaultCodes.of(name);
  const auto colon = std::min(fault.find(':'), fault.size());
  const auto code = std::string_view{fault}.substr(0, colon);
  const auto wait = std::string_view{fault}.substr(std::min(colon + 1, fault.size()));
  const bool is_status = is_digits(code) && code.size() == 3 && (code[0] == '4' || code[0] == '5');
  if (!is_shared_fault(fault) && fault != "drop" &&
      (!is_status || (colon != fault.size() && (!is_digits(wait) || wait.size() > 5))))
    throw std::invalid_argument(
        "a Telegram fault is \"429\", \"429:SECONDS\", a status or \"drop\"");
  for (; times > 0; --times) faults_.push_back(fault);
}

net::HttpResponse PlayedApi::serve(const net::HttpRequest& request, Instant now,
                                   std::vector<Seen>& seen) {
  auto path = request.path();
  const bool is_file = path.starts_with("/file/bot");
  if (is_file) path.remove_prefix(std::string_view{"/file"}.size());
  const auto prefix = "/bot" + token_ + "/";
  if (!path.starts_with("/bot") || path.find(':') == std::string_view::npos)
    return error(404, "Not Found");
  if (!path.starts_with(prefix)) return error(401, "Unauthorized");
  std::string fault;
  if (!faults_.empty()) {
    fault = std::move(faults_.front());
    faults_.pop_front();
  }
  if (auto silence = played_silence(fault)) return *silence;
  if (!fault.empty() && fault != "drop") return played_fault(fault);

  const auto rest = path.substr(prefix.size());
  auto response = is_file ? file(rest) : method_call(rest, request.body, now, seen);
  if (fault == "drop") response.status = 0;
  return response;
}

net::HttpResponse PlayedApi::method_call(std::string_view method, const std::string& text,
                                         Instant now, std::vector<Seen>& seen) {
  const auto body = parse_json_object(text);
  if (!body) return bad_request("can't parse JSON object");
  return net::equal_ignoring_case(method, "getFile") ? get_file(*body)
                                                     : call(method, *body, now, seen);
}

// The path names the file by what the server stored it as, not by its id; here hexadecimal.
net::HttpResponse PlayedApi::get_file(const json::object& body) const {
  const auto id = json_string(body, "file_id");
  if (!files_.contains(id))
    return bad_request("wrong file_id or the file is temporarily unavailable");
  json::object result;
  result["file_id"] = id;
  result["file_unique_id"] = "AQADplayed";
  result["file_path"] = path_of(id);
  json::object reply;
  reply["ok"] = true;
  reply["result"] = std::move(result);
  return answer(200, reply);
}

net::HttpResponse PlayedApi::file(std::string_view path) const {
  for (const auto& [id, kind] : files_)
    if (path_of(id) == path) return played_file(kind, id);
  return error(404, "Not Found");
}

net::HttpResponse PlayedApi::call(std::string_view method, const json::object& body, Instant now,
                                  std::vector<Seen>& seen) {
  const bool edits = net::equal_ignoring_case(method, "editMessageText");
  if (!edits && !net::equal_ignoring_case(method, "sendMessage")) return error(404, "Not Found");
  const auto id = json_integer(body, "chat_id").value_or(0);
  if (id <= 0) return bad_request("chat not found");
  auto& chat = chats_[id];
  Shown shown;
  if (auto fault = read_shown(body, shown)) return bad_request(*fault);
  if (chat.blocked) return error(403, "Forbidden: bot was blocked by the user");
  if (const auto wait = flood(chat, now)) return flooded(*wait);
  return edits ? edit(chat, id, std::move(shown), body, now, seen)
               : send(chat, id, std::move(shown), now, seen);
}

std::optional<int> PlayedApi::flood(Chat& chat, Instant now) {
  const double passed = std::chrono::duration<double>(now - chat.refilled).count();
  chat.tokens = std::min(kBurst, chat.tokens + std::max(passed, 0.0));
  chat.refilled = now;
  if (chat.tokens < 1) return static_cast<int>(std::ceil(1 - chat.tokens));
  chat.tokens -= 1;
  return std::nullopt;
}

std::optional<std::string> PlayedApi::read_shown(const json::object& body, Shown& shown) {
  shown.text = json_string(body, "text");
  if (shown.text.empty()) return "message text is empty";
  if (count_utf16(shown.text) > 4096) return "message is too long";
  if (!json_string(body, "parse_mode").empty()) return "can't parse entities: played as plain text";
  const auto* markup = json_object(body, "reply_markup");
  const auto* rows = markup ? json_array(*markup, "inline_keyboard") : nullptr;
  if (markup && !rows) return "object expected as reply markup";
  if (!rows) return std::nullopt;
  for (const auto& row : *rows) {
    if (!row.is_array()) return "can't parse inline keyboard button";
    for (const auto& entry : row.get_array()) {
      if (!entry.is_object()) return "can't parse inline keyboard button";
      Button button{json_string(entry.get_object(), "text"),
                    json_string(entry.get_object(), "callback_data")};
      if (button.label.empty()) return "text buttons are allowed in reply keyboards only";
      if (button.command.empty() || button.command.size() > 64) return "BUTTON_DATA_INVALID";
      shown.buttons.push_back(std::move(button));
    }
  }
  if (shown.buttons.size() > 100) return "reply markup is too long";
  return std::nullopt;
}

net::HttpResponse PlayedApi::send(Chat& chat, std::int64_t id, Shown shown, Instant now,
                                  std::vector<Seen>& seen) {
  const auto message = ++chat.last_message;
  seen.push_back(seen_of(id, shown.text, shown.buttons, "message"));
  chat.messages[message] = std::move(shown);
  return done(id, message, now);
}

net::HttpResponse PlayedApi::edit(Chat& chat, std::int64_t id, Shown shown,
                                  const json::object& body, Instant now, std::vector<Seen>& seen) {
  const auto message = json_integer(body, "message_id").value_or(0);
  const auto found = chat.messages.find(message);
  if (found == chat.messages.end()) return bad_request("message to edit not found");
  if (found->second == shown)
    return bad_request(
        "message is not modified: specified new message content and reply markup are exactly the "
        "same as a current content and reply markup of the message");
  seen.push_back(seen_of(id, shown.text, shown.buttons, "edit"));
  found->second = std::move(shown);
  return done(id, message, now);
}

}  // namespace huiyin::telegram
