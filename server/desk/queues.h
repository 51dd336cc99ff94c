// In whose queue a case stands (Case::waits): what an office or the leaders have to decide.
#pragma once

#include <vector>

#include "server/desk/turn.h"

namespace huiyin {

std::vector<Wait> waits_of(const Turn& turn, const Case& c);

}  // namespace huiyin
