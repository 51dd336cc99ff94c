#include "server/intake/numbers.h"

#include <algorithm>
#include <array>

namespace huiyin {
namespace {

using View = std::u32string_view;

constexpr int kFirstYear = 20;  // of case numbers; below it eleven digits are a mobile number
constexpr std::array<View, 8> kPrefixes = {U"编号",   U"单号", U"件号", U"尾号",
                                           U"受理号", U"案号", U"号码", U"no."};

std::string digits(View text) {
  std::string out;
  for (const char32_t c : text) out += static_cast<char>(c);
  return out;
}

std::string padded(std::string number) {
  if (number.size() < 4) number.insert(0, 4 - number.size(), '0');
  return number;
}

bool is_day(View six) {
  const auto two = [&](std::size_t i) {
    return static_cast<int>((six[i] - '0') * 10 + (six[i + 1] - '0'));
  };
  return two(0) >= kFirstYear && two(2) >= 1 && two(2) <= 12 && two(4) >= 1 && two(4) <= 31;
}

// A run of digits and what may join it to another one.
struct Scanner {
  View text;

  std::size_t run_end(std::size_t i) const {
    while (i < text.size() && is_digit(text[i])) ++i;
    return i;
  }
  bool joined_before(std::size_t i) const {
    return i > 0 && (is_letter(text[i - 1]) || text[i - 1] == '-' || text[i - 1] == '.' ||
                     text[i - 1] == '/' || text[i - 1] == '+');
  }
  bool joined_after(std::size_t i) const {
    if (i >= text.size()) return false;
    if (is_letter(text[i])) return true;
    const bool joiner = text[i] == '-' || text[i] == '.' || text[i] == '/' || text[i] == ':';
    return joiner && i + 1 < text.size() && is_digit(text[i + 1]);
  }
  // Start of 编号, 单号, 第 ... before `i`, or `i` itself.
  std::size_t prefix_start(std::size_t i, bool& ordinal) const {
    ordinal = false;
    std::size_t p = i;
    while (p > 0 && (is_space(text[p - 1]) || text[p - 1] == ':' || text[p - 1] == U'为' ||
                     text[p - 1] == U'是' || text[p - 1] == '#')) {
      --p;
    }
    for (const View prefix : kPrefixes) {
      if (text.substr(0, p).ends_with(prefix)) return p - prefix.size();
    }
    if (i > 0 && text[i - 1] == U'第') {
      ordinal = true;
      return i - 1;
    }
    return i > 0 && text[i - 1] == '#' ? i - 1 : i;
  }
};

// "第42号楼" is a building: an ordinal counts when 号 ends it.
bool ends_ordinal(View text, std::size_t i) {
  if (i >= text.size() || text[i] != U'号') return false;
  if (i + 1 == text.size() || !is_word(text[i + 1])) return true;
  constexpr View kGoesOn = U"怎办现有的到处进什签接退联追上转挂";
  return kGoesOn.find(text[i + 1]) != View::npos;
}

// What the digits starting at `from` are. Empty optional: no case number.
std::optional<NumberToken> token_at(const Scanner& scan, std::size_t from, std::size_t run) {
  const View text = scan.text;
  const std::size_t length = run - from;
  bool ordinal = false;
  NumberToken token{scan.prefix_start(from, ordinal), run, {}, NumberToken::certain};
  const bool prefixed = token.from != from;
  if (!prefixed && scan.joined_before(from)) return std::nullopt;

  const View six = text.substr(from, 6);
  if (length == 6 && is_day(six) && run + 1 < text.size() &&
      (text[run] == '-' || text[run] == '_' || text[run] == ' ')) {
    const std::size_t end = scan.run_end(run + 1);
    const std::size_t tail = end - run - 1;
    // A space is no sure sign, so after it all four digits are wanted.
    const std::size_t least = text[run] == ' ' ? 4 : 1;
    if (tail >= least && tail <= 6 && !scan.joined_after(end)) {
      token.to = end;
      token.number = digits(six) + "-" + padded(digits(text.substr(run + 1, tail)));
    }
  } else if ((length == 10 || length == 11) && is_day(six) && !scan.joined_after(run)) {
    token.number = digits(six) + "-" + digits(text.substr(from + 6, length - 6));
  } else if (length <= 4 && !scan.joined_after(run)) {
    const bool announced = ordinal ? length > 1 && ends_ordinal(text, run) : prefixed;
    const bool alone = length == 4 && (run == text.size() || !is_word(text[run]) ||
                                       (text[run] == U'号' && ends_ordinal(text, run)));
    if (!announced && !alone) return std::nullopt;
    token.number = padded(digits(text.substr(from, length)));
    token.certainty = announced ? NumberToken::certain : NumberToken::possible;
  }
  if (token.number.empty()) return std::nullopt;
  if (token.to < text.size() && text[token.to] == U'号') ++token.to;
  return token;
}

int numeral(char32_t c) {
  if (is_digit(c)) return static_cast<int>(c - '0');
  if (c == U'两') return 2;
  if (c == U'〇') return 0;
  constexpr View kNumerals = U"零一二三四五六七八九";
  const std::size_t at = kNumerals.find(c);
  return at == View::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::vector<NumberToken> find_case_numbers(View text) {
  std::vector<NumberToken> found;
  const Scanner scan{text};
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) {
      ++i;
      continue;
    }
    std::size_t end = scan.run_end(i);
    if (auto token = token_at(scan, i, end)) {
      end = std::max(end, token->to);
      found.push_back(std::move(*token));
    } else {
      // The whole of 0575-8301 or 2026-11-23 is one thing and holds no number.
      while (scan.joined_after(end) && end + 1 < text.size() && is_digit(text[end + 1])) {
        end = scan.run_end(end + 1);
      }
    }
    i = end;
  }
  return found;
}

std::optional<int> small_number(View text) {
  if (text.empty() || text.size() > 3) return std::nullopt;
  if (std::ranges::all_of(text, is_digit)) {
    if (text.size() > 2) return std::nullopt;
    int value = 0;
    for (const char32_t c : text) value = value * 10 + static_cast<int>(c - '0');
    return value;
  }
  const std::size_t ten = text.find(U'十');
  if (ten == View::npos) {
    const int value = numeral(text[0]);
    return text.size() == 1 && value >= 0 ? std::optional{value} : std::nullopt;
  }
  const View before = text.substr(0, ten), after = text.substr(ten + 1);
  const int tens = before.empty() ? 1 : before.size() == 1 ? numeral(before[0]) : -1;
  const int ones = after.empty() ? 0 : after.size() == 1 ? numeral(after[0]) : -1;
  if (tens < 1 || ones < 0 || (!after.empty() && ones == 0)) return std::nullopt;
  return tens * 10 + ones;
}

}  // namespace huiyin
