// A notice in DingTalk's clothes: plain text, markdown with tappable commands, card variables.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "server/cases/notice.h"

namespace huiyin::dingtalk {

inline constexpr std::size_t kMaxParam = 15000;  // bytes of msgParam
inline constexpr std::size_t kMaxWords = 2800;   // bytes of text, before markdown and JSON
inline constexpr std::size_t kMaxTitle = 64;     // characters
inline constexpr std::size_t kMaxButtons = 6;    // that can be tapped; all are said in words
inline constexpr std::size_t kMaxCommand = 120;  // bytes
inline constexpr std::size_t kMaxLink = 500;     // characters of an address
inline constexpr std::size_t kMaxNotice = 2048;  // bytes of a work notice's msg

enum class Look { text, markdown, action_card };
// Markdown where there are commands to tap, an action card where there is only a link (its buttons
// open addresses and never call us), else text, in which no markup acts.
Look look_of(const Notice& notice);

std::string title_of(const Notice& notice);
// All words of the notice, commands included, as markdown in which nothing that a person wrote
// acts. With `taps`, the commands also as links that say them to the robot when tapped.
std::string markdown_of(const Notice& notice, bool taps);

// Variables of the interactive card: title text link label1 command1 … label6 command6 hint. All
// are set each time, so that a changed card keeps no old button.
boost::json::object card_variables(const Notice& notice);

// `msg` of a work notice, at most kMaxNotice bytes. It names the notice: the platform drops, with
// success, what says the same to the same person twice a day.
boost::json::object work_notice(const Notice& notice);

}  // namespace huiyin::dingtalk
