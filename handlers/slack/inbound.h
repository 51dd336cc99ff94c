// One webhook request → what it says: events as JSON, pressed buttons and slash commands as forms.
#pragma once

#include "handlers/channel.h"
#include "handlers/slack/account.h"

namespace huiyin::slack {

// Order: method, signature of the raw body, clock window, content type, body.
Decoded read_webhook(const Account& account, const net::HttpRequest& request, Instant now);

}  // namespace huiyin::slack
