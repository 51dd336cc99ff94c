// What an office decides about a case: who handles it, at which level, whether it goes on. Each
// checks the words, makes the move and tells everybody concerned; the case was found and fits.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/desk/turn.h"
#include "server/desk/words.h"

namespace huiyin {

// 分流 and 裁定: by stage T2, T9 or a transfer. Empty: nothing to assign now.
std::optional<Move> assigning(const Turn& turn, const Case& c);
void assign(Turn& turn, const Case& c, const Command& command, const std::vector<UnitCode>& desks);
// 下派 (T10)
void send_down(Turn& turn, const Case& c, const Command& command);
// 上报 out of the office's queue (T8)
void escalate_from_queue(Turn& turn, const Case& c, const Command& command);
// 提请认领 (T11)
void request_claim(Turn& turn, const Case& c);
// 办结 out of the queue (T15)
void close_from_queue(Turn& turn, const Case& c, const Command& command);
// 无效 (T21)
void invalidate(Turn& turn, const Case& c, const Command& command);
// 督办
void supervise(Turn& turn, const Case& c, const Command& command);

// Nothing stands in the way of this person having the case; else the reason.
std::optional<words::Why> cannot_take(const Turn& turn, const Case& c, const Assignment& who,
                                      const UnitCode& unit);
// "石璜镇三服务办公室", "嵊州市领导": as what the speaker decides about the case.
std::string speaks_for(const Turn& turn, const Case& c, DutyRole role, std::string_view locale);

}  // namespace huiyin
