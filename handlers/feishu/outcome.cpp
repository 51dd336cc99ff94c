#include <algorithm>
#include <array>

#include "handlers/feishu/api.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"

namespace huiyin::feishu {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;

struct Row {
  std::int64_t code;
  Kind kind;
  std::chrono::milliseconds retry_after{0};
};

constexpr std::int64_t kWithdrawn = 230011;

constexpr auto kRows = std::to_array<Row>({
    {0, Kind::delivered},
    {1500, Kind::retry},  // internal
    {2200, Kind::retry},
    {10003, Kind::channel_stopped},  // app id or secret wrong
    {10014, Kind::channel_stopped},
    {11232, Kind::retry, 10s},  // message service: about 100 a minute
    {230001, Kind::refused},
    {230002, Kind::unreachable},        // robot not in the group
    {230006, Kind::channel_stopped},    // robot ability off
    {kWithdrawn, Kind::refused},        // the message that is answered or changed is gone
    {230013, Kind::unreachable},        // outside the application's availability
    {230020, Kind::retry, 1s},          // 5 a second to one conversation
    {230022, Kind::refused},            // words that the platform does not carry
    {230025, Kind::refused},            // too long
    {230027, Kind::channel_stopped},    // scope missing
    {230028, Kind::refused},            // data leak prevention
    {230029, Kind::unreachable},        // left the tenant
    {230049, Kind::retry, 5s},          // the same uuid is still under way
    {230053, Kind::unreachable},        // blocked the robot
    {234043, Kind::refused},            // a forwarded message, a card: their files are not given
    {99991400, Kind::retry, 1s},        // gateway; the header says how long
    {99991401, Kind::channel_stopped},  // our address is not on the allow list
    {99991543, Kind::channel_stopped},  // app id or secret wrong
    {99991661, Kind::channel_stopped},  // no Authorization
    {99991662, Kind::channel_stopped},  // application disabled
    {99991663, Kind::token_expired},
    {99991664, Kind::token_expired},
    {99991668, Kind::channel_stopped},  // user tokens are not used here
    {99991671, Kind::channel_stopped},  // token malformed
    {99991672, Kind::channel_stopped},  // scope missing
    {99991673, Kind::channel_stopped},  // application not installed
    {99991677, Kind::channel_stopped},
    {99991679, Kind::channel_stopped},
    {99992402, Kind::refused},  // field validation
});
// Said no, but why is not known: slow repeats keep it visible as stuck until it is too old.
constexpr Row kUnlisted{0, Kind::retry, 10min};

const Row& row_of(std::int64_t code) {
  const auto found = std::ranges::find(kRows, code, &Row::code);
  return found == kRows.end() ? kUnlisted : *found;
}

std::chrono::milliseconds wait_of(const Row& row, const net::HttpResponse& response) {
  const auto told = seconds_header(response, "x-ogw-ratelimit-reset");
  return row.kind == Kind::retry && told.count() > 0 ? told : row.retry_after;
}

SendOutcome unreadable(const net::HttpResponse& response) {
  SendOutcome outcome;
  outcome.code = "unreadable";
  if (response.status == 200) return outcome;  // unknown: something answered
  outcome = http_failure(response);
  if (response.status == 429)
    outcome.retry_after =
        std::max(outcome.retry_after, seconds_header(response, "x-ogw-ratelimit-reset"));
  // The uuid makes a repeat harmless for an hour.
  if (response.status >= 500) outcome.kind = Kind::retry;
  return outcome;
}

}  // namespace

SendOutcome read_outcome(const net::HttpResponse& response) {
  const auto answer = parse_json_object(response.body);
  const auto code = answer ? json_integer(*answer, "code") : std::nullopt;
  if (!code) return unreadable(response);
  if (*code == 0 && response.status != 200) return unreadable(response);
  const auto& row = row_of(*code);
  SendOutcome outcome;
  outcome.kind = row.kind;
  outcome.code = std::to_string(*code);
  outcome.retry_after = wait_of(row, response);
  if (response.status == 429 && row.kind != Kind::retry) outcome.kind = Kind::retry;
  if (outcome.kind == Kind::delivered)
    outcome.platform_id = json_string(json_child(*answer, "data"), "message_id");
  return outcome;
}

SendOutcome read_outcome(const Notice& notice, const net::HttpResponse& response) {
  auto outcome = read_outcome(response);
  if (!notice.replaces.empty()) {
    if (outcome.kind == Kind::delivered) outcome.platform_id = notice.replaces;
    // A card that is gone, or older than 14 days: waiting would only hold up what comes behind.
    if (outcome.kind == Kind::retry && outcome.retry_after == kUnlisted.retry_after)
      outcome.kind = Kind::refused;
  } else if (outcome.code == std::to_string(kWithdrawn)) {
    outcome.kind = Kind::retry;  // whom it concerns still wants to hear: without the quotation
  }
  return outcome;
}

TokenAnswer read_token(const net::HttpResponse& response) {
  TokenAnswer token;
  const auto answer = parse_json_object(response.body);
  const auto code = answer ? json_integer(*answer, "code") : std::nullopt;
  if (!code) {
    token.code = response.status == 200 ? "unreadable" : "http_" + std::to_string(response.status);
    return token;
  }
  token.value = json_string(*answer, "tenant_access_token");
  const auto lifetime = json_integer(*answer, "expire").value_or(0);
  if (*code != 0) {
    token.value.clear();
    token.code = std::to_string(*code);
    token.configuration_fault = row_of(*code).kind == Kind::channel_stopped;
  } else if (token.value.empty() || lifetime <= 0) {
    token.value.clear();
    token.code = "unreadable";
  } else {
    token.lifetime = std::chrono::seconds{std::min<std::int64_t>(lifetime, 7200)};
  }
  return token;
}

}  // namespace huiyin::feishu
