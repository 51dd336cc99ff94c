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

// Takes digits off the front, at least one, at most `most`.
bool take_digits(std::string_view& text, std::size_t most) {
  std::size_t size = 0;
  while (size < text.size() && size < most && text[size] >= '0' && text[size] <= '9') ++size;
  text.remove_prefix(size);
  return size > 0;
}
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool is_written_date(std::string_view text, bool time_allowed) {
  if (!take_digits(text, 4) || !take(text, "年") || !take_digits(text, 2) || !take(text, "月") ||
      !take_digits(text, 2) || !take(text, "日"))
    return false;
  if (text.empty()) return true;
  return time_allowed && take(text, " ") && take_digits(text, 2) && take(text, ":") &&
         take_digits(text, 2) && text.empty();
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
  const bool is_date = type == FieldType::time || type == FieldType::date;
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
    case FieldType::date:
      break;
  }
  if (is_date && is_written_date(value, type == FieldType::time)) return value;
  return std::nullopt;
}

std::optional<std::string> fit(const TemplateField& field, const Notice& notice) {
  if (field.source == "title") return fit(field.type, notice.title);
  if (field.source == "text") return fit(field.type, notice.text);
  if (const auto found = notice.fields.find(field.source); found != notice.fields.end())
    return fit(field.type, found->second);
  if (field.source == "number") return fit(field.type, notice.case_number);
  return fit(field.type, {});
}

}  // namespace huiyin::wechat
