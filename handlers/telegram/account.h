// One Telegram bot as configured.
#pragma once

#include <string>

#include "handlers/channel.h"

namespace huiyin::telegram {

struct Account {
  std::string channel, api_base;
  std::string token;         // "123456789:AA..."; stands in the path of every call
  std::string bot_id;        // the part before the colon
  std::string secret_token;  // as given to setWebhook
};

// `bot_token`, or `token` where a configuration still says so; throws when there is neither.
std::string bot_token(const ChannelConfig& config);
Account read_account(const ChannelConfig& config);  // throws std::invalid_argument, see channel.h

}  // namespace huiyin::telegram
