#include "server/app/errands.h"

#include <utility>

namespace huiyin {

bool Errands::post(std::function<void()> work) {
  const std::lock_guard lock{mutex_};
  if (stopping_ || waiting_.size() >= kWaiting) return false;
  waiting_.push_back(std::move(work));
  wake_.notify_one();
  return true;
}

void Errands::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Errands::loop() {
  while (true) {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
  }
}

}  // namespace huiyin
