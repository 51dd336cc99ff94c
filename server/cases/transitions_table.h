// The rows of handbook §4, one line each, and their expansion into single rules. Included by
// transitions.cpp and its test only: everybody else asks find_rule() and moves_for().
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "server/cases/transitions.h"

namespace huiyin::table {

// A small set of enum values, so that one row can say "from any open stage".
template <class E>
class Set {
 public:
  constexpr Set(E one) : bits_{bit(one)} {}
  constexpr Set(std::initializer_list<E> all) {
    for (E one : all) bits_ |= bit(one);
  }
  constexpr bool has(E one) const { return (bits_ & bit(one)) != 0; }
  constexpr std::size_t size() const { return static_cast<std::size_t>(std::popcount(bits_)); }
  constexpr Set operator|(Set other) const {
    other.bits_ |= bits_;
    return other;
  }

 private:
  static constexpr std::uint32_t bit(E one) { return 1U << static_cast<unsigned>(one); }
  std::uint32_t bits_ = 0;
};
using Stages = Set<Stage>;
using Roles = Set<Role>;

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

struct Row {
  Stages from;
  Move move;
  Roles by;
  Target to;
  Levels levels;
  Echo echo;
  ClockAction clock;
  int level_change = 0;
  bool approval = false;
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
  constexpr Levels kAll{1, 4}, kBelowTop{1, 3}, kAbove{2, 4}, kLeaders{3, 4};
  constexpr Stages kWithOwner{registered, dispatched, in_progress, awaiting_reporter,
                              pending_triage, pending_claim, suspended};
  constexpr Stages kOpen = kWithOwner | draft;
  constexpr auto kYes = Echo::yes, kNo = Echo::no;
  return std::to_array<Row>({
  // from                        move               by                               to                 levels     echo  clock
  {draft,                        M::register_case,  R::system,                       registered,        kAll,      kYes, C::start_handle},   // T1
  {registered,                   M::dispatch,       {R::system, R::office},          dispatched,        kAll,      kYes, C::start_accept},   // T2
  {dispatched,                   M::accept,         R::owner,                        in_progress,       kAll,      kYes, C::keep},           // T3
  {dispatched,                   M::return_case,    R::owner,                        registered,        kAll,      kYes, C::keep},           // T4
  {in_progress,                  M::ask,            R::owner,                        awaiting_reporter, kAll,      kYes, C::pause},          // T5
  {awaiting_reporter,            M::answer,         R::reporter,                     in_progress,       kAll,      kNo,  C::resume},         // T6
  {awaiting_reporter,            M::answer_timeout, R::system,                       in_progress,       kAll,      kYes, C::resume},         // T6
  {in_progress,                  M::progress,       R::owner,                        kSame,             kAll,      kYes, C::keep},           // T7
  {in_progress,                  M::escalate,       {R::owner, R::office},           pending_triage,    kBelowTop, kYes, C::keep, +1},       // T8
  {pending_triage,               M::triage,         R::office,                       dispatched,        kAbove,    kYes, C::start_accept},   // T9
  {pending_triage,               M::send_down,      R::office,                       dispatched,        kAbove,    kYes, C::start_accept, -1},  // T10
  {pending_triage,               M::request_claim,  R::office,                       pending_claim,     kLeaders,  kYes, C::keep},           // T11
  {pending_claim,                M::claim,          R::leader,                       in_progress,       kLeaders,  kYes, C::start_handle},   // T12
  {in_progress,                  M::suspend,        R::owner,                        suspended,         kAll,      kYes, C::pause, 0, true},  // T13
  {suspended,                    M::resume,         {R::owner, R::office, R::system}, in_progress,      kAll,      kYes, C::resume},         // T14
  {in_progress,                  M::close,          R::owner,                        closed,            kAll,      kYes, C::stop},           // T15
  {in_progress,                  M::close,          R::leader,                       closed,            kLeaders,  kYes, C::stop},           // T15
  {pending_triage,               M::close,          R::office,                       closed,            kAbove,    kYes, C::stop},           // T15
  {closed,                       M::reopen,         {R::reporter, R::office},        dispatched,        kAll,      kYes, C::start_accept},   // T16
  {kOpen,                        M::withdraw,       R::reporter,                     closed,            kAll,      kYes, C::stop},           // T17
  {kWithOwner,                   M::merge,          R::office,                       closed,            kAll,      kYes, C::stop},           // T18
  {closed,                       M::archive,        R::system,                       archived,          kAll,      kNo,  C::stop},           // T19
  {registered,                   M::start_above,    R::system,                       pending_triage,    kAbove,    kYes, C::keep},           // T20
  {registered,                   M::invalidate,     R::office,                       closed,            kAll,      kNo,  C::stop},           // T21
  // events that leave the stage as it is
  {kOpen,                        M::supplement,     R::reporter,                     kSame,             kAll,      kNo,  C::keep},
  {kWithOwner,                   M::urge,           R::reporter,                     kSame,             kAll,      kYes, C::keep},
  {in_progress,                  M::extend,         R::owner,                        kSame,             kAll,      kYes, C::keep, 0, true},
  {dispatched,                   M::transfer,       {R::owner, R::office},           kSame,             kAll,      kYes, C::start_accept},
  {in_progress,                  M::transfer,       {R::owner, R::office},           kSame,             kAll,      kYes, C::keep},
  // nobody stays owner who has left: the case goes to the next in line at once (P1)
  {kWithOwner,                   M::transfer,       R::system,                       kSame,             kAll,      kYes, C::keep},
  {{dispatched, in_progress},    M::co_handle,      {R::owner, R::office},           kSame,             kAll,      kNo,  C::keep},
  {{dispatched, in_progress},    M::co_handle,      R::leader,                       kSame,             kLeaders,  kNo,  C::keep},
  {kWithOwner,                   M::supervise,      R::office,                       kSame,             kAll,      kNo,  C::keep},
  {kWithOwner,                   M::supervise,      R::leader,                       kSame,             kLeaders,  kNo,  C::keep},
  {closed,                       M::rate,           R::reporter,                     kSame,             kAll,      kNo,  C::keep},
  {{dispatched, in_progress, awaiting_reporter},
                                 M::contact,        R::owner,                        kSame,             kAll,      kYes, C::keep},
  // timers: draft questions, warnings, the call after a bad rating
  {kOpen | closed,               M::remind,         R::system,                       kSame,             kAll,      kNo,  C::keep},
  // P3: the system's note breaks the silence, the others' (told by telephone, 批示) are for the file
  {kWithOwner,                   M::note,           R::system,                       kSame,             kAll,      kYes, C::keep},
  {kWithOwner | closed,          M::note,           {R::owner, R::office},           kSame,             kAll,      kNo,  C::keep},
  {kWithOwner | closed,          M::note,           R::leader,                       kSame,             kLeaders,  kNo,  C::keep},
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
                             row.clock,
                             row.approval};
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
      return r.to == Stage::dispatched;
    case Move::archive:
      return r.to == Stage::archived;
    case Move::rate:
    case Move::remind:
    case Move::note:
      return r.to == Stage::closed;
    default:
      return false;
  }
}

constexpr bool level_moves_lawfully(const Rule& r) {
  const int expected = r.move == Move::escalate ? 1 : r.move == Move::send_down ? -1 : 0;
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
static_assert(std::ranges::none_of(kRules, [](const Rule& r) { return r.from == Stage::archived; }),
              "archived is final");
static_assert(std::ranges::all_of(kRules, level_moves_lawfully),
              "the level changes by one, and only up with 上报 or down with 下派");
static_assert(
    std::ranges::all_of(kRules, [](const Rule& r) { return is_event(r.move) == (r.from == r.to); }),
    "events keep the stage, moves change it");
static_assert(std::ranges::all_of(kRules, clock_fits));

}  // namespace huiyin::table
