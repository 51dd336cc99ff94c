#include "handlers/whatsapp/inbound.h"

#include <algorithm>
#include <charconv>

#include "handlers/config_keys.h"
#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/webhook.h"
#include "handlers/whatsapp/content.h"
#include "handlers/whatsapp/whatsapp.h"

namespace huiyin::whatsapp {
namespace {

namespace json = boost::json;

// How often we may write inside the window is not limited; the books need a number.
constexpr int kUncounted = 1000;

Decoded verify_url(const Account& account, const net::HttpRequest& request) {
  const auto query = request.query();
  auto challenge = net::query_parameter(query, "hub.challenge");
  if (net::query_parameter(query, "hub.mode") != "subscribe" ||
      !equal_constant_time(account.verify_token, net::query_parameter(query, "hub.verify_token")))
    return kForged;
  if (challenge.empty()) return kBadRequest;
  Handshake handshake{net::HttpResponse::text(200, std::move(challenge), "text/plain")};
  handshake.response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return handshake;
}

// Seconds, written as a string.
Instant time_of(const json::object& object) {
  const auto text = json_string(object, "timestamp");
  std::int64_t seconds = 0;
  if (!is_digits(text) || text.size() > 11) return {};
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return Instant{std::chrono::seconds{seconds}};
}

bool is_user(const std::string& id) { return !id.empty() && id.size() <= kMaxUserId; }

struct Batch {
  const Account& account;
  Instant now;
  std::vector<Message> messages;
  bool broken = false;

  Message begin(const json::object& object) const {
    Message message;
    message.channel = account.channel;
    message.recipient = account.phone_number_id;
    message.sent_at = time_of(object);
    message.raw = json::serialize(object);  // not what others said beside it
    return message;
  }

  void add_message(const json::object& object) {
    auto message = begin(object);
    message.sender = json_string(object, "from");
    const auto id = json_string(object, "id");
    if (!is_user(message.sender) || id.empty() || !read_content(object, message)) {
      broken = true;
      return;
    }
    message.dedupe_key = dedupe_key({"message", id});
    // A clock that runs ahead of ours must not lengthen what the platform allows.
    const auto from = message.sent_at == Instant{} ? now : std::min(message.sent_at, now);
    message.window = {from + kWindow, kUncounted};
    messages.push_back(std::move(message));
  }

  // "sent" only says that the platform took it, which the answer to the call said already.
  void add_status(const json::object& object) {
    const auto status = json_string(object, "status");
    if (status != "delivered" && status != "read" && status != "failed") return;
    auto message = begin(object);
    message.kind = MessageKind::delivery;
    message.sender = json_string(object, "recipient_id");
    const auto id = json_string(object, "id");
    if (!is_user(message.sender) || id.empty()) {
      broken = true;
      return;
    }
    message.delivery = Delivery{id, status != "failed", status};
    const auto* errors = json_array(object, "errors");
    if (errors && !errors->empty() && errors->front().is_object())
      message.delivery->detail += ":" + json_text(errors->front().get_object(), "code");
    message.dedupe_key = dedupe_key({"status", id, status});
    messages.push_back(std::move(message));
  }

  template <class Add>
  void each(const json::object& value, std::string_view name, Add add) {
    const auto* list = json_array(value, name);
    if (!list) return;
    for (const auto& entry : *list) {
      if (entry.is_object())
        add(entry.get_object());
      else
        broken = true;
    }
  }

  void add_change(const json::object& change) {
    const auto& value = json_child(change, "value");
    // An app may be subscribed for several numbers; the others have channels of their own.
    if (json_string(change, "field") != "messages" ||
        json_text(json_child(value, "metadata"), "phone_number_id") != account.phone_number_id)
      return;
    each(value, "messages", [this](const auto& object) { add_message(object); });
    each(value, "statuses", [this](const auto& object) { add_status(object); });
  }
};

Decoded read_body(const Account& account, const std::string& raw, Instant now) {
  const auto body = parse_json_object(raw);
  if (!body) return Senseless{"no JSON object, nested too deep, or not UTF-8", raw};
  if (!json_array(*body, "entry")) return Senseless{"entry is missing", raw};
  Batch batch{account, now, {}, false};
  batch.each(*body, "entry", [&batch](const json::object& entry) {
    batch.each(entry, "changes", [&batch](const auto& change) { batch.add_change(change); });
  });
  // Good messages are not held back for the sake of a broken one beside them.
  if (batch.broken && batch.messages.empty())
    return Senseless{"message or status lacks what makes it one of its kind", raw};
  return std::move(batch.messages);
}

}  // namespace

Decoded read_webhook(const Account& account, const net::HttpRequest& request, Instant now) {
  if (request.method == "GET") return verify_url(account, request);
  if (request.method != "POST") return kBadMethod;
  // Of the raw body: written anew, its \u escapes would be lost.
  const auto expected = "sha256=" + hmac_sha256_hex(account.app_secret, {request.body});
  if (!equal_constant_time(expected, single_header(request, "X-Hub-Signature-256"))) return kForged;
  if (!has_json_type(request)) return kBadContentType;
  return read_body(account, request.body, now);
}

}  // namespace huiyin::whatsapp
