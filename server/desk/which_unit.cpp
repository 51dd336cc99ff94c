#include "server/desk/which_unit.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "server/desk/cadre_moves.h"
#include "server/desk/questions.h"
#include "server/desk/words.h"

namespace huiyin {
namespace {

constexpr std::size_t kMostListed = 9;  // one digit must do
constexpr auto kBreaks = std::to_array<std::string_view>(
    {" ", "\t", "\n", ",", ";", ":", "，", "、", "；", "：", "。", "　"});
// "石璜镇三服务办公室" is the township, seen from its office.
constexpr auto kOffices = std::to_array<std::string_view>({"三服务办公室", "三服务办", "办公室"});
// Whom a person named is asked as, when he is several things.
constexpr auto kDuties = std::to_array<DutyRole>(
    {DutyRole::stationed_cadre, DutyRole::contact, DutyRole::clerk, DutyRole::deputy,
     DutyRole::liaison, DutyRole::grid_worker, DutyRole::helper});

std::string_view break_at(std::string_view text) {
  for (const auto mark : kBreaks)
    if (text.starts_with(mark)) return mark;
  return {};
}

std::string_view skip_breaks(std::string_view text) {
  for (auto mark = break_at(text); !mark.empty(); mark = break_at(text))
    text.remove_prefix(mark.size());
  return text;
}

std::string_view word(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i)
    if (!break_at(text.substr(i)).empty()) return text.substr(0, i);
  return text;
}

bool begins_character(std::string_view text, std::size_t at) {
  return at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

class Reader {
 public:
  Reader(const Turn& turn, const std::vector<UnitCode>& areas) : turn_{turn}, areas_{areas} {}

  std::vector<Target> read(std::string_view argument) const {
    const auto first = word(argument);
    if (auto found = whole(first, argument.substr(first.size())); !found.empty()) return found;
    // "水利局请去看看": nothing parts the name from the words. At least two characters are a name.
    constexpr std::size_t kShortest = 6;
    for (std::size_t length = first.size(); length-- > kShortest;)
      if (begins_character(first, length))
        if (auto found = whole(first.substr(0, length), argument.substr(length)); !found.empty())
          return found;
    return {};
  }

 private:
  bool within_areas(const UnitCode& unit) const {
    return std::ranges::any_of(
        areas_, [&](const UnitCode& area) { return turn_.directory.within(unit, area); });
  }

  std::vector<Target> whole(std::string_view name, std::string_view rest) const {
    std::vector<Target> found;
    for (const Unit* unit : units(name)) add_unit(found, *unit, rest);
    if (found.empty()) add_people(found, name, UnitCode{}, rest);
    return found;
  }

  std::vector<const Unit*> units(std::string_view name) const {
    auto found = turn_.directory.named(name, turn_.now);
    for (const auto office : kOffices)
      if (found.empty() && name.ends_with(office))
        found = turn_.directory.named(name.substr(0, name.size() - office.size()), turn_.now);
    if (found.empty()) found = units_in(name);
    std::erase_if(found, [&](const Unit* unit) { return !within_areas(unit->code); });
    return found;
  }

  // "石璜镇新胜村": the unit with the name of the unit above before it.
  std::vector<const Unit*> units_in(std::string_view name) const {
    std::vector<const Unit*> found;
    for (std::size_t cut = 1; cut < name.size(); ++cut) {
      if (!begins_character(name, cut)) continue;
      const auto inner = turn_.directory.named(name.substr(cut), turn_.now);
      if (inner.empty()) continue;
      for (const Unit* outer : turn_.directory.named(name.substr(0, cut), turn_.now))
        for (const Unit* unit : inner)
          if (unit != outer && turn_.directory.within(unit->code, outer->code))
            found.push_back(unit);
      if (!found.empty()) break;
    }
    return found;
  }

  void add_unit(std::vector<Target>& found, const Unit& unit, std::string_view rest) const {
    const auto words = skip_breaks(rest);
    const auto name = word(words);
    const auto before = found.size();
    add_people(found, name, unit.code, words.substr(name.size()));
    if (found.size() > before) return;
    const auto who = turn_.directory.owner_for(unit.code, turn_.now);
    if (who.person != kDutyDesk) found.push_back({unit.code, who, false, std::string{words}});
  }

  // People of that name with a duty in `unit` or below it; without unit, in one of the areas.
  void add_people(std::vector<Target>& found, std::string_view name, const UnitCode& unit,
                  std::string_view rest) const {
    for (const PersonId person : turn_.directory.people_named(name)) {
      const auto duties = turn_.directory.duties_of(person, turn_.now);
      for (const DutyRole role : kDuties) {
        const auto duty = std::ranges::find_if(duties, [&](const Duty& d) {
          const bool here = !unit || turn_.directory.within(d.unit, unit);
          return d.role == role && here && within_areas(d.unit);
        });
        if (duty == duties.end()) continue;
        const Assignment who{person, duty->unit, role};
        found.push_back({duty->unit, who, true, std::string{skip_breaks(rest)}});
        break;
      }
    }
  }

  const Turn& turn_;
  const std::vector<UnitCode>& areas_;
};

// The same command with a name that only this one has.
std::string exact(const Turn& turn, const Target& target) {
  std::string argument{target.unit.raw()};
  if (target.named) {
    const Person* person = turn.directory.person(target.who.person);
    if (person) argument += " " + (person->code.empty() ? person->name : person->code);
  }
  if (!target.rest.empty()) argument += " " + target.rest;
  return argument;
}

void ask_which(Turn& turn, const Targets& targets, const Command& command) {
  std::vector<std::string> options;
  std::vector<std::map<std::string, std::string>> rows;
  for (const Target& target : targets.several) {
    if (rows.size() == kMostListed) break;
    std::string name = turn.directory.full_name(target.unit);
    if (target.named)
      if (const Person* person = turn.directory.person(target.who.person))
        name += " " + person->name;
    rows.push_back({{"no", std::to_string(rows.size() + 1)}, {"name", std::move(name)}});
    options.push_back(questions::pack(command.verb, command.number, exact(turn, target)));
  }
  auto& draft = turn.reply("which_unit", Audience::owner);
  draft.facts["name"] = targets.name;
  draft.lists["options"] = std::move(rows);
  turn.ask(std::string{questions::kWhichCase}, CaseId{}, std::move(options));
}

}  // namespace

Targets find_targets(const Turn& turn, const std::string& argument,
                     const std::vector<UnitCode>& areas) {
  Targets targets;
  const auto words = skip_breaks(argument);
  targets.name = word(words);
  if (!targets.name.empty()) targets.several = Reader{turn, areas}.read(words);
  return targets;
}

std::optional<Target> one_target(Turn& turn, const Case& c, const Command& command,
                                 const std::vector<UnitCode>& areas) {
  Targets targets = find_targets(turn, command.argument, areas);
  if (targets.several.size() == 1) return std::move(targets.several.front());
  Command about = command;
  about.number = c.number;
  if (targets.name.empty())
    ask_words(turn, c, about, words::Why::target_missing);
  else if (targets.several.empty())
    ask_words(turn, c, about, words::Why::target_unknown);
  else
    ask_which(turn, targets, about);
  return std::nullopt;
}

}  // namespace huiyin
