#include "server/pipeline/supply.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>
#include <string_view>

namespace huiyin {
namespace {

constexpr std::int64_t kMostIds = 16384;
constexpr std::int64_t kMostNumbers = 1024;  // unused ones are gaps that people see
// A block that lasted longer was too large for the load.
constexpr std::chrono::seconds kBlockLasts{1};
constexpr std::int64_t kFirstId = 16;  // below: built-in rows (kDutyDesk)

std::string day_of(Instant at) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(to_shanghai(at))};
  char text[16];
  std::snprintf(text, sizeof text, "%02d%02u%02u", int(date.year()) % 100, unsigned(date.month()),
                unsigned(date.day()));
  return text;
}

}  // namespace

void LeasedSupply::Pool::fill(store::Store& store, const std::string& sequence, std::int64_t need,
                              std::int64_t most) {
  if (left >= need) return;
  const auto now = std::chrono::steady_clock::now();
  block = std::clamp(now - leased < kBlockLasts ? block * 2 : block / 2, most / 64, most);
  block = std::max(block, need - left);
  leased = now;
  const auto first = store.lease(sequence, block);
  blocks.emplace_back(first, first + block);
  left += block;
}

std::int64_t LeasedSupply::Pool::take() {
  if (left == 0) throw Short{};
  --left;
  const auto value = blocks.front().first++;
  if (blocks.front().first == blocks.front().second) blocks.pop_front();
  return value;
}

void LeasedSupply::begin(store::Store& store, std::size_t ids, std::size_t numbers, Instant now) {
  drawn_ids_.clear();
  drawn_numbers_.clear();
  drawn_codes_.clear();
  want_ids_ = ids;
  want_numbers_ = numbers;
  rewind();
  ids_.fill(store, "id", static_cast<std::int64_t>(ids), kMostIds);
  while (days_.size() > 2) days_.erase(days_.begin());
  if (numbers > 0)
    days_[day_of(now)].fill(store, day_of(now), static_cast<std::int64_t>(numbers), kMostNumbers);
}

void LeasedSupply::grow(store::Store& store, Instant now) {
  want_ids_ = std::max<std::size_t>(want_ids_ * 2, 64);
  want_numbers_ = std::max<std::size_t>(want_numbers_ * 2, 4);
  ids_.fill(store, "id", static_cast<std::int64_t>(want_ids_), kMostIds);
  days_[day_of(now)].fill(store, day_of(now), static_cast<std::int64_t>(want_numbers_),
                          kMostNumbers);
}

void LeasedSupply::rewind() { id_at_ = number_at_ = code_at_ = 0; }

std::string fresh_bind_code() {
  constexpr std::string_view kLetters = "ABCDEFGHJKMNPQRSTUVWXYZ", kDigits = "23456789";
  constexpr std::size_t kLength = 8, kCharacters = kLetters.size() + kDigits.size();
  for (;;) {
    std::array<unsigned char, 64> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
      throw std::runtime_error{"no random numbers for a binding code"};
    std::string code;
    bool letter = false, digit = false;
    for (const unsigned char byte : random) {
      const std::size_t at = byte % 32;
      if (at >= kCharacters || code.size() == kLength) continue;  // each character equally likely
      const bool is_letter = at < kLetters.size();
      letter |= is_letter;
      digit |= !is_letter;
      code += is_letter ? kLetters[at] : kDigits[at - kLetters.size()];
    }
    // Both kinds, so that intake never takes it for a word or a number.
    if (code.size() == kLength && letter && digit) return code;
  }
}

std::string LeasedSupply::next_code() {
  if (code_at_ == drawn_codes_.size()) drawn_codes_.push_back(fresh_bind_code());
  return drawn_codes_[code_at_++];
}

std::int64_t LeasedSupply::next_id() {
  if (id_at_ == drawn_ids_.size()) {
    auto id = ids_.take();
    while (id < kFirstId) id = ids_.take();
    drawn_ids_.push_back(id);
  }
  return drawn_ids_[id_at_++];
}

std::string LeasedSupply::next_number(Instant at) {
  const auto day = day_of(at);
  // A batch that is decided again after midnight needs numbers of the new day.
  if (number_at_ < drawn_numbers_.size() && drawn_numbers_[number_at_].first != day)
    drawn_numbers_.resize(number_at_);
  if (number_at_ == drawn_numbers_.size()) {
    char number[32];
    std::snprintf(number, sizeof number, "%s-%04lld", day.c_str(),
                  static_cast<long long>(days_[day].take()));
    drawn_numbers_.emplace_back(day, number);
  }
  return drawn_numbers_[number_at_++].second;
}

}  // namespace huiyin
