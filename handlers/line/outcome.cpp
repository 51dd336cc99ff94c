#include <algorithm>
#include <array>

#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/line/api.h"

namespace huiyin::line {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;

// Status, then a part of the message in small letters; the first row that fits decides.
struct Row {
  int status;
  std::string_view part;
  Kind kind;
  std::chrono::milliseconds retry_after;
  std::string_view name;
};
constexpr auto kRows = std::to_array<Row>({
    {400, "invalid reply token", Kind::refused, 0s, "reply_token"},  // used, or too old: push it
    {400, "'to'", Kind::unreachable, 0s, "recipient"},
    {400, "failed to send", Kind::unreachable, 0s, "failed_to_send"},
    {400, "", Kind::refused, 0s, "bad_request"},
    {401, "", Kind::channel_stopped, 0s, "unauthorized"},  // token withdrawn
    {403, "", Kind::channel_stopped, 0s, "forbidden"},     // not in the account's plan
    {404, "", Kind::channel_stopped, 0s, "not_found"},
    {413, "", Kind::refused, 0s, "too_large"},
    {415, "", Kind::refused, 0s, "media_type"},
    {429, "monthly limit", Kind::retry, 1h, "quota"},  // asked again each hour until it is raised
    {429, "", Kind::retry, 10s, "rate"},
});

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string first_sent(const boost::json::object& answer) {
  const auto* sent = json_array(answer, "sentMessages");
  const auto* first = sent && !sent->empty() ? sent->front().if_object() : nullptr;
  return first ? json_string(*first, "id") : std::string{};
}

}  // namespace

SendOutcome read_outcome(const net::HttpResponse& response) {
  const auto answer = parse_json_object(response.body);
  SendOutcome outcome;
  outcome.code = std::to_string(response.status);
  if (response.status == 200 && answer) {
    outcome.kind = Kind::delivered;
    outcome.platform_id = first_sent(*answer);
    return outcome;
  }
  // A repeat whose first try had been accepted.
  if (response.status == 409 &&
      !net::find_header(response.headers, "X-Line-Accepted-Request-Id").empty()) {
    outcome.kind = Kind::delivered;
    outcome.code = "409 accepted";
    if (answer) outcome.platform_id = first_sent(*answer);
    return outcome;
  }
  if (!answer) {
    if (response.status != 200) return http_failure(response);
    outcome.code = "unreadable";
    return outcome;
  }
  const auto message = lower(json_string(*answer, "message"));
  const auto row = std::ranges::find_if(kRows, [&](const Row& row) {
    return row.status == response.status && message.find(row.part) != std::string::npos;
  });
  if (row == kRows.end()) return http_failure(response);
  outcome.kind = row->kind;
  outcome.code.append(" ").append(row->name);
  const auto told = seconds_header(response, "Retry-After");
  outcome.retry_after = outcome.kind == Kind::retry ? std::max(told, row->retry_after) : 0ms;
  return outcome;
}

}  // namespace huiyin::line
