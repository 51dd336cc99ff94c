// WhatsApp's side of a conversation: signed batches as Meta posts them, and the Cloud API with its
// window, limits and error codes.
#include "handlers/simulator.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <set>
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/json.h"
#include "handlers/played_faults.h"
#include "handlers/played_media.h"
#include "handlers/utf8.h"
#include "handlers/whatsapp/whatsapp.h"

namespace huiyin::whatsapp {
namespace {

namespace json = boost::json;

// As Meta writes JSON: slashes and everything beyond ASCII escaped.
std::string escaped(const std::string& text) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  const auto unit = [&](char32_t value) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += digits[value >> shift & 15];
  };
  for (std::string_view rest = text; !rest.empty();) {
    const auto c = next_character(rest);
    if (c == '/') {
      out += "\\/";
    } else if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x10000) {
      unit(c);
    } else {
      unit(0xD800 + ((c - 0x10000) >> 10));
      unit(0xDC00 + ((c - 0x10000) & 0x3FF));
    }
  }
  return out;
}

constexpr std::string_view kFilePath = "/whatsapp_business/attachments/";

json::array list_of(json::object item) {
  json::array list;
  list.push_back(std::move(item));
  return list;
}

net::HttpResponse answer(int status, const json::object& body) {
  return net::HttpResponse::text(status, json::serialize(body), "application/json");
}

net::HttpResponse error(int code) {
  json::object error;
  error["message"] = "(#" + std::to_string(code) + ") played fault";
  error["type"] = "OAuthException";
  error["code"] = code;
  error["fbtrace_id"] = "AplayedTrace";
  json::object body;
  body["error"] = std::move(error);
  return answer(code == 190 ? 401 : code == 130429 ? 429 : 400, body);
}

class WhatsappSimulator final : public Simulator {
 public:
  explicit WhatsappSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        api_base_{base_url(config, kDefaultApiBase)},
        secret_{required_key(config, "app_secret")},
        token_{required_key(config, "access_token")},
        number_{required_key(config, "phone_number_id")},
        template_{optional_key(config, "template_name")} {}

