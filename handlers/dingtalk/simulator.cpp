// The DingTalk side of a conversation: robot callbacks, card callbacks and events as the platform
// makes them. Of the handler's own code only signatures and envelope are shared; known answers
// anchor those.
#include "handlers/simulator.h"

#include <random>
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/dingtalk/dingtalk.h"
#include "handlers/dingtalk/played_api.h"
#include "handlers/dingtalk/sign.h"
#include "handlers/json.h"
#include "handlers/played_media.h"
#include "handlers/tencent_crypto.h"

namespace huiyin::dingtalk {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kSessionLife{5400};

std::int64_t milliseconds(Instant at) {
  return std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

PlayedKeys read_keys(const ChannelConfig& config) {
  PlayedKeys keys{required_key(config, "app_key"),          required_key(config, "app_secret"),
                  optional_key(config, "robot_code"),       optional_key(config, "agent_id"),
                  optional_key(config, "card_template_id"), optional_key(config, "card_route_key"),
                  base_url(config, kDefaultApiBase)};
  if (keys.robot_code.empty()) keys.robot_code = keys.app_key;
  return keys;
}

class DingtalkSimulator final : public Simulator {
 public:
  explicit DingtalkSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        keys_{read_keys(config)},
        corp_id_{optional_key(config, "corp_id")},
        card_secret_{optional_key(config, "card_secret")},
        oapi_base_{optional_key(config, "oapi_base")},
        api_{keys_} {
    if (oapi_base_.empty())
      oapi_base_ = config.api_base.empty() || config.api_base == kDefaultApiBase
                       ? std::string{kDefaultOapiBase}
                       : config.api_base;
    if (const auto token = optional_key(config, "token"); !token.empty()) {
      const auto owner = optional_key(config, "owner_key");
      events_.emplace(token, required_key(config, "aes_key"),
                      owner.empty() ? keys_.app_key : owner);
    }
  }

  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    auto& last = last_[said.user];
    if (!again) last = push_of(said, now);
    if (last.body.empty()) throw std::invalid_argument("there is no message to repeat");
    return request_of(last, now);
  }

  // Nothing rides on the answer; an event wants the encrypted word "success".
  std::optional<Seen> read_reply(const PlayedMessage& said,
                                 const net::HttpResponse& response) override {
    if (response.status != 200)
      throw std::runtime_error("DingTalk: status " + std::to_string(response.status));
    const auto body = parse_json_object(response.body);
    if (last_[said.user].kind == Kind::event) {
      const auto opened =
          !body ? tencent::Opened{tencent::Fault::bad_signature, {}}
                : events_->open(json_string(*body, "timeStamp"), json_string(*body, "nonce"),
                                json_string(*body, "encrypt"), json_string(*body, "msg_signature"));
      if (opened.message != "success")
        throw std::runtime_error("DingTalk: the event was not answered with success");
    }
    return std::nullopt;
  }

  net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                          std::vector<Seen>& seen) override {
    return api_.serve(request, now, seen);
  }
  void inject(const std::string& fault, int times) override { api_.inject(fault, times); }

 private:
  enum class Kind { robot, card, event };
  struct Push {
    Kind kind = Kind::robot;
    std::string body;
  };

  Push push_of(const PlayedMessage& said, Instant now) {
    if (said.kind == MessageKind::unfollow) return {Kind::event, leave(said, now)};
    if (said.kind == MessageKind::menu)
      if (const auto card = api_.card_with(said.user, said.text); !card.empty())
        return {Kind::card, press(said, card)};
    if (const auto kind = played_media_kind(said.kind)) api_.uploaded(code_of(said), *kind);
    return {Kind::robot, message(said, now)};
  }

  std::string leave(const PlayedMessage& said, Instant now) {
    if (!events_) throw std::invalid_argument("the channel has no event subscription");
    api_.left(said.user);
    json::array users;
    users.push_back(json::value(said.user));
    json::object event;
    event["EventType"] = "user_leave_org";
    event["TimeStamp"] = std::to_string(milliseconds(now));
    event["UserId"] = std::move(users);
    event["CorpId"] = corp_id_;
    return json::serialize(event);
  }

