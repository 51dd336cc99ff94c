#include "server/app/test_clock.h"

#include <charconv>

namespace huiyin {
namespace {

using std::chrono::seconds;

// A year of steps; more is a slip of the hand, and the arithmetic stays far from overflow.
constexpr seconds kLongestStep = std::chrono::days{366};
// A timer that puts itself at the same instant again and again must not hang the caller.
constexpr int kRoundsAtOneInstant = 100;

std::optional<seconds> unit_of(char letter) {
  switch (letter) {
    case 's':
      return seconds{1};
    case 'm':
      return std::chrono::minutes{1};
    case 'h':
      return std::chrono::hours{1};
    case 'd':
      return std::chrono::days{1};
    default:
      return std::nullopt;
  }
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

std::optional<ClockMove> parse_clock_move(std::string_view text) {
  text = trimmed(text);
  if (!text.starts_with('+')) {
    const auto at = parse_rfc3339(text);
    if (!at) return std::nullopt;
    return ClockMove{.to = at, .step = {}};
  }
  if (text.size() < 3) return std::nullopt;
  const auto unit = unit_of(text.back());
  const std::string_view digits = text.substr(1, text.size() - 2);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (!unit || error != std::errc{} || end != digits.data() + digits.size() || count < 0 ||
      count > kLongestStep / *unit) {
    return std::nullopt;
  }
  return ClockMove{.to = std::nullopt, .step = count * *unit};
}

TimeTravel::Answer TimeTravel::move(std::string_view request) {
  const auto wanted = parse_clock_move(request);
  if (!wanted) {
    return {400,
            "not a time: write an RFC 3339 instant such as 2026-03-26T09:10:00+08:00, or a "
            "step such as +90m, +3h, +2d (at most +366d)"};
  }
  const std::lock_guard lock{moving_};
  const Instant now = clock_.now();
  const Instant target = wanted->from(now);
  if (target < now) {
    if (!world_.untouched()) {
      return {400, "the clock only moves forward; it is " + format_rfc3339(now)};
    }
    clock_.set(target);
  }
  if (!run_until(target)) {
    return {503, "notices are still under way; the clock is at " + format_rfc3339(clock_.now())};
  }
  return {200, format_rfc3339(clock_.now())};
}

bool TimeTravel::run_until(Instant target) {
  bool resting = world_.settle();
  int rounds = 0;
  while (rounds < kRoundsAtOneInstant) {
    const auto next = world_.next();
    if (!next || *next > target) {
      clock_.set(target);
      return resting;
    }
    // What is overdue since before the clock stood where it is happens now.
    if (*next > clock_.now()) {
      clock_.set(*next);
      rounds = 0;
    }
    ++rounds;
    world_.run_due();
    resting = world_.settle();
  }
  return false;
}

}  // namespace huiyin
