// Signatures and encryption of the event callback. Known answers: tests/handlers/feishu_*_test.cpp.
//
//   signature = lower hex of SHA-256(timestamp + nonce + Encrypt Key + raw body): a plain hash
//   cipher    = AES-256-CBC, key SHA-256(Encrypt Key), base64(IV | ciphertext), PKCS#7 of 16
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace huiyin::feishu {

std::string event_signature(std::string_view timestamp, std::string_view nonce,
                            std::string_view encrypt_key, std::string_view raw_body);
// The old card callback: SHA-1, and the Verification Token instead of the key.
std::string legacy_card_signature(std::string_view timestamp, std::string_view nonce,
                                  std::string_view verification_token, std::string_view raw_body);

// What a group's custom robot (a webhook address) wants to see: the reverse of DingTalk, the words
// are the key and nothing is hashed. `timestamp` in seconds.
std::string custom_robot_sign(std::string_view timestamp, std::string_view secret);

// Immutable, so any thread may use it.
class Cipher {
 public:
  explicit Cipher(std::string_view encrypt_key);

  // Empty for anything that this key did not encrypt whole. Never throws for bad input.
  std::optional<std::string> open(std::string_view encrypt) const;
  // For the played platform. `iv` must be fresh for each message.
  std::string seal(std::string_view plain, std::span<const unsigned char, 16> iv) const;

 private:
  std::array<unsigned char, 32> key_;
};

}  // namespace huiyin::feishu
