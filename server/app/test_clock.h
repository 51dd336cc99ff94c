// The business clock: the system's, or for tests one that stands still until it is moved.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "server/cases/time.h"

namespace huiyin {

class SystemClock : public Clock {
 public:
  Instant now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
};

class TestClock : public Clock {
 public:
  explicit TestClock(Instant start) : at_{start.time_since_epoch().count()} {}
  Instant now() const override { return Instant{std::chrono::microseconds{at_.load()}}; }
  void set(Instant at) { at_.store(at.time_since_epoch().count()); }

 private:
  std::atomic<std::int64_t> at_;
};

// "2026-03-26T09:10:00+08:00" or "+90m", "+2d", "+3h", "+20s".
struct ClockMove {
  std::optional<Instant> to;     // absolute
  std::chrono::seconds step{0};  // otherwise relative, >= 0
  Instant from(Instant now) const { return to ? *to : now + step; }
};
std::optional<ClockMove> parse_clock_move(std::string_view text);

// Moves the clock and lets all that falls due on the way happen at its own time.
class TimeTravel {
 public:
  struct World {
    std::function<std::optional<Instant>()> next;  // due time of the next timer
    std::function<void()> run_due;                 // decides what is due, returns when committed
    std::function<bool()> settle;                  // waits for the outbox; false: gave up waiting
    std::function<bool()> untouched;               // no message was taken yet
  };
  TimeTravel(TestClock& clock, World world) : clock_{clock}, world_{std::move(world)} {}

  struct Answer {
    int status = 200;  // 400: malformed or backwards; 503: the world did not come to rest
    std::string text;  // 200: the time now, RFC 3339; otherwise what is wrong
  };
  // One move at a time; a second caller waits. Backwards is allowed only while nothing was taken,
  // so that a story may begin in the past.
  Answer move(std::string_view request);

 private:
  bool run_until(Instant target);

  TestClock& clock_;
  World world_;
  std::mutex moving_;
};

}  // namespace huiyin
