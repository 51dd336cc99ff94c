#include "handlers/wechat/api.h"

#include "handlers/config_keys.h"
#include "handlers/json.h"
#include "handlers/tencent_push.h"
#include "handlers/utf8.h"
#include "handlers/wechat/reply.h"

namespace huiyin::wechat {
namespace {

namespace json = boost::json;

// Boost.JSON writes UTF-8 as it is. That matters: \u escapes are shown to people literally or
// refused (40033). Control characters, which it would escape, are gone after presentable().
net::OutgoingRequest post_json(std::string url, const json::object& body) {
  net::OutgoingRequest request;
  request.url = std::move(url);
  request.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  request.body = json::serialize(body);
  return request;
}

std::string api_url(const Account& account, std::string_view path, const Token& token) {
  return account.api_base + std::string{path} + "?access_token=" + percent_encode(token.value);
}

}  // namespace

net::OutgoingRequest stable_token_request(const Account& account) {
  json::object body;
  body["grant_type"] = "client_credential";
  body["appid"] = account.app_id;
  body["secret"] = account.app_secret;
  body["force_refresh"] = false;  // true is for leaks: 20 a day, and kills the old token at once
  return post_json(account.api_base + "/cgi-bin/stable_token", body);
}

net::OutgoingRequest customer_service_message(const Account& account, const Notice& notice,
                                              const Token& token) {
  json::object text;
  text["content"] = tencent::text_content(notice, kMaxText);
  json::object body;
  body["touser"] = notice.recipient;
  body["msgtype"] = "text";
  body["text"] = std::move(text);
  return post_json(api_url(account, "/cgi-bin/message/custom/send", token), body);
}

bool fits_template(const Account& account, const Notice& notice) {
  if (account.template_id.empty()) return false;
  for (const auto& field : account.template_fields)
    if (!fit(field, notice)) return false;
  return true;
}

net::OutgoingRequest template_message(const Account& account, const Notice& notice,
                                      const Token& token) {
  const bool is_message = account.template_kind == TemplateKind::message;
  json::object data;
  for (const auto& field : account.template_fields) {
    json::object value;
    value["value"] = fit(field, notice).value_or("");
    data[field.key] = std::move(value);
  }
  json::object body;
  body["touser"] = notice.recipient;
  body["template_id"] = account.template_id;
  if (!notice.link.empty()) body[is_message ? "url" : "page"] = presentable(notice.link);
  // The same person and id are served once within ten minutes: a repeat of an unknown is harmless.
  // Subscription notices know no such field.
  if (is_message) body["client_msg_id"] = std::to_string(notice.id.raw());
  body["data"] = std::move(data);
  const auto* path =
      is_message ? "/cgi-bin/message/template/send" : "/cgi-bin/message/subscribe/bizsend";
  return post_json(api_url(account, path, token), body);
}

}  // namespace huiyin::wechat
