#include "server/app/keeper.h"

#include <utility>

#include "server/pipeline/media_store.h"

namespace huiyin {
namespace {

constexpr const char* kNotYet = "the database has not answered yet";

}  // namespace

Keeper::Keeper(KeeperOptions options, EngineOptions engine, Engine::World world, Counted counted)
    : options_{options},
      engine_options_{std::move(engine)},
      world_{world},
      counted_{std::move(counted)},
      trouble_{kNotYet},
      thread_{[this] { loop(); }} {}

Keeper::~Keeper() { stop(); }

Engine* Keeper::stop() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  engine_now_ = nullptr;
  return engine_.get();
}

Keeper::Health Keeper::health() const {
  const std::lock_guard lock{mutex_};
  const Engine* engine = engine_now_.load(std::memory_order_acquire);
  if (stopping_) return {false, "stopping\n"};
  if (!trouble_.empty()) return {false, "not ready\nstore: " + trouble_ + "\n"};
  if (Steady::now() - good_at_ > options_.stale) {
    return {false, "not ready\nstore: does not answer\n"};
  }
  std::string text = "ready\nstore: ok\n";
  if (engine != nullptr) {
    for (const std::string& warning : engine->durability_warnings()) {
      text += "warning: " + warning + "\n";
    }
  }
  return {true, std::move(text)};
}

void Keeper::loop() {
  while (!build()) {
    if (!wait(options_.retry)) return;
  }
  watch();
}

bool Keeper::build() {
  try {
    engine_ = std::make_unique<Engine>(engine_options_, world_);
    store_ = store::open(engine_options_.store_url);
  } catch (const std::exception& error) {
    engine_.reset();
    seen_bad(error.what());
    return false;
  }
  for (const std::string& warning : engine_->durability_warnings()) {
    world_.monitor.event(Severity::error, "store.not_durable", {{"setting", warning}});
  }
  engine_now_.store(engine_.get(), std::memory_order_release);
  seen_good();
  world_.monitor.event(Severity::info, "server.ready", {});
  return true;
}

void Keeper::watch() {
  auto count_at = Steady::now(), erase_at = count_at, forget_at = count_at + options_.forget_every;
  while (wait(options_.ping)) {
    try {
      store_->ping();
      seen_good();
      if (Steady::now() >= count_at) {
        count_at = Steady::now() + options_.count;
        counted_(store_->counts(), world_.clock.now());
      }
      if (Steady::now() >= erase_at) {
        erase_at = Steady::now() + options_.erase;
        erase_files();
      }
      if (Steady::now() >= forget_at) {
        forget_at = Steady::now() + options_.forget_every;
        forget();
      }
    } catch (const store::Error& error) {
      seen_bad(error.what());
      try {
        store_->reconnect();
      } catch (const store::Error&) {
        continue;  // told already; the next round tries again
      }
    }
  }
}

void Keeper::forget() {
  const std::size_t rows = store_->forget(options_.forget_after);
  world_.monitor.event(Severity::info, "store.forgot", {{"rows", std::to_string(rows)}});
}

// 删除我的信息: what somebody sent goes from the disk as well.
void Keeper::erase_files() {
  const MediaStore files{engine_options_.media.directory};
  auto names = store_->erased_files();
  std::erase_if(names, [&](const std::string& name) { return !files.remove(name); });
  if (names.empty()) return;
  store_->files_removed(names);
  world_.monitor.event(Severity::info, "media.erased", {{"files", std::to_string(names.size())}});
}

void Keeper::seen_good() {
  const std::lock_guard lock{mutex_};
  good_at_ = Steady::now();
  const std::string before = std::exchange(trouble_, std::string{});
  if (!before.empty() && before != kNotYet) world_.monitor.event(Severity::info, "store.back", {});
}

// Said once for each change, or a database that is away for a night fills the disk.
void Keeper::seen_bad(const std::string& why) {
  const std::lock_guard lock{mutex_};
  if (trouble_ == why) return;
  trouble_ = why;
  world_.monitor.event(Severity::error, "store.away", {{"why", why}});
}

bool Keeper::wait(std::chrono::milliseconds time) {
  std::unique_lock lock{mutex_};
  return !wake_.wait_for(lock, time, [this] { return stopping_; });
}

}  // namespace huiyin
