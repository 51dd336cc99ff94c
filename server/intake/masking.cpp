#include "server/intake/masking.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "server/intake/fold.h"

namespace huiyin {
namespace {

using View = std::u32string_view;

// One digit of a number, however it was written.
struct Digit {
  std::size_t at;  // character
  char32_t value;  // '0'..'9', 'x'
  bool chinese;    // 一三八 ...
};

struct Keep {
  std::size_t first, last;  // digits left readable at either end
};

std::optional<char32_t> numeral(char32_t c) {
  if (is_digit(c)) return c;
  constexpr View kDigits = U"〇一二三四五六七八九";
  constexpr View kSpoken = U"零幺二三四五六七八九";
  constexpr View kFormal = U"零壹贰叁肆伍陆柒捌玖";
  for (const View set : {kDigits, kSpoken, kFormal}) {
    const std::size_t at = set.find(c);
    if (at != View::npos) return U'0' + static_cast<char32_t>(at);
  }
  return c == U'两' ? std::optional<char32_t>{U'2'} : std::nullopt;
}

// Up to two of these between digits keep them one number.
bool joins(char32_t c) {
  return c == ' ' || c == '-' || c == U'·' || c == '.' || c == '_' || c == '(' || c == ')' ||
         c == ',' || c == '/' || c == U'、' || c == '+';
}

constexpr std::size_t kLongest = 19;  // digits of the longest bank card

class Masker {
 public:
  explicit Masker(std::string_view text) : folded_{fold(text, text.size())}, text_{folded_.chars} {
    hidden_.resize(text_.size());
  }

  std::string run() {
    for (std::size_t i = 0; i < text_.size();) {
      const std::vector<Digit> number = number_at(i);
      if (number.empty()) {
        ++i;
        continue;
      }
      mask_number(number);
      i = number.back().at + 1;
    }
    mask_plates();
    return written();
  }

 private:
  std::vector<Digit> number_at(std::size_t i) const;
  std::vector<std::size_t> group_ends(const std::vector<Digit>& number) const;
  void mask_number(const std::vector<Digit>& number);
  std::size_t harmless(const std::vector<Digit>& number, const std::vector<std::size_t>& ends,
                       std::size_t g) const;
  bool is_local(const std::vector<Digit>& number, std::size_t from, std::size_t to) const;
  bool mask_part(const std::vector<Digit>& number, std::size_t from, std::size_t to);
  void hide(const std::vector<Digit>& number, std::size_t from, std::size_t to, Keep keep);
  void mask_plates();
  std::string written() const;

