// What leaders say: 难事 认领 批示 指定 办结.
#include "server/desk/hear.h"

namespace huiyin {

bool hear_leader(Turn& /*turn*/, const Said& /*said*/, const Command& /*command*/) { return false; }

}  // namespace huiyin
