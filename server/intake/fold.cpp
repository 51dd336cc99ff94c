#include "server/intake/fold.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <memory>
#include <stdexcept>

namespace huiyin {
namespace {

constexpr std::size_t kTable = 0x10000;  // beyond it characters match as they are

struct Table {
  std::vector<char16_t> to = std::vector<char16_t>(kTable);
};

bool is_dash(char32_t c) {
  return (c >= 0x2010 && c <= 0x2015) || c == 0x2212 || c == 0xFE58 || c == 0xFE63 || c == 0xFF0D;
}

// ICU costs microseconds a character; asked once for every character, it costs nothing later.
Table make_table() {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCCasefoldInstance(error);
  const std::unique_ptr<icu::Transliterator> simplify{
      icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, error)};
  if (U_FAILURE(error)) {
    throw std::runtime_error{std::string{"ICU data is missing: "} + u_errorName(error)};
  }
  Table table;
  icu::UnicodeString hanzi;
  for (char32_t c = 0; c < kTable; ++c) {
    table.to[c] = static_cast<char16_t>(c);
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    if (is_dash(c)) {
      table.to[c] = u'-';
      continue;
    }
    const icu::UnicodeString folded =
        nfkc->normalize(icu::UnicodeString{static_cast<UChar32>(c)}, error);
    if (folded.isEmpty()) table.to[c] = 0;
    if (folded.length() == 1) table.to[c] = folded.charAt(0);
    if (is_hanzi(table.to[c])) hanzi.append(table.to[c]).append(u'\n');
  }
  simplify->transliterate(hanzi);  // one call; line breaks keep the rules from seeing words
  int next = 0;
  for (char32_t c = 0; c < kTable; ++c) {
    if ((c >= 0xD800 && c <= 0xDFFF) || !is_hanzi(table.to[c])) continue;
    const int end = hanzi.indexOf(u'\n', next);
    if (end - next == 1) table.to[c] = hanzi.charAt(next);
    next = end + 1;
  }
  return table;
}

const Table& table() {
  static const Table once = make_table();
  return once;
}

// One character at `i`, which moves on. U+FFFD for anything that is not UTF-8.
char32_t decode(std::string_view s, std::size_t& i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(s[k]); };
  const unsigned first = byte(i++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 && first < 0xF5   ? 3
                   : first >= 0xE0 && first < 0xF0 ? 2
                   : first >= 0xC2 && first < 0xE0 ? 1
                                                   : 0;
  if (more == 0) return 0xFFFD;
  char32_t c = first & (0x3F >> more);
  std::size_t k = i;
  for (int n = 0; n < more; ++n, ++k) {
    if (k >= s.size() || (byte(k) & 0xC0) != 0x80) return 0xFFFD;
    c = (c << 6) | (byte(k) & 0x3F);
  }
  const bool overlong = (more == 2 && c < 0x800) || (more == 3 && c < 0x10000);
  if (overlong || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return 0xFFFD;
  i = k;
  return c;
}

bool is_invisible(char32_t c) {  // at the ends of a message
  return is_space(c) || c < 0x20 || c == 0x7F || c == 0xFEFF || (c >= 0x2000 && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202F) || c == 0x2060 || c == 0xAD;
}

}  // namespace

char32_t fold_char(char32_t c) { return c < kTable ? table().to[c] : c; }

Folded fold(std::string_view utf8, std::size_t limit) {
  const Table& to = table();
  Folded out;
  const std::size_t most = std::min(utf8.size(), limit * 4);
  out.display.reserve(most);
  out.chars.reserve(std::min(utf8.size(), limit));
  out.at.reserve(std::min(utf8.size(), limit) + 1);
  std::size_t visible_end = 0, chars_end = 0, taken = 0;
  for (std::size_t i = 0; i < utf8.size() && taken < limit;) {
    const std::size_t from = i;
    const char32_t c = decode(utf8, i);
    const bool invisible = is_invisible(c);
    if (invisible && taken == 0) continue;
    if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F) continue;
    ++taken;
    const char32_t folded = c < kTable ? to.to[c] : c;
    if (folded != 0) {
      out.chars.push_back(folded);
      out.at.push_back(static_cast<std::uint32_t>(out.display.size()));
    }
    if (c == 0xFFFD) {
      out.display += "\xEF\xBF\xBD";
    } else {
      out.display.append(utf8, from, i - from);
    }
    if (!invisible) {
      visible_end = out.display.size();
      chars_end = out.chars.size();
    }
  }
  out.display.resize(visible_end);
  out.chars.resize(chars_end);
  out.at.resize(chars_end);
  out.at.push_back(static_cast<std::uint32_t>(visible_end));
  return out;
}

std::u32string fold_word(std::string_view utf8) { return fold(utf8).chars; }

}  // namespace huiyin
