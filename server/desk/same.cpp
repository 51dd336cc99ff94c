#include "server/desk/same.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "server/cases/similarity.h"
#include "server/desk/cadre_moves.h"
#include "server/desk/facts.h"
#include "server/desk/followers.h"
#include "server/desk/roles.h"
#include "server/desk/summary.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

using std::chrono::days;

constexpr std::size_t kMostCompared = 30;  // the newest ones
constexpr std::size_t kMostParts = 16;     // hamlets and grids of one village

// A county or a city is where nobody knows the place: nothing is near there.
bool is_place(const Directory& directory, const UnitCode& code) {
  const Unit* unit = directory.unit(code);
  return unit && unit->kind != UnitKind::county && unit->kind != UnitKind::city;
}

void add_names(const Directory& directory, const UnitCode& code,
               std::vector<std::string_view>& names) {
  for (const Unit* unit = directory.unit(code); unit; unit = directory.unit(unit->parent)) {
    names.push_back(unit->name);
    names.insert(names.end(), unit->aliases.begin(), unit->aliases.end());
    names.insert(names.end(), unit->former_names.begin(), unit->former_names.end());
    if (unit->kind == UnitKind::township) break;
  }
}

// Whole names before their parts: 溪东自然村 before 溪东.
std::vector<std::string_view> names_of_both(const Directory& directory, const UnitCode& a,
                                            const UnitCode& b) {
  std::vector<std::string_view> names{words::kNoTranscript};
  for (const auto kind : {MessageKind::image, MessageKind::voice, MessageKind::video,
                          MessageKind::position, MessageKind::link})
    names.push_back(words::media(kind));
  add_names(directory, a, names);
  if (b != a) add_names(directory, b, names);
  std::ranges::stable_sort(names, std::ranges::greater{}, &std::string_view::size);
  return names;
}

// One case, to be compared with many.
class Comparison {
 public:
  Comparison(const Turn& turn, const Case& c) : turn_{turn}, case_{c} {}

  bool same_problem(const Case& other) {
    if (!case_.topic.empty() && !other.topic.empty() && case_.topic != other.topic) return false;
    const auto& [names, mine] = without_names(other.unit);
    if (!mine.may_resemble(other.text, turn_.policy.same_problem)) return false;
    const Trouble its{summary(turn_.directory, other).first, names};
    return mine.similarity(its) >= turn_.policy.same_problem;
  }

 private:
  struct Reading {
    std::vector<std::string_view> names;
    Trouble trouble;
  };
  const Reading& without_names(const UnitCode& unit) {
    const auto found = readings_.find(unit);
    if (found != readings_.end()) return found->second;
    auto names = names_of_both(turn_.directory, case_.unit, unit);
    Trouble mine{summary(turn_.directory, case_).first, names};
    return readings_.emplace(unit, Reading{std::move(names), std::move(mine)}).first->second;
  }

  const Turn& turn_;
  const Case& case_;
  std::map<UnitCode, Reading> readings_;
};

// Each asks for himself, and thanks are no problem.
bool comparable(const Case& c) {
  return c.type != CaseType::praise && c.type != CaseType::consult && !c.concerned_unit &&
         c.concerned.empty();
}

bool taken_back(const Case& c) {
  return c.outcome == Outcome::withdrawn || c.outcome == Outcome::invalid;
}

// May a neighbour know that there is such a case?
bool is_open_secret(const Case& c) {
  return c.privacy == Privacy::named && !c.concerned_unit && c.concerned.empty();
}

bool goes_on(const Case& c) {
  return is_open(c.stage) || (c.outcome == Outcome::merged && c.parent);
}

// The first of those that tell of one problem: what it was joined to, or resembled.
CaseId first_of(const Case& c) {
  if (!is_open(c.stage)) return c.parent;
  return c.resembles ? c.resembles : c.id;
}

bool can_join(const Turn& turn, const Case* first, PersonId person) {
  return first && is_open(first->stage) && first->stage != Stage::draft && is_open_secret(*first) &&
         first->reporter != person && !concerned(turn, *first, person);
}

void join(Turn& turn, Case& c, const Case& found) {
  c.resembles = found.id;
  if (following(found, c.reporter)) return;
  Case first = found;
  Party party;
  party.person = c.reporter;
  party.account = c.reporter_account;
  party.own = c.number;
  party.since = turn.now;
  turn.make_for(c.reporter, first, Move::follow, Role::follower, "", c.number);
  if (replace_gone_owner(turn, first)) turn.echo(first, "dispatched");
  first.parties.push_back(std::move(party));
  turn.put(std::move(first));
}

}  // namespace

