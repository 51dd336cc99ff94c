// LINE's side of a conversation: signed webhooks, and the Messaging API with its own checks.
#include "handlers/simulator.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <stdexcept>

#include "handlers/base64.h"
#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/json.h"
#include "handlers/line/line.h"
#include "handlers/played_faults.h"
#include "handlers/played_media.h"
#include "handlers/utf8.h"

namespace huiyin::line {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr auto kTokenLife = 60s;

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}
bool is_user_id(std::string_view id) {
  return id.size() == 33 && id.starts_with('U') && is_hex(id.substr(1));
}
bool is_uuid(std::string_view key) {
  return key.size() == 36 && key[8] == '-' && key[13] == '-' && key[18] == '-' && key[23] == '-';
}

net::HttpResponse answer(int status, const json::object& body) {
  return net::HttpResponse::text(status, json::serialize(body), "application/json");
}
net::HttpResponse error(int status, std::string message) {
  json::object body;
  body["message"] = std::move(message);
  return answer(status, body);
}

net::HttpResponse unauthorized() {
  return error(401,
               "Authentication failed. Confirm that the access token in the authorization header "
               "is valid.");
}

class LineSimulator final : public Simulator {
 public:
  explicit LineSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        secret_{required_key(config, "channel_secret")},
        token_{required_key(config, "access_token")} {}

