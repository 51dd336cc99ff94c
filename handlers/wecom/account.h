// An application and a robot as configured.
#pragma once

#include <string>

#include "handlers/channel.h"
#include "handlers/tencent_crypto.h"

namespace huiyin::wecom {

// How notices without buttons are written.
enum class Format { text, markdown };

struct App {
  std::string channel, api_base;
  std::string corp_id, secret;
  int agent_id = 0;
  Format format = Format::text;
  tencent::Envelope envelope;
};

struct Robot {
  std::string channel, api_base;
  tencent::Envelope envelope;
};

// Throw std::invalid_argument, see channel.h.
App read_app(const ChannelConfig& config);
Robot read_robot(const ChannelConfig& config);

}  // namespace huiyin::wecom
