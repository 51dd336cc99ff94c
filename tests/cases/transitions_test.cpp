#include "server/cases/transitions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "server/cases/transitions_table.h"

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

constexpr Instant kNow{sys_days{2026y / 3 / 26} + 1h};
constexpr PersonId kActor{77};

// Written from the handbook, stage by stage, not from the table. A word is `move`, `move>stage`
// for those that leave the stage, `!` for an echo and `@a-b` for the levels (all four when absent).
struct Line {
  Stage from;
  Role by;
  const char* moves;
};
const Line kExpected[] = {
    {Stage::draft, Role::system, "register>registered! remind redact"},
    {Stage::draft, Role::reporter, "withdraw>closed! supplement"},
    {Stage::draft, Role::follower, "supplement"},

    {Stage::registered, Role::system,
     "dispatch>dispatched! start_above>pending_triage!@2-4 transfer! remind note! list_hard "
     "redact"},
    {Stage::registered, Role::reporter, "withdraw>closed! supplement urge!"},
    {Stage::registered, Role::follower, "supplement urge! follow"},
    {Stage::registered, Role::owner, "note"},
    {Stage::registered, Role::co_handler, "note"},
    {Stage::registered, Role::office,
     "dispatch>dispatched! rule>dispatched! merge>closed! invalidate>closed supervise note"},
    {Stage::registered, Role::upper, "supervise note"},
    {Stage::registered, Role::leader, "supervise@3-4 instruct@3-4"},

    {Stage::dispatched, Role::system, "transfer! remind note! list_hard redact"},
    {Stage::dispatched, Role::reporter, "withdraw>closed! supplement urge!"},
    {Stage::dispatched, Role::follower, "supplement urge! follow"},
    {Stage::dispatched, Role::owner,
     "accept>in_progress! return>registered! transfer! co_handle contact! note request"},
    {Stage::dispatched, Role::co_handler, "note"},
    {Stage::dispatched, Role::office, "merge>closed! transfer! co_handle supervise note"},
    {Stage::dispatched, Role::upper, "supervise note approve refuse"},
    {Stage::dispatched, Role::leader, "co_handle@3-4 supervise@3-4 instruct@3-4"},

    {Stage::in_progress, Role::system, "transfer! remind note! list_hard redact"},
    {Stage::in_progress, Role::reporter, "withdraw>closed! supplement urge!"},
    {Stage::in_progress, Role::follower, "supplement urge! follow"},
    {Stage::in_progress, Role::owner,
     "ask>awaiting_reporter! progress! escalate>pending_triage!@1-3 suspend>suspended! "
     "close>closed! extend! transfer! co_handle contact! note request"},
    {Stage::in_progress, Role::co_handler, "note"},
    {Stage::in_progress, Role::office,
     "escalate>pending_triage!@1-3 merge>closed! transfer! co_handle supervise note"},
    {Stage::in_progress, Role::upper, "supervise note approve refuse"},
    {Stage::in_progress, Role::leader,
     "close>closed!@3-4 transfer!@3-4 co_handle@3-4 supervise@3-4 instruct@3-4"},

    {Stage::awaiting_reporter, Role::system,
     "answer_timeout>in_progress! transfer! remind note! list_hard redact"},
    {Stage::awaiting_reporter, Role::reporter,
     "answer>in_progress withdraw>closed! supplement urge!"},
    {Stage::awaiting_reporter, Role::follower, "supplement urge! follow"},
    {Stage::awaiting_reporter, Role::owner, "contact! note"},
    {Stage::awaiting_reporter, Role::co_handler, "note"},
    {Stage::awaiting_reporter, Role::office, "merge>closed! supervise note"},
    {Stage::awaiting_reporter, Role::upper, "supervise note"},
    {Stage::awaiting_reporter, Role::leader, "supervise@3-4 instruct@3-4"},

    {Stage::pending_triage, Role::system, "transfer! remind note! list_hard redact"},
    {Stage::pending_triage, Role::reporter, "withdraw>closed! supplement urge!"},
    {Stage::pending_triage, Role::follower, "supplement urge! follow"},
    {Stage::pending_triage, Role::owner, "note"},
    {Stage::pending_triage, Role::co_handler, "note"},
    // Higher still without a detour through 签收: the office decides that (T8).
    {Stage::pending_triage, Role::office,
     "escalate>pending_triage!@2-3 triage>dispatched!@2-4 send_down>dispatched!@2-4 "
     "request_claim>pending_claim!@3-4 close>closed!@2-4 merge>closed! supervise note"},
    {Stage::pending_triage, Role::upper, "supervise note"},
    {Stage::pending_triage, Role::leader, "supervise@3-4 instruct@3-4"},

    {Stage::pending_claim, Role::system, "transfer! remind note! list_hard redact"},
    {Stage::pending_claim, Role::reporter, "withdraw>closed! supplement urge!"},
    {Stage::pending_claim, Role::follower, "supplement urge! follow"},
    {Stage::pending_claim, Role::owner, "note"},
    {Stage::pending_claim, Role::co_handler, "note"},
    {Stage::pending_claim, Role::office, "merge>closed! supervise note"},
    {Stage::pending_claim, Role::upper, "supervise note"},
    {Stage::pending_claim, Role::leader, "claim>in_progress!@3-4 supervise@3-4 instruct@3-4"},

    {Stage::suspended, Role::system, "resume>in_progress! transfer! remind note! list_hard redact"},
    {Stage::suspended, Role::reporter, "withdraw>closed! supplement urge!"},
    {Stage::suspended, Role::follower, "supplement urge! follow"},
    {Stage::suspended, Role::owner, "resume>in_progress! note"},
    {Stage::suspended, Role::co_handler, "note"},
    {Stage::suspended, Role::office, "resume>in_progress! merge>closed! supervise note"},
    {Stage::suspended, Role::upper, "supervise note"},
    {Stage::suspended, Role::leader, "supervise@3-4 instruct@3-4"},

    {Stage::closed, Role::system, "archive>archived remind redact"},
    {Stage::closed, Role::reporter, "reopen>dispatched! reopen_above>dispatched!@1-3 rate"},
    {Stage::closed, Role::follower, "reopen>dispatched! reopen_above>dispatched!@1-3 rate"},
    {Stage::closed, Role::owner, "note"},
    {Stage::closed, Role::co_handler, "note"},
    {Stage::closed, Role::office,
     "reopen>dispatched! reopen_above>dispatched!@1-3 unmerge>dispatched! note"},
    {Stage::closed, Role::upper, "note"},

    {Stage::archived, Role::system, "redact"},
};

