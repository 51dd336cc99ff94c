#include "handlers/slack/api.h"

#include "handlers/http_parts.h"
#include "handlers/plain_text.h"
#include "handlers/slack/markup.h"
#include "handlers/slack/slack.h"
#include "handlers/utf8.h"

namespace huiyin::slack {
namespace {

namespace json = boost::json;

json::object plain(std::string text) {
  json::object object;
  object["type"] = "plain_text";
  object["text"] = std::move(text);
  object["emoji"] = false;
  return object;
}

json::array buttons_of(const Notice& notice) {
  json::array list;
  for (const auto& button : notice.buttons) {
    const auto value = presentable(button.command);
    if (list.size() == kMaxButtons) break;
    if (value.empty() || count_characters(value) > kMaxButtonValue) continue;
    const auto label = presentable(button.label.empty() ? button.command : button.label);
    json::object entry;
    entry["type"] = "button";
    entry["action_id"] = "b" + std::to_string(list.size());
    entry["text"] = plain(std::string{cut_characters(label, kMaxButtonLabel)});
    entry["value"] = value;
    list.push_back(std::move(entry));
  }
  return list;
}

// Always given: an update that leaves them out would keep the old buttons.
json::array blocks_of(const Notice& notice, std::vector<std::string> pieces) {
  json::array blocks;
  for (auto& piece : pieces) {
    json::object section;
    section["type"] = "section";
    section["text"] = plain(std::move(piece));
    blocks.push_back(std::move(section));
  }
  if (auto buttons = buttons_of(notice); !buttons.empty()) {
    json::object actions;
    actions["type"] = "actions";
    actions["elements"] = std::move(buttons);
    blocks.push_back(std::move(actions));
  }
  return blocks;
}

}  // namespace

net::OutgoingRequest message_request(const Account& account, const Notice& notice) {
  const auto colon = notice.replaces.find(':');
  const bool edits = colon != std::string::npos && colon + 1 < notice.replaces.size();
  auto pieces = escape_pieces(plain_text(notice, kMaxText, kCharacters), kMaxSection);
  json::object body;
  body["channel"] = edits ? notice.replaces.substr(0, colon) : notice.recipient;
  if (edits) body["ts"] = notice.replaces.substr(colon + 1);
  body["text"] = pieces.front();  // for notifications; the blocks say it whole
  body["mrkdwn"] = false;
  body["unfurl_links"] = false;
  body["unfurl_media"] = false;
  body["blocks"] = blocks_of(notice, std::move(pieces));
  auto request =
      post_json(account.api_base + (edits ? "/api/chat.update" : "/api/chat.postMessage"), body);
  request.headers.emplace_back("Authorization", "Bearer " + account.bot_token);
  return request;
}

std::optional<net::OutgoingRequest> file_request(const Account& account, const std::string& url) {
  const bool ours = url.starts_with("https://" + std::string{kFilesHost} + "/") ||
                    url.starts_with(account.api_base + "/");
  if (!ours) return std::nullopt;
  net::OutgoingRequest request;
  request.method = "GET";
  request.url = url;
  request.headers.emplace_back("Authorization", "Bearer " + account.bot_token);
  return request;
}

MediaAnswer read_file(const net::HttpResponse& response) {
  MediaAnswer answer;
  answer.code = "http_" + std::to_string(response.status);
  if (response.status == 404 || response.status == 410) return answer;  // deleted
  answer.kind = MediaAnswer::retry;
  if (response.status != 200 || response.body.empty()) return answer;
  // Without the scope files:read the page for signing in comes instead.
  if (net::find_header(response.headers, "Content-Type").starts_with("text/html")) {
    answer.code = "missing_scope";
    return answer;
  }
  answer.kind = MediaAnswer::content;
  answer.code.clear();
  return answer;
}

}  // namespace huiyin::slack
