// The WeChat side of a conversation: pushes as the platform makes them, and a strict reader of our
// passive replies. Of the handler's own code only the envelope is shared; known answers anchor
// that.
#include "handlers/simulator.h"

#include <pugixml.hpp>
#include <random>
#include <stdexcept>

#include "handlers/config_keys.h"
#include "handlers/played_media.h"
#include "handlers/tencent_crypto.h"
#include "handlers/tencent_push.h"
#include "handlers/utf8.h"
#include "handlers/wechat/played_api.h"
#include "handlers/wechat/wechat.h"

namespace huiyin::wechat {
namespace {

constexpr std::string_view kOurId = "gh_5d1f0a97c3e2";

std::string cdata(const std::string& name, std::string text) {
  for (auto at = text.find("]]>"); at != std::string::npos; at = text.find("]]>", at + 15))
    text.replace(at, 3, "]]]]><![CDATA[>");
  return "<" + name + "><![CDATA[" + text + "]]></" + name + ">";
}
std::string bare(const std::string& name, const std::string& text) {
  return "<" + name + ">" + text + "</" + name + ">";
}

std::string seconds(Instant at) {
  return std::to_string(std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count());
}

[[noreturn]] void fault(const std::string& why) {
  throw std::runtime_error("该公众号提供的服务出现故障，请稍后再试 (" + why + ")");
}

class WechatSimulator final : public Simulator {
 public:
  explicit WechatSimulator(const ChannelConfig& config)
      : path_{"/hooks/" + config.name},
        mode_{optional_key(config, "mode").empty() ? "safe" : optional_key(config, "mode")},
        token_{required_key(config, "token")},
        api_{config.api_base.empty() ? std::string{kDefaultApiBase} : config.api_base,
             required_key(config, "app_id"), required_key(config, "app_secret"),
             optional_key(config, "template_id")} {
    if (mode_ != "plain")
      envelope_.emplace(token_, required_key(config, "aes_key"), required_key(config, "app_id"));
  }

  net::HttpRequest deliver(const PlayedMessage& said, Instant now, bool again) override {
    auto& last = last_[said.user];
    if (!again) {
      last = xml_of(said, now);
      book(said, now);
    }
    if (last.empty()) throw std::invalid_argument("there is no message to repeat");
    return push(said.user, last, now);
  }

