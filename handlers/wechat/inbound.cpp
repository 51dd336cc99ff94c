#include "handlers/wechat/inbound.h"

#include <algorithm>
#include <array>

#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/tencent_push.h"
#include "handlers/xml.h"

namespace huiyin::wechat {
namespace {

using namespace std::chrono_literals;

// How long and how often we may write after … (page "客服消息介绍").
struct Allowance {
  std::chrono::seconds during;
  int messages;
};
constexpr Allowance kAfterMessage{48h, 5};
constexpr Allowance kAfterTap{1min, 3};  // CLICK, follow, scan
constexpr Allowance kNothing{0s, 0};

constexpr std::size_t kMaxUserId = 128;  // OpenIDs have 28 characters

// The elements of one push.
class Push {
 public:
  explicit Push(pugi::xml_node root) : root_{root} {}
  std::string text(const char* name) const { return xml_text(root_.child(name)); }
  pugi::xml_node child(const char* name) const { return root_.child(name); }

 private:
  pugi::xml_node root_;
};

// One kind of push: how it is read, and what it allows. `read` answers false when it makes no
// sense.
struct Reader {
  std::string_view name;
  MessageKind kind;
  Allowance allowance;
  bool (*read)(const Push&, Message&);
};

bool read_position(const std::string& latitude, const std::string& longitude, std::string label,
                   Message& message) {
  message.position = tencent::read_position(latitude, longitude, std::move(label));
  return message.position.has_value();
}

// ---- messages
// ------------------------------------------------------------------------------------

bool read_text(const Push& push, Message& message) {
  message.text = push.text("Content");  // also what a tapped menu item says (bizmsgmenuid)
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
  message.text = push.text("Recognition");  // withdrawn in 2023: empty or absent
  return !message.media_id.empty();
}

bool read_video(const Push& push, Message& message) {
  message.media_id = push.text("MediaId");
  return !message.media_id.empty();
}

bool read_location(const Push& push, Message& message) {
  return read_position(push.text("Location_X"), push.text("Location_Y"), push.text("Label"),
                       message);
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
    {"text", MessageKind::text, kAfterMessage, read_text},
    {"image", MessageKind::image, kAfterMessage, read_image},
    {"voice", MessageKind::voice, kAfterMessage, read_voice},
    {"video", MessageKind::video, kAfterMessage, read_video},
    {"shortvideo", MessageKind::video, kAfterMessage, read_video},
    {"location", MessageKind::position, kAfterMessage, read_location},
    {"link", MessageKind::link, kAfterMessage, read_link},
});
constexpr Reader kUnknownMessage{"", MessageKind::file, kAfterMessage, read_nothing};

// ---- events: names are case-sensitive and mixed
// ---------------------------------------------------

bool read_follow(const Push& push, Message& message) {
  constexpr std::string_view prefix = "qrscene_";
  const auto key = push.text("EventKey");
  if (key.starts_with(prefix)) message.scene = key.substr(prefix.size());
  return true;
}

bool read_scan(const Push& push, Message& message) {
  message.scene = push.text("EventKey");  // already without a prefix
  return true;
}

bool read_key(const Push& push, Message& message) {
  message.text = push.text("EventKey");
  return true;
}

bool read_auto_position(const Push& push, Message& message) {
  return read_position(push.text("Latitude"), push.text("Longitude"), {}, message);
}

// The chosen place also follows as an ordinary location message: that one is the report.
bool read_chosen_position(const Push& push, Message& message) {
  const auto info = push.child("SendLocationInfo");
  message.text = push.text("EventKey");
  read_position(xml_text(info.child("Location_X")), xml_text(info.child("Location_Y")),
                xml_text(info.child("Label")), message);
  return true;
}

bool read_scanned_code(const Push& push, Message& message) {
  message.text = xml_text(push.child("ScanCodeInfo").child("ScanResult"));
  return true;
}

bool read_job_finish(const Push& push, Message& message) {
  const auto status = push.text("Status");
  message.delivery = Delivery{push.text("MsgID"), status == "success", status};
  return !message.delivery->platform_id.empty();
}

// Which templates a person agreed to or declined, one a line: "accept TEMPLATE_ID".
bool read_consents(const Push& push, Message& message) {
  for (const char* name : {"SubscribeMsgPopupEvent", "SubscribeMsgChangeEvent"}) {
    for (const auto list : push.child(name).children("List")) {
      if (!message.text.empty()) message.text += '\n';
      message.text +=
          xml_text(list.child("SubscribeStatusString")) + ' ' + xml_text(list.child("TemplateId"));
    }
  }
  return true;
}

constexpr auto kEvents = std::to_array<Reader>({
    {"subscribe", MessageKind::follow, kAfterTap, read_follow},
    {"SCAN", MessageKind::scan, kAfterTap, read_scan},
    {"unsubscribe", MessageKind::unfollow, kNothing, read_nothing},
    {"CLICK", MessageKind::menu, kAfterTap, read_key},
    {"VIEW", MessageKind::other, kNothing, read_key},
    {"view_miniprogram", MessageKind::other, kNothing, read_key},
    {"LOCATION", MessageKind::other, kNothing, read_auto_position},
    {"scancode_push", MessageKind::other, kNothing, read_scanned_code},
    {"scancode_waitmsg", MessageKind::other, kNothing, read_scanned_code},
    {"pic_sysphoto", MessageKind::other, kNothing, read_key},  // photos follow as image messages
    {"pic_photo_or_album", MessageKind::other, kNothing, read_key},
    {"pic_weixin", MessageKind::other, kNothing, read_key},
    {"location_select", MessageKind::other, kNothing, read_chosen_position},
    {"TEMPLATESENDJOBFINISH", MessageKind::delivery, kNothing, read_job_finish},
    {"subscribe_msg_popup_event", MessageKind::other, kNothing, read_consents},
    {"subscribe_msg_change_event", MessageKind::other, kNothing, read_consents},
    {"user_info_modified", MessageKind::other, kNothing, read_nothing},
    {"user_authorization_revoke", MessageKind::other, kNothing, read_nothing},
});
constexpr Reader kUnknownEvent{"", MessageKind::other, kNothing, read_nothing};

template <std::size_t N>
const Reader& find(const std::array<Reader, N>& readers, std::string_view name,
                   const Reader& otherwise) {
  const auto found = std::ranges::find(readers, name, &Reader::name);
  return found == readers.end() ? otherwise : *found;
}

// ---- one push
// ------------------------------------------------------------------------------------

// A clock that runs ahead of ours must not lengthen what the platform allows.
WindowGrant grant(const Allowance& allowance, Instant sent_at, Instant now) {
  if (allowance.messages == 0) return {};
  const auto from = sent_at == Instant{} ? now : std::min(sent_at, now);
  return {from + allowance.during, allowance.messages};
}

// What became of subscription notices: one push may tell of several.
std::vector<Message> split_sent_event(const Push& push, const Message& common,
                                      std::string_view created) {
  std::vector<Message> messages;
  for (const auto list : push.child("SubscribeMsgSentEvent").children("List")) {
    Message message = common;
    message.kind = MessageKind::delivery;
    message.delivery =
        Delivery{xml_text(list.child("MsgID")), xml_text(list.child("ErrorCode")) == "0",
                 xml_text(list.child("ErrorStatus"))};
    message.dedupe_key = dedupe_key({"event", message.sender, created, "subscribe_msg_sent_event",
                                     message.delivery->platform_id});
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace

Decoded read_push(const Account& account, Authentic authentic, Instant now) {
  const auto senseless = [&](std::string reason) {
    return Senseless{std::move(reason), std::move(authentic.body), std::move(authentic.nonce)};
  };
  XmlDocument document;
  const auto fault = document.parse(authentic.body);
  if (fault == XmlFault::forbidden) return Refused{400, "xml.reject"};
  if (fault == XmlFault::broken) return senseless("broken XML");
  if (fault == XmlFault::too_large)
    return senseless("XML too large, too deep or with too many elements");

  const Push push{document.root()};
  Message message;
  message.channel = account.channel;
  message.sender = push.text("FromUserName");
  message.recipient = push.text("ToUserName");
  const auto type = push.text("MsgType");
  if (message.sender.empty() || message.recipient.empty() || type.empty())
    return senseless("FromUserName, ToUserName or MsgType is missing");
  if (message.sender.size() > kMaxUserId || message.recipient.size() > kMaxUserId)
    return senseless("FromUserName or ToUserName is too long");

  const auto created = push.text("CreateTime");
  message.sent_at = tencent::read_seconds(created);
  message.nonce = authentic.nonce;

  const bool is_event = type == "event";
  const auto event = is_event ? push.text("Event") : std::string{};
  if (event == "subscribe_msg_sent_event") {
    message.raw = std::move(authentic.body);
    return split_sent_event(push, message, created);
  }
  const auto& reader =
      is_event ? find(kEvents, event, kUnknownEvent) : find(kMessages, type, kUnknownMessage);
  message.kind = reader.kind;
  message.window = grant(reader.allowance, message.sent_at, now);
  if (!reader.read(push, message))
    return senseless((is_event ? "event " : "message ") + std::string{reader.name} +
                     " lacks what makes it one");

  if (is_event) {
    message.dedupe_key = dedupe_key(
        {"event", message.sender, created, event, push.text("EventKey"), push.text("MsgID")});
  } else if (const auto id = push.text("MsgId"); !id.empty()) {
    message.dedupe_key = dedupe_key({"message", id, message.sender, created});
  } else {
    message.dedupe_key = dedupe_key({"body", sha256_hex({authentic.body})});
  }
  message.raw = std::move(authentic.body);
  return std::vector<Message>{std::move(message)};
}

}  // namespace huiyin::wechat
