// The composition root: listeners, channels, engine, clock, signals; started in order, stopped in
// reverse.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "handlers/channel.h"
#include "server/app/engine.h"
#include "server/app/keeper.h"
#include "server/app/runtime_files.h"
#include "server/net/client.h"
#include "server/net/server.h"
#include "server/pipeline/monitor.h"

namespace huiyin {

struct ServeSettings {
  net::ServerOptions listen, admin_listen;  // the latter's address may be empty: no such listener
  net::ClientOptions client;
  std::vector<ChannelConfig> channels;
  EngineOptions engine;
  KeeperOptions keeper;
  RuntimeFiles::Load load_files;
  bool test_clock = false;
  std::optional<Instant> clock_start;             // of the test clock; none: the system's time
  std::chrono::milliseconds drain{10'000};        // for requests that are being answered
  std::chrono::milliseconds outbox_grace{3'000};  // for notices in flight
  // All of stopping; beyond it the process ends at once. Nothing acknowledged is lost then.
  std::chrono::milliseconds stop_limit{14'500};
};

// What serve needs of server/ops.
struct ServeOps {
  Monitor& monitor;
  std::function<std::string()> metrics;                            // Prometheus text
  std::function<void(const store::Counts&, Instant now)> counted;  // gauges; business time
  // Looked up before each metrics text: connections, and messages waiting for the database.
  std::function<void(const net::ServerCounters&, std::size_t waiting)> sampled;
  std::function<std::uint64_t()> received;  // messages taken since start
};

// Runs until SIGTERM or SIGINT. Prints "listening URL" and "admin URL" to `out` once it accepts,
// and to `errors` why it cannot. Exit code: 0 stopped in order, 1 could not start (address taken).
// Throws what load_files throws at start. Signals must be blocked before the first thread starts
// (block_signals).
int serve(ServeSettings settings, const ServeOps& ops, std::ostream& out, std::ostream& errors);

// Builds the channels that can work; the others stay closed, each with an error event that names
// the key and never its value.
Channels open_channels(const std::vector<ChannelConfig>& configs, bool loopback, Monitor& monitor);

}  // namespace huiyin
