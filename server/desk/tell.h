// Notices about a case, ready with its facts.
#pragma once

#include <string_view>

#include "server/desk/facts.h"
#include "server/desk/turn.h"
#include "server/desk/words.h"

namespace huiyin {

// Answer to the speaker about `c`.
NoticeDraft& answer_about(Turn& turn, const Case& c, std::string_view kind,
                          Audience audience = Audience::reporter);
// Answer without a case: why something is not possible.
NoticeDraft& answer_why(Turn& turn, std::string_view kind, Audience audience, words::Why why);
// To whoever owns `c`, with the buttons for what may be done. Null for the desk of last resort,
// which has no account.
NoticeDraft* tell_owner(Turn& turn, const Case& c, std::string_view kind);
NoticeDraft* tell_person(Turn& turn, const Case& c, PersonId to, std::string_view kind,
                         Audience audience);
// To the first clerk on duty, unless that is the owner or `except`: one person hears once.
NoticeDraft* tell_office(Turn& turn, const Case& c, std::string_view kind, PersonId except = {});

// The reporter gets the echo as a message, now or at his hour.
inline bool hears(const NoticeDraft* echo) { return echo && !echo->muted; }

}  // namespace huiyin
