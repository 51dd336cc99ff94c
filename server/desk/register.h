// From words to a case: drafts, the place, the registration.
#pragma once

#include <string>

#include "server/desk/place.h"
#include "server/desk/start.h"
#include "server/desk/turn.h"

namespace huiyin {

// Something new from the speaker. Registers, or keeps a draft and asks. `text` is the message's, or
// the part of it that tells the problem.
void take_issue(Turn& turn, const Said& said, const std::string& text);
// 补录: the same for somebody else, as often as needed. The speaker passes on what he hears; the
// first event's detail says so: "entered".
void take_entry(Turn& turn, const Said& said, const std::string& text);
// The speaker's message while we wait for the place or the words of a draft. False: the draft is
// gone, the message means something else.
bool continue_draft(Turn& turn, const Said& said);
// Nobody answered: registers the draft with what is known.
void register_draft(Turn& turn, Case c);

// A case of the speaker without id's place; number and id drawn.
Case new_case(Turn& turn, const Meaning& meaning, const std::string& text);
// "不对请回复村名": the place of a case just registered is another one. The case goes to whoever is
// responsible there.
void correct_place(Turn& turn, Case c, const Where& where, const std::string& text);
// What a message adds to a case's text: its words, behind a mark like "[图片]".
std::string words_of(const Said& said);

}  // namespace huiyin
