// What offices decide: where a case goes, what is approved, who is pressed.
#include "server/desk/hear.h"

namespace huiyin {

bool hear_office(Turn& /*turn*/, const Said& /*said*/, const Command& /*command*/) { return false; }

}  // namespace huiyin
