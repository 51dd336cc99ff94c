#include "handlers/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>
#include <span>
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

struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

std::string hex_of(std::span<const unsigned char> bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string hex(2 * bytes.size(), '0');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    hex[2 * i] = digits[bytes[i] >> 4];
    hex[2 * i + 1] = digits[bytes[i] & 15];
  }
  return hex;
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

  return hex_of({bytes.data(), size});
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

std::array<unsigned char, 32> hmac_sha256(std::string_view key,
                                          std::initializer_list<std::string_view> parts) {
  static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  const std::unique_ptr<EVP_MAC_CTX, FreeMac> context{mac ? EVP_MAC_CTX_new(mac) : nullptr};
  char name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                                   OSSL_PARAM_construct_end()};
  // A null key would mean "the one from before".
  const auto* key_bytes = reinterpret_cast<const unsigned char*>(key.empty() ? "" : key.data());
  std::array<unsigned char, 32> bytes;
  std::size_t size = 0;
  bool fine = context && EVP_MAC_init(context.get(), key_bytes, key.size(), parameters) == 1;
  for (const auto part : parts)
    fine =
        fine && EVP_MAC_update(context.get(), reinterpret_cast<const unsigned char*>(part.data()),
                               part.size()) == 1;
  fine = fine && EVP_MAC_final(context.get(), bytes.data(), &size, bytes.size()) == 1;
  if (!fine || size != bytes.size()) throw std::runtime_error("OpenSSL could not compute an HMAC");
  return bytes;
}

std::string hmac_sha256_hex(std::string_view key, std::initializer_list<std::string_view> parts) {
  return hex_of(hmac_sha256(key, parts));
}

bool equal_constant_time(std::string_view expected, std::string_view given) {
  return !expected.empty() && expected.size() == given.size() &&
         CRYPTO_memcmp(expected.data(), given.data(), expected.size()) == 0;
}

}  // namespace huiyin
