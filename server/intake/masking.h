// Personal data in free text made unreadable (handbook §11), for pushes outside owner and office
// and for logs.
#pragma once

#include <string>
#include <string_view>

namespace huiyin {

// Mobile numbers (138****5678), landlines (last four), identity numbers (first six and last four,
// also with a wrong check digit), bank cards (last four), number plates (middle); every occurrence,
// also with spaces, dashes, full-width digits or Chinese numerals. Case numbers, dates and amounts
// stay. The ends are trimmed and invalid bytes become U+FFFD. Pure.
std::string mask_personal(std::string_view text);

// Every occurrence of a name that is known, as mask_name() has it. Names of one character are left:
// they are words.
std::string mask_known_name(std::string text, std::string_view name);

// "张**" for any 张, so that the length tells nothing.
std::string mask_name(std::string_view name);

}  // namespace huiyin
