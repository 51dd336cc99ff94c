// Is this webhook request from the platform? Signature, mode, decryption: everything before the
// message's own XML is read.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "handlers/channel.h"
#include "handlers/wechat/account.h"

namespace huiyin::wechat {

struct Authentic {
  std::string body;                 // message XML, decrypted
  std::optional<NonceClaim> nonce;  // plain mode: the signature covers no body
};

// Order: method, URL signature (every request, GET and POST), clock window, content type, then the
// configured mode. In compatible mode the encrypted copy is the one that is read and a request
// without it is refused: the plain copy beside it is signed by nobody.
std::variant<Authentic, Refused, Handshake> authenticate(const Account& account,
                                                         const net::HttpRequest& request,
                                                         Instant now);

}  // namespace huiyin::wechat
