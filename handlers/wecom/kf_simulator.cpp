// 微信客服 as WeCom plays it: an event for everything that a customer does, the content only for
// who pulls it.
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/played_media.h"
#include "handlers/simulator.h"
#include "handlers/tencent_crypto.h"
#include "handlers/wecom/played_kf.h"
#include "handlers/wecom/played_xml.h"
#include "handlers/wecom/wecom.h"

namespace huiyin::wecom {
namespace {

namespace json = boost::json;

template <class Value>
json::object with(std::string_view name, Value&& value) {
  json::object object;
  object[name] = std::forward<Value>(value);
  return object;
}

class KfSimulator final : public Simulator {
 public:
  explicit KfSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        corp_id_{required_key(config, "corp_id")},
        open_kfid_{required_key(config, "open_kfid")},
        envelope_{required_key(config, "token"), required_key(config, "aes_key"), corp_id_},
        kf_{corp_id_, required_key(config, "secret"), open_kfid_} {}

  // A resend repeats the event; what it told of is kept once.
  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    auto& last = last_[said.user];
    if (!again) {
      keep(said, now);
      last = event_xml(now);
    }
    if (last.empty()) throw std::invalid_argument("there is no message to repeat");
    const auto timestamp = played_seconds(now);
    const auto nonce = std::to_string(dice_() % 10'000'000'000);
    const auto sealed = envelope_.seal(last, timestamp, nonce, played_random(dice_));
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_ + "?msg_signature=" + sealed.signature + "&timestamp=" + timestamp +
                     "&nonce=" + nonce;
    request.headers = {{"Content-Type", "text/xml"}};
    request.body = "<xml>" + cdata("ToUserName", corp_id_) + cdata("Encrypt", sealed.encrypt) +
                   cdata("AgentID", "") + "</xml>";
    return request;
  }

  std::optional<Seen> read_reply(const PlayedMessage&, const net::HttpResponse& response) override {
    if (response.status != 200) reply_fault("status " + std::to_string(response.status));
    if (!response.body.empty() && response.body != "success")
      reply_fault("nothing can ride on the answer to an event");
    return std::nullopt;
  }

  net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                          std::vector<Seen>& seen) override {
    return kf_.serve(request, now, seen);
  }
  void inject(const std::string& fault, int times) override { kf_.inject(fault, times); }

 private:
  static std::string media_id_of(const PlayedMessage& said) {
    return said.media_id.empty() ? "played-media" : said.media_id;
  }

  void keep(const PlayedMessage& said, Instant now) {
    switch (said.kind) {
      case MessageKind::follow:
      case MessageKind::scan:
        return kf_.enter(said.user, said.scene, now);
      case MessageKind::delivery:
        return kf_.keep_event(failure(said), now);
      case MessageKind::unfollow:
        throw std::invalid_argument("nobody follows a customer-service account");
      default:
        if (const auto kind = played_media_kind(said.kind)) kf_.uploaded(media_id_of(said), *kind);
        return kf_.keep(said.user, entry_of(said), now);
    }
  }

  json::object failure(const PlayedMessage& said) const {
    json::object event;
    event["event_type"] = "msg_send_fail";
    event["external_userid"] = said.user;
    event["fail_msgid"] = kf_.last_sent(said.user);
    event["fail_type"] = 10;  // refused by the customer
    return event;
  }

  static json::object entry_of(const PlayedMessage& said) {
    const auto entry = [](const char* type, json::object content) {
      json::object entry;
      entry["msgtype"] = type;
      entry[type] = std::move(content);
      return entry;
    };
    switch (said.kind) {
      case MessageKind::text:
        return entry("text", with("content", said.text));
      case MessageKind::menu: {
        auto text = with("content", said.text);
        text["menu_id"] = "1";
        return entry("text", std::move(text));
      }
      case MessageKind::image:
        return entry("image", with("media_id", media_id_of(said)));
      case MessageKind::voice:
        return entry("voice", with("media_id", media_id_of(said)));
      case MessageKind::video:
        return entry("video", with("media_id", media_id_of(said)));
      case MessageKind::position: {
        const auto at = said.position.value_or(Position{});
        auto place = with("latitude", at.latitude);
        place["longitude"] = at.longitude;
        place["name"] = at.label;
        place["address"] = "";
        return entry("location", std::move(place));
      }
      case MessageKind::link: {
        auto link = with("title", said.text);
        link["desc"] = "";
        link["url"] = "https://example.org/played";
        link["pic_url"] = "";
        return entry("link", std::move(link));
      }
      case MessageKind::file:
        return entry("business_card", with("userid", "played"));
      default:
        throw std::invalid_argument("a customer-service account is told of no such thing");
    }
  }

  std::string event_xml(Instant now) {
    return "<xml>" + cdata("ToUserName", corp_id_) + bare("CreateTime", played_seconds(now)) +
           cdata("MsgType", "event") + cdata("Event", "kf_msg_or_event") +
           cdata("Token", kf_.fresh_hint(now)) + cdata("OpenKfId", open_kfid_) + "</xml>";
  }

  const std::string path_, corp_id_, open_kfid_;
  const tencent::Envelope envelope_;
  PlayedKf kf_;
  std::map<std::string, std::string> last_;  // user -> event, for resends
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace

std::unique_ptr<Simulator> make_kf_simulator(const ChannelConfig& config) {
  return std::make_unique<KfSimulator>(config);
}

}  // namespace huiyin::wecom
