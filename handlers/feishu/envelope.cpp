#include "handlers/feishu/envelope.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <memory>
#include <stdexcept>

#include "handlers/base64.h"
#include "handlers/digest.h"

namespace huiyin::feishu {
namespace {

constexpr std::size_t kBlock = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Padding is ours to check, so that every fault of it is one and the same refusal.
std::string run(const std::array<unsigned char, 32>& key, const unsigned char* iv, bool encrypt,
                std::string_view input) {
  thread_local const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context{EVP_CIPHER_CTX_new()};
  std::string output(input.size(), '\0');
  int size = 0;
  const bool fine =
      context &&
      EVP_CipherInit_ex2(context.get(), EVP_aes_256_cbc(), key.data(), iv, encrypt, nullptr) &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) &&
      EVP_CipherUpdate(context.get(), reinterpret_cast<unsigned char*>(output.data()), &size,
                       bytes(input), static_cast<int>(input.size())) &&
      static_cast<std::size_t>(size) == input.size();
  if (!fine) throw std::runtime_error("OpenSSL could not run AES-256-CBC");
  return output;
}

}  // namespace

std::string event_signature(std::string_view timestamp, std::string_view nonce,
                            std::string_view encrypt_key, std::string_view raw_body) {
  return sha256_hex({timestamp, nonce, encrypt_key, raw_body});
}

std::string legacy_card_signature(std::string_view timestamp, std::string_view nonce,
                                  std::string_view verification_token, std::string_view raw_body) {
  return sha1_hex({timestamp, nonce, verification_token, raw_body});
}

std::string custom_robot_sign(std::string_view timestamp, std::string_view secret) {
  return encode_base64(hmac_sha256(std::string{timestamp} + "\n" + std::string{secret}, {}));
}

Cipher::Cipher(std::string_view encrypt_key) {
  SHA256(bytes(encrypt_key), encrypt_key.size(), key_.data());
}

std::optional<std::string> Cipher::open(std::string_view encrypt) const {
  const auto data = decode_base64(encrypt);
  if (!data || data->size() < 2 * kBlock || data->size() % kBlock != 0) return std::nullopt;
  auto plain = run(key_, bytes(*data), false, std::string_view{*data}.substr(kBlock));
  const std::size_t pad = static_cast<unsigned char>(plain.back());
  if (pad < 1 || pad > kBlock) return std::nullopt;
  if (plain.find_first_not_of(plain.back(), plain.size() - pad) != std::string::npos)
    return std::nullopt;
  plain.resize(plain.size() - pad);
  return plain;
}

std::string Cipher::seal(std::string_view plain, std::span<const unsigned char, 16> iv) const {
  const std::size_t pad = kBlock - plain.size() % kBlock;
  const auto padded = std::string{plain} + std::string(pad, static_cast<char>(pad));
  const auto data = std::string{reinterpret_cast<const char*>(iv.data()), iv.size()} +
                    run(key_, iv.data(), true, padded);
  return encode_base64({bytes(data), data.size()});
}

}  // namespace huiyin::feishu