// What belongs to a move besides where it leads: the columns "pushed to" and "clock", rules of §4
// and §5. The first line that fits counts; `by` empty: whoever makes it.
struct Effect {
  Move move;
  Roles by;
  Pushes pushed;
  ClockAction clock = ClockAction::keep;
  int level = 0;
  bool reason = false, approval = false;
};
const std::vector<Effect>& effects() {
  using M = Move;
  using R = Role;
  using P = Push;
  using C = ClockAction;
  static const std::vector<Effect> lines{
      {M::register_case, {}, {}, C::start_handle},
      {M::dispatch, {}, P::owner, C::start_accept},
      {M::rule, {}, P::owner, C::start_accept},
      {M::accept, {}, {}},
      {M::return_case, {}, P::office, C::keep, 0, true},
      {M::ask, {}, {}, C::pause, 0, true},
      {M::answer, {}, P::owner, C::resume},
      {M::answer_timeout, {}, P::owner, C::resume},
      {M::progress, {}, {}, C::keep, 0, true},
      {M::escalate, {}, P::office, C::keep, +1, true},
      {M::triage, {}, P::owner, C::start_accept},
      {M::send_down, {}, P::owner, C::start_accept, -1, true},
      {M::request_claim, {}, P::leaders},
      {M::claim, {}, {P::owner, P::co_handlers}, C::start_handle},
      {M::suspend, {}, P::office, C::pause, 0, true, true},
      {M::resume, {}, P::owner, C::resume},
      {M::close, R::leader, {P::owner, P::co_handlers, P::watchers}, C::stop, 0, true},
      {M::close, {}, {P::co_handlers, P::watchers}, C::stop, 0, true},
      {M::reopen, {}, {P::owner, P::office}, C::start_accept},
      {M::reopen_above, {}, {P::owner, P::office}, C::start_accept, +1},
      {M::withdraw, {}, P::owner, C::stop},
      {M::merge, {}, P::owner, C::stop},
      {M::unmerge, {}, P::owner, C::start_accept},
      {M::archive, {}, {}, C::stop},
      {M::start_above, {}, P::office},
      {M::invalidate, {}, {}, C::stop, 0, true},
      {M::supplement, {}, P::owner},
      {M::urge, {}, P::owner},
      {M::extend, {}, {}, C::keep, 0, true, true},
      // 转办 is explained, 指定 by a leader and a hand-over by the program are not.
      {M::transfer, {R::leader, R::system}, P::owner},
      {M::transfer, {}, P::owner, C::keep, 0, true},
      {M::co_handle, {}, P::co_handlers},
      {M::supervise, {}, P::owner},
      {M::rate, {}, P::owner},
      {M::contact, {}, {}},
      {M::remind, {}, {}},
      {M::note, {}, {}},
      {M::request, {}, P::upper, C::keep, 0, true},
      {M::approve, {}, P::owner},
      {M::refuse, {}, P::owner, C::keep, 0, true},
      {M::instruct, {}, {P::owner, P::office}, C::keep, 0, true},
      {M::follow, {}, {}},
      {M::list_hard, {}, {P::office, P::upper}},
      {M::redact, {}, {}},
  };
  return lines;
}

