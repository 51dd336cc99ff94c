// The application's side as WeCom plays it: pushes as the platform makes them, and a strict reader
// of our passive replies. Of the handler's own code only the envelope is shared; known answers
// anchor that.
#include "handlers/simulator.h"

#include <charconv>
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/played_media.h"
#include "handlers/tencent_crypto.h"
#include "handlers/tencent_push.h"
#include "handlers/wecom/played_api.h"
#include "handlers/wecom/played_xml.h"
#include "handlers/wecom/wecom.h"

namespace huiyin::wecom {
namespace {

class AppSimulator final : public Simulator {
 public:
  explicit AppSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        corp_id_{required_key(config, "corp_id")},
        agent_id_{required_key(config, "agent_id")},
        envelope_{required_key(config, "token"), required_key(config, "aes_key"), corp_id_},
        api_{corp_id_, required_key(config, "secret"),
             integer_key(config, "agent_id", 0, 1, 2147483647)} {}

  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    auto& last = last_[said.user];
    if (!again) last = xml_of(said, now);
    if (last.empty()) throw std::invalid_argument("there is no message to repeat");
    if (said.kind == MessageKind::unfollow || said.kind == MessageKind::follow)
      api_.visible(said.user, said.kind == MessageKind::follow);
    if (const auto kind = played_media_kind(said.kind)) api_.uploaded(media_id_of(said), *kind);
    return push(last, now);
  }

  std::optional<Seen> read_reply(const PlayedMessage& said,
                                 const net::HttpResponse& response) override {
    if (response.status != 200) reply_fault("status " + std::to_string(response.status));
    if (response.body.empty() || response.body == "success") return std::nullopt;
    const auto outer = parse_reply(response.body);
    const auto root = outer.child("xml");
    const auto opened =
        envelope_.open(root.child_value("TimeStamp"), root.child_value("Nonce"),
                       root.child_value("Encrypt"), root.child_value("MsgSignature"));
    if (opened.fault != tencent::Fault::none) reply_fault("it cannot be decrypted");
    const auto inner = parse_reply(opened.message);
    return Seen{said.user, content_of(inner.child("xml"), said.user), {}, "reply"};
  }

  net::HttpResponse serve(const net::HttpRequest& request, Instant now,
                          std::vector<Seen>& seen) override {
    return api_.serve(request, now, seen);
  }
  void inject(const std::string& fault, int times) override { api_.inject(fault, times); }

 private:
  static std::string media_id_of(const PlayedMessage& said) {
    return said.media_id.empty() ? "played-media" : said.media_id;
  }

  // Words that stand on a button of the person's cards are pressed, not typed.
  bool is_press(const PlayedMessage& said) const {
    return (said.kind == MessageKind::text || said.kind == MessageKind::menu) &&
           !api_.card_with(said.user, said.text).empty();
  }

  std::string press_xml(const PlayedMessage& said, Instant now) {
    const auto task = api_.card_with(said.user, said.text);
    return cdata("Event", "template_card_event") + cdata("EventKey", said.text) +
           cdata("TaskId", task) + cdata("CardType", "button_interaction") +
           cdata("ResponseCode", api_.issue_code(said.user, task, now)) + "<SelectedItems/>";
  }

  std::string event_xml(const PlayedMessage& said, Instant now) {
    if (is_press(said)) return press_xml(said, now);
    switch (said.kind) {
      case MessageKind::follow:
        return cdata("Event", "subscribe") + cdata("EventKey", "");
      case MessageKind::unfollow:
        return cdata("Event", "unsubscribe") + cdata("EventKey", "");
      case MessageKind::menu:
        return cdata("Event", "click") + cdata("EventKey", said.text);
      case MessageKind::other:
        return cdata("Event", "enter_agent") + cdata("EventKey", "");
      default:
        throw std::invalid_argument("WeCom knows no QR scene and reports no delivery");
    }
  }

