// Bytes that nobody can guess.
#pragma once

#include <array>

namespace huiyin {

// From OpenSSL's generator. Throws std::runtime_error when that has none. Thread-safe.
std::array<unsigned char, 16> random_bytes();

}  // namespace huiyin
