#include "server/desk/office_cases.h"

#include <algorithm>

#include "server/desk/cadre_moves.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

constexpr std::size_t kFullNumber = 11;  // 261123-0042

void add_new(std::vector<const Case*>& cases, const std::vector<const Case*>& more) {
  for (const Case* c : more)
    if (std::ranges::find(cases, c) == cases.end()) cases.push_back(c);
}

}  // namespace

std::vector<UnitCode> desks_of(const Turn& turn, DutyRole role) {
  std::vector<UnitCode> desks;
  for (const Duty& duty : duties_with_stand_ins(turn, turn.speaker()))
    if (duty.role == role && std::ranges::find(desks, duty.unit) == desks.end())
      desks.push_back(duty.unit);
  return desks;
}

std::vector<const Case*> queue_of(Turn& turn, const std::vector<UnitCode>& desks) {
  std::vector<const Case*> cases;
  bool here = true;
  for (const UnitCode& desk : desks) here = turn.has_queue(desk) && here;
  if (!here) return cases;
  for (const UnitCode& desk : desks) add_new(cases, turn.set.waiting_at(desk));
  std::erase_if(cases, [&](const Case* c) { return concerned(turn, *c, turn.speaker()); });
  return cases;
}

Found find_decided(Turn& turn, const std::string& number, const std::vector<UnitCode>& desks,
                   const Fits& fits) {
  Found found;
  if (number.size() >= kFullNumber) {
    found.missing = !turn.has_number(number);
    if (found.missing) return found;
    const Case* c = turn.set.find_case(number);
    if (c && visible(turn, *c, turn.speaker()))
      found.one = c;
    else
      found.unknown_number = true;
    return found;
  }
  auto cases = queue_of(turn, desks);
  add_new(cases, handled_cases(turn));
  add_new(cases, turn.set.shared_with(turn.speaker()));
  found.missing = !turn.need().empty();
  if (found.missing) return found;
  std::erase_if(cases, [&](const Case* c) {
    return !visible(turn, *c, turn.speaker()) ||
           !(number.empty() ? fits(*c) : c->number.ends_with(number));
  });
  if (cases.size() == 1)
    found.one = cases.front();
  else
    found.several = std::move(cases);
  found.unknown_number = !number.empty() && !found.one && found.several.empty();
  return found;
}

Roles deciding_roles(const Turn& turn, const Case& c) {
  const Roles all = roles_in(turn, c, turn.speaker());
  Roles roles;
  for (const Role role : {Role::office, Role::upper, Role::leader})
    if (all.has(role)) roles.add(role);
  return roles;
}

std::optional<Rule> may_decide(const Turn& turn, const Case& c, Move move) {
  return find_rule(c.stage, move, deciding_roles(turn, c), c.level);
}

const Case* decided_case(Turn& turn, const Command& command, const std::vector<UnitCode>& desks,
                         const Fits& fits, words::Why why) {
  const auto found = find_decided(turn, command.number, desks, fits);
  if (found.missing) return nullptr;
  if (found.unknown_number) {
    turn.reply("not_found", Audience::owner).facts["number"] = command.number;
    return nullptr;
  }
  if (found.several.size() > 1) {
    ask_which_case(turn, found.several, command, Audience::owner);
    return nullptr;
  }
  if (!found.one) {
    answer_why(turn, "refused", Audience::owner, words::Why::no_candidate);
    return nullptr;
  }
  if (!fits(*found.one)) {
    refuse_about(turn, *found.one, why);
    return nullptr;
  }
  return found.one;
}

}  // namespace huiyin
