// The rows of handbook §4, one line each, and their expansion into single rules. Included by
// transitions.cpp and its test only: everybody else asks find_rule() and rules_for().
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "server/cases/transitions.h"

namespace huiyin::table {

using Stages = EnumSet<Stage>;

struct Levels {
  std::uint8_t min, max;
};

enum class Echo : bool { no, yes };

// `to` is the only stage a move leads to; kSame for events that leave the stage as it is.
struct Target {
  constexpr Target(Stage s) : stage{s}, same{false} {}
  constexpr explicit Target() = default;
  Stage stage = Stage::draft;
  bool same = true;
};
inline constexpr Target kSame{};

enum class Needs { nothing, reason, approval, both };

struct Row {
  Stages from;
  Move move;
  Roles by;
  Target to;
  Levels levels;
  Echo echo;
  Pushes pushed;
  ClockAction clock;
  int level_change = 0;
  Needs needs = Needs::nothing;
};

inline constexpr std::size_t kStages = EnumNames<Stage>::kNames.size();
inline constexpr std::size_t kMoves = EnumNames<Move>::kNames.size();
inline constexpr std::size_t kRoles = EnumNames<Role>::kNames.size();

// clang-format off
inline constexpr auto kRows = [] {
  using enum Stage;
  using R = Role;
  using M = Move;
  using C = ClockAction;
  using P = Push;
  constexpr Levels kAll{1, 4}, kBelowTop{1, 3}, kAbove{2, 4}, kMiddle{2, 3}, kLeaders{3, 4};
  constexpr Stages kWithOwner{registered, dispatched, in_progress, awaiting_reporter,
                              pending_triage, pending_claim, suspended};
  constexpr Stages kOpen = kWithOwner | draft;
  constexpr Stages kHandled{dispatched, in_progress};
  constexpr Stages kEver = kOpen | Stages{closed, archived};
  constexpr Roles kReporters{R::reporter, R::follower}, kOffices{R::office, R::upper};
  constexpr auto kYes = Echo::yes, kNo = Echo::no;
  constexpr auto kReason = Needs::reason, kBoth = Needs::both;
  constexpr Pushes kNobody{};
  return std::to_array<Row>({
  // from              move               by                              to                 levels     echo  pushed                          clock
  {draft,              M::register_case,  R::system,                      registered,        kAll,      kYes, kNobody,                        C::start_handle},   // T1
  {registered,         M::dispatch,       {R::system, R::office},         dispatched,        kAll,      kYes, P::owner,                       C::start_accept},   // T2
  {registered,         M::rule,           R::office,                      dispatched,        kAll,      kYes, P::owner,                       C::start_accept},   // T2, final
  {dispatched,         M::accept,         R::owner,                       in_progress,       kAll,      kYes, kNobody,                        C::keep},           // T3
  {dispatched,         M::return_case,    R::owner,                       registered,        kAll,      kYes, P::office,                      C::keep, 0, kReason},           // T4
  {in_progress,        M::ask,            R::owner,                       awaiting_reporter, kAll,      kYes, kNobody,                        C::pause, 0, kReason},          // T5
  {awaiting_reporter,  M::answer,         R::reporter,                    in_progress,       kAll,      kNo,  P::owner,                       C::resume},         // T6
  {awaiting_reporter,  M::answer_timeout, R::system,                      in_progress,       kAll,      kYes, P::owner,                       C::resume},         // T6
  {in_progress,        M::progress,       R::owner,                       kSame,             kAll,      kYes, kNobody,                        C::keep, 0, kReason},           // T7
  {in_progress,        M::escalate,       {R::owner, R::office},          pending_triage,    kBelowTop, kYes, P::office,                      C::keep, +1, kReason},          // T8
  // the office that has to decide sees that it is beyond it: no detour through 签收
  {pending_triage,     M::escalate,       R::office,                      pending_triage,    kMiddle,   kYes, P::office,                      C::keep, +1, kReason},          // T8
  {pending_triage,     M::triage,         R::office,                      dispatched,        kAbove,    kYes, P::owner,                       C::start_accept},   // T9
  {pending_triage,     M::send_down,      R::office,                      dispatched,        kAbove,    kYes, P::owner,                       C::start_accept, -1, kReason},  // T10
  {pending_triage,     M::request_claim,  R::office,                      pending_claim,     kLeaders,  kYes, P::leaders,                     C::keep},           // T11
  {pending_claim,      M::claim,          R::leader,                      in_progress,       kLeaders,  kYes, {P::owner, P::co_handlers},     C::start_handle},   // T12
  {in_progress,        M::suspend,        R::owner,                       suspended,         kAll,      kYes, P::office,                      C::pause, 0, kBoth},            // T13
  {suspended,          M::resume,         {R::owner, R::office, R::system}, in_progress,     kAll,      kYes, P::owner,                       C::resume},         // T14
  {in_progress,        M::close,          R::owner,                       closed,            kAll,      kYes, {P::co_handlers, P::watchers},  C::stop, 0, kReason},           // T15
  {in_progress,        M::close,          R::leader,                      closed,            kLeaders,  kYes, {P::owner, P::co_handlers, P::watchers}, C::stop, 0, kReason},  // T15
  {pending_triage,     M::close,          R::office,                      closed,            kAbove,    kYes, {P::co_handlers, P::watchers},  C::stop, 0, kReason},           // T15
  {closed,             M::reopen,         {R::reporter, R::follower, R::office}, dispatched, kAll,      kYes, {P::owner, P::office},          C::start_accept},   // T16
  {closed,             M::reopen_above,   {R::reporter, R::follower, R::office}, dispatched, kBelowTop, kYes, {P::owner, P::office},          C::start_accept, +1},  // T16
  {kOpen,              M::withdraw,       R::reporter,                    closed,            kAll,      kYes, P::owner,                       C::stop},           // T17
  {kWithOwner,         M::merge,          R::office,                      closed,            kAll,      kYes, P::owner,                       C::stop},           // T18
  {closed,             M::unmerge,        R::office,                      dispatched,        kAll,      kYes, P::owner,                       C::start_accept},   // T18 taken back
  {closed,             M::archive,        R::system,                      archived,          kAll,      kNo,  kNobody,                        C::stop},           // T19
  {registered,         M::start_above,    R::system,                      pending_triage,    kAbove,    kYes, P::office,                      C::keep},           // T20
  {registered,         M::invalidate,     R::office,                      closed,            kAll,      kNo,  kNobody,                        C::stop, 0, kReason},           // T21
  // events that leave the stage as it is
  {kOpen,              M::supplement,     kReporters,                     kSame,             kAll,      kNo,  P::owner,                       C::keep},
  {kWithOwner,         M::urge,           kReporters,                     kSame,             kAll,      kYes, P::owner,                       C::keep},
  {in_progress,        M::extend,         R::owner,                       kSame,             kAll,      kYes, kNobody,                        C::keep, 0, kBoth},
  {dispatched,         M::transfer,       {R::owner, R::office},          kSame,             kAll,      kYes, P::owner,                       C::start_accept, 0, kReason},
  {in_progress,        M::transfer,       {R::owner, R::office},          kSame,             kAll,      kYes, P::owner,                       C::keep, 0, kReason},
  {in_progress,        M::transfer,       R::leader,                      kSame,             kLeaders,  kYes, P::owner,                       C::keep},           // 指定
  // nobody stays owner who has left or is on leave: the next in line takes over at once (P1)
  {kWithOwner,         M::transfer,       R::system,                      kSame,             kAll,      kYes, P::owner,                       C::keep},
  {kHandled,           M::co_handle,      {R::owner, R::office},          kSame,             kAll,      kNo,  P::co_handlers,                 C::keep},
  {kHandled,           M::co_handle,      R::leader,                      kSame,             kLeaders,  kNo,  P::co_handlers,                 C::keep},
  {kWithOwner,         M::supervise,      kOffices,                       kSame,             kAll,      kNo,  P::owner,                       C::keep},
  {kWithOwner,         M::supervise,      R::leader,                      kSame,             kLeaders,  kNo,  P::owner,                       C::keep},
  {closed,             M::rate,           kReporters,                     kSame,             kAll,      kNo,  P::owner,                       C::keep},
  {kHandled | awaiting_reporter, M::contact, R::owner,                    kSame,             kAll,      kYes, kNobody,                        C::keep},
  // timers: draft questions, warnings, the call after a bad rating
  {kOpen | closed,     M::remind,         R::system,                      kSame,             kAll,      kNo,  kNobody,                        C::keep},
  // P3: the system's note breaks the silence; the others' are for the file (told by telephone)
  {kWithOwner,         M::note,           R::system,                      kSame,             kAll,      kYes, kNobody,                        C::keep},
  {kWithOwner | closed, M::note,          {R::owner, R::co_handler, R::office, R::upper}, kSame, kAll,  kNo,  kNobody,                        C::keep},
  {kHandled,           M::request,        R::owner,                       kSame,             kAll,      kNo,  P::upper,                       C::keep, 0, kReason},
  {kHandled,           M::approve,        R::upper,                       kSame,             kAll,      kNo,  P::owner,                       C::keep},
  {kHandled,           M::refuse,         R::upper,                       kSame,             kAll,      kNo,  P::owner,                       C::keep, 0, kReason},
  {kWithOwner,         M::instruct,       R::leader,                      kSame,             kLeaders,  kNo,  {P::owner, P::office},          C::keep, 0, kReason},
  {kWithOwner,         M::follow,         R::follower,                    kSame,             kAll,      kNo,  kNobody,                        C::keep},
  {kWithOwner,         M::list_hard,      R::system,                      kSame,             kAll,      kNo,  {P::office, P::upper},          C::keep},
  {kEver,              M::redact,         R::system,                      kSame,             kAll,      kNo,  kNobody,                        C::keep},
  });
}();
// clang-format on

constexpr std::size_t rules_in(const Row& row) { return row.from.size() * row.by.size(); }

inline constexpr std::size_t kRuleCount = [] {
  std::size_t count = 0;
  for (const Row& row : kRows) count += rules_in(row);
  return count;
}();

inline constexpr std::array<Rule, kRuleCount> kRules = [] {
  std::array<Rule, kRuleCount> rules{};
  std::size_t next = 0;
  for (const Row& row : kRows)
    for (std::size_t s = 0; s < kStages; ++s)
      for (std::size_t r = 0; r < kRoles; ++r) {
        const auto from = static_cast<Stage>(s);
        const auto by = static_cast<Role>(r);
        if (!row.from.has(from) || !row.by.has(by)) continue;
        rules[next++] = Rule{from,
                             row.move,
                             by,
                             row.to.same ? from : row.to.stage,
                             static_cast<std::int8_t>(row.level_change),
                             row.levels.min,
                             row.levels.max,
                             row.echo == Echo::yes,
                             row.pushed,
                             row.clock,
                             row.needs == Needs::reason || row.needs == Needs::both,
                             row.needs == Needs::approval || row.needs == Needs::both};
      }
  return rules;
}();

// ---- what must hold whatever the rows say ------------------------------------------------------

// 事事有回音: the moves marked ✉ in §4, and those that §5 and P3 promise to tell.
constexpr bool owes_echo(Move move, Role by) {
  switch (move) {
    case Move::answer:   // the reporter spoke; the answer to that is no move of ours
    case Move::archive:  // T19, T21: "–"
    case Move::invalidate:
    case Move::supplement:  // answered at once, nothing moved
    case Move::rate:
    case Move::co_handle:  // inside the offices
    case Move::supervise:
    case Move::remind:
    case Move::request:
    case Move::approve:
    case Move::refuse:
    case Move::instruct:
    case Move::follow:
    case Move::list_hard:
    case Move::redact:
      return false;
    case Move::note:
      return by == Role::system;
    default:
      return true;
  }
}

constexpr bool is_event(Move move) { return move >= Move::supplement || move == Move::progress; }

constexpr bool overlap(const Rule& a, const Rule& b) {
  return a.from == b.from && a.move == b.move && a.by == b.by && a.min_level <= b.max_level &&
         b.min_level <= a.max_level;
}

constexpr bool no_duplicates() {
  for (std::size_t i = 0; i < kRules.size(); ++i)
    for (std::size_t j = i + 1; j < kRules.size(); ++j)
      if (overlap(kRules[i], kRules[j])) return false;
  return true;
}

constexpr bool every_move_used() {
  for (std::size_t m = 0; m < kMoves; ++m)
    if (std::ranges::none_of(kRules, [m](const Rule& r) { return r.move == static_cast<Move>(m); }))
      return false;
  return true;
}

// Every open stage leads on, and the reporter is never locked in.
constexpr bool every_open_stage_can_be_left() {
  for (std::size_t s = 0; s < kStages; ++s) {
    const auto stage = static_cast<Stage>(s);
    if (!is_open(stage)) continue;
    const auto leaves = [stage](const Rule& r) {
      return r.from == stage && r.to != stage && r.by != Role::reporter;
    };
    const auto withdraws = [stage](const Rule& r) {
      return r.from == stage && r.move == Move::withdraw && r.by == Role::reporter;
    };
    if (std::ranges::none_of(kRules, leaves) || std::ranges::none_of(kRules, withdraws))
      return false;
  }
  return true;
}

constexpr bool leaves_closed_lawfully(const Rule& r) {
  if (r.from != Stage::closed) return true;
  switch (r.move) {
    case Move::reopen:
    case Move::reopen_above:
    case Move::unmerge:
      return r.to == Stage::dispatched;
    case Move::archive:
      return r.to == Stage::archived;
    case Move::rate:
    case Move::remind:
    case Move::note:
    case Move::redact:
      return r.to == Stage::closed;
    default:
      return false;
  }
}

constexpr bool level_moves_lawfully(const Rule& r) {
  const bool up = r.move == Move::escalate || r.move == Move::reopen_above;
  const int expected = up ? 1 : r.move == Move::send_down ? -1 : 0;
  return r.level_change == expected && r.min_level >= 1 && r.min_level <= r.max_level &&
         r.max_level <= 4 && r.min_level + r.level_change >= 1 && r.max_level + r.level_change <= 4;
}

// Clocks stand still in exactly the stages of §5 and stop with the case.
constexpr bool clock_fits(const Rule& r) {
  const auto paused = [](Stage s) {
    return s == Stage::awaiting_reporter || s == Stage::suspended;
  };
  if (!is_open(r.to)) return (r.clock == ClockAction::stop) == (r.from != r.to);
  if (paused(r.to) != paused(r.from))
    return r.clock == (paused(r.to) ? ClockAction::pause : ClockAction::resume);
  if (r.to == Stage::dispatched && r.from != r.to) return r.clock == ClockAction::start_accept;
  return r.clock == ClockAction::keep || r.clock == ClockAction::start_handle ||
         (r.clock == ClockAction::start_accept && r.to == Stage::dispatched);
}

static_assert(no_duplicates(), "one answer for each (from, move, by, level)");
static_assert(every_move_used(), "a move without a row can never happen");
static_assert(every_open_stage_can_be_left());
static_assert(std::ranges::all_of(kRules,
                                  [](const Rule& r) { return r.echo == owes_echo(r.move, r.by); }),
              "事事有回音: exactly the moves that owe an echo have one");
static_assert(std::ranges::all_of(kRules, leaves_closed_lawfully));
static_assert(std::ranges::none_of(kRules,
                                   [](const Rule& r) {
                                     return r.from == Stage::archived && r.move != Move::redact;
                                   }),
              "archived is final");
static_assert(
    std::ranges::all_of(kRules, level_moves_lawfully),
    "the level changes by one, and only up with 上报 or a second reopening, or down with 下派");
static_assert(std::ranges::all_of(kRules,
                                  [](const Rule& r) {
                                    return is_event(r.move) ==
                                           (r.from == r.to && r.level_change == 0);
                                  }),
              "events keep stage and level, moves change them");
static_assert(std::ranges::all_of(kRules, clock_fits));

}  // namespace huiyin::table
