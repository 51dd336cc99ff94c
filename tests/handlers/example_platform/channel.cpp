#include <algorithm>
#include <array>

#include "handlers/config_keys.h"
#include "handlers/dedupe.h"
#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/plain_text.h"
#include "handlers/webhook.h"
#include "tests/handlers/example_platform/example.h"

namespace huiyin::example {
namespace {

constexpr std::size_t kMaxText = 500;  // characters

constexpr auto kKeys = std::to_array<ChannelKey>({
    {"secret", true, true, "signs the webhook"},
    {"token", true, true, "of the bot"},
});

struct Row {
  std::string_view error;
  SendOutcome::Kind kind;
};
constexpr auto kRows = std::to_array<Row>({
    {"blocked", SendOutcome::unreachable},
    {"busy", SendOutcome::retry},
    {"bad_token", SendOutcome::channel_stopped},
    {"too_long", SendOutcome::refused},
});

class ExampleChannel final : public Channel {
 public:
  explicit ExampleChannel(const ChannelConfig& config)
      : name_{config.name},
        base_{base_url(config, kDefaultApiBase)},
        secret_{required_key(config, "secret")},
        token_{required_key(config, "token")} {}

  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    if (request.method != "POST") return kBadMethod;
    const auto expected = hmac_sha256_hex(secret_, {request.body});
    if (!equal_constant_time(expected, single_header(request, "X-Example-Signature")))
      return kForged;
    if (!has_json_type(request)) return kBadContentType;
    const auto body = parse_json_object(request.body);
    if (!body) return Senseless{"no JSON object", request.body};

    Message message;
    message.channel = name_;
    message.recipient = "bot";
    message.sender = json_string(*body, "from");
    message.text = json_string(*body, "text");
    message.media_id = json_string(*body, "photo");
    if (!message.media_id.empty()) message.kind = MessageKind::image;
    message.sent_at = now;
    message.raw = request.body;
    const auto id = json_string(*body, "id");
    if (message.sender.empty() || id.empty()) return Senseless{"no sender or id", request.body};
    message.dedupe_key = dedupe_key({"message", id});
    return std::vector<Message>{std::move(message)};
  }

  net::HttpResponse acknowledge(const net::HttpRequest&, const Message*, const Notice*, Instant,
                                std::span<const unsigned char, 16>) const override {
    return net::HttpResponse::text(200, "");
  }
  bool can_reply(const Message&) const override { return false; }

  bool has_route(Route route, const Notice&) const override { return route == Route::session; }
  bool session_needs_window() const override { return false; }
  net::OutgoingRequest encode(const Notice& notice, Route, const Token&) const override {
    boost::json::object body;
    body["to"] = notice.recipient;
    body["text"] = plain_text(notice, kMaxText, kCharacters);
    auto request = post_json(base_ + "/send", body);
    request.headers.emplace_back("Authorization", "Bearer " + token_);
    return request;
  }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    if (response.status == 401) return {.kind = SendOutcome::channel_stopped, .code = "http_401"};
    const auto answer = parse_json_object(response.body);
    if (response.status != 200 || !answer) return http_failure(response);
    SendOutcome outcome;
    outcome.platform_id = json_string(*answer, "id");
    outcome.code = json_string(*answer, "error");
    const auto row = std::ranges::find(kRows, outcome.code, &Row::error);
    outcome.kind = !outcome.platform_id.empty() ? SendOutcome::delivered
                   : row == kRows.end()         ? SendOutcome::unknown
                                                : row->kind;
    return outcome;
  }
  SendLimits limits() const override {
    return {.account = {{30, std::chrono::seconds{1}}},
            .recipient = {{1, std::chrono::seconds{1}}}};
  }

  std::optional<net::OutgoingRequest> media_request(const MediaRef& media,
                                                    const Token&) const override {
    net::OutgoingRequest request;
    request.method = "GET";
    request.url = base_ + "/photos/" + percent_encode(media.id);
    request.headers.emplace_back("Authorization", "Bearer " + token_);
    return request;
  }
  MediaAnswer interpret_media(const MediaRef&, int /*step*/, const net::HttpResponse& response,
                              const Token&) const override {
    MediaAnswer answer;
    answer.kind = response.status == 200   ? MediaAnswer::content
                  : response.status == 404 ? MediaAnswer::gone
                                           : MediaAnswer::retry;
    if (response.status != 200) answer.code = "http_" + std::to_string(response.status);
    return answer;
  }

 private:
  const std::string name_, base_, secret_, token_;
};

}  // namespace

std::span<const ChannelKey> account_keys() { return kKeys; }

std::unique_ptr<Channel> make_channel(const ChannelConfig& config) {
  return std::make_unique<ExampleChannel>(config);
}

}  // namespace huiyin::example
