#include "handlers/channel.h"

#include "handlers/digest.h"
#include "handlers/dingtalk/account.h"
#include "handlers/dingtalk/api.h"
#include "handlers/dingtalk/dingtalk.h"
#include "handlers/dingtalk/inbound.h"
#include "handlers/dingtalk/media.h"
#include "handlers/http_parts.h"

namespace huiyin::dingtalk {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr std::string_view kJsonType = "application/json; charset=utf-8";

// The encrypted word "success": any other answer to an event is a failed push.
net::HttpResponse event_answer(const tencent::Envelope& envelope, Instant now,
                               std::span<const unsigned char, 16> random) {
  const auto timestamp = std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count());
  // The nonce goes out in clear; a digest keeps the frame's random bytes to themselves.
  const auto nonce =
      sha256_hex({{reinterpret_cast<const char*>(random.data()), random.size()}}).substr(0, 16);
  const auto sealed = envelope.seal("success", timestamp, nonce, random);
  json::object body;
  body["msg_signature"] = sealed.signature;
  body["timeStamp"] = timestamp;
  body["nonce"] = nonce;
  body["encrypt"] = sealed.encrypt;
  return net::HttpResponse::text(200, json::serialize(body), kJsonType);
}

// A pressed button gets a word at once; what came of it follows as a message, and the card changes.
net::HttpResponse card_answer() {
  return net::HttpResponse::text(200,
                                 R"({"cardUpdateOptions":{"updateCardDataByKey":true},)"
                                 R"("cardData":{"cardParamMap":{"hint":"已收到"}}})",
                                 kJsonType);
}

class DingtalkChannel final : public Channel {
 public:
  explicit DingtalkChannel(Account account) : account_{std::move(account)} {}

  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    auto result = authenticate(account_, request, now);
    if (auto* refused = std::get_if<Refused>(&result)) return *refused;
    return read_request(account_, std::move(std::get<Authentic>(result)), now);
  }

  net::HttpResponse acknowledge(const net::HttpRequest& request, const Message*, const Notice*,
                                Instant now,
                                std::span<const unsigned char, 16> random) const override {
    switch (source_of(request)) {
      case Source::event:
        if (account_.events) return event_answer(*account_.events, now, random);
        break;
      case Source::card:
        return card_answer();
      case Source::robot:
        break;
    }
    return net::HttpResponse::text(200, "{}", kJsonType);
  }
  bool can_reply(const Message&) const override { return false; }

  std::optional<net::OutgoingRequest> token_request() const override {
    return dingtalk::token_request(account_);
  }
  TokenAnswer interpret_token(const net::HttpResponse& response) const override {
    return read_token(response);
  }

  bool has_route(Route route, const Notice&) const override { return route == Route::session; }
  bool session_needs_window() const override { return false; }
  net::OutgoingRequest encode(const Notice& notice, Route, const Token& token) const override {
    return send_request(account_, notice, token);
  }
  bool can_edit() const override { return account_.has_cards(); }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    return read_outcome(response);
  }
  SendOutcome interpret_sent(const Notice& notice, Route,
                             const net::HttpResponse& response) const override {
    return read_outcome(account_, notice, response);
  }
  std::optional<net::OutgoingRequest> fate_request(std::string_view platform_id,
                                                   const Token& token) const override {
    return dingtalk::fate_request(account_, platform_id, token);
  }
  std::optional<Delivery> interpret_fate(std::string_view platform_id,
                                         const net::HttpResponse& response) const override {
    return read_fate(platform_id, response);
  }

  std::optional<net::OutgoingRequest> media_request(const MediaRef& file,
                                                    const Token& token) const override {
    return file_request(account_, file, token);
  }
  MediaAnswer interpret_media(const MediaRef& file, int step, const net::HttpResponse& response,
                              const Token&) const override {
    return read_file_answer(account_, file, step, response);
  }
  std::vector<std::string> media_hosts() const override { return account_.media_hosts; }

  // Some 20 to 40 calls a second are served. A conversation takes 20 messages of a robot a minute
  // and then none for ten, a person 500 work notices a day.
  SendLimits limits() const override {
    SendLimits limits;
    limits.in_flight = 5;
    limits.account = {{20, 1s}};
    limits.recipient = {{20, 1min}};
    if (account_.way == Way::notice) limits.recipient.push_back({500, 24h});
    return limits;
  }

 private:
  const Account account_;
};

}  // namespace

std::unique_ptr<Channel> make_channel(const ChannelConfig& config) {
  return std::make_unique<DingtalkChannel>(read_account(config));
}

}  // namespace huiyin::dingtalk
