// What leaders say: 难事 认领 批示 指定 办结, and which case is meant.
#include <algorithm>

#include "server/desk/buttons.h"
#include "server/desk/cadre_moves.h"
#include "server/desk/closing.h"
#include "server/desk/facts.h"
#include "server/desk/hear.h"
#include "server/desk/office_cases.h"
#include "server/desk/office_lists.h"
#include "server/desk/office_moves.h"
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
using Desks = std::vector<UnitCode>;

bool leads(const Turn& turn, const Case& c, Move move) {
  return deciding_roles(turn, c).has(Role::leader) && turn.allowed(c, move, Role::leader);
}

UnitCode leads_for(const Turn& turn, const Case& c, const Desks& desks) {
  for (const UnitCode& desk : desks)
    if (turn.directory.within(seat_of(turn, c), desk)) return desk;
  return desks.front();
}

void add_helper(Turn& turn, Case& c, const Target& target) {
  Party helper;
  helper.person = target.who.person;
  helper.kind = PartyKind::co_handler;
  helper.unit = target.unit;
  helper.since = turn.now;
  add_party(c, std::move(helper));
}

// "水利局、人社局 三天内拿出办法": further departments help, what is left are the words.
std::vector<Target> helpers_in(const Turn& turn, const Case& c, Target& lead, const Desks& desks) {
  std::vector<Target> helpers;
  for (;;) {
    auto next = find_targets(turn, lead.rest, desks);
    if (next.several.size() != 1) return helpers;
    Target target = std::move(next.several.front());
    lead.rest = target.rest;
    const auto same = [&](const Target& other) { return other.who.person == target.who.person; };
    if (!cannot_take(turn, c, target.who, target.unit) && target.who.person != lead.who.person &&
        std::ranges::none_of(helpers, same))
      helpers.push_back(std::move(target));
  }
}

void tell_helpers(Turn& turn, const Case& c, const std::vector<Target>& helpers,
                  const std::string& said) {
  for (const Target& helper : helpers) {
    if (helper.who.person == turn.speaker()) continue;
    auto* card = tell_person(turn, c, helper.who.person, "co_card", Audience::owner);
    if (!card) continue;
    if (const Unit* unit = turn.directory.unit(helper.unit)) card->facts["helps"] = unit->name;
    if (!said.empty()) card->facts["words"] = without_stop(as_told(said));
  }
}

// The owner's card says which leader spoke.
void card_with_words(Turn& turn, const Case& c, const std::string& said) {
  auto* card = send_card(turn, c, c.owner);
  if (!card || said.empty()) return;
  card->facts["by"] = speaks_for(turn, c, DutyRole::leader, turn.locale_of(card->to));
  card->facts["words"] = without_stop(as_owner_reads(turn, c, said));
}

// The department that does the work; otherwise the speaker is told which would fit.
std::optional<Target> lead_department(Turn& turn, const Case& c, const Command& command,
                                      const Desks& desks) {
  if (find_targets(turn, command.argument, desks).name.empty()) {
    Command about = command;
    about.number = c.number;
    ask_words(turn, c, about, Why::lead_missing);
    return std::nullopt;
  }
  auto target = one_target(turn, c, command, desks);
  if (!target) return std::nullopt;
  if (const auto why = cannot_take(turn, c, target->who, target->unit)) {
    refuse_about(turn, c, *why);
    return std::nullopt;
  }
  return target;
}

void claim(Turn& turn, const Case& found, const Command& command, const Desks& desks) {
  auto lead = lead_department(turn, found, command, desks);
  if (!lead) return;
  const auto helpers = helpers_in(turn, found, *lead, desks);
  Case c = found;
  if (!turn.make(c, Move::claim, Role::leader, lead->rest, lead->unit.raw()))
    return refuse_about(turn, found, Why::not_of_office);
  give_to(turn, c, lead->who);
  c.leader = turn.speaker();
  add_watcher(turn, c, turn.speaker());  // hears how it ends
  for (const Target& helper : helpers) add_helper(turn, c, helper);
  const UnitCode unit = leads_for(turn, c, desks);
  auto* echo = turn.echo(c, "claimed");
  if (echo) echo->facts["leader_unit"] = turn.directory.full_name(unit);
  const bool heard = hears(echo);
  card_with_words(turn, c, lead->rest);
  tell_helpers(turn, c, helpers, lead->rest);
  if (auto* draft = tell_office(turn, c, "claimed", turn.speaker()))
    draft->facts["leader_unit"] = turn.directory.full_name(unit);
  confirm(turn, c, Verb::claim, heard).facts["next_owner"] =
      owner_name(turn, c.owner, c.owner_unit, turn.me().locale);
  turn.put(std::move(c));
}

