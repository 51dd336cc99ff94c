// What comes with its hour, in this order: what waited for the morning goes out, several notices in
// one brief; then cases whose next_due_at has come, echoes that nobody heard, and tasks that come
// again are fed to the inbox. Any number of processes may do so at once: a notice is woken once,
// and a decision is conditional on what it read.
#pragma once

#include <chrono>
#include <memory>

#include "server/pipeline/inbox.h"
#include "server/store/store.h"

namespace huiyin {

class Timers {
 public:
  // Polls every `poll`; zero: only when asked.
  static std::unique_ptr<Timers> start(std::chrono::milliseconds poll,
                                       std::unique_ptr<store::Store> store, Inbox& inbox,
                                       Outbox& outbox, Current& current, const Clock& clock,
                                       Monitor& monitor);
  virtual ~Timers() = default;  // stops and joins

  // Does all that is due by clock.now(), in order, and returns when committed. Thread-safe.
  virtual void run_due() = 0;
  // Due time of the next timer or round, if any.
  virtual std::optional<Instant> next() = 0;
};

}  // namespace huiyin