  std::string press(const PlayedMessage& said, const std::string& card) const {
    json::object params;
    params["command"] = said.text;
    json::object data;
    data["actionIds"] = json::array{};
    data["params"] = std::move(params);
    json::object content;
    content["cardPrivateData"] = std::move(data);
    json::object body;
    body["type"] = "actionCallback";
    body["outTrackId"] = card;
    body["corpId"] = corp_id_;
    body["userId"] = said.user;
    body["content"] = json::serialize(content);
    return json::serialize(body);
  }

  static std::string code_of(const PlayedMessage& said) {
    return said.media_id.empty() ? "played-code" : said.media_id;
  }

  static json::object file(const PlayedMessage& said) {
    json::object content;
    content["downloadCode"] = code_of(said);
    return content;
  }

  // Tapping a command in a message says it, as if typed.
  static void add_content(const PlayedMessage& said, json::object& body) {
    json::object content;
    switch (said.kind) {
      case MessageKind::text:
      case MessageKind::menu:
        body["msgtype"] = "text";
        content["content"] = said.text;
        body["text"] = std::move(content);
        return;
      case MessageKind::image:
        body["msgtype"] = "picture";
        body["content"] = file(said);
        return;
      case MessageKind::voice:
        body["msgtype"] = "audio";
        content = file(said);
        content["recognition"] = said.text;
        content["duration"] = 2000;
        body["content"] = std::move(content);
        return;
      case MessageKind::video:
        body["msgtype"] = "video";
        content = file(said);
        content["videoType"] = "mp4";
        content["duration"] = 2;
        body["content"] = std::move(content);
        return;
      case MessageKind::file:
        body["msgtype"] = "file";
        content = file(said);
        content["fileName"] = said.text;
        body["content"] = std::move(content);
        return;
      default:
        throw std::invalid_argument("a DingTalk robot is told of no such thing");
    }
  }

  std::string message(const PlayedMessage& said, Instant now) {
    const auto until = now + kSessionLife;
    json::object body;
    body["conversationId"] = "cidplayed";
    body["chatbotCorpId"] = corp_id_;
    body["chatbotUserId"] = "$:LWCP_v1:$played";
    body["msgId"] = "msg" + std::to_string(dice_());
    body["senderNick"] = "played";
    body["isAdmin"] = false;
    body["senderStaffId"] = said.user;
    body["senderId"] = "$:LWCP_v1:$" + said.user;
    body["senderCorpId"] = corp_id_;
    body["sessionWebhook"] = oapi_base_ + api_.open_session(said.user, until);
    body["sessionWebhookExpiredTime"] = milliseconds(until);
    body["createAt"] = milliseconds(now);
    body["conversationType"] = "1";
    body["robotCode"] = keys_.robot_code;
    add_content(said, body);
    return json::serialize(body);
  }

  // Fresh timestamps, nonces and signatures for every delivery, resends included.
  net::HttpRequest request_of(const Push& push, Instant now) {
    // Two deliveries in one millisecond would share their signature.
    last_stamp_ = std::max(last_stamp_ + 1, milliseconds(now));
    const auto timestamp = std::to_string(last_stamp_);
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_;
    request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
    request.body = push.body;
    if (push.kind == Kind::robot) {
      request.headers.emplace_back("timestamp", timestamp);
      request.headers.emplace_back("sign", robot_sign(timestamp, keys_.app_secret));
    } else if (push.kind == Kind::card) {
      request.headers.emplace_back("x-ddpaas-signature-timestamp", timestamp);
      request.headers.emplace_back("x-ddpaas-signature", card_sign(timestamp, card_secret_));
    } else {
      std::array<unsigned char, 16> random;
      for (auto& byte : random) byte = static_cast<unsigned char>(dice_());
      const auto nonce = std::to_string(dice_() % 100'000'000);
      const auto sealed = events_->seal(push.body, timestamp, nonce, random);
      request.target += "?signature=" + sealed.signature + "&msg_signature=" + sealed.signature +
                        "&timestamp=" + timestamp + "&nonce=" + nonce;
      json::object outer;
      outer["encrypt"] = sealed.encrypt;
      request.body = json::serialize(outer);
    }
    return request;
  }

  const std::string path_;
  const PlayedKeys keys_;
  const std::string corp_id_, card_secret_;
  std::string oapi_base_;
  std::optional<tencent::Envelope> events_;
  PlayedApi api_;
  std::map<std::string, Push> last_;  // user -> push, for resends
  std::int64_t last_stamp_ = 0;
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  return std::make_unique<DingtalkSimulator>(config);
}

}  // namespace huiyin::dingtalk
