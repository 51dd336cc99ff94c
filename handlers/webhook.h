// What all webhooks share: refusals, whose names stand in the log, and how long an id may be.
#pragma once

#include "handlers/channel.h"

namespace huiyin {

// Bytes of a person's id on the platform, as the store has room for; longer ones are senseless.
inline constexpr std::size_t kMaxUserId = 128;

inline constexpr Refused kForged{401, "auth.reject"};
inline constexpr Refused kReplayed{401, "auth.replay"};
inline constexpr Refused kBadRequest{400, "http.syntax"};
inline constexpr Refused kBadMethod{405, "http.method"};
inline constexpr Refused kBadContentType{415, "http.type"};

}  // namespace huiyin
