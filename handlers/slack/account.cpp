#include "handlers/slack/account.h"

#include <algorithm>

#include "handlers/config_keys.h"
#include "handlers/slack/slack.h"

namespace huiyin::slack {
namespace {

constexpr auto kKeys = std::to_array<ChannelKey>({
    {"signing_secret", true, true, "the signing secret of the app, letters and digits"},
    {"bot_token", true, true, "the bot user's OAuth token, xoxb-..."},
});

}  // namespace

std::span<const ChannelKey> account_keys() { return kKeys; }

Account read_account(const ChannelConfig& config) {
  Account account;
  account.channel = config.name;
  account.api_base = base_url(config, kDefaultApiBase);
  account.signing_secret = required_key(config, "signing_secret");
  if (!is_alphanumeric(account.signing_secret))
    refuse_key("signing_secret", "must be letters and digits");
  account.bot_token = required_key(config, "bot_token");
  const auto fits = [](char c) { return c == '-' || is_alphanumeric(std::string_view{&c, 1}); };
  if (!account.bot_token.starts_with("xoxb-") || !std::ranges::all_of(account.bot_token, fits))
    refuse_key("bot_token", "must be xoxb- and letters, digits, -");
  return account;
}

}  // namespace huiyin::slack
