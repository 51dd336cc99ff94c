// The same problem, told by others before (handbook §7): a report of a neighbour is a case of its
// own, says that the matter is known, and hears of the first one too.
#pragma once

#include <string_view>
#include <vector>

#include "server/desk/turn.h"

namespace huiyin {

// Whose reports are compared with one from `code` (Need::near): the unit, what it is part of up to
// the village, and its parts. Empty where nobody knows the place. For the batch too, which loads
// them beforehand.
std::vector<UnitCode> places_near(const Directory& directory, const UnitCode& code);

// Of late reported near `c` (its unit, hamlets and grids included) and about the same, newest
// first. Empty too when rows are missing (turn.need()). Valid until the turn's end.
std::vector<const Case*> alike(Turn& turn, const Case& c);
// `found` is what is alike(). When another one's is open: `c.resembles`, and the reporter becomes a
// follower of it; when it is over: `c.previous`. Nothing for a case that is linked already, without
// words, or about those who serve; nothing is found that its reporter wanted kept secret. For a new
// case with its place, before it is registered. False: rows are missing (turn.need()).
bool link_same(Turn& turn, Case& c, const std::vector<const Case*>& found);
// To the owner of `c`, after the card: it looks like another one, shall they be joined?
void tell_similar(Turn& turn, const Case& c);
// On the card: fact `previous`, the number of what was reported before and is over.
void add_previous(const Turn& turn, const Case& c, NoticeDraft& card);
// What the reporter reads in the notice of his registration: facts `known`, `again` (flags).
void add_same(const Case& c, NoticeDraft& registered);

// With this reporter, so many of those alike() told of the problem within days that it starts at
// level 2 (§6: Policy::joint_reporters, joint_days).
bool joint(const Turn& turn, const Case& c, const std::vector<const Case*>& found);

// Were these words told with `c` in the last 24 hours, but for a slip?
bool said_before(const Turn& turn, const Case& c, std::string_view text);

}  // namespace huiyin
