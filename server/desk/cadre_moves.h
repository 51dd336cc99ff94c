// The moves of whoever owns a case (or deputises): checked, made, told to everybody concerned.
#pragma once

#include "server/desk/turn.h"
#include "server/desk/words.h"

namespace huiyin {

// May the speaker make it now? Work on a card that was not signed for signs for it.
bool can_move(const Turn& turn, const Case& c, Move move);
// Makes the move with the words of `command`, or says what is missing. `can_move` holds.
void make_move(Turn& turn, const Case& c, Move move, const Command& command);

// Each of these checks the words, makes the move, tells everybody. `can_move` holds.
// upward.cpp: 上报 (T8; at level 1 the partners nearby first) and 协办.
void escalate(Turn& turn, Case c, const Command& command);
void co_handle(Turn& turn, Case c, const Command& command);
// onward.cpp: 退回 (T4), 转办 (same level), 销账 (T14).
void return_case(Turn& turn, Case c, const Command& command);
void transfer(Turn& turn, Case c, const Command& command);
void resume(Turn& turn, Case c, const Command& command);
// asking.cpp: what needs the office above: 延期, 挂账, 并件.
void ask_extension(Turn& turn, const Case& c, const Command& command);
void ask_suspension(Turn& turn, const Case& c, const Command& command);
void ask_merge(Turn& turn, const Case& c, const Command& command);

// Signs for the card when work begins without it; both moves are told in one notice.
void sign_if_needed(Turn& turn, Case& c);
// "Recorded": what was done, the state as it is now; `heard`: the reporter gets a message.
NoticeDraft& confirm(Turn& turn, const Case& c, Verb verb, bool heard);
// The same to somebody who gave the case away: who has it now, no moves.
NoticeDraft& confirm_given(Turn& turn, const Case& c, Verb verb, bool heard);
// "Not possible": the reason, the state as it is and what is possible.
void refuse_about(Turn& turn, const Case& c, words::Why why);

// The words are missing: says so, and takes the next message as those of `command`.
void ask_words(Turn& turn, const Case& c, const Command& command, words::Why why);

// Somebody left or the desk of last resort holds the case although there is a person by now: the
// next in line takes it (P1) and gets the card. True: the caller owes the reporter an echo.
bool replace_gone_owner(Turn& turn, Case& c);

}  // namespace huiyin
