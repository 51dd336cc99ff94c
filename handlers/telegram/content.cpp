#include "handlers/telegram/content.h"

#include <algorithm>
#include <array>

#include "handlers/config_keys.h"
#include "handlers/json.h"
#include "handlers/telegram/telegram.h"

namespace huiyin::telegram {
namespace {

namespace json = boost::json;

// "audio/ogg" → "ogg"
std::string format_of(const json::object& file) {
  const auto type = json_string(file, "mime_type");
  return type.substr(type.find('/') + 1);
}

bool take_file(const json::object& file, MessageKind kind, Message& message) {
  message.kind = kind;
  message.media_id = json_string(file, "file_id");
  message.media_format = format_of(file);
  return !message.media_id.empty();
}

// ---- words
// ---------------------------------------------------------------------------------------

bool is_payload(std::string_view text) {
  return text.size() <= kMaxStartPayload && std::ranges::all_of(text, [](char c) {
           return c == '_' || c == '-' || is_alphanumeric(std::string_view{&c, 1});
         });
}

// "/start@our_bot lou-jia" → follow with scene; "/help" → menu "help"; anything else stays as it
// was said.
bool read_text(const json::object& object, Message& message) {
  message.text = json_string(object, "text");
  const std::string_view text = message.text;
  if (!text.starts_with('/') || text.size() < 2 || !is_alphanumeric(text.substr(1, 1))) return true;
  const auto end = std::min(text.find_first_of(" \n"), text.size());
  const auto name = text.substr(1, std::min(end, text.find('@')) - 1);
  auto rest = text.substr(end);
  rest.remove_prefix(std::min(rest.find_first_not_of(" \n"), rest.size()));
  if (name == "start") {
    message.kind = MessageKind::follow;
    if (is_payload(rest)) message.scene = rest;
    message.text.clear();
    return true;
  }
  message.kind = MessageKind::menu;
  std::string command{name};
  if (!rest.empty()) command.append(" ").append(rest);
  message.text = std::move(command);
  return true;
}

// ---- media
// ---------------------------------------------------------------------------------------

// Several sizes of one picture; the last is the largest.
bool read_photo(const json::object& object, Message& message) {
  const auto* sizes = json_array(object, "photo");
  const auto* largest = sizes && !sizes->empty() ? sizes->back().if_object() : nullptr;
  return largest && take_file(*largest, MessageKind::image, message);
}

template <MessageKind kind>
bool read_file(const json::object& object, std::string_view name, Message& message) {
  const auto* file = json_object(object, name);
  return file && take_file(*file, kind, message);
}
bool read_voice(const json::object& object, Message& message) {
  return read_file<MessageKind::voice>(object, "voice", message);
}
bool read_audio(const json::object& object, Message& message) {
  return read_file<MessageKind::voice>(object, "audio", message);
}
bool read_video(const json::object& object, Message& message) {
  return read_file<MessageKind::video>(object, "video", message);
}
bool read_video_note(const json::object& object, Message& message) {
  return read_file<MessageKind::video>(object, "video_note", message);
}
bool read_animation(const json::object& object, Message& message) {
  return read_file<MessageKind::video>(object, "animation", message);
}

// Pictures are often sent "as a file", for their quality and their position.
bool read_document(const json::object& object, Message& message) {
  const auto* file = json_object(object, "document");
  if (!file) return false;
  const auto type = json_string(*file, "mime_type");
  const auto kind = type.starts_with("image/")   ? MessageKind::image
                    : type.starts_with("video/") ? MessageKind::video
                    : type.starts_with("audio/") ? MessageKind::voice
                    : json_string(object, "caption").empty()
                        ? MessageKind::file
                        : MessageKind::text;  // a PDF is not read, the words beside it are
  return take_file(*file, kind, message);
}

// ---- places and people
// ---------------------------------------------------------------------------

bool take_location(const json::object& location, Message& message) {
  const auto latitude = json_number(location, "latitude");
  const auto longitude = json_number(location, "longitude");
  const auto inside = [](double degrees, double most) {
    return degrees >= -most && degrees <= most;
  };
  if (!latitude || !longitude || !inside(*latitude, 90) || !inside(*longitude, 180)) return false;
  message.kind = MessageKind::position;
  message.position = Position{*latitude, *longitude, {}};
  return true;
}

// The first point of a live location is a position like any other; its moves come as edits.
bool read_location(const json::object& object, Message& message) {
  const auto* location = json_object(object, "location");
  return location && take_location(*location, message);
}

bool read_venue(const json::object& object, Message& message) {
  const auto* venue = json_object(object, "venue");
  const auto* location = venue ? json_object(*venue, "location") : nullptr;
  if (!location || !take_location(*location, message)) return false;
  auto& label = message.position->label;
  label = json_string(*venue, "title");
  if (const auto address = json_string(*venue, "address"); !address.empty())
    label.append(label.empty() ? "" : " ").append(address);
  return true;
}

// Anybody's card can be sent; it is the sender's own number only when the platform says so.
bool read_contact(const json::object& object, Message& message) {
  const auto* contact = json_object(object, "contact");
  const auto phone = contact ? json_string(*contact, "phone_number") : std::string{};
  if (phone.empty()) return false;
  const auto* from = json_object(object, "from");
  const auto owner = json_integer(*contact, "user_id");
  const bool own = owner && from && json_integer(*from, "id") == owner;
  message.text = own ? "补充 我的电话 " : "补充 联系人 ";
  if (const auto name = json_string(*contact, "first_name"); !own && !name.empty())
    message.text.append(name).append(" ");
  message.text += phone;
  return true;
}

bool read_unreadable(const json::object&, Message& message) {
  message.kind = MessageKind::file;
  return true;
}

// The field whose presence makes a message one of this kind. Order matters: a venue also carries a
// location, an animation also a document.
struct Reader {
  std::string_view field;
  bool (*read)(const json::object&, Message&);
};
constexpr auto kReaders = std::to_array<Reader>({
    {"text", read_text},
    {"photo", read_photo},
    {"voice", read_voice},
    {"audio", read_audio},
    {"video", read_video},
    {"video_note", read_video_note},
    {"animation", read_animation},
    {"document", read_document},
    {"venue", read_venue},
    {"location", read_location},
    {"contact", read_contact},
    {"sticker", read_unreadable},
    {"dice", read_unreadable},
    {"poll", read_unreadable},
    {"story", read_unreadable},
    {"game", read_unreadable},
    {"paid_media", read_unreadable},
});

}  // namespace

Content read_content(const json::object& object, Message& message) {
  for (const auto& [field, read] : kReaders) {
    if (!object.contains({field.data(), field.size()})) continue;
    if (!read(object, message)) return Content::senseless;
    if (auto caption = json_string(object, "caption"); !caption.empty())
      message.text = std::move(caption);
    return Content::said;
  }
  return Content::service;
}

std::string edited_words(const json::object& object) {
  auto words = json_string(object, "text");
  if (words.empty()) words = json_string(object, "caption");
  return words.empty() ? words : "补充 " + words;
}

}  // namespace huiyin::telegram
