#include "handlers/line/api.h"

#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/line/line.h"
#include "handlers/plain_text.h"
#include "handlers/utf8.h"

namespace huiyin::line {
namespace {

namespace json = boost::json;

json::object action(const Button& button) {
  const auto command = presentable(button.command);
  const auto label = presentable(button.label.empty() ? button.command : button.label);
  json::object entry;
  entry["type"] = "postback";
  entry["label"] = std::string{cut_characters(label, kMaxLabel)};
  entry["data"] = command;
  entry["displayText"] = command;  // the chat shows what was said by pressing
  return entry;
}

json::object buttons_message(const Notice& notice, json::array actions) {
  auto above = presentable(notice.title.empty() ? notice.case_number : notice.title);
  if (above.empty()) above = "请选择";
  json::object buttons;
  buttons["type"] = "buttons";
  buttons["text"] = std::string{cut_characters(above, kMaxTemplateText)};
  buttons["actions"] = std::move(actions);
  json::object message;
  message["type"] = "template";
  message["altText"] = std::string{cut_characters(above, kMaxTemplateText)};
  message["template"] = std::move(buttons);
  return message;
}

json::array messages_of(const Notice& notice) {
  json::object text;
  text["type"] = "text";
  text["text"] = plain_text(notice, kMaxText, kUtf16);
  json::array messages;
  messages.push_back(std::move(text));

  json::array actions;
  for (const auto& button : notice.buttons) {
    if (messages.size() == kMaxMessages) break;  // the rest stands in the text
    if (button.command.empty() || count_characters(button.command) > kMaxData) continue;
    actions.push_back(action(button));
    if (actions.size() < kMaxActions) continue;
    messages.push_back(buttons_message(notice, std::move(actions)));
    actions = {};
  }
  if (!actions.empty()) messages.push_back(buttons_message(notice, std::move(actions)));
  return messages;
}

}  // namespace

// Its words are part of it: after the database was set up anew the same number is another notice,
// which the platform would call accepted and show to nobody.
std::string retry_key(const Notice& notice) {
  auto hex =
      sha256_hex({"line|", notice.channel, "|", std::to_string(notice.id.raw()), "|",
                  notice.recipient, "\n", notice.kind, "\n", notice.title, "\n", notice.text});
  hex[12] = '4';  // version and variant of a random UUID
  hex[16] = "89ab"[hex[16] % 4];
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20, 12);
}

net::OutgoingRequest message_request(const Account& account, const Notice& notice) {
  const bool replies = !notice.reply_address.empty();
  json::object body;
  body[replies ? "replyToken" : "to"] = replies ? notice.reply_address : notice.recipient;
  body["messages"] = messages_of(notice);
  auto request =
      post_json(account.api_base + "/v2/bot/message/" + (replies ? "reply" : "push"), body);
  request.headers.emplace_back("Authorization", "Bearer " + account.access_token);
  if (!replies) request.headers.emplace_back("X-Line-Retry-Key", retry_key(notice));
  return request;
}

net::OutgoingRequest content_request(const Account& account, const std::string& message_id) {
  net::OutgoingRequest request;
  request.method = "GET";
  request.url = account.data_base + "/v2/bot/message/" + percent_encode(message_id) + "/content";
  request.headers.emplace_back("Authorization", "Bearer " + account.access_token);
  return request;
}

MediaAnswer read_content(const net::HttpResponse& response) {
  MediaAnswer answer;
  if (response.status == 200 && !response.body.empty()) {
    answer.kind = MediaAnswer::content;
    return answer;
  }
  answer.code = "http_" + std::to_string(response.status);
  switch (response.status) {
    case 400:  // this message has no file here: it lies with somebody else
    case 404:
    case 410:  // withdrawn, or too old
      answer.kind = MediaAnswer::gone;
      break;
    default:  // 202: a long video is still being made ready
      answer.kind = MediaAnswer::retry;
  }
  return answer;
}

}  // namespace huiyin::line
