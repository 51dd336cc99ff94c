#include "server/pipeline/outbox.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include "server/pipeline/fates.h"
#include "server/pipeline/lane.h"
#include "server/pipeline/mailbox.h"
#include "server/pipeline/sender.h"

namespace huiyin {
namespace {

using Steady = std::chrono::steady_clock;
using store::NoticeRow;
using store::NoticeState;
using store::SendResult;
using namespace std::chrono_literals;

constexpr std::size_t kLanesKept =
    50000;                        // empty lanes stay until their lease ends, so many at most
constexpr int kClaim = 1000;      // notices a claim
constexpr auto kSendMargin = 2s;  // of the lease beyond a request's deadline
constexpr int kFatePolls = 10;    // looks for due notices between two looks for due questions

class OutboxImpl : public Outbox {
 public:
  OutboxImpl(OutboxOptions options, std::unique_ptr<store::Store> store, const Channels& channels,
             net::Client& client, const Clock& clock, Monitor& monitor)
      : options_{std::move(options)},
        store_{std::move(store)},
        monitor_{monitor},
        sender_{{options_, book_, mutex_, *store_, client, clock, monitor,
                 [box = mailbox_](auto work) { box->post(std::move(work)); }},
                channels},
        fates_{{*store_, client, clock, monitor, sender_.channels(), sender_.elsewhere(),
                options_.call_after, [box = mailbox_](auto work) { box->post(std::move(work)); }},
               options_.poll * kFatePolls},
        next_claim_{Steady::now()} {
    thread_ = std::thread{[this] { loop(); }};
  }

  ~OutboxImpl() override { stop(0ms); }

  // ---- called by the inbox ------------------------------------------------------------------

  bool reserve(AccountId id, std::int64_t token, std::int64_t seq) override {
    std::lock_guard lock{mutex_};
    if (!stopping_ && !doubt_ && book_.size() < options_.in_memory &&
        book_.reserve(id, token, seq, lease_end(Steady::now())))
      return true;
    book_.behind(id);
    left_due_ = true;
    return false;
  }

  void behind(AccountId id) override {
    std::lock_guard lock{mutex_};
    book_.behind(id);
  }

  void doubt() override {
    {
      std::lock_guard lock{mutex_};
      doubt_ = true;
    }
    mailbox_->wake();
  }

  void cancel(AccountId id, std::int64_t seq) override {
    {
      std::lock_guard lock{mutex_};
      book_.cancel(id, seq);
      next_renew_ = {};
    }
    mailbox_->wake();
  }

  void fill(std::vector<std::pair<NoticeRow, Account>> rows, bool more) override {
    if (rows.empty() && !more) return;
    {
      std::lock_guard lock{mutex_};
      claim_now_ |= more;
      for (auto& [row, account] : rows)
        if (!book_.fill(std::move(row), account)) claim_now_ = true;
    }
    mailbox_->wake();
  }

  void window(const Account& account) override {
    std::lock_guard lock{mutex_};
    book_.window(account);
  }

  void report_later(std::string channel, Delivery delivery) override {
    mailbox_->post([this, channel = std::move(channel), delivery = std::move(delivery)] {
      fates_.report_later(channel, delivery, Steady::now());
    });
  }

  void nudge() override {
    {
      std::lock_guard lock{mutex_};
      claim_now_ = true;
    }
    mailbox_->wake();
  }

  void rode(NoticeId id, bool written) override {
    std::lock_guard lock{mutex_};
    (written ? rode_ : missed_).push_back(id);
  }

  const std::string& process() const override { return options_.process; }
  std::chrono::milliseconds lease() const override { return options_.lease; }
  std::chrono::milliseconds missed_reply() const override { return options_.missed_reply; }

  bool wait_idle(std::chrono::milliseconds limit) override {
    std::unique_lock lock{mutex_};
    const auto asked = ++idle_asked_;
    claim_now_ = true;
    mailbox_->wake();
    return idle_.wait_for(lock, limit, [&] { return idle_reached_ >= asked || stopping_; });
  }

