#include "handlers/wecom/played_kf.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "handlers/config_keys.h"
#include "handlers/json.h"

namespace huiyin::wecom {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr auto kWindow = 48h;
constexpr int kAllowed = 5;
constexpr std::size_t kPage = 3;  // the real one gives up to `limit`; small pages need a next one
constexpr std::string_view kEmptyPage = "0.empty_page";

net::HttpResponse error(int code) { return played_answer({}, code); }

const json::object& child(const json::object& object, std::string_view name) {
  static const json::object none;
  const auto* found = json_object(object, name);
  return found ? *found : none;
}

bool is_message_id(std::string_view id) {
  return !id.empty() && id.size() <= 32 && std::ranges::all_of(id, [](char c) {
    return c == '_' || c == '-' || is_alphanumeric({&c, 1});
  });
}

std::int64_t seconds(Instant at) {
  return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
}

// What is shown, or an errcode. A tapped item says its content.
int show(const json::object& body, Seen& seen) {
  const auto type = json_string(body, "msgtype");
  const auto& content = child(body, type);
  if (type == "text") {
    seen.text = json_string(content, "content");
    if (seen.text.empty()) return 40058;
    return seen.text.size() > 2048 ? 45002 : 0;
  }
  if (type != "msgmenu") return 40008;
  seen.text = json_string(content, "head_content");
  const auto* list = json_array(content, "list");
  if (!list || list->empty() || list->size() > 10 || seen.text.size() > 1024) return 40058;
  for (const auto& value : *list) {
    const auto* item = value.if_object();
    if (!item || json_string(*item, "type") != "click") return 40058;
    const auto& click = child(*item, "click");
    const auto words = json_string(click, "content"), id = json_string(click, "id");
    if (words.empty() || words.size() > 128 || id.empty() || id.size() > 128) return 40058;
    seen.buttons.push_back(words);
    seen.text += "\n[" + words + "]";
  }
  return 0;
}

}  // namespace

PlayedKf::PlayedKf(std::string corp_id, std::string secret, std::string open_kfid)
    : account_{std::move(corp_id), std::move(secret)}, open_kfid_{std::move(open_kfid)} {}

// Longer than what we may use ourselves, like the real ones.
std::string PlayedKf::next_id(const char* prefix) {
  return prefix + std::to_string(dice_()) + std::to_string(dice_());
}

void PlayedKf::keep(const std::string& user, json::object entry, Instant now) {
  entry["msgid"] = next_id("PLAYEDmessage");
  entry["open_kfid"] = open_kfid_;
  entry["external_userid"] = user;
  entry["send_time"] = seconds(now);
  entry["origin"] = 3;
  entries_.push_back(std::move(entry));
  auto& customer = customers_[user];
  customer.window_until = now + kWindow;
  customer.left = kAllowed;
}

void PlayedKf::keep_event(json::object event, Instant now) {
  event["open_kfid"] = open_kfid_;
  json::object entry;
  entry["msgid"] = next_id("PLAYEDevent");
  entry["send_time"] = seconds(now);
  entry["origin"] = 4;
  entry["msgtype"] = "event";
  entry["event"] = std::move(event);
  entries_.push_back(std::move(entry));
}

void PlayedKf::enter(const std::string& user, const std::string& scene, Instant now) {
  auto& customer = customers_[user];
  json::object event;
  event["event_type"] = "enter_session";
  event["external_userid"] = user;
  event["scene"] = "played";
  event["scene_param"] = scene;
  if (customer.window_until <= now && now - customer.greeted >= kWindow) {
    const auto code = next_id("PLAYEDwelcome");
    welcomes_[code] = {user, now + 20s};
    event["welcome_code"] = code;
  }
  keep_event(std::move(event), now);
}

std::string PlayedKf::fresh_hint(Instant now) {
  auto hint = next_id("PLAYEDhint");
  hints_[hint] = now + 10min;
  return hint;
}

std::string PlayedKf::last_sent(const std::string& user) const {
  const auto found = customers_.find(user);
  return found == customers_.end() ? std::string{} : found->second.last_sent;
}

void PlayedKf::inject(const std::string& fault, int times) {
  account_.inject(fault, times, kEmptyPage);
}

