// What the webhooks of all platforms have in common (facts: reliability §5).
#pragma once

#include <string_view>
#include <vector>

#include "handlers/channel.h"

namespace huiyin {

inline constexpr Refused kForged{401, "auth.reject"};
inline constexpr Refused kReplayed{401, "auth.replay"};
inline constexpr Refused kBadRequest{400, "http.syntax"};
inline constexpr Refused kBadMethod{405, "http.method"};
inline constexpr Refused kBadContentType{415, "http.type"};

// Empty when absent, and when given twice: nobody could say which of them was checked.
std::string_view single_header(const net::HttpRequest& request, std::string_view name);

// The body is of this media type ("application/json", parameters ignored) and not compressed.
bool has_type(const net::HttpRequest& request, std::string_view type);

}  // namespace huiyin
