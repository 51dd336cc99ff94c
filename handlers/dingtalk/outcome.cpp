#include <algorithm>
#include <array>
#include <charconv>

#include "handlers/config_keys.h"
#include "handlers/dingtalk/api.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"

namespace huiyin::dingtalk {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;
using Kind = SendOutcome::Kind;

struct Row {
  std::int64_t code;
  Kind kind;
  std::chrono::milliseconds retry_after{0};
};

// "Busy" may mean that it was delivered all the same: the page allows three tries.
constexpr std::int64_t kBusy = -1;
constexpr int kBusyTries = 3;

// The old API: status 200 always, errcode in the body (88: sub_code).
constexpr auto kRows = std::to_array<Row>({
    {kBusy, Kind::retry},
    {0, Kind::delivered},
    {33012, Kind::unreachable},  // no such userid
    {34016, Kind::refused},      // too long
    {40001, Kind::token_expired},
    {40014, Kind::token_expired},
    {42001, Kind::token_expired},
    {60011, Kind::channel_stopped},  // no permission
    {60020, Kind::channel_stopped},  // our address is not on the allow list
    {90002, Kind::retry, 2s},        // this call, from our address
    {90018, Kind::retry, 10s},       // this organisation or application
    {90019, Kind::retry, 10s},
    {90020, Kind::channel_stopped},  // the month's quota is used up
    {130101, Kind::retry, 10min},    // a robot's 20 a minute, then ten minutes of refusal
    {302033, Kind::retry, 10min},
    {310000, Kind::channel_stopped},  // keyword, signature, timestamp or address refused
    {300005, Kind::channel_stopped},  // token of a robot unknown
    {400101, Kind::channel_stopped},
    {410100, Kind::retry, 10min},
});
constexpr std::int64_t kSeeSubCode = 88;

// The new API: a status, and words in `code`. The first that occurs in it decides.
struct Words {
  std::string_view part;
  Kind kind;
  std::chrono::milliseconds retry_after{0};
};
constexpr auto kWords = std::to_array<Words>({
    {"InvalidAuthentication", Kind::token_expired},
    {"staffId.notExisted", Kind::unreachable},
    {"param.userIdNotExist", Kind::unreachable},
    {"param.template", Kind::channel_stopped},  // NotExist, Unpublished
    {"invalidParameter.robotCode", Kind::channel_stopped},
    {"resource.not.found", Kind::channel_stopped},  // no such robot
    {"system.busy", Kind::retry},
    {"QpsLimit", Kind::retry, 2s},
    {"ApiCountLimitForOrg", Kind::channel_stopped},  // the month's quota is used up
    {"Forbidden.AccessDenied", Kind::channel_stopped},
    {"Throttling", Kind::retry, 2s},
    {"ServiceUnavailable", Kind::retry},
    {"invalidParameter", Kind::refused},
    {"InvalidParameter", Kind::refused},
    {"param.", Kind::refused},
    {"miss.param", Kind::refused},
});
// Said no, but why is not known: slow repeats keep it visible as stuck until it is too old.
constexpr auto kUnlisted = 10min;
// 10 000 calls in 20 seconds shut our address out, with whatever body.
constexpr auto kBanned = 5min;

SendOutcome outcome_of(Kind kind, std::string code, std::chrono::milliseconds wait = {}) {
  SendOutcome outcome;
  outcome.kind = kind;
  outcome.code = std::move(code);
  outcome.retry_after = wait;
  return outcome;
}

// A number, or sometimes a string of digits.
std::optional<std::int64_t> code_of(const json::object& answer, std::string_view name) {
  if (const auto number = json_integer(answer, name)) return number;
  const auto text = json_string(answer, name);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool holds_people(const json::object& answer, std::string_view name) {
  const auto* list = json_array(answer, name);
  return list && !list->empty();
}

bool is_banned(const json::object& answer) {
  return answer.contains("punish") || code_of(answer, "status") == 1111;
}

// What it is really about.
std::int64_t inner_code(const json::object& answer, std::int64_t code) {
  return code == kSeeSubCode ? code_of(answer, "sub_code").value_or(code) : code;
}

SendOutcome read_old(const json::object& answer, std::int64_t code) {
  code = inner_code(answer, code);
  const auto found = std::ranges::find(kRows, code, &Row::code);
  auto outcome = found == kRows.end()
                     ? outcome_of(Kind::retry, std::to_string(code), kUnlisted)
                     : outcome_of(found->kind, std::to_string(code), found->retry_after);
  if (code == kBusy) outcome.tries = kBusyTries;
  if (outcome.kind == Kind::delivered)
    if (const auto task = json_text(answer, "task_id"); !task.empty())
      outcome.platform_id = "task:" + task;
  return outcome;
}

// Codes are words of the platform; what else might stand there does not go into our records.
std::string clean(std::string code) {
  std::erase_if(code, [](char c) { return c != '.' && c != '_' && !is_alphanumeric({&c, 1}); });
  return code.substr(0, 64);
}

SendOutcome read_refusal(const net::HttpResponse& response, const std::string& code) {
  const auto found = std::ranges::find_if(
      kWords, [&](const Words& words) { return code.find(words.part) != std::string::npos; });
  if (found != kWords.end()) return outcome_of(found->kind, clean(code), found->retry_after);
  if (response.status == 401) return outcome_of(Kind::token_expired, clean(code));
  if (response.status == 429) return outcome_of(Kind::retry, clean(code), 2s);
  if (response.status >= 500) return outcome_of(Kind::unknown, clean(code));
  return outcome_of(Kind::retry, clean(code), kUnlisted);
}

// 200 with our one person in a list of those who did not get it.
SendOutcome read_success(const json::object& answer) {
  if (holds_people(answer, "invalidStaffIdList"))
    return outcome_of(Kind::unreachable, "invalidStaffIdList");
  if (holds_people(answer, "filteredStaffIdList"))
    return outcome_of(Kind::unreachable, "filteredStaffIdList");
  if (holds_people(answer, "flowControlledStaffIdList"))
    return outcome_of(Kind::retry, "flowControlledStaffIdList", 60s);

  const auto& result = json_child(answer, "result");
  if (const auto* delivered = json_array(result, "deliverResults"))
    for (const auto& each : *delivered)
      if (!each.is_object() || !json_true(each.get_object(), "success"))
        return outcome_of(Kind::retry, "deliverResults", kUnlisted);

  auto outcome = outcome_of(Kind::delivered, "0");
  outcome.platform_id = json_string(answer, "processQueryKey");
  if (outcome.platform_id.empty()) outcome.platform_id = json_string(result, "outTrackId");
  if (!outcome.platform_id.empty() || json_true(answer, "success")) return outcome;
  if (answer.contains("success")) return outcome_of(Kind::retry, "success_false", kUnlisted);
  return outcome_of(Kind::unknown, "unreadable");
}

bool is_member(const json::object& result, std::string_view name) {
  return holds_people(result, name);
}

}  // namespace

SendOutcome read_outcome(const net::HttpResponse& response) {
  const auto answer = parse_json_object(response.body);
  if (!answer) {
    if (response.body.find("punish") != std::string::npos)
      return outcome_of(Kind::retry, "punish", kBanned);
    return response.status == 200 ? outcome_of(Kind::unknown, "unreadable")
                                  : http_failure(response);
  }
  if (is_banned(*answer)) return outcome_of(Kind::retry, "punish", kBanned);
  if (const auto code = code_of(*answer, "errcode")) return read_old(*answer, *code);
  if (response.status == 200) return read_success(*answer);
  const auto code = json_string(*answer, "code");
  return code.empty() ? http_failure(response) : read_refusal(response, code);
}

SendOutcome read_outcome(const Account& account, const Notice& notice,
                         const net::HttpResponse& response) {
  auto outcome = read_outcome(response);
  if (is_edit(account, notice)) {
    if (outcome.kind == Kind::delivered) outcome.platform_id = notice.replaces;
    // A card that is gone, or too old: waiting for it would only hold up what comes behind.
    if (outcome.kind == Kind::retry && outcome.retry_after == kUnlisted)
      outcome.kind = Kind::refused;
  } else if (is_card(account, notice)) {
    // Sent again after an answer that was lost: the first one made it.
    if (outcome.code == "param.cardAlreadyExist") outcome.kind = Kind::delivered;
    if (outcome.kind == Kind::delivered) outcome.platform_id = track_id(notice);
  } else if (is_session_webhook(account, notice.reply_address) && outcome.kind != Kind::delivered &&
             outcome.kind != Kind::unknown && outcome.retry_after != kBanned) {
    // Whatever is wrong with the webhook: the person is written to the usual way, at once.
    outcome.kind = Kind::refused;
    outcome.retry_after = {};
  }
  return outcome;
}

TokenAnswer read_token(const net::HttpResponse& response) {
  TokenAnswer token;
  const auto answer = parse_json_object(response.body);
  if (!answer || is_banned(*answer)) {
    token.code = answer                   ? "punish"
                 : response.status == 200 ? "unreadable"
                                          : "http_" + std::to_string(response.status);
    return token;
  }
  if (const auto code = code_of(*answer, "errcode"); code.value_or(0) != 0) {
    const auto outcome = read_old(*answer, *code);
    token.code = outcome.code;
    // Wrong keys have many codes; those that pass by themselves are listed.
    const auto listed = std::ranges::find(kRows, inner_code(*answer, *code), &Row::code);
    token.configuration_fault = listed == kRows.end() || listed->kind != Kind::retry;
    return token;
  }
  if (response.status != 200) {
    const auto code = json_string(*answer, "code");
    const auto outcome = read_refusal(response, code);
    token.code = code.empty() ? "http_" + std::to_string(response.status) : outcome.code;
    const bool throttled = outcome.kind == Kind::retry && outcome.retry_after < kUnlisted;
    token.configuration_fault = response.status >= 400 && response.status < 500 &&
                                response.status != 429 && !code.empty() && !throttled;
    return token;
  }
  const bool is_new = answer->contains("accessToken");
  token.value = json_string(*answer, is_new ? "accessToken" : "access_token");
  const auto lifetime = json_integer(*answer, is_new ? "expireIn" : "expires_in").value_or(0);
  if (token.value.empty() || lifetime <= 0) {
    token.value.clear();
    token.code = "unreadable";
  } else {
    token.lifetime = std::chrono::seconds{std::min<std::int64_t>(lifetime, 7200)};
  }
  return token;
}

std::optional<Delivery> read_fate(std::string_view platform_id, const net::HttpResponse& response) {
  const auto answer = parse_json_object(response.body);
  if (!answer || code_of(*answer, "errcode") != 0) return std::nullopt;
  const auto& result = json_child(*answer, "send_result");
  Delivery fate{std::string{platform_id}, false, {}};
  if (const auto* list = json_array(result, "forbidden_list"); list && !list->empty()) {
    const auto* first = list->front().if_object();
    fate.detail = "forbidden:" + (first ? json_text(*first, "code") : std::string{});
    return fate;  // 143105 the day's quota, 143106 said before, 143103 143104 a minute's
  }
  for (const auto* name : {"invalid_user_id_list", "forbidden_user_id_list", "failed_user_id_list"})
    if (is_member(result, name)) {
      fate.detail = name;
      return fate;
    }
  for (const auto* name : {"read_user_id_list", "unread_user_id_list"})
    if (is_member(result, name)) {
      fate.delivered = true;
      fate.detail = name;
      return fate;
    }
  return std::nullopt;
}

}  // namespace huiyin::dingtalk
