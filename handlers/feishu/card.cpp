#include "handlers/feishu/card.h"

#include <algorithm>
#include <array>

#include "handlers/card_parts.h"
#include "handlers/plain_text.h"
#include "handlers/utf8.h"

namespace huiyin::feishu {
namespace {

namespace json = boost::json;

struct Colour {
  std::string_view kind, colour;
};
constexpr std::string_view kUsual = "blue";
constexpr auto kColours = std::to_array<Colour>({
    {"overdue", "red"},
    {"accept_over", "red"},
    {"due_now", "orange"},
    {"due_tomorrow", "orange"},
    {"urge", "orange"},
    {"accept_half", "orange"},
    {"silence", "orange"},
    {"done", "green"},
    {"closed", "green"},
    {"taken_over", "grey"},
    {"withdrawn", "grey"},
});

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

json::object plain(std::string_view text) {
  json::object object;
  object["tag"] = "plain_text";
  object["content"] = view(text);
  return object;
}

std::string one_line(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return std::string{cut_characters(text, kMaxCardTitle)};
}

json::object header(const Notice& notice) {
  const auto title = presentable(notice.title.empty() ? notice.case_number : notice.title);
  const auto found = std::ranges::find(kColours, notice.kind, &Colour::kind);
  json::object header;
  header["title"] = plain(title.empty() ? "回音" : one_line(title));
  header["template"] = view(found == kColours.end() ? kUsual : found->colour);
  return header;
}

json::object button(std::string_view label, bool first) {
  json::object button;
  button["tag"] = "button";
  button["text"] = plain(label);
  button["type"] = first ? "primary" : "default";
  return button;
}

json::array actions(const Notice& notice) {
  json::array list;
  for (const auto& each : notice.buttons) {
    if (list.size() == kMaxButtons) break;
    if (each.command.empty() || each.command.size() > kMaxCommand) continue;
    auto shown =
        button(one_line(presentable(each.label.empty() ? each.command : each.label)), list.empty());
    json::object value;
    value["command"] = presentable(each.command);
    shown["value"] = std::move(value);
    list.push_back(std::move(shown));
  }
  if (!notice.link.empty() && notice.link.size() <= kMaxCardText / 4) {
    auto shown = button("查看详情", false);
    shown["url"] = presentable(notice.link);
    list.push_back(std::move(shown));
  }
  return list;
}

// As our lines are: short, and nothing in them acts.
bool is_plain(std::string_view words) {
  return words.size() <= 32 && words.find_first_of("*_~[]()<>#`|\\") == std::string_view::npos;
}

// Lines that show files leave `text` and become links, which plain text cannot hold.
std::string take_files(std::string& text) {
  std::string rest, links;
  std::string_view left = text;
  std::size_t count = 0;
  while (true) {
    const auto end = left.find('\n');
    const auto line = left.substr(0, end);
    const auto file = read_file_line(line);
    if (file && is_plain(file->words) && count < kMaxFiles) {
      ++count;
      links.append(links.empty() ? "" : "\n").append(file->words);
      links.append("[").append(file->host).append("](").append(file->address).append(")");
    } else {
      rest.append(rest.empty() ? "" : "\n").append(line);
    }
    if (end == std::string_view::npos) break;
    left.remove_prefix(end + 1);
  }
  if (!links.empty()) text = std::move(rest);
  return links;
}

json::object link_lines(const std::string& markdown) {
  json::object text, element;
  text["tag"] = "lark_md";
  text["content"] = markdown;
  element["tag"] = "div";
  element["text"] = std::move(text);
  return element;
}

}  // namespace

json::object card_json(const Notice& notice) {
  auto words = notice;  // the title stands in the header
  words.title.clear();
  const auto files = take_files(words.text);
  json::object text;
  text["tag"] = "div";
  text["text"] = plain(plain_text(words, kMaxCardText));
  json::array elements;
  elements.push_back(std::move(text));
  if (!files.empty()) elements.push_back(link_lines(files));
  if (auto list = actions(notice); !list.empty()) {
    json::object action;
    action["tag"] = "action";
    action["actions"] = std::move(list);
    elements.push_back(std::move(action));
  }
  json::object config;
  config["wide_screen_mode"] = true;
  config["update_multi"] = true;
  json::object card;
  card["config"] = std::move(config);
  card["header"] = header(notice);
  card["elements"] = std::move(elements);
  return card;
}

}  // namespace huiyin::feishu
