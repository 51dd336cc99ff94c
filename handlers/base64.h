// RFC 4648 base64 as the platforms use it: standard alphabet, padded, no line breaks.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace huiyin {

std::string encode_base64(std::span<const unsigned char> bytes);

// Refuses other symbols, white space, missing or misplaced padding. Tolerates stray bits in the
// last symbol: Tencent's EncodingAESKey usually has them (facts: wechat §2).
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace huiyin
