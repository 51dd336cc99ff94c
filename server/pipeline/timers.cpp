#include "server/pipeline/timers.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace huiyin {
namespace {

constexpr int kAtOnce = 256;
constexpr int kMostPasses = 10000;

class TimersImpl : public Timers {
 public:
  TimersImpl(std::chrono::milliseconds poll, std::unique_ptr<store::Store> store, Inbox& inbox,
             const Clock& clock, Monitor& monitor)
      : store_{std::move(store)}, inbox_{inbox}, clock_{clock}, monitor_{monitor} {
    if (poll.count() > 0) thread_ = std::thread{[this, poll] { loop(poll); }};
  }
  ~TimersImpl() override {
    {
      std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  void run_due() override {
    std::lock_guard lock{store_mutex_};
    // A decision always moves its case's timer on. A case that stays due is stuck (set aside, or
    // the store is away): the pass limit leaves it for the next call.
    for (int pass = 0; pass < kMostPasses; ++pass) {
      const auto now = clock_.now();
      const auto cases = guarded([&] { return store_->due_cases(now, kAtOnce); });
      if (cases.empty()) return;
      std::vector<std::future<Receipt::Status>> decided;
      decided.reserve(cases.size());
      for (const auto id : cases) {
        auto promise = std::make_shared<std::promise<Receipt::Status>>();
        decided.push_back(promise->get_future());
        inbox_.due(id, [promise](Receipt receipt) { promise->set_value(receipt.status); });
      }
      bool all = true;
      for (auto& status : decided) all &= status.get() == Receipt::accepted;
      if (!all) return monitor_.event(Severity::warning, "timers.late", {});
    }
    monitor_.event(Severity::error, "timers.stuck", {});
  }

  std::optional<Instant> next() override {
    std::lock_guard lock{store_mutex_};
    return guarded([&] { return store_->next_due(); });
  }

 private:
  void loop(std::chrono::milliseconds poll) {
    std::unique_lock lock{mutex_};
    while (!wake_.wait_for(lock, poll, [&] { return stopping_; })) {
      lock.unlock();
      try {
        run_due();
      } catch (const store::Error& error) {
        monitor_.event(Severity::warning, "timers.away", {{"code", std::to_string(error.code())}});
      }
      lock.lock();
    }
  }

  // One new connection when the old one is gone; a second failure is the caller's.
  template <class F>
  auto guarded(F&& read) -> decltype(read()) {
    try {
      return read();
    } catch (const store::Error&) {
      store_->reconnect();
      return read();
    }
  }

  std::mutex store_mutex_;
  std::unique_ptr<store::Store> store_;
  Inbox& inbox_;
  const Clock& clock_;
  Monitor& monitor_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Timers> Timers::start(std::chrono::milliseconds poll,
                                      std::unique_ptr<store::Store> store, Inbox& inbox,
                                      const Clock& clock, Monitor& monitor) {
  return std::make_unique<TimersImpl>(poll, std::move(store), inbox, clock, monitor);
}

}  // namespace huiyin
