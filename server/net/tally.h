// Counts of one server, written by all its threads.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "server/net/server.h"

namespace huiyin::net {

struct Tally {
  using Count = std::atomic<std::uint64_t>;
  Count accepted{0}, open{0}, requests{0}, refused_framing{0}, refused_limit{0}, timeouts{0},
      accept_errors{0}, handler_timeouts{0};

  static void add(Count& count) { count.fetch_add(1, std::memory_order_relaxed); }

  ServerCounters read() const {
    ServerCounters c;
    c.accepted = accepted;
    c.open = open;
    c.requests = requests;
    c.refused_framing = refused_framing;
    c.refused_limit = refused_limit;
    c.timeouts = timeouts;
    c.accept_errors = accept_errors;
    c.handler_timeouts = handler_timeouts;
    return c;
  }

  void closed_one() {
    const std::lock_guard lock{mutex};
    if (--open == 0) none_open.notify_all();
  }

  void wait_until_none_open(std::chrono::steady_clock::time_point deadline) {
    std::unique_lock lock{mutex};
    none_open.wait_until(lock, deadline, [this] { return open == 0; });
  }

 private:
  std::mutex mutex;
  std::condition_variable none_open;
};

}  // namespace huiyin::net
