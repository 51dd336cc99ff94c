#include "server/app/daily_audit.h"

#include <algorithm>
#include <future>
#include <utility>

#include "server/pipeline/hex.h"
#include "server/pipeline/random.h"

namespace huiyin {
namespace {

// Names in the store's list of rounds.
constexpr const char* kDone = "audit";
constexpr const char* kBegun = "audit_begun";
// A process that began and was not heard of since has died, or could not tell of what it found.
constexpr std::chrono::hours kTakes{1};
constexpr std::size_t kMostLines = 20;

// The first such hour after `last`.
Instant hour_after(Instant last, std::chrono::minutes hour) {
  const auto local = to_shanghai(last);
  auto at = std::chrono::floor<std::chrono::days>(local) + hour;
  if (at <= local) at += std::chrono::days{1};
  return from_shanghai(std::chrono::time_point_cast<std::chrono::microseconds>(at));
}

}  // namespace

DailyAudit::DailyAudit(Options options, Parts parts) : options_{options}, parts_{std::move(parts)} {
  if (options_.daily && options_.poll.count() > 0) thread_ = std::thread{[this] { loop(); }};
}

DailyAudit::~DailyAudit() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::optional<Instant> DailyAudit::next() {
  if (!options_.daily) return std::nullopt;
  const std::lock_guard lock{running_};
  return due(read());
}

void DailyAudit::run_due() {
  if (!options_.daily) return;
  const std::lock_guard lock{running_};
  const State state = read();
  if (const auto at = due(state); at && *at <= parts_.clock.now()) run(state);
}

DailyAudit::State DailyAudit::read() {
  const auto both = [this] {
    return State{parts_.store->round(kDone), parts_.store->round(kBegun)};
  };
  try {
    return both();
  } catch (const store::Error&) {
    parts_.store->reconnect();
    return both();
  }
}

std::optional<Instant> DailyAudit::due(const State& state) const {
  const auto [done, begun] = state;
  // The very first one is due by whichever hour was the last before now.
  const Instant at =
      done.at == Instant{} ? parts_.clock.now() : hour_after(done.at, *options_.daily);
  return begun.at > done.at ? std::max(at, begun.at + kTakes) : at;
}

void DailyAudit::run(const State& state) {
  const Instant now = parts_.clock.now();
  if (!advance(state.begun, {kBegun, now, 0})) return;  // somebody else has it
  const auto runtime = parts_.current.get();
  const auto lines = parts_.check(*parts_.store, *runtime, now);
  const RoundDone done{kDone, now, 0};
  const bool told = lines.empty() ? advance(state.done, done) : report(lines, state.done, done);
  parts_.monitor.event(lines.empty() ? Severity::info : Severity::warning,
                       told ? "audit.done" : "audit.not_reported",
                       {{"broken", std::to_string(lines.size())}});
}

bool DailyAudit::advance(const RoundDone& last, const RoundDone& done) {
  store::Writes writes;
  writes.batch_id = hex(random_bytes());
  writes.rounds.push_back({last, done});
  try {
    const auto tx = parts_.store->begin();
    tx->save(writes);
    tx->commit();
    return true;
  } catch (const store::Error& error) {
    if (error.trouble() == store::Trouble::retry || error.trouble() == store::Trouble::duplicate)
      return false;
    throw;
  }
}

bool DailyAudit::report(const std::vector<std::string>& lines, const RoundDone& last,
                        const RoundDone& done) {
  Findings findings;
  findings.count = lines.size();
  findings.lines.assign(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(
                                                           std::min(lines.size(), kMostLines)));
  auto promise = std::make_shared<std::promise<Receipt::Status>>();
  auto status = promise->get_future();
  parts_.inbox.perform({std::move(findings), store::Writes::RoundStep{last, done}},
                       [promise](const Receipt& receipt) { promise->set_value(receipt.status); });
  const auto what = status.get();
  return what == Receipt::accepted || what == Receipt::duplicate;
}

void DailyAudit::loop() {
  std::unique_lock lock{mutex_};
  while (!wake_.wait_for(lock, options_.poll, [&] { return stopping_; })) {
    lock.unlock();
    try {
      run_due();
    } catch (const std::exception& error) {
      parts_.monitor.event(Severity::error, "audit.failed", {{"why", error.what()}});
    }
    lock.lock();
  }
}

}  // namespace huiyin
