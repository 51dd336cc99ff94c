// SHA-1, SHA-256 and HMAC-SHA256. Algorithms are fetched once for the process, contexts are kept
// per thread: fetching per call costs half as much again (measured).
#pragma once

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

namespace huiyin {

// Digest of the concatenation of `parts`, lower-case hex. Thread-safe. Throws std::runtime_error
// only when OpenSSL itself is broken (out of memory, no provider).
std::string sha1_hex(std::initializer_list<std::string_view> parts);
std::string sha256_hex(std::initializer_list<std::string_view> parts);

// HMAC-SHA256 of the concatenation of `parts`; `key` may be empty. Thread-safe, throws as above.
std::array<unsigned char, 32> hmac_sha256(std::string_view key,
                                          std::initializer_list<std::string_view> parts);
std::string hmac_sha256_hex(std::string_view key, std::initializer_list<std::string_view> parts);

// Equal, in a time that depends on the lengths only. An empty `expected` equals nothing: a missing
// secret must never open a door.
bool equal_constant_time(std::string_view expected, std::string_view given);

}  // namespace huiyin
