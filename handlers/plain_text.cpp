#include "handlers/plain_text.h"

#include <algorithm>
#include <vector>

#include "handlers/utf8.h"

namespace huiyin {
namespace {

constexpr std::string_view kEllipsis = "…";

// "签收 261123-0042" says it all for the label 签收; other labels are put before their command.
std::string words_of(const Button& button) {
  if (button.label.empty() || button.command.starts_with(button.label)) return button.command;
  return button.label + "：" + button.command;
}

bool is_chinese(const std::vector<Button>& buttons) {
  return std::ranges::any_of(buttons, [](const Button& button) {
    for (std::string_view rest = button.label; !rest.empty();)
      if (is_han(next_character(rest))) return true;
    return false;
  });
}

// Commands and link, whole lines only, as far as they fit into `room`. The link goes first when
// room is short: behind it stands everything that could not be said here.
std::string tail_of(const Notice& notice, std::size_t room) {
  std::string link;
  if (!notice.link.empty()) link = '\n' + presentable(notice.link);
  if (link.size() > room) link.clear();

  std::string tail;
  for (const auto& button : notice.buttons) {
    std::string line =
        tail.empty() ? (is_chinese(notice.buttons) ? "\n可回复：\n" : "\nReply:\n") : "\n";
    line += presentable(words_of(button));
    if (tail.size() + line.size() + link.size() <= room) tail += line;
  }
  return tail + link;
}

}  // namespace

std::string plain_text(const Notice& notice, std::size_t max_bytes) {
  std::string words = presentable(notice.text);
  if (const auto title = presentable(notice.title); !title.empty() && !words.starts_with(title))
    words = words.empty() ? title : title + '\n' + words;

  const auto tail = tail_of(notice, max_bytes / 2);
  if (words.size() + tail.size() > max_bytes) {
    const auto room = max_bytes - tail.size() - kEllipsis.size();
    words = std::string{cut_bytes(words, room)}.append(kEllipsis);
  }
  words += tail;
  if (words.find_first_not_of(" \t\n") == std::string::npos)
    return notice.case_number.empty() ? "回音" : presentable(notice.case_number);
  return words;
}

}  // namespace huiyin
