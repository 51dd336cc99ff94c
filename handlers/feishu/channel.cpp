#include "handlers/channel.h"

#include "handlers/feishu/account.h"
#include "handlers/feishu/api.h"
#include "handlers/feishu/feishu.h"
#include "handlers/feishu/inbound.h"
#include "handlers/feishu/media.h"

namespace huiyin::feishu {
namespace {

using namespace std::chrono_literals;

class FeishuChannel final : public Channel {
 public:
  explicit FeishuChannel(Account account) : account_{std::move(account)} {}

  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    auto result = authenticate(account_, request);
    if (auto* refused = std::get_if<Refused>(&result)) return *refused;
    if (auto* handshake = std::get_if<Handshake>(&result)) return std::move(*handshake);
    if (auto* senseless = std::get_if<Senseless>(&result)) return std::move(*senseless);
    return read_event(account_, std::move(std::get<Authentic>(result)), now);
  }

  // A pressed button gets a word at once; what came of it follows as a message. The old callback
  // reads every answer as a card.
  net::HttpResponse acknowledge(const net::HttpRequest&, const Message* message, const Notice*,
                                Instant, std::span<const unsigned char, 16>) const override {
    const bool pressed =
        message && !message->card.empty() && message->raw.find("\"schema\"") != std::string::npos;
    return net::HttpResponse::text(
        200, pressed ? R"({"toast":{"type":"info","content":"已收到"}})" : "{}",
        "application/json; charset=utf-8");
  }
  bool can_reply(const Message&) const override { return false; }

  std::optional<net::OutgoingRequest> token_request() const override {
    return tenant_token_request(account_);
  }
  TokenAnswer interpret_token(const net::HttpResponse& response) const override {
    return read_token(response);
  }

  bool has_route(Route route, const Notice&) const override { return route == Route::session; }
  bool session_needs_window() const override { return false; }
  net::OutgoingRequest encode(const Notice& notice, Route, const Token& token) const override {
    return send_request(account_, notice, token);
  }
  bool can_edit() const override { return true; }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    return read_outcome(response);
  }
  SendOutcome interpret_sent(const Notice& notice, Route,
                             const net::HttpResponse& response) const override {
    return read_outcome(notice, response);
  }

  std::optional<net::OutgoingRequest> media_request(const MediaRef& file,
                                                    const Token& token) const override {
    return resource_request(account_, file, token);
  }
  MediaAnswer interpret_media(const MediaRef&, int, const net::HttpResponse& response,
                              const Token&) const override {
    return read_resource(response);
  }

  // 1000 requests a minute and 50 a second for the application, 5 a second to one person. An answer
  // takes some 200 ms.
  SendLimits limits() const override {
    SendLimits limits;
    limits.in_flight = 10;
    limits.account = {{1000, 1min}, {50, 1s}};
    limits.recipient = {{5, 1s}};
    return limits;
  }

 private:
  const Account account_;
};

}  // namespace

std::unique_ptr<Channel> make_channel(const ChannelConfig& config) {
  return std::make_unique<FeishuChannel>(read_account(config));
}

}  // namespace huiyin::feishu
