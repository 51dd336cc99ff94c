#include "handlers/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>

namespace huiyin {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const EVP_MD* fetch(const char* name) {
  const EVP_MD* md = EVP_MD_fetch(nullptr, name, nullptr);
  if (!md) throw std::runtime_error(std::string("OpenSSL offers no ") + name);
  return md;
}

std::string hex_digest(const EVP_MD* md, std::initializer_list<std::string_view> parts) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context{EVP_MD_CTX_new()};
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned size = 0;
  bool fine = context && EVP_DigestInit_ex2(context.get(), md, nullptr) == 1;
  for (const auto part : parts)
    fine = fine && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  fine = fine && EVP_DigestFinal_ex(context.get(), bytes.data(), &size) == 1;
  if (!fine) throw std::runtime_error("OpenSSL could not compute a digest");

  constexpr char digits[] = "0123456789abcdef";
  std::string hex(2 * size, '0');
  for (unsigned i = 0; i < size; ++i) {
    hex[2 * i] = digits[bytes[i] >> 4];
    hex[2 * i + 1] = digits[bytes[i] & 15];
  }
  return hex;
}

}  // namespace

std::string sha1_hex(std::initializer_list<std::string_view> parts) {
  static const EVP_MD* const md = fetch("SHA1");
  return hex_digest(md, parts);
}

std::string sha256_hex(std::initializer_list<std::string_view> parts) {
  static const EVP_MD* const md = fetch("SHA256");
  return hex_digest(md, parts);
}

bool equal_constant_time(std::string_view expected, std::string_view given) {
  return !expected.empty() && expected.size() == given.size() &&
         CRYPTO_memcmp(expected.data(), given.data(), expected.size()) == 0;
}

}  // namespace huiyin
