// One LINE official account as configured.
#pragma once

#include <string>

#include "handlers/channel.h"

namespace huiyin::line {

struct Account {
  std::string channel, api_base;
  std::string data_base;       // where the files are
  std::string channel_secret;  // signs the webhook
  std::string access_token;    // long-lived channel access token
};

Account read_account(const ChannelConfig& config);  // throws std::invalid_argument, see channel.h

}  // namespace huiyin::line