struct Cell {
  Stage to;
  bool echo;
};
using Key = std::tuple<Stage, Move, Role, Level>;

void read_word(const Line& line, std::string word, std::map<Key, Cell>& cube) {
  int low = 1, high = 4;
  if (const auto at = word.find('@'); at != std::string::npos) {
    low = word[at + 1] - '0';
    high = word[at + 3] - '0';
    word.resize(at);
  }
  const bool echo = word.back() == '!';
  if (echo) word.pop_back();
  Stage to = line.from;
  if (const auto arrow = word.find('>'); arrow != std::string::npos) {
    to = from_name<Stage>(word.substr(arrow + 1)).value();
    word.resize(arrow);
  }
  const Move move = from_name<Move>(word).value();
  for (int level = low; level <= high; ++level) {
    const bool fresh =
        cube.emplace(Key{line.from, move, line.by, static_cast<Level>(level)}, Cell{to, echo})
            .second;
    ASSERT_TRUE(fresh) << "expectation given twice: " << word;
  }
}

std::map<Key, Cell> expected_cube() {
  std::map<Key, Cell> cube;
  for (const Line& line : kExpected) {
    std::istringstream words{line.moves};
    for (std::string word; words >> word;) read_word(line, word, cube);
  }
  return cube;
}

std::string show(Stage from, Move move, Role by, Level level) {
  return std::string{name(by)} + " " + std::string{name(move)} + " in " + std::string{name(from)} +
         " at level " + std::to_string(static_cast<int>(level));
}

TEST(Transitions, ExactlyTheHandbooksCellsSucceed) {
  const auto cube = expected_cube();
  std::size_t allowed = 0;
  for (std::size_t s = 0; s < table::kStages; ++s)
    for (std::size_t m = 0; m < table::kMoves; ++m)
      for (std::size_t r = 0; r < table::kRoles; ++r)
        for (int l = 0; l <= 4; ++l) {
          const auto from = static_cast<Stage>(s);
          const auto move = static_cast<Move>(m);
          const auto by = static_cast<Role>(r);
          const auto level = static_cast<Level>(l);
          const auto rule = find_rule(from, move, by, level);
          const auto expected = cube.find({from, move, by, level});
          ASSERT_EQ(rule.has_value(), expected != cube.end()) << show(from, move, by, level);
          if (!rule) continue;
          ++allowed;
          EXPECT_EQ(rule->to, expected->second.to) << show(from, move, by, level);
          EXPECT_EQ(rule->echo, expected->second.echo) << show(from, move, by, level);
        }
  EXPECT_EQ(allowed, cube.size());
  EXPECT_GT(allowed, 600U);
  std::cout << "cube: " << allowed << " cells of "
            << table::kStages * table::kMoves * table::kRoles * 4 << " succeed\n";
}

TEST(Transitions, EachRowDoesWhatTheHandbookSaysBesides) {
  for (const Rule& rule : table::kRules) {
    SCOPED_TRACE(show(rule.from, rule.move, rule.by, static_cast<Level>(rule.min_level)));
    const auto effect = std::ranges::find_if(effects(), [&](const Effect& one) {
      return one.move == rule.move && (one.by.empty() || one.by.has(rule.by));
    });
    ASSERT_NE(effect, effects().end());
    EXPECT_EQ(rule.pushed, effect->pushed);
    // Who takes over before anybody accepted begins anew; the program's hand-over changes no date.
    const bool begins_anew =
        rule.move == Move::transfer && rule.from == Stage::dispatched && rule.by != Role::system;
    EXPECT_EQ(rule.clock, begins_anew ? ClockAction::start_accept : effect->clock);
    EXPECT_EQ(rule.level_change, effect->level);
    EXPECT_EQ(rule.reason, effect->reason);
    EXPECT_EQ(rule.approval, effect->approval);
  }
}

