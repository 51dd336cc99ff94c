// What the office one level up has to agree to (handbook §4: rejected, planned, suspended; §5:
// extension): asked by the owner, one question at a time, then made or refused.
#pragma once

#include <string>

#include "server/desk/turn.h"

namespace huiyin {

// The owner asks. `request` has kind, text and, by kind, until or other; who and when are filled
// in. Goes to the clerks of upper_unit() (the next above that has any), or is carried out at once
// when nobody is above. A card not signed for is signed for. `verb`: what the answer calls it.
void ask_above(Turn& turn, Case c, Request request, Verb verb);
// By an office above: yes, and the move that was asked for follows in the name of who asked; no,
// with a reason. Refused when nothing is asked, or the speaker may not or asked it himself.
void approve_request(Turn& turn, Case c, const std::string& words);
void refuse_request(Turn& turn, Case c, const std::string& reason);

// The first of approvers_of() gets the question as it stands, with its two answers as buttons.
// Null: nobody is there; it stands in the queue of that office. A merge: the other case must be
// loaded.
NoticeDraft* tell_approver(Turn& turn, const Case& c);

// A question dies with what it was about: when the case leaves the stage or changes hands. The one
// place that says so; Turn asks after every move.
void forget_request(Case& c, Stage before, Move move);

// "延期", "按“不予受理”办结": what is asked. The other case of a merge must be loaded.
std::string asked_words(const Turn& turn, const Case& c, const Request& request,
                        std::string_view locale);
// The clerks who decide it, on duty first; never who asked. Empty: nobody is there.
std::vector<Assignment> approvers_of(const Turn& turn, const Case& c);

}  // namespace huiyin
