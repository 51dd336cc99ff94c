// The intelligent robot's side as WeCom plays it.
#include <algorithm>
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/played_faults.h"
#include "handlers/played_media.h"
#include "handlers/simulator.h"
#include "handlers/tencent_crypto.h"
#include "handlers/utf8.h"
#include "handlers/wecom/played_card.h"
#include "handlers/wecom/played_xml.h"
#include "handlers/wecom/wecom.h"

namespace huiyin::wecom {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::string_view kBotId = "aib_played";
constexpr std::string_view kFilePath = "/played/file/";
constexpr std::string_view kAnswerPath = "/cgi-bin/aibot/response";

json::object text_of(const std::string& name, const std::string& text) {
  json::object object;
  object[name] = text;
  return object;
}

class RobotSimulator final : public Simulator {
 public:
  explicit RobotSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        api_base_{config.api_base.empty() ? std::string{kDefaultApiBase} : config.api_base},
        envelope_{required_key(config, "token"), required_key(config, "aes_key"), {}} {}

  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    auto& last = last_[said.user];
    if (!again) last = json::serialize(callback(said, now));
    if (last.empty()) throw std::invalid_argument("there is no message to repeat");
    const auto timestamp = played_seconds(now);
    const auto nonce = std::to_string(dice_() % 10'000'000'000);
    const auto sealed = envelope_.seal(last, timestamp, nonce, played_random(dice_));
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_ + "?msg_signature=" + sealed.signature + "&timestamp=" + timestamp +
                     "&nonce=" + nonce;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = json::serialize(text_of("encrypt", sealed.encrypt));
    return request;
  }

  std::optional<Seen> read_reply(const PlayedMessage& said,
                                 const net::HttpResponse& response) override {
    if (response.status != 200) reply_fault("status " + std::to_string(response.status));
    if (response.body.empty()) return std::nullopt;
    const auto outer = parse_json_object(response.body);
    if (!outer) reply_fault("it is no JSON");
    const auto timestamp = json_integer(*outer, "timestamp");
    if (!timestamp) reply_fault("timestamp is no number");
    const auto nonce = json_string(*outer, "nonce");
    const auto opened =
        envelope_.open(std::to_string(*timestamp), nonce, json_string(*outer, "encrypt"),
                       json_string(*outer, "msgsignature"));
    if (opened.fault != tencent::Fault::none) reply_fault("it cannot be decrypted");
    const auto body = parse_json_object(opened.message);
    if (!body) reply_fault("it holds no JSON object");
    return reply_of(said, *body);
  }

  net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                          std::vector<Seen>& seen) override {
    const auto fault = faults_.next(false);
    if (const auto status = played_status(fault)) return *status;
    if (!fault.empty() && fault != "drop") return answer(std::stoi(fault));
    auto response = send(request, now, seen);
    if (fault == "drop") response.status = 0;
    return response;
  }
  void inject(const std::string& fault, int times) override {
    if (!is_shared_fault(fault) && fault != "drop" && (!is_digits(fault) || fault.size() > 6))
      throw std::invalid_argument("a robot's fault is an errcode, an HTTP status or \"drop\"");
    faults_.inject(fault, times);
  }

 private:
  struct Address {
    std::string user;
    Instant until;
  };
  struct Card {
    std::string user, task;
    std::vector<std::string> keys;
  };

  static net::HttpResponse answer(int code) {
    json::object body;
    body["errcode"] = code;
    body["errmsg"] = code == 0 ? "ok" : "played fault";
    return net::HttpResponse::text(200, json::serialize(body), "application/json");
  }

  json::object callback(const PlayedMessage& said, Instant now) {
    json::object body;
    body["msgid"] = "played" + std::to_string(dice_());
    body["aibotid"] = kBotId;
    body["chattype"] = "single";
    body["from"] = text_of("userid", said.user);
    const auto code = std::to_string(dice_());
    addresses_[code] = {said.user, now + 1h};
    body["response_url"] = api_base_ + std::string{kAnswerPath} + "?response_code=" + code;
    fill(said, now, body);
    return body;
  }

  // The newest card of this person on which there is such a button.
  const Card* card_with(const PlayedMessage& said) const {
    if (said.kind != MessageKind::text && said.kind != MessageKind::menu) return nullptr;
    const auto card = std::ranges::find_if(cards_.rbegin(), cards_.rend(), [&](const Card& card) {
      return card.user == said.user && std::ranges::find(card.keys, said.text) != card.keys.end();
    });
    return card == cards_.rend() ? nullptr : &*card;
  }

  // Where the played API listens; the real one gives another host.
  std::string file_url(const PlayedMessage& said) {
    const auto id = said.media_id.empty() ? "played" : said.media_id;
    if (const auto kind = played_media_kind(said.kind)) files_[id] = *kind;
    return api_base_ + std::string{kFilePath} + percent_encode(id);
  }

  // Encrypted as the page "接收消息" (100719) says: key and IV of the callback, padded to 32.
  net::HttpResponse give_file(const net::HttpRequest& request) const {
    const std::string id{request.path().substr(kFilePath.size())};
    const auto found = files_.find(id);
    if (found == files_.end()) return net::HttpResponse::text(403, "no such file\n");
    auto file = played_file(found->second, id);
    file.headers = {{"Content-Type", "application/octet-stream"}};
    file.body = envelope_.seal_file(std::move(file.body));
    return file;
  }

