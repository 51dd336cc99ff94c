// Notices -> platforms: lanes, routes, windows, retries, tokens. One thread with a store of its
// own; the HTTP client calls back into it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/cases/time.h"
#include "server/net/client.h"
#include "server/pipeline/monitor.h"
#include "server/pipeline/runtime.h"
#include "server/store/store.h"

namespace huiyin {

struct OutboxOptions {
  std::string process;  // unique name of this process, owner of its lanes
  std::chrono::milliseconds lease{30000};
  std::chrono::milliseconds poll{300};      // looks for due notices of any lane
  std::chrono::milliseconds flush{20};      // results are written in bulk this often
  std::chrono::milliseconds backoff{1000};  // first retry; doubles, full jitter
  std::chrono::milliseconds backoff_cap{600000};
  std::chrono::milliseconds keep{5000};           // a shorter wait is spent in memory
  std::chrono::milliseconds missed_reply{20000};  // time for the platform's resend
  std::chrono::milliseconds token_pause{5000};    // between two refreshes of one account's token
  std::size_t in_memory = 20000;                  // notices held; the rest stays `due` in the store
  int connections = 0;  // requests at once on each channel, instead of the handler's; 0: that
  std::chrono::hours call_after{24};   // P2: unheard so long, the owner telephones
  std::chrono::minutes fail_over{10};  // tried so long in vain: the next account
};

class Outbox {
 public:
  static std::unique_ptr<Outbox> start(OutboxOptions options, std::unique_ptr<store::Store> store,
                                       const Channels& channels, net::Client& client,
                                       const Clock& clock, Monitor& monitor);
  virtual ~Outbox() = default;  // stops

  // -- called by the inbox's workers while they hold the lane's row, so in lane order
  // Keeps the notice's place in its lane before the commit; false: leave it `due`.
  virtual bool reserve(AccountId lane, std::int64_t token, std::int64_t seq) = 0;
  // After the commit: the rows to send (each was reserved). `account` as committed.
  // `more`: other notices were left `due` and can be claimed now.
  virtual void fill(std::vector<std::pair<store::NoticeRow, Account>> rows, bool more) = 0;
  virtual void cancel(AccountId lane, std::int64_t seq) = 0;  // the batch was rolled back
  // Before the commit, under the lane's lock: older notices become `due`, newer ones wait for them.
  virtual void behind(AccountId lane) = 0;
  // A commit that cannot be settled may have left notices to us that we do not know: all lanes are
  // given up and claimed anew as soon as the database is there.
  virtual void doubt() = 0;
  // The person wrote: their window is renewed.
  virtual void window(const Account& account) = 0;

  // Notices became due in the store: they are claimed now. Thread-safe, does not block.
  virtual void nudge() = 0;
  // A platform's report that fits no notice yet: its id is written with the next results, so it is
  // tried again for a minute. Thread-safe, does not block.
  virtual void report_later(std::string channel, Delivery delivery) = 0;
  // Fate of a notice that rode on a response. Thread-safe, does not block.
  virtual void rode(NoticeId id, bool written) = 0;

  virtual const std::string& process() const = 0;
  virtual std::chrono::milliseconds lease() const = 0;
  // How long a reply that may not have arrived is left to the platform's resend.
  virtual std::chrono::milliseconds missed_reply() const = 0;
  // Waits until nothing is in memory or in flight and all results are written. False: time over.
  virtual bool wait_idle(std::chrono::milliseconds limit) = 0;
  // Sends nothing new, waits for what is in flight, gives the lanes back.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace huiyin
