#include <algorithm>
#include <cmath>

#include "handlers/config_keys.h"
#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/wecom/api.h"
#include "handlers/wecom/kf.h"
#include "handlers/xml.h"

namespace huiyin::wecom::kf {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr auto kWindow = 48h;
constexpr int kWindowMessages = 5;
constexpr auto kWelcome = 20s;
constexpr std::string_view kOldHint = "95007";
constexpr std::size_t kMaxUserId = 128;

enum Origin { from_customer = 3, from_system = 4, from_servicer = 5 };

struct Cause {
  std::int64_t type;
  const char* name;
};
constexpr Cause kCauses[] = {{0, "unknown"},          {1, "account deleted"},
                             {2, "app closed"},       {4, "over 48 hours"},
                             {5, "session closed"},   {6, "over 5 messages"},
                             {7, "no channel bound"}, {8, "organisation unverified"},
                             {9, "no channel bound"}, {10, "refused by user"}};

std::string cause(std::int64_t type) {
  const auto found = std::ranges::find(kCauses, type, &Cause::type);
  return "fail_type " + std::to_string(type) +
         (found == std::end(kCauses) ? std::string{} : std::string{": "} + found->name);
}

void read_media(const json::object& content, Message& message) {
  message.media_id = json_string(content, "media_id");
}

void read_location(const json::object& content, Message& message) {
  const auto north = json_number(content, "latitude"), east = json_number(content, "longitude");
  if (!north || !east || std::abs(*north) > 90 || std::abs(*east) > 180) return;
  auto label = json_string(content, "name");
  const auto address = json_string(content, "address");
  if (!label.empty() && !address.empty()) label += ' ';
  message.kind = MessageKind::position;
  message.position = Position{*north, *east, label + address};
}

void read_link(const json::object& content, Message& message) {
  message.text = json_string(content, "title");
  const auto description = json_string(content, "desc");
  if (!message.text.empty() && !description.empty()) message.text += '\n';
  message.text += description;
  message.media_url = json_string(content, "url");
}

// What cannot be read as what it says stays `file`: it was said, so it is answered.
void read_content(const json::object& entry, const std::string& type, Message& message) {
  const auto& content = json_child(entry, type);
  message.kind = MessageKind::file;
  if (type == "text") {
    message.kind = MessageKind::text;
    message.text = json_string(content, "content");
  } else if (type == "location") {
    read_location(content, message);
  } else if (type == "link") {
    message.kind = MessageKind::link;
    read_link(content, message);
  } else if (type == "image" || type == "voice" || type == "video" || type == "file") {
    read_media(content, message);
    if (message.media_id.empty()) return;
    if (type == "image") message.kind = MessageKind::image;
    if (type == "video") message.kind = MessageKind::video;
    if (type == "voice") {
      message.kind = MessageKind::voice;
      message.media_format = "amr";
    }
  }
}

void read_event(const json::object& event, Message& message) {
  const auto type = json_string(event, "event_type");
  message.sender = json_string(event, "external_userid");
  message.recipient = json_string(event, "open_kfid");
  message.kind = MessageKind::other;
  message.text = type;
  if (type == "enter_session") {
    message.text.clear();
    message.scene = json_string(event, "scene_param");
    if (message.scene.empty()) message.scene = json_string(event, "scene");
    message.reply_address = json_string(event, "welcome_code");
    // Who has written in the last 48 hours opens the chat once more: greeting again would cost one
    // of the five messages, unless it is another village's link that was opened.
    const bool is_new = !message.reply_address.empty();
    const bool by_village = !json_string(event, "scene_param").empty();
    message.kind = is_new       ? MessageKind::follow
                   : by_village ? MessageKind::scan
                                : MessageKind::other;
    if (!message.reply_address.empty()) message.reply_until = message.sent_at + kWelcome;
  } else if (type == "msg_send_fail") {
    message.kind = MessageKind::delivery;
    message.text.clear();
    message.delivery = Delivery{json_string(event, "fail_msgid"), false,
                                cause(json_integer(event, "fail_type").value_or(0))};
  }
}

enum class Read { message, ignored, unreadable };

Read read_entry(const json::object& entry, Instant now, Message& message) {
  const auto id = json_string(entry, "msgid");
  const auto origin = json_integer(entry, "origin").value_or(0);
  if (origin == from_servicer) return Read::ignored;
  if (id.empty() || (origin != from_customer && origin != from_system)) return Read::unreadable;
  if (const auto sent = json_integer(entry, "send_time");
      sent && *sent > 0 && *sent < 100'000'000'000)
    message.sent_at = std::min(Instant{std::chrono::seconds{*sent}}, now);

  const auto type = json_string(entry, "msgtype");
  if (origin == from_system) {
    read_event(json_child(entry, "event"), message);
  } else {
    message.sender = json_string(entry, "external_userid");
    message.recipient = json_string(entry, "open_kfid");
    read_content(entry, type, message);
    const auto from = message.sent_at == Instant{} ? now : message.sent_at;
    message.window = {from + kWindow, kWindowMessages};
  }
  // Events about the account, such as servicer_status_change, concern no customer.
  if (message.sender.empty()) return origin == from_system ? Read::ignored : Read::unreadable;
  if (message.sender.size() > kMaxUserId) return Read::unreadable;
  message.dedupe_key = dedupe_key({"kf", message.recipient, id});
  return Read::message;
}

// Recorded under the account's own id, so that it can be looked at.
Message unreadable(const Stream& stream, const std::string& raw) {
  Message message;
  message.sender = message.recipient = stream.name;
  message.kind = MessageKind::other;
  message.dedupe_key = dedupe_key({"kf-body", stream.name, sha256_hex({raw})});
  return message;
}

// Nothing was read, and why.
Page without_messages(const SendOutcome& outcome) {
  Page page;
  page.code = outcome.code;
  page.hint_spent = outcome.code == kOldHint;
  switch (outcome.kind) {
    case SendOutcome::token_expired:
      page.kind = Page::token_expired;
      break;
    case SendOutcome::channel_stopped:
      page.kind = Page::stopped;
      break;
    default:
      page.kind = Page::retry;
  }
  return page;
}

}  // namespace

std::optional<Call> read_call(const std::string& xml) {
  XmlDocument document;
  if (document.parse(xml) != XmlFault::none) return std::nullopt;
  const auto text = [&](const char* name) { return xml_text(document.root().child(name)); };
  if (text("MsgType") != "event" || text("Event") != "kf_msg_or_event") return std::nullopt;
  Call call{text("OpenKfId"), text("Token")};
  if (call.open_kfid.empty() || call.open_kfid.size() > kMaxUserId) return std::nullopt;
  return call;
}

net::OutgoingRequest pull_request(const Kf& kf, const Stream& stream, const Token& access) {
  json::object body;
  if (!stream.cursor.empty()) body["cursor"] = stream.cursor;
  if (!stream.hint.empty()) body["token"] = stream.hint;
  body["limit"] = kMostPulled;
  body["voice_format"] = 0;  // amr
  body["open_kfid"] = stream.name;
  return post_json(
      kf.api_base + "/cgi-bin/kf/sync_msg?access_token=" + percent_encode(access.value), body);
}

Page read_page(const Kf& kf, const Stream& stream, const net::HttpResponse& response, Instant now) {
  const auto outcome = read_outcome(response);
  if (outcome.kind != SendOutcome::delivered) return without_messages(outcome);
  const auto body = parse_json_object(response.body).value_or(json::object{});
  Page page;
  page.kind = Page::messages;
  page.code = outcome.code;
  page.cursor = json_string(body, "next_cursor");
  // Without a new one the old one holds: forgetting it would read three days again.
  if (page.cursor.empty()) page.cursor = stream.cursor;
  page.more = json_integer(body, "has_more") == 1;
  const auto* list = json_array(body, "msg_list");
  if (!list) return page;
  for (const auto& value : *list) {
    Message message;
    const auto raw = json::serialize(value);
    const auto* entry = value.if_object();
    const auto read = entry ? read_entry(*entry, now, message) : Read::unreadable;
    if (read == Read::ignored) continue;
    if (read == Read::unreadable) message = unreadable(stream, raw);
    message.channel = kf.channel;
    message.stream = Stream{stream.name, {}, {}};
    message.raw = raw;
    page.read.push_back(std::move(message));
  }
  return page;
}

}  // namespace huiyin::wecom::kf