net::HttpResponse PlayedKf::serve(const net::HttpRequest& request, Instant now,
                                  std::vector<Seen>& seen) {
  const bool is_token = PlayedAccount::asks_for_token(request);
  const auto fault = account_.next_fault(is_token);
  empty_page_ = fault == kEmptyPage;
  if (const auto status = played_status(fault)) return *status;
  if (!fault.empty() && fault != "drop" && !empty_page_) return error(std::stoi(fault));
  auto response = is_token ? account_.get_token(request, now) : call(request, now, seen);
  if (fault == "drop") response.status = kHangsUp;
  return response;
}

net::HttpResponse PlayedKf::call(const net::HttpRequest& request, Instant now,
                                 std::vector<Seen>& seen) {
  const auto path = request.path();
  const bool is_media = PlayedAccount::asks_for_media(request);
  const bool syncs = path == "/cgi-bin/kf/sync_msg", sends = path == "/cgi-bin/kf/send_msg",
             greets = path == "/cgi-bin/kf/send_msg_on_event";
  if (!is_media && !syncs && !sends && !greets)
    return net::HttpResponse::text(404, "no such path\n");
  if (const auto fault = account_.token_fault(request, now)) return error(*fault);
  if (is_media) return account_.media(request);
  if (request.method != "POST") return error(43002);
  const auto body = parse_json_object(request.body);
  if (!body) return error(47001);
  if (greets) return welcome(*body, now, seen);
  if (json_string(*body, "open_kfid") != open_kfid_) return error(95000);
  return syncs ? sync(*body, now) : send(*body, now, seen);
}

net::HttpResponse PlayedKf::sync(const json::object& body, Instant now) {
  const auto hint = json_string(body, "token");
  if (!hint.empty()) {
    const auto found = hints_.find(hint);
    if (found == hints_.end() || found->second <= now) return error(95007);
  }
  const auto limit = json_integer(body, "limit").value_or(1000);
  if (limit < 1 || limit > 1000) return error(40058);
  std::size_t from = 0;
  if (const auto cursor = json_string(body, "cursor"); !cursor.empty()) {
    const auto* end = cursor.data() + cursor.size();
    const auto [rest, fault] = std::from_chars(cursor.data(), end, from);
    if (fault != std::errc{} || rest != end || from > entries_.size()) return error(40058);
  }
  const auto most = empty_page_ ? 0 : std::min(kPage, static_cast<std::size_t>(limit));
  const auto until = std::min(entries_.size(), from + most);
  json::array list;
  for (auto at = from; at < until; ++at) list.push_back(entries_[at]);
  json::object page;
  page["next_cursor"] = std::to_string(until);
  page["has_more"] = until < entries_.size() ? 1 : 0;
  page["msg_list"] = std::move(list);
  return played_answer(std::move(page));
}

int PlayedKf::deliver(const std::string& user, const json::object& body, const char* via,
                      std::vector<Seen>& seen) {
  const auto id = json_string(body, "msgid");
  if (!id.empty() && !is_message_id(id)) return 40058;
  Seen shown{user, {}, {}, via};
  if (const int fault = show(body, shown)) return fault;
  if (!id.empty() && !sent_ids_.insert(id).second) return 95033;
  customers_[user].last_sent = id;
  seen.push_back(std::move(shown));
  return 0;
}

net::HttpResponse PlayedKf::send(const json::object& body, Instant now, std::vector<Seen>& seen) {
  const auto user = json_string(body, "touser");
  if (!user.starts_with("wm")) return error(40003);
  auto& customer = customers_[user];
  if (sent_ids_.contains(json_string(body, "msgid"))) return error(95033);
  if (customer.window_until <= now) return error(95002);
  if (customer.left <= 0) return error(95001);
  if (const int fault = deliver(user, body, "customer-service", seen)) return error(fault);
  --customer.left;
  return played_answer({{"msgid", json_string(body, "msgid")}});
}

net::HttpResponse PlayedKf::welcome(const json::object& body, Instant now,
                                    std::vector<Seen>& seen) {
  const auto found = welcomes_.find(json_string(body, "code"));
  if (found == welcomes_.end() || found->second.until <= now) return error(95014);
  const auto user = found->second.user;
  if (const int fault = deliver(user, body, "welcome", seen)) return error(fault);
  customers_[user].greeted = now;
  welcomes_.erase(found);
  return played_answer({{"msgid", json_string(body, "msgid")}});
}

}  // namespace huiyin::wecom
