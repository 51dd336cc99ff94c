#include "handlers/slack/inbound.h"

#include <charconv>

#include "handlers/config_keys.h"
#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/slack/markup.h"
#include "handlers/slack/slack.h"
#include "handlers/utf8.h"
#include "handlers/webhook.h"

namespace huiyin::slack {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxTimestamp = 11;

// "1795423426.000200" or "1795423426"
Instant time_of(std::string_view text) {
  text = text.substr(0, text.find('.'));
  std::int64_t seconds = 0;
  if (!is_digits(text) || text.size() > kMaxTimestamp) return {};
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return Instant{std::chrono::seconds{seconds}};
}

std::optional<Refused> door(const Account& account, const net::HttpRequest& request, Instant now) {
  if (request.method != "POST") return kBadMethod;
  const auto timestamp = single_header(request, "X-Slack-Request-Timestamp");
  const auto expected =
      "v0=" + hmac_sha256_hex(account.signing_secret, {"v0:", timestamp, ":", request.body});
  if (!is_digits(timestamp) || timestamp.size() > kMaxTimestamp ||
      !equal_constant_time(expected, single_header(request, "X-Slack-Signature")))
    return kForged;
  const auto sent = time_of(timestamp);
  if (now - sent > kClockWindow || sent - now > kClockWindow) return kReplayed;
  return std::nullopt;
}

bool is_user(const std::string& id) { return !id.empty() && id.size() <= kMaxUserId; }

bool is_form(const net::HttpRequest& request) {
  auto type = single_header(request, "Content-Type");
  type = type.substr(0, type.find(';'));
  return net::equal_ignoring_case(type, "application/x-www-form-urlencoded") &&
         net::find_header(request.headers, "Content-Encoding").empty();
}

// ---- messages
// ------------------------------------------------------------------------------------

MessageKind kind_of(const json::object& file) {
  const auto type = json_string(file, "mimetype");
  if (type.starts_with("image/")) return MessageKind::image;
  if (type.starts_with("audio/")) return MessageKind::voice;
  if (type.starts_with("video/")) return MessageKind::video;
  return MessageKind::file;
}

// Each file is a message of its own; the words go with the first. Files that are neither picture
// nor sound are not read, the words beside them are.
std::vector<Message> split_files(const Message& common, const json::array& files,
                                 const std::string& event_id) {
  std::vector<Message> messages;
  for (const auto& entry : files) {
    const auto* file = entry.if_object();
    if (!file || kind_of(*file) == MessageKind::file) continue;
    Message message = common;
    if (!messages.empty()) message.text.clear();
    message.kind = kind_of(*file);
    message.media_id = json_string(*file, "id");
    message.media_url = json_string(*file, "url_private");
    message.media_format = json_string(*file, "filetype");
    message.dedupe_key = dedupe_key({"event", event_id, message.media_id});
    messages.push_back(std::move(message));
  }
  if (!messages.empty()) return messages;
  Message message = common;
  if (message.text.empty()) message.kind = MessageKind::file;
  return {std::move(message)};
}

// Our own posts and other bots' carry bot_id; edits and the like carry a subtype. In channels an
// answer would show others what was reported.
bool is_said_to_us(const json::object& event) {
  const auto subtype = json_string(event, "subtype");
  return json_string(event, "type") == "message" && json_string(event, "channel_type") == "im" &&
         !event.contains("bot_id") && (subtype.empty() || subtype == "file_share");
}

Decoded read_event(const json::object& body, Message message) {
  const auto& event = json_child(body, "event");
  if (!is_said_to_us(event)) return std::vector<Message>{};
  const auto id = json_string(body, "event_id");
  message.sender = json_string(event, "user");
  message.recipient = json_string(event, "channel");
  if (!is_user(message.sender) || id.empty())
    return Senseless{"message without user or event_id", message.raw};
  message.text = unescape(json_string(event, "text"));
  message.sent_at = time_of(json_string(event, "ts"));
  message.dedupe_key = dedupe_key({"event", id});
  if (const auto* files = json_array(event, "files")) return split_files(message, *files, id);
  return std::vector<Message>{std::move(message)};
}

Decoded read_json(const Account& account, const std::string& raw) {
  const auto body = parse_json_object(raw);
  if (!body) return Senseless{"no JSON object, nested too deep, or not UTF-8", raw};
  const auto type = json_string(*body, "type");
  if (type == "url_verification") {
    Handshake handshake{
        net::HttpResponse::text(200, json_string(*body, "challenge"), "text/plain")};
    handshake.response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    return handshake;
  }
  if (type.empty()) return Senseless{"type is missing", raw};
  if (type != "event_callback") return std::vector<Message>{};  // app_rate_limited, what may come
  Message message;
  message.channel = account.channel;
  message.raw = raw;
  return read_event(*body, std::move(message));
}

// ---- forms
// ---------------------------------------------------------------------------------------

// "channel:ts", as interpret() returns it for a sent card.
std::string card_of(const json::object& payload) {
  const auto& container = json_child(payload, "container");
  const auto channel = json_string(container, "channel_id");
  const auto ts = json_string(container, "message_ts");
  return channel.empty() || ts.empty() ? std::string{} : channel + ":" + ts;
}

Decoded read_pressed(const json::object& payload, Message message) {
  if (json_string(payload, "type") != "block_actions") return std::vector<Message>{};
  message.sender = json_string(json_child(payload, "user"), "id");
  message.recipient = json_string(json_child(payload, "channel"), "id");
  message.card = card_of(payload);
  const auto* actions = json_array(payload, "actions");
  const auto* action = actions && !actions->empty() ? actions->front().if_object() : nullptr;
  if (!is_user(message.sender) || !action)
    return Senseless{"button without a person or an action", message.raw};
  message.text = json_string(*action, "value");
  if (message.text.empty()) return std::vector<Message>{};  // a link was opened
  const auto at = json_string(*action, "action_ts");
  message.sent_at = time_of(at);
  message.dedupe_key = dedupe_key({"action", message.sender, message.card, at, message.text});
  return std::vector<Message>{std::move(message)};
}

// "/huiyin 进度" says "进度"; without words it asks for help.
Decoded read_command(const std::string& form, Message message, Instant now) {
  message.sender = net::query_parameter(form, "user_id");
  message.recipient = net::query_parameter(form, "channel_id");
  const auto trigger = net::query_parameter(form, "trigger_id");
  if (!is_user(message.sender) || trigger.empty() || net::query_parameter(form, "command").empty())
    return Senseless{"form that is neither a button nor a command", message.raw};
  message.kind = MessageKind::menu;
  message.text = net::query_parameter(form, "text");
  for (const auto* text : {&message.raw, &message.sender, &message.recipient, &message.text})
    if (!is_utf8(*text)) return Senseless{"command that is not UTF-8", message.raw};
  if (message.text.empty()) message.text = "帮助";
  message.sent_at = now;
  message.dedupe_key = dedupe_key({"command", message.sender, trigger});
  return std::vector<Message>{std::move(message)};
}

Decoded read_form(const Account& account, const std::string& form, Instant now) {
  Message message;
  message.channel = account.channel;
  const auto text = net::query_parameter(form, "payload");
  message.raw = text.empty() ? form : text;
  if (text.empty()) return read_command(form, std::move(message), now);
  const auto payload = parse_json_object(text);
  if (!payload) return Senseless{"payload is no JSON object", text};
  return read_pressed(*payload, std::move(message));
}

}  // namespace

Decoded read_webhook(const Account& account, const net::HttpRequest& request, Instant now) {
  if (const auto refused = door(account, request, now)) return *refused;
  if (is_form(request)) return read_form(account, request.body, now);
  if (!has_json_type(request)) return kBadContentType;
  return read_json(account, request.body);
}

}  // namespace huiyin::slack
