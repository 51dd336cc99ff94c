#include "server/desk/result.h"

#include <array>
#include <set>
#include <string>

namespace huiyin {
namespace {

// After taking these out, something must be left.
constexpr auto kEmptyWords = std::to_array<std::string_view>(
    {"已经处理", "处理完毕", "处理完成", "已处理", "处理好了", "处理了", "已办结", "办结了",
     "办好了",   "已解决",   "解决了",   "已完成", "完成了",   "搞定了", "搞定",   "好了",
     "完毕",     "办理完毕", "已办理",   "已经",   "done",     "fixed",  "solved", "ok"});
constexpr std::size_t kLeast = 4;  // what must be left, and how many different characters

char32_t next_character(std::string_view text, std::size_t& i) {
  const auto lead = static_cast<unsigned char>(text[i]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  char32_t c = length == 1 ? lead : lead & (0xFFU >> (length + 1));
  for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
    c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
  i += length;
  return c;
}

bool says_something(char32_t c) {
  const auto between = [c](char32_t from, char32_t to) { return c >= from && c <= to; };
  if (between('0', '9') || between('a', 'z') || between('A', 'Z')) return true;
  if (between(0xFF10, 0xFF19) || between(0xFF21, 0xFF3A) || between(0xFF41, 0xFF5A)) return true;
  return between(0xC0, 0x1FFF) || between(0x3400, 0x9FFF) || c == 0x3007 ||
         between(0x20000, 0x323AF);
}

template <class Each>
void each_meaningful(std::string_view text, Each each) {
  for (std::size_t i = 0; i < text.size();)
    if (const char32_t c = next_character(text, i); says_something(c)) each(c);
}

}  // namespace

std::size_t meaningful_characters(std::string_view text) {
  std::size_t count = 0;
  each_meaningful(text, [&](char32_t) { ++count; });
  return count;
}

bool is_fact(std::string_view text, std::size_t min_characters) {
  if (meaningful_characters(text) < min_characters) return false;
  std::string rest{text};
  for (const auto word : kEmptyWords)
    for (std::size_t at = 0; (at = rest.find(word, at)) != std::string::npos;)
      rest.replace(at, word.size(), " ");  // a gap, so that the ends do not form a new word
  std::set<char32_t> different;
  std::size_t left = 0;
  each_meaningful(rest, [&](char32_t c) {
    ++left;
    different.insert(c);
  });
  return left >= kLeast && different.size() >= kLeast;
}

}  // namespace huiyin
