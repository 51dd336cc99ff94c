#include "handlers/wecom/kf.h"

#include "handlers/tencent_media.h"
#include "handlers/wecom/api.h"
#include "handlers/wecom/inbound.h"
#include "handlers/wecom/request.h"
#include "handlers/wecom/wecom.h"

namespace huiyin::wecom {
namespace {

class KfChannel final : public Channel {
 public:
  explicit KfChannel(Kf kf) : kf_{std::move(kf)} {}

  // Whatever comes here is no message: those are pulled.
  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    auto result = authenticate(kf_.envelope, Outer::xml, request);
    if (auto* refused = std::get_if<Refused>(&result)) return *refused;
    if (auto* handshake = std::get_if<Handshake>(&result)) return std::move(*handshake);
    auto decoded = read_push(kf_.channel, std::move(std::get<Opened>(result).message), now);
    if (auto* messages = std::get_if<std::vector<Message>>(&decoded))
      for (auto& message : *messages) announce(message);
    return decoded;
  }

  net::HttpResponse acknowledge(const net::HttpRequest&, const Message*, const Notice*, Instant,
                                std::span<const unsigned char, 16>) const override {
    return net::HttpResponse::text(200, "success", "text/plain");
  }
  bool can_reply(const Message&) const override { return false; }

  std::optional<net::OutgoingRequest> pull_request(const Stream& stream,
                                                   const Token& token) const override {
    return kf::pull_request(kf_, stream, token);
  }
  Page interpret_pull(const Stream& stream, const net::HttpResponse& response,
                      Instant now) const override {
    return kf::read_page(kf_, stream, response, now);
  }

  std::optional<net::OutgoingRequest> token_request() const override {
    return wecom::token_request(kf_.api_base, kf_.corp_id, kf_.secret);
  }
  TokenAnswer interpret_token(const net::HttpResponse& response) const override {
    return read_token(response);
  }

  // Nothing reaches a customer after the 48 hours.
  bool has_route(Route route, const Notice&) const override { return route == Route::session; }
  bool session_needs_window() const override { return true; }
  net::OutgoingRequest encode(const Notice& notice, Route, const Token& token) const override {
    return kf::send_request(kf_, notice, token);
  }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    return read_outcome(response);
  }
  SendOutcome interpret_sent(const Notice& notice, Route,
                             const net::HttpResponse& response) const override {
    return kf::read_answer(notice, response);
  }

  std::optional<net::OutgoingRequest> media_request(const MediaRef& media,
                                                    const Token& token) const override {
    return tencent::media_request(kf_.api_base, media, token);
  }
  MediaAnswer interpret_media(const MediaRef& media, int step, const net::HttpResponse& response,
                              const Token&) const override {
    return tencent::read_media(kf_.api_base, media, step, response, read_outcome);
  }

  SendLimits limits() const override { return corp_limits(); }

 private:
  // Other accounts of the organisation may share the callback: theirs is not ours to read.
  void announce(Message& message) const {
    message.kind = MessageKind::other;
    const auto call = kf::read_call(message.raw);
    if (!call) return;
    message.sender = call->open_kfid;
    if (call->open_kfid == kf_.open_kfid) message.stream = Stream{call->open_kfid, call->token, {}};
  }

  const Kf kf_;
};

}  // namespace

std::unique_ptr<Channel> make_kf(const ChannelConfig& config) {
  return std::make_unique<KfChannel>(read_kf(config));
}

}  // namespace huiyin::wecom
