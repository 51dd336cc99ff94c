#include "server/pipeline/fates.h"

#include <array>
#include <utility>

#include "server/pipeline/random.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;

constexpr int kAtOnce = 8;  // questions under way
constexpr int kTaken = 200;
constexpr std::chrono::milliseconds kAgain = 5min;
constexpr auto kEarly = 1min;
constexpr std::size_t kMostEarly = 10000;
constexpr auto kGiveUp = 24h;  // by then no platform knows any more

}  // namespace

void FateAsker::report_later(std::string channel, Delivery delivery, SteadyTime now) {
  if (early_.size() == kMostEarly) early_.pop_front();
  early_.push_back({std::move(channel), std::move(delivery), now + kEarly});
}

// Reports about what is none of ours come too (sent by hand in the platform's console), so nobody
// is told when one fits nothing in the end.
void FateAsker::report_early(SteadyTime now) {
  if (early_.empty() || now < next_early_) return;
  next_early_ = now + every_;
  for (auto left = early_.size(); left > 0; --left) {
    const auto& [channel, delivery, until] = early_.front();
    const bool known = parts_.store.report(channel, delivery.platform_id, delivery.delivered,
                                           delivery.detail, parts_.elsewhere, parts_.call_after);
    if (!known && now < until) early_.push_back(early_.front());
    early_.pop_front();
  }
}

void FateAsker::ask(SteadyTime now) {
  report_early(now);
  if (waiting_.empty() && now >= next_) {
    next_ = now + every_;
    for (auto& fate : parts_.store.fates(kTaken, kAgain)) waiting_.push_back(std::move(fate));
  }
  // What cannot be asked now is asked again after kAgain: the store has put it off already.
  for (auto left = waiting_.size(); left > 0 && in_flight_ < kAtOnce; --left) {
    const auto fate = std::move(waiting_.front());
    waiting_.pop_front();
    const auto found = parts_.channels.find(fate.channel);
    if (found == parts_.channels.end()) continue;
    auto& channel = found->second;
    if (!channel.tokens.usable(now)) {
      channel.wants_token = true;
      waiting_.push_back(fate);
      continue;
    }
    if (channel.gate.open(now, channel.in_flight)) ask(fate, channel, now);
  }
}

void FateAsker::ask(const store::Fate& fate, SendingChannel& channel, SteadyTime now) {
  std::optional<net::OutgoingRequest> request;
  try {
    request = channel.platform.fate_request(fate.platform_id, channel.tokens.token());
    if (request)
      request = channel.platform.stamp(std::move(*request), parts_.clock.now(), random_bytes());
  } catch (const std::exception&) {
    request.reset();
  }
  if (!request) {
    const std::array ids{fate.id};
    return parts_.store.settled(ids);
  }
  ++in_flight_;
  channel.gate.take(now);
  parts_.client.send(
      std::move(*request), now + channel.limits.timeout,
      [this, post = parts_.post, fate, &platform = channel.platform](net::ClientResult result) {
        post([this, fate, &platform, result = std::move(result)] {
          --in_flight_;
          answered(fate, platform, result);
        });
      });
}

void FateAsker::answered(const store::Fate& fate, const Channel& platform,
                         const net::ClientResult& result) {
  std::optional<Delivery> delivery;
  if (result.fault == net::Fault::none) {
    try {
      delivery = platform.interpret_fate(fate.platform_id, result.response);
    } catch (const std::exception&) {
      parts_.monitor.event(Severity::warning, "outbox.fate_senseless", {{"channel", fate.channel}});
    }
  }
  if (delivery) {
    if (!delivery->delivered)
      parts_.monitor.event(Severity::warning, "outbox.not_delivered",
                           {{"channel", fate.channel},
                            {"notice", std::to_string(fate.id.raw())},
                            {"code", delivery->detail}});
    parts_.store.report(fate.channel, fate.platform_id, delivery->delivered, delivery->detail,
                        parts_.elsewhere, parts_.call_after);
    return;
  }
  // sent_at is database time; the system's clock is near enough for a day.
  if (std::chrono::system_clock::now() - fate.sent_at > kGiveUp) {
    const std::array ids{fate.id};
    parts_.store.settled(ids);
  }
}

}  // namespace huiyin
