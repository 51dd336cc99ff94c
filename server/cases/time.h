// Instants are UTC microseconds; people see Asia/Shanghai (UTC+8, no summer time since 1991).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace huiyin {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;
using LocalTime = std::chrono::local_time<std::chrono::microseconds>;

inline constexpr std::chrono::hours kShanghaiOffset{8};

// Business time. Leases use the database's clock, timeouts the steady clock (DESIGN §1a).
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;  // thread-safe
};

LocalTime to_shanghai(Instant at);
Instant from_shanghai(LocalTime at);

// "2026-03-26T09:10:00+08:00" or "...Z"; fractions allowed. Empty optional when it is not RFC 3339.
std::optional<Instant> parse_rfc3339(std::string_view text);
std::string format_rfc3339(Instant at);  // in Shanghai time, seconds; "" for the epoch itself

// What people read. zh: "3月26日", "3月26日 17:30"; en: "26 Mar", "26 Mar 17:30".
std::string show_date(Instant at, std::string_view locale);
std::string show_time(Instant at, std::string_view locale);

}  // namespace huiyin
