// 请假 and 移交: who is away has no cases; somebody else has them at once (P1).
#pragma once

#include <cstddef>
#include <string>

#include "server/desk/turn.h"

namespace huiyin {

// 请假 起 止 代理人, 请假 取消, 请假.
void take_leave(Turn& turn, const Command& command);
// 移交 [全部] 姓名: all open cases of the speaker.
void hand_over(Turn& turn, const Command& command);

inline constexpr std::size_t kHandedOverAtOnce = 50;  // cases a turn

struct HandOver {
  std::size_t moved = 0, left = 0;  // left: more than one turn takes; ask again
  std::size_t taken = 0;            // of those moved: by `to`; the rest is not for him to see
};
// Open cases of `from` get another owner: with `to` all of them (no unit: each stays with its own),
// without those that he may not own any more (left, on leave; for kDutyDesk all), each to the next
// in line. By the system, with an echo to each reporter and a card to each new owner. Nothing moves
// while rows are missing (turn.need()).
HandOver hand_over_cases(Turn& turn, PersonId from, const Assignment& to = {},
                         std::size_t most = kHandedOverAtOnce);
// Who takes `c` when its owner may not have it any more: his stand-in, the next in its unit, or the
// office. Nobody concerned.
Assignment next_after(const Turn& turn, const Case& c);

}  // namespace huiyin
