#include "handlers/telegram/inbound.h"

#include <algorithm>
#include <array>

#include "handlers/config_keys.h"
#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/telegram/content.h"
#include "handlers/webhook.h"

namespace huiyin::telegram {
namespace {

namespace json = boost::json;

constexpr std::string_view kSecretHeader = "X-Telegram-Bot-Api-Secret-Token";

// One update on its way to a message. `read` answers what stands in the webhook's answer: messages,
// none of them when the update is nothing for us, or why it makes no sense.
struct Reading {
  Message message;  // channel, recipient, dedupe key and raw body are filled in
  Decoded nothing() const { return std::vector<Message>{}; }
  Decoded done() const { return std::vector<Message>{message}; }
  Decoded senseless(std::string reason) const { return Senseless{std::move(reason), message.raw}; }
};

std::int64_t id_of(const json::object* object) {
  return object ? json_integer(*object, "id").value_or(0) : 0;
}

void take_date(const json::object& object, Message& message, std::string_view name = "date") {
  const auto date = json_integer(object, name).value_or(0);
  constexpr std::int64_t kLastSecond = 253'402'300'799;  // of the year 9999
  if (date > 0 && date <= kLastSecond) message.sent_at = Instant{std::chrono::seconds{date}};
}

// Huiyin talks to one person at a time: in groups, answers would show strangers what was reported.
bool is_private(const json::object& object) {
  const auto* chat = json_object(object, "chat");
  return chat && json_string(*chat, "type") == "private";
}

// The author, unless it is a bot: two robots would talk for ever.
enum class Author { person, robot, unknown };
Author take_author(const json::object& object, Message& message) {
  const auto* from = json_object(object, "from");
  const auto id = id_of(from);
  if (id <= 0) return Author::unknown;
  if (json_true(*from, "is_bot")) return Author::robot;
  message.sender = std::to_string(id);
  return Author::person;
}

Decoded read_message(const json::object& object, Reading reading) {
  if (!is_private(object)) return reading.nothing();
  const auto author = take_author(object, reading.message);
  if (author == Author::unknown) return reading.senseless("message without an author");
  if (author == Author::robot) return reading.nothing();
  take_date(object, reading.message);
  switch (read_content(object, reading.message)) {
    case Content::service:
      return reading.nothing();
    case Content::senseless:
      return reading.senseless("message lacks what makes it one of its kind");
    case Content::said:
      break;
  }
  return reading.done();
}

Decoded read_edit(const json::object& object, Reading reading) {
  if (!is_private(object)) return reading.nothing();
  const auto author = take_author(object, reading.message);
  if (author == Author::unknown) return reading.senseless("edit without an author");
  reading.message.text = edited_words(object);
  if (author == Author::robot || reading.message.text.empty()) return reading.nothing();
  take_date(object, reading.message, "edit_date");
  return reading.done();
}

// "chat:message", as interpret() returns it for a sent card.
std::string card_of(const json::object& query) {
  const auto* message = json_object(query, "message");
  const auto chat = message ? id_of(json_object(*message, "chat")) : 0;
  const auto id = message ? json_integer(*message, "message_id").value_or(0) : 0;
  return chat == 0 || id == 0 ? std::string{} : std::to_string(chat) + ":" + std::to_string(id);
}

// `data` may be forged by modified clients: it is read like typed words, with the rights of the
// one who pressed.
Decoded read_button(const json::object& query, Reading reading) {
  auto& message = reading.message;
  const auto author = take_author(query, message);
  if (author == Author::unknown) return reading.senseless("button pressed by nobody");
  message.text = json_string(query, "data");
  if (author == Author::robot || message.text.empty()) return reading.nothing();
  message.card = card_of(query);
  // For acknowledge(). It carries no later notice, so it is never valid until anything.
  message.reply_address = json_string(query, "id");
  return reading.done();
}

Decoded read_membership(const json::object& change, Reading reading) {
  if (!is_private(change)) return reading.nothing();
  const auto author = take_author(change, reading.message);
  const auto* now = json_object(change, "new_chat_member");
  if (author == Author::unknown || !now) return reading.senseless("membership without a person");
  if (author == Author::robot) return reading.nothing();
  take_date(change, reading.message);
  const auto status = json_string(*now, "status");
  if (status == "kicked") {
    reading.message.kind = MessageKind::unfollow;
  } else if (status == "member") {
    reading.message.kind = MessageKind::follow;
  } else {
    return reading.nothing();
  }
  return reading.done();
}

struct Reader {
  std::string_view field;
  Decoded (*read)(const json::object&, Reading);
};
constexpr auto kReaders = std::to_array<Reader>({
    {"message", read_message},
    {"edited_message", read_edit},
    {"callback_query", read_button},
    {"my_chat_member", read_membership},
});

Decoded read_body(const Account& account, const std::string& body) {
  const auto update = parse_json_object(body);
  if (!update) return Senseless{"no JSON object, nested too deep, or not UTF-8", body};
  const auto id = json_integer(*update, "update_id");
  if (!id) return Senseless{"update_id is missing", body};

  Reading reading;
  reading.message.channel = account.channel;
  reading.message.recipient = account.bot_id;
  // Ids belong to one bot; an account has one.
  reading.message.dedupe_key = dedupe_key({"update", std::to_string(*id)});
  reading.message.raw = body;
  for (const auto& [field, read] : kReaders)
    if (const auto* payload = json_object(*update, field))
      return read(*payload, std::move(reading));
  return reading.nothing();  // channel posts, polls, kinds of newer versions
}

}  // namespace

Decoded read_update(const Account& account, const net::HttpRequest& request) {
  if (request.method != "POST") return kBadMethod;
  if (!equal_constant_time(account.secret_token, single_header(request, kSecretHeader)))
    return kForged;
  if (!has_json_type(request)) return kBadContentType;
  return read_body(account, request.body);
}

}  // namespace huiyin::telegram
