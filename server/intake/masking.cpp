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

// Up to three of these between digits keep them one number.
bool joins(char32_t c) {
  return c == ' ' || c == '-' || c == U'·' || c == '.' || c == '_' || c == '(' || c == ')' ||
         c == ',' || c == '/' || c == U'、' || c == '+' || c == 0x20E3;  // the frame of 1⃣
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
    mask_names();
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
  bool told_as_number(std::size_t at) const;
  void mask_plates();
  void mask_names();
  std::size_t name_at(std::size_t i) const;
  std::string written() const;

  Folded folded_;
  View text_;
  std::vector<bool> hidden_;
  std::vector<std::size_t> names_;  // ends of what is hidden as "**", ascending
};

// All digits from `i` on that may belong to one number. Chinese numerals count in runs of four or
// more: 一二 is no number.
std::vector<Digit> Masker::number_at(std::size_t i) const {
  std::vector<Digit> number;
  std::size_t gap = 0;
  for (; i < text_.size() && gap <= 3; ++i) {
    const auto digit = numeral(text_[i]);
    if (digit) {
      number.push_back({i, *digit, !is_digit(text_[i])});
      gap = 0;
    } else if (text_[i] == 'x' && number.size() >= 17 && gap <= 1) {
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
    const bool gap = number[n].at != number[n - 1].at + 1;
    if (gap || number[n].chinese != number[n - 1].chinese) ends.push_back(n);  // 张三138...
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
  if (length >= 16 || (length == 15 && digit(0) >= '3' && digit(0) <= '6')) {
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
  if (length == 15 && digit(0) == '0' && digit(1) == '0' && digit(2) == '8' && digit(3) == '6' &&
      digit(4) == '1') {  // 0086
    hide(number, from + 4, to, {3, 4});
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

// "电话8301-2345": what comes is a number to call, however it is parted.
bool Masker::told_as_number(std::size_t at) const {
  constexpr std::size_t kReach = 8;
  const std::size_t from = at > kReach ? at - kReach : 0;
  const View before = text_.substr(from, at - from);
  for (const View word : {U"电话", U"座机", U"手机", U"号码", U"热线", U"tel", U"phone"})
    if (before.find(word) != View::npos) return true;
  return false;
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
    if (!known && g + 1 < ends.size()) {  // a local landline in two parts
      const std::size_t digits = ends[g + 1] - start(g);
      if ((digits == 7 || digits == 8) && ends[g] - start(g) >= 3 &&
          told_as_number(number[start(g)].at)) {
        hide(number, start(g), ends[g + 1], {0, 4});
        known = true;
        next = g + 2;
      }
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
    constexpr View kSpecial = U"警学挂港澳领";
    const bool special = to < text_.size() && kSpecial.find(text_[to]) != View::npos;
    if (to - from < (special ? 4U : 5U) || to - from > 6 || !digit) continue;
    for (std::size_t n = from; n + 2 < to; ++n) hidden_[n] = true;
  }
}

// Characters of a full name from `i` on: a surname and one or two more; 0 when there is none.
std::size_t Masker::name_at(std::size_t i) const {
  constexpr View kSurnames =
      U"王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋"
      U"田杜丁沈"
      U"姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严"
      U"尹钱施牛洪"
      U"龚汤陶黎温莫易樊乔文安殷颜庄章鲁倪庞邢俞翟蓝聂齐向申葛岳楼竺骆裘娄过祝寿茹屠斯郦鲍蒙戚柴宣"
      U"阮童单应柳"
      U"冷费凌祁盛喻虞寿诸孟竹尉茅钮赏求尧";
  constexpr View kEnds = U"住在是的电手说也就和跟与及家来去把被给为从到要想会反联同有请";
  if (i >= text_.size() || kSurnames.find(text_[i]) == View::npos) return 0;
  std::size_t end = i + 1;
  while (end < text_.size() && end < i + 3 && is_hanzi(text_[end]) &&
         kEnds.find(text_[end]) == View::npos)
    ++end;
  return end - i >= 2 ? end - i : 0;
}

// "我叫王小明", "联系人：王小明", "王小明，电话13812345678": who says so is meant by name.
void Masker::mask_names() {
  const auto hide_name = [&](std::size_t i, std::size_t length) {
    for (std::size_t n = i + 1; n < i + length; ++n) hidden_[n] = true;
    names_.push_back(i + length);
  };
  constexpr View kBefore[] = {U"我叫", U"名叫", U"叫做", U"姓名", U"本人", U"联系人", U"反映人"};
  constexpr View kMeans = U":是为, ";
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (hidden_[i]) continue;
    const auto named =
        std::ranges::find_if(kBefore, [&](View word) { return text_.substr(i).starts_with(word); });
    if (named != std::end(kBefore)) {
      std::size_t at = i + named->size();
      while (at < text_.size() && kMeans.find(text_[at]) != View::npos) ++at;
      if (const std::size_t length = name_at(at)) {
        hide_name(at, length);
        i = at + length - 1;
      }
      continue;
    }
    if (i > 0 && is_hanzi(text_[i - 1])) continue;
    const std::size_t length = name_at(i);
    if (length == 0) continue;
    std::size_t next = i + length;
    const auto pass = [&](View word) {
      if (!text_.substr(next).starts_with(word)) return false;
      next += word.size();
      return true;
    };
    while (next < text_.size() && (kMeans.find(text_[next]) != View::npos || pass(U"联系") ||
                                   pass(U"电话") || pass(U"手机") || pass(U"号码")))
      if (kMeans.find(text_[next]) != View::npos) ++next;
    // A number that was hidden follows: the name belongs to it.
    constexpr std::size_t kFirst = 5;
    const std::size_t end = std::min(text_.size(), next + kFirst);
    bool number = next < end && numeral(text_[next]).has_value();
    bool secret = false;
    for (std::size_t n = next; n < end; ++n) secret = secret || hidden_[n];
    number = number || (next < text_.size() && hidden_[next]);
    if (number && secret) {
      hide_name(i, length);
      i += length - 1;
    }
  }
}

std::string Masker::written() const {
  std::string out;
  out.reserve(folded_.display.size());
  auto name = names_.begin();
  for (std::size_t i = 0; i < text_.size(); ++i) {
    // The length of a name tells nothing.
    if (name != names_.end() && i + 1 == *name) {
      out += "**";
      ++name;
    } else if (name != names_.end() && hidden_[i] && i + 3 > *name && i < *name) {
      continue;
    } else if (hidden_[i]) {
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
