// Entry points of the desk's files; each turns one input into moves and notices on the Turn.
#pragma once

#include <string>
#include <string_view>

#include "server/desk/turn.h"

namespace huiyin {

// reporter.cpp: anything that is not a cadre's command.
void hear_reporter(Turn& turn, const Said& said);
// reporter_moves.cpp: a command about a case. False: the words fit no case and may be something
// new.
bool hear_reporter_command(Turn& turn, const Said& said, const Command& command);
void rate_case(Turn& turn, Case c, int grade);
void answer_withdrawal(Turn& turn, const Case& c, bool yes);
void supplement_case(Turn& turn, Case c, const std::string& text);
void answer_question(Turn& turn, Case c, const std::string& text);
// Does the message speak of something else than `c`: another place, another topic?
bool different_matter(const Turn& turn, const Case& c, const Meaning& meaning);
bool may_rate(const Turn& turn, const Case& c);

// self.cpp: about the person: binding, language, quiet, privacy, help.
bool hear_self_command(Turn& turn, const Said& said, const Command& command);
void hear_scene(Turn& turn, const Message& message);
// The place where the speaker lives, as an answer to our question.
void bind_place(Turn& turn, const Said& said);
void bind_choice(Turn& turn, int number);

// accounts.cpp
bool is_bind_code(std::string_view text);
void give_bind_code(Turn& turn);
void use_bind_code(Turn& turn, const std::string& said);
void prefer_account(Turn& turn);

// cadre.cpp: commands of those who handle cases. False: they speak as a reporter.
bool hear_cadre(Turn& turn, const Said& said, const Command& command);
// 收到 as the reply to the only open card. False: it means nothing.
bool accept_by_reply(Turn& turn);

// clock.cpp
void timer_due(Turn& turn, CaseId id);
// office.cpp: what offices decide. leader.cpp: what leaders say. False: not theirs, go on.
bool hear_office(Turn& turn, const Said& said, const Command& command);
bool hear_leader(Turn& turn, const Said& said, const Command& command);
// brief.cpp
void give_brief(Turn& turn, const Brief& brief);
void report_findings(Turn& turn, const Findings& findings);
// unheard.cpp
void nobody_heard(Turn& turn, const Unheard& unheard);

}  // namespace huiyin
