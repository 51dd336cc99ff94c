#include "handlers/utf8.h"

#include <cstdint>
#include <cstring>

namespace huiyin {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

// Length of the well-formed sequence at the start of `text`, 0 when it is broken.
std::size_t decode(std::string_view text, char32_t& out) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) {
    out = lead;
    return 1;
  }
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return 0;
  char32_t value = lead & (0xFF >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[i])) return 0;
    value = value << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  }
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < smallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return 0;
  out = value;
  return size;
}

bool is_forbidden(char32_t c) {
  return (c < 0x20 && c != '\n' && c != '\t') || c == 0xFFFE || c == 0xFFFF;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    std::uint64_t eight;  // markup is ASCII: eight bytes a step
    if (text.size() >= sizeof eight) {
      std::memcpy(&eight, text.data(), sizeof eight);
      if ((eight & 0x8080808080808080) == 0) {
        text.remove_prefix(sizeof eight);
        continue;
      }
    }
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead >= 0xE1 && lead <= 0xEC && text.size() >= 3) {  // most hanzi; no special case inside
      if (!is_continuation(text[1]) || !is_continuation(text[2])) return false;
      text.remove_prefix(3);
      continue;
    }
    char32_t ignored;
    const std::size_t size = decode(text, ignored);
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return true;
}

std::string_view cut_bytes(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && is_continuation(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

std::string_view cut_characters(std::string_view text, std::size_t characters) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_continuation(text[i])) continue;
    if (characters-- == 0) return text.substr(0, i);
  }
  return text;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += !is_continuation(byte);
  return count;
}

// A lead byte of four-byte sequences stands for a surrogate pair.
std::string_view cut_utf16(std::string_view text, std::size_t units) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_continuation(text[i])) continue;
    const std::size_t size = static_cast<unsigned char>(text[i]) >= 0xF0 ? 2 : 1;
    if (units < size) return text.substr(0, i);
    units -= size;
  }
  return text;
}

std::size_t count_utf16(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text)
    if (!is_continuation(byte)) count += static_cast<unsigned char>(byte) >= 0xF0 ? 2 : 1;
  return count;
}

char32_t next_character(std::string_view& text) {
  char32_t character = kReplacement;
  const std::size_t size = decode(text, character);
  text.remove_prefix(size ? size : 1);
  return size ? character : kReplacement;
}

void append_character(std::string& text, char32_t c) {
  const auto put = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)),
        put(0x80 | (c & 0x3F));
  }
}

std::string presentable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t copied = 0;  // bytes of `text` that are in `out` or left out
  for (std::size_t at = 0; at < text.size();) {
    char32_t c = kReplacement;
    const std::size_t size = decode(text.substr(at), c);
    if (size > 0 && !is_forbidden(c)) {
      at += size;
      continue;
    }
    out.append(text.substr(copied, at - copied));
    if (size == 0) append_character(out, kReplacement);
    at += size > 0 ? size : 1;
    copied = at;
  }
  return out.append(text.substr(copied));
}

bool is_han(char32_t c) {
  return (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x323AF) || c == 0x3007;
}

}  // namespace huiyin
