#include "handlers/dingtalk/inbound.h"

#include <algorithm>
#include <array>

#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/webhook.h"

namespace huiyin::dingtalk {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using Messages = std::vector<Message>;

constexpr auto kWebhookLife = 5400s;      // the longest that was seen
constexpr std::size_t kMaxPictures = 10;  // of one richText that are kept
constexpr std::size_t kMaxLeavers = 100;

struct Part {
  MessageKind kind = MessageKind::text;
  std::string text{}, media_id{}, media_format{};
};

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
}

// ---- robot messages, page "消息发送与接收类型"
// ---------------------------------------------------------

std::vector<Part> read_text(const json::object& body) {
  const auto* text = json_object(body, "text");
  if (!text) return {};
  return {{.text = trimmed(json_string(*text, "content"))}};  // in groups a blank stands in front
}

std::vector<Part> read_media(MessageKind kind, const json::object& body, std::string text = {},
                             std::string format = {}) {
  auto code = json_string(json_child(body, "content"), "downloadCode");
  if (code.empty()) return {};
  return {{kind, std::move(text), std::move(code), std::move(format)}};
}

std::vector<Part> read_picture(const json::object& body) {
  return read_media(MessageKind::image, body);
}
std::vector<Part> read_audio(const json::object& body) {
  return read_media(MessageKind::voice, body,
                    json_string(json_child(body, "content"), "recognition"));
}
std::vector<Part> read_video(const json::object& body) {
  const auto& content = json_child(body, "content");
  if (content.contains("fileName")) return read_media(MessageKind::file, body);  // a file, really
  return read_media(MessageKind::video, body, {}, json_string(content, "videoType"));
}
std::vector<Part> read_file(const json::object& body) {
  return read_media(MessageKind::file, body, json_string(json_child(body, "content"), "fileName"));
}

// Words and pictures mixed: the words first, then each picture.
std::vector<Part> read_rich_text(const json::object& body) {
  const auto* items = json_array(json_child(body, "content"), "richText");
  if (!items) return {};
  std::string text;
  std::vector<Part> pictures;
  for (const auto& value : *items) {
    const auto* item = value.if_object();
    if (!item) continue;
    text += json_string(*item, "text");
    auto code = json_string(*item, "downloadCode");
    if (!code.empty() && pictures.size() < kMaxPictures)
      pictures.push_back({MessageKind::image, {}, std::move(code)});
  }
  text = trimmed(text);
  std::vector<Part> parts;
  if (!text.empty() || pictures.empty()) parts.push_back({.text = std::move(text)});
  parts.insert(parts.end(), pictures.begin(), pictures.end());
  return parts;
}

struct Reader {
  std::string_view type;
  std::vector<Part> (*read)(const json::object&);
};
constexpr auto kReaders = std::to_array<Reader>({
    {"text", read_text},
    {"richText", read_rich_text},
    {"picture", read_picture},
    {"audio", read_audio},
    {"video", read_video},
    {"file", read_file},
});

// Without a staff id (robot not published, outsiders in a group) nobody can be written to later;
// such a person is still one and the same.
std::string sender_of(const json::object& body) {
  if (auto id = json_string(body, "senderStaffId"); !id.empty()) return id;
  if (auto id = json_string(body, "senderUnionId"); !id.empty()) return "union:" + id;
  const auto id = json_string(body, "senderId");
  return id.empty() ? id : "sender:" + id;
}

bool is_ours(const Account& account, const json::object& body) {
  const auto robot = json_string(body, "robotCode");
  if (!robot.empty() && robot != account.robot_code) return false;
  const auto corp = json_string(body, "chatbotCorpId");
  return account.corp_id.empty() || corp.empty() || corp == account.corp_id;
}

// A group would read what concerns one person alone; but who has no staff id hears there or never.
void set_reply_address(const Account& account, const json::object& body, Instant now,
                       Message& message) {
  const bool is_private = json_text(body, "conversationType") != "2";
  if (!is_private && !json_string(body, "senderStaffId").empty()) return;
  auto url = json_string(body, "sessionWebhook");
  const auto until = std::min(instant_of_milliseconds(json_text(body, "sessionWebhookExpiredTime")),
                              now + kWebhookLife);
  if (until <= now || !is_session_webhook(account, url)) return;
  message.reply_address = std::move(url);
  message.reply_until = until;
}

// ---- cards and events
// ----------------------------------------------------------------------------

