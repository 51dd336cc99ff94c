// Command words, case numbers and short answers (handbook §9).
#pragma once

#include <vector>

#include "server/intake/fold.h"
#include "server/intake/lexicon.h"
#include "server/intake/numbers.h"

namespace huiyin {

// Fills Meaning's command, more, numbers, digit, grade, yes, no, small_talk and bind_code.
void read_commands(const Lexicon& lexicon, const Folded& text, Meaning& meaning);

}  // namespace huiyin
