// Slack's side of a conversation: signed events and forms, and the Web API with its own checks.
#include "handlers/simulator.h"

#include <cstdint>
#include <random>
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/json.h"
#include "handlers/played_faults.h"
#include "handlers/played_media.h"
#include "handlers/slack/slack.h"
#include "handlers/utf8.h"

namespace huiyin::slack {
namespace {

namespace json = boost::json;

bool is_user_id(std::string_view id) {
  return id.size() >= 3 && id.size() <= 20 && (id.front() == 'U' || id.front() == 'W') &&
         is_alphanumeric(id);
}

// As Slack writes what people type, and reads what bots send.
std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}
std::string written(const std::string& text) {
  return replaced(replaced(replaced(text, "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}
std::string shown_text(const std::string& text) {
  return replaced(replaced(replaced(text, "&lt;", "<"), "&gt;", ">"), "&amp;", "&");
}

net::HttpResponse answer(const json::object& body) {
  return net::HttpResponse::text(200, json::serialize(body), "application/json; charset=utf-8");
}
net::HttpResponse error(std::string_view name) {
  json::object body;
  body["ok"] = false;
  body["error"] = json::string_view{name.data(), name.size()};
  return answer(body);
}

constexpr std::string_view kFilePath = "/files-pri/T0-F0/";

class SlackSimulator final : public Simulator {
 public:
  explicit SlackSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        api_base_{base_url(config, kDefaultApiBase)},
        secret_{required_key(config, "signing_secret")},
        token_{required_key(config, "bot_token")} {}

  // A command that stands on a button of this person's chat is pressed, anything else is typed.
  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    if (!is_user_id(said.user))
      throw std::invalid_argument("a person on Slack is U and letters and digits");
    auto& last = last_[said.user];
    if (!again) last = made_of(said, now);
    if (last.body.empty()) throw std::invalid_argument("there is no message to repeat");
    const auto timestamp =
        std::to_string(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_;
    request.headers = {{"Content-Type", last.type},
                       {"User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)"},
                       {"X-Slack-Request-Timestamp", timestamp},
                       {"X-Slack-Signature",
                        "v0=" + hmac_sha256_hex(secret_, {"v0:", timestamp, ":", last.body})}};
    if (again)
      request.headers.insert(request.headers.end(), {{"X-Slack-Retry-Num", "1"},
                                                     {"X-Slack-Retry-Reason", "http_timeout"}});
    request.body = last.body;
    return request;
  }

  std::optional<Seen> read_reply(const PlayedMessage&, const net::HttpResponse& response) override {
    if (response.status < 200 || response.status > 299)
      throw std::runtime_error("the app answered " + std::to_string(response.status));
    return std::nullopt;
  }

  // Faults: a status ("429", "500"), "error.NAME" or "drop".
  net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                          std::vector<Seen>& seen) override {
    constexpr std::string_view prefix = "error.";
    const auto fault = faults_.next(false);
    if (auto status = played_status(fault)) {
      if (status->status == 429) status->headers.emplace_back("Retry-After", "1");
      return *status;
    }
    if (fault.starts_with(prefix)) return error(std::string_view{fault}.substr(prefix.size()));
    auto response = call(request, now, seen);
    if (fault == "drop") response.status = 0;
    return response;
  }
  void inject(const std::string& fault, int times) override { faults_.inject(fault, times); }

 private:
  struct Made {
    std::string type, body;
  };
  struct Card {
    std::string text;
    std::vector<std::string> buttons;
  };

  static std::string direct(const std::string& user) { return "D" + user.substr(1); }

  std::string stamp(Instant now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto count = std::to_string(1'000'000 + ++count_);
    return std::to_string(seconds) + "." + count.substr(1);
  }

  Made made_of(const PlayedMessage& said, Instant now) {
    if (said.kind == MessageKind::menu)
      return {"application/x-www-form-urlencoded",
              "command=%2Fhuiyin&text=" + percent_encode(said.text) + "&user_id=" + said.user +
                  "&channel_id=" + direct(said.user) +
                  "&trigger_id=" + std::to_string(dice_() >> 1)};
    for (auto card = cards_.rbegin(); card != cards_.rend(); ++card)
      for (const auto& command : card->second.buttons)
        if (said.kind == MessageKind::text && command == said.text &&
            card->first.starts_with(direct(said.user) + ":"))
          return {"application/x-www-form-urlencoded",
                  "payload=" + percent_encode(json::serialize(pressed(said, card->first, now)))};
    return {"application/json", json::serialize(event_of(said, now))};
  }

  json::object pressed(const PlayedMessage& said, const std::string& card, Instant now) {
    json::object user, channel, container, action, payload;
    user["id"] = said.user;
    channel["id"] = direct(said.user);
    container["type"] = "message";
    container["channel_id"] = direct(said.user);
    container["message_ts"] = card.substr(card.find(':') + 1);
    action["type"] = "button";
    action["action_id"] = "b0";
    action["value"] = said.text;
    action["action_ts"] = stamp(now);
    json::array actions;
    actions.push_back(std::move(action));
    payload["type"] = "block_actions";
    payload["user"] = std::move(user);
    payload["channel"] = std::move(channel);
    payload["container"] = std::move(container);
    payload["actions"] = std::move(actions);
    payload["trigger_id"] = std::to_string(dice_() >> 1);
    return payload;
  }

  json::object event_of(const PlayedMessage& said, Instant now) {
    json::object event;
    event["type"] = "message";
    event["channel"] = direct(said.user);
    event["channel_type"] = "im";
    event["user"] = said.user;
    // A file that is not read goes alone: words beside it would be read.
    event["text"] = said.kind == MessageKind::file ? std::string{} : written(said.text);
    event["ts"] = stamp(now);
    const auto kind = played_media_kind(said.kind);
    if (kind || said.kind == MessageKind::file) {
      const std::string id = said.media_id.empty() ? "F0PLAYED" : said.media_id;
      if (kind) files_[percent_encode(id)] = *kind;
      json::object file;
      file["id"] = id;
      file["mimetype"] = !kind                       ? "application/pdf"
                         : *kind == MediaKind::image ? "image/png"
                         : *kind == MediaKind::voice ? "audio/amr"
                                                     : "video/mp4";
      file["url_private"] = api_base_ + std::string{kFilePath} + percent_encode(id);
      json::array files;
      files.push_back(std::move(file));
      event["subtype"] = "file_share";
      event["files"] = std::move(files);
    } else if (said.kind != MessageKind::text && said.kind != MessageKind::link) {
      throw std::invalid_argument("Slack has no such message");
    }
    json::object body;
    body["token"] = "played";
    body["team_id"] = "T0PLAYED";
    body["api_app_id"] = "A0PLAYED";
    body["event"] = std::move(event);
    body["type"] = "event_callback";
    body["event_id"] = "Ev" + std::to_string(dice_() >> 1);
    body["event_time"] = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
    return body;
  }

  net::HttpResponse call(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen) {
    if (request.path().starts_with(kFilePath)) return give_file(request);
    const bool edits = request.path() == "/api/chat.update";
    if (!edits && request.path() != "/api/chat.postMessage") return error("unknown_method");
    if (net::find_header(request.headers, "Authorization") != "Bearer " + token_)
      return error("invalid_auth");
    const auto body = parse_json_object(request.body);
    if (!body) return error("invalid_arguments");
    const auto to = json_string(*body, "channel");
    const auto text = json_string(*body, "text");
    if (text.empty()) return error("no_text");
    if (count_characters(text) > 40'000) return error("msg_too_long");
    Card card;
    if (const auto* blocks = json_array(*body, "blocks"); !blocks || !read_blocks(*blocks, card))
      return error("invalid_blocks");
    const auto ts = edits ? json_string(*body, "ts") : stamp(now);
    const auto channel = edits ? to : is_user_id(to) ? direct(to) : std::string{};
    if (channel.empty()) return error("channel_not_found");
    if (edits && !cards_.contains(channel + ":" + ts)) return error("message_not_found");

    seen.push_back({"U" + channel.substr(1), card.text, card.buttons, edits ? "edit" : "message"});
    cards_[channel + ":" + ts] = std::move(card);
    json::object done;
    done["ok"] = true;
    done["channel"] = channel;
    done["ts"] = ts;
    return answer(done);
  }

  // Who does not show the token is sent to sign in.
  net::HttpResponse give_file(const net::HttpRequest& request) const {
    if (net::find_header(request.headers, "Authorization") != "Bearer " + token_)
      return net::HttpResponse::text(200, "<html>Sign in</html>", "text/html; charset=utf-8");
    const std::string id{request.path().substr(kFilePath.size())};
    const auto file = files_.find(id);
    if (file == files_.end()) return net::HttpResponse::text(404, "");
    return played_file(file->second, id);
  }

  static bool read_blocks(const json::array& blocks, Card& card) {
    if (blocks.empty() || blocks.size() > 50) return false;
    for (const auto& entry : blocks) {
      const auto* block = entry.if_object();
      const auto type = block ? json_string(*block, "type") : std::string{};
      if (type == "section") {
        const auto* text = json_object(*block, "text");
        const auto words = text ? json_string(*text, "text") : std::string{};
        if (words.empty() || count_characters(words) > 3000) return false;
        card.text += shown_text(words);
      } else if (type != "actions" || !read_actions(*block, card)) {
        return false;
      }
    }
    return true;
  }

  static bool read_actions(const json::object& block, Card& card) {
    const auto* elements = json_array(block, "elements");
    if (!elements || elements->empty() || elements->size() > 25) return false;
    card.text += "\n";
    for (const auto& entry : *elements) {
      const auto* button = entry.if_object();
      const auto* text = button ? json_object(*button, "text") : nullptr;
      const auto label = text ? json_string(*text, "text") : std::string{};
      if (label.empty() || count_characters(label) > 75) return false;
      const auto value = json_string(*button, "value");
      if (value.empty() || count_characters(value) > 2000) return false;
      card.text += "[" + label + "]";
      card.buttons.push_back(value);
    }
    return true;
  }

  std::mt19937_64 dice_{std::random_device{}()};
  const std::string path_, api_base_, secret_, token_;
  PlayedFaults faults_{{"429", "error.token_expired"}};
  std::int64_t count_ = 0;
  std::map<std::string, Made> last_;  // by user, for repeats
  std::map<std::string, MediaKind> files_;
  std::map<std::string, Card> cards_;  // "channel:ts" -> as it is shown now
};

}  // namespace

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  return std::make_unique<SlackSimulator>(config);
}

}  // namespace huiyin::slack
