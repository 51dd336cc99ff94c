#include "handlers/slack/markup.h"

#include "handlers/utf8.h"

namespace huiyin::slack {
namespace {

std::string_view entity(char c) {
  return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string_view{};
}

// Takes one entity off `text`; 0 when there is none.
char take_entity(std::string_view& text) {
  for (const char c : {'&', '<', '>'}) {
    if (!text.starts_with(entity(c))) continue;
    text.remove_prefix(entity(c).size());
    return c;
  }
  return 0;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto named = entity(c);
    named.empty() ? out.append(1, c) : out.append(named);
  }
  return out;
}

std::vector<std::string> escape_pieces(std::string_view text, std::size_t most) {
  std::vector<std::string> pieces;
  std::size_t room = 0;
  while (!text.empty()) {
    const auto rest = text;
    next_character(text);
    const auto character = escape(rest.substr(0, rest.size() - text.size()));
    const auto size = count_characters(character);
    if (size > room) {
      pieces.emplace_back();
      room = most;
    }
    pieces.back() += character;
    room -= size;
  }
  return pieces;
}

std::string unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (const char c = take_entity(text)) {
      out += c;
      continue;
    }
    const auto end = text.front() == '<' ? text.find('>') : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    auto inside = text.substr(1, end - 1);
    if (const auto bar = inside.find('|'); bar != std::string_view::npos)
      inside.remove_prefix(bar + 1);
    while (!inside.empty()) {
      const char c = take_entity(inside);
      out += c ? c : inside.front();
      if (!c) inside.remove_prefix(1);
    }
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace huiyin::slack
