#include "handlers/base64.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>

namespace huiyin {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t kBad = 0x80000000;

constexpr std::array<std::uint32_t, 256> kValues = [] {
  std::array<std::uint32_t, 256> values{};
  values.fill(kBad);
  for (std::uint32_t i = 0; i < kAlphabet.size(); ++i)
    values[static_cast<unsigned char>(kAlphabet[i])] = i;
  return values;
}();

std::uint32_t value(char symbol) { return kValues[static_cast<unsigned char>(symbol)]; }

}  // namespace

std::string encode_base64(std::span<const unsigned char> bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // EVP_EncodeBlock writes a final NUL
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;

  std::string bytes(text.size() / 4 * 3, '\0');
  const std::size_t whole = text.size() - (padding ? 4 : 0);
  char* out = bytes.data();
  std::uint32_t bad = 0;
  for (std::size_t i = 0; i < whole; i += 4, out += 3) {
    const std::uint32_t bits = value(text[i]) << 18 | value(text[i + 1]) << 12 |
                               value(text[i + 2]) << 6 | value(text[i + 3]);
    bad |= (value(text[i]) | value(text[i + 1]) | value(text[i + 2]) | value(text[i + 3])) & kBad;
    out[0] = static_cast<char>(bits >> 16);
    out[1] = static_cast<char>(bits >> 8);
    out[2] = static_cast<char>(bits);
  }
  if (padding) {
    const std::uint32_t third = padding == 2 ? 0 : value(text[whole + 2]);
    bad |= (value(text[whole]) | value(text[whole + 1]) | third) & kBad;
    const std::uint32_t bits = value(text[whole]) << 18 | value(text[whole + 1]) << 12 | third << 6;
    out[0] = static_cast<char>(bits >> 16);
    out[1] = static_cast<char>(bits >> 8);
    bytes.resize(bytes.size() - padding);
  }
  if (bad) return std::nullopt;
  return bytes;
}

}  // namespace huiyin
