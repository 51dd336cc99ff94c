// What the owner is asked to do when an echo reached nobody (P2).
#include "server/desk/hear.h"

namespace huiyin {

void nobody_heard(Turn& turn, const Unheard& unheard) { turn.has_case(unheard.about); }

}  // namespace huiyin
