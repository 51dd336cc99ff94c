// One Slack app in one workspace as configured.
#pragma once

#include <string>

#include "handlers/channel.h"

namespace huiyin::slack {

struct Account {
  std::string channel, api_base;
  std::string signing_secret;
  std::string bot_token;  // "xoxb-..."
};

Account read_account(const ChannelConfig& config);  // throws std::invalid_argument, see channel.h

}  // namespace huiyin::slack
