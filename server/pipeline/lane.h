// What the outbox keeps in memory of one recipient's lane: DESIGN §1a "Lanes".
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "server/store/store.h"

namespace huiyin {

struct LaneEntry {
  std::optional<store::NoticeRow> row;  // empty: place kept for a batch that is being committed
  bool unknown_once = false;            // may have been delivered already
  int token_retries = 0;
};

struct Lane {
  using Time = std::chrono::steady_clock::time_point;

  std::int64_t token = 0;  // fencing token of our lease
  std::string channel;
  Instant window_until;  // platform's free-message window, business time
  int window_left = 0;
  bool following = true;
  bool window_known = false;  // a row with the account came with the first fill
  bool close_window = false;  // the platform said so: goes out with the next result
  bool spilled = false;       // the rest is `due` in the store: nothing new in memory before that
  bool in_flight = false;
  bool queued = false;  // stands in the ready queue
  Time lease_until{};
  Time not_before{};                          // the head waits for its retry
  std::map<std::int64_t, LaneEntry> entries;  // by seq: sent head first
};

}  // namespace huiyin
