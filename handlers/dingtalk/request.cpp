#include "handlers/dingtalk/request.h"

#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/dingtalk/sign.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/webhook.h"

namespace huiyin::dingtalk {
namespace {

using Judged = std::variant<Authentic, Refused>;

constexpr std::chrono::hours kWindow{1};
constexpr std::size_t kMaxTimestamp = 14;

bool inside_window(std::string_view timestamp, Instant now) {
  const auto sent = instant_of_milliseconds(timestamp);
  return now - sent <= kWindow && sent - now <= kWindow;
}

// One captured pair of timestamp and signature would be good for any body for an hour.
Judged judge_timed(Source source, std::string_view timestamp, std::string_view expected,
                   std::string_view given, const net::HttpRequest& request, Instant now) {
  if (!is_digits(timestamp) || timestamp.size() > kMaxTimestamp) return kForged;
  if (!equal_constant_time(expected, given)) return kForged;
  if (!inside_window(timestamp, now)) return kReplayed;
  const auto* kind = source == Source::card ? "card:" : "robot:";
  return Authentic{source, request.body, std::string{timestamp},
                   NonceClaim{kind + std::string{timestamp}, sha256_hex({request.body})}};
}

Judged judge_robot(const Account& account, const net::HttpRequest& request, Instant now) {
  const auto timestamp = single_header(request, "timestamp");
  return judge_timed(Source::robot, timestamp, robot_sign(timestamp, account.app_secret),
                     single_header(request, "sign"), request, now);
}

Judged judge_card(const Account& account, const net::HttpRequest& request, Instant now) {
  if (account.card_secret.empty()) return kForged;  // anybody could sign with an empty key
  const auto timestamp = single_header(request, "x-ddpaas-signature-timestamp");
  return judge_timed(Source::card, timestamp, card_sign(timestamp, account.card_secret),
                     single_header(request, "x-ddpaas-signature"), request, now);
}

Judged judge_event(const Account& account, const net::HttpRequest& request) {
  if (!account.events) return kForged;
  const auto query = request.query();
  auto signature = net::query_parameter(query, "msg_signature");
  if (signature.empty()) signature = net::query_parameter(query, "signature");
  auto timestamp = net::query_parameter(query, "timestamp");
  if (timestamp.empty()) timestamp = net::query_parameter(query, "timeStamp");
  const auto outer = parse_json_object(request.body);
  if (!outer) return kForged;
  auto opened = account.events->open(timestamp, net::query_parameter(query, "nonce"),
                                     json_string(*outer, "encrypt"), signature);
  if (opened.fault != tencent::Fault::none) return kForged;
  return Authentic{Source::event, std::move(opened.message), timestamp, std::nullopt};
}

}  // namespace

Source source_of(const net::HttpRequest& request) {
  if (!net::find_header(request.headers, "x-ddpaas-signature").empty()) return Source::card;
  for (const auto* name : {"msg_signature", "signature"})
    if (!net::query_parameter(request.query(), name).empty()) return Source::event;
  return Source::robot;
}

Judged authenticate(const Account& account, const net::HttpRequest& request, Instant now) {
  if (request.method != "POST") return kBadMethod;
  if (!has_json_type(request)) return kBadContentType;
  switch (source_of(request)) {
    case Source::card:
      return judge_card(account, request, now);
    case Source::event:
      return judge_event(account, request);
    case Source::robot:
      break;
  }
  return judge_robot(account, request, now);
}

}  // namespace huiyin::dingtalk
