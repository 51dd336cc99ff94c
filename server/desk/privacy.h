// Who may know who reported a case, and in which words it is read (handbook §11).
#pragma once

#include <string>
#include <string_view>

#include "server/desk/turn.h"

namespace huiyin {

// May `reader` see the name and telephone of who reported it? Named cases: owner and offices;
// confidential ones: the office that handles it; anonymous ones: nobody.
bool knows_reporter(const Turn& turn, const Case& c, PersonId reader);
// Does `reader` read the words as they were written? Everybody else reads them masked.
bool reads_as_written(const Turn& turn, const Case& c, PersonId reader);

// Numbers, plates and names in free text, and whatever the reporter is called: unreadable.
std::string masked(const Turn& turn, const Case& c, std::string_view text);
// The last guard over everything that leaves about a case: whoever may not know or read something
// finds it masked, whichever file wrote the draft.
void shield(const Turn& turn, NoticeDraft& draft);

// 匿名, 保密 and nothing else: for the case meant, or the next one. False: the words tell more.
bool hear_wish(Turn& turn, const Said& said, const Command& command);
// The wish in a message about a case: what the speaker reported in this turn keeps it.
void keep_wish(Turn& turn, const Said& said);

}  // namespace huiyin
