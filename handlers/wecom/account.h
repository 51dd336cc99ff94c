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
  std::string media_host;  // where files that people send lie encrypted
  tencent::Envelope envelope;
};

// 微信客服: one customer-service account of an application that may call its interfaces.
struct Kf {
  std::string channel, api_base;
  std::string corp_id, secret;
  std::string open_kfid;
  tencent::Envelope envelope;
};

// Throw std::invalid_argument, see channel.h.
App read_app(const ChannelConfig& config);
Robot read_robot(const ChannelConfig& config);
Kf read_kf(const ChannelConfig& config);

}  // namespace huiyin::wecom
