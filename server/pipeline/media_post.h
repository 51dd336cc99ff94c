// Work for the media fetcher's thread. Callbacks of the HTTP client may come after the fetcher is
// gone: then nobody runs them. Internal to media.cpp.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace huiyin {

class MediaPost {
 public:
  void post(std::function<void()> work) {
    const std::lock_guard lock{mutex_};
    if (closed_) return;
    waiting_.push_back(std::move(work));
    wake_.notify_one();
  }
  // Waits until there is something to do, it is closed, or `until`. False: closed.
  bool wait(std::chrono::steady_clock::time_point until, std::deque<std::function<void()>>& out) {
    std::unique_lock lock{mutex_};
    wake_.wait_until(lock, until, [this] { return closed_ || !waiting_.empty(); });
    out = std::exchange(waiting_, {});
    return !closed_;
  }
  void close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    waiting_.clear();
    wake_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool closed_ = false;
};

}  // namespace huiyin
