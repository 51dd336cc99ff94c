// SIGTERM, SIGINT, SIGHUP without signal handlers: blocked in every thread, taken by one.
#pragma once

#include <csignal>
#include <functional>
#include <thread>

namespace huiyin {

// Blocks them for the calling thread and every thread it starts later; SIGPIPE is ignored. Called
// once, before the first thread starts.
void block_signals();

class Signals {
 public:
  // `stop` on SIGTERM and SIGINT, `reload` on SIGHUP; both run on the own thread, one at a time.
  Signals(std::function<void()> stop, std::function<void()> reload);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  std::thread thread_;
};

}  // namespace huiyin
