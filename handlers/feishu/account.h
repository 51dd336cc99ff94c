// One self-built Feishu application as configured.
#pragma once

#include <optional>
#include <string>

#include "handlers/channel.h"
#include "handlers/feishu/envelope.h"

namespace huiyin::feishu {

struct Account {
  std::string channel, api_base;
  std::string app_id, app_secret, verification_token;
  std::string encrypt_key;       // empty in plain mode
  std::optional<Cipher> cipher;  // none in plain mode
  bool legacy_cards = false;     // take the old card callback as well
};

Account read_account(const ChannelConfig& config);  // throws std::invalid_argument, see channel.h

}  // namespace huiyin::feishu
