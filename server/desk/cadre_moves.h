// The moves of whoever owns a case (or deputises): checked, made, told to everybody concerned.
#pragma once

#include "server/desk/turn.h"
#include "server/desk/words.h"

namespace huiyin {

// Allowed as the case stands. Work on a card that was not signed for signs for it.
bool can_move(const Turn& turn, const Case& c, Move move);
// Makes the move with the words of `command`, or says what is missing. `can_move` holds.
void make_move(Turn& turn, const Case& c, Move move, const Command& command);
// "Not possible": the reason, the state as it is and what is possible.
void refuse_about(Turn& turn, const Case& c, words::Why why);

// Somebody left or the desk of last resort holds the case although there is a person by now: the
// next in line takes it (P1) and gets the card. True: the caller owes the reporter an echo.
bool replace_gone_owner(Turn& turn, Case& c);

}  // namespace huiyin
