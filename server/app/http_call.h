// One request, and wait for its answer. For the command line; the server never waits like this.
#pragma once

#include <chrono>

#include "server/net/client.h"

namespace huiyin {

net::ClientResult call(net::Client& client, net::OutgoingRequest request,
                       std::chrono::milliseconds patience);

}  // namespace huiyin
