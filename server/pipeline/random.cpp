#include "server/pipeline/random.h"

#include <openssl/rand.h>

#include <stdexcept>

namespace huiyin {

std::array<unsigned char, 16> random_bytes() {
  std::array<unsigned char, 16> random;
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
    throw std::runtime_error{"no random bytes"};
  return random;
}

}  // namespace huiyin
