// The passive reply: XML in the 200 body, page "被动回复用户消息".
#pragma once

#include <span>

#include "handlers/channel.h"
#include "handlers/wechat/account.h"

namespace huiyin::wechat {

// Longest text of a passive reply and of a customer-service message; a cut inside a character makes
// the whole reply fail.
inline constexpr std::size_t kMaxText = 2048;  // bytes

// "success": nothing to say. Unencrypted in every mode.
net::HttpResponse say_nothing();

// `message` is what is answered: its sender and recipient change places. Encrypted in compatible
// and safe mode.
net::HttpResponse reply_text(const Account& account, const Message& message, const Notice& notice,
                             Instant now, std::span<const unsigned char, 16> random);

}  // namespace huiyin::wechat
