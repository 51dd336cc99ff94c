// Everything that needs the database: built in order, stopped in reverse. Exists only while the
// database has answered once; until then the server answers 503.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/app/daily_audit.h"
#include "server/app/media_view.h"
#include "server/app/reader.h"
#include "server/app/runtime_files.h"
#include "server/app/test_clock.h"
#include "server/net/client.h"
#include "server/net/server.h"
#include "server/pipeline/inbox.h"
#include "server/pipeline/links.h"
#include "server/pipeline/media.h"
#include "server/pipeline/outbox.h"
#include "server/pipeline/puller.h"
#include "server/pipeline/timers.h"
#include "server/pipeline/webhook.h"

namespace huiyin {

struct EngineOptions {
  std::string store_url;
  bool migrate = true;  // bring the schema up to date at start
  InboxOptions inbox;
  OutboxOptions outbox;
  std::chrono::milliseconds timers{1000};     // zero: only when the clock is moved
  std::optional<std::chrono::minutes> audit;  // daily, after midnight in Shanghai
  std::string public_url;                     // for links to files; empty: none
  std::chrono::hours link_lifetime{72};
  MediaOptions media;  // process and token_pause follow the outbox's
  ApiBases api_bases;
};

class Engine {
 public:
  // What outlives the engine.
  struct World {
    const Channels& channels;
    RuntimeFiles& files;
    net::Client& client;
    const Clock& clock;
    Monitor& monitor;
  };
  // Throws store::Error while the database is away or wrong.
  Engine(const EngineOptions& options, World world);
  ~Engine();  // stops
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void webhook(net::HttpRequest request, net::Respond respond);
  // GET /m/{token}
  void show_media(const net::HttpRequest& request, net::Respond respond);
  // Reads texts, words, policy and directory again. Throws; what was there stays.
  void reload();
  // For TimeTravel. `untouched` is left to the caller.
  std::optional<Instant> next_timer();
  void run_timers();
  bool settle(std::chrono::milliseconds limit);

  std::size_t waiting() const { return inbox_->waiting(); }
  const std::vector<std::string>& durability_warnings() const { return durability_warnings_; }

  // Finishes what was taken, sends what is in flight, gives the lanes back. Nothing may come in any
  // more. Called once.
  void stop(std::chrono::milliseconds grace);

 private:
  World world_;
  std::vector<std::string> durability_warnings_;
  Current current_;
  std::unique_ptr<MediaLinks> links_;
  std::unique_ptr<Outbox> outbox_;
  std::unique_ptr<Inbox> inbox_;
  std::unique_ptr<Timers> timers_;
  std::unique_ptr<DailyAudit> audit_;
  std::unique_ptr<Puller> puller_;
  std::unique_ptr<MediaFetcher> media_;
  std::unique_ptr<MediaView> media_view_;
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<store::Store> directory_store_;  // for reload; used by one thread at a time
  std::mutex reloading_;
  std::unique_ptr<WebhookParts> parts_;
  bool stopped_ = false;
};

}  // namespace huiyin
