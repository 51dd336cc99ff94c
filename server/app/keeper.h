// Keeps trying until the database is there, then watches over it: builds the engine, pings, forgets
// old keys, counts for the metrics. One thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "server/app/engine.h"

namespace huiyin {

struct KeeperOptions {
  std::chrono::milliseconds retry{1000};  // between attempts while the database is away
  std::chrono::milliseconds ping{1000};
  std::chrono::seconds count{10};
  std::chrono::hours forget_after{7 * 24};  // inbound keys: longer than any platform resends
  std::chrono::hours forget_every{1};
  std::chrono::seconds erase{60};  // between looks for files that are to be erased
  // No good ping for this long: not ready, even if the last one still hangs.
  std::chrono::milliseconds stale{5000};
};

class Keeper {
 public:
  using Counted = std::function<void(const store::Counts&, Instant now)>;

  Keeper(KeeperOptions options, EngineOptions engine, Engine::World world, Counted counted);
  ~Keeper();  // lets go of the engine, which must have been stopped or never built
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Null until the database has answered. Lives as long as the keeper.
  Engine* engine() const { return engine_now_.load(std::memory_order_acquire); }

  struct Health {
    bool ready = false;
    std::string text;  // a line for each fact, for people
  };
  Health health() const;

  // Ends the watch; the engine is handed out no more and is returned to be stopped, if there is
  // one.
  Engine* stop();

 private:
  using Steady = std::chrono::steady_clock;
  void loop();
  bool build();
  void watch();
  void forget();
  void erase_files();
  void seen_good();
  void seen_bad(const std::string& why);
  bool wait(std::chrono::milliseconds time);  // false: stopping

  const KeeperOptions options_;
  const EngineOptions engine_options_;
  Engine::World world_;
  Counted counted_;
  std::unique_ptr<Engine> engine_;
  std::atomic<Engine*> engine_now_{nullptr};
  std::unique_ptr<store::Store> store_;

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable wake_;
  bool stopping_ = false;
  std::string trouble_;  // empty: the last word was good
  Steady::time_point good_at_;
  std::thread thread_;
};

}  // namespace huiyin
