#include "server/app/engine.h"

#include <algorithm>
#include <utility>

#include "server/app/promises.h"

namespace huiyin {
namespace {

// What is younger may still be on its way, for the daily audit.
constexpr std::chrono::hours kOnItsWay{24};

std::unique_ptr<store::Store> open_current(const std::string& url, bool migrate) {
  auto store = store::open(url);
  if (migrate) {
    store->migrate();
  } else if (!store->schema_current()) {
    throw store::Error{store::Trouble::broken, 0,
                       "the schema is not up to date: run huiyin migrate"};
  }
  return store;
}

std::vector<std::string> broken_promises(store::Store& store, const Runtime& runtime, Instant now) {
  std::vector<std::string> lines;
  for (const Violation& one :
       check_promises(store, *runtime.directory, *runtime.policy, now, kOnItsWay))
    lines.push_back(show(one));
  return lines;
}

}  // namespace

Engine::Engine(const EngineOptions& options, World world)
    : world_{world}, current_{[&files = world.files](DirectoryPtr directory) {
        return files.make(directory);
      }} {
  directory_store_ = open_current(options.store_url, options.migrate);
  durability_warnings_ = directory_store_->durability_warnings();
  current_.adopt(directory_store_->load_directory());

  // Shared by all processes, so that each can open what another has signed.
  const auto secret = directory_store_->secret("media_links", MediaLinks::fresh_secret());
  links_ = std::make_unique<MediaLinks>(options.public_url, secret, options.link_lifetime);
  const auto open = [url = options.store_url] { return store::open(url); };
  OutboxOptions outbox = options.outbox;
  outbox.call_after = current_.get()->policy->clocks.telephone;
  outbox_ = Outbox::start(outbox, open(), world.channels, world.client, world.clock, world.monitor);
  inbox_ = Inbox::start(options.inbox, open, current_, world.channels, world.clock, *outbox_,
                        world.monitor, *links_);
  timers_ = Timers::start(options.timers, open(), *inbox_, *outbox_, current_, world.clock,
                          world.monitor);
  audit_ = std::make_unique<DailyAudit>(
      DailyAudit::Options{.daily = options.audit, .poll = options.timers},
      DailyAudit::Parts{.store = open(),
                        .inbox = *inbox_,
                        .current = current_,
                        .clock = world.clock,
                        .monitor = world.monitor,
                        .check = broken_promises});
  PullerOptions pull;
  pull.process = options.outbox.process;
  pull.token_pause = options.outbox.token_pause;
  puller_ = Puller::start(std::move(pull), open(), world.channels, world.client, current_, *inbox_,
                          world.clock, world.monitor);
  MediaOptions media = options.media;
  media.process = options.outbox.process + "/media";
  media.token_pause = options.outbox.token_pause;
  media_ = MediaFetcher::start(media, open(), world.channels, options.api_bases, world.client,
                               world.clock, world.monitor);
  media_view_ = std::make_unique<MediaView>(MediaView::Parts{.store = open(),
                                                             .links = *links_,
                                                             .files = MediaStore{media.directory},
                                                             .bytes = media.bytes,
                                                             .clock = world.clock,
                                                             .monitor = world.monitor});
  reader_ = std::make_unique<Reader>(open());
  parts_ = std::make_unique<WebhookParts>(WebhookParts{
      .channels = world.channels,
      .current = current_,
      .inbox = *inbox_,
      .outbox = *outbox_,
      .clock = world.clock,
      .monitor = world.monitor,
      .fetch =
          [this](std::string channel, std::string user, std::int64_t after, Reader::Done done) {
            reader_->notices_of(std::move(channel), std::move(user), after, std::move(done));
          },
      .pull = [this](const std::string& channel,
                     const Stream& stream) { puller_->call(channel, stream); }});
}

Engine::~Engine() { stop(std::chrono::milliseconds{0}); }

void Engine::webhook(net::HttpRequest request, net::Respond respond) {
  handle_webhook(*parts_, std::move(request), std::move(respond));
}

void Engine::show_media(const net::HttpRequest& request, net::Respond respond) {
  media_view_->show(request, std::move(respond));
}

bool Engine::settle(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  const bool sent = outbox_->wait_idle(limit);
  const auto left = until - std::chrono::steady_clock::now();
  return media_->wait_idle(std::chrono::duration_cast<std::chrono::milliseconds>(left)) && sent;
}

std::optional<Instant> Engine::next_timer() {
  const auto timer = timers_->next(), audit = audit_->next();
  if (!timer || !audit) return timer ? timer : audit;
  return std::min(*timer, *audit);
}

void Engine::run_timers() {
  timers_->run_due();
  audit_->run_due();
}

void Engine::reload() {
  const std::lock_guard lock{reloading_};
  world_.files.reload();
  current_.reload();
  DirectoryPtr directory;
  try {
    directory = directory_store_->load_directory();
  } catch (const store::Error&) {
    directory_store_->reconnect();
    directory = directory_store_->load_directory();
  }
  current_.adopt(std::move(directory));
}

void Engine::stop(std::chrono::milliseconds grace) {
  if (std::exchange(stopped_, true)) return;
  timers_.reset();  // feeds the inbox, so it ends first
  puller_.reset();  // likewise
  reader_->stop();
  media_view_->stop();
  media_->stop();
  inbox_->stop();
  outbox_->stop(grace);
  audit_.reset();  // may be busy for a while: what it finds now is told tomorrow
}

}  // namespace huiyin