  std::optional<Seen> read_reply(const PlayedMessage& said,
                                 const net::HttpResponse& response) override {
    if (response.status != 200) fault("status " + std::to_string(response.status));
    if (response.body.empty() || response.body == "success") return std::nullopt;
    auto document = parse(response.body);
    if (const auto outer = document.child("xml"); outer.child("Encrypt")) {
      if (!envelope_) fault("an encrypted reply in plain mode");
      auto opened =
          envelope_->open(outer.child_value("TimeStamp"), outer.child_value("Nonce"),
                          outer.child_value("Encrypt"), outer.child_value("MsgSignature"));
      if (opened.fault != tencent::Fault::none) fault("the reply cannot be decrypted");
      document = parse(opened.message);
    } else if (mode_ == "safe") {
      fault("an unencrypted reply in safe mode");
    }
    return Seen{said.user, content_of(document.child("xml"), said.user), {}, "reply"};
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

  void book(const PlayedMessage& said, Instant now) {
    if (const auto kind = played_media_kind(said.kind)) api_.uploaded(media_id_of(said), *kind);
    if (said.kind == MessageKind::unfollow || said.kind == MessageKind::follow)
      api_.followed(said.user, said.kind == MessageKind::follow);
    if (said.kind == MessageKind::follow || said.kind == MessageKind::scan ||
        said.kind == MessageKind::menu)
      api_.tapped(said.user, now);
    if (!tencent::is_event(said.kind)) api_.wrote(said.user, now);
  }

  std::string event_xml(const PlayedMessage& said) const {
    switch (said.kind) {
      case MessageKind::follow:
        return said.scene.empty()
                   ? cdata("Event", "subscribe") + cdata("EventKey", "")
                   : cdata("Event", "subscribe") + cdata("EventKey", "qrscene_" + said.scene) +
                         cdata("Ticket", "gQH47joAAAAAAAAAASxodHRwOi8vd2VpeGlu");
      case MessageKind::scan:
        return cdata("Event", "SCAN") + cdata("EventKey", said.scene) +
               cdata("Ticket", "gQH47joAAAAAAAAAASxodHRwOi8vd2VpeGlu");
      case MessageKind::unfollow:
        return cdata("Event", "unsubscribe") + cdata("EventKey", "");
      case MessageKind::menu:
        return cdata("Event", "CLICK") + cdata("EventKey", said.text);
      case MessageKind::delivery:  // what became of the last template message
        return cdata("Event", "TEMPLATESENDJOBFINISH") +
               bare("MsgID", api_.last_template_message(said.user)) +
               cdata("Status", said.text.empty() ? "success" : said.text);
      default:  // other: the position that the app reports by itself
        return cdata("Event", "LOCATION") + bare("Latitude", "29.587100") +
               bare("Longitude", "120.823300") + bare("Precision", "65.000000");
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
               cdata("PicUrl", "http://mmbiz.qpic.cn/mmbiz_jpg/played/0") + id + media;
      case MessageKind::voice:  // Recognition arrives empty since 2023, behind MsgId
        return cdata("MsgType", "voice") + media + cdata("Format", "amr") + id +
               cdata("Recognition", "") + cdata("MediaId16K", "played-media-16k");
      case MessageKind::video:
        return cdata("MsgType", "video") + media + cdata("ThumbMediaId", "played-thumb") + id;
      case MessageKind::position: {
        const auto at = said.position.value_or(Position{});
        return cdata("MsgType", "location") + bare("Location_X", std::to_string(at.latitude)) +
               bare("Location_Y", std::to_string(at.longitude)) + bare("Scale", "15") +
               cdata("Label", at.label) + id;
      }
      case MessageKind::link:
        return cdata("MsgType", "link") + cdata("Title", said.text) + cdata("Description", "") +
               cdata("Url", "https://mp.weixin.qq.com/s/played") + id;
      case MessageKind::file:
        return cdata("MsgType", "file") + cdata("Title", said.text) + id;
      default:
        throw std::invalid_argument("no such message");
    }
  }

  std::string xml_of(const PlayedMessage& said, Instant now) {
    return "<xml>" + cdata("ToUserName", std::string{kOurId}) + cdata("FromUserName", said.user) +
           bare("CreateTime", seconds(now)) +
           (tencent::is_event(said.kind) ? cdata("MsgType", "event") + event_xml(said)
                                         : message_xml(said)) +
           "</xml>";
  }

  // Fresh timestamp, nonce and ciphertext for every delivery, resends included.
  net::HttpRequest push(const std::string& user, const std::string& xml, Instant now) {
    const auto timestamp = seconds(now);
    const auto nonce = std::to_string(dice_() % 10'000'000'000);
    net::HttpRequest request;
    request.method = "POST";
    request.target = path_ + "?signature=" + tencent::signature(token_, timestamp, nonce) +
                     "&timestamp=" + timestamp + "&nonce=" + nonce +
                     "&openid=" + percent_encode(user);
    request.headers = {{"User-Agent", "Mozilla/4.0"},
                       {"Accept", "*/*"},
                       {"Pragma", "no-cache"},
                       {"Content-Type", "text/xml"},
                       {"Connection", "close"}};
    request.body = xml;
    if (!envelope_) return request;

    std::array<unsigned char, 16> random;
    for (auto& byte : random) byte = static_cast<unsigned char>(dice_());
    const auto sealed = envelope_->seal(xml, timestamp, nonce, random);
    request.target += "&encrypt_type=aes&msg_signature=" + sealed.signature;
    const auto encrypt = cdata("Encrypt", sealed.encrypt);
    request.body =
        mode_ == "compatible"
            ? xml.substr(0, xml.size() - std::string_view{"</xml>"}.size()) + encrypt + "</xml>"
            : "<xml>" + cdata("ToUserName", std::string{kOurId}) + encrypt + "</xml>";
    return request;
  }

  static pugi::xml_document parse(const std::string& xml) {
    pugi::xml_document document;
    if (!is_utf8(xml)) fault("the reply is not UTF-8");
    if (!document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8))
      fault("the reply is not well-formed XML");
    if (!document.child("xml")) fault("the reply's root is not xml");
    return document;
  }

  static std::string content_of(pugi::xml_node xml, const std::string& user) {
    if (xml.child_value("ToUserName") != user) fault("ToUserName is not the one who wrote");
    if (xml.child_value("FromUserName") != kOurId) fault("FromUserName is not the account");
    if (!is_digits(xml.child_value("CreateTime"))) fault("CreateTime is no number");
    if (std::string_view{xml.child_value("MsgType")} != "text") fault("MsgType is not text");
    std::string content;
    for (const auto piece : xml.child("Content").children()) content += piece.value();
    if (content.empty()) fault("Content is empty");
    if (content.size() > 2048) fault("Content is too long");
    return content;
  }

  const std::string path_, mode_, token_;
  std::optional<tencent::Envelope> envelope_;
  PlayedApi api_;
  std::map<std::string, std::string> last_;  // user -> XML, for resends
  std::mt19937_64 dice_{std::random_device{}()};
};

}  // namespace

std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config) {
  return std::make_unique<WechatSimulator>(config);
}

}  // namespace huiyin::wechat
