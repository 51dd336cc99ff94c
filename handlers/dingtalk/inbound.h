// Authentic robot messages, card actions and events, decoded.
#pragma once

#include "handlers/dingtalk/request.h"

namespace huiyin::dingtalk {

Decoded read_request(const Account& account, Authentic authentic, Instant now);

// A robot message of the shape that 政务钉钉 uses as well. The channel's name, our id and where
// answers go are what differs.
Decoded read_robot_message(const Account& account, Authentic authentic, Instant now);

}  // namespace huiyin::dingtalk
