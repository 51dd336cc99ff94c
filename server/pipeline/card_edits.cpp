#include "server/pipeline/card_edits.h"

#include <algorithm>

namespace huiyin {

EditStep edit_step(const Lane& lane, std::int64_t seq, const Channel& platform) {
  const auto& head = lane.entries.at(seq);
  const auto card = head.row->edits;
  const bool overtaken = std::any_of(
      lane.entries.upper_bound(seq), lane.entries.end(),
      [&](const auto& later) { return later.second.row && later.second.row->edits == card; });
  if (overtaken || !platform.can_edit() || !lane.following) return EditStep::skip;
  if (!head.row->notice.replaces.empty()) return EditStep::send;
  return head.handle_known ? EditStep::skip : EditStep::look_up;
}

void set_handle(Lane& lane, NoticeId card, const std::string& handle) {
  for (auto& [seq, entry] : lane.entries) {
    if (!entry.row || entry.row->edits != card) continue;
    entry.row->notice.replaces = handle;
    entry.handle_known = true;
  }
}

}  // namespace huiyin
