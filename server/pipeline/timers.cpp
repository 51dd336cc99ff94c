#include "server/pipeline/timers.h"

#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "server/pipeline/outbox.h"

namespace huiyin {
namespace {

constexpr int kAtOnce = 256;
constexpr int kMostPasses = 10000;

class TimersImpl : public Timers {
 public:
  TimersImpl(std::chrono::milliseconds poll, std::unique_ptr<store::Store> store, Inbox& inbox,
             Outbox& outbox, const Clock& clock, Monitor& monitor)
      : store_{std::move(store)}, inbox_{inbox}, outbox_{outbox}, clock_{clock}, monitor_{monitor} {
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
    wake();
    decide_all([&](Instant now) { return store_->due_cases(now, kAtOnce); },
               [&](CaseId id, Inbox::Done done) { inbox_.due(id, std::move(done)); });
    decide_all([&](Instant now) { return store_->unheard(now, kAtOnce); },
               [&](const store::Unheard& one, Inbox::Done done) {
                 inbox_.unheard({one.id, one.about, one.person, one.kind}, std::move(done));
               });
  }

  std::optional<Instant> next() override {
    std::lock_guard lock{store_mutex_};
    return guarded([&] { return store_->next_due(); });
  }

 private:
  // First, so that they stand before what is decided now.
  void wake() {
    std::vector<store::Woken> woken;
    bool any = false;
    while (guarded([&] { return store_->wake(clock_.now(), kAtOnce, &woken); }) > 0) {
      any = true;
      for (const auto& one : woken) {
        outbox_.behind(one.account);
        if (one.echo) monitor_.echo_owed(one.channel);
      }
    }
    if (any) outbox_.nudge();
  }

  // Pass by pass. A decision always settles what it was asked about; what stays is stuck (set
  // aside, or the store is away): it is left for the next call.
  template <class Read, class Feed>
  void decide_all(const Read& read, const Feed& feed) {
    for (int pass = 0; pass < kMostPasses; ++pass) {
      const auto now = clock_.now();
      const auto found = guarded([&] { return read(now); });
      if (found.empty()) return;
      std::vector<std::future<Receipt::Status>> decided;
      decided.reserve(found.size());
      for (const auto& one : found) {
        auto promise = std::make_shared<std::promise<Receipt::Status>>();
        decided.push_back(promise->get_future());
        feed(one, [promise](const Receipt& receipt) { promise->set_value(receipt.status); });
      }
      bool all = true;
      for (auto& status : decided) all &= status.get() == Receipt::accepted;
      if (!all) return monitor_.event(Severity::warning, "timers.late", {});
    }
    monitor_.event(Severity::error, "timers.stuck", {});
  }

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
  Outbox& outbox_;
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
                                      Outbox& outbox, const Clock& clock, Monitor& monitor) {
  return std::make_unique<TimersImpl>(poll, std::move(store), inbox, outbox, clock, monitor);
}

}  // namespace huiyin