void appoint(Turn& turn, const Case& found, const Command& command, const Desks& desks) {
  if (found.stage == Stage::pending_claim) return refuse_about(turn, found, Why::lead_not_yet);
  const auto lead = lead_department(turn, found, command, desks);
  if (!lead) return;
  Case c = found;
  const PersonId before = c.owner;
  if (!turn.make(c, Move::transfer, Role::leader, lead->rest, lead->unit.raw()))
    return refuse_about(turn, found, Why::not_of_office);
  give_to(turn, c, lead->who);
  const bool heard = hears(turn.echo(c, "dispatched"));
  card_with_words(turn, c, lead->rest);
  if (before != c.owner) tell_person(turn, c, before, "taken_over", Audience::owner);
  confirm_given(turn, c, Verb::appoint, heard);
  turn.put(std::move(c));
}

void instruct(Turn& turn, const Case& found, const Command& command) {
  if (meaningful_characters(command.argument) < 2)
    return ask_words(turn, found, command, Why::reason_office);
  Case c = found;
  if (!turn.make(c, Move::instruct, Role::leader, command.argument))
    return refuse_about(turn, found, Why::not_of_office);
  const auto tell = [&](NoticeDraft* draft, bool masked) {
    if (!draft) return;
    draft->facts["by"] = speaks_for(turn, c, DutyRole::leader, turn.locale_of(draft->to));
    draft->facts["words"] = without_stop(masked ? as_told(command.argument)
                                                : as_owner_reads(turn, c, command.argument));
  };
  tell(tell_owner(turn, c, "instructed"), false);
  tell(tell_office(turn, c, "instructed", turn.speaker()), true);
  confirm(turn, c, Verb::instruct, false);
  turn.put(std::move(c));
}

void close(Turn& turn, const Case& found, const Command& command) {
  const auto said = words::read_outcome(command.argument);
  if (!is_fact(said.rest, turn.policy.result_min_characters))
    return ask_words(turn, found, command, Why::result_missing);
  if (needs_approval(said.outcome) && found.level < Level::city)
    return refuse_about(turn, found, Why::close_above);
  Case c = found;
  const auto outcome = said.outcome == Outcome::none ? Outcome::solved : said.outcome;
  const bool heard = hears(close_case(turn, c, turn.speaker(), Role::leader, outcome, said.rest));
  confirm(turn, c, Verb::close, heard);
  turn.put(std::move(c));
}

bool show(Turn& turn, const Command& command, const Desks& desks) {
  const auto found = find_decided(turn, command.number, desks, [](const Case&) { return true; });
  if (found.missing) return true;
  if (found.several.size() > 1) {
    ask_which_case(turn, found.several, command, Audience::owner);
    return true;
  }
  if (!found.one) return false;
  const Roles roles = roles_in(turn, *found.one, turn.speaker());
  if (roles.has(Role::reporter) || roles.has(Role::follower) || roles.has(Role::owner))
    return false;
  if (command.verb == Verb::help)
    buttons::answer_moves(turn, *found.one);
  else
    answer_about(turn, *found.one, "card", Audience::leader);
  return true;
}

}  // namespace

bool hear_leader(Turn& turn, const Said& /*said*/, const Command& command) {
  const auto desks = desks_of(turn, DutyRole::leader);
  if (desks.empty()) return false;
  const auto one = [&](const Fits& fits) {
    return decided_case(turn, command, desks, fits, Why::not_of_office);
  };
  const auto leading = [&](Move move) {
    return [&turn, move](const Case& c) { return leads(turn, c, move); };
  };
  switch (command.verb) {
    case Verb::hard_list:
      list_hard(turn, desks);
      return true;
    case Verb::todo:
      list_hard(turn, desks);
      return true;
    case Verb::claim: {
      const auto led = [&](const Case& c) { return c.leader && leads(turn, c, Move::transfer); };
      const auto found = find_decided(turn, command.number, desks, leading(Move::claim));
      if (found.one && led(*found.one))
        refuse_about(turn, *found.one, Why::led_already);
      else if (const Case* c = one(leading(Move::claim)))
        claim(turn, *c, command, desks);
      return true;
    }
    case Verb::appoint:
      if (const Case* c = one([&](const Case& found) {
            return leads(turn, found, Move::transfer) || leads(turn, found, Move::claim);
          }))
        appoint(turn, *c, command, desks);
      return true;
    case Verb::instruct:
      if (const Case* c = one(leading(Move::instruct))) instruct(turn, *c, command);
      return true;
    case Verb::supervise:
      if (const Case* c = one(leading(Move::supervise))) supervise(turn, *c, command);
      return true;
    case Verb::close: {
      const auto fits = leading(Move::close);
      const auto found = find_decided(turn, command.number, desks, fits);
      if (found.missing) return true;
      if (!found.one || !fits(*found.one)) return false;
      close(turn, *found.one, command);
      return true;
    }
    case Verb::status:
    case Verb::help:
      return !command.number.empty() && show(turn, command, desks);
    default:
      return false;
  }
}

}  // namespace huiyin
