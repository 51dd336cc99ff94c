// Feishu (飞书) and Lark: a self-built application with a robot. Facts: docs/feishu.md.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::feishu {

inline constexpr std::string_view kDefaultApiBase = "https://open.feishu.cn";

std::span<const ChannelKey> account_keys();
std::unique_ptr<Channel> make_channel(const ChannelConfig& config);
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin::feishu
