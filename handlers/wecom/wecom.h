// WeCom (企业微信): an own application, the intelligent robot, and 微信客服. Three platforms in the
// configuration, "wecom", "wecom-robot" and "wecom-kf", because they share little but the envelope:
// other keys, other framing, other people; the robot has no API token, and what customers write is
// pulled. Facts: https://developer.work.weixin.qq.com/document/ ; connecting them: docs/wecom*.md.
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

std::span<const ChannelKey> kf_keys();
std::unique_ptr<Channel> make_kf(const ChannelConfig& config);
std::unique_ptr<Simulator> make_kf_simulator(const ChannelConfig& config);

}  // namespace huiyin::wecom
