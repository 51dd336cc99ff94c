#include "server/intake/said_numbers.h"

#include "server/intake/fold.h"
#include "server/intake/numbers.h"

namespace huiyin {

std::vector<std::string> case_numbers_in(std::string_view words) {
  const Folded folded = fold(words);
  std::vector<std::string> numbers;
  for (const NumberToken& token : find_case_numbers(folded.chars)) numbers.push_back(token.number);
  return numbers;
}

}  // namespace huiyin
