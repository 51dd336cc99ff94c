#include "handlers/channel.h"

#include "handlers/telegram/account.h"
#include "handlers/telegram/api.h"
#include "handlers/telegram/inbound.h"
#include "handlers/telegram/media.h"
#include "handlers/telegram/telegram.h"

namespace huiyin::telegram {
namespace {

using namespace std::chrono_literals;

class TelegramChannel final : public Channel {
 public:
  explicit TelegramChannel(Account account) : account_{std::move(account)} {}

  Decoded decode(const net::HttpRequest& request, Instant) const override {
    return read_update(account_, request);
  }

  net::HttpResponse acknowledge(const net::HttpRequest&, const Message* message, const Notice*,
                                Instant, std::span<const unsigned char, 16>) const override {
    if (message && !message->reply_address.empty()) return answer_button(message->reply_address);
    return net::HttpResponse::text(200, "");
  }
  // A call in the answer's body would be carried out, but how it ended is never told.
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
  // An edit that changed nothing is answered without the message.
  SendOutcome interpret_sent(const Notice& notice, Route,
                             const net::HttpResponse& response) const override {
    auto outcome = read_outcome(response);
    if (outcome.kind == SendOutcome::delivered && outcome.platform_id.empty())
      outcome.platform_id = notice.replaces;
    return outcome;
  }

  std::optional<net::OutgoingRequest> media_request(const MediaRef& file,
                                                    const Token&) const override {
    return file_request(account_, file);
  }
  MediaAnswer interpret_media(const MediaRef&, int step, const net::HttpResponse& response,
                              const Token&) const override {
    return read_file_answer(account_, step, response);
  }

  // The platform's guide: about 30 messages a second in all, one a second in a chat; short bursts
  // pass. Edits count as messages.
  SendLimits limits() const override {
    SendLimits limits;
    limits.in_flight = 30;
    limits.account = {{30, 1s}};
    limits.recipient = {{3, 3s}};
    return limits;
  }

 private:
  const Account account_;
};

}  // namespace

std::unique_ptr<Channel> make_channel(const ChannelConfig& config) {
  return std::make_unique<TelegramChannel>(read_account(config));
}

}  // namespace huiyin::telegram
