#include "handlers/whatsapp/content.h"

#include <algorithm>
#include <array>

#include "handlers/http_parts.h"
#include "handlers/json.h"

namespace huiyin::whatsapp {
namespace {

namespace json = boost::json;

bool read_text(const json::object& object, Message& message) {
  const auto* text = json_object(object, "text");
  message.text = text ? json_string(*text, "body") : std::string{};
  return text && text->contains("body");
}

// "audio/ogg; codecs=opus" → "ogg"
std::string format_of(const json::object& media) {
  const auto type = json_string(media, "mime_type");
  const auto subtype = type.substr(type.find('/') + 1);
  return subtype.substr(0, subtype.find(';'));
}

bool take_media(const json::object& media, MessageKind kind, Message& message) {
  message.kind = kind;
  message.media_id = json_string(media, "id");
  message.media_format = format_of(media);
  message.text = json_string(media, "caption");
  return !message.media_id.empty();
}
bool read_image(const json::object& object, Message& message) {
  return take_media(json_child(object, "image"), MessageKind::image, message);
}
bool read_audio(const json::object& object, Message& message) {
  return take_media(json_child(object, "audio"), MessageKind::voice, message);
}
bool read_video(const json::object& object, Message& message) {
  return take_media(json_child(object, "video"), MessageKind::video, message);
}
// Pictures may be sent as documents; of other files the words beside them are read.
bool read_document(const json::object& object, Message& message) {
  const auto& media = json_child(object, "document");
  const auto kind = json_string(media, "mime_type").starts_with("image/") ? MessageKind::image
                    : json_string(media, "caption").empty()               ? MessageKind::file
                                                                          : MessageKind::text;
  return take_media(media, kind, message);
}

bool read_location(const json::object& object, Message& message) {
  const auto& location = json_child(object, "location");
  const auto latitude = json_number(location, "latitude");
  const auto longitude = json_number(location, "longitude");
  const auto inside = [](double degrees, double most) {
    return degrees >= -most && degrees <= most;
  };
  if (!latitude || !longitude || !inside(*latitude, 90) || !inside(*longitude, 180)) return false;
  message.kind = MessageKind::position;
  message.position = Position{*latitude, *longitude, json_string(location, "name")};
  auto& label = message.position->label;
  if (const auto address = json_string(location, "address"); !address.empty())
    label.append(label.empty() ? "" : " ").append(address);
  return true;
}

// A supplement: somebody's number is no case of its own.
bool read_contacts(const json::object& object, Message& message) {
  const auto* contacts = json_array(object, "contacts");
  if (!contacts || contacts->empty()) return false;
  message.text = "补充 联系人";
  for (const auto& entry : *contacts) {
    if (!entry.is_object()) return false;
    const auto& contact = entry.get_object();
    if (const auto name = json_string(json_child(contact, "name"), "formatted_name"); !name.empty())
      message.text += " " + name;
    const auto* phones = json_array(contact, "phones");
    if (!phones) continue;
    for (const auto& phone : *phones)
      if (phone.is_object()) message.text += " " + json_string(phone.get_object(), "phone");
  }
  return true;
}

// `context` names the message whose button was pressed.
bool take_button(const json::object& object, std::string command, Message& message) {
  message.text = std::move(command);
  message.card = json_string(json_child(object, "context"), "id");
  return !message.text.empty();
}
bool read_interactive(const json::object& object, Message& message) {
  const auto& interactive = json_child(object, "interactive");
  const auto type = json_string(interactive, "type");
  if (type != "button_reply" && type != "list_reply") {
    message.kind = MessageKind::file;
    return !type.empty();
  }
  return take_button(object, json_string(json_child(interactive, type), "id"), message);
}
bool read_template_button(const json::object& object, Message& message) {
  return take_button(object, json_string(json_child(object, "button"), "payload"), message);
}

// A thumb under one of our messages, a changed number, an opened chat: nothing was said.
bool read_event(const json::object&, Message& message) {
  message.kind = MessageKind::other;
  return true;
}

struct Reader {
  std::string_view type;
  bool (*read)(const json::object&, Message&);
};
constexpr auto kReaders = std::to_array<Reader>({
    {"text", read_text},
    {"image", read_image},
    {"audio", read_audio},
    {"video", read_video},
    {"document", read_document},
    {"location", read_location},
    {"contacts", read_contacts},
    {"interactive", read_interactive},
    {"button", read_template_button},
    {"reaction", read_event},
    {"system", read_event},
    {"request_welcome", read_event},
});

}  // namespace

bool read_content(const json::object& object, Message& message) {
  const auto type = json_string(object, "type");
  const auto reader = std::ranges::find(kReaders, type, &Reader::type);
  if (reader != kReaders.end()) return reader->read(object, message);
  message.kind = MessageKind::file;  // sticker, unsupported, what comes in future
  return !type.empty();
}

}  // namespace huiyin::whatsapp
