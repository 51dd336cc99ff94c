// Text as people write it -> code points to be matched, each with its place in the display form.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace huiyin {

inline constexpr std::size_t kMaxCharacters = 4096;  // of a message that are looked at

// Half width, compatibility forms dissolved, lower case, traditional -> simplified, all dashes '-'.
// 0: the character does not take part in matching (zero width, variation selectors).
char32_t fold_char(char32_t c);

struct Folded {
  std::string display;            // trimmed; valid UTF-8 without control characters but \n and \t
  std::u32string chars;           // folded
  std::vector<std::uint32_t> at;  // byte offset in `display` of each of `chars`, and its end

  std::size_t size() const { return chars.size(); }
  std::string_view written(std::size_t from, std::size_t to) const {
    return std::string_view{display}.substr(at[from], at[to] - at[from]);
  }
};

// Invalid bytes become U+FFFD. At most `limit` characters, cut between two of them.
Folded fold(std::string_view utf8, std::size_t limit = kMaxCharacters);
std::u32string fold_word(std::string_view utf8);

constexpr bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_hanzi(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || c == 0x3007 ||
         (c >= 0x20000 && c <= 0x323AF);
}
// Part of a word; everything else separates (punctuation, space, emoji).
constexpr bool is_word(char32_t c) {
  return is_hanzi(c) || is_letter(c) || is_digit(c) || c > 0x323AF || (c >= 0xC0 && c < 0x2000);
}
constexpr bool is_space(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0x3000 || c == 0xA0;
}

// False inside a Latin word: "help" in "helper". Chinese has no such marks.
constexpr bool ends_word(std::u32string_view text, std::size_t i) {
  return i == 0 || i >= text.size() || !is_letter(text[i - 1]) ||
         !(is_letter(text[i]) || is_digit(text[i]));
}

}  // namespace huiyin