std::vector<UnitCode> places_near(const Directory& directory, const UnitCode& code) {
  if (!is_place(directory, code)) return {};
  std::vector<UnitCode> places{code};
  for (const Unit* unit = directory.unit(code);
       unit && (unit->kind == UnitKind::hamlet || unit->kind == UnitKind::grid);) {
    unit = directory.unit(unit->parent);
    if (unit) places.push_back(unit->code);
  }
  auto parts = directory.parts_of(code);
  if (parts.size() > kMostParts) parts.resize(kMostParts);
  places.insert(places.end(), parts.begin(), parts.end());
  return places;
}

std::vector<const Case*> alike(Turn& turn, const Case& c) {
  std::vector<const Case*> found;
  if (!comparable(c)) return found;
  const auto places = places_near(turn.directory, c.unit);
  if (places.empty()) return found;
  bool here = true;
  for (const auto& place : places) here = turn.has_near({place, c.topic}) && here;
  if (!here) return found;
  for (const auto& place : places)
    for (const Case* other : turn.set.near(place)) found.push_back(other);
  std::ranges::sort(found, [](const Case* a, const Case* b) {
    return std::pair{a->registered_at, a->id} > std::pair{b->registered_at, b->id};
  });
  const Instant since = turn.now - days{turn.policy.same_problem_days};
  if (found.size() > kMostCompared) found.resize(kMostCompared);
  Comparison comparison{turn, c};
  std::erase_if(found, [&](const Case* other) {
    return other->id == c.id || other->registered_at < since || other->stage == Stage::draft ||
           taken_back(*other) || !comparable(*other) || !comparison.same_problem(*other);
  });
  return found;
}

bool link_same(Turn& turn, Case& c, const std::vector<const Case*>& found) {
  if (c.resembles || c.previous) return true;

  // The oldest of those that go on: the others resemble it.
  const auto open = std::find_if(found.rbegin(), found.rend(), [&](const Case* other) {
    return goes_on(*other) && is_open_secret(*other) && other->reporter != c.reporter;
  });
  if (open != found.rend()) {
    const CaseId itself = (*open)->id, first = first_of(**open);
    const bool here = turn.has_case(itself);
    if (!turn.has_case(first) || !here) return false;
    for (const CaseId id : {first, itself})
      if (const Case* other = turn.find(id); can_join(turn, other, c.reporter)) {
        join(turn, c, *other);
        return true;
      }
  }
  const auto over = std::ranges::find_if(found, [](const Case* other) {
    return !is_open(other->stage) && other->outcome != Outcome::merged && is_open_secret(*other);
  });
  if (over == found.end()) return true;
  if (!turn.has_case((*over)->id)) return false;
  c.previous = (*over)->id;
  return true;
}

void tell_similar(Turn& turn, const Case& c) {
  const Case* first = turn.find(c.resembles);
  if (!first || concerned(turn, *first, c.owner)) return;
  auto* draft = tell_owner(turn, c, "similar");
  if (!draft) return;
  draft->facts["other"] = first->number;
  draft->facts["other_text"] = as_told(summary(turn.directory, *first).first);
  draft->buttons = {{std::string{words::verb(Verb::merge, turn.locale_of(draft->to))},
                     words::command(Verb::merge, c.number).append(" ").append(first->number)}};
}

void add_previous(const Turn& turn, const Case& c, NoticeDraft& card) {
  if (const Case* before = turn.find(c.previous)) card.facts["previous"] = before->number;
}

void add_same(const Case& c, NoticeDraft& registered) {
  if (c.resembles) registered.facts["known"] = "1";
  if (c.previous) registered.facts["again"] = "1";
}

bool joint(const Turn& turn, const Case& c, const std::vector<const Case*>& found) {
  const Instant since = turn.now - days{turn.policy.joint_days};
  std::set<PersonId> people{c.reporter};
  for (const Case* other : found)
    if (other->registered_at >= since) people.insert(other->reporter);
  return std::ssize(people) >= turn.policy.joint_reporters;
}

bool said_before(const Turn& turn, const Case& c, std::string_view text) {
  if (turn.now - c.registered_at > std::chrono::hours{24}) return false;
  for (std::string_view rest = c.text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (nearly_identical(rest.substr(0, end), text)) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

}  // namespace huiyin
