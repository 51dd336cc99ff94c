#include "handlers/feishu/account.h"

#include <algorithm>
#include <array>

#include "handlers/config_keys.h"
#include "handlers/feishu/feishu.h"

namespace huiyin::feishu {
namespace {

constexpr auto kKeys = std::to_array<ChannelKey>({
    {"app_id", false, true, "the App ID of the application, cli_ and letters and digits"},
    {"app_secret", true, true, "the App Secret of the application"},
    {"verification_token", true, true, "the Verification Token of the console"},
    {"encrypt_key", true, false, "the Encrypt Key of the console; required unless mode is plain"},
    {"mode", false, false, "encrypted (default), or plain: no Encrypt Key, bodies are not signed"},
    {"legacy_cards", false, false,
     "off (default) or on: take the old card callback, signed with SHA-1, as well"},
});

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, [](char c) {
    return c == '_' || c == '-' || is_alphanumeric({&c, 1});
  });
}

bool read_switch(const ChannelConfig& config, std::string_view name, std::string_view off,
                 std::string_view on) {
  const auto text = optional_key(config, name);
  if (!text.empty() && text != off && text != on)
    refuse_key(name, "must be " + std::string{off} + " or " + std::string{on});
  return text == on;
}

void read_encryption(const ChannelConfig& config, Account& account) {
  if (read_switch(config, "mode", "encrypted", "plain")) {
    if (!optional_key(config, "encrypt_key").empty())
      refuse_key("mode", "must be encrypted while there is an encrypt_key");
    return;
  }
  account.encrypt_key = required_key(config, "encrypt_key");
  account.cipher.emplace(account.encrypt_key);
}

}  // namespace

std::span<const ChannelKey> account_keys() { return kKeys; }

Account read_account(const ChannelConfig& config) {
  Account account;
  account.channel = config.name;
  account.api_base = base_url(config, kDefaultApiBase);

  KeyFaults faults;
  faults.collect([&] {
    account.app_id = required_key(config, "app_id");
    if (!is_word(account.app_id)) refuse_key("app_id", "must be 1 to 64 letters, digits, _ and -");
  });
  faults.collect([&] { account.app_secret = required_key(config, "app_secret"); });
  faults.collect([&] { account.verification_token = required_key(config, "verification_token"); });
  faults.collect([&] { read_encryption(config, account); });
  faults.collect([&] { account.legacy_cards = read_switch(config, "legacy_cards", "off", "on"); });
  faults.refuse();
  return account;
}

}  // namespace huiyin::feishu
