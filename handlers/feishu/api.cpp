#include "handlers/feishu/api.h"

#include "handlers/card_parts.h"
#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/feishu/card.h"
#include "handlers/http_parts.h"
#include "handlers/plain_text.h"

namespace huiyin::feishu {
namespace {

namespace json = boost::json;

constexpr std::string_view kMessages = "/open-apis/im/v1/messages";

// open_id belong to one application: one of another is refused by the platform.
std::string_view receive_id_type(std::string_view id) {
  if (id.starts_with("ou_")) return "open_id";
  if (id.starts_with("oc_")) return "chat_id";
  if (id.starts_with("on_")) return "union_id";
  return id.find('@') == std::string_view::npos ? "user_id" : "email";
}

bool is_card(const Notice& notice) {
  return !notice.buttons.empty() || !notice.link.empty() || !notice.replaces.empty() ||
         is_card_kind(notice.kind);
}

// "<at user_id=…>" acts in a text message, also when a person typed it; a word joiner breaks it.
std::string without_mentions(std::string text) {
  for (auto at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    const auto tag = text.substr(at + 1, 3);
    if (net::equal_ignoring_case(tag.substr(0, 2), "at") || net::equal_ignoring_case(tag, "/at"))
      text.insert(at + 1, "\u2060");
  }
  return text;
}

// JSON inside a JSON string: an object here would be refused (230001).
std::string content_of(const Notice& notice) {
  if (is_card(notice)) return json::serialize(card_json(notice));
  json::object text;
  text["text"] = without_mentions(plain_text(notice, kMaxText));
  return json::serialize(text);
}

// The same notice sent twice within an hour arrives once. Its words are part of it: after the
// database was set up anew the same number is another notice.
std::string uuid_of(const Notice& notice) {
  const auto digest =
      sha256_hex({notice.recipient, "\n", notice.kind, "\n", notice.title, "\n", notice.text});
  return std::to_string(notice.id.raw()) + "-" + digest.substr(0, 24);
}

net::OutgoingRequest authorized(std::string method, std::string url, const json::object& body,
                                const Token& token) {
  auto request = post_json(std::move(url), body);
  request.method = std::move(method);
  request.headers.emplace_back("Authorization", "Bearer " + token.value);
  return request;
}

}  // namespace

net::OutgoingRequest tenant_token_request(const Account& account) {
  json::object body;
  body["app_id"] = account.app_id;
  body["app_secret"] = account.app_secret;
  return post_json(account.api_base + "/open-apis/auth/v3/tenant_access_token/internal", body);
}

net::OutgoingRequest send_request(const Account& account, const Notice& notice,
                                  const Token& token) {
  const auto messages = account.api_base + std::string{kMessages};
  json::object body;
  if (!notice.replaces.empty()) {
    body["content"] = content_of(notice);
    return authorized("PATCH", messages + "/" + percent_encode(notice.replaces), body, token);
  }
  const bool is_reply = notice.reply_address.starts_with("om_");
  if (!is_reply) body["receive_id"] = notice.recipient;
  body["msg_type"] = is_card(notice) ? "interactive" : "text";
  body["content"] = content_of(notice);
  body["uuid"] = uuid_of(notice);
  const auto url =
      is_reply ? messages + "/" + percent_encode(notice.reply_address) + "/reply"
               : messages + "?receive_id_type=" + std::string{receive_id_type(notice.recipient)};
  return authorized("POST", url, body, token);
}

}  // namespace huiyin::feishu
