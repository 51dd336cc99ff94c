// Commands of those who handle cases: which case, may they, what is missing. The moves themselves
// are in cadre_moves.cpp.
#include <algorithm>

#include "server/desk/buttons.h"
#include "server/desk/cadre_moves.h"
#include "server/desk/candidates.h"
#include "server/desk/facts.h"
#include "server/desk/hear.h"
#include "server/desk/leave.h"
#include "server/desk/owners.h"
#include "server/desk/questions.h"
#include "server/desk/register.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

using words::Why;

NoticeDraft& refuse(Turn& turn, Why why) {
  return answer_why(turn, "refused", Audience::owner, why);
}

void not_found(Turn& turn, const std::string& number) {
  turn.reply("not_found", Audience::owner).facts["number"] = number;
}

// A number that is none of theirs. Who once had the case, or a card of it, is told who has it now;
// anybody else learns nothing, not even that it exists.
void answer_foreign(Turn& turn, const std::string& number) {
  const Case* c = turn.set.find_case(number);
  if (!c || concerned(turn, *c, turn.speaker())) return not_found(turn, number);
  if (!turn.has_history(c->id)) return;
  const auto mine = [&](const Event& event) {
    return event.actor == turn.speaker() && event.role == Role::owner;
  };
  const bool shown = std::ranges::find(turn.set.cards(c->id), turn.speaker(), &Card::person) !=
                     turn.set.cards(c->id).end();
  if (!shown && std::ranges::none_of(turn.set.history(c->id), mine)) return not_found(turn, number);
  auto& draft = turn.reply("taken_over", Audience::owner);
  draft.about = c->id;
  const auto facts = case_facts(turn, *c, Audience::reporter, turn.me().locale);
  for (const char* key : {"number", "owner", "status", "outcome", "solved"})
    if (const auto at = facts.find(key); at != facts.end()) draft.facts.insert(*at);
}

std::optional<Move> move_of(Verb verb) {
  if (verb == Verb::merge) return Move::request;  // the office joins; the owner asks for it
  for (const Move move :
       {Move::accept, Move::return_case, Move::contact, Move::progress, Move::ask, Move::close,
        Move::escalate, Move::transfer, Move::co_handle, Move::extend, Move::suspend, Move::resume})
    if (words::verb_for(move) == verb) return move;
  return std::nullopt;
}

Why why_not(const Turn& turn, const Case& c, Move move) {
  if (role_in(turn, c, turn.speaker()) != Role::owner) return Why::not_yours;
  if (!is_open(c.stage)) return Why::closed_for_owner;
  if (c.stage == Stage::awaiting_reporter) return Why::waiting;
  if (move == Move::accept && c.stage == Stage::in_progress) return Why::accepted_already;
  if (move == Move::escalate && c.level == Level::city) return Why::at_top;
  const bool signed_for = move == Move::return_case && c.stage == Stage::in_progress;
  return signed_for ? Why::return_signed : Why::not_your_move;
}

// The one case on the speaker's hands, whatever its state; null when there are none or several.
const Case* only_open_case(Turn& turn) {
  auto cases = handled_cases(turn);
  std::erase_if(cases, [](const Case* c) { return !is_open(c->stage); });
  return cases.size() == 1 ? cases.front() : nullptr;
}

void act(Turn& turn, const Command& command, Move move) {
  const auto found =
      find_handled(turn, command.number, [&](const Case& c) { return can_move(turn, c, move); });
  if (found.missing) return;
  if (found.unknown_number) return answer_foreign(turn, command.number);
  if (found.several.size() > 1)
    return ask_which_case(turn, found.several, command, Audience::owner);
  if (!found.one) {
    if (const Case* c = only_open_case(turn))
      return refuse_about(turn, *c, why_not(turn, *c, move));
    refuse(turn, Why::no_candidate);
    return;
  }
  const Case& c = *found.one;
  if (!can_move(turn, c, move)) return refuse_about(turn, c, why_not(turn, c, move));
  make_move(turn, c, move, command);
}

