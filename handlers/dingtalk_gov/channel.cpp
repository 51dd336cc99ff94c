#include "handlers/channel.h"

#include <algorithm>
#include <array>

#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/dingtalk/inbound.h"
#include "handlers/dingtalk/words.h"
#include "handlers/dingtalk_gov/dingtalk_gov.h"
#include "handlers/dingtalk_gov/sign.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/webhook.h"

namespace huiyin::dingtalk_gov {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using Kind = SendOutcome::Kind;

constexpr auto kKeys = std::to_array<ChannelKey>({
    {"app_key", false, true, "the apiKey (AppKey) of the application"},
    {"app_secret", true, true, "the secret of the application"},
    {"tenant_id", false, true, "the tenant (租户), digits"},
    {"callbacks", false, false,
     "off (default): nothing is taken; signed: like DingTalk's robot; query: key in the address"},
    {"callback_key", true, false, "at least 16 letters and digits; required when callbacks=query"},
    {"client_ip", false, false, "sent as X-Hmac-Auth-IP when given"},
    {"client_mac", false, false, "sent as X-Hmac-Auth-MAC when given"},
});

// Whether the platform signs callbacks is not known: nothing is taken unless the operator has said
// how to tell them from forged ones.
enum class Callbacks { off, is_signed, query };

struct Account {
  dingtalk::Account robot;  // what the messages' shape needs
  std::string tenant_id, callback_key, client_ip, client_mac;
  Callbacks callbacks = Callbacks::off;
};

Callbacks read_callbacks(const std::string& text) {
  if (text.empty() || text == "off") return Callbacks::off;
  if (text == "signed") return Callbacks::is_signed;
  if (text == "query") return Callbacks::query;
  refuse_key("callbacks", "must be off, signed or query");
}

std::string header_value(const ChannelConfig& config, std::string_view name) {
  auto text = optional_key(config, name);
  if (text.size() > 64 || !std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; }))
    refuse_key(name, "must be an address, at most 64 characters");
  return text;
}

Account read_account(const ChannelConfig& config) {
  Account account;
  auto& robot = account.robot;
  robot.channel = config.name;
  robot.api_base = base_url(config, kDefaultApiBase);
  robot.oapi_base = robot.api_base;
  KeyFaults faults;
  faults.collect([&] {
    required_key(config, "app_key");
    robot.app_key = header_value(config, "app_key");
  });
  robot.robot_code = robot.app_key;
  faults.collect([&] { robot.app_secret = required_key(config, "app_secret"); });
  faults.collect([&] {
    account.tenant_id = required_key(config, "tenant_id");
    if (!is_digits(account.tenant_id)) refuse_key("tenant_id", "must be digits");
  });
  faults.collect([&] {
    account.callbacks = read_callbacks(optional_key(config, "callbacks"));
    account.callback_key = optional_key(config, "callback_key");
    if (account.callbacks == Callbacks::query &&
        (account.callback_key.size() < 16 || !is_alphanumeric(account.callback_key)))
      refuse_key("callback_key", "must be at least 16 letters and digits when callbacks is query");
  });
  faults.collect([&] { account.client_ip = header_value(config, "client_ip"); });
  faults.collect([&] { account.client_mac = header_value(config, "client_mac"); });
  faults.refuse();
  return account;
}

// ---- what comes in
// -------------------------------------------------------------------------------

std::variant<dingtalk::Authentic, Refused> authenticate(const Account& account,
                                                        const net::HttpRequest& request,
                                                        Instant now) {
  switch (account.callbacks) {
    case Callbacks::off:
      return kForged;
    case Callbacks::is_signed:
      if (dingtalk::source_of(request) != dingtalk::Source::robot) return kForged;
      return dingtalk::authenticate(account.robot, request, now);
    case Callbacks::query:
      break;
  }
  if (request.method != "POST") return kBadMethod;
  if (!has_json_type(request)) return kBadContentType;
  if (!equal_constant_time(account.callback_key, net::query_parameter(request.query(), "key")))
    return kForged;
  return dingtalk::Authentic{dingtalk::Source::robot, request.body, {}, std::nullopt};
}

// ---- what leaves: page unknown, as public clients do it
// -------------------------------------------------------

// The platform may use it to know a repeat; what it does with one is not documented.
std::string business_id(const Notice& notice) {
  const auto digest = sha256_hex({notice.recipient, "\n", notice.title, "\n", notice.text});
  return "huiyin-" + std::to_string(notice.id.raw()) + "-" + digest.substr(0, 16);
}

net::OutgoingRequest work_notification(const Account& account, const Notice& notice) {
  net::OutgoingRequest request;
  request.url = account.robot.api_base + "/message/workNotification";
  request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
  request.body = form_of({{"bizMsgId", business_id(notice)},
                          {"msg", json::serialize(dingtalk::work_notice(notice))},
                          {"receiverIds", notice.recipient},
                          {"tenantId", account.tenant_id}});
  return request;
}