TEST(Transitions, MovesForAndFindRuleAreOneQuery) {
  for (std::size_t s = 0; s < table::kStages; ++s)
    for (std::size_t r = 0; r < table::kRoles; ++r)
      for (int l = 0; l <= 4; ++l) {
        const auto from = static_cast<Stage>(s);
        const auto by = static_cast<Role>(r);
        const auto level = static_cast<Level>(l);
        std::vector<Move> moves;
        for (const Rule& rule : rules_for(from, by, level)) moves.push_back(rule.move);
        const std::set<Move> unique(moves.begin(), moves.end());
        EXPECT_EQ(unique.size(), moves.size()) << show(from, Move::note, by, level);
        for (std::size_t m = 0; m < table::kMoves; ++m) {
          const auto move = static_cast<Move>(m);
          EXPECT_EQ(unique.contains(move), find_rule(from, move, by, level).has_value())
              << show(from, move, by, level);
        }
      }
}

TEST(Transitions, MovesComeInTheTablesOrder) {
  std::vector<Move> moves;
  for (const Rule& rule : rules_for(Stage::dispatched, Role::owner, Level::frontline))
    moves.push_back(rule.move);
  EXPECT_EQ(moves, (std::vector<Move>{Move::accept, Move::return_case, Move::transfer,
                                      Move::co_handle, Move::contact, Move::note, Move::request}));
}

TEST(Transitions, StepIsTheRowAndKeepsActorTimeAndBothStages) {
  for (const Rule& rule : table::kRules)
    for (int level = rule.min_level; level <= rule.max_level; ++level) {
      Case c;
      c.id = CaseId{9};
      c.stage = rule.from;
      c.level = static_cast<Level>(level);
      const Event event = step(c, rule, kActor, kNow, "看过现场");
      EXPECT_EQ(c.stage, rule.to);
      EXPECT_EQ(static_cast<int>(c.level), level + rule.level_change);
      EXPECT_EQ(event.case_id, CaseId{9});
      EXPECT_EQ(event.from, rule.from);
      EXPECT_EQ(event.to, rule.to);
      EXPECT_EQ(event.move, rule.move);
      EXPECT_EQ(event.role, rule.by);
      EXPECT_EQ(event.actor, kActor);
      EXPECT_EQ(event.at, kNow);
      EXPECT_EQ(event.level, c.level);
      EXPECT_EQ(event.text, "看过现场");
      EXPECT_EQ(event.echo, rule.echo);
      EXPECT_FALSE(event.id);
      const bool again = rule.move == Move::reopen || rule.move == Move::reopen_above;
      EXPECT_EQ(c.round, again ? 1 : 0);
    }
}

TEST(Transitions, StepRefusesARuleOfAnotherStageOrLevelAndLeavesTheCaseAlone) {
  const Rule accept =
      find_rule(Stage::dispatched, Move::accept, Role::owner, Level::frontline).value();
  Case c;
  c.stage = Stage::suspended;
  c.paused_at = kNow;
  EXPECT_THROW(step(c, accept, kActor, kNow, ""), std::logic_error);
  EXPECT_EQ(c.stage, Stage::suspended);
  EXPECT_EQ(c.paused_at, kNow);

  const Rule escalate =
      find_rule(Stage::in_progress, Move::escalate, Role::owner, Level::county).value();
  c.stage = Stage::in_progress;
  c.level = Level::city;
  EXPECT_THROW(step(c, escalate, kActor, kNow, ""), std::logic_error);
  EXPECT_EQ(c.level, Level::city);
}

Case move_on(Case c, Move move, Role by, Instant at) {
  const auto rule = find_rule(c.stage, move, by, c.level);
  EXPECT_TRUE(rule.has_value()) << show(c.stage, move, by, c.level);
  if (rule) step(c, *rule, kActor, at, "");
  return c;
}

