#include "server/intake/dates.h"

#include <algorithm>
#include <array>
#include <utility>

#include "server/intake/fold.h"
#include "server/intake/numbers.h"

namespace huiyin::dates {
namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::year_month_day;
using View = std::u32string_view;

constexpr days kLongAgo{90};  // a month and a day so far back are meant for next year
constexpr int kLongest = 366;

constexpr auto kMonths = std::to_array<View>({U"jan", U"feb", U"mar", U"apr", U"may", U"jun",
                                              U"jul", U"aug", U"sep", U"oct", U"nov", U"dec"});

class Reader {
 public:
  Reader(std::string_view text, Instant now)
      : folded_{fold(text)}, text_{folded_.chars}, today_{today(now)} {}

  std::optional<SaidDate> read() {
    skip();
    SaidDate date;
    if (!read_relative(date) && !read_week(date) && !read_month_word(date) && !read_english(date) &&
        !read_numbers(date))
      return std::nullopt;
    if (date.kind != SaidDate::day && (date.count < 1 || date.count > kLongest))
      return std::nullopt;
    for (const View word : {U"之前", U"以前", U"前", U"之后", U"以后", U"后", U"开始", U"起",
                            U"为止", U"止", U"上午", U"下午"})
      take(word);
    skip();
    date.rest = std::string{folded_.written(at_, text_.size())};
    return date;
  }

 private:
  bool take(View word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void skip() {
    while (at_ < text_.size() && !is_word(text_[at_])) ++at_;
  }
  void spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }

  // Digits or Chinese numerals; four digits are a year.
  std::optional<int> number() {
    constexpr View kNumerals = U"一二三四五六七八九十两零〇";
    std::size_t end = at_;
    const bool digits = end < text_.size() && is_digit(text_[end]);
    while (end < text_.size() &&
           (digits ? is_digit(text_[end]) : kNumerals.find(text_[end]) != View::npos))
      ++end;
    const View word = text_.substr(at_, end - at_);
    std::optional<int> value;
    if (digits && word.size() <= 4) {
      value = 0;
      for (const char32_t c : word) value = *value * 10 + static_cast<int>(c - U'0');
    } else if (!word.empty() && !digits) {
      value = small_number(word);
    }
    if (value) at_ = end;
    return value;
  }

  bool set(SaidDate& date, int year, int month, int day) const {
    const year_month_day on{std::chrono::year{year},
                            std::chrono::month(static_cast<unsigned>(month)),
                            std::chrono::day(static_cast<unsigned>(day))};
    if (month < 1 || day < 1 || !on.ok()) return false;
    date.on = local_days{on};
    return true;
  }
  bool set_in_year(SaidDate& date, int month, int day) const {
    const int year = static_cast<int>(year_month_day{today_}.year());
    const bool now = set(date, year, month, day);
    return (now && date.on >= today_ - kLongAgo) || set(date, year + 1, month, day) || now;
  }
  bool set_in_month(SaidDate& date, int later, int day) const {
    const auto month =
        year_month_day{today_}.year() / year_month_day{today_}.month() + std::chrono::months{later};
    return set(date, static_cast<int>(month.year()),
               static_cast<int>(static_cast<unsigned>(month.month())), day);
  }
  bool set_month_end(SaidDate& date, int later) const {
    const auto month =
        year_month_day{today_}.year() / year_month_day{today_}.month() + std::chrono::months{later};
    date.on = local_days{month / std::chrono::last};
    return true;
  }

  bool read_relative(SaidDate& date) {
    constexpr auto kWords = std::to_array<std::pair<View, int>>({{U"大后天", 3},
                                                                 {U"今天", 0},
                                                                 {U"今日", 0},
                                                                 {U"明天", 1},
                                                                 {U"明日", 1},
                                                                 {U"后天", 2},
                                                                 {U"today", 0},
                                                                 {U"tomorrow", 1}});
    for (const auto& [word, later] : kWords)
      if (take(word)) {
        date.on = today_ + days{later};
        return true;
      }
    return false;
  }

  // 周五: the next one, today included; 本周五, 下周五: of that week, Monday first.
  bool read_week(SaidDate& date) {
    const std::size_t start = at_;
    int weeks = -1;
    if (take(U"下下"))
      weeks = 2;
    else if (take(U"下"))
      weeks = 1;
    else if (take(U"本") || take(U"这"))
      weeks = 0;
    take(U"个");
    if (!take(U"周") && !take(U"星期") && !take(U"礼拜")) {
      at_ = start;
      return false;
    }
    int day = 0;
    if (take(U"日") || take(U"天"))
      day = 7;
    else if (take(U"末"))
      day = 6;
    else
      day = number().value_or(0);
    if (day < 1 || day > 7) {
      at_ = start;
      return false;
    }
    const int now = static_cast<int>(std::chrono::weekday{today_}.iso_encoding());
    date.on = today_ + days{day - now + 7 * std::max(weeks, 0)};
    if (weeks < 0 && date.on < today_) date.on += days{7};
    return true;
  }

