// Reading a channel's own keys. Errors are std::invalid_argument "<key>: <what is allowed>"; a
// value is never quoted, because it may be a secret in the wrong place.
#pragma once

#include <string>
#include <string_view>

#include "handlers/channel.h"

namespace huiyin {

// Empty when the key is left out.
std::string optional_key(const ChannelConfig& config, std::string_view name);
// Throws when missing or empty.
std::string required_key(const ChannelConfig& config, std::string_view name);
// Throws unless left out (`otherwise`) or a decimal integer in [least, most].
int integer_key(const ChannelConfig& config, std::string_view name, int otherwise, int least,
                int most);
[[noreturn]] void refuse_key(std::string_view name, std::string_view allowed);

bool is_alphanumeric(std::string_view text);  // ASCII letters and digits; true for ""
bool is_digits(std::string_view text);        // ASCII digits, at least one

// For query parameters of requests that we make: everything but RFC 3986 unreserved is escaped.
std::string percent_encode(std::string_view text);

}  // namespace huiyin
