#include <algorithm>
#include <array>
#include <string>

#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/telegram/api.h"

namespace huiyin::telegram {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using Kind = SendOutcome::Kind;

// Code first, then a part of the description, which is in small letters here: the server's texts
// change their case. The first row that fits decides. `name` is what the log says.
struct Row {
  std::int64_t code;
  std::string_view part;
  Kind kind;
  std::string_view name;
};
constexpr auto kRows = std::to_array<Row>({
    {400, "message is not modified", Kind::delivered, "not_modified"},
    {400, "chat not found", Kind::unreachable, "chat_not_found"},
    {400, "peer_id_invalid", Kind::unreachable, "peer_id_invalid"},
    {400, "user not found", Kind::unreachable, "user_not_found"},
    {400, "input_user_deactivated", Kind::unreachable, "deactivated"},
    {400, "group chat was upgraded", Kind::unreachable, "migrated"},  // persons never migrate
    {400, "message to edit not found", Kind::refused, "edit_not_found"},
    {400, "message can't be edited", Kind::refused, "edit_impossible"},
    {400, "message_id_invalid", Kind::refused, "edit_not_found"},
    {400, "message is too long", Kind::refused, "too_long"},
    {400, "text is empty", Kind::refused, "empty"},
    {400, "can't parse entities", Kind::refused, "entities"},
    {400, "button_data_invalid", Kind::refused, "button_data"},
    {400, "query is too old", Kind::refused, "query_too_old"},
    {400, "file is too big", Kind::refused, "file_too_big"},
    {400, "temporarily unavailable", Kind::retry, "file_unavailable"},
    {400, "", Kind::refused, "bad_request"},           // the same request would be refused again
    {401, "", Kind::channel_stopped, "unauthorized"},  // token revoked
    {403, "blocked by the user", Kind::unreachable, "blocked"},
    {403, "user is deactivated", Kind::unreachable, "deactivated"},
    {403, "can't initiate conversation", Kind::unreachable, "never_started"},
    {403, "bot was kicked", Kind::unreachable, "kicked"},
    {403, "", Kind::unreachable, "forbidden"},
    {404, "", Kind::channel_stopped, "not_found"},  // malformed token or unknown method
    {409, "", Kind::channel_stopped, "conflict"},   // somebody polls getUpdates
    {413, "", Kind::refused, "too_large"},
    {429, "", Kind::retry, "flood"},
});

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

// "chat:message" of the message that was sent or edited.
std::string card_of(const json::object& answer) {
  const auto& result = json_child(answer, "result");
  const auto chat = json_integer(json_child(result, "chat"), "id");
  const auto message = json_integer(result, "message_id");
  return chat && message ? std::to_string(*chat) + ":" + std::to_string(*message) : std::string{};
}

std::chrono::milliseconds flood_wait(const json::object& answer,
                                     const net::HttpResponse& response) {
  const auto seconds = json_integer(json_child(answer, "parameters"), "retry_after").value_or(0);
  if (seconds <= 0) return seconds_header(response, "Retry-After");
  return std::chrono::seconds{std::min<std::int64_t>(seconds, 86'400)};
}

SendOutcome failure(const json::object& answer, const net::HttpResponse& response) {
  const auto code = json_integer(answer, "error_code").value_or(response.status);
  const auto description = lower(json_string(answer, "description"));
  SendOutcome outcome;  // 5xx: unknown
  outcome.code = std::to_string(code);
  const auto row = std::ranges::find_if(kRows, [&](const Row& row) {
    return row.code == code && description.find(row.part) != std::string::npos;
  });
  if (row != kRows.end()) {
    outcome.kind = row->kind;
    outcome.code.append(" ").append(row->name);
  } else if (code >= 300 && code < 500) {
    outcome.kind = Kind::retry;  // said no for a reason that no page tells
    outcome.retry_after = 10min;
  }
  if (outcome.kind == Kind::retry && code == 429)
    outcome.retry_after = flood_wait(answer, response);
  return outcome;
}

}  // namespace

SendOutcome read_outcome(const net::HttpResponse& response) {
  const auto answer = parse_json_object(response.body);
  const auto* ok = answer ? answer->if_contains("ok") : nullptr;
  if (!ok || !ok->is_bool()) {
    if (response.status != 200) return http_failure(response);
    SendOutcome outcome;
    outcome.code = "unreadable";
    return outcome;  // unknown: something answered, but was it delivered?
  }
  if (!ok->get_bool()) return failure(*answer, response);
  SendOutcome outcome;
  outcome.kind = Kind::delivered;
  outcome.code = "ok";
  outcome.platform_id = card_of(*answer);
  return outcome;
}

}  // namespace huiyin::telegram
