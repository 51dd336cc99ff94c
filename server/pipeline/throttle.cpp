#include "server/pipeline/throttle.h"

#include <algorithm>
#include <stdexcept>

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kMostSlack{500};

constexpr int kFailures = 8;  // in a row open the breaker
constexpr milliseconds kFirstPause{1000}, kLongestPause{60000};

constexpr std::size_t kPutOff = 3;  // recipients in a row
constexpr milliseconds kPutOffWithin{1000};

SteadyTime::duration stretch(const Rate& rate) {
  return rate.per + std::min(rate.per / 20, kMostSlack);
}

}  // namespace

TokenBucket::TokenBucket(std::span<const Rate> rates) : rates_{rates}, windows_(rates.size()) {
  for (const auto& rate : rates)
    if (rate.count < 1) throw std::invalid_argument{"a rate of less than one request"};
}

SteadyTime TokenBucket::ready_at() const {
  SteadyTime ready{};
  for (std::size_t i = 0; i < rates_.size(); ++i) {
    const auto& window = windows_[i];
    if (window.taken.size() < static_cast<std::size_t>(rates_[i].count)) continue;
    ready = std::max(ready, window.taken[window.oldest] + stretch(rates_[i]));
  }
  return ready;
}

void TokenBucket::take(SteadyTime now) {
  for (std::size_t i = 0; i < rates_.size(); ++i) {
    auto& window = windows_[i];
    window.last = now;
    if (window.taken.size() < static_cast<std::size_t>(rates_[i].count)) {
      window.taken.push_back(now);
      continue;
    }
    window.taken[window.oldest] = now;
    window.oldest = (window.oldest + 1) % window.taken.size();
  }
}

bool TokenBucket::forgotten(SteadyTime now) const {
  for (std::size_t i = 0; i < rates_.size(); ++i)
    if (windows_[i].last + stretch(rates_[i]) > now) return false;
  return true;
}

SteadyTime RecipientBuckets::ready_at(AccountId id) const {
  const auto found = buckets_.find(id);
  return found == buckets_.end() ? SteadyTime{} : found->second.ready_at();
}

void RecipientBuckets::take(AccountId id, SteadyTime now) {
  if (rates_.empty()) return;
  if (buckets_.size() >= sweep_at_) {
    std::erase_if(buckets_, [&](const auto& item) { return item.second.forgotten(now); });
    sweep_at_ = std::max<std::size_t>(1024, buckets_.size() * 2);
  }
  buckets_.try_emplace(id, rates_).first->second.take(now);
}

Breaker::State Breaker::state(SteadyTime now) const {
  if (ramp_ == 0) return closed;
  return now < closed_until_ ? open : recovering;
}

int Breaker::places(SteadyTime now) const {
  if (ramp_ == 0) return most_;
  return now < closed_until_ ? 0 : ramp_;
}

void Breaker::answered(SteadyTime now) {
  failures_ = 0;
  if (ramp_ == 0) return;
  // One more place for each answer: twice as many after each round.
  closed_until_ = std::min(closed_until_, now);
  if (++ramp_ < most_) return;
  ramp_ = 0;
  openings_ = 0;
}

void Breaker::failed(SteadyTime now, double share) {
  if (ramp_ > 0 && now < closed_until_) return;  // was under way when it opened
  if (++failures_ < (ramp_ > 0 ? std::min(ramp_, kFailures) : kFailures)) return;
  failures_ = 0;
  ramp_ = 1;
  const auto pause = std::min(kFirstPause * (1 << std::min(openings_++, 10)), kLongestPause);
  closed_until_ = now + std::max<SteadyTime::duration>(
                            1ms, std::chrono::duration_cast<SteadyTime::duration>(pause * share));
}

void Pushback::put_off(AccountId recipient, SteadyTime now, milliseconds after) {
  std::erase_if(row_, [&](const auto& seen) {
    return seen.first == recipient || now - seen.second > kPutOffWithin;
  });
  row_.emplace_back(recipient, now);
  if (row_.size() < kPutOff) return;
  row_.clear();
  pause_until(now + after);
}

}  // namespace huiyin