// Without a number: the case whose reporter was to be telephoned, if there is one.
Found find_told(Turn& turn, const Command& command) {
  Found waiting;
  if (command.number.empty()) {
    waiting.several = handled_cases(turn);
    waiting.missing = !turn.need().empty();
    if (waiting.missing) return waiting;
    std::erase_if(waiting.several, [](const Case* c) { return c->calls == 0; });
    if (waiting.several.size() == 1) waiting.one = waiting.several.front();
    if (!waiting.several.empty()) return waiting;
  }
  return find_handled(turn, command.number, [&](const Case& c) {
    return can_move(turn, c, Move::note) && role_in(turn, c, turn.speaker()) == Role::owner;
  });
}

// 已电话告知: what the reporter did not hear so far, he has heard now.
void told(Turn& turn, const Command& command) {
  const auto found = find_told(turn, command);
  if (found.missing) return;
  if (found.unknown_number) return answer_foreign(turn, command.number);
  if (!found.one && found.several.size() > 1)
    return ask_which_case(turn, found.several, command, Audience::owner);
  if (!found.one) {
    refuse(turn, Why::no_candidate);
    return;
  }
  Case c = *found.one;
  // A filed case takes no more notes; that he was told is kept with the notices.
  turn.make(
      c, Move::note, role_in(turn, c, turn.speaker()).value_or(Role::owner),
      command.argument.empty() ? std::string{words::verb(Verb::told, "zh")} : command.argument);
  c.calls = 0;
  turn.told_by_telephone(c.id, c.reporter);
  answer_about(turn, c, "told", Audience::owner);
  turn.put(std::move(c));
}

void list_todo(Turn& turn) {
  auto cases = handled_cases(turn);
  if (!turn.need().empty()) return;
  std::erase_if(cases, [](const Case* c) { return !is_open(c->stage) && c->calls == 0; });
  auto& draft = turn.reply("todo", Audience::owner);
  draft.facts["count"] = std::to_string(cases.size());
  if (cases.empty())
    draft.facts["none"] = "1";
  else
    draft.lists["cases"] = case_rows(turn, cases, Audience::owner);
}

// 帮助: what each of his roles may say; with a number, what may be done with that case.
void help(Turn& turn, const Command& command) {
  if (!command.number.empty()) {
    const auto found = find_handled(turn, command.number, [](const Case&) { return true; });
    if (found.missing) return;
    if (found.several.size() > 1)
      return ask_which_case(turn, found.several, command, Audience::owner);
    if (!found.one) return answer_foreign(turn, command.number);
    return buttons::answer_moves(turn, *found.one);
  }
  auto& draft = turn.reply("help", Audience::owner);
  for (const Duty& duty : turn.directory.duties_of(turn.speaker(), turn.now)) {
    if (duty.role == DutyRole::clerk) draft.facts["office"] = "1";
    // Leaders who are nothing else have no cases of their own.
    draft.facts[duty.role == DutyRole::leader ? "leader" : "handles"] = "1";
  }
}

Why not_for_cadres(Verb verb) {
  switch (verb) {
    case Verb::triage:
    case Verb::send_down:
    case Verb::rule:
    case Verb::approve:
    case Verb::reject:
    case Verb::supervise:
    case Verb::request_claim:
    case Verb::invalidate:
    case Verb::support:
    case Verb::coverage:
    case Verb::hard_list:
    case Verb::claim:
    case Verb::instruct:
    case Verb::appoint:
      return Why::office_decides;
    default:
      return Why::not_offered;
  }
}

