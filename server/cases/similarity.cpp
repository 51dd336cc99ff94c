#include "server/cases/similarity.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <utility>

namespace huiyin {
namespace {

constexpr std::size_t kMostCharacters = 300;  // who writes on repeats himself
constexpr double kLonger = 0.25;              // what the longer text has more counts only so much

// Said in every report, whatever it is about. Longer ones first where one begins with another.
constexpr auto kEverywhere = std::to_array<std::string_view>(
    {"麻烦",   "帮忙",   "请问", "你好",   "您好",   "谢谢", "希望",   "尽快", "赶紧",   "处理",
     "解决",   "反映",   "投诉", "举报",   "建议",   "问题", "情况",   "领导", "政府",   "一直",
     "好几天", "几天",   "好久", "很久",   "好多天", "天天", "每天",   "昨天", "今天",   "昨晚",
     "前天",   "现在",   "已经", "没有人", "没人",   "有人", "我们",   "你们", "他们",   "我家",
     "大家",   "这里",   "那里", "这边",   "那边",   "附近", "门口",   "村口", "村里",   "旁边",
     "非常",   "严重",   "特别", "影响",   "生活",   "出行", "不方便", "怎么", "什么",   "时候",
     "管管",   "管一管", "来修", "修一修", "维修",   "修理", "怎么办", "晚上", "白天",   "早上",
     "睡不着", "又是",   "想问", "问一下", "问下",   "咨询", "请教",   "全村", "整个村", "危险",
     "小孩",   "老人",   "不敢", "中间"});

// Different words for one trouble.
struct Same {
  std::string_view said, meant;
};
constexpr auto kSame = std::to_array<Same>({{"不亮", "坏"},
                                            {"没亮", "坏"},
                                            {"不会亮", "坏"},
                                            {"不能用", "坏"},
                                            {"用不了", "坏"},
                                            {"损坏", "坏"},
                                            {"坏掉", "坏"},
                                            {"断水", "停水"},
                                            {"没水", "停水"},
                                            {"没有水", "停水"},
                                            {"断电", "停电"},
                                            {"没电", "停电"},
                                            {"没有电", "停电"},
                                            {"堆成山", "堆"},
                                            {"很臭", "臭"},
                                            {"臭味", "臭"},
                                            {"臭气", "臭"},
                                            {"难闻", "臭"}});

// Carry nothing by themselves.
constexpr std::u32string_view kEmpty =
    U"的了着过得地很都又也还就在是和与跟把被给让我你他她它这那个盏只条有没啊呀呢吧吗嘛请要会能到从"
    U"到";

// Lower-case code points; full width as half width. Broken bytes are passed over.
std::u32string characters(std::string_view text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size() && out.size() < kMostCharacters;) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
      c = (c << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    i += length;
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (c >= 'A' && c <= 'Z') c += 'a' - 'A';
    out += c;
  }
  return out;
}

bool is_digit(char32_t c) {
  constexpr std::u32string_view kNumerals = U"零〇一二两三四五六七八九十百千";
  return (c >= '0' && c <= '9') || kNumerals.find(c) != std::u32string_view::npos;
}

bool is_word(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 0x3400 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x323AF);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  if (from.empty()) return;
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

using Pairs = std::vector<std::uint64_t>;  // sorted, each once

void sort_once(Pairs& pairs) {
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
}

// Neighbours across a gap of punctuation or numbers are no pair; across a dropped word they are.
Pairs pairs_of(const std::u32string& text, std::u32string_view dropped) {
  Pairs pairs;
  char32_t before = 0;
  for (const char32_t c : text) {
    if (dropped.find(c) != std::u32string_view::npos) continue;
    if (!is_word(c) || is_digit(c)) {
      before = 0;
      continue;
    }
    if (before != 0) pairs.push_back((std::uint64_t{before} << 32) | c);
    before = c;
  }
  sort_once(pairs);
  return pairs;
}

std::size_t common(const Pairs& a, const Pairs& b) {
  std::size_t count = 0;
  for (auto i = a.begin(), j = b.begin(); i != a.end() && j != b.end();) {
    if (*i == *j) ++count;
    const bool step = *i <= *j, other = *j <= *i;
    i += step ? 1 : 0;
    j += other ? 1 : 0;
  }
  return count;
}

// Which characters a text has, so that most of the words above need not be looked for. Says yes
// too often, never no.
class Characters {
 public:
  explicit Characters(std::string_view text) { add(text); }
  void add(std::string_view text) {
    for (std::size_t i = 0; i + kWidth <= text.size(); ++i) there_.set(place(text.substr(i)));
  }
  bool may_have(std::string_view word) const {
    // A name with a space may arise from what was dropped before.
    if (word.size() < kWidth || word.substr(0, kWidth).find(' ') != word.npos) return true;
    return there_.test(place(word));
  }

 private:
  static constexpr std::size_t kWidth = 3;  // bytes of a Chinese character
  static constexpr std::size_t kPlaces = 4096;
  static std::size_t place(std::string_view at) {
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(at[i])}; };
    return ((byte(0) << 11) ^ (byte(1) << 6) ^ byte(2)) % kPlaces;
  }
  std::bitset<kPlaces> there_;
};

constexpr char32_t kBreak = U'\n', kGap = U' ';

