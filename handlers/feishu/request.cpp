#include "handlers/feishu/request.h"

#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/webhook.h"

namespace huiyin::feishu {
namespace {

namespace json = boost::json;
using Judged = std::variant<Authentic, Refused, Handshake, Senseless>;

struct Signed {
  std::string_view timestamp, nonce, signature;
};

Signed read_signature(const net::HttpRequest& request) {
  return {single_header(request, "X-Lark-Request-Timestamp"),
          single_header(request, "X-Lark-Request-Nonce"),
          single_header(request, "X-Lark-Signature")};
}

// Over the bytes as they arrived: JSON that was written again gives another hash.
bool is_signed(const Account& account, const net::HttpRequest& request) {
  const auto given = read_signature(request);
  if (given.timestamp.empty() || given.nonce.empty()) return false;
  return equal_constant_time(
      event_signature(given.timestamp, given.nonce, account.encrypt_key, request.body),
      given.signature);
}

bool is_legacy_card(const Account& account, const net::HttpRequest& request,
                    const json::object& body) {
  if (!account.legacy_cards || !body.contains("action") || body.contains("schema")) return false;
  const auto given = read_signature(request);
  if (given.timestamp.empty() || given.nonce.empty()) return false;
  return equal_constant_time(
      legacy_card_signature(given.timestamp, given.nonce, account.verification_token, request.body),
      given.signature);
}

bool is_url_check(const json::object& body) {
  return json_string(body, "type") == "url_verification";
}

Judged answer_url_check(const Account& account, const json::object& body) {
  if (!equal_constant_time(account.verification_token, json_string(body, "token"))) return kForged;
  json::object answer;
  answer["challenge"] = json_string(body, "challenge");
  return Handshake{net::HttpResponse::text(200, json::serialize(answer), "application/json")};
}

Judged check_addressee(const Account& account, Authentic event) {
  if (event.body.contains("schema")) {
    const auto& header = json_child(event.body, "header");
    const auto app = json_string(header, "app_id");
    if (!equal_constant_time(account.verification_token, json_string(header, "token")))
      return kForged;
    if (!app.empty() && app != account.app_id) return kForged;
    if (json_string(event.body, "schema") != "2.0")
      return Senseless{"unknown schema", std::move(event.raw)};
    event.schema = Schema::v2;
  } else {
    if (!equal_constant_time(account.verification_token, json_string(event.body, "token")))
      return kForged;
    event.schema = Schema::v1;
  }
  return event;
}

Judged judge_encrypted(const Account& account, const net::HttpRequest& request) {
  const auto outer = parse_json_object(request.body);
  if (!outer) return kForged;
  const auto encrypt = json_string(*outer, "encrypt");
  if (encrypt.empty()) {
    if (is_legacy_card(account, request, *outer))
      return Authentic{Schema::legacy_card, std::move(*outer), request.body};
    return kForged;
  }
  auto plain = account.cipher->open(encrypt);
  if (!plain) return kForged;
  auto body = parse_json_object(*plain);
  if (body && is_url_check(*body)) return answer_url_check(account, *body);
  if (!is_signed(account, request)) return kForged;
  if (!body) return Senseless{"broken JSON", std::move(*plain)};
  return check_addressee(account, {Schema::v2, std::move(*body), std::move(*plain)});
}

Judged judge_plain(const Account& account, const net::HttpRequest& request) {
  auto body = parse_json_object(request.body);
  if (!body || body->contains("encrypt")) return kForged;
  if (is_legacy_card(account, request, *body))
    return Authentic{Schema::legacy_card, std::move(*body), request.body};
  if (is_url_check(*body)) return answer_url_check(account, *body);
  return check_addressee(account, {Schema::v2, std::move(*body), request.body});
}

}  // namespace

Judged authenticate(const Account& account, const net::HttpRequest& request) {
  if (request.method != "POST") return kBadMethod;
  if (!has_json_type(request)) return kBadContentType;
  return account.cipher ? judge_encrypted(account, request) : judge_plain(account, request);
}

}  // namespace huiyin::feishu
