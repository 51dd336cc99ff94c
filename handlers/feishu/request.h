// From an HTTP request to an authentic event.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <variant>

#include "handlers/channel.h"
#include "handlers/feishu/account.h"

namespace huiyin::feishu {

// Which envelope it came in.
enum class Schema { v1, v2, legacy_card };

struct Authentic {
  Schema schema = Schema::v2;
  boost::json::object body;
  std::string raw;  // decrypted
};

// With an Encrypt Key nothing but an encrypted body with its signature is taken; the URL check
// alone comes unsigned and is judged by its token. Without one the token in the body is all there
// is.
std::variant<Authentic, Refused, Handshake, Senseless> authenticate(
    const Account& account, const net::HttpRequest& request);

}  // namespace huiyin::feishu
