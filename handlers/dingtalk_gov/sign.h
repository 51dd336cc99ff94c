// X-Hmac-Auth-Signature of calls to government DingTalk. Known answers:
// tests/handlers/dingtalk_gov_test.cpp.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/cases/time.h"

namespace huiyin::dingtalk_gov {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// METHOD, timestamp, nonce, path and, when there are any, the parameters as k=v in order of k,
// joined by & and not encoded; each on a line of its own.
std::string string_to_sign(std::string_view method, std::string_view timestamp,
                           std::string_view nonce, std::string_view path, Parameters parameters);
std::string signature(std::string_view secret, std::string_view string_to_sign);

// "2026-11-23T10:00:00.000+08:00"
std::string timestamp_of(Instant now);

// As they travel: k=v, percent-encoded, joined by &.
std::string form_of(const Parameters& parameters);
Parameters parameters_of(std::string_view form);  // what cannot be decoded is left out

}  // namespace huiyin::dingtalk_gov
