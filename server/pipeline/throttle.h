// How fast a platform may be asked: its rates, and what its answers say about its health
// (reliability.md P6). Pure: the steady time is passed in. Not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "handlers/channel.h"

namespace huiyin {

using SteadyTime = std::chrono::steady_clock::time_point;

// All of `rates` at once. Remembers when the last requests left, so that no stretch of `per` ever
// holds more than `count` of them; a bucket that fills up steadily would let twice as many through.
// Each stretch is a twentieth longer, half a second at most: on their way requests get closer.
class TokenBucket {
 public:
  explicit TokenBucket(std::span<const Rate> rates);  // which must outlive this

  // When the next one may leave; long ago: it may now.
  SteadyTime ready_at() const;
  void take(SteadyTime now);
  // Nothing that was taken counts any more.
  bool forgotten(SteadyTime now) const;

 private:
  struct Window {
    std::vector<SteadyTime> taken;  // a ring once it holds `count`
    std::size_t oldest = 0;
    SteadyTime last{};
  };
  std::span<const Rate> rates_;
  std::vector<Window> windows_;
};

// The buckets of one channel's recipients, as long as they matter: longer than a lane is held.
class RecipientBuckets {
 public:
  explicit RecipientBuckets(std::vector<Rate> rates) : rates_{std::move(rates)} {}
  RecipientBuckets(const RecipientBuckets&) = delete;  // buckets refer to rates_
  RecipientBuckets& operator=(const RecipientBuckets&) = delete;

  SteadyTime ready_at(AccountId id) const;
  void take(AccountId id, SteadyTime now);
  std::size_t size() const { return buckets_.size(); }

 private:
  const std::vector<Rate> rates_;
  std::unordered_map<AccountId, TokenBucket> buckets_;
  std::size_t sweep_at_ = 1024;
};

// Stops asking a platform that does not answer, and comes back to it slowly: one probe, then 2, 4,
// ... places as its answers come.
class Breaker {
 public:
  enum State { closed, open, recovering };

  explicit Breaker(int most) : most_{most} {}

  State state(SteadyTime now) const;
  // Requests that may be under way at once.
  int places(SteadyTime now) const;
  void answered(SteadyTime now);
  // No answer, or "not now" without a time. `share` in (0, 1] of the pause is waited (full jitter).
  void failed(SteadyTime now, double share);

 private:
  int most_;
  int failures_ = 0;  // in a row
  int openings_ = 0;  // in a row
  int ramp_ = 0;      // places while recovering; 0: not
  SteadyTime closed_until_{};
};

// Several recipients in a row are put off: then it is the account that asked too much.
class Pushback {
 public:
  void put_off(AccountId recipient, SteadyTime now, std::chrono::milliseconds after);
  void answered() { row_.clear(); }
  void pause_until(SteadyTime until) { paused_until_ = std::max(paused_until_, until); }
  SteadyTime paused_until() const { return paused_until_; }

 private:
  std::vector<std::pair<AccountId, SteadyTime>> row_;
  SteadyTime paused_until_{};
};

// All that decides whether one more request of a channel may leave.
class Gate {
 public:
  // `most`: requests at once. `rates` must outlive this.
  Gate(std::span<const Rate> rates, int most) : account_{rates}, breaker_{most} {}

  bool open(SteadyTime now, int in_flight) const {
    return pushback_.paused_until() <= now && account_.ready_at() <= now &&
           in_flight < breaker_.places(now);
  }
  void take(SteadyTime now) { account_.take(now); }

  // The platform is there, whatever it said.
  void answered(SteadyTime now) {
    pushback_.answered();
    breaker_.answered(now);
  }
  void put_off(AccountId recipient, SteadyTime now, std::chrono::milliseconds after) {
    pushback_.put_off(recipient, now, after);
    breaker_.answered(now);
  }
  void failed(SteadyTime now, double share) { breaker_.failed(now, share); }
  void pause_until(SteadyTime until) { pushback_.pause_until(until); }

  Breaker::State breaker(SteadyTime now) const { return breaker_.state(now); }

 private:
  TokenBucket account_;
  Breaker breaker_;
  Pushback pushback_;
};

}  // namespace huiyin
