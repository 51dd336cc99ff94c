#include "handlers/tencent_push.h"

#include <charconv>
#include <cmath>

#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/plain_text.h"
#include "handlers/xml.h"

namespace huiyin::tencent {
namespace {

std::optional<double> degrees(std::string_view text, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value) || std::abs(value) > most) return std::nullopt;
  return value;
}

void append_element(std::string& xml, std::string_view name, std::string_view text) {
  xml.append("<").append(name).append(">");
  append_cdata(xml, text);
  xml.append("</").append(name).append(">");
}

void append_number(std::string& xml, std::string_view name, std::string_view digits) {
  xml.append("<").append(name).append(">").append(digits);
  xml.append("</").append(name).append(">");
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// "<a" is the only markup of a text message; "<3" and "a<b" stay as they are.
bool opens_link(std::string_view text) {
  return text.size() > 2 && text[0] == '<' && lower(text[1]) == 'a' &&
         std::string_view{" \t\n/>"}.find(text[2]) != std::string_view::npos;
}

std::string without_links(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (opens_link(text.substr(i))) {
      out += "＜";
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

bool is_event(MessageKind kind) {
  switch (kind) {
    case MessageKind::follow:
    case MessageKind::scan:
    case MessageKind::unfollow:
    case MessageKind::menu:
    case MessageKind::delivery:
    case MessageKind::other:
      return true;
    default:
      return false;
  }
}

Instant read_seconds(std::string_view digits) {
  std::int64_t value = 0;
  if (!is_digits(digits) || digits.size() > 11) return {};
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return Instant{std::chrono::seconds{value}};
}

std::string write_seconds(Instant at) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
}

std::optional<Position> read_position(std::string_view latitude, std::string_view longitude,
                                      std::string label) {
  const auto north = degrees(latitude, 90);
  const auto east = degrees(longitude, 180);
  if (!north || !east) return std::nullopt;
  return Position{*north, *east, std::move(label)};
}

std::string text_content(const Notice& notice, std::size_t most) {
  auto inert = notice;
  inert.title = without_links(notice.title);
  inert.text = without_links(notice.text);
  return plain_text(inert, most);
}

std::string text_reply_xml(const Message& message, std::string_view text, Instant now) {
  std::string xml = "<xml>";
  append_element(xml, "ToUserName", message.sender);
  append_element(xml, "FromUserName", message.recipient);
  append_number(xml, "CreateTime", write_seconds(now));
  append_element(xml, "MsgType", "text");
  append_element(xml, "Content", text);
  return xml += "</xml>";
}

std::string reply_nonce(std::span<const unsigned char, 16> random) {
  return sha256_hex({{reinterpret_cast<const char*>(random.data()), random.size()}}).substr(0, 16);
}

std::string sealed_xml(const Envelope& envelope, std::string_view message, Instant now,
                       std::span<const unsigned char, 16> random) {
  const auto seconds = write_seconds(now);
  const auto nonce = reply_nonce(random);
  const auto sealed = envelope.seal(message, seconds, nonce, random);
  std::string outer = "<xml>";
  append_element(outer, "Encrypt", sealed.encrypt);
  append_element(outer, "MsgSignature", sealed.signature);
  append_number(outer, "TimeStamp", seconds);
  append_element(outer, "Nonce", nonce);
  return outer += "</xml>";
}

}  // namespace huiyin::tencent
