#include "server/desk/candidates.h"

#include <algorithm>
#include <utility>

#include "server/desk/facts.h"
#include "server/desk/followers.h"
#include "server/desk/owners.h"
#include "server/desk/questions.h"

namespace huiyin {
namespace {

constexpr std::size_t kFullNumber = 11;  // 261123-0042
constexpr std::size_t kMostListed = 9;   // more would not be read, and one digit must do

Found from_list(std::vector<const Case*> cases) {
  Found found;
  if (cases.size() == 1)
    found.one = cases.front();
  else
    found.several = std::move(cases);
  return found;
}

Found search(Turn& turn, const std::string& number, const std::vector<const Case*>& mine,
             const Fits& fits, const Fits& may_see) {
  if (number.size() >= kFullNumber) {
    Found found;
    if (!turn.has_number(number)) {
      found.missing = true;
      return found;
    }
    const Case* c = turn.set.find_case(number);
    if (c && may_see(*c))
      found.one = c;
    else
      found.unknown_number = true;
    return found;
  }
  std::vector<const Case*> cases;
  for (const Case* c : mine)
    if (number.empty() ? fits(*c) : c->number.ends_with(number)) cases.push_back(c);
  Found found = from_list(std::move(cases));
  found.unknown_number = !number.empty() && !found.one && found.several.empty();
  return found;
}

}  // namespace

Found find_reported(Turn& turn, const std::string& number, const Fits& fits) {
  // By its last digits everything that was ever told to them is found.
  const auto mine = number.empty() ? told_to(turn) : all_told_to(turn);
  Found found = search(turn, number, mine, fits,
                       [&](const Case& c) { return !reporting_roles(c, turn.speaker()).empty(); });
  if (found.one) {
    found.one = where_it_goes_on(turn, *found.one);
    found.missing = !found.one;
  }
  return found;
}

std::vector<const Case*> handled_cases(Turn& turn) {
  auto cases = turn.set.owned_by(turn.speaker());
  for (const PersonId principal : principals_of(turn, turn.speaker())) {
    if (!turn.has_cases_of(principal)) continue;
    for (const Case* c : turn.set.owned_by(principal))
      if (role_in(turn, *c, turn.speaker()) == Role::owner) cases.push_back(c);
  }
  std::erase_if(cases, [](const Case* c) { return c->stage == Stage::draft; });
  // The earliest due first, then the oldest.
  std::ranges::sort(cases, {}, [](const Case* c) {
    return std::pair{c->due_at == Instant{} ? Instant::max() : c->due_at, c->id};
  });
  return cases;
}

Found find_handled(Turn& turn, const std::string& number, const Fits& fits) {
  if (number.size() < kFullNumber) {
    const auto mine = handled_cases(turn);
    if (!turn.need().empty()) {
      Found found;
      found.missing = true;
      return found;
    }
    return search(turn, number, mine, fits, fits);
  }
  return search(turn, number, {}, fits,
                [&](const Case& c) { return role_in(turn, c, turn.speaker()).has_value(); });
}

std::vector<std::map<std::string, std::string>> case_rows(const Turn& turn,
                                                          const std::vector<const Case*>& cases,
                                                          Audience audience) {
  const auto locale = turn.locale_of(turn.speaker());
  std::vector<std::map<std::string, std::string>> rows;
  for (const Case* c : cases) {
    auto facts = case_facts(turn, *c, audience, locale, turn.speaker());
    std::map<std::string, std::string> row;
    row["no"] = std::to_string(rows.size() + 1);
    row["text"] = excerpt(facts["text"], 16);
    for (const char* key : {"number", "place", "status", "due", "urgency"})
      if (!facts[key].empty()) row[key] = facts[key];
    if (c->calls > 0 && audience != Audience::reporter) row["call"] = "1";
    rows.push_back(std::move(row));
    if (rows.size() == kMostListed) break;
  }
  return rows;
}

void ask_which_case(Turn& turn, const std::vector<const Case*>& cases, const Command& command,
                    Audience audience) {
  std::vector<std::string> options;
  for (const Case* c : cases) {
    options.push_back(questions::pack(command.verb, c->number, command.argument));
    if (options.size() == kMostListed) break;
  }
  auto& draft = turn.reply("which_case", audience);
  draft.lists["cases"] = case_rows(turn, cases, audience);
  turn.ask(std::string{questions::kWhichCase}, CaseId{}, std::move(options));
}

}  // namespace huiyin
