// Cards that are out already: what they shall show after a move, to each reader what he may see
// now.
#pragma once

#include <vector>

#include "server/desk/turn.h"

namespace huiyin::cards {

// Of a kind that can be changed later (kNoticeKinds).
bool is_card(const NoticeDraft& draft);

// The whole card anew, in the words of a fresh one. Who no longer handles the case sees its number,
// state and owner, what was reported masked and short (nothing of confidential cases), no moves.
NoticeDraft as_it_is(const Turn& turn, const Case& c, const Card& card);
// Nothing on it differs.
bool same(const NoticeDraft& a, const NoticeDraft& b);

// The newest five of `files` that `reader` may see: who reads masked words sees pictures only,
// since a voice tells who speaks.
std::vector<CaseMedia> files_for(const Turn& turn, const Case& c, PersonId reader,
                                 std::vector<CaseMedia> files);

}  // namespace huiyin::cards
