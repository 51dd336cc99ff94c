#include "handlers/wecom/inbound.h"

#include <algorithm>
#include <array>

#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/tencent_push.h"
#include "handlers/xml.h"

namespace huiyin::wecom {
namespace {

constexpr std::size_t kMaxUserId = 128;  // userids have at most 64 bytes
constexpr std::size_t kMaxCommand = 1024;

class Push {
 public:
  explicit Push(pugi::xml_node root) : root_{root} {}
  std::string text(const char* name) const { return xml_text(root_.child(name)); }
  pugi::xml_node child(const char* name) const { return root_.child(name); }

 private:
  pugi::xml_node root_;
};

// Who causes an event decides what makes two of them the same.
enum class By {
  member,  // a person's act: the documented fields
  system,  // several of one kind come in one second: the body as well
};

// `read` answers false when the push makes no sense.
struct Reader {
  std::string_view name;
  MessageKind kind;
  bool (*read)(const Push&, Message&);
  By by = By::member;
};

bool read_place(const Push& push, const char* latitude, const char* longitude, std::string label,
                Message& message) {
  message.position =
      tencent::read_position(push.text(latitude), push.text(longitude), std::move(label));
  return message.position.has_value();
}

// ---- messages

bool read_text(const Push& push, Message& message) {
  message.text = push.text("Content");
  return true;
}
bool read_image(const Push& push, Message& message) {
  message.media_id = push.text("MediaId");
  message.media_url = push.text("PicUrl");
  return !message.media_id.empty() || !message.media_url.empty();
}
bool read_voice(const Push& push, Message& message) {
  message.media_id = push.text("MediaId");
  message.media_format = push.text("Format");
  return !message.media_id.empty();
}
bool read_video(const Push& push, Message& message) {
  message.media_id = push.text("MediaId");
  return !message.media_id.empty();
}
bool read_location(const Push& push, Message& message) {
  return read_place(push, "Location_X", "Location_Y", push.text("Label"), message);
}
bool read_link(const Push& push, Message& message) {
  message.text = push.text("Title");
  const auto description = push.text("Description");
  if (!message.text.empty() && !description.empty()) message.text += '\n';
  message.text += description;
  message.media_url = push.text("Url");
  return true;
}
bool read_nothing(const Push&, Message&) { return true; }

constexpr auto kMessages = std::to_array<Reader>({
    {"text", MessageKind::text, read_text},
    {"image", MessageKind::image, read_image},
    {"voice", MessageKind::voice, read_voice},
    {"video", MessageKind::video, read_video},
    {"location", MessageKind::position, read_location},
    {"link", MessageKind::link, read_link},
});
constexpr Reader kUnknownMessage{"", MessageKind::file, read_nothing};

// ---- events

bool read_key(const Push& push, Message& message) {
  message.text = push.text("EventKey");
  return true;
}
bool read_auto_position(const Push& push, Message& message) {
  return read_place(push, "Latitude", "Longitude", {}, message);
}
// The chosen place also follows as an ordinary location message: that one is the report.
bool read_chosen_position(const Push& push, Message& message) {
  const auto info = push.child("SendLocationInfo");
  message.text = push.text("EventKey");
  message.position =
      tencent::read_position(xml_text(info.child("Location_X")), xml_text(info.child("Location_Y")),
                             xml_text(info.child("Label")));
  return true;
}
bool read_scanned_code(const Push& push, Message& message) {
  message.text = xml_text(push.child("ScanCodeInfo").child("ScanResult"));
  return true;
}

// The button's key is the command. The code of this click changes this card, once.
bool read_card_click(const Push& push, Message& message) {
  message.text = push.text("EventKey");
  message.card = push.text("TaskId");
  message.reply_address = push.text("ResponseCode");
  if (!message.reply_address.empty()) message.reply_until = message.sent_at + kResponseCodeLife;
  return !message.card.empty() && !message.text.empty() && message.text.size() <= kMaxCommand;
}

// "ChangeType id", for the operator: a member who left still owns cases.
bool read_change(const Push& push, Message& message) {
  message.text = push.text("ChangeType");
  for (const char* name : {"UserID", "ExternalUserID", "ChatId", "Id", "TagId"}) {
    const auto id = push.text(name);
    if (id.empty()) continue;
    message.text += ' ' + id;
    break;
  }
  return true;
}
bool read_kf(const Push& push, Message& message) {
  message.text = push.text("OpenKfId");  // says that there is something to pull, not what
  return true;
}

constexpr auto kEvents = std::to_array<Reader>({
    {"subscribe", MessageKind::follow, read_nothing},
    {"unsubscribe", MessageKind::unfollow, read_nothing},
    {"enter_agent", MessageKind::other, read_nothing},
    {"LOCATION", MessageKind::other, read_auto_position},
    {"click", MessageKind::menu, read_key},
    {"view", MessageKind::other, read_key},
    {"view_miniprogram", MessageKind::other, read_key},
    {"scancode_push", MessageKind::other, read_scanned_code},
    {"scancode_waitmsg", MessageKind::other, read_scanned_code},
    {"pic_sysphoto", MessageKind::other, read_key},  // photos follow as image messages
    {"pic_photo_or_album", MessageKind::other, read_key},
    {"pic_weixin", MessageKind::other, read_key},
    {"location_select", MessageKind::other, read_chosen_position},
    {"template_card_event", MessageKind::text, read_card_click},
    {"template_card_menu_event", MessageKind::menu, read_card_click},
    {"change_contact", MessageKind::other, read_change, By::system},
    {"change_external_contact", MessageKind::other, read_change, By::system},
    {"change_external_chat", MessageKind::other, read_change, By::system},
    {"batch_job_result", MessageKind::other, read_nothing, By::system},
    {"open_approval_change", MessageKind::other, read_nothing, By::system},
    {"sys_approval_change", MessageKind::other, read_nothing, By::system},
    {"kf_msg_or_event", MessageKind::other, read_kf, By::system},
    {"kf_account_auth_change", MessageKind::other, read_nothing, By::system},
    {"inactive_alert", MessageKind::other, read_nothing, By::system},
    {"close_inactive_agent", MessageKind::other, read_nothing, By::system},
    {"reopen_inactive_agent", MessageKind::other, read_nothing, By::system},
    {"low_active", MessageKind::other, read_nothing, By::system},
});
constexpr Reader kUnknownEvent{"", MessageKind::other, read_nothing, By::system};

template <std::size_t N>
const Reader& find(const std::array<Reader, N>& readers, std::string_view name,
                   const Reader& otherwise) {
  const auto found = std::ranges::find(readers, name, &Reader::name);
  return found == readers.end() ? otherwise : *found;
}

// Only system events have no sender of their own; kf events name none at all.
constexpr std::string_view kSystem = "sys";

std::string event_key(const Push& push, const Message& message, const Reader& reader,
                      const std::string& body) {
  const auto created = push.text("CreateTime"), event = push.text("Event"),
             agent = push.text("AgentID"), key = push.text("EventKey"), task = push.text("TaskId");
  if (reader.by == By::member)
    return dedupe_key({"event", message.sender, created, event, key, task, agent});
  return dedupe_key({"event", message.sender, created, event, sha256_hex({body})});
}

std::string message_key(const Push& push, const Message& message, const std::string& body) {
  const auto id = push.text("MsgId");
  if (id.empty()) return dedupe_key({"body", sha256_hex({body})});
  return dedupe_key({"message", id, message.sender, push.text("CreateTime")});
}

}  // namespace

Decoded read_push(const std::string& channel, std::string body, Instant now) {
  XmlDocument document;
  const auto fault = document.parse(body);
  if (fault == XmlFault::forbidden) return Refused{400, "xml.reject"};
  if (fault == XmlFault::broken) return Senseless{"broken XML", std::move(body)};
  if (fault == XmlFault::too_large)
    return Senseless{"XML too large, too deep or with too many elements", std::move(body)};

  const Push push{document.root()};
  const auto type = push.text("MsgType");
  const bool is_event = type == "event";
  Message message;
  message.channel = channel;
  message.sender = push.text("FromUserName");
  message.recipient = push.text("ToUserName");
  if (message.sender.empty() && is_event) message.sender = kSystem;
  if (message.sender.empty() || message.recipient.empty() || type.empty())
    return Senseless{"FromUserName, ToUserName or MsgType is missing", std::move(body)};
  if (message.sender.size() > kMaxUserId || message.recipient.size() > kMaxUserId)
    return Senseless{"FromUserName or ToUserName is too long", std::move(body)};
  message.sent_at = std::min(tencent::read_seconds(push.text("CreateTime")), now);

  const auto& reader = is_event ? find(kEvents, push.text("Event"), kUnknownEvent)
                                : find(kMessages, type, kUnknownMessage);
  message.kind = reader.kind;
  if (!reader.read(push, message))
    return Senseless{
        (is_event ? "event " : "message ") + std::string{reader.name} + " lacks what makes it one",
        std::move(body)};
  message.dedupe_key =
      is_event ? event_key(push, message, reader, body) : message_key(push, message, body);
  message.raw = std::move(body);
  return std::vector<Message>{std::move(message)};
}

}  // namespace huiyin::wecom
