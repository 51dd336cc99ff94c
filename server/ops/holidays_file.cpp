#include <algorithm>
#include <charconv>
#include <optional>

#include "server/ops/policy_files.h"
#include "server/ops/section.h"

namespace huiyin {

namespace {

using settings::Node;
using settings::Reading;
using settings::Section;
using std::chrono::days;
using std::chrono::local_days;
using Intervals = std::vector<WorkingCalendar::Interval>;

Intervals default_intervals() {
  using namespace std::chrono_literals;
  return {{8h + 30min, 12h}, {14h, 17h + 30min}};
}

int year_of(local_days day) { return static_cast<int>(std::chrono::year_month_day{day}.year()); }

std::optional<std::chrono::minutes> parse_time(std::string_view text) {
  int hours = 0, minutes = 0;
  const auto number = [](std::string_view digits, int& out) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + 2, out);
    return error == std::errc{} && end == digits.data() + 2;
  };
  if (text.size() != 5 || text[2] != ':' || !number(text.substr(0, 2), hours) ||
      !number(text.substr(3, 2), minutes) || hours < 0 || minutes < 0 || minutes > 59)
    return std::nullopt;
  const std::chrono::minutes time{hours * 60 + minutes};
  return time > days{1} ? std::nullopt : std::optional{time};
}

std::optional<WorkingCalendar::Interval> parse_interval(std::string_view text) {
  if (text.size() != 11 || text[5] != '-') return std::nullopt;
  const auto from = parse_time(text.substr(0, 5)), to = parse_time(text.substr(6));
  if (!from || !to) return std::nullopt;
  return WorkingCalendar::Interval{*from, *to};
}

Intervals read_intervals(Section in) {
  const std::vector<std::string> words = in.words("intervals");
  if (words.empty()) return default_intervals();
  Intervals intervals;
  for (const std::string& word : words) {
    const auto interval = parse_interval(word);
    const bool in_order = interval && interval->from < interval->to &&
                          (intervals.empty() || intervals.back().to <= interval->from);
    if (!in_order) {
      in.wrong(
          "intervals",
          "must be times of day in order, without overlap: [\"08:30-12:00\", \"14:00-17:30\"]");
      return default_intervals();
    }
    intervals.push_back(*interval);
  }
  return intervals;
}

constexpr std::string_view kDaysForm =
    "must be a list of dates and of pairs [first, last]: [2026-01-04, [2026-05-01, 2026-05-05]]";

// A date, or a pair [first, last]; empty when it is neither.
std::vector<local_days> days_of(const Node& item) {
  if (item.type == Node::date) return {item.day};
  const bool pair = item.type == Node::list && item.items.size() == 2 &&
                    item.items[0].type == Node::date && item.items[1].type == Node::date &&
                    item.items[0].day <= item.items[1].day &&
                    item.items[1].day - item.items[0].day < days{366};
  std::vector<local_days> all;
  if (pair)
    for (local_days day = item.items[0].day; day <= item.items[1].day; day += days{1})
      all.push_back(day);
  return all;
}

std::set<local_days> read_dates(Section& in, std::string_view key, int year) {
  const Node* node = in.ask(key);
  std::set<local_days> dates;
  if (!node) return dates;
  if (node->type != Node::list) {
    in.wrong(key, std::string{kDaysForm});
    return dates;
  }
  for (const Node& item : node->items) {
    const auto all = days_of(item);
    const bool of_year =
        std::ranges::all_of(all, [year](local_days day) { return year_of(day) == year; });
    if (all.empty())
      in.wrong_at(item.place, key, std::string{kDaysForm});
    else if (!of_year)
      in.wrong_at(item.place, key, "this date is not in " + std::to_string(year));
    else
      dates.insert(all.begin(), all.end());
  }
  return dates;
}

bool is_weekend(local_days day) {
  const std::chrono::weekday weekday{day};
  return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
}

WorkingCalendar::Year read_year(Section in, int number) {
  WorkingCalendar::Year year;
  year.off = read_dates(in, "off", number);
  year.worked = read_dates(in, "worked", number);
  for (const local_days day : year.worked) {
    if (year.off.contains(day)) in.wrong("worked", "a date is both in off and in worked");
    if (!is_weekend(day)) in.wrong("worked", "a date is no Saturday or Sunday");
  }
  return year;
}

std::map<int, WorkingCalendar::Year> read_years(Section in) {
  std::map<int, WorkingCalendar::Year> years;
  for (const std::string& key : in.keys()) {
    int number = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
    if (error == std::errc{} && end == key.data() + key.size() && number >= 2000 && number < 3000) {
      years[number] = read_year(in.section(key), number);
    } else {
      in.ask(key);
      in.wrong(key, "must be a year: [year.2026]");
    }
  }
  return years;
}

LoadedCalendar read_document(const Node& document, Problems problems) {
  if (has_errors(problems)) return {WorkingCalendar{default_intervals(), {}}, std::move(problems)};
  Reading reading{problems};
  Intervals intervals;
  std::map<int, WorkingCalendar::Year> years;
  {
    Section root{reading, document};
    intervals = read_intervals(root.section("working_time"));
    years = read_years(root.section("year"));
  }
  reading.report_unknown();
  return {WorkingCalendar{std::move(intervals), std::move(years)}, std::move(problems)};
}

}  // namespace

LoadedCalendar load_calendar(const std::string& path) {
  Problems problems;
  const Node document = settings::read_file(path, problems);
  return read_document(document, std::move(problems));
}

LoadedCalendar read_calendar(std::string_view toml, const std::string& name) {
  Problems problems;
  const Node document = settings::read_text(toml, name, problems);
  return read_document(document, std::move(problems));
}

}  // namespace huiyin
