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
std::string tail_of(const Notice& notice, std::size_t room, const Measure& measure) {
  std::string link;
  if (!notice.link.empty()) link = '\n' + presentable(notice.link);
  if (measure.count(link) > room) link.clear();

  std::string tail;
  for (const auto& button : notice.buttons) {
    std::string line =
        tail.empty() ? (is_chinese(notice.buttons) ? "\n可回复：\n" : "\nReply:\n") : "\n";
    line += presentable(words_of(button));
    if (measure.count(tail) + measure.count(line) + measure.count(link) <= room) tail += line;
  }
  return tail + link;
}

}  // namespace

const Measure kBytes{[](std::string_view text) { return text.size(); }, cut_bytes};
const Measure kCharacters{count_characters, cut_characters};
const Measure kUtf16{count_utf16, cut_utf16};

std::string plain_text(const Notice& notice, std::size_t most, const Measure& measure) {
  std::string words = presentable(notice.text);
  if (const auto title = presentable(notice.title); !title.empty() && !words.starts_with(title))
    words = words.empty() ? title : title + '\n' + words;

  const auto tail = tail_of(notice, most / 2, measure);
  if (measure.count(words) + measure.count(tail) > most) {
    const auto room = most - measure.count(tail) - measure.count(kEllipsis);
    words = std::string{measure.cut(words, room)}.append(kEllipsis);
  }
  words += tail;
  if (words.find_first_not_of(" \t\n") == std::string::npos)
    return notice.case_number.empty() ? "回音" : presentable(notice.case_number);
  return words;
}

}  // namespace huiyin
