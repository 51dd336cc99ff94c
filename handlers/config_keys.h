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
// Where the platform's API is: `api_base` or, when it is left out, `otherwise`; no slash at the
// end.
std::string base_url(const ChannelConfig& config, std::string_view otherwise);
[[noreturn]] void refuse_key(std::string_view name, std::string_view allowed);

// Keeps what is wrong with several keys, so that all of it is told at once.
class KeyFaults {
 public:
  template <class Read>
  void collect(Read&& read) {
    try {
      read();
    } catch (const std::invalid_argument& fault) {
      words_ += (words_.empty() ? "" : "\n") + std::string{fault.what()};
    }
  }
  // Throws std::invalid_argument, one fault a line, when there was any.
  void refuse() const {
    if (!words_.empty()) throw std::invalid_argument(words_);
  }

 private:
  std::string words_;
};

bool is_alphanumeric(std::string_view text);  // ASCII letters and digits; true for ""
bool is_digits(std::string_view text);        // ASCII digits, at least one

// For query parameters of requests that we make: everything but RFC 3986 unreserved is escaped.
std::string percent_encode(std::string_view text);

}  // namespace huiyin
