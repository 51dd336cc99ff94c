// Who else hears of a case, and how it changes hands.
#pragma once

#include "server/desk/turn.h"

namespace huiyin {

bool takes_part(const Case& c, PersonId person, PartyKind kind);
// Adds the row, or leaves the one that is there (same person and kind) as it is.
void add_party(Case& c, Party party);
// Whoever had the case may look on, and hears how it ends. Nothing for the desk of last resort.
void add_watcher(const Turn& turn, Case& c, PersonId person);
// The case changes hands: the former owner keeps watching, and what he asked the office above falls
// away with him. The move is the caller's.
void give_to(const Turn& turn, Case& c, const Assignment& next);

}  // namespace huiyin
