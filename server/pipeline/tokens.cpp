#include "server/pipeline/tokens.h"

namespace huiyin {
namespace {

using Steady = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kEarly = 300s;     // refreshed so long before it ends
constexpr auto kLease = 15000ms;  // longer than the request's deadline
constexpr auto kDeadline = 8s;
constexpr auto kRetry = 200ms;  // somebody else is refreshing
constexpr auto kLast = 10s;     // a token with less left is not used
constexpr auto kFault = 30s;    // wrong secret, address not allowed: do not hammer

}  // namespace

TokenKeeper::TokenKeeper(Parts parts)
    : parts_{std::move(parts)}, needed_{parts_.platform.token_request().has_value()} {}

bool TokenKeeper::usable(Steady::time_point now) const {
  return !needed_ ||
         (!token_.value.empty() && now < usable_until_ && generation_ != bad_generation_);
}

void TokenKeeper::ready(Steady::time_point now) {
  if (usable(now) || refreshing_ || now < ask_again_) return;
  const auto stored = parts_.store.token(parts_.channel);
  if (stored && stored->generation != bad_generation_ && stored->left > kEarly)
    return adopt(*stored, now);
  const auto seen = stored ? stored->generation : 0;
  if (parts_.store.lease_token(parts_.channel, parts_.process, seen, kLease, parts_.pause)) {
    refreshing_ = true;
    return fetch();
  }
  ask_again_ = now + kRetry;
  // The old one serves until whoever refreshes it is done, unless it is the one that failed.
  if (stored && stored->generation != bad_generation_ && stored->left > kLast) {
    token_.value = stored->value;
    generation_ = stored->generation;
    usable_until_ = now + 1s;
  }
}

void TokenKeeper::failed(std::int64_t generation) {
  if (generation == generation_) bad_generation_ = generation;
}

void TokenKeeper::adopt(const store::StoredToken& stored, Steady::time_point now) {
  token_.value = stored.value;
  generation_ = stored.generation;
  usable_until_ = now + (stored.left > kEarly ? stored.left - kEarly : stored.left / 2);
}

void TokenKeeper::fetch() {
  parts_.client.send(*parts_.platform.token_request(), Steady::now() + kDeadline,
                     [this, post = parts_.post](net::ClientResult result) {
                       post([this, result = std::move(result)] { fetched(result); });
                     });
}

void TokenKeeper::fetched(const net::ClientResult& result) {
  refreshing_ = false;
  const auto now = Steady::now();
  TokenAnswer answer;
  if (result.fault == net::Fault::none) answer = parts_.platform.interpret_token(result.response);
  if (answer.value.empty()) {
    ask_again_ = now + (answer.configuration_fault ? kFault : std::chrono::seconds{2});
    parts_.monitor.event(
        answer.configuration_fault ? Severity::error : Severity::warning, "outbox.token_failed",
        {{"channel", parts_.channel},
         {"code", result.fault == net::Fault::none ? answer.code : result.detail}});
    return;
  }
  // A lost lease means that somebody else's newer token is in the row: read that one.
  parts_.store.save_token(parts_.channel, parts_.process, answer.value, answer.lifetime);
  if (const auto stored = parts_.store.token(parts_.channel)) adopt(*stored, now);
  parts_.monitor.event(Severity::info, "outbox.token_refreshed",
                       {{"channel", parts_.channel}, {"generation", std::to_string(generation_)}});
}

}  // namespace huiyin
