// Faults that a played platform gives on demand, in order: one queue for calls that fetch a token
// ("token:" in front of the name), one for all others.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "server/net/http.h"

namespace huiyin {

class PlayedFaults {
 public:
  // A code of the platform (letters, digits, . _ -), an HTTP status of three digits, or "drop":
  // acted on, but the answer has status 0, and whoever does the sockets closes the connection
  // instead of writing it. Throws std::invalid_argument for other names.
  void inject(std::string_view fault, int times);
  // The fault of this call; empty when there is none.
  std::string next(bool is_token);

 private:
  std::deque<std::string> token_, other_;
};

// The answer to a fault that is an HTTP status: "500".
std::optional<net::HttpResponse> played_status(std::string_view fault);

}  // namespace huiyin
