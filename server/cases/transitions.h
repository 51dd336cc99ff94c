// The case workflow as data: facts/governance.md §4. "May I?" and "what may I do now?" are one
// query.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/cases/case.h"

namespace huiyin {

// T1..T21 of the handbook, then the events that leave the stage as it is.
enum class Move {
  register_case,
  dispatch,
  accept,
  return_case,
  ask,
  answer,
  answer_timeout,
  progress,
  escalate,
  triage,
  send_down,
  request_claim,
  claim,
  suspend,
  resume,
  close,
  reopen,
  withdraw,
  merge,
  archive,
  start_above,
  invalidate,
  // no-state events
  supplement,
  urge,
  extend,
  transfer,
  co_handle,
  supervise,
  rate,
  contact,
  remind,
  note,
};
template <>
struct EnumNames<Move> {
  static constexpr std::array<std::string_view, 32> kNames{
      "register",       "dispatch", "accept",      "return",     "ask",        "answer",
      "answer_timeout", "progress", "escalate",    "triage",     "send_down",  "request_claim",
      "claim",          "suspend",  "resume",      "close",      "reopen",     "withdraw",
      "merge",          "archive",  "start_above", "invalidate", "supplement", "urge",
      "extend",         "transfer", "co_handle",   "supervise",  "rate",       "contact",
      "remind",         "note"};
};

// Who acts, seen from the case. Deputies act as owner.
enum class Role { reporter, owner, office, leader, system };
template <>
struct EnumNames<Role> {
  static constexpr std::array<std::string_view, 5> kNames{"reporter", "owner", "office", "leader",
                                                          "system"};
};

// What the move does to the case's clocks (§5). step() does what needs no calendar; desk sets the
// new accept_due and due_at.
enum class ClockAction {
  keep,
  start_accept,  // enters dispatched: acceptance runs, handling too when level or round is new
  start_handle,  // handling runs from now
  pause,         // paused_at = now
  resume,        // due_at moves by the pause: shifted_due() in calendar.h, before step()
  stop,          // no clock runs any more
};

// One row of the table (transitions_table.h). `echo`: the reporter must hear of it (P2).
struct Rule {
  Stage from;
  Move move;
  Role by;
  Stage to;
  std::int8_t level_change;           // 0, +1 (escalate), -1 (send_down)
  std::uint8_t min_level, max_level;  // 1..4, where the row holds
  bool echo;
  ClockAction clock;
  bool approval = false;  // the office one level up has to agree before step() (§4 rules)
};

// Closing with such an outcome needs the same agreement.
constexpr bool needs_approval(Outcome outcome) {
  return outcome == Outcome::rejected || outcome == Outcome::planned;
}

// Looks the row up. Empty: that person may not make that move now.
std::optional<Rule> find_rule(Stage from, Move move, Role by, Level level);
// The moves that `by` may make now, in the table's order.
std::vector<Move> moves_for(Stage from, Role by, Level level);

// One entry of a case's history. Append-only, actor and both stages always stored.
struct Event {
  EventId id;
  CaseId case_id;
  Move move = Move::note;
  Stage from = Stage::draft, to = Stage::draft;
  Level level = Level::frontline;  // after the move
  Role role = Role::system;
  PersonId actor;  // none for system
  Instant at;
  std::string text;
  bool echo = false;  // owes the reporter and each follower one notice
};

// Nothing else writes a stage. Applies the row to `c` and returns the event without id; throws
// std::logic_error, with `c` untouched, when the row is not of the case's stage and level. Writes
//   stage, level;
//   registered_at, dispatched_at, accepted_at, contacted_at (the first time), closed_at, when the
//   move is that;
//   paused_at (set by pause, cleared by resume, stop and a new dispatch);
//   accept_due = epoch as soon as the case is no longer dispatched (desk sets it on the way in);
//   on reopen: round + 1; outcome, result, rating, closed_at and accepted_at are empty again.
// Everything else (owner, due_at, counters, outcome, timer) is desk's.
Event step(Case& c, const Rule& rule, PersonId actor, Instant at, std::string text);

}  // namespace huiyin
