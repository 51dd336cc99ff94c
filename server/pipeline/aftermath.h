// What a platform's answer means for the notice: done, again later, by another way, or listed.
//
// Lives on the outbox's thread; called under its lock, which guards the book.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "server/pipeline/lane.h"
#include "server/pipeline/outbox.h"
#include "server/pipeline/sending_channel.h"

namespace huiyin {

// One request for one notice.
struct Attempt {
  AccountId lane;
  std::int64_t seq = 0;
  Route route = Route::session;
  std::int64_t token_generation = 0;
  bool by_address = false;  // Notice::reply_address was used
};

class Aftermath {
 public:
  struct Parts {
    const OutboxOptions& options;
    LaneBook& book;
    const Clock& clock;
    Monitor& monitor;
    std::vector<std::string> elsewhere;  // all open channels that send
  };
  explicit Aftermath(Parts parts);

  // Of the answer to `attempt`. The entry is gone afterwards, or waits.
  void act_on(const Attempt& attempt, Lane& lane, SendingChannel& channel,
              const SendOutcome& outcome);

  // -- of the lane's entry `seq` when there is no way to send it
  // Waits for the person's next message, unless they can be reached elsewhere.
  void hold(AccountId id, Lane& lane, std::int64_t seq, std::string code);
  void give_up(AccountId id, Lane& lane, std::int64_t seq, std::string_view event,
               std::string code);
  void skip(AccountId id, std::int64_t seq, std::string code);
  // Nothing can be tried on this channel now. False: it is too early to go elsewhere.
  bool leave(AccountId id, Lane& lane, std::int64_t seq, const SendingChannel& channel);

  // In (0, 1], for full jitter.
  double share() { return 1.0 - std::uniform_real_distribution<double>{}(random_); }

  const std::vector<std::string>& elsewhere() const { return parts_.elsewhere; }

 private:
  void delivered(const Attempt& attempt, Lane& lane, SendingChannel& channel,
                 const SendOutcome& outcome);
  void window_over(const Attempt& attempt, Lane& lane, SendingChannel& channel,
                   const SendOutcome& outcome);
  void retry(const Attempt& attempt, Lane& lane, const SendingChannel& channel,
             const SendOutcome& outcome);
  bool in_vain(const Lane& lane) const;
  bool down_too_long(const store::NoticeRow& row, const SendingChannel& channel) const;
  Instant call_at(const store::NoticeRow& row) const;

  Parts parts_;
  std::mt19937_64 random_;
};

}  // namespace huiyin
