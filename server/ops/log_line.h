// One event as one line. What strangers wrote cannot forge another line or hide a part of this one.
#pragma once

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace huiyin {

enum class LogLevel { debug, info, warning, error };

// Names are ours, values may come from outside: ids, codes and counts, never message text, platform
// user ids, tokens or telephone numbers.
using LogField = std::pair<std::string_view, std::string>;
using LogFields = std::initializer_list<LogField>;
using LogTime = std::chrono::sys_time<std::chrono::microseconds>;

// {"time":"2026-03-26T01:10:00.000Z","level":"info","event":"inbox.committed","channel":"wechat"}
std::string json_line(LogTime time, LogLevel level, std::string_view event, LogFields fields);
// 2026-03-26T01:10:00.000Z info inbox.committed channel=wechat
std::string text_line(LogTime time, LogLevel level, std::string_view event, LogFields fields);

// The inside of a JSON string. Escapes quotes, backslashes, control characters (C0, DEL, C1), line
// and paragraph separators and the marks that turn the writing direction; bytes that are no UTF-8
// become U+FFFD; after 1,024 bytes it ends with "...".
std::string escape_for_log(std::string_view text);

}  // namespace huiyin
