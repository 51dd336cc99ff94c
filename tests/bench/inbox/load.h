// A client that costs little: prepared requests over keep-alive connections, one outstanding on
// each, one thread with epoll.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace huiyin::bench {

struct LoadOptions {
  std::string host;  // IPv4 literal
  std::uint16_t port = 0;
  unsigned connections = 64;
  std::chrono::milliseconds warm_up{1000};  // answered and checked, but not in rate and times
  std::chrono::milliseconds duration{10000};
};

struct LoadResult {
  std::size_t sent = 0;      // requests[0..sent) were fired, each once
  std::size_t answered = 0;  // 200 and `good`
  std::size_t failed = 0;    // anything else
  std::string first_failure;
  double seconds = 0;                         // of measuring
  std::vector<std::uint32_t> microseconds{};  // of each request that was sent while measuring
  double own_cpu_seconds = 0;                 // of the calling thread

  double per_second() const;
  double percentile(double share) const;  // of microseconds, in milliseconds; sorts a copy
};

// Fires each request at most once until the time is over, then waits for what is outstanding (10 s
// at most). `good(index, body)` judges a 200; it must be cheap. Throws std::runtime_error when the
// server cannot be reached.
LoadResult fire(const LoadOptions& options, std::span<const std::string> requests,
                const std::function<bool(std::size_t, const std::string&)>& good);

}  // namespace huiyin::bench
