#include "handlers/feishu/content.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "handlers/http_parts.h"
#include "handlers/json.h"

namespace huiyin::feishu {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxParts = 10;  // pictures of one post that are kept

// "@_user_1" -> "张三"
using Names = std::map<std::string, std::string, std::less<>>;

struct Words {
  const Names& names;
  bool addressed;
};

Names names_of(const json::array& mentions) {
  Names names;
  for (const auto& value : mentions)
    if (const auto* mention = value.if_object())
      if (auto key = json_string(*mention, "key"); key.starts_with("@_"))
        names[std::move(key)] = json_string(*mention, "name");
  return names;
}

// The longest key that `text` begins with: "@_user_1" also begins "@_user_12".
Names::const_iterator mention_at(const Names& names, std::string_view text) {
  auto best = names.end();
  for (auto it = names.begin(); it != names.end(); ++it)
    if (text.starts_with(it->first) &&
        (best == names.end() || it->first.size() > best->first.size()))
      best = it;
  return best;
}

void trim(std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) return text.clear();
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  text.erase(0, first);
}

// One pass, so that a name which looks like a key is not replaced again.
std::string replace_mentions(const Words& words, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto at = mention_at(words.names, text);
    if (at == words.names.end()) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(at->first.size());
    const bool leads = out.find_first_not_of(" \t\r\n") == std::string::npos;
    if (words.addressed && leads) continue;
    out += "@" + at->second;
  }
  if (words.addressed) trim(out);
  return out;
}

std::optional<double> degrees(const std::string& text, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value) || std::abs(value) > most) return std::nullopt;
  return value;
}

// The documents write numbers as strings; a number is taken as well.
std::optional<double> degrees_of(const json::object& content, std::string_view name, double most) {
  if (const auto number = json_number(content, name))
    return std::isfinite(*number) && std::abs(*number) <= most ? number : std::nullopt;
  return degrees(json_string(content, name), most);
}

// ---- one reader a type
// ---------------------------------------------------------------------------

std::vector<Part> read_text(const json::object& content, const Words& words) {
  return {{.text = replace_mentions(words, json_string(content, "text"))}};
}

std::vector<Part> read_media(MessageKind kind, const json::object& content, std::string_view key,
                             std::string_view format = {}) {
  auto id = json_string(content, key);
  if (id.empty()) return {};
  return {{.kind = kind, .media_id = std::move(id), .media_format = std::string{format}}};
}

std::vector<Part> read_image(const json::object& content, const Words&) {
  return read_media(MessageKind::image, content, "image_key");
}
std::vector<Part> read_audio(const json::object& content, const Words&) {
  return read_media(MessageKind::voice, content, "file_key", "opus");  // no transcript
}
std::vector<Part> read_video(const json::object& content, const Words&) {
  return read_media(MessageKind::video, content, "file_key");
}
std::vector<Part> read_file(const json::object& content, const Words&) {
  auto parts = read_media(MessageKind::file, content, "file_key");
  if (!parts.empty()) parts.front().text = json_string(content, "file_name");
  return parts;
}

std::vector<Part> read_location(const json::object& content, const Words&) {
  const auto north = degrees_of(content, "latitude", 90);
  const auto east = degrees_of(content, "longitude", 180);
  if (!north || !east) return {};
  return {{.kind = MessageKind::position,
           .position = Position{*north, *east, json_string(content, "name")}}};
}

void append_element(const json::object& element, std::string& text, std::vector<Part>& pictures) {
  const auto tag = json_string(element, "tag");
  if (tag == "text" || tag == "code_block" || tag == "md") {
    text += json_string(element, "text");
  } else if (tag == "a") {
    const auto shown = json_string(element, "text");
    const auto href = json_string(element, "href");
    text += shown;
    if (!href.empty() && href != shown) text += shown.empty() ? href : " " + href;
  } else if (tag == "at") {
    const auto key = json_string(element, "user_id");
    const auto name = json_string(element, "user_name");
    text += key.starts_with("@_") ? key : "@" + name;
  } else if (tag == "img" || tag == "media") {
    const bool is_image = tag == "img";
    auto part = read_media(is_image ? MessageKind::image : MessageKind::video, element,
                           is_image ? "image_key" : "file_key");
    if (!part.empty() && pictures.size() < kMaxParts) pictures.push_back(std::move(part.front()));
  } else if (tag == "emotion") {
    text += "[" + json_string(element, "emoji_type") + "]";
  }
}

// Received posts have no locale around them, but some copies of the documents show one.
const json::object& body_of_post(const json::object& content) {
  if (content.contains("content")) return content;
  for (const auto& entry : content)
    if (const auto* inner = entry.value().if_object(); inner && inner->contains("content"))
      return *inner;
  return content;
}

std::vector<Part> read_post(const json::object& content, const Words& words) {
  const auto& post = body_of_post(content);
  const auto* value = post.if_contains("content");
  const auto* lines = value ? value->if_array() : nullptr;
  if (!lines) return {};
  std::string text = json_string(post, "title");
  std::vector<Part> pictures;
  for (const auto& line : *lines) {
    const auto* elements = line.if_array();
    if (!elements) continue;
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    for (const auto& element : *elements)
      if (const auto* object = element.if_object()) append_element(*object, text, pictures);
  }
  text = replace_mentions(words, text);
  trim(text);
  std::vector<Part> parts;
  if (!text.empty() || pictures.empty()) parts.push_back({.text = std::move(text)});
  parts.insert(parts.end(), std::make_move_iterator(pictures.begin()),
               std::make_move_iterator(pictures.end()));
  return parts;
}

struct Reader {
  std::string_view type;
  std::vector<Part> (*read)(const json::object&, const Words&);
};
constexpr auto kReaders = std::to_array<Reader>({
    {"text", read_text},
    {"post", read_post},
    {"image", read_image},
    {"file", read_file},
    {"audio", read_audio},
    {"media", read_video},
    {"location", read_location},
});

}  // namespace

std::vector<Part> read_content(std::string_view type, const json::object& content,
                               const json::array& mentions, bool addressed) {
  const auto reader = std::ranges::find(kReaders, type, &Reader::type);
  // A "system" message is a line that the platform itself writes into the chat.
  if (reader == kReaders.end())
    return {{.kind = type == "system" ? MessageKind::other : MessageKind::file}};
  const auto names = names_of(mentions);
  return reader->read(content, Words{names, addressed});
}

}  // namespace huiyin::feishu
