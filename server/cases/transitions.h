// The case workflow as data: facts/governance.md §4. "May I?" and "what may I do now?" are one
// query.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/cases/case.h"
#include "server/cases/enum_set.h"

namespace huiyin {

// T1..T21 of the handbook and what belongs to them, then the events that leave the stage as it is.
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
  reopen_above,  // the second reopening: one level up
  withdraw,
  merge,
  unmerge,
  archive,
  start_above,
  invalidate,
  rule,  // 裁定: after two returns the office's word is final
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
  request,    // asks one level up: extend, suspend, close as planned or rejected, merge
  approve,    // the answer to that; the move itself follows
  refuse,     // 驳回
  instruct,   // 批示
  follow,     // somebody else hears of the case from now on
  list_hard,  // listed as 难事 for the weekly meeting, or for the city when nobody claims it
  redact,     // the reporter's data were deleted at his wish
};
template <>
struct EnumNames<Move> {
  static constexpr std::array<std::string_view, 42> kNames{
      "register",       "dispatch",   "accept",   "return",  "ask",         "answer",
      "answer_timeout", "progress",   "escalate", "triage",  "send_down",   "request_claim",
      "claim",          "suspend",    "resume",   "close",   "reopen",      "reopen_above",
      "withdraw",       "merge",      "unmerge",  "archive", "start_above", "invalidate",
      "rule",           "supplement", "urge",     "extend",  "transfer",    "co_handle",
      "supervise",      "rate",       "contact",  "remind",  "note",        "request",
      "approve",        "refuse",     "instruct", "follow",  "list_hard",   "redact"};
};

// Who acts, seen from the case. A person may be several of them at once (desk/roles.h).
enum class Role {
  reporter,
  follower,    // reported the same, or asked to hear of it
  owner,       // and who stands in for the owner
  co_handler,  // helps, does not own
  office,      // clerk of the office at the case's level; of the township for level 1 and 2
  upper,       // clerk of an office one level up or higher: approves, supervises
  leader,      // of the case's level or higher
  system,
};
template <>
struct EnumNames<Role> {
  static constexpr std::array<std::string_view, 8> kNames{
      "reporter", "follower", "owner", "co_handler", "office", "upper", "leader", "system"};
};
using Roles = EnumSet<Role>;

// Who is told of a move besides the reporter and the followers.
enum class Push { owner, office, upper, leaders, co_handlers, watchers };
template <>
struct EnumNames<Push> {
  static constexpr std::array<std::string_view, 6> kNames{"owner",   "office",      "upper",
                                                          "leaders", "co_handlers", "watchers"};
};
using Pushes = EnumSet<Push>;

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

// One row of the table (transitions_table.h). `echo`: the reporter and each follower must hear of
// it (P2).
struct Rule {
  Stage from;
  Move move;
  Role by;
  Stage to;
  std::int8_t level_change;           // 0, +1 (escalate, reopen_above), -1 (send_down)
  std::uint8_t min_level, max_level;  // 1..4, where the row holds
  bool echo;
  Pushes pushed;
  ClockAction clock;
  bool reason = false;    // words are demanded
  bool approval = false;  // the office one level up has to agree before step() (§4 rules)
};

// Closing with such an outcome needs the same agreement.
constexpr bool needs_approval(Outcome outcome) {
  return outcome == Outcome::rejected || outcome == Outcome::planned;
}

// Looks the row up; the first of the table for somebody who is several at once. Empty: that person
// may not make that move now.
std::optional<Rule> find_rule(Stage from, Move move, Roles by, Level level);
// What they may do now, in the table's order; one row a move.
std::vector<Rule> rules_for(Stage from, Roles by, Level level);

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
  // What the move was about, for programs: unit that got the case (dispatch, triage, transfer,
  // claim ...), outcome (close), date (extend, suspend), number of the other case (merge, unmerge,
  // its note: and new followers), reason codes (escalate), what is asked (request), grade (rate).
  std::string detail;
};

// Nothing else writes a stage. Applies the row to `c` and returns the event without id; throws
// std::logic_error, with `c` untouched, when the row is not of the case's stage and level. Writes
//   stage, level, stage_at when the stage or the level changes;
//   registered_at, dispatched_at, accepted_at, contacted_at (the first time), closed_at, when the
//   move is that;
//   paused_at (set by pause, cleared by resume, stop and a new dispatch);
//   accept_due = epoch as soon as the case is no longer dispatched (desk sets it on the way in);
//   on reopen: round + 1; outcome, result, ratings, closed_at and accepted_at are empty again.
// Everything else (owner, due_at, counters, outcome, timer) is desk's.
Event step(Case& c, const Rule& rule, PersonId actor, Instant at, std::string text);

}  // namespace huiyin
