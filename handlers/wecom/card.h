// The template card with buttons (button_interaction): page "发送应用消息", "模板卡片类型".
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "server/cases/notice.h"

namespace huiyin::wecom {

inline constexpr std::size_t kMaxButtons = 6;

// True when at least one button can be shown; what cannot stays in the words.
bool has_card(const Notice& notice);

// Unique for ever in the application, and the same for every attempt at one notice: a repeat is
// refused (42014). The digest keeps a new database, which counts notices from the start, apart from
// the one before it.
std::string task_id(const Notice& notice);

// The notice whose card has this task id; none for ids that are not ours.
std::optional<NoticeId> notice_of_task(std::string_view task_id);

// Without task_id, which a changed card must not bring along. A notice without buttons becomes a
// text_notice, which needs a link.
boost::json::object card(const Notice& notice);

// What a sent card becomes. Without buttons and link it keeps one grey button that tells the state.
boost::json::object changed_card(const Notice& notice);

}  // namespace huiyin::wecom
