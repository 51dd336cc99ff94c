// The head of a lane on its way: by which route it leaves, what the platform's answer means for it,
// when it is tried again. Holds the channels' tokens, limits and pauses.
//
// Lives on the outbox's thread. All but refresh_tokens() is called under the outbox's lock, which
// guards the book too.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>

#include "server/net/client.h"
#include "server/pipeline/lane.h"
#include "server/pipeline/outbox.h"
#include "server/pipeline/tokens.h"

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

 private:
  struct ChannelState {
    ChannelState(const Channel& platform, TokenKeeper::Parts parts)
        : platform{platform}, tokens{std::move(parts)}, limits{platform.limits()} {}
    const Channel& platform;
    TokenKeeper tokens;
    SendLimits limits;
    int in_flight = 0;
    std::deque<AccountId> waiting;  // lanes that are ready while in_flight is at its limit
    bool wants_token = false;
    Time paused_until{};
  };

  void send_head(AccountId id, Lane& lane, Time now);
  std::optional<Route> choose_route(const Lane& lane, const Channel& platform,
                                    const Notice& notice) const;
  std::optional<net::OutgoingRequest> encode(const Notice& notice, const ChannelState& channel,
                                             Route route) const;
  void send(AccountId id, Lane& lane, std::int64_t seq, net::OutgoingRequest request,
            ChannelState& channel, Route route, Time now);
  void answered(AccountId id, std::int64_t seq, Route route, std::int64_t generation,
                const net::ClientResult& result);
  void act_on(AccountId id, Lane& lane, LaneEntry& entry, ChannelState& channel, Route route,
              std::int64_t generation, const SendOutcome& outcome);
  void retry(AccountId id, Lane& lane, const store::NoticeRow& row, const ChannelState& channel,
             const SendOutcome& outcome);
  void give_up(AccountId id, const Lane& lane, const store::NoticeRow& row, std::string_view event,
               std::string code);

  Parts parts_;
  std::map<std::string, ChannelState, std::less<>> channels_;
  std::mt19937_64 random_;
};

}  // namespace huiyin
