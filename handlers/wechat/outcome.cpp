#include <algorithm>
#include <array>
#include <charconv>

#include "handlers/config_keys.h"
#include "handlers/json.h"
#include "handlers/wechat/api.h"

namespace huiyin::wechat {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;

// "Busy" may mean that it was delivered all the same: the page allows three tries.
constexpr std::int64_t kBusy = -1;
constexpr int kBusyTries = 3;

struct Row {
  std::int64_t code;
  Kind kind;
  std::chrono::milliseconds retry_after{0};
};

// Page "全局返回码说明" and the pages of the two calls.
constexpr auto kRows = std::to_array<Row>({
    {kBusy, Kind::retry},
    {0, Kind::delivered},
    {40001, Kind::token_expired},  // stale token; a wrong secret shows when the token is fetched
    {40002, Kind::channel_stopped},
    {40003, Kind::unreachable},  // OpenID invalid or of another account
    {40007, Kind::refused},      // media id invalid or expired
    {40013, Kind::channel_stopped},
    {40014, Kind::token_expired},
    {40033, Kind::refused},  // \u escapes
    {40037, Kind::refused},  // template id
    {40125, Kind::channel_stopped},
    {40164, Kind::channel_stopped},  // our address is not on the allow list
    {40243, Kind::channel_stopped},  // secret frozen
    {41001, Kind::channel_stopped},  // no token
    {42001, Kind::token_expired},
    {43004, Kind::unreachable},  // must follow first
    {43019, Kind::unreachable},  // blocked by us
    // No consent left: of this way only. The person's next message opens the other one.
    {43101, Kind::window_closed},
    {43116, Kind::retry, 4h},  // template limited; how long is not documented
    {43117, Kind::retry, 4h},  // too often to this person
    {44002, Kind::refused},
    {44004, Kind::refused},
    {45002, Kind::refused},
    {45009, Kind::retry, 1h},  // daily quota: asked again each hour until the next day
    {45011, Kind::retry, 60s},
    {45015, Kind::window_closed},  // 48 hours over, or unfollowed
    {45047, Kind::allowance_used},
    {47001, Kind::refused},
    {47003, Kind::refused},
    {48001, Kind::channel_stopped},
    {48002, Kind::unreachable},  // the person refuses messages
    {48004, Kind::channel_stopped},
    {48006, Kind::retry, 1h},
    {50002, Kind::channel_stopped},
    {50005, Kind::unreachable},
});
// A code of no table: the platform said no, so it was not delivered, but why is not known. Slow
// repeats keep it visible as stuck until it is too old.
constexpr Row kUnlisted{0, Kind::retry, 10min};

constexpr std::array<std::int64_t, 2> kAlsoConfiguration{40001, 41004};  // while fetching a token

const Row& row_of(std::int64_t code) {
  const auto found = std::ranges::find(kRows, code, &Row::code);
  return found == kRows.end() ? kUnlisted : *found;
}

std::string http_code(int status) { return "http_" + std::to_string(status); }

std::chrono::milliseconds retry_after(const net::HttpResponse& response) {
  const auto text = net::find_header(response.headers, "Retry-After");
  int seconds = 0;
  if (is_digits(text) && text.size() < 6)
    std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds{std::min(seconds, 3600)};
}

// The API answers 200 to everything; other statuses come from something on the way.
SendOutcome http_failure(const net::HttpResponse& response) {
  SendOutcome outcome;
  outcome.code = http_code(response.status);
  if (response.status == 429 || response.status == 503) {
    outcome.kind = Kind::retry;
    outcome.retry_after = retry_after(response);
  } else if (response.status >= 300 && response.status < 500) {
    outcome.kind = Kind::retry;  // certainly not delivered: wrong address, a proxy's page
    outcome.retry_after = 60s;
  } else {
    outcome.kind = Kind::unknown;  // 500, 502, 504: it may have been acted on
  }
  return outcome;
}

// 64 bits, never through a double.
std::string message_id(const boost::json::object& answer) {
  const auto* id = answer.if_contains("msgid");
  if (!id) return {};
  if (const auto* number = id->if_int64()) return std::to_string(*number);
  if (const auto* number = id->if_uint64()) return std::to_string(*number);
  return {};
}

}  // namespace

SendOutcome read_outcome(const net::HttpResponse& response) {
  if (response.status != 200) return http_failure(response);
  SendOutcome outcome;
  const auto answer = parse_json_object(response.body);
  const auto code = answer ? json_integer(*answer, "errcode") : std::nullopt;
  if (!code) {
    outcome.code = "unreadable";
    return outcome;  // unknown: something answered, but was it delivered?
  }
  const auto& row = row_of(*code);
  outcome.kind = row.kind;
  outcome.retry_after = row.retry_after;
  outcome.code = std::to_string(*code);
  if (*code == kBusy) outcome.tries = kBusyTries;
  if (outcome.kind == Kind::delivered) outcome.platform_id = message_id(*answer);
  return outcome;
}

TokenAnswer read_token(const net::HttpResponse& response) {
  TokenAnswer token;
  if (response.status != 200) {
    token.code = http_code(response.status);
    return token;
  }
  const auto answer = parse_json_object(response.body);
  if (!answer) {
    token.code = "unreadable";
    return token;
  }
  const auto code = json_integer(*answer, "errcode").value_or(0);  // success has none
  const auto value = json_string(*answer, "access_token");
  const auto lifetime = json_integer(*answer, "expires_in").value_or(0);
  if (code != 0) {
    token.code = std::to_string(code);
    token.configuration_fault =
        row_of(code).kind == Kind::channel_stopped ||
        std::ranges::find(kAlsoConfiguration, code) != kAlsoConfiguration.end();
  } else if (value.empty() || lifetime <= 0) {
    token.code = "unreadable";
  } else {
    token.value = value;
    token.lifetime = std::chrono::seconds{std::min<std::int64_t>(lifetime, 7200)};
  }
  return token;
}

}  // namespace huiyin::wechat
