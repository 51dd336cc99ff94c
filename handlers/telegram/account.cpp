#include "handlers/telegram/account.h"

#include <algorithm>

#include "handlers/config_keys.h"
#include "handlers/telegram/telegram.h"

namespace huiyin::telegram {
namespace {

constexpr auto kKeys = std::to_array<ChannelKey>({
    {"bot_token", true, false, "the bot's token from @BotFather, digits:letters; required"},
    {"token", true, false, "the same, as earlier versions called it"},
    {"secret_token", true, true,
     "1 to 256 of A-Z a-z 0-9 _ -, your own choice, as given to setWebhook"},
});

bool is_token_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return c == '_' || c == '-' || is_alphanumeric(std::string_view{&c, 1});
  });
}

void read_bot_token(const ChannelConfig& config, Account& account) {
  account.token = bot_token(config);
  const auto colon = account.token.find(':');
  account.bot_id = account.token.substr(0, colon);
  if (colon == std::string::npos || !is_digits(account.bot_id) || account.bot_id.size() > 16 ||
      colon + 1 == account.token.size() || account.token.size() > 128 ||
      !is_token_text(std::string_view{account.token}.substr(colon + 1)))
    refuse_key("bot_token", "must be digits, a colon, then letters, digits, _ and -");
}

}  // namespace

std::string bot_token(const ChannelConfig& config) {
  const auto older = optional_key(config, "token");
  return older.empty() || !optional_key(config, "bot_token").empty()
             ? required_key(config, "bot_token")
             : older;
}

std::span<const ChannelKey> account_keys() { return kKeys; }

Account read_account(const ChannelConfig& config) {
  Account account;
  account.channel = config.name;
  account.api_base = base_url(config, kDefaultApiBase);

  KeyFaults faults;
  faults.collect([&] { read_bot_token(config, account); });
  faults.collect([&] {
    account.secret_token = required_key(config, "secret_token");
    if (account.secret_token.size() > 256 || !is_token_text(account.secret_token))
      refuse_key("secret_token", "must be 1 to 256 of A-Z a-z 0-9 _ -");
  });
  faults.refuse();
  return account;
}

}  // namespace huiyin::telegram
