#include "handlers/tencent_crypto.h"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>

#include "handlers/base64.h"
#include "handlers/digest.h"

namespace huiyin::tencent {
namespace {

constexpr std::size_t kCipherBlock = 16;
constexpr std::size_t kPadBlock = 32;
constexpr std::size_t kHeader = 16 + 4;  // random bytes, length

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

const EVP_CIPHER* aes_256_cbc() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
  return cipher;
}

// One direction over whole blocks, in place. OpenSSL's padding is off: it only knows blocks of 16.
void run_cipher(const std::array<unsigned char, 32>& key, bool encrypt, std::string& data) {
  thread_local const std::unique_ptr<EVP_CIPHER_CTX, FreeContext> context{EVP_CIPHER_CTX_new()};
  auto* bytes = reinterpret_cast<unsigned char*>(data.data());
  int size = 0;
  const bool fine =
      context && aes_256_cbc() &&
      EVP_CipherInit_ex2(context.get(), aes_256_cbc(), key.data(), key.data(), encrypt, nullptr) &&
      EVP_CIPHER_CTX_set_padding(context.get(), 0) &&
      EVP_CipherUpdate(context.get(), bytes, &size, bytes, static_cast<int>(data.size())) &&
      static_cast<std::size_t>(size) == data.size();
  if (!fine) throw std::runtime_error("OpenSSL could not run AES-256-CBC");
}

bool remove_padding(std::string& data) {
  const std::size_t pad = static_cast<unsigned char>(data.back());
  if (pad < 1 || pad > kPadBlock || pad > data.size()) return false;
  const auto tail = std::string_view{data}.substr(data.size() - pad);
  if (tail.find_first_not_of(data.back()) != std::string_view::npos) return false;
  data.resize(data.size() - pad);
  return true;
}

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

}  // namespace

std::string signature(std::string_view token, std::string_view timestamp, std::string_view nonce) {
  std::array<std::string_view, 3> parts{token, timestamp, nonce};
  std::ranges::sort(parts);
  return sha1_hex({parts[0], parts[1], parts[2]});
}

std::string signature(std::string_view token, std::string_view timestamp, std::string_view nonce,
                      std::string_view encrypt) {
  std::array<std::string_view, 4> parts{token, timestamp, nonce, encrypt};
  std::ranges::sort(parts);
  return sha1_hex({parts[0], parts[1], parts[2], parts[3]});
}

Envelope::Envelope(std::string token, std::string_view aes_key, std::string receive_id)
    : token_{std::move(token)}, receive_id_{std::move(receive_id)} {
  std::optional<std::string> bytes;
  if (aes_key.size() == 43) bytes = decode_base64(std::string{aes_key} + "=");
  if (!bytes || bytes->size() != key_.size())  // a '=' among the 43 would leave 31 bytes
    throw std::invalid_argument("aes_key: must be 43 characters of A-Z a-z 0-9 + /");
  std::ranges::copy(*bytes, key_.begin());
}

Opened Envelope::open(std::string_view timestamp, std::string_view nonce, std::string_view encrypt,
                      std::string_view given) const {
  if (!equal_constant_time(signature(token_, timestamp, nonce, encrypt), given))
    return {Fault::bad_signature, {}};

  auto data = decode_base64(encrypt);
  if (!data) return {Fault::bad_base64, {}};
  if (data->empty() || data->size() % kCipherBlock != 0) return {Fault::bad_ciphertext_length, {}};

  run_cipher(key_, false, *data);
  if (!remove_padding(*data)) return {Fault::bad_padding, {}};
  if (data->size() < kHeader) return {Fault::bad_message_length, {}};

  const std::string_view frame = *data;
  const std::size_t length = big_endian(frame.substr(16));
  if (length > frame.size() - kHeader) return {Fault::bad_message_length, {}};
  if (frame.substr(kHeader + length) != receive_id_) return {Fault::bad_receive_id, {}};

  data->resize(kHeader + length);
  data->erase(0, kHeader);
  return {Fault::none, std::move(*data)};
}

std::optional<std::string> Envelope::open_file(std::string bytes) const {
  if (bytes.empty() || bytes.size() % kCipherBlock != 0) return std::nullopt;
  run_cipher(key_, false, bytes);
  if (!remove_padding(bytes)) return std::nullopt;
  return bytes;
}

std::string Envelope::seal_file(std::string bytes) const {
  const std::size_t pad = kPadBlock - bytes.size() % kPadBlock;
  bytes.append(pad, static_cast<char>(pad));
  run_cipher(key_, true, bytes);
  return bytes;
}

Sealed Envelope::seal(std::string_view message, std::string_view timestamp, std::string_view nonce,
                      std::span<const unsigned char, 16> random) const {
  const auto length = static_cast<std::uint32_t>(message.size());
  const std::size_t framed = kHeader + message.size() + receive_id_.size();
  const std::size_t pad = kPadBlock - framed % kPadBlock;

  std::string data;
  data.reserve(framed + pad);
  data.append(reinterpret_cast<const char*>(random.data()), random.size());
  for (const int shift : {24, 16, 8, 0}) data.push_back(static_cast<char>(length >> shift));
  data.append(message).append(receive_id_).append(pad, static_cast<char>(pad));
  run_cipher(key_, true, data);

  Sealed sealed;
  sealed.encrypt =
      encode_base64({reinterpret_cast<const unsigned char*>(data.data()), data.size()});
  sealed.signature = signature(token_, timestamp, nonce, sealed.encrypt);
  return sealed;
}

}  // namespace huiyin::tencent