  // A command that stands on a button of this person's chat is pressed, anything else is typed.
  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    if (!is_user_id(said.user))
      throw std::invalid_argument("a person on LINE is U and 32 hexadecimal digits");
    auto& last = last_[said.user];
    if (!again) last = event_of(said, now);
    if (last.empty()) throw std::invalid_argument("there is no message to repeat");
    json::object context;
    context["isRedelivery"] = again;
    last["deliveryContext"] = std::move(context);
    json::array events;
    events.push_back(last);
    json::object body;
    body["destination"] = "U677cdf068e6b8e8b4ef61de1dbd9e43c";
    body["events"] = std::move(events);
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_;
    request.body = json::serialize(body);
    request.headers = {{"Content-Type", "application/json; charset=utf-8"},
                       {"User-Agent", "LineBotWebhook/2.0"},
                       {"x-line-signature", encode_base64(hmac_sha256(secret_, {request.body}))}};
    return request;
  }

  std::optional<Seen> read_reply(const PlayedMessage&, const net::HttpResponse& response) override {
    if (response.status != 200)
      throw std::runtime_error("webhook answered " + std::to_string(response.status));
    return std::nullopt;
  }

  net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                          std::vector<Seen>& seen) override {
    const auto fault = faults_.next(false);
    if (fault == "401") return unauthorized();
    if (fault == "429") return error(429, "The API rate limit has been exceeded. Try again later.");
    if (auto status = played_status(fault)) return *status;
    auto response = call(request, now, seen);
    if (fault == "drop") response.status = 0;
    return response;
  }
  void inject(const std::string& fault, int times) override { faults_.inject(fault, times); }

 private:
  struct ReplyToken {
    std::string user;
    Instant until;
  };

  json::object event_of(const PlayedMessage& said, Instant now) {
    json::object source;
    source["type"] = "user";
    source["userId"] = said.user;
    json::object event;
    event["webhookEventId"] = "01J" + sha256_hex({std::to_string(dice_())}).substr(0, 23);
    event["timestamp"] =
        std::chrono::floor<std::chrono::milliseconds>(now.time_since_epoch()).count();
    event["source"] = std::move(source);
    event["mode"] = "active";
    blocked_[said.user] = said.kind == MessageKind::unfollow;
    if (said.kind == MessageKind::unfollow) {
      event["type"] = "unfollow";
      return event;
    }
    const auto token = sha256_hex({"reply", std::to_string(dice_())}).substr(0, 32);
    reply_tokens_[token] = {said.user, now + kTokenLife};
    event["replyToken"] = token;
    if (said.kind == MessageKind::follow || said.kind == MessageKind::scan) {
      event["type"] = "follow";
    } else if (said.kind == MessageKind::menu || buttons_[said.user].contains(said.text)) {
      json::object postback;
      postback["data"] = said.text;
      event["type"] = "postback";
      event["postback"] = std::move(postback);
    } else {
      event["type"] = "message";
      event["message"] = content_of(said);
    }
    return event;
  }

  json::object content_of(const PlayedMessage& said) {
    json::object message;
    const auto id = said.media_id.empty() ? std::to_string(dice_() >> 1) : said.media_id;
    if (const auto kind = played_media_kind(said.kind)) files_[percent_encode(id)] = *kind;
    message["id"] = id;
    switch (said.kind) {
      case MessageKind::image:
        message["type"] = "image";
        break;
      case MessageKind::voice:
        message["type"] = "audio";
        break;
      case MessageKind::video:
        message["type"] = "video";
        break;
      case MessageKind::position: {
        const auto at = said.position.value_or(Position{});
        message["type"] = "location";
        message["title"] = at.label;
        message["latitude"] = at.latitude;
        message["longitude"] = at.longitude;
        break;
      }
      case MessageKind::text:
      case MessageKind::link:
        message["type"] = "text";
        message["text"] = said.text;
        break;
      case MessageKind::file:
        message["type"] = "sticker";
        break;
      default:
        throw std::invalid_argument("LINE has no such message");
    }
    return message;
  }

  net::HttpResponse call(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen) {
    if (net::find_header(request.headers, "Authorization") != "Bearer " + token_)
      return unauthorized();
    if (request.method == "GET") return give_content(request.path());
    const bool replies = request.path() == "/v2/bot/message/reply";
    if (!replies && request.path() != "/v2/bot/message/push") return error(404, "Not found");
    const auto body = parse_json_object(request.body);
    if (!body) return error(400, "The request body could not be parsed as JSON");
    const std::string key{net::find_header(request.headers, "X-Line-Retry-Key")};
    if (!key.empty() && (replies || !is_uuid(key)))
      return error(400, "The retry key is invalid or not supported by this endpoint");

    auto user = json_string(*body, "to");
    if (replies) {
      const auto token = reply_tokens_.find(json_string(*body, "replyToken"));
      if (token == reply_tokens_.end() || token->second.until < now)
        return error(400, "Invalid reply token");
      user = token->second.user;
      reply_tokens_.erase(token);
    } else if (!is_user_id(user)) {
      return error(400, "The property, 'to', in the request body is invalid (line: -, column: -)");
    }
    Seen shown{user, {}, {}, replies ? "reply" : "push"};
    if (const auto fault = show(*body, shown); !fault.empty()) return error(400, fault);
    if (!key.empty()) {
      if (const auto accepted = accepted_.find(key); accepted != accepted_.end()) {
        auto again = error(409, "The retry key is already accepted");
        again.headers.emplace_back("x-line-accepted-request-id", accepted->second);
        return again;
      }
      accepted_[key] = std::to_string(dice_());
    }
    return accept(std::move(shown), seen);
  }

  // On a host of its own, which a played API is as well.
  net::HttpResponse give_content(std::string_view path) const {
    constexpr std::string_view before = "/v2/bot/message/", after = "/content";
    if (!path.starts_with(before) || !path.ends_with(after)) return error(404, "Not found");
    const std::string id{path.substr(before.size(), path.size() - before.size() - after.size())};
    const auto file = files_.find(id);
    return file == files_.end() ? error(404, "Not found") : played_file(file->second, id);
  }

  // Who has blocked the account sees nothing; the answer is the same.
  net::HttpResponse accept(Seen shown, std::vector<Seen>& seen) {
    buttons_[shown.user].insert(shown.buttons.begin(), shown.buttons.end());
    if (!blocked_[shown.user]) seen.push_back(std::move(shown));
    json::object sent;
    sent["id"] = std::to_string(dice_() >> 1);
    json::array list;
    list.push_back(std::move(sent));
    json::object body;
    body["sentMessages"] = std::move(list);
    return answer(200, body);
  }

  static std::string show(const json::object& body, Seen& shown) {
    const auto* messages = json_array(body, "messages");
    if (!messages || messages->empty() || messages->size() > 5)
      return "The property, 'messages', must have 1 to 5 items";
    for (const auto& entry : *messages) {
      const auto* message = entry.if_object();
      const auto type = message ? json_string(*message, "type") : std::string{};
      if (type == "text") {
        const auto text = json_string(*message, "text");
        if (text.empty() || count_utf16(text) > 5000) return "Length must be between 1 and 5000";
        shown.text += (shown.text.empty() ? "" : "\n") + text;
      } else if (type == "template") {
        if (json_string(*message, "altText").empty()) return "altText: may not be empty";
        const auto* buttons = json_object(*message, "template");
        if (!buttons || !show_buttons(*buttons, shown)) return "A message (messages[1]) is invalid";
      } else {
        return "Unknown message type";
      }
    }
    return {};
  }

  static bool show_buttons(const json::object& buttons, Seen& shown) {
    const auto text = json_string(buttons, "text");
    const auto* actions = json_array(buttons, "actions");
    if (json_string(buttons, "type") != "buttons" || text.empty() || count_characters(text) > 160 ||
        !actions || actions->empty() || actions->size() > 4)
      return false;
    shown.text += "\n";
    for (const auto& entry : *actions) {
      const auto* action = entry.if_object();
      if (!action || json_string(*action, "type") != "postback") return false;
      const auto label = json_string(*action, "label");
      const auto data = json_string(*action, "data");
      if (label.empty() || count_characters(label) > 20 || data.empty() ||
          count_characters(data) > 300)
        return false;
      shown.text += "[" + label + "]";
      shown.buttons.push_back(data);
    }
    return true;
  }

  std::mt19937_64 dice_{std::random_device{}()};
  const std::string path_, secret_, token_;
  PlayedFaults faults_{{"429", "401"}};
  std::map<std::string, json::object> last_;              // by user, for redeliveries
  std::map<std::string, MediaKind> files_;                // by message id
  std::map<std::string, ReplyToken> reply_tokens_;        // each works once
  std::map<std::string, std::string> accepted_;           // retry key -> request id
  std::map<std::string, std::set<std::string>> buttons_;  // by user: what can be pressed
  std::map<std::string, bool> blocked_;
};

}  // namespace

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  return std::make_unique<LineSimulator>(config);
}

}  // namespace huiyin::line
