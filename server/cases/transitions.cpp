#include "server/cases/transitions.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "server/cases/transitions_table.h"

namespace huiyin {

namespace {

bool holds_at(const Rule& rule, Level level) {
  const auto number = static_cast<unsigned>(level);
  return number >= rule.min_level && number <= rule.max_level;
}

void set_times(Case& c, const Rule& rule, Instant at) {
  switch (rule.clock) {
    case ClockAction::pause:
      c.paused_at = at;
      break;
    case ClockAction::resume:
    case ClockAction::stop:
    case ClockAction::start_accept:
      c.paused_at = {};
      break;
    case ClockAction::keep:
    case ClockAction::start_handle:
      break;
  }
  if (rule.to == Stage::dispatched && rule.clock == ClockAction::start_accept) c.dispatched_at = at;
  if (rule.to != Stage::dispatched) c.accept_due = {};
  if (rule.move == Move::register_case) c.registered_at = at;
  if (rule.move == Move::accept || rule.move == Move::claim) c.accepted_at = at;
  if (rule.move == Move::contact && c.contacted_at == Instant{}) c.contacted_at = at;
  if (rule.to == Stage::closed && rule.from != Stage::closed) c.closed_at = at;
}

// What was joined by mistake was never answered: it is the same round.
void open_again(Case& c, Move move) {
  if (move != Move::unmerge) ++c.round;
  c.outcome = Outcome::none;
  c.result.clear();
  c.rating = 0;
  for (Party& party : c.parties) party.rating = 0;
  c.closed_at = {};
  c.accepted_at = {};
}

}  // namespace

std::optional<Rule> find_rule(Stage from, Move move, Roles by, Level level) {
  for (const Rule& rule : table::kRules)
    if (rule.from == from && rule.move == move && by.has(rule.by) && holds_at(rule, level))
      return rule;
  return std::nullopt;
}

std::vector<Rule> rules_for(Stage from, Roles by, Level level) {
  std::vector<Rule> rules;
  for (const Rule& rule : table::kRules) {
    if (rule.from != from || !by.has(rule.by) || !holds_at(rule, level)) continue;
    const auto same = [&](const Rule& other) { return other.move == rule.move; };
    if (std::ranges::none_of(rules, same)) rules.push_back(rule);
  }
  return rules;
}

Event step(Case& c, const Rule& rule, PersonId actor, Instant at, std::string text) {
  if (rule.from != c.stage || !holds_at(rule, c.level))
    throw std::logic_error{"step: '" + std::string{name(rule.move)} + "' from '" +
                           std::string{name(rule.from)} + "' applied to a case in '" +
                           std::string{name(c.stage)} + "' at level " +
                           std::to_string(static_cast<int>(c.level))};
  if (rule.to != rule.from || rule.level_change != 0) c.stage_at = at;
  c.stage = rule.to;
  c.level = static_cast<Level>(static_cast<int>(c.level) + rule.level_change);
  set_times(c, rule, at);
  if (rule.from == Stage::closed && is_open(rule.to)) open_again(c, rule.move);

  Event event;
  event.case_id = c.id;
  event.move = rule.move;
  event.from = rule.from;
  event.to = rule.to;
  event.level = c.level;
  event.role = rule.by;
  event.actor = actor;
  event.at = at;
  event.text = std::move(text);
  event.echo = rule.echo;
  return event;
}

}  // namespace huiyin
