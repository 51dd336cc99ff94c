// Keeps one event that happens thousands of times from filling the disk and hiding the others.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace huiyin {

// Not thread-safe. Time is given, so that tests need not wait.
class RepeatLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Suppressed {
    std::string event;
    std::size_t lines;
  };

  explicit RepeatLimit(std::size_t per_second) : per_second_{per_second} {}

  // True when this line may be written.
  bool admit(std::string_view event, Time now);
  // What was held back in seconds that are over; each is said once.
  std::vector<Suppressed> finished(Time now);
  // Everything held back so far, for the end.
  std::vector<Suppressed> rest();

 private:
  struct Window {
    Time begin;
    std::size_t lines = 0, suppressed = 0;
  };
  std::vector<Suppressed> take(const std::function<bool(const Window&)>& over);

  std::size_t per_second_;
  std::map<std::string, Window, std::less<>> windows_;  // event names are ours: a few dozen
};

}  // namespace huiyin
