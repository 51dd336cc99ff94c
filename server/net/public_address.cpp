#include "server/net/public_address.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace huiyin::net {
namespace {

namespace ip = boost::asio::ip;

struct Block4 {
  std::uint32_t prefix;
  int length;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array<Block4, 15> kNotPublic4{{
    {v4(0, 0, 0, 0), 8},        // this network; 0.0.0.0 reaches the machine itself
    {v4(10, 0, 0, 0), 8},       // private
    {v4(100, 64, 0, 0), 10},    // shared behind carriers' NAT
    {v4(127, 0, 0, 0), 8},      // loopback
    {v4(169, 254, 0, 0), 16},   // link-local, and the clouds' metadata
    {v4(172, 16, 0, 0), 12},    // private
    {v4(192, 0, 0, 0), 24},     // protocol assignments
    {v4(192, 0, 2, 0), 24},     // documentation
    {v4(192, 88, 99, 0), 24},   // 6to4 relays
    {v4(192, 168, 0, 0), 16},   // private
    {v4(198, 18, 0, 0), 15},    // benchmarks
    {v4(198, 51, 100, 0), 24},  // documentation
    {v4(203, 0, 113, 0), 24},   // documentation
    {v4(224, 0, 0, 0), 4},      // multicast
    {v4(240, 0, 0, 0), 4},      // reserved, broadcast
}};

bool is_public4(std::uint32_t address) {
  return std::ranges::none_of(kNotPublic4, [address](const Block4& block) {
    return (address ^ block.prefix) >> (32 - block.length) == 0;
  });
}

using Bytes = ip::address_v6::bytes_type;

std::uint32_t embedded(const Bytes& bytes, std::size_t at) {
  return v4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

bool begins(const Bytes& bytes, std::initializer_list<unsigned char> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool is_public6(const ip::address_v6& address) {
  const Bytes bytes = address.to_bytes();
  if (address.is_v4_mapped()) return is_public4(embedded(bytes, 12));
  if (begins(bytes, {0x00, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))  // NAT64
    return is_public4(embedded(bytes, 12));
  if (begins(bytes, {0x20, 0x02})) return is_public4(embedded(bytes, 2));  // 6to4
  const bool global = (bytes[0] & 0xe0) == 0x20;                           // 2000::/3
  const bool assignments = begins(bytes, {0x20, 0x01}) && bytes[2] < 2;    // 2001::/23, Teredo
  const bool documentation = begins(bytes, {0x20, 0x01, 0x0d, 0xb8}) ||
                             (begins(bytes, {0x3f, 0xff}) && bytes[2] < 0x10);  // 3fff::/20
  return global && !assignments && !documentation;
}

}  // namespace

bool is_public(const ip::address& address) {
  return address.is_v4() ? is_public4(address.to_v4().to_uint()) : is_public6(address.to_v6());
}

}  // namespace huiyin::net
