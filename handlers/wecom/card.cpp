#include "handlers/wecom/card.h"

#include <algorithm>
#include <vector>

#include "handlers/digest.h"
#include "handlers/utf8.h"

namespace huiyin::wecom {
namespace {

namespace json = boost::json;

// Characters; what the pages advise. Longer is accepted but not shown.
constexpr std::size_t kMaxTitle = 36;
constexpr std::size_t kMaxSubtitle = 160;
constexpr std::size_t kMaxKeyName = 5;
constexpr std::size_t kMaxValue = 30;
constexpr std::size_t kMaxLabel = 10;
constexpr std::size_t kMaxKey = 1024;  // bytes, refused beyond
constexpr std::size_t kMaxLines = 6;

struct Line {
  const char *field, *chinese, *english;
};
constexpr Line kLines[] = {{"number", "编号", "No."},    {"place", "地点", "Place"},
                           {"status", "状态", "State"},  {"due", "期限", "Due"},
                           {"owner", "经办人", "Owner"}, {"result", "结果", "Done"}};

std::string fitted(std::string_view text, std::size_t characters) {
  auto words = presentable(text);
  std::ranges::replace(words, '\n', ' ');
  if (count_characters(words) <= characters) return words;
  return std::string{cut_characters(words, characters - 1)} + "…";
}

// The last line tells what can be answered: it stays when the rest is too long.
std::string subtitle(std::string_view text) {
  const auto words = presentable(text);
  if (count_characters(words) <= kMaxSubtitle) return words;
  const auto at = words.rfind('\n');
  std::string last = at == std::string::npos ? std::string{} : words.substr(at);
  if (count_characters(last) > kMaxSubtitle / 2) last.clear();
  const auto room = kMaxSubtitle - count_characters(last) - 1;
  return std::string{cut_characters(words, room)} + "…" + last;
}

bool is_chinese(const Notice& notice) {
  for (std::string_view rest = notice.text; !rest.empty();)
    if (is_han(next_character(rest))) return true;
  return false;
}

json::array lines_of(const Notice& notice) {
  json::array lines;
  const bool chinese = is_chinese(notice);
  for (const auto& line : kLines) {
    const auto found = notice.fields.find(line.field);
    if (found == notice.fields.end() || found->second.empty() || lines.size() == kMaxLines)
      continue;
    json::object item;
    item["keyname"] = fitted(chinese ? line.chinese : line.english, kMaxKeyName);
    item["value"] = fitted(found->second, kMaxValue);
    lines.push_back(std::move(item));
  }
  return lines;
}

// Keys must be short enough, and unique in the card.
std::vector<Button> shown_buttons(const Notice& notice) {
  std::vector<Button> shown;
  for (const auto& button : notice.buttons) {
    const auto key = presentable(button.command);
    if (key.empty() || key.size() > kMaxKey || button.label.empty() || shown.size() == kMaxButtons)
      continue;
    if (std::ranges::find(shown, key, &Button::command) == shown.end())
      shown.push_back({fitted(button.label, kMaxLabel), key});
  }
  return shown;
}

std::string title_of(const Notice& notice) {
  if (!notice.title.empty()) return fitted(notice.title, kMaxTitle);
  if (!notice.case_number.empty()) return fitted(notice.case_number, kMaxTitle);
  return fitted(notice.text.empty() ? "回音" : notice.text, kMaxTitle);
}

}  // namespace

bool has_card(const Notice& notice) { return !shown_buttons(notice).empty(); }

std::string task_id(const Notice& notice) {
  const auto digest = sha256_hex(
      {notice.recipient, "\n", notice.case_number, "\n", notice.title, "\n", notice.text});
  return "huiyin_" + std::to_string(notice.id.raw()) + "_" + digest.substr(0, 16);
}

json::object card(const Notice& notice) {
  const auto buttons = shown_buttons(notice);
  json::object card;
  card["card_type"] = buttons.empty() ? "text_notice" : "button_interaction";
  json::object title;
  title["title"] = title_of(notice);
  card["main_title"] = std::move(title);
  if (const auto words = subtitle(notice.text); !words.empty()) card["sub_title_text"] = words;
  if (auto lines = lines_of(notice); !lines.empty())
    card["horizontal_content_list"] = std::move(lines);
  if (!notice.link.empty()) {
    json::object action;
    action["type"] = 1;
    action["url"] = presentable(notice.link);
    card["card_action"] = std::move(action);
  }
  json::array list;
  for (const auto& button : buttons) {
    json::object item;
    item["text"] = button.label;
    item["style"] = list.empty() ? 1 : 2;
    item["key"] = button.command;
    list.push_back(std::move(item));
  }
  if (!list.empty()) card["button_list"] = std::move(list);
  return card;
}

}  // namespace huiyin::wecom
