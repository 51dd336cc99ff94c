// SHA-1 and SHA-256. Algorithms are fetched once for the process, contexts are kept per thread:
// fetching per call costs half as much again (measured).
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

// Equal, in a time that depends on the lengths only. An empty `expected` equals nothing: a missing
// secret must never open a door.
bool equal_constant_time(std::string_view expected, std::string_view given);

}  // namespace huiyin