TEST(Transitions, TimesFollowTheMoves) {
  Case c;
  c = move_on(c, Move::register_case, Role::system, kNow);
  EXPECT_EQ(c.registered_at, kNow);
  c = move_on(c, Move::dispatch, Role::system, kNow + 1min);
  EXPECT_EQ(c.dispatched_at, kNow + 1min);
  c.accept_due = kNow + 4h;
  c = move_on(c, Move::contact, Role::owner, kNow + 2min);
  EXPECT_EQ(c.contacted_at, kNow + 2min);
  EXPECT_EQ(c.accept_due, kNow + 4h) << "a call is not yet an acceptance";
  c = move_on(c, Move::accept, Role::owner, kNow + 3min);
  EXPECT_EQ(c.accepted_at, kNow + 3min);
  EXPECT_EQ(c.accept_due, Instant{});
  c = move_on(c, Move::contact, Role::owner, kNow + 4min);
  EXPECT_EQ(c.contacted_at, kNow + 2min) << "the first contact counts";
  c = move_on(c, Move::ask, Role::owner, kNow + 5min);
  EXPECT_EQ(c.paused_at, kNow + 5min);
  c = move_on(c, Move::supplement, Role::reporter, kNow + 6min);
  EXPECT_EQ(c.paused_at, kNow + 5min);
  c = move_on(c, Move::answer, Role::reporter, kNow + 7min);
  EXPECT_EQ(c.paused_at, Instant{});
  c = move_on(c, Move::close, Role::owner, kNow + 8min);
  EXPECT_EQ(c.closed_at, kNow + 8min);
  c.outcome = Outcome::solved;
  c.result = "水泵已装好";
  c = move_on(c, Move::rate, Role::reporter, kNow + 9min);
  EXPECT_EQ(c.closed_at, kNow + 8min);
  c.rating = 1;
  c.parties.push_back({PersonId{7}, PartyKind::follower, {}, {}, {}, kNow, 2});

  c = move_on(c, Move::reopen, Role::reporter, kNow + 10min);
  EXPECT_EQ(c.stage, Stage::dispatched);
  EXPECT_EQ(c.round, 1);
  EXPECT_EQ(c.outcome, Outcome::none);
  EXPECT_EQ(c.result, "");
  EXPECT_EQ(c.rating, 0);
  EXPECT_EQ(c.parties.front().rating, 0) << "followers rate the new answer";
  EXPECT_EQ(c.closed_at, Instant{});
  EXPECT_EQ(c.accepted_at, Instant{});
  EXPECT_EQ(c.dispatched_at, kNow + 10min);
  EXPECT_EQ(c.registered_at, kNow);
}

TEST(Transitions, WithdrawingWhilePausedStopsEverything) {
  Case c;
  c.stage = Stage::awaiting_reporter;
  c.paused_at = kNow;
  c = move_on(c, Move::withdraw, Role::reporter, kNow + 1h);
  EXPECT_EQ(c.stage, Stage::closed);
  EXPECT_EQ(c.paused_at, Instant{});
  EXPECT_EQ(c.closed_at, kNow + 1h);
}

TEST(Transitions, ACaseClimbsAndComesBackOneLevelAtATime) {
  Case c;
  c.stage = Stage::in_progress;
  for (int level = 2; level <= 4; ++level) {
    c = move_on(c, Move::escalate, Role::owner, kNow);
    EXPECT_EQ(static_cast<int>(c.level), level);
    c = move_on(c, Move::triage, Role::office, kNow);
    c = move_on(c, Move::accept, Role::owner, kNow);
  }
  EXPECT_FALSE(find_rule(c.stage, Move::escalate, Role::owner, c.level));
  c.stage = Stage::pending_triage;
  for (int level = 3; level >= 1; --level) {
    c = move_on(c, Move::send_down, Role::office, kNow);
    EXPECT_EQ(static_cast<int>(c.level), level);
    c.stage = Stage::pending_triage;
  }
  EXPECT_FALSE(find_rule(c.stage, Move::send_down, Role::office, c.level));
}

TEST(Transitions, ApprovalIsAskedForWhatTheHandbookSays) {
  std::set<Move> asked;
  for (const Rule& rule : table::kRules)
    if (rule.approval) asked.insert(rule.move);
  EXPECT_EQ(asked, (std::set<Move>{Move::suspend, Move::extend}));
  EXPECT_TRUE(needs_approval(Outcome::rejected));
  EXPECT_TRUE(needs_approval(Outcome::planned));
  EXPECT_FALSE(needs_approval(Outcome::solved));
}

}  // namespace
}  // namespace huiyin
