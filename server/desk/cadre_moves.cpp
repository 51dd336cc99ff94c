#include "server/desk/cadre_moves.h"

#include <algorithm>

#include "server/desk/facts.h"
#include "server/desk/owners.h"
#include "server/desk/questions.h"
#include "server/desk/register.h"
#include "server/desk/result.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

using words::Why;

constexpr int kMostReturns = 2;  // then the office decides (首接负责)

bool signs_by_work(Move move) {
  return move == Move::progress || move == Move::ask || move == Move::close;
}

// The words are missing: say so, and take the next message as them.
void ask_words(Turn& turn, const Case& c, const Command& command, Why why) {
  refuse_about(turn, c, why);
  turn.ask(std::string{questions::kWords}, c.id, {questions::pack(command.verb, c.number, "")});
}

void confirm(Turn& turn, const Case& c, Verb verb, bool heard) {
  auto& draft = answer_about(turn, c, "done", Audience::owner);
  draft.facts["did"] = words::verb(verb, turn.me().locale);
  if (heard) draft.facts["heard"] = "1";
}

// Signs for the card when work begins without it; both moves are told in one notice.
void sign_if_needed(Turn& turn, Case& c) {
  if (c.stage == Stage::dispatched) turn.make(c, Move::accept, Role::owner, "");
}

void simple(Turn& turn, Case c, Move move, const Command& command, std::string_view kind,
            const char* fact) {
  replace_gone_owner(turn, c);
  sign_if_needed(turn, c);
  turn.make(c, move, Role::owner, command.argument);
  auto* draft = turn.echo(c, kind);
  if (draft) draft->facts[fact] = as_told(command.argument);
  confirm(turn, c, command.verb, hears(draft));
  turn.put(std::move(c));
}

void accept(Turn& turn, Case c) {
  replace_gone_owner(turn, c);
  turn.make(c, Move::accept, Role::owner, "");
  const bool heard = hears(turn.echo(c, "accepted"));
  confirm(turn, c, Verb::accept, heard);
  turn.put(std::move(c));
}

void contact(Turn& turn, Case c, const Command& command) {
  replace_gone_owner(turn, c);
  turn.make(c, Move::contact, Role::owner, command.argument);
  const bool heard = hears(turn.echo(c, "contacted"));
  confirm(turn, c, Verb::contact, heard);
  turn.put(std::move(c));
}

void note(Turn& turn, Case c, const Command& command) {
  const auto role = role_in(turn, c, turn.speaker()).value_or(Role::owner);
  if (!turn.make(c, Move::note, role, command.argument))
    return refuse_about(turn, c, Why::not_your_move);
  confirm(turn, c, command.verb, false);
  turn.put(std::move(c));
}

void return_case(Turn& turn, Case c, const Command& command) {
  if (meaningful_characters(command.argument) < 2)
    return ask_words(turn, c, command, Why::reason_missing);
  const auto& policy = turn.policy;
  if (turn.now >
      policy.calendar.add_working_days(c.dispatched_at, policy.clocks.return_working_days))
    return refuse_about(turn, c, Why::return_too_late);
  if (c.returns >= kMostReturns) return refuse_about(turn, c, Why::returned_twice);
  const auto next = next_owner(turn, c, turn.speaker());
  if (!next) return;

  turn.make(c, Move::return_case, Role::owner, command.argument);
  ++c.returns;
  c.owner = next->person;
  c.owner_unit = next->unit;
  turn.make_by_system(c, Move::dispatch, "");
  const bool heard = hears(turn.echo(c, "returned"));
  auto& done = turn.reply("done", Audience::owner);
  done.about = c.id;
  done.facts["did"] = words::verb(Verb::return_case, turn.me().locale);
  if (heard) done.facts["heard"] = "1";
  done.facts["number"] = c.number;
  done.facts["status"] = words::stage(c.stage, c.outcome, turn.me().locale);
  done.facts["next_owner"] = owner_name(turn, c.owner, c.owner_unit, turn.me().locale);
  if (auto* card = send_card(turn, c, c.owner))
    card->facts["reason"] = without_stop(as_written(command.argument));
  if (auto* draft = tell_office(turn, c, "returned", turn.speaker()))
    draft->facts["reason"] = without_stop(as_told(command.argument));
  turn.put(std::move(c));
}

void close(Turn& turn, Case c, const Command& command) {
  const auto said = words::read_outcome(command.argument);
  if (said.outcome == Outcome::planned || said.outcome == Outcome::rejected)
    return refuse_about(turn, c, Why::outcome_approval);
  if (!is_fact(said.rest, turn.policy.result_min_characters))
    return ask_words(turn, c, command, Why::result_missing);
  sign_if_needed(turn, c);
  turn.make(c, Move::close, Role::owner, said.rest);
  c.outcome = said.outcome == Outcome::none ? Outcome::solved : said.outcome;
  c.result = said.rest;
  auto* draft = turn.echo(c, "closed");
  if (draft) {
    const auto locale = turn.locale_of(c.reporter);
    draft->buttons.push_back(
        {std::string{words::verb(Verb::reopen, locale)}, words::command(Verb::reopen, c.number)});
  }
  confirm(turn, c, Verb::close, hears(draft));
  turn.put(std::move(c));
}

}  // namespace

bool can_move(const Turn& turn, const Case& c, Move move) {
  if (turn.allowed(c, move, Role::owner)) return true;
  return signs_by_work(move) && turn.allowed(c, Move::accept, Role::owner);
}

void make_move(Turn& turn, const Case& c, Move move, const Command& command) {
  if (!turn.has_person(c.reporter)) return;
  switch (move) {
    case Move::accept:
      return accept(turn, c);
    case Move::return_case:
      return return_case(turn, c, command);
    case Move::contact:
      return contact(turn, c, command);
    case Move::progress:
      if (meaningful_characters(command.argument) < 2)
        return ask_words(turn, c, command, Why::progress_missing);
      return simple(turn, c, move, command, "progress", "progress");
    case Move::ask:
      if (meaningful_characters(command.argument) < 2)
        return ask_words(turn, c, command, Why::question_missing);
      return simple(turn, c, move, command, "question", "question");
    case Move::close:
      return close(turn, c, command);
    default:
      return note(turn, c, command);
  }
}

bool replace_gone_owner(Turn& turn, Case& c) {
  if (!is_open(c.stage) || c.stage == Stage::draft) return false;
  const auto duties = turn.directory.duties_of(c.owner, turn.now);
  const bool here =
      std::ranges::any_of(duties, [&](const Duty& duty) { return duty.unit == c.owner_unit; });
  if (here) return false;
  const auto next = responsible(turn, c);
  if (next.person == c.owner) return false;
  c.owner = next.person;
  c.owner_unit = next.unit;
  turn.make_by_system(c, Move::transfer, "");
  send_card(turn, c, c.owner);
  return true;
}

}  // namespace huiyin
