#include "server/cases/time.h"

#include <array>
#include <cstdio>

namespace huiyin {

namespace {

using std::chrono::microseconds;

// Reads digits from the front of a text, never past its end.
class DigitReader {
 public:
  explicit DigitReader(std::string_view text) : rest_{text} {}

  bool number(std::size_t digits, int& out) {
    if (rest_.size() < digits) return false;
    out = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      out = out * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  bool one_of(std::string_view allowed, char* which = nullptr) {
    if (rest_.empty() || allowed.find(rest_[0]) == std::string_view::npos) return false;
    if (which) *which = rest_[0];
    rest_.remove_prefix(1);
    return true;
  }
  // Digits after the point; more than six are cut off, none is an error.
  bool fraction(std::int64_t& micros) {
    std::size_t digits = 0;
    micros = 0;
    for (int digit = 0; number(1, digit); ++digits)
      if (digits < 6) micros = micros * 10 + digit;
    for (std::size_t i = digits; i < 6; ++i) micros *= 10;
    return digits > 0;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

struct Shown {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<microseconds> time;
};

Shown split(Instant at) {
  const LocalTime local = to_shanghai(at);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  return {std::chrono::year_month_day{day}, std::chrono::hh_mm_ss<microseconds>{local - day}};
}

template <class... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 64> buffer{};
  const int length = std::snprintf(buffer.data(), buffer.size(), format, args...);
  return {buffer.data(), static_cast<std::size_t>(length)};
}

}  // namespace

LocalTime to_shanghai(Instant at) { return LocalTime{at.time_since_epoch() + kShanghaiOffset}; }

Instant from_shanghai(LocalTime at) { return Instant{at.time_since_epoch() - kShanghaiOffset}; }

std::optional<Instant> parse_rfc3339(std::string_view text) {
  DigitReader in{text};
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.number(4, year) || !in.one_of("-") || !in.number(2, month) || !in.one_of("-") ||
      !in.number(2, day) || !in.one_of("Tt") || !in.number(2, hour) || !in.one_of(":") ||
      !in.number(2, minute) || !in.one_of(":") || !in.number(2, second))
    return std::nullopt;

  std::int64_t micros = 0;
  if (in.one_of(".") && !in.fraction(micros)) return std::nullopt;

  std::chrono::minutes offset{0};
  char sign = 'Z';
  if (!in.one_of("Zz+-", &sign)) return std::nullopt;
  if (sign == '+' || sign == '-') {
    int hours = 0, minutes = 0;
    if (!in.number(2, hours) || !in.one_of(":") || !in.number(2, minutes)) return std::nullopt;
    if (hours > 23 || minutes > 59) return std::nullopt;
    offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
    if (sign == '-') offset = -offset;
  }

  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  // RFC 3339 allows a leap second; it is read as the second after it.
  if (!in.done() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return Instant{std::chrono::sys_days{date}} + std::chrono::hours{hour} +
         std::chrono::minutes{minute} + std::chrono::seconds{second} + microseconds{micros} -
         offset;
}

std::string format_rfc3339(Instant at) {
  if (at == Instant{}) return {};
  const auto [day, time] = split(at);
  return print("%04d-%02u-%02uT%02d:%02d:%02d+08:00", static_cast<int>(day.year()),
               static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
               static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
               static_cast<int>(time.seconds().count()));
}

std::string show_date(Instant at, std::string_view locale) {
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = split(at).day;
  const auto month = static_cast<unsigned>(day.month());
  const auto number = static_cast<unsigned>(day.day());
  if (locale == "en") return print("%u %s", number, kMonths.at(month - 1));
  return print("%u月%u日", month, number);
}

std::string show_time(Instant at, std::string_view locale) {
  const auto time = split(at).time;
  return show_date(at, locale) + print(" %02d:%02d", static_cast<int>(time.hours().count()),
                                       static_cast<int>(time.minutes().count()));
}

}  // namespace huiyin
