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

enum class ClockAction { keep, start_accept, start_handle, pause, resume, stop };

// One row of the table. `echo`: the reporter must hear of it (P2).
struct Rule {
  Stage from;
  Move move;
  Role by;
  Stage to;
  std::int8_t level_change;           // 0, +1 (escalate), -1 (send_down)
  std::uint8_t min_level, max_level;  // 1..4, where the row holds
  bool echo;
  ClockAction clock;
};

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
  Level level = Level::frontline;
  Role role = Role::system;
  PersonId actor;  // none for system
  Instant at;
  std::string text;
  bool echo = false;  // owes the reporter and each follower one notice
};

// Nothing else writes a stage. Applies the row to `c` (stage, level, round on reopen, pauses) and
// returns the event without id; throws std::logic_error when the rule is not of the case's stage.
Event step(Case& c, const Rule& rule, PersonId actor, Instant at, std::string text);

}  // namespace huiyin
