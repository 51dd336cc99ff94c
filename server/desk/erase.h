// 删除我的信息: the identity goes, the matters stay for statistics (handbook §11, DESIGN §1a).
#pragma once

#include "server/desk/turn.h"

namespace huiyin {

// Asks whether it is meant. Those of the directory are told who keeps their data.
void ask_erasure(Turn& turn);
// The answer to that.
void answer_erasure(Turn& turn, bool yes);

}  // namespace huiyin