void list_duties(Turn& turn) {
  auto& draft = turn.reply("duties", Audience::owner);
  const auto& locale = turn.me().locale;
  auto& rows = draft.lists["duties"];
  for (const auto& duty : turn.directory.duties_of(turn.speaker(), turn.now)) {
    const Unit* unit = turn.directory.unit(duty.unit);
    if (!unit) continue;
    rows.push_back({{"name", words::role_at(duty.role, unit->kind,
                                            turn.directory.full_name(duty.unit), locale)}});
  }
  const auto& clocks = turn.policy.clocks;
  if (const auto accept = clocks.accept.find(Urgency::normal);
      accept != clocks.accept.end() && accept->second.working >= std::chrono::hours{1})
    draft.facts["accept_hours"] =
        std::to_string(std::chrono::floor<std::chrono::hours>(accept->second.working).count());
  if (const auto handle = clocks.handle_working_days.find(CaseType::help);
      handle != clocks.handle_working_days.end())
    draft.facts["handle_days"] = std::to_string(handle->second.front());
}

void enter_for(Turn& turn, const Said& said, const Command& command) {
  if (command.argument.empty()) {
    refuse(turn, Why::entry_missing);
    return;
  }
  take_entry(turn, said, command.argument);
}

// 查询 with a number of a case they handle; anything else is asked as a reporter.
bool show_handled(Turn& turn, const Command& command) {
  if (command.number.empty()) {
    if (!turn.set.reported_by(turn.speaker()).empty()) return false;
    list_todo(turn);
    return true;
  }
  const auto found = find_handled(turn, command.number, [](const Case&) { return true; });
  if (found.missing) return true;
  if (found.several.size() > 1) {
    ask_which_case(turn, found.several, command, Audience::owner);
    return true;
  }
  if (!found.one) {
    const auto reported = find_reported(turn, command.number, [](const Case&) { return true; });
    if (reported.one || reported.several.size() > 1) return false;
    answer_foreign(turn, command.number);
    return true;
  }
  answer_about(turn, *found.one, "card", Audience::owner);
  return true;
}

// 补充 by those who handle the case goes to its file.
bool note_handled(Turn& turn, const Command& command) {
  if (command.number.empty() || command.argument.empty()) return false;
  const auto found = find_handled(turn, command.number, [](const Case&) { return true; });
  if (found.missing) return true;
  if (!found.one || found.one->reporter == turn.speaker()) return false;
  make_move(turn, *found.one, Move::note, command);
  return true;
}

}  // namespace

void refuse_about(Turn& turn, const Case& c, words::Why why) {
  answer_about(turn, c, "refused", Audience::owner).facts["reason"] =
      words::why(why, turn.me().locale);
}

bool hear_cadre(Turn& turn, const Said& said, const Command& command) {
  if (const auto move = move_of(command.verb)) {
    act(turn, command, *move);
    return true;
  }
  switch (command.verb) {
    case Verb::told:
      told(turn, command);
      return true;
    case Verb::todo:
      list_todo(turn);
      return true;
    case Verb::help:
      help(turn, command);
      return true;
    case Verb::leave:
      take_leave(turn, command);
      return true;
    case Verb::hand_over:
      hand_over(turn, command);
      return true;
    case Verb::duties:
      list_duties(turn);
      return true;
    case Verb::enter_for:
      enter_for(turn, said, command);
      return true;
    case Verb::status:
      return show_handled(turn, command);
    case Verb::supplement:
      return note_handled(turn, command);
    case Verb::none:
    case Verb::withdraw:
    case Verb::urge:
    case Verb::rate:
    case Verb::reopen:
    case Verb::anonymous:
    case Verb::confidential:
    case Verb::bind:
    case Verb::follow:
    case Verb::human:
    case Verb::privacy:
    case Verb::mute:
    case Verb::language:
    case Verb::bind_account:
    case Verb::prefer:
    case Verb::unfollow:
    case Verb::erase:
    case Verb::count_:
      return false;  // said as a reporter
    default:
      refuse(turn, not_for_cadres(command.verb));
      return true;
  }
}

bool accept_by_reply(Turn& turn) {
  auto cases = handled_cases(turn);
  if (!turn.need().empty()) return true;
  std::erase_if(cases, [](const Case* c) { return c->stage != Stage::dispatched; });
  if (cases.size() != 1) return false;
  Command command;
  command.verb = Verb::accept;
  make_move(turn, *cases.front(), Move::accept, command);
  return true;
}

}  // namespace huiyin
