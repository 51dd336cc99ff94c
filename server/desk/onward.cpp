// A case goes to other hands on the same level, or runs again: 退回, 转办, 销账.
#include <algorithm>

#include "server/desk/cadre_moves.h"
#include "server/desk/facts.h"
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

constexpr int kMostReturns = 2;  // then the office decides (首接负责)

// A clerk of the office, or of the next above: not who gives it back, nor for whom he speaks.
Assignment returned_to(const Turn& turn, const Case& c) {
  const auto& directory = turn.directory;
  for (const Unit* unit = directory.unit(office_unit(turn, c)); unit;
       unit = directory.unit(unit->parent))
    for (const Assignment& clerk : clerks_at(turn, c, unit->code))
      if (clerk.person != c.owner && clerk.person != turn.speaker()) return clerk;
  return Assignment{kDutyDesk, area_of(turn), DutyRole::clerk};
}

std::optional<Why> cannot_take(const Turn& turn, const Case& c, const Assignment& who) {
  if (who.person == c.owner) return Why::has_it_already;
  if (!turn.directory.may_own(who.person, who.unit, turn.now) || concerned(turn, c, who.person))
    return Why::cannot_have;
  // A department has the level of what it belongs to; an office keeps a case of its villages.
  const Level level = turn.directory.level_of(who.unit);
  const bool office = who.role == DutyRole::clerk && who.unit == office_unit(turn, c);
  if (level != c.level && !office) return Why::other_level;
  return std::nullopt;
}

}  // namespace

void return_case(Turn& turn, Case c, const Command& command) {
  if (c.ruled) return refuse_about(turn, c, Why::ruled);
  if (c.returns >= kMostReturns) return refuse_about(turn, c, Why::returned_twice);
  const auto& policy = turn.policy;
  if (turn.now >
      policy.calendar.add_working_days(c.dispatched_at, policy.clocks.return_working_days))
    return refuse_about(turn, c, Why::return_too_late);
  if (meaningful_characters(command.argument) < 2)
    return ask_words(turn, c, command, Why::reason_missing);

  const Assignment next = returned_to(turn, c);
  // Above the last office there is nobody: it hands the case on instead (P1).
  if (next.person == kDutyDesk) return refuse_about(turn, c, Why::down_nobody);

  turn.make(c, Move::return_case, Role::owner, command.argument);
  ++c.returns;
  give_to(turn, c, next);
  const bool heard = hears(turn.echo(c, "returned"));
  confirm_given(turn, c, Verb::return_case, heard);
  if (auto* card = send_card(turn, c, c.owner))
    card->facts["reason"] = without_stop(as_written(command.argument));
  turn.put(std::move(c));
}

void transfer(Turn& turn, Case c, const Command& command) {
  const auto target = one_target(turn, c, command, {office_unit(turn, c)});
  if (!target) return;
  if (const auto why = cannot_take(turn, c, target->who)) return refuse_about(turn, c, *why);
  if (meaningful_characters(target->rest) < 2) return refuse_about(turn, c, Why::transfer_reason);
  const Roles roles = roles_in(turn, c, turn.speaker());
  const PersonId before = c.owner;
  turn.make(c, Move::transfer, roles, target->rest, target->who.unit.raw());
  give_to(turn, c, target->who);
  const bool heard = hears(turn.echo(c, "dispatched"));
  confirm_given(turn, c, Verb::transfer, heard);
  if (auto* card = send_card(turn, c, c.owner))
    card->facts["reason"] = without_stop(as_written(target->rest));
  if (before != turn.speaker()) tell_person(turn, c, before, "taken_over", Audience::owner);
  turn.put(std::move(c));
}

void resume(Turn& turn, Case c, const Command& command) {
  const Roles roles = roles_in(turn, c, turn.speaker());
  turn.make(c, Move::resume, roles, command.argument);
  const bool heard = hears(turn.echo(c, "resumed"));
  confirm(turn, c, Verb::resume, heard);
  if (!roles.has(Role::owner)) tell_owner(turn, c, "resumed");
  turn.put(std::move(c));
}

}  // namespace huiyin
