// The encrypted callback envelope of Tencent's platforms: WeChat Official Account in compatible and
// safe mode, WeCom apps, WeCom robots. Known answers: tests/handlers/wechat_crypto_test.cpp.
//
//   frame      = 16 random bytes | length of message, 4 bytes big-endian | message | receive id
//   ciphertext = AES-256-CBC(frame + PKCS#7 padding to 32), IV = first 16 key bytes, base64
//   signature  = hex SHA-1 of the byte-sorted concatenation of token, timestamp, nonce, ciphertext
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace huiyin::tencent {

// The first check that failed, in this order.
enum class Fault {
  none,
  bad_signature,
  bad_base64,
  bad_ciphertext_length,
  bad_padding,
  bad_message_length,
  bad_receive_id,
};

struct Opened {
  Fault fault = Fault::none;
  std::string message;  // empty unless fault is none
};

struct Sealed {
  std::string encrypt, signature;
};

// Signature over token, timestamp, nonce: covers no body. All values in any order, lower-case hex.
std::string signature(std::string_view token, std::string_view timestamp, std::string_view nonce);
std::string signature(std::string_view token, std::string_view timestamp, std::string_view nonce,
                      std::string_view encrypt);

// Immutable, so any thread may use it.
class Envelope {
 public:
  // `aes_key`: the EncodingAESKey of the console, 43 base64 symbols; else std::invalid_argument.
  // `receive_id`: AppID, CorpID, or empty for robots.
  Envelope(std::string token, std::string_view aes_key, std::string receive_id);

  // timestamp, nonce and signature as they stand in the request's query. Never throws for bad
  // input.
  Opened open(std::string_view timestamp, std::string_view nonce, std::string_view encrypt,
              std::string_view signature) const;
  // timestamp and nonce are the caller's own. `random` must be fresh for each message.
  Sealed seal(std::string_view message, std::string_view timestamp, std::string_view nonce,
              std::span<const unsigned char, 16> random) const;

  // A file that a robot was sent: no frame, only padded and encrypted with the same key and IV.
  // Empty when it is no such file. Nothing vouches for the content: padding is all that is checked.
  std::optional<std::string> open_file(std::string bytes) const;
  std::string seal_file(std::string bytes) const;

  const std::string& token() const { return token_; }

 private:
  std::string token_, receive_id_;
  std::array<unsigned char, 32> key_;
};

}  // namespace huiyin::tencent
