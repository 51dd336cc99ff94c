#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/http_parts.h"
#include "handlers/utf8.h"
#include "handlers/wecom/api.h"
#include "handlers/wecom/kf.h"
#include "handlers/wecom/words.h"

namespace huiyin::wecom::kf {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxItems = 10;
constexpr std::size_t kMaxItem = 128;   // bytes
constexpr std::size_t kMaxHead = 1024;  // bytes; words that are longer go as text

// What stands above the items of a menu.
std::string head_of(const Notice& notice) {
  auto head = notice;
  head.buttons.clear();
  return text_content(head);
}

bool fits_menu(const Notice& notice) {
  if (notice.buttons.empty() || notice.buttons.size() > kMaxItems) return false;
  for (const auto& button : notice.buttons)
    if (button.command.empty() || button.command.size() > kMaxItem) return false;
  return head_of(notice).size() <= kMaxHead;
}

// What is shown of an item is what comes back as the customer's text: so it is the command.
json::object menu_of(const Notice& notice) {
  json::array list;
  for (const auto& button : notice.buttons) {
    json::object click;
    click["id"] = std::to_string(list.size() + 1);
    click["content"] = presentable(button.command);
    json::object item;
    item["type"] = "click";
    item["click"] = std::move(click);
    list.push_back(std::move(item));
  }
  json::object menu;
  menu["head_content"] = head_of(notice);
  menu["list"] = std::move(list);
  return menu;
}

void put_content(json::object& body, const Notice& notice) {
  if (fits_menu(notice)) {
    body["msgtype"] = "msgmenu";
    body["msgmenu"] = menu_of(notice);
    return;
  }
  json::object text;
  text["content"] = text_content(notice);
  body["msgtype"] = "text";
  body["text"] = std::move(text);
}

}  // namespace

std::string message_id(const Notice& notice) {
  const auto digest = sha256_hex({notice.recipient, "\n", notice.case_number, "\n", notice.text});
  return "hy_" + std::to_string(notice.id.raw()) + "_" + digest.substr(0, 8);
}

net::OutgoingRequest send_request(const Kf& kf, const Notice& notice, const Token& access) {
  const bool is_welcome = !notice.reply_address.empty();
  json::object body;
  if (is_welcome) {
    body["code"] = notice.reply_address;
  } else {
    body["touser"] = notice.recipient;
    body["open_kfid"] = kf.open_kfid;
  }
  body["msgid"] = message_id(notice);
  put_content(body, notice);
  const auto* path = is_welcome ? "/cgi-bin/kf/send_msg_on_event" : "/cgi-bin/kf/send_msg";
  return post_json(kf.api_base + path + "?access_token=" + percent_encode(access.value), body);
}

SendOutcome read_answer(const Notice& notice, const net::HttpResponse& response) {
  auto outcome = read_outcome(response);
  // msg_send_fail names the id that we gave.
  if (outcome.kind == SendOutcome::delivered) outcome.platform_id = message_id(notice);
  // A welcome that comes too late has a code of no table; the person's next message opens a window.
  if (!notice.reply_address.empty() && response.status == 200 && outcome.code != "unreadable" &&
      !is_listed(response)) {
    outcome.kind = SendOutcome::window_closed;
    outcome.retry_after = {};
  }
  return outcome;
}

}  // namespace huiyin::wecom::kf
