#include "handlers/telegram/account.h"

#include <algorithm>

#include "handlers/config_keys.h"
#include "handlers/telegram/telegram.h"

namespace huiyin::telegram {
namespace {

constexpr auto kKeys = std::to_array<ChannelKey>({
    {"token", true, true, "the bot's token from @BotFather, digits:letters"},
    {"secret_token", true, true,
     "1 to 256 of A-Z a-z 0-9 _ -, your own choice, as given to setWebhook"},
});

bool is_token_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return c == '_' || c == '-' || is_alphanumeric(std::string_view{&c, 1});
  });
}

}  // namespace

std::span<const ChannelKey> account_keys() { return kKeys; }

Account read_account(const ChannelConfig& config) {
  Account account;
  account.channel = config.name;
  account.api_base = config.api_base.empty() ? std::string{kDefaultApiBase} : config.api_base;
  while (account.api_base.ends_with('/')) account.api_base.pop_back();

  account.token = required_key(config, "token");
  const auto colon = account.token.find(':');
  account.bot_id = account.token.substr(0, colon);
  if (colon == std::string::npos || !is_digits(account.bot_id) || account.bot_id.size() > 16 ||
      colon + 1 == account.token.size() || account.token.size() > 128 ||
      !is_token_text(std::string_view{account.token}.substr(colon + 1)))
    refuse_key("token", "must be digits, a colon, then letters, digits, _ and -");
  account.secret_token = required_key(config, "secret_token");
  if (account.secret_token.size() > 256 || !is_token_text(account.secret_token))
    refuse_key("secret_token", "must be 1 to 256 of A-Z a-z 0-9 _ -");
  return account;
}

}  // namespace huiyin::telegram
