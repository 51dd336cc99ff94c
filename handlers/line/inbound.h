// One webhook request → what it says. It may carry several events, or none (the console's check).
#pragma once

#include <chrono>

#include "handlers/channel.h"
#include "handlers/line/account.h"

namespace huiyin::line {

// How long a reply token is trusted after its event. The page says about a minute; users saw half.
inline constexpr std::chrono::seconds kReplyLife{25};

// Order: method, signature of the raw body, content type, JSON.
Decoded read_webhook(const Account& account, const net::HttpRequest& request, Instant now);

}  // namespace huiyin::line
