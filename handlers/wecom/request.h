// Is this webhook request from the platform? Everything before the message itself is read.
#pragma once

#include <string>
#include <variant>

#include "handlers/channel.h"
#include "handlers/tencent_crypto.h"

namespace huiyin::wecom {

// Where the ciphertext stands in the body of a POST.
enum class Outer {
  xml,   // <xml><Encrypt>, application
  json,  // {"encrypt":}, robot
};

struct Opened {
  std::string message;
};

// Order: method, compression, msg_signature, decryption, receive id. There is no plain mode and no
// clock window: the signature covers the ciphertext, and a late resend is recognised by its key. A
// GET is answered with the decrypted echostr, nothing around it, at once: the console waits one
// second.
std::variant<Opened, Refused, Handshake> authenticate(const tencent::Envelope& envelope,
                                                      Outer outer, const net::HttpRequest& request);

}  // namespace huiyin::wecom
