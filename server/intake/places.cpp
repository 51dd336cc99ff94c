#include "server/intake/places.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "server/intake/place_reader.h"
#include "server/intake/suffixes.h"

namespace huiyin {

PlaceIndex::PlaceIndex(const Directory& directory) {
  const std::vector<Unit>& units = directory.units();
  std::vector<std::uint32_t> order(units.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return rank_of(units[i].kind); });

  std::unordered_map<std::string_view, std::uint32_t> by_code;
  by_code.reserve(units.size());
  places_.reserve(units.size());
  for (const std::uint32_t i : order) {
    const Unit& unit = units[i];
    by_code.emplace(unit.code.raw(), static_cast<std::uint32_t>(places_.size()));
    places_.push_back({unit.code, unit.name, unit.kind, kNone, unit.valid_from, unit.valid_to});
  }
  std::vector<Trie::Entry> entries;
  entries.reserve(units.size() * 2);
  for (std::uint32_t p = 0; p < places_.size(); ++p) {
    const Unit& unit = units[order[p]];
    const auto parent = by_code.find(unit.parent.raw());
    if (parent != by_code.end()) places_[p].parent = parent->second;
    if (unit.kind == UnitKind::department || unit.kind == UnitKind::partner) continue;
    add_name(entries, unit.name, p);
    // Other names are taken as a whole: 绍兴县 was 柯桥区, but 绍兴市 is not.
    for (const auto* names : {&unit.aliases, &unit.former_names}) {
      for (const std::string& name : *names) {
        std::u32string word = fold_word(name);
        if (word.size() > 1) entries.emplace_back(std::move(word), p * 2 + 1);
      }
    }
  }
  stems_ = Trie{std::move(entries)};
}

void PlaceIndex::add_name(std::vector<Trie::Entry>& entries, const std::string& name,
                          std::uint32_t place) {
  std::u32string word = fold_word(name);
  const std::size_t stem = stem_length(word, places_[place].kind);
  if (stem == word.size()) {
    if (word.size() > 1) entries.emplace_back(std::move(word), place * 2 + 1);
    return;
  }
  const bool trade_name = places_[place].kind == UnitKind::enterprise;
  constexpr std::size_t kTradeName = 4;  // 绍兴华越 names a firm by itself, 华越 may be anything
  entries.emplace_back(word.substr(0, stem),
                       place * 2 + (trade_name && stem >= kTradeName ? 1U : 0U));
}

bool PlaceIndex::within(std::uint32_t place, std::uint32_t area) const {
  while (place != kNone && place != area) place = places_[place].parent;
  return place == area;
}

std::string PlaceIndex::full_name(std::uint32_t place) const {
  std::string name = places_[place].name;
  if (rank_of(places_[place].kind) <= rank_of(UnitKind::township)) return name;
  for (std::uint32_t p = places_[place].parent; p != kNone; p = places_[p].parent) {
    if (rank_of(places_[p].kind) < rank_of(UnitKind::township)) break;
    name.insert(0, places_[p].name);
  }
  return name;
}

std::vector<PlaceIndex::Span> PlaceIndex::read(const Folded& text, Instant at,
                                               Meaning& meaning) const {
  return PlaceReader{*this, text, at}.read(meaning);
}

}  // namespace huiyin
