// The Feishu side of a conversation: events as the platform makes them. Of the handler's own code
// only the envelope is shared; known answers anchor that.
#include "handlers/simulator.h"

#include <random>
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/feishu/envelope.h"
#include "handlers/feishu/feishu.h"
#include "handlers/feishu/played_api.h"
#include "handlers/json.h"
#include "handlers/played_media.h"

namespace huiyin::feishu {
namespace {

namespace json = boost::json;

std::string milliseconds(Instant at) {
  return std::to_string(
      std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count());
}

json::object person(const std::string& open_id) {
  json::object id;
  id["open_id"] = open_id;
  id["union_id"] = "on_" + open_id.substr(open_id.find('_') + 1);
  id["user_id"] = nullptr;  // without the contact scope
  return id;
}

class FeishuSimulator final : public Simulator {
 public:
  explicit FeishuSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        app_id_{required_key(config, "app_id")},
        token_{required_key(config, "verification_token")},
        encrypt_key_{optional_key(config, "encrypt_key")},
        api_{app_id_, required_key(config, "app_secret")} {
    if (!encrypt_key_.empty()) cipher_.emplace(encrypt_key_);
  }

  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    auto& last = last_[said.user];
    if (!again) last = event_of(said, now);
    if (last.empty()) throw std::invalid_argument("there is no message to repeat");
    return push(last, now);
  }

  // Nothing rides on the answer; it only has to be one that the platform takes.
  std::optional<Seen> read_reply(const PlayedMessage& said,
                                 const net::HttpResponse& response) override {
    const auto body = parse_json_object(response.body);
    if (response.status != 200 || !body)
      throw std::runtime_error("Feishu repeats an event that is answered with status " +
                               std::to_string(response.status));
    const auto* toast = json_object(*body, "toast");
    if (!toast) return std::nullopt;
    return Seen{said.user, json_string(*toast, "content"), {}, "toast"};
  }

  net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                          std::vector<Seen>& seen) override {
    return api_.serve(request, now, seen);
  }
  void inject(const std::string& fault, int times) override { api_.inject(fault, times); }

