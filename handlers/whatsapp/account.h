// One WhatsApp number as configured.
#pragma once

#include <string>
#include <vector>

#include "handlers/channel.h"

namespace huiyin::whatsapp {

struct Account {
  std::string channel, api_base;
  std::string app_secret;    // signs the webhook
  std::string verify_token;  // of the URL check
  std::string access_token;  // of a system user
  std::string phone_number_id;
  std::string api_version;                   // "v21.0"
  std::string template_name;                 // empty: no template route
  std::string template_language;             // "zh_CN"
  std::vector<std::string> template_values;  // sources of {{1}}, {{2}}, ...
};

Account read_account(const ChannelConfig& config);  // throws std::invalid_argument, see channel.h

}  // namespace huiyin::whatsapp
