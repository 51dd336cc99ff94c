#include "handlers/wecom/words.h"

#include "handlers/plain_text.h"
#include "handlers/utf8.h"

namespace huiyin::wecom {
namespace {

constexpr std::size_t kMaxCardTitle = 128;
constexpr std::size_t kMaxCardDescription = 512;

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

// Characters that mean something become their full-width twins.
std::string widened(std::string_view text, std::string_view special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) == std::string_view::npos) {
      out += c;
    } else {
      append_character(out, U'\uFF00' + static_cast<char32_t>(c - 0x20));
    }
  }
  return out;
}

std::string with_breaks(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "<br>";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string text_content(const Notice& notice) {
  auto inert = notice;
  inert.title = without_links(notice.title);
  inert.text = without_links(notice.text);
  return plain_text(inert, kMaxText);
}

std::string markdown_content(const Notice& notice) {
  constexpr std::string_view special = "<>[]*`#_";
  std::string head, tail;
  if (const auto title = presentable(notice.title); !title.empty())
    head = "**" + widened(title, special) + "**\n";
  // The link is ours, but nobody shall close the parenthesis early.
  if (const auto link = presentable(notice.link);
      !link.empty() && link.find_first_of(" ()\n") == std::string::npos)
    tail = "\n[查看详情](" + link + ")";
  const auto used = head.size() + tail.size();
  if (used > kMaxText / 2) return text_content(notice);

  auto body = notice;
  body.title.clear();
  body.link.clear();
  body.text = widened(presentable(notice.text), special);
  return head + plain_text(body, kMaxText - used) + tail;
}

TextCard text_card(const Notice& notice) {
  const auto title = presentable(notice.title);
  const auto description = with_breaks(widened(presentable(notice.text), "<"));
  TextCard card{title, description, true};
  card.fits = !title.empty() && !description.empty() && title.size() <= kMaxCardTitle &&
              description.size() <= kMaxCardDescription;
  return card;
}

}  // namespace huiyin::wecom
