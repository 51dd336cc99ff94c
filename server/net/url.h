// Where an outgoing request goes. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace huiyin::net {

struct Url {
  bool secure = false;
  std::string host;  // name or address literal, without brackets
  std::uint16_t port = 0;
  std::string authority;  // value of the Host header
  std::string target;     // path and query

  // Requests with equal keys may share a connection.
  std::string pool_key() const;
};

// Absolute http:// or https:// URLs without user or fragment. Throws std::invalid_argument whose
// text names the fault and contains nothing of the URL: its query may hold a token.
Url parse_url(std::string_view text);

}  // namespace huiyin::net
