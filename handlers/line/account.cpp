#include "handlers/line/account.h"

#include <algorithm>

#include "handlers/config_keys.h"
#include "handlers/line/line.h"

namespace huiyin::line {
namespace {

constexpr auto kKeys = std::to_array<ChannelKey>({
    {"channel_secret", true, true, "the channel secret of the console, 32 letters and digits"},
    {"access_token", true, true, "a long-lived channel access token"},
});

}  // namespace

std::span<const ChannelKey> account_keys() { return kKeys; }

Account read_account(const ChannelConfig& config) {
  Account account;
  account.channel = config.name;
  account.api_base = base_url(config, kDefaultApiBase);
  account.data_base =
      account.api_base == kDefaultApiBase ? std::string{kDataBase} : account.api_base;
  account.channel_secret = required_key(config, "channel_secret");
  if (!is_alphanumeric(account.channel_secret))
    refuse_key("channel_secret", "must be letters and digits, as in the platform's console");
  account.access_token = required_key(config, "access_token");
  const auto printable = [](char c) { return c > ' ' && c < 0x7F; };
  if (!std::ranges::all_of(account.access_token, printable))
    refuse_key("access_token", "must be printable ASCII without blanks");
  return account;
}

}  // namespace huiyin::line
