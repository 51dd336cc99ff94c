#include <algorithm>
#include <array>

#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/slack/api.h"

namespace huiyin::slack {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;

struct Row {
  std::string_view error;
  Kind kind;
  std::chrono::milliseconds retry_after{0};
};

// Pages of chat.postMessage and chat.update.
constexpr auto kRows = std::to_array<Row>({
    {"ratelimited", Kind::retry, 1s},
    {"rate_limited", Kind::retry, 1s},
    {"message_limit_exceeded", Kind::retry, 1h},
    {"not_in_channel", Kind::unreachable},
    {"channel_not_found", Kind::unreachable},
    {"user_not_found", Kind::unreachable},
    {"is_archived", Kind::unreachable},
    {"messages_tab_disabled", Kind::unreachable},
    {"restricted_action", Kind::unreachable},
    {"invalid_auth", Kind::channel_stopped},
    {"not_authed", Kind::channel_stopped},
    {"token_revoked", Kind::channel_stopped},
    {"token_expired", Kind::channel_stopped},
    {"account_inactive", Kind::channel_stopped},
    {"missing_scope", Kind::channel_stopped},
    {"not_allowed_token_type", Kind::channel_stopped},
    {"no_permission", Kind::channel_stopped},
    {"access_denied", Kind::channel_stopped},
    {"team_access_not_granted", Kind::channel_stopped},
    {"msg_too_long", Kind::refused},
    {"no_text", Kind::refused},
    {"invalid_blocks", Kind::refused},
    {"invalid_blocks_format", Kind::refused},
    {"invalid_arguments", Kind::refused},
    {"message_not_found", Kind::refused},
    {"cant_update_message", Kind::refused},
    {"edit_window_closed", Kind::refused},
    {"service_unavailable", Kind::retry, 60s},
    {"request_timeout", Kind::unknown},
    {"internal_error", Kind::unknown},  // may have been carried out in part
    {"fatal_error", Kind::unknown},
});

bool is_name(std::string_view error) {
  return !error.empty() && error.size() <= 40 && std::ranges::all_of(error, [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  });
}

SendOutcome failure(const std::string& error, const net::HttpResponse& response) {
  SendOutcome outcome;
  outcome.code = is_name(error) ? error : "unlisted";
  const auto row = std::ranges::find(kRows, error, &Row::error);
  outcome.kind = row == kRows.end() ? Kind::retry : row->kind;
  outcome.retry_after = row == kRows.end() ? 10min : row->retry_after;
  if (outcome.kind == Kind::retry)
    outcome.retry_after = std::max(outcome.retry_after, seconds_header(response, "Retry-After"));
  return outcome;
}

}  // namespace

SendOutcome read_outcome(const net::HttpResponse& response) {
  const auto answer = parse_json_object(response.body);
  const auto* ok = answer ? answer->if_contains("ok") : nullptr;
  if (ok && ok->is_bool() && !ok->get_bool())
    return failure(json_string(*answer, "error"), response);
  if (response.status != 200) return http_failure(response);
  SendOutcome outcome;
  outcome.code = "unreadable";
  if (!ok || !ok->is_bool()) return outcome;
  outcome.kind = Kind::delivered;
  outcome.code = "ok";
  const auto channel = json_string(*answer, "channel");
  const auto ts = json_string(*answer, "ts");
  if (!channel.empty() && !ts.empty()) outcome.platform_id = channel + ":" + ts;
  return outcome;
}

}  // namespace huiyin::slack
