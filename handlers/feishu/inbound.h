// Authentic events and card actions, decoded.
#pragma once

#include "handlers/feishu/request.h"

namespace huiyin::feishu {

Decoded read_event(const Account& account, Authentic authentic, Instant now);

}  // namespace huiyin::feishu
