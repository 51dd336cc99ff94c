#include "handlers/wecom/words.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "handlers/card_parts.h"
#include "handlers/plain_text.h"
#include "handlers/tencent_push.h"
#include "handlers/utf8.h"

namespace huiyin::wecom {
namespace {

constexpr std::size_t kMaxCardTitle = 128;
constexpr std::size_t kMaxCardDescription = 512;

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

std::string without_colon(std::string_view words) {
  for (const std::string_view colon : {"：", ": ", ":"})
    if (words.ends_with(colon)) words.remove_suffix(colon.size());
  return std::string{words};
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

Parted part_links(const std::string& text, std::size_t most) {
  Parted parted;
  for (std::size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find('\n', from), text.size());
    const auto line = std::string_view{text}.substr(from, end - from);
    const auto file = parted.links.size() < most ? read_file_line(line) : std::nullopt;
    if (file && !file->words.empty()) {
      parted.links.push_back(
          {without_colon(file->words), std::string{file->host}, std::string{file->address}});
    } else {
      if (from > 0 && !parted.text.empty()) parted.text += '\n';
      parted.text += line;
    }
    from = end + 1;
  }
  return parted;
}

std::string text_content(const Notice& notice) { return tencent::text_content(notice, kMaxText); }

std::string markdown_content(const Notice& notice) {
  constexpr std::string_view special = "<>[]*`#_";
  std::string head, tail;
  if (const auto title = presentable(notice.title); !title.empty())
    head = "**" + widened(title, special) + "**\n";
  auto parted = part_links(presentable(notice.text), std::numeric_limits<std::size_t>::max());
  for (const auto& link : parted.links)
    tail += "\n" + widened(link.name, special) + "：[" + widened(link.host, special) + "](" +
            link.url + ")";
  // The link is ours, but nobody shall close the parenthesis early.
  if (const auto link = presentable(notice.link);
      !link.empty() && link.find_first_of(" ()\n") == std::string::npos)
    tail += "\n[查看详情](" + link + ")";
  const auto used = head.size() + tail.size();
  if (used > kMaxText / 2) return text_content(notice);

  auto body = notice;
  body.title.clear();
  body.link.clear();
  body.text = widened(parted.text, special);
  return head + plain_text(body, kMaxText - used) + tail;
}

TextCard text_card(const Notice& notice) {
  const auto title = presentable(notice.title);
  const auto description = with_breaks(widened(presentable(notice.text), "<"));
  TextCard card{title, description, true};
  card.fits = part_links(notice.text, 1).links.empty() && !title.empty() && !description.empty() &&
              title.size() <= kMaxCardTitle && description.size() <= kMaxCardDescription;
  return card;
}

}  // namespace huiyin::wecom
