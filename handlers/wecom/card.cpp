#include "handlers/wecom/card.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "handlers/digest.h"
#include "handlers/utf8.h"
#include "handlers/wecom/words.h"

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
constexpr std::size_t kMaxFiles = kMaxLines - 1;

constexpr std::string_view kTaskPrefix = "huiyin_";
constexpr std::size_t kTaskDigest = 16;  // hex digits behind the notice's id

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
std::string subtitle(const std::string& words) {
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

// Files first: only here they can be tapped, while the fields stand in the words as well.
json::array lines_of(const Notice& notice, const std::vector<FileLink>& files) {
  json::array links, lines;
  const bool chinese = is_chinese(notice);
  for (const auto& file : files) {
    json::object item;
    item["type"] = 1;
    item["keyname"] = fitted(file.name, kMaxKeyName);
    item["value"] = fitted(file.host, kMaxValue);
    item["url"] = file.url;
    links.push_back(std::move(item));
  }
  for (const auto& line : kLines) {
    const auto found = notice.fields.find(line.field);
    if (found == notice.fields.end() || found->second.empty() ||
        lines.size() + links.size() == kMaxLines)
      continue;
    json::object item;
    item["keyname"] = fitted(chinese ? line.chinese : line.english, kMaxKeyName);
    item["value"] = fitted(found->second, kMaxValue);
    lines.push_back(std::move(item));
  }
  for (auto& link : links) lines.push_back(std::move(link));
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
  return std::string{kTaskPrefix} + std::to_string(notice.id.raw()) + "_" +
         digest.substr(0, kTaskDigest);
}

std::optional<NoticeId> notice_of_task(std::string_view task_id) {
  if (!task_id.starts_with(kTaskPrefix)) return std::nullopt;
  const auto rest = task_id.substr(kTaskPrefix.size());
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), id);
  const auto digest = rest.substr(static_cast<std::size_t>(end - rest.data()));
  if (error != std::errc{} || id <= 0 || digest.size() != 1 + kTaskDigest || digest[0] != '_')
    return std::nullopt;
  return NoticeId{id};
}

json::object card(const Notice& notice) {
  const auto buttons = shown_buttons(notice);
  json::object card;
  card["card_type"] = buttons.empty() ? "text_notice" : "button_interaction";
  json::object title;
  title["title"] = title_of(notice);
  card["main_title"] = std::move(title);
  const auto parted = part_links(presentable(notice.text), kMaxFiles);
  if (const auto words = subtitle(parted.text); !words.empty()) card["sub_title_text"] = words;
  if (auto lines = lines_of(notice, parted.links); !lines.empty())
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

// The platform has no card without something to press: a text_notice needs a link, a
// button_interaction a button. `replace_text` greys that one.
json::object changed_card(const Notice& notice) {
  auto changed = card(notice);
  if (has_card(notice) || !notice.link.empty()) return changed;
  const auto status = notice.fields.find("status");
  const auto& state = status == notice.fields.end() ? notice.title : status->second;
  const auto label = state.empty() ? std::string{"已更新"} : fitted(state, kMaxLabel);
  json::object button;
  button["text"] = label;
  button["style"] = 2;
  button["key"] = notice.case_number.empty() ? "待办" : "进度 " + notice.case_number;
  changed["card_type"] = "button_interaction";
  changed["button_list"] = json::array{std::move(button)};
  changed["replace_text"] = label;
  return changed;
}

}  // namespace huiyin::wecom
