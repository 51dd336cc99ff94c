// What the outbox keeps in memory of the lanes it holds (DESIGN §1a "Lanes"): entries in seq order,
// who is ready to send, who waits for a retry, which results are still to be written. Not
// thread-safe: the outbox guards it.
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "server/store/store.h"

namespace huiyin {

struct LaneEntry {
  std::optional<store::NoticeRow> row;  // empty: place kept for a batch that is being committed
  bool unknown_once = false;            // may have been delivered already
  int token_retries = 0;
  int limited_tries = 0;      // with an answer that may be tried so often only (SendOutcome::tries)
  bool handle_known = false;  // of an edit: `replaces` is as it is, also when empty
};

struct Lane {
  using Time = std::chrono::steady_clock::time_point;

  std::int64_t token = 0;     // fencing token of our lease
  std::int64_t last_seq = 0;  // all up to this number are in memory or done
  std::string channel;
  Instant window_until;  // platform's free-message window, business time
  int window_left = 0;
  bool following = true;
  bool window_known = false;   // a row with the account came with the first fill
  bool close_window = false;   // the platform said so: goes out with the next result
  bool spilled = false;        // the rest is `due` in the store: nothing new in memory before that
  std::int64_t in_flight = 0;  // seq of the request under way; older ones may come meanwhile
  bool queued = false;         // stands in the ready queue or waits for a free place of its channel
  std::optional<Instant> failing_since;  // business time: since then attempts were in vain
  Time lease_until{};
  Time not_before{};                          // the head waits for its retry
  std::map<std::int64_t, LaneEntry> entries;  // by seq: the head is sent first

  bool empty() const { return entries.empty() && in_flight == 0; }
};

class LaneBook {
 public:
  using Time = Lane::Time;

  Lane* find(AccountId id);

  // Keeps a place before the commit. False: the notice stays `due` in the store, because older ones
  // may wait there (numbers that are not ours were given to them) or the lane is not ours.
  bool reserve(AccountId id, std::int64_t token, std::int64_t seq, Time lease_until);
  void cancel(AccountId id, std::int64_t seq);
  // The place's row after the commit. A lane that was lost meanwhile drops it: it is claimed again.
  // False: it goes back to the store, where older ones wait.
  bool fill(store::NoticeRow row, const Account& account);
  // A notice of the lane waits in the store: what is newer waits there too, until all is claimed.
  void behind(AccountId id);
  void window(const Account& account);
  void claiming() { left_.clear(); }  // what is left `due` from here on may miss the claim
  void take_over(store::LaneClaim& claim, Time lease_until);

  void make_ready(AccountId id);
  void delay(AccountId id, Time until);
  void wake_delayed(Time now);
  std::vector<AccountId> take_ready();

  // It is done with, one way or another; its result is written with the next flush.
  store::SendResult& finish(AccountId id, std::int64_t seq, store::NoticeState state,
                            std::string code);
  // A long wait (of `seq`) is spent in the store, where another process may take it over.
  // `elsewhere`: channels by which that one may go instead.
  void spill(AccountId id, std::int64_t seq, std::chrono::milliseconds again,
             const std::string& code, const std::vector<std::string>& elsewhere = {});
  void forget(AccountId id);  // another process sends these now
  void doubt(AccountId id);   // perhaps another process: nothing goes before the lease is renewed
  // The leases were given up and all is claimed anew; requests under way keep their entries.
  void doubt_all();
  // Drops empty lanes whose lease is over, and all empty ones beyond `most`.
  void sweep(Time now, std::size_t most);

  std::vector<store::SendResult>& results() { return results_; }
  std::unordered_map<AccountId, Lane>& lanes() { return lanes_; }
  std::size_t size() const { return size_; }  // entries in memory
  bool idle() const { return size_ == 0 && results_.empty(); }
  bool busy() const { return !idle() || !delayed_.empty() || !ready_.empty(); }

 private:
  void add_result(AccountId id, Lane& lane, const store::NoticeRow& row, store::NoticeState state,
                  std::string code);

  std::unordered_map<AccountId, Lane> lanes_;
  std::deque<AccountId> ready_;
  std::multimap<Time, AccountId> delayed_;
  std::vector<store::SendResult> results_;
  std::unordered_set<AccountId> left_;  // lanes with something left `due` since claiming()
  std::size_t size_ = 0;
};

}  // namespace huiyin
