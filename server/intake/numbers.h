// Numbers in a message: which digits are a case number, and which small number is the whole answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/intake/fold.h"

namespace huiyin {

// A case number as written, by character positions in the folded text.
struct NumberToken {
  enum Certainty {
    possible,  // four digits standing alone: only where a command expects a number
    certain,   // date and number, or announced by 编号, 单号, 第…号
  };
  std::size_t from = 0, to = 0;  // with prefix and 号
  std::string number;            // "261123-0042", or the last four digits "0042"
  Certainty certainty = possible;
};

// In order. Telephone, identity and card numbers, dates, amounts and longer runs are left out.
std::vector<NumberToken> find_case_numbers(std::u32string_view text);

// 0..99 in digits or Chinese numerals (十二, 二十三, 两), nothing else.
std::optional<int> small_number(std::u32string_view text);

}  // namespace huiyin
