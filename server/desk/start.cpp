#include "server/desk/start.h"

#include <algorithm>

#include "server/desk/owners.h"
#include "server/desk/roles.h"
#include "server/desk/same.h"
#include "server/desk/tell.h"

namespace huiyin {
namespace {

bool blames(CaseType type) { return type == CaseType::complaint || type == CaseType::violation; }

bool active(const Duty& duty, Instant now) {
  return (duty.from == Instant{} || duty.from <= now) && (duty.to == Instant{} || now < duty.to);
}

// The village, community or enterprise that somebody is stationed in; null above those.
const Unit* stationed_unit(const Turn& turn, const UnitCode& code) {
  for (const Unit* unit = turn.directory.unit(code); unit;
       unit = turn.directory.unit(unit->parent)) {
    switch (unit->kind) {
      case UnitKind::village:
      case UnitKind::community:
      case UnitKind::enterprise:
        return unit;
      case UnitKind::hamlet:
      case UnitKind::grid:
        continue;
      default:
        return nullptr;
    }
  }
  return nullptr;
}

// §6, by the place alone: the unit is unknown inside a known township, or there are several.
Level level_of_place(const Turn& turn, const Case& c, bool spans) {
  const Unit* unit = turn.directory.unit(c.unit);
  if (!unit) return Level::frontline;
  if (unit->kind == UnitKind::township) return Level::township;
  return spans ? turn.directory.level_of(c.unit) : Level::frontline;
}

}  // namespace

Level start_level(const Meaning& meaning) {
  if (!blames(meaning.type)) return Level::frontline;
  switch (meaning.officials) {
    case Officials::frontline:
      return Level::township;
    case Officials::township:
      return Level::county;
    default:
      return Level::frontline;
  }
}

bool not_for_its_owner(const Case& c, const Meaning& meaning) {
  const Level start = start_level(meaning);
  if (start == Level::frontline) return false;
  // A matter that only happens to be above the village may come down to those it blames.
  return c.level < start || (!c.concerned_unit && c.concerned.empty() && !blames(c.type));
}

void set_concerned(const Turn& turn, Case& c, Level start) {
  const auto& directory = turn.directory;
  const auto meant = [&](const UnitCode& code) {
    return start >= Level::county ? directory.township_of(code) : stationed_unit(turn, code);
  };
  const Unit* unit = meant(c.unit);
  if (unit && directory.within(unit->code, c.concerned_unit)) return;
  if (unit) c.concerned_unit = unit->code;
  // While nobody knows which village is meant, it may be any of them there.
  const UnitCode area = unit ? unit->code : seat_of(turn, c);
  for (const Duty& duty : directory.duties())
    if (active(duty, turn.now) && directory.within(duty.unit, area) && (unit || meant(duty.unit)) &&
        std::ranges::find(c.concerned, duty.person) == c.concerned.end())
      c.concerned.push_back(duty.person);
  std::ranges::sort(c.concerned);
  std::erase_if(c.parties, [&](const Party& party) { return concerned(turn, c, party.person); });
}

bool settle_start(Turn& turn, Case& c, bool spans) {
  if (c.level > Level::frontline) set_concerned(turn, c, c.level);
  const auto same = alike(turn, c);
  if (!turn.need().empty() || !link_same(turn, c, same)) return false;
  // Help goes the shortest way.
  if (c.urgency == Urgency::emergency) return true;
  if (c.enforcement) c.level = std::max(c.level, Level::township);
  c.level = std::max(c.level, level_of_place(turn, c, spans));
  if (c.level == Level::frontline && joint(turn, c, same)) c.level = Level::township;
  return true;
}

NoticeDraft* send_card(Turn& turn, const Case& c, PersonId to) {
  const Roles roles = roles_in(turn, c, to);
  const bool watches =
      !roles.has(Role::owner) && (roles.has(Role::office) || roles.has(Role::upper));
  const bool clerk = watches || duty_of(turn, to, c.owner_unit) == DutyRole::clerk;
  return tell_person(turn, c, to, "card", clerk ? Audience::office : Audience::owner);
}

void push_emergency(Turn& turn, const Case& c) {
  std::vector<PersonId> told{c.owner};
  auto also = deputies_of(turn, c);
  for (const auto& clerk : offices_of(turn, c)) also.push_back(clerk.person);
  for (const PersonId person : also) {
    if (std::ranges::find(told, person) != told.end()) continue;
    told.push_back(person);
    send_card(turn, c, person);
  }
}

NoticeDraft* register_and_dispatch(Turn& turn, Case& c, std::string_view kind) {
  turn.make_by_system(c, Move::register_case, c.text);
  const auto owner = responsible(turn, c);
  c.owner = owner.person;
  c.owner_unit = owner.unit;
  const Move next = c.level > Level::frontline ? Move::start_above : Move::dispatch;
  turn.make_by_system(c, next, "", c.owner_unit.raw());
  if (auto* card = send_card(turn, c, c.owner)) add_previous(turn, c, *card);
  tell_similar(turn, c);
  if (c.urgency == Urgency::emergency) push_emergency(turn, c);
  auto* draft = turn.echo(c, kind);
  if (draft) add_same(c, *draft);
  if (draft && c.privacy != Privacy::named) draft->facts[std::string{name(c.privacy)}] = "1";
  return draft;
}

}  // namespace huiyin
