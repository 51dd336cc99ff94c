// Once a day the promises are checked over the whole database, and who is named in the
// configuration hears of broken ones. Any number of processes may have one: one of them does it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "server/pipeline/inbox.h"

namespace huiyin {

class DailyAudit {
 public:
  // One line for each broken promise. May take minutes; throws store::Error.
  using Check = std::function<std::vector<std::string>(store::Store&, const Runtime&, Instant now)>;
  struct Options {
    std::optional<std::chrono::minutes> daily;  // after midnight in Shanghai; none: never
    std::chrono::milliseconds poll{1000};       // zero: only when asked
  };
  struct Parts {
    std::unique_ptr<store::Store> store;
    Inbox& inbox;
    Current& current;
    const Clock& clock;
    Monitor& monitor;
    Check check;
  };
  DailyAudit(Options options, Parts parts);
  ~DailyAudit();  // waits for an audit that runs
  DailyAudit(const DailyAudit&) = delete;
  DailyAudit& operator=(const DailyAudit&) = delete;

  // When it is done next, in business time; none: never. Thread-safe, as run_due() is.
  std::optional<Instant> next();
  // Does it if it is due, and returns when committed. Throws store::Error.
  void run_due();

 private:
  struct State {
    RoundDone done, begun;  // by any process
  };
  State read();
  std::optional<Instant> due(const State& state) const;
  void run(const State& state);
  bool advance(const RoundDone& last, const RoundDone& done);
  bool report(const std::vector<std::string>& lines, const RoundDone& last, const RoundDone& done);
  void loop();

  const Options options_;
  Parts parts_;
  std::mutex running_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace huiyin
