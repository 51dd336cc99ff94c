// Who looks after the server: hears of broken promises and of missing data.
#pragma once

#include <vector>

#include "server/desk/turn.h"

namespace huiyin {

// The people of Policy::admins, in that order; when none of them is listed, the clerks of the top
// unit. May be empty.
std::vector<PersonId> admins(const Turn& turn);

}  // namespace huiyin
