// Which addresses belong to the internet at large. Pure.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace huiyin::net {

// False for everything that may lead into a private network: IANA's special-purpose registries
// (RFC 6890: loopback, private, shared, link-local, documentation, benchmarking, multicast ...),
// and for IPv6 addresses that carry such an IPv4 address (mapped, 6to4, NAT64) or a tunnel
// (Teredo).
bool is_public(const boost::asio::ip::address& address);

}  // namespace huiyin::net
