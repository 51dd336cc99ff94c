// The [[channel]] tables: one platform each, keys and secrets as the platform says.
#pragma once

#include <span>
#include <vector>

#include "handlers/channel.h"
#include "server/ops/section.h"

namespace huiyin::settings {

// Only channels that may be opened. `loopback`: is the listener reachable from this machine only?
std::vector<ChannelConfig> read_channels(Section& root, Reading& reading,
                                         std::span<const Platform> platforms, bool loopback);

// "localhost", "[::1]", or "127.x.y.z" written out: 127.example.com is another machine.
bool is_loopback_host(std::string_view host);

}  // namespace huiyin::settings
