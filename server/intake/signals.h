// Words anywhere in a message: danger, urgency, kind of case, subject (handbook §1, §8).
#pragma once

#include "server/intake/fold.h"
#include "server/intake/lexicon.h"

namespace huiyin {

// Fills Meaning's type, type_said, officials, topic, urgency, danger and danger_certain,
// enforcement, and privacy: the wish said, or what complaints about people are by themselves
// (handbook §11).
void read_signals(const Lexicon& lexicon, const Folded& text, Meaning& meaning);

}  // namespace huiyin
