// What somebody is to a case, and what follows from it: "may I?" and "what may I do now?" are one
// query over the table of transitions.
#pragma once

#include <optional>
#include <vector>

#include "server/desk/turn.h"

namespace huiyin {

// Duties of `person` active now, and those he has for somebody on leave.
std::vector<Duty> duties_with_stand_ins(const Turn& turn, PersonId person);

// Everything that `person` is to the case, by the duties active now; nothing for those it is about
// (beside reporter). Offices at any hour, whoever has the desk.
Roles roles_in(const Turn& turn, const Case& c, PersonId person);

// The row by which `person` may make the move now. Whether the office above has to agree is in it.
std::optional<Rule> may(const Turn& turn, const Case& c, PersonId person, Move move);
// All of them: cards and 帮助 show these.
std::vector<Rule> may_all(const Turn& turn, const Case& c, PersonId person);

// A complaint about those who serve is not for their eyes (handbook §4): who is named by
// Case::concerned, and whoever serves in Case::concerned_unit or below it now.
bool concerned(const Turn& turn, const Case& c, PersonId person);

// May the person know that the case exists? Who has a role in it, who had it before, and, of what
// is no secret and still at level 1, those who serve in its village, community or enterprise.
bool visible(const Turn& turn, const Case& c, PersonId person);

// Where the case is: its unit, else the area served.
UnitCode seat_of(const Turn& turn, const Case& c);
// The unit whose office has the case at its level; the next one above when that office is
// concerned itself.
UnitCode office_unit(const Turn& turn, const Case& c);
// The unit whose office approves: one level above the case, and above its owner when that is an
// office. At the top: the city's own.
UnitCode upper_unit(const Turn& turn, const Case& c);
// Nobody is above the one who asks: no approval is needed.
bool at_the_top(const Turn& turn, const Case& c);
// Clerks who decide there, on duty first; never those concerned. May be empty.
std::vector<Assignment> clerks_at(const Turn& turn, const Case& c, const UnitCode& office);
// Leaders who may claim or lead the case, those of its own level first.
std::vector<Assignment> leaders_of(const Turn& turn, const Case& c);

}  // namespace huiyin
