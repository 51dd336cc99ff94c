// Telegram's side of a conversation: updates as the Bot API server posts them.
#include "handlers/simulator.h"

#include <charconv>
#include <random>
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/json.h"
#include "handlers/played_media.h"
#include "handlers/telegram/account.h"
#include "handlers/telegram/played_api.h"
#include "handlers/telegram/telegram.h"

namespace huiyin::telegram {
namespace {

namespace json = boost::json;

constexpr std::int64_t kMegabyte = 1024 * 1024;

std::int64_t user_id(const std::string& user) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(user.data(), user.data() + user.size(), id);
  if (error != std::errc{} || end != user.data() + user.size() || id <= 0)
    throw std::invalid_argument("a person on Telegram is a positive number, for example 812345678");
  return id;
}

json::object person(std::int64_t id) {
  json::object from;
  from["id"] = id;
  from["is_bot"] = false;
  from["first_name"] = "Played";
  from["language_code"] = "zh-hans";
  return from;
}

json::object private_chat(std::int64_t id) {
  json::object chat;
  chat["id"] = id;
  chat["first_name"] = "Played";
  chat["type"] = "private";
  return chat;
}

std::string file_id(const std::string& id) { return id.empty() ? "played-file" : id; }

json::object file(const std::string& id, const char* type) {
  json::object object;
  object["file_id"] = file_id(id);
  object["file_unique_id"] = "AQADplayed";
  object["file_size"] = kMegabyte;
  if (*type) object["mime_type"] = type;
  return object;
}

class TelegramSimulator final : public Simulator {
 public:
  explicit TelegramSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        secret_{required_key(config, "secret_token")},
        api_{bot_token(config)},
        update_{static_cast<std::int64_t>(dice_() % 900'000'000) + 1} {}

  // A command that stands on a button of this person's chat is pressed, anything else is typed.
  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    auto& last = last_[said.user];
    if (!again) last = update_of(said, now);
    if (last.body.empty()) throw std::invalid_argument("there is no message to repeat");
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_;
    request.headers = {{"Content-Type", "application/json"},
                       {"Accept-Encoding", "gzip, deflate"},
                       {"Connection", "keep-alive"},
                       {"X-Telegram-Bot-Api-Secret-Token", secret_}};
    request.body = last.body;
    return request;
  }

  std::optional<Seen> read_reply(const PlayedMessage& said,
                                 const net::HttpResponse& response) override {
    if (response.status < 200 || response.status > 299)
      throw std::runtime_error("Wrong response from the webhook: " +
                               std::to_string(response.status));
    const auto& query = last_[said.user].query;
    const auto body = parse_json_object(response.body);
    const auto method = body ? json_string(*body, "method") : std::string{};
    if (!query.empty() &&
        (method != "answerCallbackQuery" || json_string(*body, "callback_query_id") != query))
      throw std::runtime_error("the pressed button keeps spinning: it was not answered");
    if (query.empty() && !method.empty())
      throw std::runtime_error("a call in the answer: how it ends would never be told");
    return std::nullopt;
  }

  net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                          std::vector<Seen>& seen) override {
    return api_.serve(request, now, seen);
  }
  void inject(const std::string& fault, int times) override { api_.inject(fault, times); }

 private:
  struct Update {
    std::string body, query;
  };

  Update update_of(const PlayedMessage& said, Instant now) {
    const auto user = user_id(said.user);
    if (const auto kind = played_media_kind(said.kind))
      api_.uploaded(file_id(said.media_id), *kind);
    json::object update;
    update["update_id"] = ++update_;
    Update made;
    const auto pressed =
        said.kind == MessageKind::text ? api_.message_with(user, said.text) : std::int64_t{0};
    if (said.kind == MessageKind::unfollow) {
      api_.blocked(user, true);
      update["my_chat_member"] = membership(user, "kicked", now);
    } else if (pressed != 0) {
      made.query = std::to_string(dice_() >> 1);
      update["callback_query"] = button(user, pressed, said.text, made.query, now);
    } else {
      api_.blocked(user, false);  // who writes has unblocked
      update["message"] = message(user, said, now);
    }
    made.body = json::serialize(update);
    return made;
  }

  static std::int64_t seconds(Instant at) {
    return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
  }

  static json::object membership(std::int64_t user, const char* status, Instant now) {
    json::object member;
    member["status"] = status;
    json::object change;
    change["chat"] = private_chat(user);
    change["from"] = person(user);
    change["date"] = seconds(now);
    change["new_chat_member"] = std::move(member);
    return change;
  }

  static json::object button(std::int64_t user, std::int64_t card, const std::string& data,
                             const std::string& query, Instant now) {
    json::object message;
    message["message_id"] = card;
    message["chat"] = private_chat(user);
    message["date"] = seconds(now);
    message["text"] = "played";
    json::object object;
    object["id"] = query;
    object["from"] = person(user);
    object["message"] = std::move(message);
    object["chat_instance"] = "-3895102947811234567";
    object["data"] = data;
    return object;
  }

  json::object message(std::int64_t user, const PlayedMessage& said, Instant now) {
    json::object object;
    object["message_id"] = api_.next_message(user);
    object["from"] = person(user);
    object["chat"] = private_chat(user);
    object["date"] = seconds(now);
    fill(object, said);
    return object;
  }

  static void fill(json::object& object, const PlayedMessage& said) {
    switch (said.kind) {
      case MessageKind::text:
        object["text"] = said.text;
        return;
      case MessageKind::menu:
        object["text"] = "/" + said.text;
        return;
      case MessageKind::follow:
      case MessageKind::scan:  // a QR code is a deep link, for old and new users alike
        object["text"] = said.scene.empty() ? "/start" : "/start " + said.scene;
        return;
      case MessageKind::link:
        object["text"] = said.text + "\nhttps://example.org/played";
        return;
      case MessageKind::image: {
        json::array sizes;
        sizes.push_back(file(said.media_id + "-small", ""));
        sizes.push_back(file(said.media_id, ""));
        object["photo"] = std::move(sizes);
        break;
      }
      case MessageKind::voice:
        object["voice"] = file(said.media_id, "audio/ogg");
        break;
      case MessageKind::video:
        object["video"] = file(said.media_id, "video/mp4");
        break;
      case MessageKind::position:
        place(object, said.position.value_or(Position{}));
        return;
      case MessageKind::file:
        object["sticker"] = file("played-sticker", "");
        return;
      default:
        throw std::invalid_argument("Telegram has no such message");
    }
    if (!said.text.empty()) object["caption"] = said.text;
  }

  static void place(json::object& object, const Position& at) {
    json::object location;
    location["latitude"] = at.latitude;
    location["longitude"] = at.longitude;
    if (!at.label.empty()) {
      json::object venue;
      venue["location"] = location;
      venue["title"] = at.label;
      venue["address"] = "";
      object["venue"] = std::move(venue);
    }
    object["location"] = std::move(location);
  }

  std::mt19937_64 dice_{std::random_device{}()};
  const std::string path_, secret_;
  PlayedApi api_;
  std::int64_t update_;
  std::map<std::string, Update> last_;  // by user, for resends
};

}  // namespace

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  return std::make_unique<TelegramSimulator>(config);
}

}  // namespace huiyin::telegram
