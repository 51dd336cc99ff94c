// What other threads bring to a loop, and whether that still lives: callbacks may outlive it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace huiyin {

// Thread-safe.
class Mailbox {
 public:
  using Work = std::function<void()>;

  void post(Work item) {
    {
      const std::lock_guard lock{mutex_};
      if (!open_) return;
      work_.push_back(std::move(item));
    }
    arrived_.notify_one();
  }

  // Ends the present or the next wait().
  void wake() {
    {
      const std::lock_guard lock{mutex_};
      woken_ = true;
    }
    arrived_.notify_one();
  }

  // Until there is work, somebody wakes it, it is closed, or `until` has come. `out` becomes the
  // work, in the order of posting. False: closed.
  bool wait(std::chrono::steady_clock::time_point until, std::vector<Work>& out) {
    std::unique_lock lock{mutex_};
    arrived_.wait_until(lock, until, [&] { return !open_ || woken_ || !work_.empty(); });
    woken_ = false;
    out = std::exchange(work_, {});
    return open_;
  }

  // Nothing is taken any more, what waits is dropped, wait() returns.
  void close() {
    {
      const std::lock_guard lock{mutex_};
      open_ = false;
      work_.clear();
    }
    arrived_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  bool open_ = true, woken_ = false;
  std::vector<Work> work_;
};

}  // namespace huiyin
