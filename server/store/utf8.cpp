#include "server/store/utf8.h"

#include <cstdint>
#include <cstring>

namespace huiyin::store {
namespace {

// Bytes of the character that starts at `i`; 0 when there is none.
std::size_t character_at(std::string_view text, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const auto first = byte(i);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const std::size_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (i + size > text.size()) return 0;
  for (std::size_t k = 1; k < size; ++k)
    if ((byte(i + k) & 0xc0) != 0x80) return 0;
  // Overlong forms, surrogates, beyond U+10FFFF.
  const auto second = byte(i + 1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
    return 0;
  return size;
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    std::uint64_t eight = 0;
    if (i + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + i, sizeof eight);
      if ((eight & 0x8080808080808080u) == 0) {
        i += sizeof eight;
        continue;
      }
    }
    const auto size = character_at(text, i);
    if (size == 0) return false;
    i += size;
  }
  return true;
}

std::string clip(std::string_view text, std::size_t characters) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && characters > 0; --characters) {
    const auto size = character_at(text, i);
    if (size == 0) {
      out += '?';
      ++i;
    } else {
      out += text.substr(i, size);
      i += size;
    }
  }
  for (auto end = out.size(); end > 0 && out[end - 1] == ' '; --end) out[end - 1] = '_';
  return out;
}

}  // namespace huiyin::store
