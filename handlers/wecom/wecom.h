// WeCom (企业微信): an own application, and the intelligent robot. Two platforms in the
// configuration, "wecom" and "wecom-robot", because they share nothing but the envelope and the
// card: other keys, other framing, no API token for the robot. Facts:
// https://developer.work.weixin.qq.com/document/ ; connecting them: docs/wecom.md.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::wecom {

inline constexpr std::string_view kDefaultApiBase = "https://qyapi.weixin.qq.com";

std::span<const ChannelKey> app_keys();
std::unique_ptr<Channel> make_app(const ChannelConfig& config);
std::unique_ptr<Simulator> make_app_simulator(const ChannelConfig& config);

std::span<const ChannelKey> robot_keys();
std::unique_ptr<Channel> make_robot(const ChannelConfig& config);
std::unique_ptr<Simulator> make_robot_simulator(const ChannelConfig& config);

}  // namespace huiyin::wecom
