#include "server/pipeline/inbox.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "server/pipeline/batch.h"

namespace huiyin {
namespace {

using Steady = std::chrono::steady_clock;

class Worker {
 public:
  Worker(const InboxOptions& options, unsigned number, std::unique_ptr<store::Store> store,
         BatchParts parts)
      : options_{options}, runner_{number, std::move(store), parts}, thread_{[this] { loop(); }} {}
  ~Worker() { stop(); }

  bool push(Job job) {
    {
      std::lock_guard lock{mutex_};
      if (stopping_ || jobs_.size() >= options_.queue) return false;
      jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
    return true;
  }

  bool push_aside(BatchRunner::Aside aside) {
    {
      std::lock_guard lock{mutex_};
      if (stopping_ || aside_.size() >= options_.queue) return false;
      aside_.push_back(std::move(aside));
    }
    wake_.notify_one();
    return true;
  }

  std::size_t waiting() const {
    std::lock_guard lock{mutex_};
    return jobs_.size() + aside_.size();
  }

  void stop() {
    {
      std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void loop() {
    std::vector<Job> batch;
    std::deque<BatchRunner::Aside> aside;
    for (;;) {
      {
        std::unique_lock lock{mutex_};
        wake_.wait(lock, [&] { return stopping_ || !jobs_.empty() || !aside_.empty(); });
        if (jobs_.empty() && aside_.empty()) return;
        aside.swap(aside_);
        // No waiting for more: what queued up during the last commit is the batch.
        while (!jobs_.empty() && batch.size() < options_.batch) {
          batch.push_back(std::move(jobs_.front()));
          jobs_.pop_front();
        }
      }
      for (const auto& one : aside) runner_.quarantine(one);
      aside.clear();
      drop_stale(batch);
      if (!batch.empty()) runner_.run(batch);
      batch.clear();
    }
  }

  // Nobody waits for these any more; the platform sends again, and then in order.
  void drop_stale(std::vector<Job>& batch) {
    const auto oldest = Steady::now() - options_.stale;
    std::erase_if(batch, [&](Job& job) {
      if (!job.is_message() || job.message.stream || job.queued >= oldest) return false;
      job.done({});
      return true;
    });
  }

  const InboxOptions& options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::deque<BatchRunner::Aside> aside_;
  bool stopping_ = false;
  BatchRunner runner_;
  std::thread thread_;  // last: starts when the rest is there
};

class InboxImpl : public Inbox {
 public:
  InboxImpl(InboxOptions options, const OpenStore& open, Current& current, const Channels& channels,
            const Clock& clock, Outbox& outbox, Monitor& monitor, const MediaLinks& links)
      : options_{std::move(options)}, journal_{options_.journal_directory, options_.workers} {
    const BatchParts parts{current, channels, clock, outbox, monitor, journal_, links};
    for (unsigned i = 0; i < options_.workers; ++i)
      workers_.push_back(std::make_unique<Worker>(options_, i, open(), parts));
  }
  ~InboxImpl() override { stop(); }

  void submit(Message message, Meaning meaning, Done done) override {
    const store::InboundKey key{message.channel, message.dedupe_key};
    if (join(key, done)) return;
    const auto& order = message.stream ? message.stream->name : message.sender;
    const auto worker = std::hash<std::string>{}(message.channel + '\n' + order);
    Job job;
    job.message = std::move(message);
    job.meaning = std::move(meaning);
    job.queued = Steady::now();
    job.done = [this, key](Receipt receipt) { answer_all(key, std::move(receipt)); };
    if (!workers_[worker % workers_.size()]->push(std::move(job))) answer_all(key, {});
  }

  void perform(Task task, Done done) override {
    Job job;
    const auto worker = task_order(task);
    job.task = std::move(task);
    job.queued = Steady::now();
    job.done = done;
    if (!workers_[worker % workers_.size()]->push(std::move(job))) done({});
  }

  void quarantine(store::Quarantined row, std::optional<NonceClaim> claim, Done done) override {
    if (!workers_[0]->push_aside({std::move(row), std::move(claim), done})) done({});
  }

  std::size_t waiting() const override {
    std::size_t sum = 0;
    for (const auto& worker : workers_) sum += worker->waiting();
    return sum;
  }

  void stop() override {
    for (auto& worker : workers_) worker->stop();
  }

 private:
  // Overlapping copies of one message wait for the first one's receipt.
  bool join(const store::InboundKey& key, Done& done) {
    std::lock_guard lock{mutex_};
    const auto [at, first] = waiting_for_.try_emplace(key);
    at->second.push_back(std::move(done));
    return !first;
  }

  void answer_all(const store::InboundKey& key, Receipt receipt) {
    std::vector<Done> waiters;
    {
      std::lock_guard lock{mutex_};
      const auto at = waiting_for_.find(key);
      waiters = std::move(at->second);
      waiting_for_.erase(at);
    }
    for (std::size_t i = 1; i < waiters.size(); ++i) {
      Receipt copy = receipt;
      if (copy.status == Receipt::accepted) copy.status = Receipt::duplicate;
      waiters[i](std::move(copy));
    }
    waiters.front()(std::move(receipt));
  }

  InboxOptions options_;
  Journal journal_;
  std::mutex mutex_;
  std::map<store::InboundKey, std::vector<Done>> waiting_for_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace

std::unique_ptr<Inbox> Inbox::start(InboxOptions options, OpenStore open, Current& current,
                                    const Channels& channels, const Clock& clock, Outbox& outbox,
                                    Monitor& monitor, const MediaLinks& links) {
  return std::make_unique<InboxImpl>(std::move(options), open, current, channels, clock, outbox,
                                     monitor, links);
}

}  // namespace huiyin