  std::string message_xml(const PlayedMessage& said) {
    const auto id = bare("MsgId", std::to_string(dice_() >> 1));
    const auto media = cdata("MediaId", media_id_of(said));
    switch (said.kind) {
      case MessageKind::text:
        return cdata("MsgType", "text") + cdata("Content", said.text) + id;
      case MessageKind::image:
        return cdata("MsgType", "image") +
               cdata("PicUrl", "https://wework.qpic.cn/wwpic/played/0") + media + id;
      case MessageKind::voice:
        return cdata("MsgType", "voice") + media + cdata("Format", "amr") + id;
      case MessageKind::video:
        return cdata("MsgType", "video") + media + cdata("ThumbMediaId", "played-thumb") + id;
      case MessageKind::position: {
        const auto at = said.position.value_or(Position{});
        return cdata("MsgType", "location") + bare("Location_X", std::to_string(at.latitude)) +
               bare("Location_Y", std::to_string(at.longitude)) + bare("Scale", "15") +
               cdata("Label", at.label) + id + cdata("AppType", "wxwork");
      }
      case MessageKind::link:
        return cdata("MsgType", "link") + cdata("Title", said.text) + cdata("Description", "") +
               cdata("Url", "https://example.org/played") + cdata("PicUrl", "") + id;
      case MessageKind::file:
        return cdata("MsgType", "file") + cdata("Title", said.text) + id;
      default:
        throw std::invalid_argument("no such message");
    }
  }

  std::string xml_of(const PlayedMessage& said, Instant now) {
    return "<xml>" + cdata("ToUserName", corp_id_) + cdata("FromUserName", said.user) +
           bare("CreateTime", played_seconds(now)) +
           (tencent::is_event(said.kind) || is_press(said)
                ? cdata("MsgType", "event") + event_xml(said, now)
                : message_xml(said)) +
           bare("AgentID", agent_id_) + "</xml>";
  }

  // Fresh timestamp, nonce and ciphertext for every delivery, resends included.
  net::HttpRequest push(const std::string& xml, Instant now) {
    const auto timestamp = played_seconds(now);
    const auto nonce = std::to_string(dice_() % 10'000'000'000);
    const auto sealed = envelope_.seal(xml, timestamp, nonce, played_random(dice_));
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_ + "?msg_signature=" + sealed.signature + "&timestamp=" + timestamp +
                     "&nonce=" + nonce;
    request.headers = {{"User-Agent", "Mozilla/4.0"},
                       {"Accept", "*/*"},
                       {"Pragma", "no-cache"},
                       {"Content-Type", "text/xml"},
                       {"Connection", "close"}};
    request.body = "<xml>" + cdata("ToUserName", corp_id_) + cdata("Encrypt", sealed.encrypt) +
                   cdata("AgentID", agent_id_) + "</xml>";
    return request;
  }

  std::string content_of(pugi::xml_node xml, const std::string& user) const {
    if (xml.child_value("ToUserName") != user) reply_fault("ToUserName is not who wrote");
    if (xml.child_value("FromUserName") != corp_id_) reply_fault("FromUserName is not the corp");
    if (!is_digits(xml.child_value("CreateTime"))) reply_fault("CreateTime is no number");
    if (std::string_view{xml.child_value("MsgType")} != "text") reply_fault("MsgType is not text");
    std::string content;
    for (const auto piece : xml.child("Content").children()) content += piece.value();
    if (content.empty()) reply_fault("Content is empty");
    if (content.size() > 2048) reply_fault("Content is too long");
    return content;
  }

  const std::string path_, corp_id_, agent_id_;
  const tencent::Envelope envelope_;
  PlayedApi api_;
  std::map<std::string, std::string> last_;  // user -> XML, for resends
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace

std::unique_ptr<Simulator> make_app_simulator(const ChannelConfig& config) {
  return std::make_unique<AppSimulator>(config);
}

}  // namespace huiyin::wecom
