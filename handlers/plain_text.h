// A notice as plain words, for platforms and messages without buttons.
#pragma once

#include <string>

#include "server/cases/notice.h"

namespace huiyin {

// Title, text, then "可回复：" with one line a button, then the link; presentable() UTF-8 of at
// most `max_bytes` (at least 64), never empty. When it is too long the text is cut between two
// characters and ends in "…"; commands and link stay as long as they fill no more than half.
std::string plain_text(const Notice& notice, std::size_t max_bytes);

}  // namespace huiyin
