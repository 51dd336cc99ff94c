#include "server/desk/place.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace huiyin {
namespace {

constexpr double kNearKilometres = 3.0;  // handbook §3
constexpr double kEarthKilometres = 6371.0;

double kilometres(double lat1, double lon1, double lat2, double lon2) {
  const double rad = std::numbers::pi / 180;
  const double a =
      std::pow(std::sin((lat2 - lat1) * rad / 2), 2) +
      std::cos(lat1 * rad) * std::cos(lat2 * rad) * std::pow(std::sin((lon2 - lon1) * rad / 2), 2);
  return 2 * kEarthKilometres * std::asin(std::min(1.0, std::sqrt(a)));
}

bool can_hold_cases(UnitKind kind) {
  return kind != UnitKind::department && kind != UnitKind::partner;
}

UnitCode nearest(const Turn& turn, const Position& at) {
  UnitCode best;
  double least = kNearKilometres;
  for (const auto& unit : turn.directory.units()) {
    if (!unit.latitude || !unit.longitude || !can_hold_cases(unit.kind)) continue;
    const double far = kilometres(at.latitude, at.longitude, *unit.latitude, *unit.longitude);
    if (far > least) continue;
    least = far;
    best = unit.code;
  }
  return best;
}

// "溪东自然村" of "楼家村溪东自然村" when the unit is 楼家村.
std::string below(const Unit& unit, const std::string& written) {
  std::size_t end = std::string::npos;
  const auto look = [&](const std::string& word) {
    if (word.empty()) return;
    const auto at = written.rfind(word);
    if (at != std::string::npos && (end == std::string::npos || at + word.size() > end))
      end = at + word.size();
  };
  look(unit.name);
  for (const auto& word : unit.aliases) look(word);
  for (const auto& word : unit.former_names) look(word);
  return end == std::string::npos ? std::string{} : written.substr(end);
}

}  // namespace

namespace {

// One name in the text: the unit, or the units of that name.
struct Named {
  std::size_t at = 0;
  std::vector<UnitCode> units;
};

// "我是楼家村的，新胜村的路灯坏了": where somebody lives is not where it is.
bool tells_home(std::string_view text, std::size_t at) {
  constexpr auto kBefore =
      std::to_array<std::string_view>({"我是", "我住", "我住在", "我家在", "我家住", "我们是"});
  const auto before = text.substr(0, std::min(at, text.size()));
  return std::ranges::any_of(kBefore,
                             [&](std::string_view word) { return before.ends_with(word); });
}

std::vector<Named> names_in(const Turn& turn, const Meaning& meaning) {
  std::vector<Named> names;
  for (const auto& mention : meaning.places) {
    if (!turn.directory.unit(mention.unit)) continue;
    const auto same = std::ranges::find(names, mention.at, &Named::at);
    Named& named = same != names.end() ? *same : names.emplace_back(Named{mention.at, {}});
    if (std::ranges::find(named.units, mention.unit) == named.units.end())
      named.units.push_back(mention.unit);
  }
  if (names.size() > 1) {
    const auto home = [&](const Named& named) { return tells_home(meaning.text, named.at); };
    if (!std::ranges::all_of(names, home)) std::erase_if(names, home);
  }
  return names;
}

// Of two places named together, the homonym is the one in the other's township.
void choose_neighbours(const Turn& turn, std::vector<Named>& names) {
  for (const Named& sure : names) {
    if (sure.units.size() != 1) continue;
    const Unit* town = turn.directory.township_of(sure.units.front());
    for (Named& open : names) {
      if (!town || open.units.size() < 2) continue;
      std::vector<UnitCode> near;
      for (const UnitCode& unit : open.units)
        if (turn.directory.within(unit, town->code)) near.push_back(unit);
      if (near.size() == 1) open.units = std::move(near);
    }
  }
}

// Where the person is bound is the likeliest, so it is offered first.
void offer_home_first(const Turn& turn, std::vector<UnitCode>& units) {
  const auto home = turn.me().bound_unit;
  std::stable_partition(units.begin(), units.end(), [&](const UnitCode& unit) {
    return home && turn.directory.within(home, unit);
  });
}

Where between(const Turn& turn, std::vector<UnitCode> units) {
  Where where;
  where.spans = true;
  where.unit = common_area(turn, units);
  for (const UnitCode& unit : units) {
    if (!where.place.empty()) where.place += "、";
    where.place += turn.directory.full_name(unit);
  }
  where.units = std::move(units);
  return where;
}

}  // namespace

Where place_said(const Turn& turn, const Message& message, const Meaning& meaning) {
  Where where;
  auto names = names_in(turn, meaning);
  choose_neighbours(turn, names);
  if (names.empty() && message.position) {
    if (auto unit = nearest(turn, *message.position)) names.push_back({0, {std::move(unit)}});
  }
  if (names.empty()) return where;
  std::vector<UnitCode> units;
  bool open = false;
  for (Named& named : names) {
    open = open || named.units.size() > 1;
    for (UnitCode& unit : named.units)
      if (std::ranges::find(units, unit) == units.end()) units.push_back(std::move(unit));
  }
  if (open) {
    offer_home_first(turn, units);
    where.choices = std::move(units);
    return where;
  }
  if (units.size() > 1)
    if (where = between(turn, units); where.unit) return where;
  where.unit = units.front();
  const auto mention = std::ranges::find(meaning.places, where.unit, &PlaceMention::unit);
  const bool written = names.size() == 1 && mention == meaning.places.begin();
  where.place = turn.directory.full_name(where.unit);
  if (written || meaning.places.empty())
    where.place += below(*turn.directory.unit(where.unit), meaning.place_text);
  return where;
}

Where place_of(const Turn& turn, const Message& message, const Meaning& meaning) {
  Where where = place_said(turn, message, meaning);
  if (where.unit || !where.choices.empty()) return where;
  const auto& home = turn.me().bound_unit;
  if (!home || !turn.directory.unit(home)) return where;
  where.unit = home;
  where.place = turn.directory.full_name(home);
  where.bound = true;
  return where;
}

UnitCode common_area(const Turn& turn, const std::vector<UnitCode>& units) {
  if (units.empty()) return {};
  for (const Unit* area = turn.directory.unit(units.front()); area;
       area = turn.directory.unit(area->parent))
    if (std::ranges::all_of(
            units, [&](const UnitCode& unit) { return turn.directory.within(unit, area->code); }))
      return area->code;
  return {};
}

bool served(const Turn& turn, const UnitCode& unit) {
  return !turn.policy.area || turn.directory.within(unit, turn.policy.area);
}

std::vector<std::map<std::string, std::string>> place_rows(const Turn& turn,
                                                           const std::vector<UnitCode>& units) {
  std::vector<std::map<std::string, std::string>> rows;
  for (const auto& unit : units)
    rows.push_back(
        {{"no", std::to_string(rows.size() + 1)}, {"name", turn.directory.full_name(unit)}});
  return rows;
}

}  // namespace huiyin
