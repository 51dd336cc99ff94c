// One internal DingTalk application with a robot, as configured.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/channel.h"
#include "handlers/tencent_crypto.h"

namespace huiyin::dingtalk {

// By which way later messages leave; each has its own kind of token.
enum class Way { robot, notice };

struct Account {
  std::string channel, api_base, oapi_base;
  std::string app_key, app_secret, robot_code;
  std::string corp_id;   // empty: not checked
  std::string agent_id;  // for work notices
  Way way = Way::robot;
  std::optional<tencent::Envelope> events;  // none: no event subscription
  std::vector<std::string> media_hosts;     // where addresses of files may lead
  // Interactive cards with callback: all three or none.
  std::string card_secret, card_template_id, card_route_key;

  // Cards that can be changed, also for notices without buttons.
  bool has_cards() const { return !card_template_id.empty() && way == Way::robot; }
};

Account read_account(const ChannelConfig& config);  // throws std::invalid_argument, see channel.h

// An address that a message brought along is used only on the platform's own host: elsewhere it
// would let whoever forged it make us talk to any server.
bool is_session_webhook(const Account& account, std::string_view url);

}  // namespace huiyin::dingtalk
