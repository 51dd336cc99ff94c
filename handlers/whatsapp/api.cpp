#include "handlers/whatsapp/api.h"

#include <set>

#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/plain_text.h"
#include "handlers/utf8.h"
#include "handlers/whatsapp/whatsapp.h"

namespace huiyin::whatsapp {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxValue = 200;  // characters; the whole template has 1024

net::OutgoingRequest request_of(const Account& account, const Notice& notice, const char* type,
                                json::object content) {
  json::object body;
  body["messaging_product"] = "whatsapp";
  body["recipient_type"] = "individual";
  body["to"] = notice.recipient;
  body["type"] = type;
  body[type] = std::move(content);
  auto request = post_json(
      account.api_base + "/" + account.api_version + "/" + account.phone_number_id + "/messages",
      body);
  request.headers.emplace_back("Authorization", "Bearer " + account.access_token);
  return request;
}

// Titles and ids must differ; what does not fit stands in the text only.
json::array reply_buttons(const Notice& notice) {
  json::array list;
  std::set<std::string> titles, ids;
  for (const auto& button : notice.buttons) {
    if (list.size() == kMaxButtons) break;
    auto id = presentable(button.command);
    std::string title{
        cut_characters(presentable(button.label.empty() ? id : button.label), kMaxButtonTitle)};
    if (id.empty() || count_characters(id) > kMaxButtonId || ids.contains(id) ||
        titles.contains(title))
      continue;
    titles.insert(title);
    ids.insert(id);
    json::object reply;
    reply["id"] = std::move(id);
    reply["title"] = std::move(title);
    json::object entry;
    entry["type"] = "reply";
    entry["reply"] = std::move(reply);
    list.push_back(std::move(entry));
  }
  return list;
}

json::object interactive(std::string text, json::array buttons) {
  json::object body, action, content;
  body["text"] = std::move(text);
  action["buttons"] = std::move(buttons);
  content["type"] = "button";
  content["body"] = std::move(body);
  content["action"] = std::move(action);
  return content;
}

std::string source_of(const Notice& notice, const std::string& name) {
  if (name == "title") return notice.title;
  if (name == "text") return notice.text;
  if (name == "number") return notice.case_number;
  const auto found = notice.fields.find(name);
  return found == notice.fields.end() ? std::string{} : found->second;
}

// A template's value is one line without runs of blanks, and never empty.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : presentable(text)) {
    const bool blank = c == '\n' || c == '\t' || c == ' ';
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  while (line.ends_with(' ')) line.pop_back();
  if (line.empty()) return "无";
  return std::string{cut_characters(line, kMaxValue)};
}

}  // namespace

net::OutgoingRequest text_message(const Account& account, const Notice& notice) {
  auto text = plain_text(notice, kMaxText, kUtf16);
  auto buttons = reply_buttons(notice);
  if (!buttons.empty() && count_utf16(text) <= kMaxInteractive)
    return request_of(account, notice, "interactive",
                      interactive(std::move(text), std::move(buttons)));
  json::object content;
  content["preview_url"] = false;
  content["body"] = std::move(text);
  return request_of(account, notice, "text", std::move(content));
}

bool has_template(const Account& account) { return !account.template_name.empty(); }

net::OutgoingRequest template_message(const Account& account, const Notice& notice) {
  json::object language, content;
  language["code"] = account.template_language;
  content["name"] = account.template_name;
  content["language"] = std::move(language);
  if (!account.template_values.empty()) {
    json::array parameters, components;
    for (const auto& name : account.template_values) {
      json::object parameter;
      parameter["type"] = "text";
      parameter["text"] = one_line(source_of(notice, name));
      parameters.push_back(std::move(parameter));
    }
    json::object component;
    component["type"] = "body";
    component["parameters"] = std::move(parameters);
    components.push_back(std::move(component));
    content["components"] = std::move(components);
  }
  return request_of(account, notice, "template", std::move(content));
}

}  // namespace huiyin::whatsapp
