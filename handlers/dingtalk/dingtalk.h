// DingTalk (钉钉): a robot of an internal application, its event subscription and its cards. Facts:
// docs/dingtalk.md.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::dingtalk {

inline constexpr std::string_view kDefaultApiBase = "https://api.dingtalk.com";
inline constexpr std::string_view kDefaultOapiBase = "https://oapi.dingtalk.com";

std::span<const ChannelKey> account_keys();
std::unique_ptr<Channel> make_channel(const ChannelConfig& config);
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin::dingtalk