bool parts(char32_t c) { return c == kBreak || c == kGap; }

// Words alone; gaps where others were dropped, breaks between clauses.
std::u32string clauses(const std::u32string& text) {
  std::u32string out;
  for (const char32_t c : text) {
    if (kEmpty.find(c) != std::u32string_view::npos) continue;
    const bool word = is_word(c) && !is_digit(c);
    out += word ? c : c == kGap ? kGap : kBreak;
  }
  return out;
}

struct Run {
  std::size_t one = 0, two = 0, length = 0;  // from, from, characters
};

// The longest words that both have.
Run longest_run(std::u32string_view one, std::u32string_view two) {
  Run best;
  std::vector<std::size_t> before(two.size() + 1), now(two.size() + 1);
  for (std::size_t i = 1; i <= one.size(); ++i) {
    for (std::size_t k = 1; k <= two.size(); ++k) {
      now[k] = one[i - 1] == two[k - 1] && !parts(one[i - 1]) ? before[k - 1] + 1 : 0;
      if (now[k] > best.length) best = {i - now[k], k - now[k], now[k]};
    }
    std::swap(before, now);
  }
  return best;
}

// More is said in the clause that holds the run.
bool says_more(std::u32string_view text, std::size_t from, std::size_t length) {
  std::size_t to = from + length;
  while (from > 0 && text[from - 1] == kGap) --from;
  while (to < text.size() && text[to] == kGap) ++to;
  return (from > 0 && text[from - 1] != kBreak) || (to < text.size() && text[to] != kBreak);
}

// They name one thing, and what each says about it has no character in common.
bool another_matter(std::u32string_view one, std::u32string_view two) {
  const Run run = longest_run(one, two);
  if (!says_more(one, run.one, run.length) || !says_more(two, run.two, run.length)) return false;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (parts(one[i]) || (i >= run.one && i < run.one + run.length)) continue;
    const auto at = two.find(one[i]);
    for (auto k = at; k != std::u32string_view::npos; k = two.find(one[i], k + 1))
      if (k < run.two || k >= run.two + run.length) return false;
  }
  return true;
}

std::u32string troubles(std::string_view said, const std::vector<std::string_view>& leave_out) {
  std::string text{said};
  Characters here{text};
  const auto replace = [&](std::string_view from, std::string_view to) {
    if (here.may_have(from)) replace_all(text, from, to);
  };
  for (const auto& word : leave_out) replace(word, " ");
  for (const auto& word : kEverywhere) replace(word, " ");
  for (const auto& [from, to] : kSame) {
    if (!here.may_have(from)) continue;
    replace_all(text, from, to);
    here.add(to);
  }
  return clauses(characters(text));
}

std::u32string digits_of(const std::u32string& text) {
  std::u32string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), is_digit);
  return digits;
}

std::u32string words_of(const std::u32string& text) {
  std::u32string words;
  std::ranges::copy_if(text, std::back_inserter(words),
                       [](char32_t c) { return is_word(c) && kEmpty.find(c) == kEmpty.npos; });
  return words;
}

}  // namespace

Trouble::Trouble(std::string_view text, const std::vector<std::string_view>& leave_out)
    : words_{troubles(text, leave_out)}, pairs_{pairs_of(words_, {})} {}

double Trouble::similarity(const Trouble& other) const {
  const Pairs &one = pairs_, &two = other.pairs_;
  if (one.empty() || two.empty()) return 0;
  const auto least = static_cast<double>(std::min(one.size(), two.size()));
  const auto most = static_cast<double>(std::max(one.size(), two.size()));
  const auto shared = common(one, two);
  if (shared == 0 || another_matter(words_, other.words_)) return 0;
  return static_cast<double>(shared) / (least + kLonger * (most - least));
}

// At most those pairs are common whose characters the text has, or what they stand for.
bool Trouble::may_resemble(std::string_view text, double least) const {
  using There = std::bitset<1024>;
  static const There kMeant = [] {
    There there;
    for (const auto& same : kSame)
      for (const char32_t c : characters(same.meant)) there.set(c % there.size());
    return there;
  }();
  const auto said = characters(text);
  if (least <= 0 || said.size() >= kMostCharacters) return true;
  There there = kMeant;
  for (const char32_t c : said) there.set(c % there.size());
  const auto both = [&](std::uint64_t pair) {
    return there.test((pair >> 32) % there.size()) &&
           there.test((pair & 0xFFFFFFFFU) % there.size());
  };
  const auto most = static_cast<double>(std::ranges::count_if(pairs_, both));
  const auto mine = static_cast<double>(pairs_.size());
  return most > 0 && most / (most + kLonger * (mine - most)) >= least;
}

bool nearly_identical(std::string_view a, std::string_view b) {
  constexpr double kSlip = 0.8;
  const auto one = characters(a), two = characters(b);
  if (digits_of(one) != digits_of(two)) return false;
  const auto left = words_of(one), right = words_of(two);
  if (left == right) return !left.empty() || one == two;
  const Pairs pairs = pairs_of(left, {}), others = pairs_of(right, {});
  if (pairs.empty() || others.empty()) return false;
  return 2.0 * static_cast<double>(common(pairs, others)) >=
         kSlip * static_cast<double>(pairs.size() + others.size());
}

}  // namespace huiyin
