#include "server/desk/buttons.h"

#include <algorithm>
#include <array>

#include "server/desk/facts.h"
#include "server/desk/owners.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"
#include "server/desk/words.h"

namespace huiyin::buttons {
namespace {

constexpr std::size_t kMostButtons = 6, kMostSuggested = 2;
constexpr int kReturnsBeforeRuling = 2, kDeadlocks = 2;

// In the order in which work goes on, what is rare at the end.
constexpr auto kOrder = std::to_array<Verb>({
    Verb::accept,     Verb::approve,  Verb::reject,        Verb::rule,      Verb::claim,
    Verb::triage,     Verb::resume,   Verb::return_case,   Verb::progress,  Verb::ask,
    Verb::send_down,  Verb::close,    Verb::request_claim, Verb::contact,   Verb::escalate,
    Verb::appoint,    Verb::instruct, Verb::supervise,     Verb::co_handle, Verb::transfer,
    Verb::extend,     Verb::suspend,  Verb::reopen,        Verb::merge,     Verb::unmerge,
    Verb::invalidate,
});

Roles staff_roles(const Turn& turn, const Case& c, PersonId person) {
  const Roles all = roles_in(turn, c, person);
  Roles staff;
  for (const Role role : {Role::owner, Role::co_handler, Role::office, Role::upper, Role::leader})
    if (all.has(role)) staff.add(role);
  return staff;
}

// The word for a row of the table: an office that gives the case to somebody else says 分流, a
// leader 指定.
Verb verb_of(const Rule& rule) {
  if (rule.move == Move::transfer && rule.by == Role::office) return Verb::triage;
  if (rule.move == Move::transfer && rule.by == Role::leader) return Verb::appoint;
  if (rule.move == Move::reopen || rule.move == Move::reopen_above) return Verb::reopen;
  return words::verb_for(rule.move);
}

bool owned_by_the_office(const Turn& turn, const Case& c) {
  return duty_of(turn, c.owner, c.owner_unit) == DutyRole::clerk &&
         c.owner_unit == office_unit(turn, c);
}

// What the table does not know: counts, dates, open questions.
bool makes_sense(const Turn& turn, const Case& c, Roles roles, const Rule& rule) {
  const bool asked = c.request.kind != RequestKind::none;
  switch (rule.move) {
    case Move::approve:
    case Move::refuse:
      return asked;
    case Move::extend:
      return !asked && c.extended_level < static_cast<int>(c.level) && turn.now < c.due_at;
    case Move::suspend:
      return !asked;
    case Move::return_case:
      return !c.ruled && c.returns < kReturnsBeforeRuling;
    case Move::rule:
      return c.returns >= kReturnsBeforeRuling;
    case Move::send_down:
      return c.level > Level::township ||
             (!c.enforcement && !c.concerned_unit && c.concerned.empty());
    case Move::supervise:
      return !roles.has(Role::owner) && !(roles.has(Role::office) && owned_by_the_office(turn, c));
    case Move::reopen:
    case Move::reopen_above:
      return c.rating == 1 || c.rating == 2;
    case Move::unmerge:
      return c.outcome == Outcome::merged;
    default:
      return true;
  }
}

std::vector<std::string> departments(const Turn& turn, const Case& c) {
  const auto& directory = turn.directory;
  const UnitCode office = office_unit(turn, c);
  std::vector<std::string> names;
  for (const Unit* unit : directory.departments_for(c.topic, seat_of(turn, c), turn.now)) {
    const bool about = c.concerned_unit && directory.within(unit->code, c.concerned_unit);
    if (!about && directory.within(unit->code, office)) names.push_back(unit->name);
  }
  return names;
}

bool takes_department(const Case& c, Verb verb) {
  if (verb == Verb::claim) return true;
  return verb == Verb::triage && (c.stage == Stage::registered || c.stage == Stage::pending_triage);
}

std::string join(const std::vector<std::string>& parts, std::string_view locale) {
  std::string line;
  for (const auto& part : parts) {
    if (!line.empty()) line += locale == "en" ? ", " : "、";
    line += part;
  }
  return line;
}

}  // namespace

std::vector<Offer> offers(const Turn& turn, const Case& c, PersonId person) {
  const Roles roles = staff_roles(turn, c, person);
  std::vector<Verb> verbs;
  for (const Rule& rule : rules_for(c.stage, roles, c.level))
    if (makes_sense(turn, c, roles, rule)) verbs.push_back(verb_of(rule));
  std::vector<Offer> found;
  for (const Verb verb : kOrder) {
    if (std::ranges::find(verbs, verb) == verbs.end()) continue;
    if (takes_department(c, verb)) {
      auto names = departments(turn, c);
      if (names.size() > kMostSuggested) names.resize(kMostSuggested);
      for (auto& name : names) found.push_back({verb, std::move(name)});
    }
    found.push_back({verb, ""});
  }
  return found;
}

std::vector<Button> for_reader(const Turn& turn, const Case& c, PersonId person,
                               std::string_view locale) {
  std::vector<Button> shown;
  for (const Offer& offer : offers(turn, c, person)) {
    if (shown.size() == kMostButtons) break;
    const bool again = offer.verb == Verb::reopen;  // the office does not say 没解决
    std::string label{again ? (locale == "en" ? "Reopen" : "重办")
                            : words::verb(offer.verb, locale)};
    std::string command = again ? "重办 " + c.number : words::command(offer.verb, c.number);
    if (!offer.argument.empty()) {
      label.append(" ").append(offer.argument);
      command.append(" ").append(offer.argument);
    }
    shown.push_back({std::move(label), std::move(command)});
  }
  return shown;
}

std::string moves(const Turn& turn, const Case& c, PersonId person, std::string_view locale) {
  std::vector<std::string> names;
  for (const Offer& offer : offers(turn, c, person)) {
    if (!offer.argument.empty()) continue;
    const bool again = offer.verb == Verb::reopen;
    names.emplace_back(again ? (locale == "en" ? "Reopen" : "重办")
                             : words::verb(offer.verb, locale));
  }
  return join(names, locale);
}

void add(const Turn& turn, const Case& c, NoticeDraft& draft) {
  const auto locale = turn.locale_of(draft.to);
  draft.buttons = for_reader(turn, c, draft.to, locale);
  auto line = moves(turn, c, draft.to, locale);
  if (line.empty())
    draft.facts.erase("moves");
  else
    draft.facts["moves"] = std::move(line);
  if (draft.audience != Audience::office || draft.kind != "card") return;
  if (auto words = hint(turn, c, locale); !words.empty()) draft.facts["hint"] = std::move(words);
}

void answer_moves(Turn& turn, const Case& c) { answer_about(turn, c, "moves", Audience::owner); }

std::string hint(const Turn& turn, const Case& c, std::string_view locale) {
  const bool deciding = c.stage == Stage::pending_triage || c.stage == Stage::in_progress;
  if (!deciding || c.level < Level::township) return {};
  const bool english = locale == "en";
  std::vector<std::string> signs;
  if (c.deadlocks >= kDeadlocks)
    signs.emplace_back(english ? "coordination failed repeatedly" : "多次协调未果");
  if (auto names = departments(turn, c); names.size() > 1) {
    if (names.size() > kMostSuggested) names.resize(kMostSuggested);
    signs.push_back((english ? "may concern " : "可能涉及") + join(names, locale));
  }
  if (signs.empty()) return {};
  const bool leaders = c.level >= Level::county && c.stage == Stage::pending_triage;
  std::string line = english ? "This may be a hard matter: " : "可能是难事：";
  for (const auto& sign : signs) {
    if (&sign != &signs.front()) line += english ? "; " : "；";
    line += sign;
  }
  if (leaders) return line + (english ? ". You may ask a leader to lead." : "。可以提请认领。");
  if (c.level == Level::city) return line + (english ? "." : "。");
  return line + (english ? ". You may escalate it." : "。可以上报。");
}

}  // namespace huiyin::buttons