  void stop(std::chrono::milliseconds grace) override {
    {
      std::lock_guard lock{mutex_};
      if (stopping_) return;
      stopping_ = true;
      stop_by_ = Steady::now() + grace;
    }
    idle_.notify_all();
    mailbox_->wake();
    if (thread_.joinable()) thread_.join();
    mailbox_->close();
  }

 private:
  // ---- the loop -----------------------------------------------------------------------------

  void loop() {
    std::vector<Mailbox::Work> work;
    for (;;) {
      mailbox_->wait(Steady::now() + (busy_ ? options_.flush : options_.poll), work);
      // One by one: what the store does to a token must not lose the answers behind it.
      for (const auto& item : work) guarded(item);
      guarded([this] { step(); });
      if (finished()) return;
    }
  }

  template <class Work>
  void guarded(const Work& work) {
    try {
      work();
    } catch (const store::Error& error) {
      monitor_.event(Severity::warning, "outbox.away", {{"code", std::to_string(error.code())}});
      try {
        store_->reconnect();
      } catch (const store::Error&) {
        std::this_thread::sleep_for(options_.poll);
      }
    }
  }

  // The store is never called under the lock: a worker may hold the database's write lock and wait
  // for ours.
  void step() {
    if (!stopping()) {
      renew();
      sender_.refresh_tokens();
      send_ready();
      fates_.ask(Steady::now());
    }
    // A claim comes after the flush: what it reads of windows is not older than what we know.
    const bool claims = claim_wanted();
    if (claims || stopping() || Steady::now() >= next_flush_) flush();
    if (!stopping()) {
      if (claims) {
        settle_doubt();
        claim();
      }
      send_ready();
    }
    std::lock_guard lock{mutex_};
    busy_ = book_.busy() || !rode_.empty() || !missed_.empty() || claim_now_ || doubt_;
  }

  void send_ready() {
    std::lock_guard lock{mutex_};
    sender_.send_ready(Steady::now());
  }

  bool stopping() {
    std::lock_guard lock{mutex_};
    return stopping_;
  }

  bool finished() {
    {
      std::lock_guard lock{mutex_};
      if (!stopping_) return false;
      if (sender_.in_flight() && Steady::now() < stop_by_) return false;
    }
    try {
      leave_rest_due();
    } catch (const store::Error&) {
      // The leases lapse and the notices are claimed again.
    }
    return true;
  }

  // Results reach the store in bulk, and again when the store was away.
  void flush() {
    std::vector<NoticeId> rode, missed;
    std::vector<SendResult> results;
    {
      std::lock_guard lock{mutex_};
      rode.swap(rode_);
      missed.swap(missed_);
      results.swap(book_.results());
    }
    std::vector<NoticeId> refused;
    next_flush_ = Steady::now() + options_.flush;
    if (rode.empty() && missed.empty() && results.empty()) return;
    try {
      refused = store_->settle(results, rode, missed, options_.missed_reply);
    } catch (...) {
      std::lock_guard lock{mutex_};
      rode_.insert(rode_.begin(), rode.begin(), rode.end());
      missed_.insert(missed_.begin(), missed.begin(), missed.end());
      book_.results().insert(book_.results().begin(), std::make_move_iterator(results.begin()),
                             std::make_move_iterator(results.end()));
      throw;
    }
    std::lock_guard lock{mutex_};
    if (!rode.empty() && std::exchange(left_due_, false)) claim_now_ = true;
    // The lane was lost, or this was written before and only the answer did not come.
    const std::set<NoticeId> not_ours{refused.begin(), refused.end()};
    for (const auto& result : results)
      if (not_ours.contains(result.id)) {
        book_.doubt(result.account);
        next_renew_ = {};
      }
  }

  // No reservations meanwhile (see reserve), so nothing new is given up with the rest.
  void settle_doubt() {
    {
      std::lock_guard lock{mutex_};
      if (!doubt_) return;
    }
    store_->lapse(options_.process);
    std::lock_guard lock{mutex_};
    book_.doubt_all();
    doubt_ = false;
    claim_now_ = true;
    next_renew_ = Steady::now() + options_.lease / 10;  // a lane is claimed first, with all in it
  }

  bool claim_wanted() {
    std::lock_guard lock{mutex_};
    return claim_now_ || doubt_ || Steady::now() >= next_claim_;
  }

