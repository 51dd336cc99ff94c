// Case numbers among words, for those who only have the words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace huiyin {

// Full or as last four digits, in the order of the words.
std::vector<std::string> case_numbers_in(std::string_view words);

}  // namespace huiyin
