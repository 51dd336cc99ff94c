#include "server/app/serve.h"

#include <sys/resource.h>
#include <unistd.h>

#include <future>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "server/app/errands.h"
#include "server/app/routes.h"
#include "server/app/signals.h"
#include "server/net/response_head.h"

namespace huiyin {
namespace {

using std::chrono::milliseconds;

// A move over months may decide thousands of timers before it answers.
constexpr milliseconds kClockLimit{120'000};
constexpr milliseconds kSettle{15'000};

// The address as people can open it: the real port, and no wildcard.
std::string url_of(const net::ServerOptions& options, const net::Server& server) {
  std::string host = options.address.substr(0, options.address.rfind(':'));
  if (host == "0.0.0.0" || host.empty()) host = "127.0.0.1";
  if (host == "[::]") host = "[::1]";
  const char* scheme = options.certificate.empty() ? "http://" : "https://";
  return scheme + host + ":" + std::to_string(server.port());
}

class Shell {
 public:
  Shell(ServeSettings settings, const ServeOps& ops)
      : settings_{std::move(settings)},
        ops_{ops},
        clock_{settings_.clock_start.value_or(SystemClock{}.now())},
        files_{settings_.load_files},
        client_{net::Client::create(settings_.client)} {
    net::set_net_log([this](const char* event, const std::string& peer) {
      ops_.monitor.event(Severity::info, event, {{"peer", peer}});
    });
  }

  void start() {
    // Listening first: a database that is away must not look like a dead server.
    public_ = net::Server::start(settings_.listen, public_routes());
    settings_.admin_listen.limits.handler = kClockLimit;
    if (!settings_.admin_listen.address.empty()) {
      admin_ = net::Server::start(settings_.admin_listen, admin_routes());
      if (settings_.test_clock && !admin_->loopback()) {
        throw std::runtime_error{"--test-clock needs a server.admin_listen on this machine only"};
      }
    }
    channels_ = open_channels(settings_.channels, public_->loopback(), ops_.monitor);
    const Clock& clock = settings_.test_clock ? static_cast<const Clock&>(clock_) : system_clock_;
    if (settings_.test_clock) {
      settings_.engine.timers = milliseconds{0};
      // Hours of the story pass in a moment, and with them the tokens of the played platforms.
      settings_.engine.outbox.token_pause = milliseconds{0};
    }
    const Engine::World world{channels_, files_, *client_, clock, ops_.monitor};
    keeper_ = std::make_unique<Keeper>(settings_.keeper, settings_.engine, world, ops_.counted);
    keeper_now_.store(keeper_.get(), std::memory_order_release);
  }

  void announce(std::ostream& out) const {
    const std::string listening = url_of(settings_.listen, *public_);
    const std::string admin = admin_ ? url_of(settings_.admin_listen, *admin_) : "";
    out << "listening " << listening << "\n";
    if (admin_) out << "admin " << admin << "\n";
    out << std::flush;
    ops_.monitor.event(Severity::info, "server.listening",
                       {{"url", listening},
                        {"admin", admin},
                        {"pid", std::to_string(getpid())},
                        {"channels", std::to_string(channels_.size())}});
  }

  // Later, on the errands' thread: a database that hangs must not keep SIGTERM waiting.
  void reload() {
    errands_.post([this] { reload_now(); });
  }

  void stop() {
    ops_.monitor.event(Severity::info, "server.stopping", {});
    public_->drain(settings_.drain);
    errands_.stop();
    if (Engine* engine = keeper_->stop()) engine->stop(settings_.outbox_grace);
    if (admin_) admin_->drain(milliseconds{500});
    ops_.monitor.event(Severity::info, "server.stopped", {});
  }

 private:
  void reload_now() {
    try {
      if (!settings_.listen.certificate.empty()) public_->reload_tls();
      if (Engine* engine = this->engine()) {
        engine->reload();
      } else {
        files_.reload();
      }
      ops_.monitor.event(Severity::info, "server.reloaded", {});
    } catch (const std::exception& error) {
      ops_.monitor.event(Severity::error, "server.reload_failed", {{"why", error.what()}});
    }
  }

  Engine* engine() const {
    const Keeper* keeper = keeper_now_.load(std::memory_order_acquire);
    return keeper == nullptr ? nullptr : keeper->engine();
  }

  Endpoint healthz() const {
    return {"/healthz", "GET",
            at_once([](const net::HttpRequest&) { return net::HttpResponse::text(200, "ok\n"); })};
  }

  Endpoint readyz() const {
    return {"/readyz", "GET", at_once([this](const net::HttpRequest&) {
              const Keeper* keeper = keeper_now_.load(std::memory_order_acquire);
              if (keeper == nullptr) return net::HttpResponse::text(503, "not ready\n");
              Keeper::Health health = keeper->health();
              return net::HttpResponse::text(health.ready ? 200 : 503, std::move(health.text));
            })};
  }

  net::Handler public_routes() const {
    return Routes{{{"/hooks/", "*",
                    [this](net::HttpRequest request, net::Respond respond) {
                      Engine* engine = this->engine();
                      if (engine == nullptr) return respond({net::busy_response(), {}});
                      engine->webhook(std::move(request), std::move(respond));
                    }},
                   {"/m/", "GET",
                    [this](const net::HttpRequest& request, net::Respond respond) {
                      Engine* engine = this->engine();
                      if (engine == nullptr) return respond({net::busy_response(), {}});
                      engine->show_media(request, std::move(respond));
                    }},
                   healthz(),
                   readyz()}};
  }

  net::Handler admin_routes() {
    std::vector<Endpoint> routes{healthz(), readyz()};
    routes.push_back({"/metrics", "GET", at_once([this](const net::HttpRequest&) {
                        const Engine* engine = this->engine();
                        ops_.sampled(public_->counters(), engine ? engine->waiting() : 0);
                        return net::HttpResponse::text(200, ops_.metrics(),
                                                       "text/plain; version=0.0.4; charset=utf-8");
                      })});
    if (settings_.test_clock) {
      routes.push_back({"/clock", "PUT", [this](net::HttpRequest request, net::Respond respond) {
                          move_clock(std::move(request), std::move(respond));
                        }});
    }
    return Routes{std::move(routes)};
  }

  void move_clock(net::HttpRequest request, const net::Respond& respond) {
    const bool taken = errands_.post([this, request = std::move(request), respond] {
      Engine* engine = this->engine();
      if (engine == nullptr) return respond({net::busy_response(), {}});
      TimeTravel travel{clock_,
                        {.next = [engine] { return engine->next_timer(); },
                         .run_due = [engine] { engine->run_timers(); },
                         .settle = [engine] { return engine->settle(kSettle); },
                         .untouched = [this] { return ops_.received() == 0; }}};
      try {
        const TimeTravel::Answer answer = travel.move(request.body);
        respond({net::HttpResponse::text(answer.status, answer.text + "\n"), {}});
      } catch (const store::Error&) {
        respond({net::busy_response(), {}});
      }
    });
    if (!taken) respond({net::busy_response(), {}});
  }

  ServeSettings settings_;
  const ServeOps& ops_;
  SystemClock system_clock_;
  TestClock clock_;
  RuntimeFiles files_;
  std::unique_ptr<net::Client> client_;
  Channels channels_;
  std::unique_ptr<Keeper> keeper_;
  std::atomic<const Keeper*> keeper_now_{nullptr};
  Errands errands_;
  std::unique_ptr<net::Server> public_, admin_;  // destroyed first: their handlers use the rest
};

// Ends the process when stopping in order takes too long, as with a database that hangs.
class LastResort {
 public:
  LastResort(milliseconds limit, Monitor& monitor)
      : thread_{[this, limit, &monitor] {
          std::unique_lock lock{mutex_};
          if (done_.wait_for(lock, limit, [this] { return over_; })) return;
          monitor.event(Severity::error, "server.stop_timeout", {});
          _exit(1);
        }} {}
  ~LastResort() {
    {
      const std::lock_guard lock{mutex_};
      over_ = true;
    }
    done_.notify_all();
    thread_.join();
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  bool over_ = false;
  std::thread thread_;
};

// Debian's soft limit of 1,024 descriptors is below the connections that the listener allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);  // when refused, the listener survives EMFILE
}

}  // namespace

Channels open_channels(const std::vector<ChannelConfig>& configs, bool loopback, Monitor& monitor) {
  Channels channels;
  for (const ChannelConfig& config : configs) {
    const Platform* platform = find_platform(config.platform);
    const auto closed = [&](const std::string& why) {
      monitor.event(Severity::error, "channel.closed", {{"channel", config.name}, {"why", why}});
    };
    if (platform == nullptr) {
      closed("unknown platform");
      continue;
    }
    if (platform->loopback_only && !loopback) {
      closed("platform " + config.platform + " is open to everybody who can connect, so it works " +
             "only when server.listen is a loopback address");
      continue;
    }
    try {
      channels.emplace(config.name, platform->make(config));
    } catch (const std::invalid_argument& error) {
      closed(error.what());
    }
  }
  return channels;
}

int serve(ServeSettings settings, const ServeOps& ops, std::ostream& out, std::ostream& errors) {
  raise_descriptor_limit();
  const milliseconds stop_limit = settings.stop_limit;
  // Outlives the shell, whose destructor may wait too: for a name that nobody resolves, say.
  std::optional<LastResort> last_resort;
  Shell shell{std::move(settings), ops};
  try {
    shell.start();
  } catch (const std::runtime_error& error) {
    ops.monitor.event(Severity::error, "server.cannot_start", {{"why", error.what()}});
    errors << "huiyin: " << error.what() << "\n";
    return 1;
  }
  std::promise<void> stop_wanted;
  std::once_flag once;
  const Signals signals{[&] { std::call_once(once, [&] { stop_wanted.set_value(); }); },
                        [&] { shell.reload(); }};
  shell.announce(out);
  stop_wanted.get_future().wait();
  last_resort.emplace(stop_limit, ops.monitor);
  shell.stop();
  return 0;
}

}  // namespace huiyin