  void claim() {
    const auto now = Steady::now();
    int limit = 0;
    {
      std::lock_guard lock{mutex_};
      claim_now_ = false;
      next_claim_ = now + options_.poll;
      const auto room = options_.in_memory - std::min(options_.in_memory, book_.size());
      limit = static_cast<int>(std::min<std::size_t>(room, kClaim));
    }
    std::vector<store::LaneClaim> claims;
    if (limit > 0) claims = claim_from_store(limit);
    std::lock_guard lock{mutex_};
    int taken = 0;
    for (auto& found : claims) {
      taken += static_cast<int>(found.notices.size());
      book_.take_over(found, lease_end(now));
    }
    if (taken == 0 && limit > 0 && book_.idle() && rode_.empty() && missed_.empty()) {
      idle_reached_ = idle_asked_;
      idle_.notify_all();
    }
    if ((taken >= limit && limit > 0) || idle_reached_ < idle_asked_) claim_now_ = true;
    book_.sweep(now, kLanesKept);
  }

  std::vector<store::LaneClaim> claim_from_store(int limit) {
    {
      std::lock_guard lock{mutex_};
      book_.claiming();
    }
    try {
      return store_->claim(options_.process, options_.lease, limit);
    } catch (const store::Error& error) {
      if (error.trouble() == store::Trouble::in_commit) doubt();
      throw;
    }
  }

  void renew() {
    const auto now = Steady::now();
    std::vector<std::pair<AccountId, std::int64_t>> mine;
    {
      std::lock_guard lock{mutex_};
      if (now < next_renew_) return;
      next_renew_ = now + options_.lease / 10;
      for (const auto& [id, lane] : book_.lanes())
        if (!lane.empty() && lane.lease_until - now < options_.lease / 2)
          mine.emplace_back(id, lane.token);
    }
    if (mine.empty()) return;
    const auto kept = store_->renew(options_.process, options_.lease, mine);
    std::lock_guard lock{mutex_};
    for (const auto& [id, token] : mine) {
      Lane* lane = book_.find(id);
      if (!lane || lane->token != token) continue;
      if (!kept.contains(id)) {
        book_.forget(id);
        continue;
      }
      lane->lease_until = lease_end(now);
      book_.make_ready(id);
    }
  }

  // On the way out: what was not sent goes back, and so do the lanes.
  void leave_rest_due() {
    std::vector<std::pair<AccountId, std::int64_t>> mine;
    {
      std::lock_guard lock{mutex_};
      for (const auto& [id, lane] : book_.lanes()) {
        if (lane.in_flight != 0) continue;  // fate unknown: the lapsed lease brings it back
        book_.spill(id, 0, 0ms, "");
        mine.emplace_back(id, lane.token);
      }
    }
    flush();
    if (!mine.empty()) store_->release(mine);
  }

  Steady::time_point lease_end(Steady::time_point now) const {
    return now + options_.lease - kSendMargin;
  }

  OutboxOptions options_;
  std::unique_ptr<store::Store> store_;
  Monitor& monitor_;
  std::shared_ptr<Mailbox> mailbox_ = std::make_shared<Mailbox>();
  bool busy_ = false;  // loop thread only

  std::mutex mutex_;  // guards what is below; the sender's tokens belong to the loop thread
  LaneBook book_;
  Sender sender_;
  FateAsker fates_;  // the loop thread's, not guarded
  std::vector<NoticeId> rode_, missed_;
  bool claim_now_ = true;  // what an earlier process left
  bool left_due_ = false;  // perhaps behind a reply that rides; since the last ones were written
  bool doubt_ = false;     // see doubt()
  bool stopping_ = false;
  Steady::time_point stop_by_{};
  std::uint64_t idle_asked_ = 0, idle_reached_ = 0;
  std::condition_variable idle_;
  Steady::time_point next_claim_, next_renew_{}, next_flush_{};
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Outbox> Outbox::start(OutboxOptions options, std::unique_ptr<store::Store> store,
                                      const Channels& channels, net::Client& client,
                                      const Clock& clock, Monitor& monitor) {
  return std::make_unique<OutboxImpl>(std::move(options), std::move(store), channels, client, clock,
                                      monitor);
}

}  // namespace huiyin
