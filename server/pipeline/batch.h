// One batch = one transaction: load, decide, save, COMMIT, then receipts. Retries, bisects and
// settles unknown commits by the rules of DESIGN §1a.
#pragma once

#include <chrono>
#include <optional>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "server/pipeline/inbox.h"
#include "server/pipeline/journal.h"
#include "server/pipeline/outbox.h"
#include "server/pipeline/supply.h"

namespace huiyin {

// One input on its way: a task, else a message.
struct Job {
  Message message;
  Meaning meaning;
  std::optional<Task> task;
  Inbox::Done done;
  std::chrono::steady_clock::time_point queued;

  bool is_message() const { return !task; }
  template <class T>
  const T* task_of() const {
    return task ? std::get_if<T>(&task->what) : nullptr;
  }
  store::InboundKey key() const { return {message.channel, message.dedupe_key}; }
};

// Tasks with the same number are decided one after the other.
std::size_t task_order(const Task& task);
// By which an operator knows it again: "case 4711", "round owners".
std::string task_name(const Task& task);

struct BatchParts {
  Current& current;
  const Channels& channels;
  const Clock& clock;
  Outbox& outbox;
  Monitor& monitor;
  Journal& journal;
  const MediaLinks& links;
};

// Belongs to one worker thread, as its store does.
class BatchRunner {
 public:
  BatchRunner(unsigned worker, std::unique_ptr<store::Store> store, BatchParts parts);

  // Calls `done` of every job exactly once.
  void run(std::vector<Job>& jobs);
  // A body that nothing is decided about.
  struct Aside {
    store::Quarantined row;
    std::optional<NonceClaim> claim;
    Inbox::Done done;
  };
  void quarantine(const Aside& aside);

 private:
  struct Plan;

  std::string new_batch_id();
  // False: another body came with this nonce.
  bool claim_nonce(const std::string& channel, const NonceClaim& claim);
  Receipt::Status keep_aside(const Aside& aside);

  void run_together(std::span<Job> jobs);
  void run_suspect(Job& job, int crashes);
  void run_span(std::span<Job> jobs);
  void attempt(std::span<Job> jobs, Plan& plan);
  void adopt_directory();
  RuntimePtr runtime_for(store::Batch& tx);
  void find_known(store::Batch& tx, std::span<Job> jobs, Plan& plan);
  // Tasks that somebody else did meanwhile.
  void skip_done_rounds(std::span<Job> jobs, Plan& plan);
  void skip_done_briefs(store::Batch& tx, std::span<Job> jobs, Plan& plan);
  void load(store::Batch& tx, std::span<Job> jobs, Plan& plan);
  Need decide_all(std::span<Job> jobs, Plan& plan);
  void new_handle(const Message& message, Plan& plan) const;
  void lock_recipients(store::Batch& tx, std::span<Job> jobs, Plan& plan);
  void collect(std::size_t index, const Job& job, Plan& plan);
  // Who is told where.
  void address(std::size_t index, const Job& job, Plan& plan);
  std::vector<AccountId> open_accounts(const NoticeDraft& draft, const Plan& plan) const;
  AccountId closed_account(PersonId to, const Plan& plan) const;
  const Channel* open_channel(const std::string& name) const;
  void touch_sender(const Job& job, Plan& plan);
  bool release_held(Account& here, Plan& plan);
  void bind(const Decision& decision, Plan& plan);
  // The rows of the outbox.
  void write_notices(std::size_t index, const Job& job, Plan& plan);
  store::NoticeRow notice_row(const NoticeDraft& draft, NoticeId id, const Plan& plan) const;
  void place_in_lane(store::NoticeRow& row, Account& lane, Plan& plan);
  void report(const Message& message, const Plan& plan);
  void count_echoes(const Plan& plan) const;
  void settle(std::span<Job> jobs, Plan& plan);
  void give_up(std::span<Job> jobs, std::string_view why);
  void set_aside(Job& job, const std::string& reason);
  void pause(int attempt);

  unsigned worker_;
  std::unique_ptr<store::Store> store_;
  BatchParts parts_;
  LeasedSupply supply_;
  std::size_t ids_per_input_;  // as the last batches needed
  std::mt19937_64 random_;
};

}  // namespace huiyin
