// Faults that a played platform gives on demand, in order: one queue for calls that fetch a token
// ("token:" in front of the name), one for all others.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "server/net/http.h"

namespace huiyin {

// What every played platform can be made to do, by the same names.
inline constexpr auto kSharedFaults = std::to_array<std::string_view>({
    "throttle",       // too many requests, in the platform's own words
    "expired_token",  // our token is not good any more, likewise
    "500",
    "hang",        // not acted on; neither an answer nor an end of the connection
    "reset",       // not acted on; the connection is closed
    "lost_reply",  // acted on; the connection is closed instead of an answer
});

bool is_shared_fault(std::string_view name);

// How this platform shows the two of them that differ.
struct FaultCodes {
  std::string_view throttle, expired_token;
  // The platform's own name of a shared fault; all other names as they are.
  std::string of(std::string_view fault) const;
};

class PlayedFaults {
 public:
  explicit PlayedFaults(FaultCodes codes) : codes_{codes} {}

  // A shared fault, a code of the platform (letters, digits, . _ -), an HTTP status of three
  // digits, or "drop": the older name of lost_reply. Throws std::invalid_argument for other names.
  void inject(std::string_view fault, int times);
  // The fault of this call in the platform's name; empty when there is none. "drop" asks to act and
  // to answer with kHangsUp.
  std::string next(bool is_token);

 private:
  const FaultCodes codes_;
  std::deque<std::string> token_, other_;
};

// Statuses for those who do the sockets: close the connection, or leave it as it is.
inline constexpr int kHangsUp = 0;
inline constexpr int kKeepsSilent = -1;

// Not acted on: the answer to "hang" and "reset"; nothing for other faults.
std::optional<net::HttpResponse> played_silence(std::string_view fault);
// The same, and the answer to a fault that is an HTTP status: "500".
std::optional<net::HttpResponse> played_status(std::string_view fault);

}  // namespace huiyin