  Folded folded_;
  View text_;
  std::vector<bool> hidden_;
};

// All digits from `i` on that may belong to one number. Chinese numerals count in runs of four or
// more: 一二 is no number.
std::vector<Digit> Masker::number_at(std::size_t i) const {
  std::vector<Digit> number;
  std::size_t gap = 0;
  for (; i < text_.size() && gap <= 2; ++i) {
    const auto digit = numeral(text_[i]);
    if (digit) {
      number.push_back({i, *digit, !is_digit(text_[i])});
      gap = 0;
    } else if (text_[i] == 'x' && number.size() >= 17 && gap == 0) {
      number.push_back({i, 'x', false});
    } else if (!number.empty() && joins(text_[i])) {
      ++gap;
    } else {
      break;
    }
  }
  return number;
}

// Digit counts after which the writer made a gap: "138 1234 5678" -> 3, 7, 11.
std::vector<std::size_t> Masker::group_ends(const std::vector<Digit>& number) const {
  std::vector<std::size_t> ends;
  for (std::size_t n = 1; n < number.size(); ++n) {
    if (number[n].at != number[n - 1].at + 1) ends.push_back(n);
  }
  ends.push_back(number.size());
  return ends;
}

bool is_date(const std::vector<Digit>& number, std::size_t from, std::size_t length, bool century) {
  const auto value = [&](std::size_t at, std::size_t n) {
    int v = 0;
    for (std::size_t k = 0; k < n; ++k) v = v * 10 + static_cast<int>(number[at + k].value - '0');
    return v;
  };
  if (length < (century ? 8U : 6U)) return false;
  const int year = century ? value(from, 4) : 2000 + value(from, 2);
  const std::size_t rest = from + (century ? 4 : 2);
  const int month = value(rest, 2), day = value(rest + 2, 2);
  return year >= 1900 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

void Masker::hide(const std::vector<Digit>& number, std::size_t from, std::size_t to, Keep keep) {
  for (std::size_t n = from + keep.first; n + keep.last < to; ++n) hidden_[number[n].at] = true;
}

// Digits [from, to) as one number; true when it was one to be masked.
bool Masker::mask_part(const std::vector<Digit>& number, std::size_t from, std::size_t to) {
  const std::size_t length = to - from;
  const auto digit = [&](std::size_t n) { return number[from + n].value; };
  const bool mobile = length >= 11 && digit(0) == '1' && digit(1) >= '2';
  if (length == 18 || (length == 15 && is_date(number, from + 6, 6, false) && digit(0) <= '6')) {
    if (digit(0) >= '1' && digit(0) <= '8') {
      hide(number, from, to, {6, 4});
      return true;
    }
  }
  if (length >= 15 && digit(0) >= '3' && digit(0) <= '6') {
    hide(number, from, to, {0, 4});
    return true;
  }
  if (mobile && length == 11) {
    hide(number, from, to, {3, 4});
    return true;
  }
  if (length == 13 && digit(0) == '8' && digit(1) == '6' && digit(2) == '1') {  // +86
    hide(number, from + 2, to, {3, 4});
    return true;
  }
  const bool area_code = digit(0) == '0' && length >= 10 && length <= 12;
  if (area_code && !is_date(number, from, length, true)) {
    hide(number, from, to, {0, 4});
    return true;
  }
  return false;
}

// Groups from `g` on that are a date (2026-3-26) or a case number (261123-0042): 0 when neither.
std::size_t Masker::harmless(const std::vector<Digit>& number, const std::vector<std::size_t>& ends,
                             std::size_t g) const {
  const std::size_t from = g == 0 ? 0 : ends[g - 1];
  const auto length = [&](std::size_t k) {
    return k < ends.size() ? ends[k] - (k == 0 ? 0 : ends[k - 1]) : 0;
  };
  const bool joined = length(g + 1) != 0 && text_[number[ends[g]].at - 1] == '-';
  if (length(g) == 6 && is_date(number, from, 6, false) && joined && length(g + 1) <= 5) return 2;
  const bool year = length(g) == 4 && (number[from].value == '1' || number[from].value == '2') &&
                    (number[from + 1].value == '9' || number[from + 1].value == '0');
  if (year && length(g + 1) >= 1 && length(g + 1) <= 2 && length(g + 2) >= 1 &&
      length(g + 2) <= 2) {
    return 3;
  }
  return 0;
}

// A local landline: seven or eight digits that are no date and no amount.
bool Masker::is_local(const std::vector<Digit>& number, std::size_t from, std::size_t to) const {
  const std::size_t length = to - from;
  if ((length != 7 && length != 8) || number[from].chinese) return false;
  if (number[from].value < '2' || number[from].value > '8') return false;
  if (is_date(number, from, length, true)) return false;
  constexpr View kUnits = U"元块万亿户人亩米吨千度年月日号家只斤公平立";
  const View after = text_.substr(number[to - 1].at + 1);
  return after.empty() || kUnits.find(after.front()) == View::npos;
}

// Two numbers may stand side by side ("13800001111 13900002222"), and one may have gaps anywhere:
// the longest sequence of whole groups that makes a number wins.
void Masker::mask_number(const std::vector<Digit>& number) {
  const std::vector<std::size_t> ends = group_ends(number);
  const auto start = [&](std::size_t g) { return g == 0 ? 0 : ends[g - 1]; };
  const auto mobile = [&](std::size_t g) {
    return ends[g] - start(g) == 11 && number[start(g)].value == '1';
  };
  for (std::size_t g = 0; g < ends.size();) {
    if (const std::size_t groups = harmless(number, ends, g)) {
      g += groups;
      continue;
    }
    std::size_t last = g;  // no group of its own that is a mobile number is joined to others
    while (last + 1 < ends.size() && !mobile(last) && !mobile(last + 1)) ++last;
    std::size_t next = g + 1;
    bool known = false;
    for (std::size_t h = last + 1; h-- > g && !known;) {
      known = ends[h] - start(g) <= kLongest && mask_part(number, start(g), ends[h]);
      if (known) next = h + 1;
    }
    const bool too_long = ends[g] - start(g) > kLongest;
    if (!known && (too_long || is_local(number, start(g), ends[g]))) {
      hide(number, start(g), ends[g], {0, 4});
    }
    g = next;
  }
}

// 浙D·12345, 浙DF12345: the letter and the last two stay.
void Masker::mask_plates() {
  constexpr View kProvinces = U"京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
  for (std::size_t i = 0; i + 6 < text_.size(); ++i) {
    if (kProvinces.find(text_[i]) == View::npos || !is_letter(text_[i + 1])) continue;
    std::size_t from = i + 2;
    while (from < text_.size() && (text_[from] == U'·' || text_[from] == ' ' ||
                                   text_[from] == '.' || text_[from] == '-')) {
      ++from;
    }
    std::size_t to = from;
    bool digit = false;
    while (to < text_.size() && (is_letter(text_[to]) || is_digit(text_[to]))) {
      digit = is_digit(text_[to++]) || digit;
    }
    if (to - from < 5 || to - from > 6 || !digit) continue;
    for (std::size_t n = from; n + 2 < to; ++n) hidden_[n] = true;
  }
}

std::string Masker::written() const {
  std::string out;
  out.reserve(folded_.display.size());
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (hidden_[i]) {
      out += '*';
    } else {
      out += folded_.written(i, i + 1);
    }
  }
  return out;
}

}  // namespace

std::string mask_personal(std::string_view text) {
  if (text.empty()) return {};
  return Masker{text}.run();
}

std::string mask_known_name(std::string text, std::string_view name) {
  if (fold(name).size() < 2) return text;
  const std::string hidden = mask_name(name);
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + hidden.size()))
    text.replace(at, name.size(), hidden);
  return text;
}

std::string mask_name(std::string_view name) {
  const Folded folded = fold(name);
  if (folded.size() == 0) return {};
  std::string out{folded.written(0, 1)};
  out += "**";
  return out;
}

}  // namespace huiyin
