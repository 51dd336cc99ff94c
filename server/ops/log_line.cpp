#include "server/ops/log_line.h"

#include <array>
#include <cstdint>
#include <cstdio>

namespace huiyin {

namespace {

constexpr std::size_t kMostBytes = 1024;
constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warning", "error"};

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // 0: the byte is no UTF-8
};

// Strict: no overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint decode(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return {};
  char32_t value = first & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < kSmallest.at(length) || value > 0x10FFFF || surrogate) return {};
  return {value, length};
}

bool is_dangerous(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) ||  // terminal control
         c == 0x2028 || c == 0x2029 ||            // line breaks for some readers
         c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069) ||  // writing direction
         c == 0xFEFF;
}

void append_escaped(std::string& out, char32_t c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  std::array<char, 12> buffer{};  // room for any 32 bits, else GCC warns
  std::snprintf(buffer.data(), buffer.size(), "\\u%04x", static_cast<unsigned>(c));
  out += buffer.data();
}

std::string show_time(LogTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::milliseconds>(time - day)};
  std::array<char, 96> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return buffer.data();
}

std::string quoted(std::string_view text) { return '"' + escape_for_log(text) + '"'; }

// Bare when that cannot be misread.
std::string text_value(std::string_view value) {
  std::string escaped = escape_for_log(value);
  const bool bare =
      !value.empty() && escaped == value && value.find_first_of(" =") == std::string_view::npos;
  return bare ? escaped : '"' + escaped + '"';
}

}  // namespace

std::string escape_for_log(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::string_view rest = text;
  while (!rest.empty()) {
    if (text.size() - rest.size() >= kMostBytes) return out + "...";
    const CodePoint c = decode(rest);
    if (c.length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (c.value == '"' || c.value == '\\') {
      out += '\\';
      out += static_cast<char>(c.value);
    } else if (is_dangerous(c.value)) {
      append_escaped(out, c.value);
    } else {
      out += rest.substr(0, c.length);
    }
    rest.remove_prefix(c.length == 0 ? 1 : c.length);
  }
  return out;
}

std::string json_line(LogTime time, LogLevel level, std::string_view event, LogFields fields) {
  std::string line = R"({"time":")" + show_time(time) + R"(","level":")";
  line += kLevels.at(static_cast<std::size_t>(level));
  line += R"(","event":)" + quoted(event);
  for (const auto& [name, value] : fields) line += ',' + quoted(name) + ':' + quoted(value);
  return line + '}';
}

std::string text_line(LogTime time, LogLevel level, std::string_view event, LogFields fields) {
  std::string line = show_time(time) + ' ';
  line += kLevels.at(static_cast<std::size_t>(level));
  line += ' ' + text_value(event);
  for (const auto& [name, value] : fields) {
    line += ' ';
    line += name;
    line += '=' + text_value(value);
  }
  return line;
}

}  // namespace huiyin
