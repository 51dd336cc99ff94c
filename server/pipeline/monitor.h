// What the pipeline tells the operator. app connects it to logs and metrics (server/ops). Ids and
// codes only: never message text, platform user ids, tokens or telephone numbers.
#pragma once

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace huiyin {

enum class Severity { info, warning, error };

// Thread-safe; must not block.
class Monitor {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;
  virtual ~Monitor() = default;
  virtual void event(Severity, std::string_view, Fields) {}
  virtual void received(std::string_view /*channel*/, std::string_view /*message kind*/) {}
  virtual void refused(std::string_view /*channel*/, std::string_view /*reason*/) {}
  // One batch: inputs in it, attempts it took, time from load to commit.
  virtual void committed(std::size_t, int, std::chrono::microseconds) {}
  virtual void duplicate(std::string_view /*channel*/) {}
  virtual void quarantined(std::string_view /*channel*/) {}
  virtual void sent(std::string_view /*channel*/, std::string_view /*outcome*/) {}
  virtual void retrying(std::string_view /*channel*/) {}
  // A platform does not answer and is left alone (true); it has recovered (false).
  virtual void breaker(std::string_view /*channel*/, bool /*open*/) {}
  // An echo was written (or its quiet hours are over); one was delivered, within a minute or later.
  virtual void echo_owed(std::string_view /*channel*/) {}
  virtual void echo_delivered(std::string_view /*channel*/, bool /*in_time*/) {}
  virtual void media(std::string_view /*channel*/, std::string_view /*outcome*/) {}
};

}  // namespace huiyin
