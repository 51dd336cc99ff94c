#include "server/desk/place.h"

#include <algorithm>
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

Where place_said(const Turn& turn, const Message& message, const Meaning& meaning) {
  Where where;
  std::vector<UnitCode> units;
  for (const auto& mention : meaning.places)
    if (turn.directory.unit(mention.unit) && std::ranges::find(units, mention.unit) == units.end())
      units.push_back(mention.unit);
  if (units.empty() && message.position) {
    if (auto unit = nearest(turn, *message.position)) units.push_back(std::move(unit));
  }
  if (units.empty()) return where;
  if (units.size() > 1) {
    // Where the person is bound is the likeliest, so it is offered first.
    const auto home = turn.me().bound_unit;
    std::stable_partition(units.begin(), units.end(), [&](const UnitCode& unit) {
      return home && turn.directory.within(home, unit);
    });
    where.choices = std::move(units);
    return where;
  }
  where.unit = units.front();
  where.place = turn.directory.full_name(where.unit) +
                below(*turn.directory.unit(where.unit), meaning.place_text);
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
