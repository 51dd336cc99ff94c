// A notice as a Feishu card: title, plain words, buttons that come back as card actions.
#pragma once

#include <boost/json.hpp>

#include "server/cases/notice.h"

namespace huiyin::feishu {

inline constexpr std::size_t kMaxBody = 30 * 1024;  // bytes of a request with a card
// Written into a JSON string inside JSON a byte becomes up to four; the rest is for the buttons.
inline constexpr std::size_t kMaxCardText = 5 * 1024;
inline constexpr std::size_t kMaxCardTitle = 100;  // characters; ours, for one line
inline constexpr std::size_t kMaxButtons = 10;     // ours; more are said in words
inline constexpr std::size_t kMaxFiles = 5;        // shown as links
inline constexpr std::size_t kMaxCommand = 200;    // bytes

// Always with update_multi: only such cards can be changed afterwards, for everybody who sees them.
// Words that people wrote stand in plain_text, where no markup acts.
boost::json::object card_json(const Notice& notice);

}  // namespace huiyin::feishu
