// Where this room's events go; see set_net_log() in server.h.
#pragma once

#include <string>

namespace huiyin::net {

void report(const char* event, const std::string& peer);

}  // namespace huiyin::net