  // A command that stands on a button of this person's chat is pressed, anything else is typed.
  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    if (!is_digits(said.user))
      throw std::invalid_argument("a person on WhatsApp is a telephone number without +");
    auto& last = last_[said.user];
    if (!again) {
      last = escaped(json::serialize(batch_of(said, now)));
      if (said.kind != MessageKind::delivery) windows_[said.user] = now + kWindow;
    }
    if (last.empty()) throw std::invalid_argument("there is no message to repeat");
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_;
    request.headers = {{"Content-Type", "application/json"},
                       {"User-Agent", "facebookexternalua"},
                       {"X-Hub-Signature-256", "sha256=" + hmac_sha256_hex(secret_, {last})}};
    request.body = last;
    return request;
  }

  std::optional<Seen> read_reply(const PlayedMessage&, const net::HttpResponse& response) override {
    if (response.status != 200)
      throw std::runtime_error("webhook answered " + std::to_string(response.status));
    return std::nullopt;
  }

  // Faults: an error code ("131047"), a status ("500") or "drop".
  net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                          std::vector<Seen>& seen) override {
    const auto fault = faults_.next(false);
    if (auto status = played_status(fault)) return *status;
    if (!fault.empty() && fault != "drop") return error(std::stoi(fault));
    auto response = call(request, now, seen);
    if (fault == "drop") response.status = 0;
    return response;
  }
  void inject(const std::string& fault, int times) override {
    if (!is_shared_fault(fault) && fault != "drop" && (!is_digits(fault) || fault.size() > 6))
      throw std::invalid_argument("a WhatsApp fault is a shared one, an error code or a status");
    faults_.inject(fault, times);
  }

 private:
  std::string new_id() { return "wamid.HBgN" + std::to_string(dice_()) + "AA=="; }

  json::object batch_of(const PlayedMessage& said, Instant now) {
    json::object metadata, value;
    metadata["display_phone_number"] = "15559289847";
    metadata["phone_number_id"] = number_;
    value["messaging_product"] = "whatsapp";
    value["metadata"] = std::move(metadata);
    const auto seconds =
        std::to_string(std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count());
    if (said.kind == MessageKind::delivery) {
      value["statuses"] = list_of(status_of(said, seconds));
    } else {
      json::object profile, contact;
      profile["name"] = "Played";
      contact["profile"] = std::move(profile);
      contact["wa_id"] = said.user;
      value["contacts"] = list_of(std::move(contact));
      auto message = content_of(said);
      message["from"] = said.user;
      message["id"] = new_id();
      message["timestamp"] = seconds;
      value["messages"] = list_of(std::move(message));
    }
    json::object change, entry, body;
    change["value"] = std::move(value);
    change["field"] = "messages";
    entry["id"] = "061339150581816";
    entry["changes"] = list_of(std::move(change));
    body["object"] = "whatsapp_business_account";
    body["entry"] = list_of(std::move(entry));
    return body;
  }

  // What became of the last message to this person: "delivered", "read", "failed".
  json::object status_of(const PlayedMessage& said, const std::string& seconds) {
    json::object status;
    status["id"] = sent_[said.user];
    status["status"] = said.text.empty() ? "delivered" : said.text;
    status["timestamp"] = seconds;
    status["recipient_id"] = said.user;
    return status;
  }

  json::object content_of(const PlayedMessage& said) {
    json::object message, content;
    const auto media = [&](const char* type, const char* mime) {
      const std::string id = said.media_id.empty() ? "played-media" : said.media_id;
      files_[percent_encode(id)] = *played_media_kind(said.kind);
      content["id"] = id;
      content["mime_type"] = mime;
      if (!said.text.empty() && said.kind != MessageKind::voice) content["caption"] = said.text;
      message["type"] = type;
      message[type] = std::move(content);
    };
    switch (said.kind) {
      case MessageKind::text:
      case MessageKind::menu:
      case MessageKind::link:
      case MessageKind::follow:  // there is no such event: people begin by writing
      case MessageKind::scan:
        if (const auto card = cards_[said.user].find(said.text); card != cards_[said.user].end())
          return pressed(said.text, card->second);
        content["body"] = said.text.empty() ? "你好" : said.text;
        message["type"] = "text";
        message["text"] = std::move(content);
        break;
      case MessageKind::image:
        media("image", "image/jpeg");
        break;
      case MessageKind::voice:
        media("audio", "audio/ogg; codecs=opus");
        break;
      case MessageKind::video:
        media("video", "video/mp4");
        break;
      case MessageKind::position: {
        const auto at = said.position.value_or(Position{});
        content["latitude"] = at.latitude;
        content["longitude"] = at.longitude;
        content["name"] = at.label;
        message["type"] = "location";
        message["location"] = std::move(content);
        break;
      }
      case MessageKind::file:
        message["type"] = "unsupported";
        break;
      default:
        throw std::invalid_argument("WhatsApp has no such message");
    }
    return message;
  }

  static json::object pressed(const std::string& command, const std::string& card) {
    json::object reply, interactive, context, message;
    reply["id"] = command;
    reply["title"] = "played";
    interactive["type"] = "button_reply";
    interactive["button_reply"] = std::move(reply);
    context["id"] = card;
    message["type"] = "interactive";
    message["interactive"] = std::move(interactive);
    message["context"] = std::move(context);
    return message;
  }

  net::HttpResponse call(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen) {
    if (net::find_header(request.headers, "Authorization") != "Bearer " + token_) return error(190);
    if (request.method == "GET") return give_media(request);
    if (!request.path().ends_with("/" + number_ + "/messages")) return error(33);
    const auto body = parse_json_object(request.body);
    if (!body || json_string(*body, "messaging_product") != "whatsapp") return error(100);
    const auto user = json_string(*body, "to");
    if (!is_digits(user)) return error(131009);
    const auto type = json_string(*body, "type");
    const auto* content = json_object(*body, type);
    if (!content) return error(131008);
    const auto window = windows_.find(user);
    const bool open = window != windows_.end() && window->second > now;
    Seen shown{user, {}, {}, type == "template" ? "template" : "message"};
    if (type == "template") {
      if (template_.empty() || json_string(*content, "name") != template_) return error(132001);
      if (!show_template(*content, shown)) return error(132012);
    } else if (!open) {
      return error(131047);
    } else if (type == "text") {
      shown.text = json_string(*content, "body");
      if (shown.text.empty()) return error(131008);
      if (count_characters(shown.text) > 4096) return error(131009);
    } else if (type != "interactive") {
      return error(131051);
    } else if (!show_interactive(*content, shown)) {
      return error(131009);
    }
    return accept(std::move(shown), seen);
  }

  // First the address of a file, then the file.
  net::HttpResponse give_media(const net::HttpRequest& request) const {
    const auto path = request.path();
    const bool is_file = path.starts_with(kFilePath);
    const auto id = is_file ? percent_encode(net::query_parameter(request.query(), "mid"))
                            : std::string{path.substr(path.rfind('/') + 1)};
    const auto file = files_.find(id);
    if (file == files_.end()) return is_file ? net::HttpResponse::text(404, "") : error(100);
    if (is_file) {
      if (net::find_header(request.headers, "User-Agent").empty())
        return net::HttpResponse::text(400, "");
      return played_file(file->second, id);
    }
    json::object body;
    body["messaging_product"] = "whatsapp";
    body["url"] = api_base_ + std::string{kFilePath} + "?mid=" + id;
    body["id"] = id;
    return answer(200, body);
  }

  net::HttpResponse accept(Seen shown, std::vector<Seen>& seen) {
    const auto id = new_id();
    sent_[shown.user] = id;
    for (const auto& command : shown.buttons) cards_[shown.user][command] = id;
    json::object message, body;
    message["id"] = id;
    body["messaging_product"] = "whatsapp";
    body["messages"] = list_of(std::move(message));
    seen.push_back(std::move(shown));
    return answer(200, body);
  }

  static bool show_template(const json::object& content, Seen& shown) {
    const auto* components = json_array(content, "components");
    if (!components) return true;
    for (const auto& component : *components) {
      const auto* parameters =
          component.is_object() ? json_array(component.get_object(), "parameters") : nullptr;
      if (!parameters) return false;
      for (const auto& parameter : *parameters) {
        const auto text = parameter.is_object() ? json_string(parameter.get_object(), "text") : "";
        const bool bad = text.empty() || text.find_first_of("\n\t") != std::string::npos ||
                         text.find("    ") != std::string::npos;
        if (bad) return false;
        shown.text += (shown.text.empty() ? "" : "\n") + text;
      }
    }
    return true;
  }

  static bool show_interactive(const json::object& content, Seen& shown) {
    const auto* body = json_object(content, "body");
    const auto* action = json_object(content, "action");
    const auto* buttons = action ? json_array(*action, "buttons") : nullptr;
    if (json_string(content, "type") != "button" || !body || !buttons || buttons->empty() ||
        buttons->size() > 3)
      return false;
    shown.text = json_string(*body, "text");
    if (shown.text.empty() || count_characters(shown.text) > 1024) return false;
    std::set<std::string> titles;
    shown.text += "\n";
    for (const auto& entry : *buttons) {
      const auto* button = entry.if_object();
      const auto* reply = button ? json_object(*button, "reply") : nullptr;
      if (!reply) return false;
      const auto id = json_string(*reply, "id");
      const auto title = json_string(*reply, "title");
      if (id.empty() || count_characters(id) > 256 || title.empty() ||
          count_characters(title) > 20 || !titles.insert(title).second)
        return false;
      shown.text += "[" + title + "]";
      shown.buttons.push_back(id);
    }
    return true;
  }

  std::mt19937_64 dice_{std::random_device{}()};
  const std::string path_, api_base_, secret_, token_, number_, template_;
  PlayedFaults faults_{{"130429", "190"}};
  std::map<std::string, std::string> last_;  // by user: raw body, for repeats
  std::map<std::string, std::string> sent_;  // by user: id of our last message
  std::map<std::string, MediaKind> files_;   // by media id
  std::map<std::string, Instant> windows_;   // by user: end of the 24 hours
  std::map<std::string, std::map<std::string, std::string>> cards_;  // user: command -> message
};

}  // namespace

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  return std::make_unique<WhatsappSimulator>(config);
}

}  // namespace huiyin::whatsapp
