// The JSON of one robot callback → what it says: pages "接收消息" (100719), "接收事件" (101027).
#pragma once

#include "handlers/channel.h"
#include "handlers/wecom/account.h"

namespace huiyin::wecom {

// One POST to response_url, within this time of the message.
inline constexpr std::chrono::hours kResponseUrlLife{1};

// Of a decoded message: everybody in the group would read its answer, and cases hold names and
// telephone numbers.
bool is_from_group(const Message& message);

Decoded read_callback(const Robot& robot, std::string body, Instant now);

}  // namespace huiyin::wecom
