#include "server/pipeline/timers.h"

#include <algorithm>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "server/desk/rounds.h"
#include "server/pipeline/outbox.h"

namespace huiyin {
namespace {

constexpr int kAtOnce = 256;
constexpr int kMostPasses = 10000;

// Of staff; what several of them get under one name is the owner's.
Audience audience_of(const std::string& kind) {
  const auto found = std::ranges::find_if(kNoticeKinds, [&](const NoticeKind& one) {
    return one.name == kind && one.audience != Audience::reporter;
  });
  return found == kNoticeKinds.end() ? Audience::owner : found->audience;
}

class TimersImpl : public Timers {
 public:
  TimersImpl(std::chrono::milliseconds poll, std::unique_ptr<store::Store> store, Inbox& inbox,
             Outbox& outbox, Current& current, const Clock& clock, Monitor& monitor)
      : store_{std::move(store)},
        inbox_{inbox},
        outbox_{outbox},
        current_{current},
        clock_{clock},
        monitor_{monitor} {
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
    refresh_directory();
    decide_all([&](Instant now) { return bundled(now); });
    wake();
    for (int step = 0; step < kMostPasses; ++step) {
      decide_all([&](Instant now) {
        return tasks_of(store_->due_cases(now, kAtOnce), [](CaseId id) { return Due{id}; });
      });
      decide_all([&](Instant now) {
        return tasks_of(store_->unheard(now, kAtOnce), [](const store::Unheard& one) {
          return Unheard{one.id, one.about, one.person, one.kind};
        });
      });
      // A round may take many steps; what else falls due meanwhile does not wait for its end.
      auto tasks = due_rounds();
      if (tasks.empty() || !decide(std::move(tasks))) return;
      refresh_directory();
    }
    monitor_.event(Severity::error, "timers.stuck", {});
  }

  std::optional<Instant> next() override {
    std::lock_guard lock{store_mutex_};
    refresh_directory();
    auto next = guarded([&] { return store_->next_due(); });
    for (const auto name : rounds::kAll) {
      const auto due = due_of(read_round(name));
      if (due && (!next || *due < *next)) next = due;
    }
    return next;
  }

 private:
  // Leaves begin and end, and people come and go, though nobody writes to this process.
  void refresh_directory() {
    try {
      const auto stored = guarded([&] { return store_->directory_version(); });
      if (current_.get()->directory->version() >= stored) return;
      current_.adopt(guarded([&] { return store_->load_directory(); }));
    } catch (const store::Error&) {
      throw;
    } catch (const std::exception& error) {
      monitor_.event(Severity::error, "timers.directory", {{"why", error.what()}});
    }
  }

  // Before what is decided now, so that it stands before that in the lanes.
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

  std::vector<Task> bundled(Instant now) {
    return tasks_of(store_->bundles(now, kAtOnce), [](const store::Bundle& bundle) {
      Brief brief{bundle.person, bundle.account, {}};
      for (const auto& row : bundle.notices)
        brief.lines.push_back({row.notice.id, row.about, row.notice.kind,
                               audience_of(row.notice.kind), row.notice.case_number,
                               row.notice.title});
      return brief;
    });
  }

  RoundDone read_round(std::string_view name) {
    return guarded([&] { return store_->round(std::string{name}); });
  }
  std::optional<Instant> due_of(const RoundDone& last) const {
    const auto runtime = current_.get();
    return rounds::due(last, *runtime->directory, *runtime->policy, clock_.now());
  }
  std::vector<Task> due_rounds() {
    std::vector<Task> tasks;
    for (const auto name : rounds::kAll) {
      const auto last = read_round(name);
      const auto due = due_of(last);
      if (due && *due <= clock_.now()) tasks.push_back({Round{last}});
    }
    return tasks;
  }

  template <class Rows, class Make>
  static std::vector<Task> tasks_of(const Rows& rows, const Make& make) {
    std::vector<Task> tasks;
    tasks.reserve(rows.size());
    for (const auto& row : rows) tasks.push_back({make(row)});
    return tasks;
  }

  // Pass by pass. A decision always settles what it was asked about; what stays is stuck (set
  // aside, or the store is away): it is left for the next call.
  template <class Read>
  void decide_all(const Read& read) {
    for (int pass = 0; pass < kMostPasses; ++pass) {
      auto found = guarded([&] { return read(clock_.now()); });
      if (found.empty() || !decide(std::move(found))) return;
    }
    monitor_.event(Severity::error, "timers.stuck", {});
  }

  // True when all of them are done, here or by another process.
  bool decide(std::vector<Task> tasks) {
    std::vector<std::future<Receipt::Status>> decided;
    decided.reserve(tasks.size());
    for (auto& task : tasks) {
      auto promise = std::make_shared<std::promise<Receipt::Status>>();
      decided.push_back(promise->get_future());
      inbox_.perform(std::move(task),
                     [promise](const Receipt& receipt) { promise->set_value(receipt.status); });
    }
    bool all = true;
    for (auto& one : decided) {
      const auto status = one.get();
      all &= status == Receipt::accepted || status == Receipt::duplicate;
    }
    if (!all) monitor_.event(Severity::warning, "timers.late", {});
    return all;
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
  Current& current_;
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
                                      Outbox& outbox, Current& current, const Clock& clock,
                                      Monitor& monitor) {
  return std::make_unique<TimersImpl>(poll, std::move(store), inbox, outbox, current, clock,
                                      monitor);
}

}  // namespace huiyin
