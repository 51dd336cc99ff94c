#include "handlers/tencent_media.h"
#include "handlers/tencent_push.h"
#include "handlers/wecom/api.h"
#include "handlers/wecom/card.h"
#include "handlers/wecom/inbound.h"
#include "handlers/wecom/request.h"
#include "handlers/wecom/wecom.h"
#include "handlers/wecom/words.h"

namespace huiyin::wecom {
namespace {

class AppChannel final : public Channel {
 public:
  explicit AppChannel(App app) : app_{std::move(app)} {}

  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    auto result = authenticate(app_.envelope, Outer::xml, request);
    if (auto* refused = std::get_if<Refused>(&result)) return *refused;
    if (auto* handshake = std::get_if<Handshake>(&result)) return std::move(*handshake);
    return read_push(app_.channel, std::move(std::get<Opened>(result).message), now);
  }

  net::HttpResponse acknowledge(const net::HttpRequest&, const Message* message,
                                const Notice* reply, Instant now,
                                std::span<const unsigned char, 16> random) const override {
    if (!message || !reply) return net::HttpResponse::text(200, "success", "text/plain");
    const auto xml = tencent::text_reply_xml(*message, text_content(*reply), now);
    return net::HttpResponse::text(200, tencent::sealed_xml(app_.envelope, xml, now, random),
                                   "text/xml; charset=utf-8");
  }

  // A click takes only a changed card as passive reply; that one goes by API, which also says
  // whether it arrived. Words may answer all that a member does by hand.
  bool can_reply(const Message& message) const override {
    switch (message.kind) {
      case MessageKind::unfollow:
      case MessageKind::delivery:
      case MessageKind::other:
        return false;
      case MessageKind::text:
        return message.card.empty();
      default:
        return true;
    }
  }

  std::optional<net::OutgoingRequest> token_request() const override {
    return wecom::token_request(app_.api_base, app_.corp_id, app_.secret);
  }
  TokenAnswer interpret_token(const net::HttpResponse& response) const override {
    return read_token(response);
  }

  bool has_route(Route route, const Notice&) const override { return route == Route::session; }
  bool session_needs_window() const override { return false; }
  bool can_edit() const override { return true; }
  net::OutgoingRequest encode(const Notice& notice, Route, const Token& token) const override {
    return notice.replaces.empty() ? send_message(app_, notice, token)
                                   : update_card(app_, notice, token);
  }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    return read_outcome(response);
  }
  SendOutcome interpret_sent(const Notice& notice, Route,
                             const net::HttpResponse& response) const override {
    return notice.replaces.empty() ? read_outcome(response) : read_update_outcome(response);
  }

  std::optional<CardHandle> card_handle(const Message& message) const override {
    const auto notice = notice_of_task(message.card);
    if (!notice || message.reply_address.empty()) return std::nullopt;
    return CardHandle{*notice, message.reply_address};
  }

  std::optional<net::OutgoingRequest> media_request(const MediaRef& media,
                                                    const Token& token) const override {
    return tencent::media_request(app_.api_base, media, token);
  }
  MediaAnswer interpret_media(const MediaRef& media, int step, const net::HttpResponse& response,
                              const Token&) const override {
    return tencent::read_media(app_.api_base, media, step, response, read_outcome);
  }
  std::vector<std::string> media_hosts() const override { return picture_hosts(); }

  SendLimits limits() const override {
    auto limits = corp_limits();
    limits.recipient = {kToOneMember.begin(), kToOneMember.end()};
    return limits;
  }

 private:
  const App app_;
};

}  // namespace

std::unique_ptr<Channel> make_app(const ChannelConfig& config) {
  return std::make_unique<AppChannel>(read_app(config));
}

}  // namespace huiyin::wecom
