// The world around a running server, for play: the platforms with their APIs, and what their users
// see. Thread-safe; calls block until the server has answered.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "handlers/simulator.h"
#include "server/app/test_clock.h"
#include "server/net/client.h"
#include "server/net/server.h"

namespace huiyin {

// Somebody's account on a channel.
struct Seat {
  std::string channel, user;
  friend auto operator<=>(const Seat&, const Seat&) = default;
};

class PlayStage {
 public:
  struct Options {
    std::string server;  // "http://127.0.0.1:8080"
    std::string admin;   // empty: the clock cannot be moved
    std::chrono::milliseconds patience{5000};
    std::string ca_file;  // trust anchor for an https server
  };
  // Takes the platforms' side for every channel in `used`. Throws std::runtime_error when one is
  // not configured, has an api_base that is not on this machine, or its port is taken.
  PlayStage(Options options, const std::vector<ChannelConfig>& channels,
            const std::set<std::string>& used);
  ~PlayStage();

  // Empty when the server took it; what was wrong otherwise.
  std::string say(const Seat& seat, const PlayedMessage& message, bool again);
  // The next thing that arrives there, or nothing in time.
  std::optional<Seen> next(const Seat& seat);
  // Waits until nothing more is under way, and reads what has to be fetched. Empty when done.
  std::string settle(const std::vector<Seat>& seats);
  // What arrived and was not taken.
  std::vector<std::pair<Seat, Seen>> untaken();
  // Says what is wrong, or nothing.
  std::string inject(const std::string& channel, const std::string& fault, int times);

  bool moves_clock() const { return moves_clock_; }
  Instant now() const;
  // Empty when done.
  std::string move_clock(const ClockMove& move);

 private:
  struct Player;
  void listen(Player& player);
  net::HttpResponse serve(Player& player, const net::HttpRequest& request);
  // `place` in what its person has not taken yet; default: behind it.
  void arrived(Player& player, Seen seen, std::size_t place = std::string::npos);
  std::size_t waiting(const Seat& seat);
  bool fetch(const Seat& seat);  // false: the channel is not of that kind
  net::ClientResult put_clock(const std::string& text);

  const Options options_;
  SystemClock system_clock_;
  std::atomic<std::int64_t> server_now_{0};  // microseconds, when the server's clock stands still
  bool moves_clock_ = false;
  std::string no_clock_ = "this server's clock cannot be moved: start it with --test-clock";
  std::map<std::string, std::unique_ptr<Player>> players_;
  std::mutex mutex_;  // guards seen_ and unanswered_
  std::condition_variable more_;
  std::map<Seat, std::deque<Seen>> seen_;
  std::vector<net::Respond> unanswered_;  // requests that a fault leaves hanging
  std::unique_ptr<net::Client> client_;
};

}  // namespace huiyin
