#include "handlers/line/inbound.h"

#include <algorithm>
#include <array>

#include "handlers/base64.h"
#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/webhook.h"

namespace huiyin::line {
namespace {

namespace json = boost::json;

// ---- message types
// -------------------------------------------------------------------------------

bool read_text(const json::object& said, Message& message) {
  message.text = json_string(said, "text");
  return said.contains("text");
}

template <MessageKind kind>
bool read_media(const json::object& said, Message& message) {
  message.kind = kind;
  message.media_id = json_string(said, "id");
  return !message.media_id.empty();
}

bool read_location(const json::object& said, Message& message) {
  const auto latitude = json_number(said, "latitude");
  const auto longitude = json_number(said, "longitude");
  const auto inside = [](double degrees, double most) {
    return degrees >= -most && degrees <= most;
  };
  if (!latitude || !longitude || !inside(*latitude, 90) || !inside(*longitude, 180)) return false;
  message.kind = MessageKind::position;
  message.position = Position{*latitude, *longitude, json_string(said, "title")};
  auto& label = message.position->label;
  if (const auto address = json_string(said, "address"); !address.empty())
    label.append(label.empty() ? "" : " ").append(address);
  return true;
}

bool read_unreadable(const json::object&, Message& message) {
  message.kind = MessageKind::file;
  return true;
}

struct ContentReader {
  std::string_view type;
  bool (*read)(const json::object&, Message&);
};
constexpr auto kContents = std::to_array<ContentReader>({
    {"text", read_text},
    {"image", read_media<MessageKind::image>},
    {"audio", read_media<MessageKind::voice>},
    {"video", read_media<MessageKind::video>},
    {"location", read_location},
    {"sticker", read_unreadable},
    {"file", read_unreadable},
});

// ---- events
// --------------------------------------------------------------------------------------

enum class Result { said, nothing, senseless };

Result read_message(const json::object& event, Message& message) {
  const auto& said = json_child(event, "message");
  const auto type = json_string(said, "type");
  const auto reader = std::ranges::find(kContents, type, &ContentReader::type);
  const auto read = reader == kContents.end() ? read_unreadable : reader->read;
  return !type.empty() && read(said, message) ? Result::said : Result::senseless;
}

Result read_postback(const json::object& event, Message& message) {
  message.text = json_string(json_child(event, "postback"), "data");
  return message.text.empty() ? Result::senseless : Result::said;
}

Result read_follow(const json::object&, Message& message) {
  message.kind = MessageKind::follow;
  return Result::said;
}

Result read_unfollow(const json::object&, Message& message) {
  message.kind = MessageKind::unfollow;
  return Result::said;
}

struct EventReader {
  std::string_view type;
  Result (*read)(const json::object&, Message&);
};
constexpr auto kEvents = std::to_array<EventReader>({
    {"message", read_message},
    {"postback", read_postback},
    {"follow", read_follow},
    {"unfollow", read_unfollow},
});

Instant time_of(const json::object& event) {
  constexpr std::int64_t kLast = 253'402'300'799'000;  // of the year 9999
  const auto milliseconds = json_integer(event, "timestamp").value_or(0);
  if (milliseconds <= 0 || milliseconds > kLast) return {};
  return Instant{std::chrono::milliseconds{milliseconds}};
}

// In groups and rooms an answer would show strangers what was reported; while another module
// answers ("standby"), we do not.
bool is_for_us(const json::object& event) {
  return json_string(json_child(event, "source"), "type") == "user" &&
         json_string(event, "mode") != "standby";
}

Result read_event(const json::object& event, Instant now, Message& message) {
  const auto reader = std::ranges::find(kEvents, json_string(event, "type"), &EventReader::type);
  if (reader == kEvents.end() || !is_for_us(event)) return Result::nothing;
  message.sender = json_string(json_child(event, "source"), "userId");
  if (message.sender.empty() || message.sender.size() > kMaxUserId) return Result::senseless;
  message.sent_at = time_of(event);
  const auto id = json_string(event, "webhookEventId");
  message.dedupe_key = id.empty() ? dedupe_key({"body", sha256_hex({json::serialize(event)})})
                                  : dedupe_key({"event", id});
  // The time is the event's also in a redelivery, so an old token is not tried.
  if (auto token = json_string(event, "replyToken"); !token.empty()) {
    message.reply_address = std::move(token);
    message.reply_until = std::min(message.sent_at, now) + kReplyLife;
  }
  return reader->read(event, message);
}

}  // namespace

Decoded read_webhook(const Account& account, const net::HttpRequest& request, Instant now) {
  if (request.method != "POST") return kBadMethod;
  const auto expected = encode_base64(hmac_sha256(account.channel_secret, {request.body}));
  if (!equal_constant_time(expected, single_header(request, "X-Line-Signature"))) return kForged;
  if (!has_json_type(request)) return kBadContentType;

  const auto body = parse_json_object(request.body);
  if (!body) return Senseless{"no JSON object, nested too deep, or not UTF-8", request.body};
  const auto* events = json_array(*body, "events");
  if (!events) return Senseless{"events is missing", request.body};
  std::vector<Message> messages;
  bool broken = false;
  for (const auto& event : *events) {
    Message message;
    message.channel = account.channel;
    message.recipient = json_string(*body, "destination");
    const auto result =
        event.is_object() ? read_event(event.get_object(), now, message) : Result::senseless;
    if (result == Result::said) {
      message.raw = json::serialize(event);  // not what others said beside it
      messages.push_back(std::move(message));
    }
    broken = broken || result == Result::senseless;
  }
  // Good events are not held back for the sake of a broken one beside them.
  if (broken && messages.empty())
    return Senseless{"event lacks what makes it one of its kind", request.body};
  return messages;
}

}  // namespace huiyin::line
