// The platform's side of the outbox benchmark: a server that answers each request after a while,
// and the channel that writes to it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "handlers/channel.h"
#include "server/net/client.h"

namespace huiyin::bench {

using Steady = std::chrono::steady_clock;

// Runs until its input ends; prints "listening URL". Remembers when each notice came.
int run_platform(std::chrono::milliseconds delay);

// What has come to `platform` since it was asked last: notice -> arrivals, in the time of
// steady_clock, which the processes of a machine share. Throws std::runtime_error.
std::map<std::int64_t, std::vector<Steady::time_point>> arrivals(net::Client& client,
                                                                 const std::string& platform);

// Sends what a chat platform would be sent, with the notice's id in it.
class BenchChannel : public Channel {
 public:
  explicit BenchChannel(std::string platform) : platform_{std::move(platform)} {}

  Decoded decode(const net::HttpRequest&, Instant) const override { return Refused{}; }
  net::HttpResponse acknowledge(const net::HttpRequest&, const Message*, const Notice*, Instant,
                                std::span<const unsigned char, 16>) const override {
    return net::HttpResponse::text(200, "success");
  }
  bool can_reply(const Message&) const override { return false; }
  bool has_route(Route route, const Notice&) const override { return route == Route::session; }
  bool session_needs_window() const override { return false; }
  net::OutgoingRequest encode(const Notice& notice, Route, const Token&) const override;
  SendOutcome interpret(Route, const net::HttpResponse& response) const override;

 private:
  std::string platform_;
};

}  // namespace huiyin::bench
