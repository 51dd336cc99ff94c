#include "handlers/wecom/played_card.h"

#include <algorithm>

#include "handlers/http_parts.h"
#include "handlers/json.h"

namespace huiyin::wecom {
namespace {

namespace json = boost::json;

const json::array& list_of(const json::object& card, std::string_view name) {
  static const json::array empty;
  const auto* value = card.if_contains({name.data(), name.size()});
  return value && value->is_array() ? value->get_array() : empty;
}

void append_line(std::string& shown, const std::string& line) {
  if (line.empty()) return;
  if (!shown.empty()) shown += '\n';
  shown += line;
}

// 0 or an errcode.
int show_lines(const json::object& card, std::string& shown) {
  const auto& lines = list_of(card, "horizontal_content_list");
  if (lines.size() > 6) return 42031;
  for (const auto& value : lines) {
    if (!value.is_object()) return 42032;
    const auto name = json_string(value.get_object(), "keyname");
    if (name.empty()) return 42033;
    const auto type = json_integer(value.get_object(), "type").value_or(0);
    const auto url = json_string(value.get_object(), "url");
    if (type < 0 || type > 3 || (type == 1 && url.empty())) return 42034;
    append_line(shown, name + "：" + json_string(value.get_object(), "value") +
                           (type == 1 ? " " + url : std::string{}));
  }
  return 0;
}

int show_buttons(const json::object& card, PlayedCard& played) {
  const auto& buttons = list_of(card, "button_list");
  if (buttons.empty() || buttons.size() > 6) return 42045;
  for (const auto& value : buttons) {
    if (!value.is_object()) return 42046;
    const auto text = json_string(value.get_object(), "text");
    const auto key = json_string(value.get_object(), "key");
    const auto style = json_integer(value.get_object(), "style").value_or(1);
    if (text.empty()) return 42020;
    if (key.empty() || key.size() > 1024 || style < 1 || style > 4) return 42018;
    if (std::ranges::find(played.keys, key) != played.keys.end()) return 42018;
    played.keys.push_back(key);
    append_line(played.shown, "[" + text + "]");
  }
  return 0;
}

}  // namespace

bool is_task_id(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::ranges::all_of(id, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           c == '-' || c == '@';
  });
}

PlayedCard play_card(const json::object& card, bool is_update) {
  PlayedCard played;
  const auto type = json_string(card, "card_type");
  const bool interactive = type == "button_interaction";
  const auto title = json_string(json_child(card, "main_title"), "title");
  const auto& action = json_child(card, "card_action");
  const bool opens = json_integer(action, "type") == 1 && !json_string(action, "url").empty();
  if (!interactive && type != "text_notice") return {42027, {}, {}};
  if (title.empty()) return {42029, {}, {}};
  if (!interactive && !opens) return {42040, {}, {}};
  append_line(played.shown, title);
  append_line(played.shown, json_string(card, "sub_title_text"));
  played.fault = show_lines(card, played.shown);
  if (opens) append_line(played.shown, json_string(action, "url"));
  if (played.fault != 0 || !interactive) return played;
  const auto grey = is_update ? json_string(card, "replace_text") : std::string{};
  PlayedCard buttons;
  played.fault = show_buttons(card, buttons);
  append_line(played.shown, grey.empty() ? buttons.shown : "(" + grey + ")");
  if (grey.empty()) played.keys = std::move(buttons.keys);
  return played;
}

}  // namespace huiyin::wecom