  // Words that stand on a button are pressed, not typed.
  void fill(const PlayedMessage& said, Instant now, json::object& body) {
    const auto put = [&](const char* type, json::object content) {
      body["msgtype"] = type;
      body[type] = std::move(content);
    };
    const auto url = file_url(said);
    if (card_with(said) || said.kind == MessageKind::follow) {
      body["create_time"] =
          std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
      return put("event", event_of(said));
    }
    switch (said.kind) {
      case MessageKind::text:
        return put("text", text_of("content", said.text));
      case MessageKind::voice:
        return put("voice", text_of("content", said.text));
      case MessageKind::image:
        return put("image", text_of("url", url));
      case MessageKind::video:
        return put("video", text_of("url", url));
      case MessageKind::file:
        return put("file", text_of("url", url));
      default:
        throw std::invalid_argument("a robot does not hear such messages");
    }
  }

  json::object event_of(const PlayedMessage& said) const {
    if (said.kind == MessageKind::follow) return text_of("eventtype", "enter_chat");
    json::object click;
    click["card_type"] = "button_interaction";
    click["event_key"] = said.text;
    click["task_id"] = card_with(said)->task;
    auto event = text_of("eventtype", "template_card_event");
    event["template_card_event"] = std::move(click);
    return event;
  }

  // A card in a reply or behind a response_url; its faults are told by `complain`.
  template <class Complain>
  void show_card(const std::string& user, const json::object& body, bool is_new, Seen& seen,
                 Complain complain) {
    const auto& card = json_child(body, "template_card");
    const auto task = json_string(card, "task_id");
    auto played = play_card(card);
    if (played.fault != 0) return complain(played.fault);
    const auto known = std::ranges::find(cards_, task, &Card::task);
    if (!is_task_id(task) || is_new != (known == cards_.end())) return complain(42014);
    seen.text += (seen.text.empty() ? "" : "\n") + played.shown;
    seen.buttons = played.keys;
    if (is_new) {
      cards_.push_back({user, task, std::move(played.keys)});
    } else {
      known->keys.insert(known->keys.end(), played.keys.begin(), played.keys.end());
    }
  }

  std::optional<Seen> reply_of(const PlayedMessage& said, const json::object& body) {
    const auto complain = [](int code) { reply_fault("errcode " + std::to_string(code)); };
    Seen seen{said.user, {}, {}, "reply"};
    if (json_string(body, "response_type") == "update_template_card") {
      if (!card_with(said)) reply_fault("nobody pressed a card");
      seen.via = "card-update";
      show_card(said.user, body, false, seen, complain);
      return seen;
    }
    if (card_with(said)) reply_fault("a press is answered by the changed card");
    const auto type = json_string(body, "msgtype");
    if (type == "text") {
      if (said.kind != MessageKind::follow) reply_fault("text is for the welcome only");
      seen.text = json_string(json_child(body, "text"), "content");
    } else if (type == "stream" || type == "stream_with_template_card") {
      const auto& stream = json_child(body, "stream");
      if (json_string(stream, "id").empty()) reply_fault("a stream without id");
      const auto* finish = stream.if_contains("finish");
      if (!finish || !finish->is_bool() || !finish->get_bool()) reply_fault("an endless stream");
      seen.text = json_string(stream, "content");
      if (type != "stream") show_card(said.user, body, true, seen, complain);
    } else {
      reply_fault("unknown msgtype");
    }
    if (seen.text.empty() || seen.text.size() > 20480) reply_fault("empty or too long");
    return seen;
  }

  net::HttpResponse send(const net::HttpRequest& request, Instant now, std::vector<Seen>& seen) {
    if (request.path().starts_with(kFilePath) && request.method == "GET") return give_file(request);
    if (request.path() != kAnswerPath) return net::HttpResponse::text(404, "no such path\n");
    const auto found = addresses_.find(net::query_parameter(request.query(), "response_code"));
    if (found == addresses_.end() || found->second.until <= now) return answer(60140);
    const auto body = parse_json_object(request.body);
    if (request.method != "POST" || !body) return answer(47001);
    Seen shown{found->second.user, {}, {}, "message"};
    int fault = 0;
    const auto type = json_string(*body, "msgtype");
    if (type == "markdown") {
      shown.text = json_string(json_child(*body, "markdown"), "content");
      if (shown.text.empty()) fault = 44004;
    } else if (type == "template_card") {
      shown.via = "card";
      show_card(shown.user, *body, true, shown, [&](int code) { fault = code; });
    } else {
      fault = 40008;
    }
    if (fault != 0) return answer(fault);
    addresses_.erase(found);  // good for one
    seen.push_back(std::move(shown));
    return answer(0);
  }

  const std::string path_, api_base_;
  const tencent::Envelope envelope_;
  std::map<std::string, Address> addresses_;
  std::map<std::string, MediaKind> files_;
  std::vector<Card> cards_;
  std::map<std::string, std::string> last_;
  PlayedFaults faults_{{"45033", "42001"}};
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace

std::unique_ptr<Simulator> make_robot_simulator(const ChannelConfig& config) {
  return std::make_unique<RobotSimulator>(config);
}

}  // namespace huiyin::wecom
