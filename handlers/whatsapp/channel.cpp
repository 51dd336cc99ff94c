#include "handlers/channel.h"

#include "handlers/whatsapp/account.h"
#include "handlers/whatsapp/api.h"
#include "handlers/whatsapp/inbound.h"
#include "handlers/whatsapp/media.h"
#include "handlers/whatsapp/whatsapp.h"

namespace huiyin::whatsapp {
namespace {

class WhatsappChannel final : public Channel {
 public:
  explicit WhatsappChannel(Account account) : account_{std::move(account)} {}

  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    return read_webhook(account_, request, now);
  }
  net::HttpResponse acknowledge(const net::HttpRequest&, const Message*, const Notice*, Instant,
                                std::span<const unsigned char, 16>) const override {
    return net::HttpResponse::text(200, "");
  }
  // The platform does not read the answer's body.
  bool can_reply(const Message&) const override { return false; }

  bool has_route(Route route, const Notice&) const override {
    return route == Route::session || has_template(account_);
  }
  bool session_needs_window() const override { return true; }
  net::OutgoingRequest encode(const Notice& notice, Route route, const Token&) const override {
    return route == Route::session ? text_message(account_, notice)
                                   : template_message(account_, notice);
  }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    return read_outcome(response);
  }

  std::optional<net::OutgoingRequest> media_request(const MediaRef& media,
                                                    const Token&) const override {
    if (media.id.empty()) return std::nullopt;
    return address_request(account_, media.id);
  }
  MediaAnswer interpret_media(const MediaRef&, int step, const net::HttpResponse& response,
                              const Token&) const override {
    return read_media(account_, step, response);
  }
  std::vector<std::string> media_hosts() const override { return {std::string{kFilesHost}}; }

  SendLimits limits() const override {
    return {.account = {{kPerSecond, std::chrono::seconds{1}}},
            .recipient = {{kPairBurst, kPairTime}}};
  }

 private:
  const Account account_;
};

}  // namespace

std::unique_ptr<Channel> make_channel(const ChannelConfig& config) {
  return std::make_unique<WhatsappChannel>(read_account(config));
}

}  // namespace huiyin::whatsapp
