#include "handlers/wecom/played_api.h"

#include <algorithm>
#include <utility>

#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/wecom/played_card.h"

namespace huiyin::wecom {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr auto kCodeLife = 72h;
constexpr std::size_t kPerMinute = 30, kPerHour = 1000;  // to one member

net::HttpResponse error(int code) { return played_answer({}, code); }

// What is shown of words, or an errcode.
std::pair<int, std::string> show_words(const json::object& body, const std::string& type) {
  const auto& content = json_child(body, type);
  if (type == "text" || type == "markdown") {
    auto words = json_string(content, "content");
    if (words.empty()) return {44004, {}};
    if (words.size() > 2048) words.resize(2048);  // cut, even inside a character
    return {0, words};
  }
  if (type != "textcard") return {40008, {}};
  const auto title = json_string(content, "title"), words = json_string(content, "description"),
             url = json_string(content, "url");
  if (title.empty() || words.empty() || url.empty()) return {40063, {}};
  if (title.size() > 128 || words.size() > 512 || url.size() > 2048) return {45002, {}};
  return {0, title + "\n" + words + "\n" + url};
}

}  // namespace

PlayedApi::PlayedApi(std::string corp_id, std::string secret, std::int64_t agent_id)
    : account_{std::move(corp_id), std::move(secret)}, agent_id_{agent_id} {}

void PlayedApi::visible(const std::string& user, bool is) {
  if (is) {
    invisible_.erase(user);
  } else {
    invisible_.insert(user);
  }
}

std::string PlayedApi::card_with(const std::string& user, const std::string& key) const {
  const auto found = std::find_if(cards_.rbegin(), cards_.rend(), [&](const Card& card) {
    return card.user == user && std::ranges::find(card.keys, key) != card.keys.end();
  });
  return found == cards_.rend() ? std::string{} : found->task;
}

std::string PlayedApi::issue_code(const std::string& user, const std::string& task, Instant now) {
  auto code = "PLAYED_" + std::to_string(dice_());
  codes_[code] = {user, task, now + kCodeLife};
  return code;
}

void PlayedApi::inject(const std::string& fault, int times) {
  account_.inject(fault, times, "0.invaliduser");
}

net::HttpResponse PlayedApi::serve(const net::HttpRequest& request, Instant now,
                                   std::vector<Seen>& seen) {
  const bool is_token = PlayedAccount::asks_for_token(request);
  const auto fault = account_.next_fault(is_token);
  hide_from_all_ = fault == "0.invaliduser";
  if (const auto status = played_status(fault)) return *status;
  if (!fault.empty() && fault != "drop" && !hide_from_all_) return error(std::stoi(fault));
  auto response = is_token ? account_.get_token(request, now) : call(request, now, seen);
  if (fault == "drop") response.status = kHangsUp;
  return response;
}

net::HttpResponse PlayedApi::call(const net::HttpRequest& request, Instant now,
                                  std::vector<Seen>& seen) {
  const auto path = request.path();
  if (PlayedAccount::asks_for_media(request)) {
    if (const auto fault = account_.token_fault(request, now)) return error(*fault);
    return account_.media(request);
  }
  const bool sends = path == "/cgi-bin/message/send";
  if (!sends && path != "/cgi-bin/message/update_template_card")
    return net::HttpResponse::text(404, "no such path\n");
  if (request.method != "POST") return error(43002);
  if (const auto fault = account_.token_fault(request, now)) return error(*fault);
  const auto body = parse_json_object(request.body);
  if (!body) return error(47001);
  if (json_integer(*body, "agentid") != agent_id_) return error(40056);
  if (!sends) return update(*body, now, seen);

  // Suppressed repeats are reported as sent.
  if (json_integer(*body, "enable_duplicate_check") == 1) {
    auto& until = recent_[request.body];
    if (now < until) return played_answer({{"msgid", "PLAYED_SUPPRESSED"}});
    until =
        now + std::chrono::seconds{json_integer(*body, "duplicate_check_interval").value_or(1800)};
  }
  return send(*body, now, seen);
}

// False: beyond the limit of one member; the platform drops it without a word.
bool PlayedApi::spend(const std::string& user, Instant now) {
  auto& sent = sent_[user];
  while (!sent.empty() && now - sent.front() >= 1h) sent.pop_front();
  const auto recent = static_cast<std::size_t>(
      std::ranges::count_if(sent, [&](Instant at) { return now - at < 1min; }));
  if (recent >= kPerMinute || sent.size() >= kPerHour) return false;
  sent.push_back(now);
  return true;
}

net::HttpResponse PlayedApi::send(const json::object& body, Instant now, std::vector<Seen>& seen) {
  const auto user = json_string(body, "touser");
  const auto type = json_string(body, "msgtype");
  if (user.empty()) return error(82001);
  if (user.size() > 64) return error(40003);
  if (invisible_.contains(user)) return error(81013);

  json::object result;
  result["msgid"] = "PLAYED_" + std::to_string(dice_());
  std::string shown;
  std::vector<std::string> keys;
  if (type == "template_card") {
    const auto& card = json_child(body, "template_card");
    const auto task = json_string(card, "task_id");
    auto played = play_card(card);
    if (played.fault != 0) return error(played.fault);
    if (!is_task_id(task) || !tasks_.insert(task).second) return error(42014);
    shown = std::move(played.shown);
    keys = std::move(played.keys);
    if (!keys.empty()) result["response_code"] = issue_code(user, task, now);
    cards_.push_back({user, task, keys});
  } else {
    const auto [fault, words] = show_words(body, type);
    if (fault != 0) return error(fault);
    shown = words;
  }
  if (hide_from_all_) {
    result["invaliduser"] = user;
  } else if (spend(user, now)) {
    seen.push_back({user, shown, keys, type == "template_card" ? "card" : "message"});
  }
  return played_answer(std::move(result));
}

net::HttpResponse PlayedApi::update(const json::object& body, Instant now,
                                    std::vector<Seen>& seen) {
  const auto found = codes_.find(json_string(body, "response_code"));
  if (found == codes_.end() || found->second.until <= now) return error(42016);
  const auto code = found->second;
  const auto* users = body.if_contains("userids");
  const bool named = users && users->is_array() && users->get_array().size() == 1 &&
                     users->get_array()[0].is_string() &&
                     std::string{users->get_array()[0].get_string()} == code.user;
  if (!named) return error(82001);

  Seen update{code.user, {}, {}, "card-update"};
  if (body.contains("template_card")) {
    auto played = play_card(json_child(body, "template_card"), true);
    if (played.fault != 0) return error(played.fault);
    update.text = std::move(played.shown);
    update.buttons = std::move(played.keys);
  } else {
    update.text = json_string(json_child(body, "button"), "replace_name");
    if (update.text.empty()) return error(42020);
  }
  codes_.erase(found);  // good for one
  // Old keys stay: somebody may press on a screen that was not refreshed.
  for (auto& card : cards_)
    if (card.task == code.task && card.user == code.user)
      card.keys.insert(card.keys.end(), update.buttons.begin(), update.buttons.end());
  json::object result;
  if (hide_from_all_) {
    result["invaliduser"] = json::array{json::string{code.user}};
  } else {
    seen.push_back(std::move(update));
  }
  return played_answer(std::move(result));
}

}  // namespace huiyin::wecom
