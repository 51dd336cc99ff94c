#include "handlers/dingtalk/words.h"

#include <algorithm>

#include "handlers/card_parts.h"
#include "handlers/config_keys.h"
#include "handlers/plain_text.h"
#include "handlers/utf8.h"

namespace huiyin::dingtalk {
namespace {

namespace json = boost::json;

// Whether backslashes escape is not documented; the full-width twins certainly do not act.
std::string_view harmless(char c) {
  switch (c) {
    case '[':
      return "［";
    case ']':
      return "］";
    case '*':
      return "＊";
    case '_':
      return "＿";
    case '#':
      return "＃";
    case '<':
      return "＜";
    case '>':
      return "＞";
    case '`':
      return "｀";
    case '~':
      return "～";
    case '|':
      return "｜";
    default:
      return {};
  }
}

std::string inert(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto twin = harmless(c);
    if (twin.empty())
      out += c;
    else
      out += twin;
  }
  return out;
}

// A file can be opened by a tap, and the link shows whose it is.
std::string markdown_line(std::string_view line) {
  const auto file = read_file_line(line);
  if (!file) return inert(line);
  return inert(file->words) + "[" + inert(file->host) + "](" + std::string{file->address} + ")";
}

std::string markdown_lines(std::string_view text) {
  std::string out;
  while (true) {
    const auto end = text.find('\n');
    out += markdown_line(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += "  \n";  // a line break of markdown
    text.remove_prefix(end + 1);
  }
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return std::string{cut_characters(text, kMaxTitle)};
}

bool can_tap(const Button& button) {
  return !button.command.empty() && button.command.size() <= kMaxCommand;
}

std::string label_of(const Button& button) {
  const auto label = presentable(button.label.empty() ? button.command : button.label);
  return std::string{cut_characters(label, 20)};
}

// Tapped, the client says `content` in this conversation, as if it had been typed.
std::string tap(const Button& button) {
  return "[" + inert(one_line(label_of(button))) + "](dtmd://dingtalkclient/sendMessage?content=" +
         percent_encode(presentable(button.command)) + ")";
}

bool has_link(const Notice& notice) {
  return !notice.link.empty() && notice.link.size() <= kMaxLink;
}

Notice without_title(Notice notice) {
  notice.title.clear();
  return notice;
}

}  // namespace

Look look_of(const Notice& notice) {
  if (std::ranges::any_of(notice.buttons, can_tap)) return Look::markdown;
  return has_link(notice) ? Look::action_card : Look::text;
}

std::string title_of(const Notice& notice) {
  const auto title =
      one_line(presentable(notice.title.empty() ? notice.case_number : notice.title));
  return title.empty() ? "回音" : title;
}

std::string markdown_of(const Notice& notice, bool taps) {
  auto text = markdown_lines(plain_text(notice, kMaxWords));
  if (!taps) return text;
  std::string links;
  std::size_t count = 0;
  for (const auto& button : notice.buttons) {
    if (!can_tap(button)) continue;
    links += (links.empty() ? "" : "　") + tap(button);
    if (++count == kMaxButtons) break;
  }
  if (has_link(notice))
    links += (links.empty() ? "[查看详情](" : "　[查看详情](") + presentable(notice.link) + ")";
  return links.empty() ? text : text + "\n\n" + links;
}

json::object card_variables(const Notice& notice) {
  json::object variables;
  variables["title"] = title_of(notice);
  variables["text"] = markdown_lines(plain_text(without_title(notice), kMaxWords));
  variables["link"] = has_link(notice) ? presentable(notice.link) : std::string{};
  variables["hint"] = "";
  std::size_t number = 0;
  for (const auto& button : notice.buttons) {
    if (!can_tap(button) || number == kMaxButtons) continue;
    const auto suffix = std::to_string(++number);
    variables["label" + suffix] = label_of(button);
    variables["command" + suffix] = presentable(button.command);
  }
  while (number < kMaxButtons) {
    const auto suffix = std::to_string(++number);
    variables["label" + suffix] = "";
    variables["command" + suffix] = "";
  }
  return variables;
}

json::object work_notice(const Notice& notice) {
  const auto mark = "\n（" + (notice.case_number.empty() ? "" : notice.case_number + " · ") +
                    "通知 " + std::to_string(notice.id.raw()) + "）";
  json::object message;
  // Escapes make it longer than its words: shorter words until it fits.
  for (std::size_t room = 1200;; room = room / 4 * 3) {
    const auto words = plain_text(notice, room) + mark;
    json::object inner;
    message.clear();
    if (has_link(notice)) {
      inner["title"] = title_of(notice);
      inner["markdown"] = markdown_lines(words);
      inner["single_title"] = "查看详情";
      inner["single_url"] = presentable(notice.link);
      message["msgtype"] = "action_card";
      message["action_card"] = std::move(inner);
    } else {
      inner["content"] = words;
      message["msgtype"] = "text";
      message["text"] = std::move(inner);
    }
    if (json::serialize(message).size() <= kMaxNotice || room < 128) return message;
  }
}

}  // namespace huiyin::dingtalk
