// The typed fields of a template message. A value that breaks its type's rule makes the platform
// refuse the whole message (47003), so values are fitted first.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/cases/notice.h"

namespace huiyin::wechat {

enum class FieldType {
  thing,             // at most 20 characters
  character_string,  // at most 32, no Chinese
  number,            // at most 32 digits, decimals allowed
  letter,            // at most 32 letters
  symbol,            // at most 5 symbols
  phrase,            // at most 5 Chinese characters
  name,              // at most 10 Chinese characters or 20 letters
  time,              // 2026年11月23日 15:01
  date,              // 2026年11月23日
  amount,            // digits, decimals, 元 at the end allowed
  phone_number,      // at most 17 digits, + and -
  constant,          // const, enum: one word of a list kept by the platform
};

struct TemplateField {
  std::string key;  // "thing1"
  FieldType type = FieldType::thing;
  std::string source;  // a name of Notice::fields, "title" or "text"
};

// "thing1=place,phrase2=status". Throws std::invalid_argument naming template_fields.
std::vector<TemplateField> parse_template_fields(std::string_view text);

// The value as the platform accepts it; empty optional when nothing of it would be left. Instants
// in RFC 3339 are written out for every type; an empty value of a wordy type becomes 无, since
// empty ones are refused.
std::optional<std::string> fit(FieldType type, std::string_view value);
// The same for the field's source; dates without a year get the one that the case number tells.
std::optional<std::string> fit(const TemplateField& field, const Notice& notice);

}  // namespace huiyin::wechat
