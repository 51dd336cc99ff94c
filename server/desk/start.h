// Where a matter starts: at the village, or above it (handbook §4, §6; T2, T20), and whom it is
// about.
#pragma once

#include <string_view>

#include "server/desk/turn.h"

namespace huiyin {

// By whom a message complains about: those who serve a village are the township's matter, those of
// a township the county's.
Level start_level(const Meaning& meaning);
// The message blames those who have `c`, or would see it: what it says is not for their eyes.
bool not_for_its_owner(const Case& c, const Meaning& meaning);

// Before the registration, when the place is known: the level (a draft's level above the village
// comes from start_level() alone), whom it is about, and whether others told the same before.
// `spans`: several units were named, of which Case::unit is what they have in common. False: rows
// are missing (turn.need()).
bool settle_start(Turn& turn, Case& c, bool spans);
// Writes down who is complained about: `start` (of start_level()) tells whether it is those of the
// village or of the township; when it is not known which one, all of those in the area. They leave
// its parties.
void set_concerned(const Turn& turn, Case& c, Level start);

// T1, and T2 or T20 at once: owner, clocks, one notice to the reporter (`kind`), the card to the
// owner. Returns the notice's draft for more facts; null when rows were missing.
NoticeDraft* register_and_dispatch(Turn& turn, Case& c, std::string_view kind);

// The card for whoever owns `c` now, with what may be done; office wording for clerks. Nothing for
// the desk of last resort, which has no account: then null.
NoticeDraft* send_card(Turn& turn, const Case& c, PersonId to);
// Everybody who may have to act at once gets the card: deputies and the office (§8).
void push_emergency(Turn& turn, const Case& c);

}  // namespace huiyin
