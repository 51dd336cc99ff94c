// What reporters and followers may do with a case: one file for each subject. Inside the desk's
// reporter files only; the others call hear.h.
#pragma once

#include <string>

#include "server/desk/candidates.h"
#include "server/desk/turn.h"
#include "server/desk/words.h"

namespace huiyin {

inline bool past_draft(const Case& c) { return is_open(c.stage) && c.stage != Stage::draft; }
inline bool open_case(const Case& c) { return is_open(c.stage); }
// Closed by somebody's answer, so that people may say what it was worth.
bool answered(const Case& c);
bool in_time(const Turn& turn, const Case& c);  // to rate and to reopen
bool different_place(const Turn& turn, const Case& c, const Meaning& meaning);

// Finds the case for a command and says so when there is none or more than one. Null: answered, or
// rows are missing.
const Case* pick(Turn& turn, const Command& command, const Fits& fits);
void answer_not_now(Turn& turn, const Case& c, words::Why why);
// How things stand: of this case; of the only one, or all that are open.
void show_status(Turn& turn, const Case& c);
bool status(Turn& turn, const Command& command);
// What is said about an open case answers its owner's question, if there is one.
void more_about(Turn& turn, const Case& c, const std::string& text);

// False: the words fit no case and may be something new.
bool rate(Turn& turn, const Said& said, Command command);           // rate.cpp
bool reopen(Turn& turn, const Said& said, const Command& command);  // reopen.cpp
bool withdraw(Turn& turn, const Command& command);                  // withdraw.cpp

}  // namespace huiyin
