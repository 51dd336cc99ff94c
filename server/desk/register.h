// From words to a case: drafts, the place, registration and dispatch (T1, T2).
#pragma once

#include <string>

#include "server/desk/place.h"
#include "server/desk/turn.h"

namespace huiyin {

// Something new from the speaker. Registers, or keeps a draft and asks. `text` is the message's, or
// the part of it that tells the problem.
void take_issue(Turn& turn, const Said& said, const std::string& text);
// The speaker's message while we wait for the place or the words of a draft. False: the draft is
// gone, the message means something else.
bool continue_draft(Turn& turn, const Said& said);
// Nobody answered: registers the draft with what is known.
void register_draft(Turn& turn, Case c);

// T1 and T2 at once: owner, clocks, one notice to the reporter (`kind`), the card to the owner.
// Returns the notice's draft for more facts; null when rows were missing.
NoticeDraft* register_and_dispatch(Turn& turn, Case& c, std::string_view kind);

// A case of the speaker without id's place; number and id drawn.
Case new_case(Turn& turn, const Meaning& meaning, const std::string& text);
// Where a matter starts: complaints about those who serve a village or a township begin one level
// above them (handbook §4, §6).
Level start_level(const Meaning& meaning);
// The card for whoever owns `c` now, with what may be done; office wording for clerks. Nothing for
// the desk of last resort, which has no account: then null.
NoticeDraft* send_card(Turn& turn, const Case& c, PersonId to);
// "不对请回复村名": the place of a case just registered is another one. The case goes to whoever is
// responsible there.
void correct_place(Turn& turn, Case c, const Where& where, const std::string& text);
// What a message adds to a case's text: its words, behind a mark like "[图片]".
std::string words_of(const Said& said);

}  // namespace huiyin
