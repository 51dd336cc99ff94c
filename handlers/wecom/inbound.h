// The XML of one application push → what it says: pages "消息格式", "事件格式". Unknown types
// become MessageKind::file, unknown events MessageKind::other.
#pragma once

#include "handlers/channel.h"

namespace huiyin::wecom {

// How long a clicked card can be changed with the code of the click.
inline constexpr std::chrono::hours kResponseCodeLife{72};

Decoded read_push(const std::string& channel, std::string body, Instant now);

}  // namespace huiyin::wecom
