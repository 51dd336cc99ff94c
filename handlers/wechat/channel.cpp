#include "handlers/channel.h"

#include "handlers/tencent_media.h"
#include "handlers/wechat/account.h"
#include "handlers/wechat/api.h"
#include "handlers/wechat/inbound.h"
#include "handlers/wechat/reply.h"
#include "handlers/wechat/request.h"
#include "handlers/wechat/wechat.h"

namespace huiyin::wechat {
namespace {

class WechatChannel final : public Channel {
 public:
  explicit WechatChannel(Account account) : account_{std::move(account)} {}

  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    auto result = authenticate(account_, request, now);
    if (auto* refused = std::get_if<Refused>(&result)) return *refused;
    if (auto* handshake = std::get_if<Handshake>(&result)) return std::move(*handshake);
    return read_push(account_, std::move(std::get<Authentic>(result)), now);
  }

  net::HttpResponse acknowledge(const net::HttpRequest&, const Message* message,
                                const Notice* reply, Instant now,
                                std::span<const unsigned char, 16> random) const override {
    if (!message || !reply) return say_nothing();
    return reply_text(account_, *message, *reply, now, random);
  }

  bool can_reply(const Message& message) const override {
    switch (message.kind) {
      case MessageKind::unfollow:
      case MessageKind::delivery:
      case MessageKind::other:
        return false;
      default:
        return true;
    }
  }

  std::optional<net::OutgoingRequest> token_request() const override {
    return stable_token_request(account_);
  }
  TokenAnswer interpret_token(const net::HttpResponse& response) const override {
    return read_token(response);
  }

  bool has_route(Route route, const Notice& notice) const override {
    return route == Route::session || fits_template(account_, notice);
  }
  bool session_needs_window() const override { return true; }
  net::OutgoingRequest encode(const Notice& notice, Route route,
                              const Token& token) const override {
    return route == Route::session ? customer_service_message(account_, notice, token)
                                   : template_message(account_, notice, token);
  }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    return read_outcome(response);
  }

  std::optional<net::OutgoingRequest> media_request(const MediaRef& media,
                                                    const Token& token) const override {
    return tencent::media_request(account_.api_base, media, token);
  }
  MediaAnswer interpret_media(const MediaRef& media, int step, const net::HttpResponse& response,
                              const Token&) const override {
    return tencent::read_media(account_.api_base, media, step, response, read_outcome);
  }
  // Pictures (mmbiz.qpic.cn), videos; the page names no hosts, these are observed.
  std::vector<std::string> media_hosts() const override { return {"qpic.cn", "tc.qq.com"}; }

  // Page "接口调用频次限制说明" counts by the day. What is too often to one person (43117) or in a
  // moment (45011) it does not say.
  SendLimits limits() const override {
    SendLimits limits;
    limits.account = {{500'000, std::chrono::hours{24}}};
    return limits;
  }

 private:
  const Account account_;
};

}  // namespace

std::unique_ptr<Channel> make_channel(const ChannelConfig& config) {
  return std::make_unique<WechatChannel>(read_account(config));
}

}  // namespace huiyin::wechat
