#include "server/desk/cadre_moves.h"

#include <algorithm>
#include <array>

#include "server/desk/closing.h"
#include "server/desk/facts.h"
#include "server/desk/leave.h"
#include "server/desk/owners.h"
#include "server/desk/parties.h"
#include "server/desk/questions.h"
#include "server/desk/register.h"
#include "server/desk/requests.h"
#include "server/desk/result.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

using words::Why;

constexpr int kDeadlocks = 2;  // 协调未果 so often: a hard matter (handbook §6)

bool signs_by_work(Move move) {
  switch (move) {
    case Move::progress:
    case Move::ask:
    case Move::close:
    case Move::escalate:
    case Move::extend:
    case Move::suspend:
    case Move::request:
      return true;
    default:
      return false;
  }
}

// Not the owner's alone: offices and leaders may do it too.
bool shared(Move move) {
  return move == Move::escalate || move == Move::transfer || move == Move::co_handle ||
         move == Move::resume;
}

bool says_deadlock(std::string_view text) {
  constexpr auto kWords = std::to_array<std::string_view>(
      {"协调未果", "协调不下来", "协调不成", "协调不了", "协商未果", "谈不拢", "no agreement"});
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

void simple(Turn& turn, Case c, Move move, const Command& command, std::string_view kind,
            const char* fact) {
  replace_gone_owner(turn, c);
  sign_if_needed(turn, c);
  turn.make(c, move, Role::owner, command.argument);
  const bool deadlock = move == Move::progress && says_deadlock(command.argument);
  if (deadlock) ++c.deadlocks;
  auto* draft = turn.echo(c, kind);
  if (draft) draft->facts[fact] = as_told(command.argument);
  auto& done = confirm(turn, c, command.verb, hears(draft));
  if (deadlock && c.deadlocks >= kDeadlocks && turn.allowed(c, Move::escalate, Role::owner))
    done.facts["suggest"] = words::command(Verb::escalate, c.number);
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

// For the file. The owner reads what a helper or an office adds.
void note(Turn& turn, Case c, const Command& command) {
  const auto roles = roles_in(turn, c, turn.speaker());
  if (!turn.make(c, Move::note, roles, command.argument))
    return refuse_about(turn, c, Why::not_your_move);
  confirm(turn, c, command.verb, false);
  if (!roles.has(Role::owner) && is_open(c.stage)) {
    if (auto* draft = tell_owner(turn, c, "supplement")) {
      draft->facts["supplement"] = as_written(command.argument);
      draft->facts["by"] = person_line(turn, turn.speaker());
    }
  }
  turn.put(std::move(c));
}

void close(Turn& turn, Case c, const Command& command) {
  const auto said = words::read_outcome(command.argument);
  if (!is_fact(said.rest, turn.policy.result_min_characters))
    return ask_words(turn, c, command, Why::result_missing);
  if (said.outcome == Outcome::planned || said.outcome == Outcome::rejected) {
    Request request;
    request.kind = said.outcome == Outcome::planned ? RequestKind::planned : RequestKind::rejected;
    request.text = said.rest;
    return ask_above(turn, std::move(c), std::move(request), Verb::close);
  }
  sign_if_needed(turn, c);
  const auto outcome = said.outcome == Outcome::none ? Outcome::solved : said.outcome;
  const auto* draft = close_case(turn, c, turn.speaker(), Role::owner, outcome, said.rest);
  confirm(turn, c, Verb::close, hears(draft));
  turn.put(std::move(c));
}

}  // namespace

void ask_words(Turn& turn, const Case& c, const Command& command, Why why) {
  refuse_about(turn, c, why);
  turn.ask(std::string{questions::kWords}, c.id, {questions::pack(command.verb, c.number, "")});
}

NoticeDraft& confirm(Turn& turn, const Case& c, Verb verb, bool heard) {
  auto& draft = answer_about(turn, c, "done", Audience::owner);
  draft.facts["did"] = words::verb(verb, turn.me().locale);
  if (heard) draft.facts["heard"] = "1";
  return draft;
}

NoticeDraft& confirm_given(Turn& turn, const Case& c, Verb verb, bool heard) {
  auto& draft = turn.reply("done", Audience::owner);
  const auto& locale = turn.me().locale;
  draft.about = c.id;
  draft.facts["did"] = words::verb(verb, locale);
  if (heard) draft.facts["heard"] = "1";
  draft.facts["number"] = c.number;
  draft.facts["status"] = words::stage(c.stage, c.outcome, locale);
  draft.facts["next_owner"] = owner_name(turn, c.owner, c.owner_unit, locale);
  return draft;
}

void sign_if_needed(Turn& turn, Case& c) {
  if (c.stage == Stage::dispatched) turn.make(c, Move::accept, Role::owner, "");
}

bool can_move(const Turn& turn, const Case& c, Move move) {
  const Roles roles = roles_in(turn, c, turn.speaker());
  if (shared(move) && turn.allowed(c, move, roles)) return true;
  if (!roles.has(Role::owner)) return false;
  if (turn.allowed(c, move, Role::owner)) return true;
  if (!signs_by_work(move) || !turn.allowed(c, Move::accept, Role::owner)) return false;
  return move != Move::escalate || c.level < Level::city;
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
    case Move::escalate:
      return escalate(turn, c, command);
    case Move::co_handle:
      return co_handle(turn, c, command);
    case Move::transfer:
      return transfer(turn, c, command);
    case Move::resume:
      return resume(turn, c, command);
    case Move::extend:
      return ask_extension(turn, c, command);
    case Move::suspend:
      return ask_suspension(turn, c, command);
    case Move::request:
      return ask_merge(turn, c, command);
    default:
      return note(turn, c, command);
  }
}

bool replace_gone_owner(Turn& turn, Case& c) {
  if (!is_open(c.stage) || c.stage == Stage::draft) return false;
  const bool entitled = turn.directory.may_own(c.owner, c.owner_unit, turn.now);
  if (entitled && c.owner != kDutyDesk) return false;
  const Assignment next = next_after(turn, c);
  if (next.person == c.owner) return false;
  give_to(turn, c, next);
  turn.make_by_system(c, Move::transfer, "", c.owner_unit.raw());
  send_card(turn, c, c.owner);
  return true;
}

}  // namespace huiyin
