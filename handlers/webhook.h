// The refusals that all webhooks share; their names stand in the log.
#pragma once

#include "handlers/channel.h"

namespace huiyin {

inline constexpr Refused kForged{401, "auth.reject"};
inline constexpr Refused kReplayed{401, "auth.replay"};
inline constexpr Refused kBadRequest{400, "http.syntax"};
inline constexpr Refused kBadMethod{405, "http.method"};
inline constexpr Refused kBadContentType{415, "http.type"};

}  // namespace huiyin