// Page "事件回调-卡片": the content is JSON inside a string.
Decoded read_card_action(const Account& account, Authentic authentic, Instant now) {
  const auto body = parse_json_object(authentic.body);
  if (!body) return Senseless{"broken JSON", std::move(authentic.body)};
  const auto corp = json_string(*body, "corpId");
  if (!account.corp_id.empty() && !corp.empty() && corp != account.corp_id) return kForged;
  const auto content = parse_json_object(json_string(*body, "content"));
  if (!content) return Senseless{"card action without content", std::move(authentic.body)};

  Message message;
  message.channel = account.channel;
  message.recipient = account.robot_code;
  message.sender = json_string(*body, "userId");
  message.card = json_string(*body, "outTrackId");
  message.text =
      json_string(json_child(json_child(*content, "cardPrivateData"), "params"), "command");
  message.sent_at = std::min(instant_of_milliseconds(authentic.timestamp), now);
  if (message.sender.empty() || message.sender.size() > kMaxUserId || message.text.empty())
    return Senseless{"card action without userId or command", std::move(authentic.body)};
  // It has no id of its own: the signed millisecond tells two presses apart.
  message.dedupe_key = dedupe_key(
      {"card", authentic.timestamp, message.sender, message.card, sha256_hex({message.text})});
  message.nonce = std::move(authentic.nonce);
  message.raw = std::move(authentic.body);
  return Messages{std::move(message)};
}

// Whoever left the organisation cannot be reached any more. Other events (check_url among them)
// are answered and mean nothing to us.
Decoded read_event(const Account& account, Authentic authentic) {
  const auto body = parse_json_object(authentic.body);
  if (!body) return Senseless{"broken JSON", std::move(authentic.body)};
  Messages messages;
  const auto type = json_string(*body, "EventType");
  const auto* leavers = json_array(*body, "UserId");
  if (type != "user_leave_org" || !leavers) return messages;
  const auto at = json_text(*body, "TimeStamp");
  for (const auto& value : *leavers) {
    const auto* id = value.if_string();
    if (!id || id->empty() || id->size() > kMaxUserId || messages.size() == kMaxLeavers) continue;
    Message message;
    message.channel = account.channel;
    message.recipient = account.robot_code;
    message.sender = std::string{id->data(), id->size()};
    message.kind = MessageKind::unfollow;
    message.sent_at = instant_of_milliseconds(at);
    message.dedupe_key = dedupe_key({"event", type, at, message.sender});
    message.raw = authentic.body;
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace

Decoded read_robot_message(const Account& account, Authentic authentic, Instant now) {
  const auto body = parse_json_object(authentic.body);
  if (!body) return Senseless{"broken JSON", std::move(authentic.body)};
  if (!is_ours(account, *body)) return kForged;

  Message common;
  common.channel = account.channel;
  common.recipient = account.robot_code;
  common.sender = sender_of(*body);
  common.sent_at = instant_of_milliseconds(json_text(*body, "createAt"));
  common.nonce = authentic.nonce;
  common.raw = authentic.body;
  if (common.sender.empty() || common.sender.size() > kMaxUserId)
    return Senseless{"the sender is missing or too long", std::move(authentic.body)};
  set_reply_address(account, *body, now, common);

  const auto type = json_string(*body, "msgtype");
  const auto reader = std::ranges::find(kReaders, type, &Reader::type);
  const auto parts = reader == kReaders.end() ? std::vector<Part>{{.kind = MessageKind::file}}
                                              : reader->read(*body);
  if (parts.empty()) {
    const bool is_withheld = !json_string(*body, "errorMessage").empty();
    return Senseless{is_withheld
                         ? "the platform withheld the content: quota used up (20001)"
                         : "message " + std::string{reader->type} + " lacks what makes it one",
                     std::move(authentic.body)};
  }
  const auto id = json_string(*body, "msgId");
  const auto name = id.empty() ? sha256_hex({authentic.body}) : id;
  Messages messages;
  for (const auto& part : parts) {
    auto message = common;
    message.kind = part.kind;
    message.text = part.text;
    message.media_id = part.media_id;
    message.media_format = part.media_format;
    message.dedupe_key = messages.empty()
                             ? dedupe_key({"message", name})
                             : dedupe_key({"message", name, std::to_string(messages.size())});
    messages.push_back(std::move(message));
  }
  return messages;
}

Decoded read_request(const Account& account, Authentic authentic, Instant now) {
  switch (authentic.source) {
    case Source::card:
      return read_card_action(account, std::move(authentic), now);
    case Source::event:
      return read_event(account, std::move(authentic));
    case Source::robot:
      break;
  }
  return read_robot_message(account, std::move(authentic), now);
}

}  // namespace huiyin::dingtalk
