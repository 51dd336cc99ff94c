// 支援 单位 姓名 [到 日期]: somebody helps out in a unit for some time (下沉党员).
#pragma once

#include <vector>

#include "server/desk/turn.h"

namespace huiyin {

// Writes the duty; helper, those he helps and the speaker are told.
void send_support(Turn& turn, const Command& command, const std::vector<UnitCode>& desks);

}  // namespace huiyin
