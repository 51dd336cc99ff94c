// Is a result a result? "A fact of at least 8 characters, not just 好了 or 已处理" (handbook §4).
#pragma once

#include <cstddef>
#include <string_view>

namespace huiyin {

// Characters that say something: letters, digits, Chinese characters; no punctuation, no spaces.
std::size_t meaningful_characters(std::string_view text);
bool is_fact(std::string_view text, std::size_t min_characters);

}  // namespace huiyin
