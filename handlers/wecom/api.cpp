#include "handlers/wecom/api.h"

#include <algorithm>

#include "handlers/config_keys.h"
#include "handlers/http_parts.h"
#include "handlers/utf8.h"
#include "handlers/wecom/card.h"
#include "handlers/wecom/words.h"

namespace huiyin::wecom {
namespace {

namespace json = boost::json;

// Answers to a question may rightly say the same twice within half an hour; the platform would
// swallow the second and report success.
constexpr std::string_view kAnswers[] = {
    "status",    "status_list", "no_cases",    "not_found", "not_now", "which_case",
    "ask_place", "which_place", "ask_problem", "welcome",   "help",    "thanks",
    "language",  "muted",       "human",       "privacy",   "advice",  "kept",
    "refused",   "todo",        "duties",      "bound",     "done",    "confirm_withdraw"};

std::string api_url(const App& app, std::string_view path, const Token& token) {
  return app.api_base + std::string{path} + "?access_token=" + percent_encode(token.value);
}

// An identical request within the interval is not delivered again, which is what the one repeat of
// an unknown outcome needs. The interval is made from the notice's id, so that two notices of the
// same words are not identical requests.
void check_duplicates(json::object& body, const Notice& notice) {
  if (notice.case_number.empty() || std::ranges::find(kAnswers, notice.kind) != std::end(kAnswers))
    return;
  constexpr std::int64_t least = 1800, most = 14400;  // seconds
  body["enable_duplicate_check"] = 1;
  body["duplicate_check_interval"] =
      least + static_cast<std::int64_t>(static_cast<std::uint64_t>(notice.id.raw()) %
                                        static_cast<std::uint64_t>(most - least + 1));
}

void put_words(json::object& body, const App& app, const Notice& notice) {
  const auto put = [&](std::string_view type, json::object content) {
    body["msgtype"] = type;
    body[type] = std::move(content);
  };
  const auto words = text_card(notice);
  json::object content;
  if (!notice.link.empty() && notice.buttons.empty() && words.fits) {
    content["title"] = words.title;
    content["description"] = words.description;
    content["url"] = presentable(notice.link);
    content["btntxt"] = "详情";
    put("textcard", std::move(content));
  } else if (app.format == Format::markdown) {
    content["content"] = markdown_content(notice);
    put("markdown", std::move(content));
  } else {
    content["content"] = text_content(notice);
    put("text", std::move(content));
  }
}

}  // namespace

SendLimits corp_limits() {
  SendLimits limits;
  limits.in_flight = 16;  // 45033 is answered to too many at once; how many is not documented
  limits.account = {{10'000, std::chrono::minutes{1}}, {150'000, std::chrono::hours{1}}};
  return limits;
}

std::vector<std::string> picture_hosts() { return {"qpic.cn"}; }

net::OutgoingRequest token_request(std::string_view api_base, std::string_view corp_id,
                                   std::string_view secret) {
  net::OutgoingRequest request;
  request.method = "GET";
  request.url = std::string{api_base} + "/cgi-bin/gettoken?corpid=" + percent_encode(corp_id) +
                "&corpsecret=" + percent_encode(secret);
  return request;
}

net::OutgoingRequest send_message(const App& app, const Notice& notice, const Token& token) {
  json::object body;
  body["touser"] = notice.recipient;
  body["agentid"] = app.agent_id;
  if (has_card(notice)) {
    auto content = card(notice);
    content["task_id"] = task_id(notice);
    body["msgtype"] = "template_card";
    body["template_card"] = std::move(content);
  } else {
    put_words(body, app, notice);
    check_duplicates(body, notice);
  }
  return post_json(api_url(app, "/cgi-bin/message/send", token), body);
}

net::OutgoingRequest update_card(const App& app, const Notice& notice, const Token& token) {
  json::object body;
  body["userids"] = json::array{json::string{notice.recipient}};
  body["agentid"] = app.agent_id;
  body["response_code"] = notice.replaces;
  body["template_card"] = changed_card(notice);
  return post_json(api_url(app, "/cgi-bin/message/update_template_card", token), body);
}

}  // namespace huiyin::wecom
