// Who is responsible, who may act, and how they are named.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/desk/turn.h"

namespace huiyin {

// How the desk reads what a person says: by the duties active now. Leader and office before cadre;
// people without such a duty are residents.
Speaker speaker_of(const Directory& directory, PersonId person, Instant now);

// The one role of roles_in() that counts most when `person` handles the case: owner (also as
// deputy), office, upper, leader, co_handler, in this order; or nothing.
std::optional<Role> role_in(const Turn& turn, const Case& c, PersonId person);

// The next owner by the owner rule, leaving out everybody who returned the case. Empty: rows were
// missing (turn.need()).
std::optional<Assignment> next_owner(Turn& turn, const Case& c, PersonId returner);
// Who takes the case when nobody has it: the owner rule, or, for a case that starts above the
// village because it is about those who serve there, the office. Always exactly one.
Assignment responsible(const Turn& turn, const Case& c);
// The clerks who oversee the case, first = priority. Nobody of the unit that it is about.
std::vector<Assignment> offices_of(const Turn& turn, const Case& c);
// The first of them; no person when there is none.
Assignment office_of(const Turn& turn, const Case& c);
// People with an active deputy duty at the owner's unit, by priority.
std::vector<PersonId> deputies_of(const Turn& turn, const Case& c);
// For a deputy: the owners whose cases he may handle.
std::vector<PersonId> principals_of(const Turn& turn, PersonId deputy);

DutyRole duty_of(const Turn& turn, PersonId person, const UnitCode& unit);
// "石璜镇楼家村驻村指导员"
std::string owner_name(const Turn& turn, PersonId person, const UnitCode& unit,
                       std::string_view locale);
// Published phone that answers for the unit: its own, else that of its township; may be empty.
std::string phone_of(const Directory& directory, const UnitCode& unit);

// Where cases go whose place nobody knows: the area served, else the top of the directory.
UnitCode area_of(const Turn& turn);

}  // namespace huiyin
