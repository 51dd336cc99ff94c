#include "server/app/reader.h"

#include <utility>

namespace huiyin {

Reader::Reader(std::unique_ptr<store::Store> store)
    : store_{std::move(store)}, thread_{[this] { loop(); }} {}

void Reader::notices_of(std::string channel, std::string user, std::int64_t after, Done done) {
  {
    const std::lock_guard lock{mutex_};
    if (!stopping_ && waiting_.size() < kWaiting) {
      waiting_.push_back({std::move(channel), std::move(user), after, std::move(done)});
      wake_.notify_one();
      return;
    }
  }
  done({});
}

void Reader::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Reader::loop() {
  while (true) {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Wanted wanted = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    wanted.done(read(wanted));
  }
}

std::vector<Notice> Reader::read(const Wanted& wanted) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    try {
      if (attempt > 0) store_->reconnect();
      std::vector<Notice> notices;
      for (store::NoticeRow& row : store_->notices_of(wanted.channel, wanted.user, wanted.after)) {
        notices.push_back(std::move(row.notice));
      }
      return notices;
    } catch (const store::Error&) {
      continue;  // the second time we leave it: the user reads again
    }
  }
  return {};
}

}  // namespace huiyin
