// WeChat Official Account (公众号 / 服务号). Facts: https://developers.weixin.qq.com/doc/service/ ;
// connecting an account: docs/wechat.md.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::wechat {

inline constexpr std::string_view kDefaultApiBase = "https://api.weixin.qq.com";

std::span<const ChannelKey> account_keys();
std::unique_ptr<Channel> make_channel(const ChannelConfig& config);
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin::wechat
