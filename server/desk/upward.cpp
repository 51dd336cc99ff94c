// Help from beside and from above: 协办, and 上报 (T8), before which the partners nearby are shown
// (借势借力, handbook §6).
#include <algorithm>
#include <array>

#include "server/desk/cadre_moves.h"
#include "server/desk/facts.h"
#include "server/desk/owners.h"
#include "server/desk/parties.h"
#include "server/desk/questions.h"
#include "server/desk/register.h"
#include "server/desk/result.h"
#include "server/desk/roles.h"
#include "server/desk/tell.h"
#include "server/desk/which_unit.h"

namespace huiyin {
namespace {

using words::Why;

constexpr std::string_view kShown = "partners";  // detail of the note that they were shown
constexpr std::size_t kMostPartners = 5;

// Why it goes up, for the statistics of hard matters (handbook §6).
std::string reason_codes(std::string_view text) {
  struct Code {
    std::string_view code, word;
  };
  constexpr auto kWords = std::to_array<Code>({
      {"power", "权限"},
      {"power", "无权"},
      {"power", "没有权"},
      {"power", "管不了"},
      {"power", "超出能力"},
      {"power", "beyond"},
      {"departments", "多部门"},
      {"departments", "多个部门"},
      {"departments", "几个部门"},
      {"departments", "跨部门"},
      {"departments", "departments"},
      {"coordination", "协调未果"},
      {"coordination", "协调不"},
      {"coordination", "协商未果"},
      {"coordination", "谈不拢"},
  });
  std::string codes;
  for (const Code& entry : kWords) {
    if (text.find(entry.word) == std::string_view::npos) continue;
    if (codes.find(entry.code) != std::string::npos) continue;
    if (!codes.empty()) codes += ' ';
    codes += entry.code;
  }
  return codes;
}

std::vector<const Unit*> partners_left(const Turn& turn, const Case& c) {
  auto partners = turn.directory.partners_for(c.topic, c.unit, turn.now);
  std::erase_if(partners, [&](const Unit* unit) {
    return std::ranges::any_of(c.parties, [&](const Party& party) {
      return party.kind == PartyKind::co_handler && party.unit == unit->code;
    });
  });
  if (partners.size() > kMostPartners) partners.resize(kMostPartners);
  return partners;
}

bool shown_before(const Turn& turn, const Case& c) {
  return std::ranges::any_of(turn.set.history(c.id), [](const Event& event) {
    return event.move == Move::note && event.detail == kShown;
  });
}

void show_partners(Turn& turn, Case c, const Command& command,
                   const std::vector<const Unit*>& partners) {
  std::string names;
  for (const Unit* unit : partners) names += (names.empty() ? "" : "、") + unit->name;
  turn.make(c, Move::note, roles_in(turn, c, turn.speaker()), names, std::string{kShown});
  auto& draft = answer_about(turn, c, "partners", Audience::owner);
  draft.buttons.clear();
  std::vector<std::string> options;
  const auto& locale = turn.me().locale;
  for (const Unit* unit : partners) {
    std::map<std::string, std::string> row{{"no", std::to_string(options.size() + 1)},
                                           {"name", unit->name}};
    if (!unit->phone.empty()) row["phone"] = unit->phone;
    draft.lists["partners"].push_back(std::move(row));
    draft.buttons.push_back({std::string{words::verb(Verb::co_handle, locale)} + " " + unit->name,
                             words::command(Verb::co_handle, c.number) + " " + unit->name});
    options.push_back(questions::pack(Verb::co_handle, c.number, unit->name));
  }
  options.push_back(questions::pack(Verb::escalate, c.number, command.argument));
  turn.ask(std::string{questions::kPartners}, CaseId{}, std::move(options));
  turn.put(std::move(c));
}

// True: the answer is the list of partners, or rows are missing.
bool asks_partners_first(Turn& turn, const Case& c, const Command& command) {
  if (c.level != Level::frontline) return false;
  const auto partners = partners_left(turn, c);
  if (partners.empty()) return false;
  if (!turn.has_history(c.id)) return true;
  if (shown_before(turn, c)) return false;
  show_partners(turn, c, command, partners);
  return true;
}

}  // namespace

void escalate(Turn& turn, Case c, const Command& command) {
  if (meaningful_characters(command.argument) < 2)
    return ask_words(turn, c, command, Why::escalate_reason);
  if (asks_partners_first(turn, c, command)) return;
  const Roles roles = roles_in(turn, c, turn.speaker());
  if (!turn.allowed(c, Move::escalate, roles)) sign_if_needed(turn, c);
  turn.make(c, Move::escalate, roles, command.argument, reason_codes(command.argument));
  const PersonId before = c.owner;
  give_to(turn, c, responsible(turn, c));
  auto* echo = turn.echo(c, "escalated");
  if (echo) echo->facts["reason"] = without_stop(as_told(command.argument));
  const bool heard = hears(echo);
  confirm_given(turn, c, Verb::escalate, heard);
  if (c.owner != turn.speaker())
    if (auto* card = send_card(turn, c, c.owner))
      card->facts["reason"] = without_stop(as_written(command.argument));
  if (before != turn.speaker() && before != c.owner && !concerned(turn, c, before))
    tell_person(turn, c, before, "taken_over", Audience::owner);
  turn.put(std::move(c));
}

void co_handle(Turn& turn, Case c, const Command& command) {
  // Whoever can help in the county, whatever his level; the city's own for its cases.
  const auto& directory = turn.directory;
  const UnitCode area = directory.office_at(seat_of(turn, c), std::max(c.level, Level::county));
  const auto target = one_target(turn, c, command, {area});
  if (!target) return;
  const PersonId who = target->who.person;
  if (who == c.owner || takes_part(c, who, PartyKind::co_handler))
    return refuse_about(turn, c, Why::has_it_already);
  if (!who || who == kDutyDesk || concerned(turn, c, who))
    return refuse_about(turn, c, Why::cannot_have);
  const std::string words = target->rest;
  turn.make(c, Move::co_handle, roles_in(turn, c, turn.speaker()), words, target->who.unit.raw());
  std::erase_if(c.parties, [&](const Party& party) {
    return party.person == who && party.kind == PartyKind::watcher;
  });
  Party helper;
  helper.person = who;
  helper.kind = PartyKind::co_handler;
  helper.unit = target->who.unit;
  helper.since = turn.now;
  add_party(c, std::move(helper));
  auto& done = confirm(turn, c, Verb::co_handle, false);
  done.facts["helper"] = directory.full_name(target->who.unit);
  if (auto* card = tell_person(turn, c, who, "co_card", Audience::owner)) {
    card->facts["helps"] = directory.full_name(target->who.unit);
    if (!words.empty()) card->facts["words"] = without_stop(as_written(words));
  }
  turn.put(std::move(c));
}

}  // namespace huiyin
