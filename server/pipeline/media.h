// Photos, voices and videos of cases: from the platform's hosts into the media store. One thread
// with a store of its own; no acknowledgement ever waits for it.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "server/cases/time.h"
#include "server/net/client.h"
#include "server/pipeline/monitor.h"
#include "server/pipeline/runtime.h"
#include "server/store/store.h"

namespace huiyin {

struct MediaOptions {
  std::string process;                     // owner of token leases; not the outbox's
  std::filesystem::path directory;         // of the media store
  std::size_t bytes = 10 * 1024 * 1024;    // larger files are given up
  std::chrono::milliseconds limit{10000};  // for all requests of one attempt
  std::chrono::milliseconds poll{500};
  std::chrono::milliseconds again{60000};  // first retry, and when another takes over; doubles
  std::chrono::milliseconds again_cap{std::chrono::hours{6}};
  int attempts = 24;  // with the two above about three days: no platform keeps files longer
  int at_once = 4;
  std::chrono::milliseconds token_pause{5000};  // between two refreshes of one account's token
};

// "https://api.example.com" by channel, as configured.
using ApiBases = std::map<std::string, std::string, std::less<>>;

class MediaFetcher {
 public:
  // Throws nothing but what starting a thread throws. What is passed outlives the fetcher.
  static std::unique_ptr<MediaFetcher> start(MediaOptions options,
                                             std::unique_ptr<store::Store> store,
                                             const Channels& channels, ApiBases api_bases,
                                             net::Client& client, const Clock& clock,
                                             Monitor& monitor);
  virtual ~MediaFetcher() = default;  // stops

  // Waits until nothing is being fetched and nothing is due. False: time over. Thread-safe.
  virtual bool wait_idle(std::chrono::milliseconds limit) = 0;
  // What is being fetched is left to the next start. Called once.
  virtual void stop() = 0;
};

}  // namespace huiyin
