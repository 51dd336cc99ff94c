// A channel as the outbox sees it: the platform, its token, its rates and its health. Lives on the
// outbox's thread.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "handlers/channel.h"
#include "server/pipeline/throttle.h"
#include "server/pipeline/tokens.h"

namespace huiyin {

struct SendingChannel {
  // `connections`: requests at once instead of the platform's own limit; 0: that.
  SendingChannel(const Channel& handler, TokenKeeper::Parts parts, int connections)
      : platform{handler},
        tokens{std::move(parts)},
        limits{handler.limits()},
        gate{limits.account, connections > 0 ? connections : limits.in_flight},
        recipients{limits.recipient} {}
  SendingChannel(const SendingChannel&) = delete;  // the gate refers to the limits
  SendingChannel& operator=(const SendingChannel&) = delete;

  const Channel& platform;
  TokenKeeper tokens;
  const SendLimits limits;
  Gate gate;
  RecipientBuckets recipients;
  int in_flight = 0;
  std::deque<AccountId> waiting;  // lanes that are ready while the gate is shut
  bool wants_token = false;
  std::optional<Instant> down_since;  // business time; nothing was delivered since
};

using SendingChannels = std::map<std::string, SendingChannel, std::less<>>;

}  // namespace huiyin
