// One webhook request → what it says. Everything that people can send in a private chat, edits,
// pressed buttons, blocking and unblocking; other kinds of update yield no message.
#pragma once

#include "handlers/channel.h"
#include "handlers/telegram/account.h"

namespace huiyin::telegram {

// Order: method, secret, content type, JSON. The secret is the platform's only proof: nothing is
// signed and there is no timestamp.
Decoded read_update(const Account& account, const net::HttpRequest& request);

}  // namespace huiyin::telegram
