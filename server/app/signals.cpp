#include "server/app/signals.h"

#include <pthread.h>

#include <utility>

namespace huiyin {
namespace {

sigset_t ours() {
  sigset_t set;
  sigemptyset(&set);
  // SIGUSR2 is how the destructor ends the thread.
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR2}) sigaddset(&set, signal);
  return set;
}

}  // namespace

void block_signals() {
  const sigset_t set = ours();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Signals::Signals(std::function<void()> stop, std::function<void()> reload)
    : thread_{[stop = std::move(stop), reload = std::move(reload)] {
        const sigset_t set = ours();
        while (true) {
          int signal = 0;
          if (sigwait(&set, &signal) != 0) continue;
          if (signal == SIGUSR2) return;
          signal == SIGHUP ? reload() : stop();
        }
      }} {}

Signals::~Signals() {
  pthread_kill(thread_.native_handle(), SIGUSR2);
  thread_.join();
}

}  // namespace huiyin
