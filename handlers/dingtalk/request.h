// From an HTTP request to an authentic body. Three kinds of request come to one address; each is
// judged by its own secret, and a kind without a configured secret is refused.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "handlers/channel.h"
#include "handlers/dingtalk/account.h"

namespace huiyin::dingtalk {

enum class Source { robot, card, event };

// What the request claims to be, by its headers and its query.
Source source_of(const net::HttpRequest& request);

struct Authentic {
  Source source = Source::robot;
  std::string body;                 // decrypted
  std::string timestamp;            // as signed
  std::optional<NonceClaim> nonce;  // robot and card: their signatures cover no body
};

// Robot and card requests are taken within an hour of their timestamp.
std::variant<Authentic, Refused> authenticate(const Account& account,
                                              const net::HttpRequest& request, Instant now);

}  // namespace huiyin::dingtalk
