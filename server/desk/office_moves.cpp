#include "server/desk/office_moves.h"

#include <algorithm>

#include "server/desk/cadre_moves.h"
#include "server/desk/closing.h"
#include "server/desk/facts.h"
#include "server/desk/office_cases.h"
#include "server/desk/owners.h"
#include "server/desk/parties.h"
#include "server/desk/register.h"
#include "server/desk/result.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"
#include "server/desk/which_unit.h"

namespace huiyin {
namespace {

using words::Why;

constexpr int kReturnsBeforeRuling = 2;
constexpr std::size_t kShortestReason = 2;  // characters

bool says_why(const Command& command) {
  return meaningful_characters(command.argument) >= kShortestReason;
}

bool waits(Stage stage) { return stage == Stage::registered || stage == Stage::pending_triage; }

bool frontline(UnitKind kind) {
  switch (kind) {
    case UnitKind::village:
    case UnitKind::community:
    case UnitKind::hamlet:
    case UnitKind::grid:
    case UnitKind::enterprise:
      return true;
    default:
      return false;
  }
}

// The office found out where in its area it is.
void narrow_place(const Turn& turn, Case& c, const UnitCode& unit) {
  const Unit* where = turn.directory.unit(unit);
  if (!where || !frontline(where->kind) || unit == c.unit) return;
  if (!c.unit || turn.directory.within(unit, c.unit)) c.unit = unit;
}

// Whoever had it until now, when it was on his desk and not just in the queue.
void tell_former_owner(Turn& turn, const Case& c, PersonId before) {
  if (before == c.owner || before == turn.speaker()) return;
  tell_person(turn, c, before, "taken_over", Audience::owner);
}

void hand_out(Turn& turn, Case c, Move move, const Target& target, Verb verb) {
  const PersonId before = c.owner;
  const bool on_a_desk = !waits(c.stage);
  std::string text = target.rest;
  if (text.empty() && move == Move::transfer) text = "办公室安排";
  if (!turn.make(c, move, Role::office, text, target.unit.raw()))
    return refuse_about(turn, c, Why::not_of_office);
  if (!on_a_desk) narrow_place(turn, c, target.unit);
  give_to(turn, c, target.who);
  c.ruled = c.ruled || move == Move::rule;
  const bool heard = hears(turn.echo(c, "dispatched"));
  if (c.owner == turn.speaker()) {
    confirm(turn, c, verb, heard);
  } else {
    auto* card = send_card(turn, c, c.owner);
    if (card && !target.rest.empty())
      card->facts["words"] = without_stop(as_owner_reads(turn, c, target.rest));
    confirm_given(turn, c, verb, heard);
  }
  if (on_a_desk) tell_former_owner(turn, c, before);
  turn.put(std::move(c));
}

std::optional<Move> with_ruling(const Case& c, std::optional<Move> move, Verb verb) {
  return verb == Verb::rule && c.stage == Stage::registered ? Move::rule : move;
}

}  // namespace

std::optional<Move> assigning(const Turn& turn, const Case& c) {
  for (const Move move : {Move::dispatch, Move::triage})
    if (may_decide(turn, c, move)) return move;
  if (turn.allowed(c, Move::transfer, Role::office) && deciding_roles(turn, c).has(Role::office))
    return Move::transfer;
  return std::nullopt;
}

std::optional<Why> cannot_take(const Turn& turn, const Case& c, const Assignment& who,
                               const UnitCode& unit) {
  const Unit* where = turn.directory.unit(unit);
  if (!where || where->kind == UnitKind::partner) return Why::cannot_have;
  if (c.concerned_unit && turn.directory.within(unit, c.concerned_unit)) return Why::cannot_have;
  if (concerned(turn, c, who.person)) return Why::cannot_have;
  if (!waits(c.stage) && c.owner == who.person && c.owner_unit == who.unit)
    return Why::has_it_already;
  return std::nullopt;
}

std::string speaks_for(const Turn& turn, const Case& c, DutyRole role, std::string_view locale) {
  const auto& directory = turn.directory;
  for (const Duty& duty : duties_with_stand_ins(turn, turn.speaker()))
    if (duty.role == role && directory.within(seat_of(turn, c), duty.unit)) {
      const Unit* unit = directory.unit(duty.unit);
      return words::role_at(role, unit ? unit->kind : UnitKind::township,
                            directory.full_name(duty.unit), locale);
    }
  return {};
}

void assign(Turn& turn, const Case& c, const Command& command, const std::vector<UnitCode>& desks) {
  const auto move = with_ruling(c, assigning(turn, c), command.verb);
  if (command.verb == Verb::rule && move != Move::rule)
    return refuse_about(turn, c, Why::not_of_office);
  if (move == Move::rule && c.returns < kReturnsBeforeRuling)
    return refuse_about(turn, c, Why::rule_later);
  const auto target = one_target(turn, c, command, desks);
  if (!target) return;
  if (const auto why = cannot_take(turn, c, target->who, target->unit))
    return refuse_about(turn, c, *why);
  hand_out(turn, c, *move, *target, command.verb);
}

void send_down(Turn& turn, const Case& found, const Command& command) {
  if (!says_why(command)) return ask_words(turn, found, command, Why::reason_office);
  const bool about_somebody = found.concerned_unit || !found.concerned.empty();
  if (found.level == Level::township && (found.enforcement || about_somebody))
    return refuse_about(turn, found, Why::down_not_allowed);
  const Unit* where = turn.directory.unit(found.unit);
  if (!where || (found.level == Level::township && !frontline(where->kind)))
    return refuse_about(turn, found, Why::down_nobody);
  // The office below may be the one that the case is about: then it stays where it is.
  Case c = found;
  c.level = static_cast<Level>(static_cast<int>(found.level) - 1);
  if (c.level > Level::frontline && office_unit(turn, c) == office_unit(turn, found))
    return refuse_about(turn, found, Why::down_not_allowed);
  c.level = found.level;
  if (!turn.make(c, Move::send_down, Role::office, command.argument, c.unit.raw()))
    return refuse_about(turn, found, Why::not_of_office);
  give_to(turn, c, responsible(turn, c));
  const bool heard = hears(turn.echo(c, "dispatched"));
  if (auto* card = send_card(turn, c, c.owner))
    card->facts["words"] = without_stop(as_owner_reads(turn, c, command.argument));
  confirm_given(turn, c, Verb::send_down, heard);
  turn.put(std::move(c));
}

void escalate_from_queue(Turn& turn, const Case& found, const Command& command) {
  if (!says_why(command)) return ask_words(turn, found, command, Why::escalate_reason);
  Case c = found;
  if (!turn.make(c, Move::escalate, Role::office, command.argument))
    return refuse_about(turn, found, Why::at_top);
  give_to(turn, c, responsible(turn, c));
  auto* echo = turn.echo(c, "escalated");
  if (echo) echo->facts["reason"] = without_stop(as_told(command.argument));
  const bool heard = hears(echo);
  if (auto* card = send_card(turn, c, c.owner))
    card->facts["words"] = without_stop(as_owner_reads(turn, c, command.argument));
  confirm_given(turn, c, Verb::escalate, heard);
  turn.put(std::move(c));
}

void request_claim(Turn& turn, const Case& found) {
  Case c = found;
  const auto leaders = leaders_of(turn, c);
  if (leaders.empty()) return refuse_about(turn, c, Why::no_leader);
  const UnitCode unit = leaders.front().unit;
  if (!turn.make(c, Move::request_claim, Role::office, "", unit.raw()))
    return refuse_about(turn, c, Why::not_of_office);
  auto* echo = turn.echo(c, "claim_wanted");
  if (echo) echo->facts["leader_unit"] = turn.directory.full_name(unit);
  const bool heard = hears(echo);
  for (const Assignment& leader : leaders)
    if (leader.unit == unit) tell_person(turn, c, leader.person, "card", Audience::leader);
  confirm(turn, c, Verb::request_claim, heard);
  turn.put(std::move(c));
}

void close_from_queue(Turn& turn, const Case& found, const Command& command) {
  const auto said = words::read_outcome(command.argument);
  if (!is_fact(said.rest, turn.policy.result_min_characters))
    return ask_words(turn, found, command, Why::result_missing);
  if (needs_approval(said.outcome) && !at_the_top(turn, found))
    return refuse_about(turn, found, Why::close_above);
  Case c = found;
  const auto outcome = said.outcome == Outcome::none ? Outcome::solved : said.outcome;
  const bool heard = hears(close_case(turn, c, turn.speaker(), Role::office, outcome, said.rest));
  confirm(turn, c, Verb::close, heard);
  turn.put(std::move(c));
}

void invalidate(Turn& turn, const Case& found, const Command& command) {
  if (!says_why(command)) return ask_words(turn, found, command, Why::reason_office);
  Case c = found;
  if (!turn.make(c, Move::invalidate, Role::office, command.argument))
    return refuse_about(turn, found, Why::not_of_office);
  c.outcome = Outcome::invalid;
  c.result = command.argument;
  confirm(turn, c, Verb::invalidate, false);
  turn.put(std::move(c));
}

void supervise(Turn& turn, const Case& found, const Command& command) {
  Case c = found;
  const auto rule = may_decide(turn, c, Move::supervise);
  if (!rule || !turn.make(c, Move::supervise, rule->by, command.argument))
    return refuse_about(turn, found, Why::not_of_office);
  if (auto* draft = tell_owner(turn, c, "supervised")) {
    const auto role = rule->by == Role::leader ? DutyRole::leader : DutyRole::clerk;
    draft->facts["by"] = speaks_for(turn, c, role, turn.locale_of(c.owner));
    if (!command.argument.empty())
      draft->facts["words"] = without_stop(as_owner_reads(turn, c, command.argument));
  }
  confirm(turn, c, Verb::supervise, false);
  turn.put(std::move(c));
}

}  // namespace huiyin
