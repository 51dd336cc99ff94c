// Keys under which the same platform message is recognised (facts: reliability P2).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace huiyin {

inline constexpr std::size_t kMaxDedupeKey = 120;  // bytes, ASCII

// The parts joined by '|'. Two different lists never give one key: parts that hold '|' or anything
// but printable ASCII, and keys that would be too long, are replaced by a SHA-256 of the list.
std::string dedupe_key(std::initializer_list<std::string_view> parts);

}  // namespace huiyin
