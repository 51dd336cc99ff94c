// A notice as plain words, for platforms and messages without buttons.
#pragma once

#include <string>
#include <string_view>

#include "server/cases/notice.h"

namespace huiyin {

// How a platform counts the length of a text.
struct Measure {
  std::size_t (*count)(std::string_view text);
  std::string_view (*cut)(std::string_view text, std::size_t most);  // between two characters
};
extern const Measure kBytes, kCharacters, kUtf16;

// Title, text, then "可回复：" with one line a button, then the link; presentable() UTF-8 of at
// most `most` (at least 64) in `measure`, never empty. When it is too long the text is cut between
// two characters and ends in "…"; commands and link stay as long as they fill no more than half.
std::string plain_text(const Notice& notice, std::size_t most, const Measure& measure = kBytes);

}  // namespace huiyin
