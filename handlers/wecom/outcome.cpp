#include <algorithm>
#include <array>

#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/wecom/api.h"

namespace huiyin::wecom {
namespace {

using namespace std::chrono_literals;
using Kind = SendOutcome::Kind;

// "Busy" may mean that it was delivered all the same: the page allows three tries.
constexpr std::int64_t kBusy = -1;
constexpr int kBusyTries = 3;

struct Row {
  std::int64_t code, last;  // a range of codes
  Kind kind;
  std::chrono::milliseconds retry_after{0};
};

// Pages "全局错误码", "访问频率限制".
constexpr auto kRows = std::to_array<Row>({
    {kBusy, kBusy, Kind::retry},
    {0, 0, Kind::delivered},
    {6000, 6000, Kind::retry},              // changed by somebody else at the same moment
    {40001, 40001, Kind::channel_stopped},  // secret
    {40003, 40003, Kind::unreachable},      // userid
    {40007, 40007, Kind::refused},          // media id invalid or expired
    {40008, 40008, Kind::refused},          // msgtype
    {40013, 40013, Kind::channel_stopped},  // corpid
    {40014, 40014, Kind::token_expired},
    {40056, 40056, Kind::channel_stopped},  // agentid
    {40058, 40058, Kind::refused},          // parameter
    {40063, 40063, Kind::refused},          // empty parameter
    {40091, 40091, Kind::channel_stopped},  // secret of another corp
    {40201, 40201, Kind::refused},          // content blocked
    {41001, 41001, Kind::token_expired},    // no token
    {42001, 42001, Kind::token_expired},
    // Task id used before. Ours are unique and well-formed, so the card of the first attempt, whose
    // answer was lost, has arrived.
    {42014, 42014, Kind::delivered},
    {42015, 42020, Kind::refused},          // changing a card: code used, too old, not its app
    {42027, 42051, Kind::refused},          // fields of a card
    {43012, 43012, Kind::channel_stopped},  // cards need a callback URL
    {44004, 44004, Kind::refused},          // empty
    {45002, 45002, Kind::refused},          // too long
    // Per member, corp or address; which of minute, hour and day it was is not told.
    {45009, 45009, Kind::retry, 60s},
    {45033, 45033, Kind::retry},  // too many at once
    {48001, 48002, Kind::channel_stopped},
    {48006, 48006, Kind::channel_stopped},  // withdrawn for disuse
    {50003, 50003, Kind::channel_stopped},  // application disabled
    {60011, 60011, Kind::channel_stopped},
    {60020, 60020, Kind::channel_stopped},  // our address is not trusted
    {60111, 60111, Kind::unreachable},      // no such userid
    {81013, 81013, Kind::unreachable},      // nobody valid, or outside the visible range
    {82001, 82001, Kind::refused},          // nobody to send to
    // 微信客服
    {40096, 40096, Kind::unreachable},      // external_userid of another corp
    {95000, 95000, Kind::channel_stopped},  // open_kfid
    {95001, 95001, Kind::allowance_used},   // five messages since the customer wrote
    {95002, 95002, Kind::window_closed},    // 48 hours since the customer wrote
    {95003, 95003, Kind::channel_stopped},  // as many customers as an unverified corp may have
    {95004, 95004, Kind::channel_stopped},
    {95007, 95007, Kind::refused},        // token of the callback too old: pull without it
    {95013, 95013, Kind::window_closed},  // session ended
    {95016, 95016, Kind::refused},
    {95017, 95017, Kind::channel_stopped},  // not managed by API
    {95018, 95018, Kind::window_closed},    // a human has the session
    {95033, 95033, Kind::delivered},        // msgid used before: the first attempt arrived
    {301002, 301002, Kind::channel_stopped},
    {830002, 830002, Kind::refused},  // a file over 20 MB, more than we keep
});
// A code of no table: not delivered, but why is not known. Slow repeats keep it visible as stuck.
constexpr Row kUnlisted{0, 0, Kind::retry, 10min};

const Row& row_of(std::int64_t code) {
  const auto found = std::ranges::find_if(
      kRows, [&](const Row& row) { return row.code <= code && code <= row.last; });
  return found == kRows.end() ? kUnlisted : *found;
}

// "a|b" from send, ["a"] from an update; absent and empty are the same.
bool names_somebody(const boost::json::object& answer, std::string_view name) {
  const auto* value = answer.if_contains({name.data(), name.size()});
  if (!value) return false;
  if (const auto* text = value->if_string()) return !text->empty();
  if (const auto* list = value->if_array()) return !list->empty();
  return false;
}

// What an errcode 0 may hide. Each notice has one recipient: whoever is named, it is this one.
void look_behind_success(const boost::json::object& answer, SendOutcome& outcome) {
  for (const char* name : {"invaliduser", "invalidparty", "invalidtag", "unlicenseduser"}) {
    if (!names_somebody(answer, name)) continue;
    outcome.kind = Kind::unreachable;
    outcome.code = name;
    return;
  }
  if (json_string(answer, "errmsg").find("wrong json format") != std::string::npos) {
    outcome.kind = Kind::refused;  // a field of a wrong type was ignored: our bug
    outcome.code = "wrong_json_format";
    return;
  }
  outcome.platform_id = json_string(answer, "response_code");
}

struct Answer {
  std::optional<boost::json::object> body;
  std::optional<std::int64_t> code;
};
Answer read(const net::HttpResponse& response) {
  Answer answer{parse_json_object(response.body), std::nullopt};
  if (answer.body) answer.code = json_integer(*answer.body, "errcode");
  return answer;
}

}  // namespace

SendOutcome read_outcome(const net::HttpResponse& response) {
  if (response.status != 200) return http_failure(response);
  SendOutcome outcome;
  const auto answer = read(response);
  if (!answer.code) {
    outcome.code = "unreadable";
    return outcome;  // unknown: something answered, but was it delivered?
  }
  const auto& row = row_of(*answer.code);
  outcome.kind = row.kind;
  outcome.retry_after = row.retry_after;
  outcome.code = std::to_string(*answer.code);
  if (*answer.code == kBusy) outcome.tries = kBusyTries;
  if (*answer.code == 0) look_behind_success(*answer.body, outcome);
  return outcome;
}

bool is_listed(const net::HttpResponse& response) {
  const auto answer = read(response);
  return answer.code && &row_of(*answer.code) != &kUnlisted;
}

SendOutcome read_update_outcome(const net::HttpResponse& response) {
  auto outcome = read_outcome(response);
  if (outcome.code == "42014") outcome.kind = Kind::refused;  // no first attempt sent this one
  return outcome;
}

// A response_url that is used up or too old opens again with the person's next message; its codes
// are not documented.
SendOutcome read_robot_outcome(const net::HttpResponse& response) {
  auto outcome = read_outcome(response);
  if (response.status == 200 && read(response).code && !is_listed(response)) {
    outcome.kind = Kind::window_closed;
    outcome.retry_after = {};
  } else if (response.status >= 400 && response.status < 500 && response.status != 429) {
    outcome.kind = Kind::window_closed;
    outcome.retry_after = {};
  }
  return outcome;
}

TokenAnswer read_token(const net::HttpResponse& response) {
  TokenAnswer token;
  if (response.status != 200) {
    token.code = http_failure(response).code;
    return token;
  }
  const auto answer = read(response);
  token.code = "unreadable";
  if (!answer.code) return token;
  const auto value = json_string(*answer.body, "access_token");
  const auto lifetime = json_integer(*answer.body, "expires_in").value_or(0);
  if (*answer.code != 0) {
    token.code = std::to_string(*answer.code);
    token.configuration_fault = row_of(*answer.code).kind == Kind::channel_stopped;
  } else if (!value.empty() && value.size() <= 512 && lifetime > 0) {
    token.code.clear();
    token.value = value;
    token.lifetime = std::chrono::seconds{std::min<std::int64_t>(lifetime, 7200)};
  }
  return token;
}

}  // namespace huiyin::wecom
