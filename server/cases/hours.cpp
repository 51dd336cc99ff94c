#include "server/cases/hours.h"

#include <algorithm>

namespace huiyin {

namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Cuts the part before `mark` off the front; all of it when there is no mark.
std::string_view cut(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  const std::string_view part = trim(text.substr(0, at));
  text = at == std::string_view::npos ? std::string_view{} : text.substr(at + 1);
  return part;
}

// "08:30" to minutes since midnight; "24:00" is the end of the day.
std::optional<minutes> parse_time(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  int digits[4];
  for (int i = 0; const char c : {text[0], text[1], text[3], text[4]}) {
    if (c < '0' || c > '9') return std::nullopt;
    digits[i++] = c - '0';
  }
  const minutes time{(digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]};
  if (digits[2] > 5 || time > days{1}) return std::nullopt;
  return time;
}

std::optional<std::size_t> parse_day(std::string_view text) {
  const auto found = std::ranges::find(kDays, text);
  if (found == kDays.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kDays.begin());
}

bool parse_days(std::string_view text, std::array<bool, 7>& marked) {
  while (!text.empty()) {
    std::string_view range = cut(text, ',');
    const bool several = range.find('-') != std::string_view::npos;
    const auto first = parse_day(cut(range, '-'));
    const auto last = several ? parse_day(trim(range)) : first;
    if (!first || !last) return false;
    for (std::size_t day = *first;; day = (day + 1) % 7) {
      marked.at(day) = true;
      if (day == *last) break;
    }
  }
  return true;
}

}  // namespace

std::optional<DutyHours> DutyHours::parse(std::string_view text) {
  DutyHours hours;
  text = trim(text);
  if (text.empty()) return hours;

  std::string_view rest = text;
  std::string_view times = cut(rest, ' ');
  std::string_view on = trim(rest);
  while (!times.empty()) {
    std::string_view shift = cut(times, ',');
    const auto from = parse_time(cut(shift, '-'));
    const auto to = parse_time(trim(shift));
    if (!from || !to || *from == days{1} || *from == *to) return std::nullopt;
    hours.shifts_.push_back({*from, *to > *from ? *to : *to + days{1}});
  }
  if (hours.shifts_.empty()) return std::nullopt;
  if (on.empty())
    hours.days_.fill(true);
  else if (!parse_days(on, hours.days_))
    return std::nullopt;
  return hours;
}

bool DutyHours::covers(Instant at) const {
  if (shifts_.empty()) return true;
  const LocalTime local = to_shanghai(at);
  const auto today = std::chrono::floor<days>(local);
  for (const auto day : {today, today - days{1}}) {
    if (!days_.at(std::chrono::weekday{day}.c_encoding())) continue;
    for (const Shift& shift : shifts_)
      if (local >= day + shift.from && local < day + shift.to) return true;
  }
  return false;
}

}  // namespace huiyin