  // 月底, 下月5日, 年底
  bool read_month_word(SaidDate& date) {
    const std::size_t start = at_;
    if (take(U"年底")) return set_in_year(date, 12, 31);
    int later = 0;
    if (take(U"下个月") || take(U"下月"))
      later = 1;
    else if (!take(U"本月") && !take(U"这个月") && text_.substr(at_, 2) != U"月底")
      return false;
    take(U"月");
    if (take(U"底")) return set_month_end(date, later);
    const auto day = number();
    if (day && (take(U"日") || take(U"号")) && set_in_month(date, later, *day)) return true;
    at_ = start;
    return false;
  }

  int month_name() {
    for (std::size_t i = 0; i < kMonths.size(); ++i)
      if (take(kMonths.at(i))) {
        while (at_ < text_.size() && is_letter(text_[at_])) ++at_;
        return static_cast<int>(i) + 1;
      }
    return 0;
  }
  // "5 Dec", "Dec 5", "3 working days", "2 weeks"
  bool read_english(SaidDate& date) {
    const std::size_t start = at_;
    if (take(U"in ")) spaces();
    if (const int month = month_name()) {
      spaces();
      const auto day = number();
      if (day && set_in_year(date, month, *day)) return true;
    } else if (const auto count = number()) {
      spaces();
      if (const int of = month_name(); of && set_in_year(date, of, *count)) return true;
      if (take(U"working day")) {
        take(U"s");
        return span(date, SaidDate::working_days, *count);
      }
      for (const auto& [word, times] : {std::pair{View{U"day"}, 1}, {View{U"week"}, 7}})
        if (take(word)) {
          take(U"s");
          return span(date, SaidDate::days, *count * times);
        }
    }
    at_ = start;
    return false;
  }

  static bool span(SaidDate& date, SaidDate::Kind kind, int count) {
    date.kind = kind;
    date.count = count;
    return true;
  }

  // 2026年12月5日, 12月5日, 5日, 12-5, 2026-12-5, 3个工作日, 3天, 两周, 1个月
  bool read_numbers(SaidDate& date) {
    const auto first = number();
    if (!first) return false;
    if (take(U"年")) {
      const auto month = number();
      if (!month || !take(U"月")) return false;
      const auto day = number();
      if (!day) return false;
      if (!take(U"日")) take(U"号");
      return set(date, *first, *month, *day);
    }
    if (take(U"个工作日") || take(U"工作日") || take(U"个工作天"))
      return span(date, SaidDate::working_days, *first);
    if (take(U"个月")) return span(date, SaidDate::days, *first * 30);
    if (take(U"月")) {
      if (take(U"底")) {
        if (!set_in_year(date, *first, 1)) return false;
        const year_month_day on{date.on};
        date.on = local_days{on.year() / on.month() / std::chrono::last};
        return true;
      }
      const auto day = number();
      if (!day) return false;
      if (!take(U"日")) take(U"号");
      return set_in_year(date, *first, *day);
    }
    if (take(U"天") || take(U"日后")) return span(date, SaidDate::days, *first);
    if (take(U"个星期") || take(U"个礼拜") || take(U"周") || take(U"星期"))
      return span(date, SaidDate::days, *first * 7);
    if (take(U"日") || take(U"号")) return bare_day(date, *first);
    return separated(date, *first);
  }

  bool bare_day(SaidDate& date, int day) const {
    if (set_in_month(date, 0, day) && date.on >= today_) return true;
    return set_in_month(date, 1, day);
  }

  bool separated(SaidDate& date, int first) {
    constexpr View kMarks = U"-/.";
    const auto mark = [&] {
      if (at_ >= text_.size() || kMarks.find(text_[at_]) == View::npos) return false;
      ++at_;
      return true;
    };
    if (!mark()) return false;
    const auto second = number();
    if (!second) return false;
    if (first < 1000) return set_in_year(date, first, *second);
    if (!mark()) return false;
    const auto third = number();
    return third && set(date, first, *second, *third);
  }

  Folded folded_;
  View text_;
  local_days today_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<SaidDate> read(std::string_view text, Instant now) {
  return Reader{text, now}.read();
}

local_days today(Instant now) { return std::chrono::floor<days>(to_shanghai(now)); }

local_days day_of(const SaidDate& date, local_days from) {
  return date.kind == SaidDate::day ? date.on : from + days{date.count};
}

}  // namespace huiyin::dates
