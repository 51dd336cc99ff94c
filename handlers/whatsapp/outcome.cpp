#include <algorithm>
#include <array>

#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/whatsapp/api.h"

namespace huiyin::whatsapp {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using Kind = SendOutcome::Kind;

struct Row {
  std::int64_t code;
  Kind kind;
  std::chrono::milliseconds retry_after{0};
};

// Page "Cloud API error codes".
constexpr auto kRows = std::to_array<Row>({
    {0, Kind::channel_stopped},       // cannot authenticate
    {1, Kind::unknown},               // something went wrong on their side
    {2, Kind::retry, 60s},            // temporarily down
    {3, Kind::channel_stopped},       // no permission
    {4, Kind::retry, 60s},            // too many calls of the app
    {10, Kind::channel_stopped},      // permission withdrawn
    {33, Kind::channel_stopped},      // the number was deleted
    {100, Kind::refused},             // invalid parameter
    {190, Kind::channel_stopped},     // token expired; it is a permanent one, so nobody renews it
    {368, Kind::channel_stopped},     // blocked for policy
    {80007, Kind::retry, 60s},        // rate of the account
    {130429, Kind::retry, 5s},        // throughput: 80 a second by default
    {130472, Kind::unreachable},      // person in an experiment: no template reaches them
    {131000, Kind::unknown},          // something went wrong
    {131005, Kind::channel_stopped},  // access denied
    {131008, Kind::refused},          // parameter missing
    {131009, Kind::refused},          // parameter value
    {131016, Kind::retry, 60s},       // service down
    {131021, Kind::refused},          // to ourselves
    {131026, Kind::unreachable},      // undeliverable
    {131031, Kind::channel_stopped},  // account locked
    {131042, Kind::channel_stopped},  // payment
    {131045, Kind::channel_stopped},  // number not registered
    {131047, Kind::window_closed},    // 24 hours over
    {131048, Kind::retry, 1h},        // limited as spam
    {131049, Kind::retry, 4h},        // person got enough of such templates
    {131050, Kind::unreachable},      // person stopped such templates
    {131051, Kind::refused},          // message type
    {131056, Kind::retry, 6s},        // too many to this person
    {132000, Kind::refused},          // number of the template's values
    {132001, Kind::refused},          // no such template in this language
    {132005, Kind::refused},          // template too long
    {132007, Kind::refused},          // template's words
    {132012, Kind::refused},          // template's values
    {132015, Kind::refused},          // template paused
    {132016, Kind::refused},          // template disabled
    {133010, Kind::channel_stopped},  // number not registered
});

std::string first_id(const json::object& answer) {
  const auto* messages = json_array(answer, "messages");
  const auto* first = messages && !messages->empty() ? messages->front().if_object() : nullptr;
  return first ? json_string(*first, "id") : std::string{};
}

SendOutcome failure(const json::object& error, const net::HttpResponse& response) {
  const auto code = json_integer(error, "code");
  if (!code) return http_failure(response);
  SendOutcome outcome;
  outcome.code = std::to_string(*code);
  const auto row = std::ranges::find(kRows, *code, &Row::code);
  if (row != kRows.end()) {
    outcome.kind = row->kind;
    outcome.retry_after = row->retry_after;
  } else if (*code >= 200 && *code < 300) {
    outcome.kind = Kind::channel_stopped;  // permissions
  } else {
    outcome.kind = Kind::retry;  // said no for a reason of no table: slow, so that it stays visible
    outcome.retry_after = 10min;
  }
  return outcome;
}

}  // namespace

SendOutcome read_outcome(const net::HttpResponse& response) {
  const auto answer = parse_json_object(response.body);
  if (!answer) {
    if (response.status != 200) return http_failure(response);
    SendOutcome outcome;
    outcome.code = "unreadable";
    return outcome;
  }
  if (const auto* error = json_object(*answer, "error")) return failure(*error, response);
  if (response.status != 200) return http_failure(response);
  SendOutcome outcome;
  outcome.platform_id = first_id(*answer);
  outcome.kind = outcome.platform_id.empty() ? Kind::unknown : Kind::delivered;
  outcome.code = outcome.platform_id.empty() ? "unreadable" : "200";
  return outcome;
}

}  // namespace huiyin::whatsapp
