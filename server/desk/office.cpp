// What offices say: which case, may they decide it now. The moves are in office_moves.cpp, the
// lists in office_lists.cpp, what they share with the cadres (签收, 办结 of their own) in
// cadre.cpp.
#include "server/desk/buttons.h"
#include "server/desk/cadre_moves.h"
#include "server/desk/hear.h"
#include "server/desk/merge.h"
#include "server/desk/office_cases.h"
#include "server/desk/office_lists.h"
#include "server/desk/office_moves.h"
#include "server/desk/requests.h"
#include "server/desk/roles.h"
#include "server/desk/support.h"
#include "server/desk/tell.h"
#include "server/intake/said_numbers.h"

namespace huiyin {
namespace {

using words::Why;
using Desks = std::vector<UnitCode>;

Fits decides(const Turn& turn, Move move) {
  return [&turn, move](const Case& c) { return may_decide(turn, c, move).has_value(); };
}

bool decides_as_office(const Turn& turn, const Case& c, Move move) {
  return deciding_roles(turn, c).has(Role::office) && turn.allowed(c, move, Role::office);
}

// True: done, or answered. False: the word was not for the office, the owner may have meant it.
bool share(Turn& turn, const Command& command, const Desks& desks, const Fits& fits,
           void (*act)(Turn&, const Case&, const Command&)) {
  const auto found = find_decided(turn, command.number, desks, fits);
  if (found.missing) return true;
  if (!found.one || !fits(*found.one)) return false;
  act(turn, *found.one, command);
  return true;
}

void assign_found(Turn& turn, const Command& command, const Desks& desks) {
  const Case* c = decided_case(
      turn, command, desks,
      [&](const Case& found) {
        const auto move = assigning(turn, found);
        // Without a number only what waits is meant; the rest is on somebody's desk already.
        return move && (!command.number.empty() || move != Move::transfer);
      },
      Why::not_of_office);
  if (c) assign(turn, *c, command, desks);
}

// The second case of "并件 A B": among what the speaker may see.
const Case* other_case(Turn& turn, const Case& c, const Command& command, const Desks& desks) {
  const auto numbers = case_numbers_in(command.argument);
  if (numbers.empty()) {
    ask_words(turn, c, command, Why::merge_number);
    return nullptr;
  }
  const auto found = find_decided(turn, numbers.front(), desks, [](const Case&) { return true; });
  if (found.missing) return nullptr;
  if (!found.one) refuse_about(turn, c, Why::merge_unknown);
  return found.one;
}

void merge(Turn& turn, const Command& command, const Desks& desks) {
  const Case* c = decided_case(
      turn, command, desks,
      [&](const Case& found) { return decides_as_office(turn, found, Move::merge); },
      Why::not_of_office);
  if (!c) return;
  Command about = command;
  about.number = c->number;
  const Case* other = other_case(turn, *c, about, desks);
  if (!other) return;
  // Joined already: it goes where that one went.
  const Case* into = other;
  if (other->outcome == Outcome::merged && other->parent) {
    if (!turn.has_case(other->parent)) return;
    into = turn.find(other->parent);
  }
  if (!into) return refuse_about(turn, *c, Why::merge_unknown);
  if (const auto why = cannot_merge(turn, *c, *into)) return refuse_about(turn, *c, *why);
  const CaseId id = c->id;
  if (!merge_case(turn, *c, into->id)) {
    if (turn.need().empty()) refuse_about(turn, *c, Why::merge_unknown);
    return;
  }
  confirm(turn, *turn.find(id), Verb::merge, true);
}

void unmerge(Turn& turn, const Command& command, const Desks& desks) {
  const Case* c = decided_case(
      turn, command, desks,
      [&](const Case& found) {
        return found.outcome == Outcome::merged && decides_as_office(turn, found, Move::unmerge);
      },
      Why::not_merged);
  if (!c) return;
  const CaseId id = c->id;
  if (!unmerge_case(turn, *c)) {
    if (turn.need().empty()) refuse_about(turn, *c, Why::not_merged);
    return;
  }
  confirm(turn, *turn.find(id), Verb::unmerge, true);
}

void decide_request(Turn& turn, const Command& command, const Desks& desks) {
  const bool yes = command.verb == Verb::approve;
  const Move move = yes ? Move::approve : Move::refuse;
  const Case* c = decided_case(
      turn, command, desks,
      [&](const Case& found) {
        if (!may_decide(turn, found, move)) return false;
        // By number: why it cannot be decided is said by requests.cpp.
        return !command.number.empty() || found.request.kind != RequestKind::none;
      },
      Why::not_of_office);
  if (!c) return;
  if (yes)
    approve_request(turn, *c, command.argument);
  else
    refuse_request(turn, *c, command.argument);
}

// 查询 with a number: the card, with what the reader may do. Without: the queue.
bool show(Turn& turn, const Command& command, const Desks& desks) {
  if (command.number.empty()) {
    list_queue(turn, desks);
    return true;
  }
  const auto found = find_decided(turn, command.number, desks, [](const Case&) { return true; });
  if (found.missing) return true;
  if (found.several.size() > 1) {
    ask_which_case(turn, found.several, command, Audience::owner);
    return true;
  }
  if (!found.one) return false;
  const Roles roles = roles_in(turn, *found.one, turn.speaker());
  if (roles.has(Role::reporter) || roles.has(Role::follower)) return false;
  if (command.verb == Verb::help)
    buttons::answer_moves(turn, *found.one);
  else
    answer_about(turn, *found.one, "card", Audience::office);
  return true;
}

}  // namespace

bool hear_office(Turn& turn, const Said& /*said*/, const Command& command) {
  const auto desks = desks_of(turn, DutyRole::clerk);
  if (desks.empty()) return false;
  const auto with = [&](Move move, void (*act)(Turn&, const Case&, const Command&)) {
    if (const Case* c = decided_case(turn, command, desks, decides(turn, move), Why::not_of_office))
      act(turn, *c, command);
    return true;
  };
  const auto from_queue = [&](Move move, void (*act)(Turn&, const Case&, const Command&)) {
    const auto fits = [&turn, move](const Case& c) {
      return c.stage == Stage::pending_triage && decides_as_office(turn, c, move);
    };
    return share(turn, command, desks, fits, act);
  };
  switch (command.verb) {
    case Verb::triage:
    case Verb::rule:
      assign_found(turn, command, desks);
      return true;
    case Verb::send_down:
      return with(Move::send_down, send_down);
    case Verb::request_claim:
      return with(Move::request_claim,
                  [](Turn& t, const Case& c, const Command&) { request_claim(t, c); });
    case Verb::invalidate:
      return with(Move::invalidate, invalidate);
    case Verb::supervise:
      return with(Move::supervise, supervise);
    case Verb::escalate:
      return from_queue(Move::escalate, escalate_from_queue);
    case Verb::close:
      return from_queue(Move::close, close_from_queue);
    case Verb::approve:
    case Verb::reject:
      decide_request(turn, command, desks);
      return true;
    case Verb::merge:
      merge(turn, command, desks);
      return true;
    case Verb::unmerge:
      unmerge(turn, command, desks);
      return true;
    case Verb::todo:
      list_queue(turn, desks);
      return true;
    case Verb::coverage:
      list_coverage(turn, desks);
      return true;
    case Verb::support:
      send_support(turn, command, desks);
      return true;
    case Verb::status:
      return show(turn, command, desks);
    case Verb::help:
      return !command.number.empty() && show(turn, command, desks);
    default:
      return false;
  }
}

}  // namespace huiyin
