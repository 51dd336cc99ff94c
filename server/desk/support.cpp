#include "server/desk/support.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "server/desk/owners.h"
#include "server/desk/questions.h"
#include "server/desk/tell.h"
#include "server/desk/which_unit.h"
#include "server/desk/words.h"
#include "server/intake/dates.h"

namespace huiyin {
namespace {

using words::Why;

constexpr int kLast = 9;  // asked after everybody who is stationed there
constexpr std::size_t kMostListed = 9;
constexpr auto kUntil = std::to_array<std::string_view>({"到", "至", "until ", "to "});

void refuse(Turn& turn, Why why) { answer_why(turn, "refused", Audience::owner, why); }

std::string_view trim(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\n");
  return from == std::string_view::npos ? std::string_view{} : text.substr(from);
}

struct Plan {
  UnitCode unit;
  PersonId helper;
  Instant until;  // exclusive; epoch: open
};

void ask_which(Turn& turn, const Command& command, const std::vector<std::string>& names,
               const std::vector<std::string>& arguments, const std::string& name) {
  auto& draft = turn.reply("which_unit", Audience::owner);
  draft.facts["name"] = name;
  std::vector<std::string> options;
  auto& rows = draft.lists["options"];
  for (std::size_t i = 0; i < names.size() && i < kMostListed; ++i) {
    rows.push_back({{"no", std::to_string(i + 1)}, {"name", names[i]}});
    options.push_back(questions::pack(command.verb, "", arguments[i]));
  }
  turn.ask(std::string{questions::kWhichCase}, CaseId{}, std::move(options));
}

// Somebody of the directory by name, with his units behind it when several are called so.
std::optional<PersonId> helper_in(Turn& turn, const Command& command, const Target& where,
                                  std::string_view name, std::string_view rest) {
  const auto people = turn.directory.people_named(name);
  if (people.size() == 1) return people.front();
  if (people.empty()) {
    refuse(turn, name.empty() ? Why::support_missing : Why::target_unknown);
    return std::nullopt;
  }
  std::vector<std::string> names, arguments;
  for (const PersonId id : people) {
    const Person* person = turn.directory.person(id);
    std::string line = person->name;
    for (const Duty& duty : turn.directory.duties_of(id, turn.now))
      line += " " + turn.directory.full_name(duty.unit);
    names.push_back(std::move(line));
    arguments.push_back(where.unit.raw() + " " + person->code + " " + std::string{rest});
  }
  ask_which(turn, command, names, arguments, std::string{name});
  return std::nullopt;
}

// The end of the support, exclusive; empty: it is over already, which the speaker was told.
std::optional<Instant> until_in(Turn& turn, std::string_view rest) {
  rest = trim(rest);
  for (const auto word : kUntil)
    if (rest.starts_with(word)) rest = trim(rest.substr(word.size()));
  if (rest.empty()) return Instant{};
  const auto said = dates::read(rest, turn.now);
  if (!said) return Instant{};
  const auto day = dates::day_of(*said, dates::today(turn.now));
  const Instant end = from_shanghai(day + std::chrono::days{1});
  if (said->kind != dates::SaidDate::working_days && end > turn.now) return end;
  refuse(turn, Why::support_date);
  return std::nullopt;
}

std::optional<Plan> read(Turn& turn, const Command& command, const std::vector<UnitCode>& desks) {
  const Targets targets = find_targets(turn, command.argument, desks);
  if (targets.several.empty()) {
    refuse(turn, targets.name.empty() ? Why::support_missing : Why::target_unknown);
    return std::nullopt;
  }
  if (targets.several.size() > 1) {
    std::vector<std::string> names, arguments;
    for (const Target& target : targets.several) {
      names.push_back(turn.directory.full_name(target.unit));
      arguments.push_back(target.unit.raw() + " " + target.rest);
    }
    ask_which(turn, command, names, arguments, targets.name);
    return std::nullopt;
  }
  const Target& where = targets.several.front();
  const std::string_view words = where.rest;
  const auto name = words.substr(0, words.find(' '));
  const auto rest = where.named ? words : words.substr(name.size());
  const auto helper = where.named ? std::optional<PersonId>{where.who.person}
                                  : helper_in(turn, command, where, name, rest);
  if (!helper) return std::nullopt;
  const auto until = until_in(turn, rest);
  if (!until) return std::nullopt;
  return Plan{where.unit, *helper, *until};
}

void show(Turn& turn, NoticeDraft& draft, const Plan& plan) {
  const auto locale = turn.locale_of(draft.to);
  draft.facts["unit"] = turn.directory.full_name(plan.unit);
  if (plan.until != Instant{})
    draft.facts["until"] = show_date(plan.until - std::chrono::hours{1}, locale);
}

}  // namespace

void send_support(Turn& turn, const Command& command, const std::vector<UnitCode>& desks) {
  const auto plan = read(turn, command, desks);
  if (!plan) return;
  Duty duty;
  duty.unit = plan->unit;
  duty.person = plan->helper;
  duty.priority = kLast;
  duty.role = DutyRole::helper;
  duty.from = turn.now;
  duty.to = plan->until;
  turn.change_duty(duty);

  const auto there = turn.directory.owner_for(plan->unit, turn.now);
  const Person* person = turn.directory.person(plan->helper);
  const std::string who = person ? person->name : std::string{};
  const auto tell_those_helped = [&](NoticeDraft& draft) {
    show(turn, draft, *plan);
    draft.facts["who"] = who;
  };
  tell_those_helped(turn.reply("support", Audience::owner));
  if (there.person != kDutyDesk && there.person != turn.speaker() && there.person != plan->helper)
    tell_those_helped(turn.tell(there.person, "support", Audience::owner));
  if (plan->helper == turn.speaker()) return;
  auto& draft = turn.tell(plan->helper, "support", Audience::owner);
  show(turn, draft, *plan);
  draft.facts["helper"] = "1";
  draft.facts["contact"] = owner_name(turn, there.person, there.unit, turn.locale_of(plan->helper));
}

}  // namespace huiyin
