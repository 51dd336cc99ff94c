#include "handlers/wechat/template_fields.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "handlers/config_keys.h"
#include "handlers/utf8.h"
#include "server/cases/time.h"

namespace huiyin::wechat {
namespace {

constexpr std::string_view kNothing = "无";

struct TypeName {
  std::string_view name;
  FieldType type;
};
constexpr auto kTypes = std::to_array<TypeName>({
    {"thing", FieldType::thing},
    {"character_string", FieldType::character_string},
    {"number", FieldType::number},
    {"letter", FieldType::letter},
    {"symbol", FieldType::symbol},
    {"phrase", FieldType::phrase},
    {"name", FieldType::name},
    {"time", FieldType::time},
    {"date", FieldType::date},
    {"amount", FieldType::amount},
    {"phone_number", FieldType::phone_number},
    {"const", FieldType::constant},
    {"enum", FieldType::constant},
});
constexpr auto kSources = std::to_array<std::string_view>(
    {"number", "place", "status", "owner", "due", "result", "title", "text"});

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

TemplateField parse_field(std::string_view text) {
  const auto equals = text.find('=');
  const auto key = trimmed(text.substr(0, equals));
  const auto source =
      equals == std::string_view::npos ? std::string_view{} : trimmed(text.substr(equals + 1));
  const auto digits = key.find_last_not_of("0123456789") + 1;  // 0 when there are only digits
  const auto type = std::ranges::find(kTypes, key.substr(0, digits), &TypeName::name);
  if (type == kTypes.end() || digits == key.size())
    refuse_key("template_fields",
               "each field is named as in the template, such as thing1: thing character_string "
               "number letter symbol phrase name time date amount phone_number const enum, then a "
               "number");
  if (std::ranges::find(kSources, source) == kSources.end())
    refuse_key("template_fields",
               "each field takes one of number place status owner due result title text");
  return {std::string{key}, type->type, std::string{source}};
}

template <class Keep>
std::string keep(std::string_view value, Keep wanted) {
  std::string kept;
  while (!value.empty()) {
    const char32_t c = next_character(value);
    if (wanted(c)) append_character(kept, c);
  }
  return kept;
}

std::string one_line(std::string_view value) {
  std::string line = presentable(value);
  std::ranges::replace(line, '\n', ' ');
  std::ranges::replace(line, '\t', ' ');
  return std::string{trimmed(line)};
}

std::string shortened(std::string_view value, std::size_t characters) {
  if (count_characters(value) <= characters) return std::string{value};
  return std::string{cut_characters(value, characters - 1)} + "…";
}

bool is_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
bool is_printable_ascii(char32_t c) { return c >= ' ' && c < 0x7F; }

std::string written(Instant at, bool with_time) {
  const auto local = to_shanghai(at);
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{local - day};
  char text[64];
  int size = std::snprintf(text, sizeof text, "%d年%u月%u日", int{date.year()},
                           unsigned{date.month()}, unsigned{date.day()});
  if (with_time)
    size += std::snprintf(text + size, sizeof text - static_cast<std::size_t>(size), " %02d:%02d",
                          static_cast<int>(clock.hours().count()),
                          static_cast<int>(clock.minutes().count()));
  return {text, static_cast<std::size_t>(size)};
}

// Takes a number of at most `most` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t most) {
  int value = 0;
  std::size_t size = 0;
  for (; size < text.size() && size < most && is_digit(static_cast<unsigned char>(text[size]));
       ++size)
    value = value * 10 + (text[size] - '0');
  text.remove_prefix(size);
  if (size == 0) return std::nullopt;
  return value;
}
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// 2026年3月26日 17:30 for time, without the clock for date.
std::optional<std::string> fit_written_date(std::string_view value, bool with_time) {
  auto rest = value;
  if (!take_number(rest, 4) || !take(rest, "年") || !take_number(rest, 2) || !take(rest, "月") ||
      !take_number(rest, 2) || !take(rest, "日"))
    return std::nullopt;
  const auto date = value.substr(0, value.size() - rest.size());
  const bool has_time = take(rest, " ") && take_number(rest, 2) && take(rest, ":") &&
                        take_number(rest, 2) && rest.empty();
  if (!has_time && !rest.empty()) return std::nullopt;
  if (with_time && !has_time) return std::nullopt;
  return std::string{with_time ? value : date};
}

// Notices write dates without their year, 3月26日, which the platform refuses. A case's number
// begins with the day of its registration, YYMMDD, and no date of a case is a year away from it.
std::string with_year(std::string_view value, std::string_view case_number) {
  auto rest = value;
  const auto month = take_number(rest, 2);
  if (!month || !take(rest, "月")) return std::string{value};
  const auto day = take_number(rest, 2);
  const auto registered = take_number(case_number, 6);
  if (!day || !registered || !case_number.starts_with('-')) return std::string{value};
  const int year = 2000 + *registered / 10000 + (*month * 100 + *day < *registered % 10000 ? 1 : 0);
  return std::to_string(year) + "年" + std::string{value};
}

std::optional<std::string> unless_empty(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::optional<std::string> fit_number(std::string value, std::string_view unit) {
  std::string_view digits = value;
  if (!unit.empty() && digits.ends_with(unit)) digits.remove_suffix(unit.size());
  const auto point = digits.find('.');
  const bool fine = is_digits(digits.substr(0, point)) &&
                    (point == std::string_view::npos || is_digits(digits.substr(point + 1)));
  if (!fine || digits.size() > 32) return std::nullopt;
  return value;
}

}  // namespace

std::vector<TemplateField> parse_template_fields(std::string_view text) {
  std::vector<TemplateField> fields;
  if (text.empty()) return fields;
  for (auto comma = text.find(','); comma != std::string_view::npos; comma = text.find(',')) {
    fields.push_back(parse_field(text.substr(0, comma)));
    text.remove_prefix(comma + 1);
  }
  fields.push_back(parse_field(text));
  return fields;
}

std::optional<std::string> fit(FieldType type, std::string_view raw) {
  std::string value = one_line(raw);
  if (const auto at = parse_rfc3339(value)) value = written(*at, type != FieldType::date);
  switch (type) {
    case FieldType::thing:
      return value.empty() ? std::string{kNothing} : shortened(value, 20);
    case FieldType::phrase: {
      const auto kept = keep(value, is_han);
      return kept.empty() ? std::string{kNothing} : std::string{cut_characters(kept, 5)};
    }
    case FieldType::name: {
      const auto kept =
          keep(value, [](char32_t c) { return is_han(c) || is_letter(c) || c == ' '; });
      const auto han = keep(kept, is_han);
      return kept.empty() ? std::string{kNothing}
                          : std::string{cut_characters(kept, han.empty() ? 20 : 10)};
    }
    case FieldType::character_string:
      return unless_empty(std::string{cut_bytes(keep(value, is_printable_ascii), 32)});
    case FieldType::letter:
      return unless_empty(std::string{cut_bytes(keep(value, is_letter), 32)});
    case FieldType::symbol:
      return unless_empty(std::string{cut_characters(
          keep(value, [](char32_t c) { return !is_letter(c) && !is_digit(c) && !is_han(c); }), 5)});
    case FieldType::phone_number:
      return unless_empty(std::string{cut_bytes(
          keep(value, [](char32_t c) { return is_digit(c) || c == '+' || c == '-'; }), 17)});
    case FieldType::number:
      return fit_number(std::move(value), {});
    case FieldType::amount:
      return fit_number(std::move(value), "元");
    case FieldType::constant:
      return unless_empty(std::string{cut_characters(value, 20)});
    case FieldType::time:
      return fit_written_date(value, true);
    case FieldType::date:
      return fit_written_date(value, false);
  }
  return std::nullopt;
}

std::optional<std::string> fit(const TemplateField& field, const Notice& notice) {
  if (field.source == "title") return fit(field.type, notice.title);
  if (field.source == "text") return fit(field.type, notice.text);
  std::string value = field.source == "number" ? notice.case_number : std::string{};
  if (const auto found = notice.fields.find(field.source); found != notice.fields.end())
    value = found->second;
  if (field.type == FieldType::time || field.type == FieldType::date)
    value = with_year(value, notice.case_number);
  return fit(field.type, value);
}

}  // namespace huiyin::wechat
