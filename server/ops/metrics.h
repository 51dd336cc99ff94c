// The numbers of /metrics (Prometheus text), explained in docs/metrics.md. app connects the other
// rooms' reports to it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace huiyin {

// Thread-safe. Label values are ours (channel names, outcomes, reasons); should they ever come from
// outside, the 257th and later of a kind are counted as "other".
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // -- counted when it happens
  void received(std::string_view channel, std::string_view kind);
  void refused(std::string_view channel, std::string_view reason);
  void committed(std::size_t inputs, int attempts, std::chrono::microseconds time);
  void duplicate(std::string_view channel);
  void quarantined(std::string_view channel);
  void sent(std::string_view channel, std::string_view outcome);
  void retrying(std::string_view channel);
  void breaker(std::string_view channel, bool open);
  void echo_owed(std::string_view channel);
  void echo_delivered(std::string_view channel, bool in_time);
  void media(std::string_view channel, std::string_view outcome);

  // -- as last looked up
  struct Stored {
    std::int64_t due = 0, held = 0, dead = 0, quarantined = 0, open_cases = 0;
  };
  void set_stored(const Stored& stored);
  struct Pending {
    std::int64_t notices = 0;
    std::chrono::microseconds age{0};  // of the oldest
  };
  // By channel; one that is not named has none.
  void set_pending(const std::map<std::string, Pending>& pending);
  void set_waiting(std::size_t inputs);  // in the inbox's queues

  // -- totals since the start, counted elsewhere
  struct Connections {
    std::uint64_t open = 0;  // now
    std::uint64_t accepted = 0, requests = 0, refused_framing = 0, refused_limit = 0, timeouts = 0,
                  accept_errors = 0, handler_timeouts = 0;
  };
  void set_connections(const Connections& connections);
  void set_log(std::uint64_t overruns, std::uint64_t write_failures);

  std::uint64_t received_total() const;  // messages since the start
  std::string expose() const;            // text/plain; version=0.0.4

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace huiyin
