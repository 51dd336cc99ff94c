// Some platforms take a notice into a queue of their own and tell later, when asked, whether it
// arrived. Asks them, never in the way of what is to be sent.
//
// Lives on the outbox's thread, without its lock.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "server/net/client.h"
#include "server/pipeline/monitor.h"
#include "server/pipeline/sending_channel.h"
#include "server/store/store.h"

namespace huiyin {

class FateAsker {
 public:
  struct Parts {
    store::Store& store;
    net::Client& client;
    const Clock& clock;
    Monitor& monitor;
    SendingChannels& channels;
    std::vector<std::string> elsewhere;  // channels for those that did not arrive
    std::chrono::hours call_after;
    // Runs its argument on the outbox's thread, unless the outbox is gone by then.
    std::function<void(std::function<void()>)> post;
  };
  FateAsker(Parts parts, std::chrono::milliseconds every)
      : parts_{std::move(parts)}, every_{every} {}

  // May throw store::Error.
  void ask(SteadyTime now);
  // A report that came before the store knew of what it speaks: tried again for a minute.
  void report_later(std::string channel, Delivery delivery, SteadyTime now);

 private:
  struct Early {
    std::string channel;
    Delivery delivery;
    SteadyTime until;
  };
  void report_early(SteadyTime now);
  void ask(const store::Fate& fate, SendingChannel& channel, SteadyTime now);
  void answered(const store::Fate& fate, const Channel& platform, const net::ClientResult& result);

  Parts parts_;
  std::chrono::milliseconds every_;
  SteadyTime next_{};
  std::deque<store::Fate> waiting_;  // their question is due
  int in_flight_ = 0;
  std::deque<Early> early_;
  SteadyTime next_early_{};
};

}  // namespace huiyin
