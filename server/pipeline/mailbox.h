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

  std::vector<Work> wait(std::chrono::milliseconds limit) {
    std::unique_lock lock{mutex_};
    arrived_.wait_for(lock, limit, [&] { return woken_ || !work_.empty(); });
    woken_ = false;
    return std::exchange(work_, {});
  }

  // Nothing is taken any more, and what waits is dropped.
  void close() {
    const std::lock_guard lock{mutex_};
    open_ = false;
    work_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  bool open_ = true, woken_ = false;
  std::vector<Work> work_;
};

}  // namespace huiyin
