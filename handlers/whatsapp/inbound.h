// One webhook request → what it says: messages and reports of delivery, in batches.
#pragma once

#include "handlers/channel.h"
#include "handlers/whatsapp/account.h"

namespace huiyin::whatsapp {

// GET: the URL check. POST, in this order: signature of the raw body, content type, JSON.
Decoded read_webhook(const Account& account, const net::HttpRequest& request, Instant now);

}  // namespace huiyin::whatsapp
