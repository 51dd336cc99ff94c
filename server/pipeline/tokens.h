// Access tokens, one row an account shared by all processes (reliability.md P8): refreshed early
// under a lease, and after a failure only if the stored token is still the one that failed.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "handlers/channel.h"
#include "server/net/client.h"
#include "server/pipeline/monitor.h"
#include "server/store/store.h"

namespace huiyin {

// The token of one channel. Lives on the outbox's thread; the HTTP answer is brought back by
// `post`.
class TokenKeeper {
 public:
  struct Parts {
    std::string channel, process;
    const Channel& platform;
    store::Store& store;
    net::Client& client;
    Monitor& monitor;
    // Runs its argument on the outbox's thread, unless the outbox is gone by then.
    std::function<void(std::function<void()>)> post;
    std::chrono::milliseconds pause{5000};  // between two refreshes of the account's token
  };

  explicit TokenKeeper(Parts parts);

  // The platform needs none, or a good one is at hand.
  bool usable(std::chrono::steady_clock::time_point now) const;
  // Takes the stored one or starts what is needed to get one. May throw store::Error.
  void ready(std::chrono::steady_clock::time_point now);
  const Token& token() const { return token_; }
  std::int64_t generation() const { return generation_; }
  // The platform refused the token of `generation`. A newer one is never thrown away.
  void failed(std::int64_t generation);

 private:
  void adopt(const store::StoredToken& stored, std::chrono::steady_clock::time_point now);
  void fetch();
  void fetched(const net::ClientResult& result);

  Parts parts_;
  bool needed_;
  Token token_;
  std::int64_t generation_ = 0;
  std::int64_t bad_generation_ = -1;
  bool refreshing_ = false;
  std::chrono::steady_clock::time_point usable_until_{}, ask_again_{};
};

}  // namespace huiyin
