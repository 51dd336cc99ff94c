#include "handlers/dingtalk/account.h"

#include <algorithm>
#include <array>
#include <sstream>

#include "handlers/config_keys.h"
#include "handlers/dingtalk/dingtalk.h"

namespace huiyin::dingtalk {
namespace {

constexpr std::size_t kMaxWebhook = 1024;

constexpr auto kKeys = std::to_array<ChannelKey>({
    {"app_key", false, true, "the AppKey (Client ID) of the application"},
    {"app_secret", true, true, "the AppSecret (Client Secret) of the application"},
    {"robot_code", false, false, "the RobotCode; default: the AppKey"},
    {"corp_id", false, false, "the CorpId; messages of other organisations are then refused"},
    {"send", false, false, "robot (default) or notice: work notices, 工作通知"},
    {"agent_id", false, false, "the AgentId, digits; required when send is notice"},
    {"token", true, false, "签名 token of the event subscription; with aes_key"},
    {"aes_key", true, false, "43 characters, 加密 aes_key of the event subscription"},
    {"owner_key", false, false, "whose events: default the AppKey; CorpId for an old callback"},
    {"card_template_id", false, false, "interactive card template; with the next two"},
    {"card_route_key", false, false, "callbackRouteKey, as registered"},
    {"card_secret", true, false, "apiSecret of the card callback, as registered"},
    {"oapi_base", false, false, "the older API; default https://oapi.dingtalk.com"},
    {"media_hosts", false, false,
     "more hosts of files than *.dingtalk.com and DingTalk's storage, with blanks between"},
});

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
    return c == '_' || c == '-' || c == '.' || is_alphanumeric({&c, 1});
  });
}

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// A test base stands in for both hosts.
std::string read_oapi_base(const ChannelConfig& config, const std::string& api_base) {
  auto base = without_slash(optional_key(config, "oapi_base"));
  if (base.empty()) return api_base == kDefaultApiBase ? std::string{kDefaultOapiBase} : api_base;
  if (!base.starts_with("https://") && !base.starts_with("http://127.0.0.1:"))
    refuse_key("oapi_base", "must be https://host, or http://127.0.0.1:port for tests");
  return base;
}

void read_events(const ChannelConfig& config, Account& account) {
  const auto token = optional_key(config, "token");
  const auto aes_key = optional_key(config, "aes_key");
  if (token.empty() != aes_key.empty())
    refuse_key(token.empty() ? "token" : "aes_key", "token and aes_key must be given together");
  if (token.empty()) return;
  const auto owner = optional_key(config, "owner_key");
  account.events.emplace(token, aes_key, owner.empty() ? account.app_key : owner);
}

void read_cards(const ChannelConfig& config, Account& account) {
  account.card_template_id = optional_key(config, "card_template_id");
  account.card_route_key = optional_key(config, "card_route_key");
  account.card_secret = optional_key(config, "card_secret");
  const bool none = account.card_template_id.empty() && account.card_route_key.empty() &&
                    account.card_secret.empty();
  if (none) return;
  for (const auto* name : {"card_template_id", "card_route_key", "card_secret"})
    if (optional_key(config, name).empty())
      refuse_key(name, "card_template_id, card_route_key and card_secret must be given together");
}

bool is_host(std::string_view text) {
  return text.size() <= 253 && text.find('.') != std::string_view::npos && text.front() != '.' &&
         std::ranges::all_of(text, [](char c) {
           return c == '-' || c == '.' || is_alphanumeric({&c, 1});
         });
}

// The bucket is the one that public logs of answers show; anybody can have another there.
void read_media_hosts(const ChannelConfig& config, Account& account) {
  account.media_hosts = {"dingtalk.com", "wukong-file-im-zjk.oss-cn-zhangjiakou.aliyuncs.com"};
  std::istringstream words{optional_key(config, "media_hosts")};
  for (std::string host; words >> host;) {
    if (!is_host(host)) refuse_key("media_hosts", "must be names of hosts, with blanks between");
    account.media_hosts.push_back(std::move(host));
  }
}

void read_way(const ChannelConfig& config, Account& account) {
  const auto send = optional_key(config, "send");
  if (!send.empty() && send != "robot" && send != "notice")
    refuse_key("send", "must be robot or notice");
  account.way = send == "notice" ? Way::notice : Way::robot;
  account.agent_id = optional_key(config, "agent_id");
  if (account.way == Way::notice && (!is_digits(account.agent_id) || account.agent_id.size() > 18))
    refuse_key("agent_id", "must be the digits of the AgentId when send is notice");
}

}  // namespace

std::span<const ChannelKey> account_keys() { return kKeys; }

Account read_account(const ChannelConfig& config) {
  Account account;
  account.channel = config.name;
  account.api_base = base_url(config, kDefaultApiBase);
  account.corp_id = optional_key(config, "corp_id");

  KeyFaults faults;
  faults.collect([&] { account.oapi_base = read_oapi_base(config, account.api_base); });
  faults.collect([&] {
    account.app_key = required_key(config, "app_key");
    if (!is_word(account.app_key)) refuse_key("app_key", "must be 1 to 128 letters, digits, _ - .");
  });
  faults.collect([&] { account.app_secret = required_key(config, "app_secret"); });
  account.robot_code = optional_key(config, "robot_code");
  if (account.robot_code.empty()) account.robot_code = account.app_key;
  faults.collect([&] { read_way(config, account); });
  faults.collect([&] { read_events(config, account); });
  faults.collect([&] { read_cards(config, account); });
  faults.collect([&] { read_media_hosts(config, account); });
  faults.refuse();
  return account;
}

bool is_session_webhook(const Account& account, std::string_view url) {
  if (url.size() > kMaxWebhook || !url.starts_with(account.oapi_base)) return false;
  // What follows must be a path: "https://oapi.dingtalk.com@evil/" and ".evil/" are other hosts.
  if (!url.substr(account.oapi_base.size()).starts_with("/robot/")) return false;
  return std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7F && c != '\\'; });
}

}  // namespace huiyin::dingtalk
