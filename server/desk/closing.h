// The end of a case, whoever brings it about: owner, office, leader, or an office that agreed.
#pragma once

#include <string>

#include "server/desk/turn.h"

namespace huiyin {

// Makes the move for `actor` (role `by`), sets outcome and result, writes the closing echo with its
// button, and tells those who helped or had it before. The caller puts `c` and answers. Null: rows
// were missing, or the table does not allow it (then nothing was done).
NoticeDraft* close_case(Turn& turn, Case& c, PersonId actor, Role by, Outcome outcome,
                        std::string result);

}  // namespace huiyin
