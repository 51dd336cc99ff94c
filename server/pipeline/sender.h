// The head of a lane on its way: whether it may go now and by which route. What the answer means is
// told in aftermath.h.
//
// Lives on the outbox's thread. All but refresh_tokens() is called under the outbox's lock, which
// guards the book too.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "server/net/client.h"
#include "server/pipeline/aftermath.h"
#include "server/pipeline/lane.h"
#include "server/pipeline/outbox.h"
#include "server/pipeline/sending_channel.h"

namespace huiyin {

class Sender {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Parts {
    const OutboxOptions& options;
    LaneBook& book;
    std::mutex& mutex;  // the outbox's lock: taken when an answer arrives
    store::Store& store;
    net::Client& client;
    const Clock& clock;
    Monitor& monitor;
    // Runs its argument on the outbox's thread, unless the outbox is gone by then.
    std::function<void(std::function<void()>)> post;
  };
  Sender(Parts parts, const Channels& channels);

  // Asks the store and the platforms for the tokens that lanes wait for. Without the lock; may
  // throw store::Error.
  void refresh_tokens();
  // Sends every head that may go now.
  void send_ready(Time now);
  bool in_flight() const;

  SendingChannels& channels() { return channels_; }
  // Names of the open channels that send.
  const std::vector<std::string>& elsewhere() const { return aftermath_.elsewhere(); }

 private:
  void send_waiting(SendingChannel& channel, Time now);
  void send_head(AccountId id, Lane& lane, Time now);
  bool settle_edit(AccountId id, const Lane& lane, std::int64_t seq, const Channel& platform);
  std::optional<Route> choose_route(const Lane& lane, const Channel& platform,
                                    const store::NoticeRow& row) const;
  std::optional<net::OutgoingRequest> encode(const Notice& notice, const SendingChannel& channel,
                                             Route route) const;
  void send(const Attempt& attempt, Lane& lane, net::OutgoingRequest request,
            SendingChannel& channel, Time now);
  void answered(const Attempt& attempt, const net::ClientResult& result);
  void note_health(const std::string& name, SendingChannel& channel, AccountId recipient,
                   const SendOutcome& outcome);

  Parts parts_;
  SendingChannels channels_;
  std::set<std::string> pulled_;  // channels whose recipients read for themselves
  Aftermath aftermath_;
};

}  // namespace huiyin