net::OutgoingRequest sign(const Account& account, net::OutgoingRequest request, Instant now,
                          std::span<const unsigned char, 16> random) {
  const auto timestamp = timestamp_of(now);
  std::string nonce;  // digits, as public clients send them
  for (const auto byte : random) nonce += static_cast<char>('0' + byte % 10);
  const auto path = request.url.substr(account.robot.api_base.size());
  const auto text =
      string_to_sign(request.method, timestamp, nonce, path, parameters_of(request.body));
  request.headers.emplace_back("X-Hmac-Auth-Timestamp", timestamp);
  request.headers.emplace_back("X-Hmac-Auth-Version", "1.0");
  request.headers.emplace_back("X-Hmac-Auth-Nonce", nonce);
  request.headers.emplace_back("apiKey", account.robot.app_key);
  request.headers.emplace_back("X-Hmac-Auth-Signature", signature(account.robot.app_secret, text));
  if (!account.client_ip.empty()) request.headers.emplace_back("X-Hmac-Auth-IP", account.client_ip);
  if (!account.client_mac.empty())
    request.headers.emplace_back("X-Hmac-Auth-MAC", account.client_mac);
  return request;
}

std::string clean(std::string code) {
  std::erase_if(code, [](char c) { return c != '-' && c != '_' && !is_alphanumeric({&c, 1}); });
  return code.substr(0, 64);
}

// Success needs both flags: the gateway's and the call's.
SendOutcome read_outcome(const net::HttpResponse& response) {
  const auto answer = parse_json_object(response.body);
  SendOutcome outcome;
  if (!answer) {
    if (response.status != 200) return http_failure(response);
    outcome.code = "unreadable";
    return outcome;
  }
  const auto& content = json_child(*answer, "content");
  if (json_true(*answer, "success") && json_true(content, "success")) {
    outcome.kind = Kind::delivered;
    outcome.code = "0";
    outcome.platform_id = json_text(json_child(content, "data"), "msgId");
    return outcome;
  }
  for (const auto* name : {"bizErrorCode", "code", "errorCode"})
    if (outcome.code.empty()) outcome.code = clean(json_text(*answer, name));
  if (outcome.code.empty()) outcome.code = clean(json_text(content, "responseCode"));
  if (outcome.code.empty() && !answer->contains("success")) {  // it said neither yes nor no
    if (response.status != 200) return http_failure(response);
    outcome.code = "unreadable";
    return outcome;
  }
  if (outcome.code.empty()) outcome.code = "success_false";
  // OPF-B001-05-16-0009 SignatureDoesNotMatch: wrong secret, or our clock. Other codes are unknown.
  const bool is_signature = outcome.code == "OPF-B001-05-16-0009";
  outcome.kind = is_signature ? Kind::channel_stopped : Kind::retry;
  if (!is_signature) outcome.retry_after = 10min;
  return outcome;
}

class GovChannel final : public Channel {
 public:
  explicit GovChannel(Account account) : account_{std::move(account)} {}

  Decoded decode(const net::HttpRequest& request, Instant now) const override {
    auto result = authenticate(account_, request, now);
    if (auto* refused = std::get_if<Refused>(&result)) return *refused;
    auto decoded = dingtalk::read_robot_message(
        account_.robot, std::move(std::get<dingtalk::Authentic>(result)), now);
    if (auto* messages = std::get_if<std::vector<Message>>(&decoded))
      for (auto& message : *messages) {  // session webhooks of this platform are not known
        message.reply_address.clear();
        message.reply_until = {};
      }
    return decoded;
  }
  net::HttpResponse acknowledge(const net::HttpRequest&, const Message*, const Notice*, Instant,
                                std::span<const unsigned char, 16>) const override {
    return net::HttpResponse::text(200, "{}", "application/json; charset=utf-8");
  }
  bool can_reply(const Message&) const override { return false; }

  bool has_route(Route route, const Notice&) const override { return route == Route::session; }
  bool session_needs_window() const override { return false; }
  net::OutgoingRequest encode(const Notice& notice, Route, const Token&) const override {
    return work_notification(account_, notice);
  }
  net::OutgoingRequest stamp(net::OutgoingRequest request, Instant now,
                             std::span<const unsigned char, 16> random) const override {
    return sign(account_, std::move(request), now, random);
  }
  SendOutcome interpret(Route, const net::HttpResponse& response) const override {
    return read_outcome(response);
  }
  SendLimits limits() const override {
    SendLimits limits;
    limits.in_flight = 5;  // the platform's limits are not known: those of DingTalk
    limits.account = {{20, 1s}};
    limits.recipient = {{20, 1min}};
    return limits;
  }

 private:
  const Account account_;
};

}  // namespace

std::span<const ChannelKey> account_keys() { return kKeys; }

std::unique_ptr<Channel> make_channel(const ChannelConfig& config) {
  return std::make_unique<GovChannel>(read_account(config));
}

}  // namespace huiyin::dingtalk_gov
