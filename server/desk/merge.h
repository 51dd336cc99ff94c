// 并件 (T18) and 拆件: two reports of one problem. The child keeps its number; whoever heard of it
// hears of the parent from now on.
#pragma once

#include <optional>

#include "server/desk/turn.h"
#include "server/desk/words.h"

namespace huiyin {

// Why `child` may not go into `parent`; empty when it may. Whether the speaker may is the caller's
// business.
std::optional<words::Why> cannot_merge(const Turn& turn, const Case& child, const Case& parent);

// Joins `child` to `parent` (to its own parent, when that was joined before) and puts both: the
// child is closed as merged, its reporter and followers follow the parent, the owners are told. In
// the speaker's name, who decided it. True: done. False: rows are missing (turn.need()), or it is
// not possible (cannot_merge); then nothing has changed.
bool merge_case(Turn& turn, Case child, CaseId parent);

// Takes that back, puts both: the child goes to its owner again. False as above; not possible when
// `child` is not merged (any more).
bool unmerge_case(Turn& turn, Case child);

}  // namespace huiyin
