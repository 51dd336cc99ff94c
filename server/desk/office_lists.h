// What offices and leaders ask for: their queue, the hard matters, who covers what.
#pragma once

#include <vector>

#include "server/desk/turn.h"

namespace huiyin {

// 待办 of an office: what waits for its decision, and how much the speaker has on his own desk.
void list_queue(Turn& turn, const std::vector<UnitCode>& desks);
// 难事: what waits for a leader, what is listed as hard, and what the speaker leads.
void list_hard(Turn& turn, const std::vector<UnitCode>& desks);
// 覆盖: units in the area without anybody.
void list_coverage(Turn& turn, const std::vector<UnitCode>& desks);
}  // namespace huiyin
