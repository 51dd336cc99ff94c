// Where is it? From what was said, where the person is bound, or a question.
#pragma once

#include <string>
#include <vector>

#include "server/desk/turn.h"

namespace huiyin {

struct Where {
  UnitCode unit;                  // empty: unknown
  std::string place;              // as people say it, from the township down
  bool bound = false;             // taken from the person's binding
  bool vague = false;             // only an area, because nobody said more
  std::vector<UnitCode> choices;  // homonyms; never guessed
  // Several places were named: `unit` is what they have in common, these are the places.
  bool spans = false;
  std::vector<UnitCode> units;
};

// What the message itself says.
Where place_said(const Turn& turn, const Message& message, const Meaning& meaning);
// The same, else the unit where the speaker is bound.
Where place_of(const Turn& turn, const Message& message, const Meaning& meaning);
// The lowest unit that contains all of `units`; empty when there is none.
UnitCode common_area(const Turn& turn, const std::vector<UnitCode>& units);
bool served(const Turn& turn, const UnitCode& unit);
// Rows for the numbered choice: no, name.
std::vector<std::map<std::string, std::string>> place_rows(const Turn& turn,
                                                           const std::vector<UnitCode>& units);

}  // namespace huiyin
