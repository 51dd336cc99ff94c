#include "handlers/feishu/inbound.h"

#include <algorithm>
#include <array>

#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/feishu/content.h"
#include "handlers/feishu/media.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/webhook.h"

namespace huiyin::feishu {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

// Answers to a message quote it while the conversation still stands there.
constexpr auto kReplyFor = 10min;
constexpr std::size_t kMaxReadMarks = 50;  // message ids of one read event

struct Event {
  const Account& account;
  std::string type, id;
  Instant sent_at, now;
  const json::object& body;  // `event`
  const std::string& raw;

  Message message(std::string sender) const {
    Message message;
    message.channel = account.channel;
    message.sender = std::move(sender);
    message.recipient = account.app_id;
    message.sent_at = sent_at;
    message.raw = raw;
    return message;
  }
  std::string key() const {
    return id.empty() ? dedupe_key({"body", sha256_hex({raw})}) : dedupe_key({type, id});
  }
};

using Messages = std::vector<Message>;

Senseless lacks(const Event& event, std::string_view what) {
  return {event.type + " lacks " + std::string{what}, event.raw};
}

bool is_id(const std::string& id) { return !id.empty() && id.size() <= kMaxUserId; }

// ---- messages
// ------------------------------------------------------------------------------------

struct Spoken {
  std::string id, type, chat_type;
  json::object content;
  json::array mentions;
  std::string sender;
};

// The key is the message's own id: one message may come again under another event_id.
Decoded read_spoken(const Event& event, const Spoken& spoken) {
  if (!is_id(spoken.sender)) return lacks(event, "the sender");
  if (!is_id(spoken.id)) return lacks(event, "message_id");
  const bool is_private = spoken.chat_type == "p2p" || spoken.chat_type == "private";
  auto parts = read_content(spoken.type, spoken.content, spoken.mentions, !is_private);
  if (parts.empty()) return lacks(event, "content");

  Messages messages;
  for (auto& part : parts) {
    auto message = event.message(spoken.sender);
    message.kind = part.kind;
    message.text = std::move(part.text);
    message.position = std::move(part.position);
    if (!part.media_id.empty()) message.media_id = media_id(spoken.id, part.media_id);
    message.media_format = std::move(part.media_format);
    // A group would read what concerns one person alone: there the answer goes to the person.
    if (is_private) {
      message.reply_address = spoken.id;
      message.reply_until = event.now + kReplyFor;
    }
    message.dedupe_key = messages.empty()
                             ? dedupe_key({"message", spoken.id})
                             : dedupe_key({"message", spoken.id, std::to_string(messages.size())});
    messages.push_back(std::move(message));
  }
  return messages;
}

Decoded read_message(const Event& event) {
  const auto& sender = json_child(event.body, "sender");
  const auto& message = json_child(event.body, "message");
  const auto sender_type = json_string(sender, "sender_type");
  if (!sender_type.empty() && sender_type != "user") return Messages{};  // robots, ourselves too
  const auto content = parse_json_object(json_string(message, "content"));
  Spoken spoken;
  spoken.id = json_string(message, "message_id");
  spoken.type = json_string(message, "message_type");
  spoken.chat_type = json_string(message, "chat_type");
  if (content) spoken.content = *content;
  if (const auto* mentions = message.if_contains("mentions"); mentions && mentions->is_array())
    spoken.mentions = mentions->get_array();
  spoken.sender = json_string(json_child(sender, "sender_id"), "open_id");
  auto timed = event;
  if (const auto at = instant_of_milliseconds(json_string(message, "create_time")); at != Instant{})
    timed.sent_at = at;
  return read_spoken(timed, spoken);
}

// The event before schema 2.0: fields of the content stand in the event itself.
Decoded read_message_v1(const Event& event) {
  const auto& body = event.body;
  Spoken spoken;
  spoken.id = json_string(body, "open_message_id");
  spoken.type = json_string(body, "msg_type");
  spoken.chat_type = json_string(body, "chat_type");
  spoken.sender = json_string(body, "open_id");
  spoken.content = body;
  if (const auto words = json_string(body, "text_without_at_bot"); !words.empty())
    spoken.content["text"] = words;
  if (spoken.type == "post") {  // shown as its words; pictures are only listed
    spoken.content["content"] = json::array{};
    const auto title = json_string(body, "title");
    const auto words = json_string(spoken.content, "text");
    spoken.content["title"] = title.empty() ? words : title + "\n" + words;
  }
  return read_spoken(event, spoken);
}

// ---- other events
// --------------------------------------------------------------------------------

Decoded read_marks(const Event& event) {
  const auto& reader = json_child(event.body, "reader");
  const auto user = json_string(json_child(reader, "reader_id"), "open_id");
  const auto* list = event.body.if_contains("message_id_list");
  if (!is_id(user) || !list || !list->is_array()) return lacks(event, "reader or message ids");
  Messages messages;
  for (const auto& value : list->get_array()) {
    const auto* id = value.if_string();
    if (!id || id->empty() || messages.size() == kMaxReadMarks) continue;
    auto message = event.message(user);
    message.kind = MessageKind::delivery;
    message.delivery = Delivery{std::string{id->data(), id->size()}, true, "read"};
    message.dedupe_key = dedupe_key({"read", message.delivery->platform_id, user});
    messages.push_back(std::move(message));
  }
  return messages;
}

Decoded read_menu(const Event& event) {
  const auto& person = json_child(json_child(event.body, "operator"), "operator_id");
  auto message = event.message(json_string(person, "open_id"));
  message.kind = MessageKind::menu;
  message.text = json_string(event.body, "event_key");
  message.dedupe_key = event.key();
  if (!is_id(message.sender) || message.text.empty()) return lacks(event, "operator or event_key");
  return Messages{std::move(message)};
}

// Comes each time a person opens the conversation; only the first time is a beginning.
Decoded read_entered(const Event& event) {
  auto message = event.message(json_string(json_child(event.body, "operator_id"), "open_id"));
  if (!is_id(message.sender)) return lacks(event, "operator_id");
  if (!json_string(event.body, "last_message_id").empty()) return Messages{};
  message.kind = MessageKind::follow;
  message.dedupe_key = event.key();
  return Messages{std::move(message)};
}

Decoded read_created_v1(const Event& event) {
  auto message = event.message(json_string(json_child(event.body, "user"), "open_id"));
  if (!is_id(message.sender)) return lacks(event, "user");
  message.kind = MessageKind::follow;
  message.dedupe_key = event.key();
  return Messages{std::move(message)};
}

// The value is what we put on the button; in old cards it is a string.
std::string command_of(const json::object& action) {
  if (const auto words = json_string(action, "value"); !words.empty()) {
    const auto object = parse_json_object(words);
    return object ? json_string(*object, "command") : words;
  }
  return json_string(json_child(action, "value"), "command");
}

// Who pressed decides what may be done, never the value: the case is looked up like a typed number.
Decoded pressed(const Event& event, std::string person, std::string card) {
  auto message = event.message(std::move(person));
  message.text = command_of(json_child(event.body, "action"));
  message.card = std::move(card);
  message.dedupe_key = event.key();
  if (!is_id(message.sender)) return lacks(event, "operator");
  if (message.text.empty()) return lacks(event, "a command: not a card of ours");
  return Messages{std::move(message)};
}

Decoded read_action(const Event& event) {
  auto card = json_string(json_child(event.body, "context"), "open_message_id");
  if (card.empty()) card = json_string(event.body, "open_message_id");  // older shape
  return pressed(event, json_string(json_child(event.body, "operator"), "open_id"),
                 std::move(card));
}

Decoded read_legacy_action(const Event& event) {
  return pressed(event, json_string(event.body, "open_id"),
                 json_string(event.body, "open_message_id"));
}

struct Reader {
  std::string_view type;
  Decoded (*read)(const Event&);
};
// All others are taken and mean nothing to us: a refusal would only bring them again.
constexpr auto kReaders = std::to_array<Reader>({
    {"im.message.receive_v1", read_message},
    {"im.message.message_read_v1", read_marks},
    {"im.chat.access_event.bot_p2p_chat_entered_v1", read_entered},
    {"application.bot.menu_v6", read_menu},
    {"card.action.trigger", read_action},
});
constexpr auto kReadersV1 = std::to_array<Reader>({
    {"message", read_message_v1},
    {"p2p_chat_create", read_created_v1},
});

template <std::size_t N>
Decoded dispatch(const std::array<Reader, N>& readers, const Event& event) {
  const auto found = std::ranges::find(readers, event.type, &Reader::type);
  return found == readers.end() ? Decoded{Messages{}} : found->read(event);
}

// "1550038209.428520"
Instant instant_of_seconds(std::string_view text) {
  text = text.substr(0, text.find('.'));
  return instant_of_milliseconds(std::string{text} + "000");
}

}  // namespace

Decoded read_event(const Account& account, Authentic authentic, Instant now) {
  const auto& body = authentic.body;
  if (authentic.schema == Schema::legacy_card)
    return read_legacy_action({account, "card", "", now, now, body, authentic.raw});
  const auto& inner = json_child(body, "event");
  if (authentic.schema == Schema::v1)
    return dispatch(kReadersV1,
                    {account, json_string(inner, "type"), json_string(body, "uuid"),
                     instant_of_seconds(json_string(body, "ts")), now, inner, authentic.raw});
  const auto& header = json_child(body, "header");
  return dispatch(
      kReaders,
      {account, json_string(header, "event_type"), json_string(header, "event_id"),
       instant_of_milliseconds(json_text(header, "create_time")), now, inner, authentic.raw});
}

}  // namespace huiyin::feishu
