#include "handlers/channel.h"

#include "handlers/slack/account.h"
#include "handlers/slack/api.h"
#include "handlers/slack/inbound.h"
#include "handlers/slack/slack.h"

namespace huiyin::slack {
namespace {

class SlackChannel final : public Channel {
 public:
  explicit SlackChannel(Account account) : account_{std::move(account)} {}

  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    return read_webhook(account_, request, now);
  }
  net::HttpResponse acknowledge(const net::HttpRequest&, const Message*, const Notice*, Instant,
                                std::span<const unsigned char, 16>) const override {
    return net::HttpResponse::text(200, "");
  }
  // The platform does not read the answer's body.
  bool can_reply(const Message&) const override { return false; }

  bool has_route(Route route, const Notice&) const override { return route == Route::session; }
  bool session_needs_window() const override { return false; }
  net::OutgoingRequest encode(const Notice& notice, Route, const Token&) const override {
    return message_request(account_, notice);
  }
  bool can_edit() const override { return true; }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    return read_outcome(response);
  }

  std::optional<net::OutgoingRequest> media_request(const MediaRef& media,
                                                    const Token&) const override {
    return file_request(account_, media.url);
  }
  MediaAnswer interpret_media(const MediaRef&, int, const net::HttpResponse& response,
                              const Token&) const override {
    return read_file(response);
  }
  std::vector<std::string> media_hosts() const override { return {std::string{kFilesHost}}; }

  SendLimits limits() const override {
    return {.account = {{kPerMinute, std::chrono::minutes{1}}},
            .recipient = {{kBurst, kBurstTime}}};
  }

 private:
  const Account account_;
};

}  // namespace

std::unique_ptr<Channel> make_channel(const ChannelConfig& config) {
  return std::make_unique<SlackChannel>(read_account(config));
}

}  // namespace huiyin::slack
