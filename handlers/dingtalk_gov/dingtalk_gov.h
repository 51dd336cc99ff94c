// 政务钉钉 / 浙政钉 (government DingTalk): another platform than DingTalk, with its own hosts, ids
// and request signing. Public documents are thin; all of this follows public clients, none of it
// was seen in an official text: docs/dingtalk-gov.md says what is certain and what is not.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/simulator.h"

namespace huiyin::dingtalk_gov {

inline constexpr std::string_view kDefaultApiBase = "https://openplatform-pro.ding.zj.gov.cn";

std::span<const ChannelKey> account_keys();
std::unique_ptr<Channel> make_channel(const ChannelConfig& config);
std::unique_ptr<Simulator> make_simulator(const ChannelConfig& config);

}  // namespace huiyin::dingtalk_gov
