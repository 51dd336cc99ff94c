#include "handlers/wecom/robot_inbound.h"

#include <algorithm>

#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"

namespace huiyin::wecom {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxUserId = 128;
constexpr std::size_t kMaxCommand = 1024;

// In groups the robot hears what mentions it: "@回音 路灯坏了".
std::string without_mention(std::string text) {
  if (!text.starts_with('@')) return text;
  constexpr std::string_view thin_space = "\u2005";
  const auto blank = text.find(' ');
  const auto thin = text.find(thin_space);
  if (thin < blank) return text.substr(thin + thin_space.size());
  return blank == std::string::npos ? std::string{} : text.substr(blank + 1);
}

std::string content_of(const json::object& object, std::string_view type, bool in_group) {
  auto text = json_string(json_child(object, type), "content");
  return in_group ? without_mention(std::move(text)) : text;
}

// Files behind the url are encrypted with the EncodingAESKey and gone after five minutes.
void read_file(const json::object& file, Message& message) {
  message.media_url = json_string(file, "url");
  message.media_format = "aes";
}

// Words and pictures in one; the first picture is kept, the others stand in the raw body.
void read_mixed(const json::object& mixed, bool in_group, Message& message) {
  message.kind = MessageKind::text;
  const auto* items = mixed.if_contains("msg_item");
  if (!items || !items->is_array()) return;
  for (const auto& value : items->get_array()) {
    const auto* item = value.if_object();
    if (!item) continue;
    const auto type = json_string(*item, "msgtype");
    if (type == "text") {
      if (!message.text.empty()) message.text += '\n';
      message.text += content_of(*item, "text", in_group && message.text.empty());
    } else if (type == "image" && message.media_url.empty()) {
      read_file(json_child(*item, "image"), message);
      message.kind = MessageKind::image;
    }
  }
}

bool is_group(const json::object& body) { return json_string(body, "chattype") == "group"; }

// False when it makes no sense.
bool read_message(const json::object& body, const std::string& type, Message& message) {
  const bool in_group = is_group(body);
  if (type == "text") {
    message.kind = MessageKind::text;
    message.text = content_of(body, "text", in_group);
    return true;
  }
  if (type == "voice") {  // arrives as its transcript
    message.kind = MessageKind::voice;
    message.text = content_of(body, "voice", in_group);
    return !message.text.empty();
  }
  if (type == "image" || type == "video") {
    message.kind = type == "image" ? MessageKind::image : MessageKind::video;
    read_file(json_child(body, type), message);
    return !message.media_url.empty();
  }
  if (type == "mixed") {
    read_mixed(json_child(body, "mixed"), in_group, message);
    return !message.text.empty() || !message.media_url.empty();
  }
  message.kind = MessageKind::file;
  if (type == "file") read_file(json_child(body, "file"), message);
  return true;
}

bool read_event(const json::object& event, Message& message) {
  const auto type = json_string(event, "eventtype");
  message.kind = MessageKind::other;
  if (type == "enter_chat") {
    message.kind = MessageKind::follow;
  } else if (type == "template_card_event") {
    // Some versions put the fields directly under `event`.
    const auto& nested = json_child(event, "template_card_event");
    const auto& click = nested.empty() ? event : nested;
    message.kind = MessageKind::text;
    message.text = json_string(click, "event_key");
    message.card = json_string(click, "task_id");
    return !message.card.empty() && !message.text.empty() && message.text.size() <= kMaxCommand;
  }
  return true;
}

// Only to the platform: an address in a message is never a reason to call somebody else. That of a
// group leads to the group.
void read_reply_address(const Robot& robot, const json::object& body, Instant now,
                        Message& message) {
  auto url = json_string(body, "response_url");
  if (!url.starts_with(robot.api_base + "/") || is_group(body)) return;
  const auto from = message.sent_at == Instant{} ? now : message.sent_at;
  message.reply_address = std::move(url);
  message.reply_until = from + kResponseUrlLife;
  message.window = {message.reply_until, 1};
}

}  // namespace

bool is_from_group(const Message& message) {
  const auto body = parse_json_object(message.raw);
  return body && is_group(*body);
}

Decoded read_callback(const Robot& robot, std::string raw, Instant now) {
  const auto body = parse_json_object(raw);
  if (!body) return Senseless{"no JSON object", std::move(raw)};
  const auto type = json_string(*body, "msgtype");
  // Asks how an unfinished stream goes on. Ours are finished at once.
  if (type == "stream") return std::vector<Message>{};

  Message message;
  message.channel = robot.channel;
  message.sender = json_string(json_child(*body, "from"), "userid");
  message.recipient = json_string(*body, "aibotid");
  if (message.sender.empty() || type.empty())
    return Senseless{"from.userid or msgtype is missing", std::move(raw)};
  if (message.sender.size() > kMaxUserId || message.recipient.size() > kMaxUserId)
    return Senseless{"from.userid or aibotid is too long", std::move(raw)};
  if (const auto created = json_integer(*body, "create_time");
      created && *created > 0 && *created < 100'000'000'000)
    message.sent_at = std::min(Instant{std::chrono::seconds{*created}}, now);

  const bool sensible = type == "event" ? read_event(json_child(*body, "event"), message)
                                        : read_message(*body, type, message);
  if (!sensible) return Senseless{"message lacks what makes it one", std::move(raw)};
  read_reply_address(robot, *body, now, message);

  const auto id = json_string(*body, "msgid");
  message.dedupe_key = id.empty() ? dedupe_key({"body", sha256_hex({raw})})
                                  : dedupe_key({type == "event" ? "event" : "message", id});
  message.raw = std::move(raw);
  return std::vector<Message>{std::move(message)};
}

}  // namespace huiyin::wecom