 private:
  std::string id(std::string prefix) {
    constexpr char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; ++i) prefix += digits[dice_() % 16];
    return prefix;
  }

  std::string wrap(const std::string& type, json::object event, Instant now) {
    json::object header;
    header["event_id"] = id("");
    header["token"] = token_;
    header["create_time"] = milliseconds(now);
    header["event_type"] = type;
    header["tenant_key"] = "played0000000000";
    header["app_id"] = app_id_;
    json::object body;
    body["schema"] = "2.0";
    body["header"] = std::move(header);
    body["event"] = std::move(event);
    return json::serialize(body);
  }

  std::string event_of(const PlayedMessage& said, Instant now) {
    switch (said.kind) {
      case MessageKind::follow: {
        json::object event;
        event["chat_id"] = "oc_played";
        event["operator_id"] = person(said.user);
        return wrap("im.chat.access_event.bot_p2p_chat_entered_v1", std::move(event), now);
      }
      case MessageKind::menu:
        return tapped(said, now);
      case MessageKind::delivery:
        return read_mark(said, now);
      case MessageKind::scan:
      case MessageKind::unfollow:
        throw std::invalid_argument("Feishu tells nobody of scans and of those who leave");
      default:
        return message(said, now);
    }
  }

  // A button of a card that the person has, else an entry of the robot's menu.
  std::string tapped(const PlayedMessage& said, Instant now) {
    json::object event;
    const auto card = api_.card_with(said.user, said.text);
    if (card.empty()) {
      json::object who;
      who["operator_name"] = "played";
      who["operator_id"] = person(said.user);
      event["operator"] = std::move(who);
      event["event_key"] = said.text;
      event["timestamp"] = now.time_since_epoch().count() / 1'000'000;
      return wrap("application.bot.menu_v6", std::move(event), now);
    }
    auto who = person(said.user);
    who["tenant_key"] = "played0000000000";
    event["operator"] = std::move(who);
    event["token"] = id("c-");
    json::object value;
    value["command"] = said.text;
    json::object action;
    action["value"] = std::move(value);
    action["tag"] = "button";
    action["timezone"] = "Asia/Shanghai";
    event["action"] = std::move(action);
    event["host"] = "im_message";
    json::object context;
    context["open_message_id"] = card;
    context["open_chat_id"] = "oc_played";
    event["context"] = std::move(context);
    return wrap("card.action.trigger", std::move(event), now);
  }

  std::string read_mark(const PlayedMessage& said, Instant now) {
    json::object reader;
    reader["reader_id"] = person(said.user);
    reader["read_time"] = milliseconds(now);
    json::array ids;
    ids.push_back(json::value(api_.last_message(said.user)));
    json::object event;
    event["reader"] = std::move(reader);
    event["message_id_list"] = std::move(ids);
    return wrap("im.message.message_read_v1", std::move(event), now);
  }

  static std::string key_of(const PlayedMessage& said) {
    return said.media_id.empty() ? "played_key" : said.media_id;
  }

  static std::pair<std::string, json::object> content_of(const PlayedMessage& said) {
    const auto media = key_of(said);
    json::object content;
    switch (said.kind) {
      case MessageKind::text:
        content["text"] = said.text;
        return {"text", std::move(content)};
      case MessageKind::image:
        content["image_key"] = media;
        return {"image", std::move(content)};
      case MessageKind::voice:
        content["file_key"] = media;
        content["duration"] = 2000;
        return {"audio", std::move(content)};
      case MessageKind::video:
        content["file_key"] = media;
        content["image_key"] = "played_cover";
        content["file_name"] = "played.mp4";
        content["duration"] = 2000;
        return {"media", std::move(content)};
      case MessageKind::position: {
        const auto at = said.position.value_or(Position{});
        content["name"] = at.label;
        content["longitude"] = std::to_string(at.longitude);
        content["latitude"] = std::to_string(at.latitude);
        return {"location", std::move(content)};
      }
      case MessageKind::link: {
        json::object link;
        link["tag"] = "a";
        link["href"] = "https://example.org/played";
        link["text"] = said.text;
        json::array line{json::value(std::move(link))};
        content["title"] = "";
        content["content"] = json::array{json::value(std::move(line))};
        return {"post", std::move(content)};
      }
      case MessageKind::file:
        content["file_key"] = media;
        return {"sticker", std::move(content)};
      default:
        throw std::invalid_argument("Feishu has no such message");
    }
  }

  std::string message(const PlayedMessage& said, Instant now) {
    json::object sender;
    sender["sender_id"] = person(said.user);
    sender["sender_type"] = "user";
    sender["tenant_key"] = "played0000000000";
    auto [type, content] = content_of(said);
    json::object message;
    const auto message_id = id("om_");
    message["message_id"] = message_id;
    message["create_time"] = milliseconds(now);
    message["update_time"] = milliseconds(now);
    message["chat_id"] = "oc_played";
    message["chat_type"] = "p2p";
    message["message_type"] = type;
    message["content"] = json::serialize(content);
    api_.wrote(message_id, said.user);
    if (const auto kind = played_media_kind(said.kind))
      api_.uploaded(message_id, key_of(said), *kind);
    json::object event;
    event["sender"] = std::move(sender);
    event["message"] = std::move(message);
    return wrap("im.message.receive_v1", std::move(event), now);
  }

  // Fresh timestamp, nonce and ciphertext for every delivery, resends included.
  net::HttpRequest push(const std::string& event, Instant now) {
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_;
    request.headers = {{"Content-Type", "application/json;charset=utf-8"}};
    request.body = event;
    if (!cipher_) return request;
    std::array<unsigned char, 16> iv;
    for (auto& byte : iv) byte = static_cast<unsigned char>(dice_());
    json::object outer;
    outer["encrypt"] = cipher_->seal(event, iv);
    request.body = json::serialize(outer);
    const auto timestamp = milliseconds(now).substr(0, 10);
    const auto nonce = std::to_string(dice_() % 1'000'000'000);
    request.headers.emplace_back("X-Lark-Request-Timestamp", timestamp);
    request.headers.emplace_back("X-Lark-Request-Nonce", nonce);
    request.headers.emplace_back("X-Lark-Signature",
                                 event_signature(timestamp, nonce, encrypt_key_, request.body));
    return request;
  }

  const std::string path_, app_id_, token_, encrypt_key_;
  std::optional<Cipher> cipher_;
  PlayedApi api_;
  std::map<std::string, std::string> last_;  // user -> event, for resends
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  return std::make_unique<FeishuSimulator>(config);
}

}  // namespace huiyin::feishu
