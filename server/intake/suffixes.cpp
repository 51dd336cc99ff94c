#include "server/intake/suffixes.h"

#include <algorithm>
#include <array>

namespace huiyin {
namespace {

using enum UnitKind;
constexpr std::uint32_t kVillages = mask(village) | mask(hamlet);
constexpr std::uint32_t kFrontline = kVillages | mask(community);

constexpr auto kSuffixes = std::to_array<Suffix>({
    {U"村民委员会", mask(village), kFrontline},
    {U"村委会", mask(village), kFrontline},
    {U"村委", mask(village), kFrontline},
    {U"行政村", mask(village), kFrontline},
    {U"自然村", mask(hamlet), kVillages},
    {U"村", mask(village), kFrontline},
    {U"社区居民委员会", mask(community), kFrontline},
    {U"社区居委会", mask(community), kFrontline},
    {U"居民委员会", mask(community), kFrontline},
    {U"居委会", mask(community), kFrontline},
    {U"居民区", mask(community), kFrontline},
    {U"居委", mask(community), kFrontline},
    {U"社区", mask(community), kFrontline},
    {U"网格", mask(grid), mask(grid)},
    {U"街道办事处", mask(township), mask(township)},
    {U"街道办", mask(township), mask(township)},
    {U"街道", mask(township), mask(township)},
    {U"镇人民政府", mask(township), mask(township)},
    {U"镇政府", mask(township), mask(township)},
    {U"乡政府", mask(township), mask(township)},
    {U"镇", mask(township), mask(township)},
    {U"乡", mask(township), mask(township)},
    {U"市", mask(city) | mask(county), mask(city) | mask(county)},
    {U"区", mask(county), mask(county)},
    {U"县", mask(county), mask(county)},
    {U"股份有限公司", mask(enterprise), mask(enterprise)},
    {U"有限责任公司", mask(enterprise), mask(enterprise)},
    {U"集团有限公司", mask(enterprise), mask(enterprise)},
    {U"有限公司", mask(enterprise), mask(enterprise)},
    {U"公司", mask(enterprise), mask(enterprise)},
});

constexpr auto kElsewhere = std::to_array<std::u32string_view>(
    {U"路", U"大道", U"街", U"大厦", U"饭店", U"大桥", U"超市", U"菜馆", U"酒店", U"宾馆"});
constexpr auto kElsewhereBare = std::to_array<std::u32string_view>(
    {U"广场",   U"小区", U"花园", U"公园", U"市场", U"菜场", U"小学", U"中学", U"学校",
     U"幼儿园", U"医院", U"公寓", U"苑",   U"商场", U"商城", U"新城", U"家园", U"名都",
     U"桥",     U"站",   U"水库", U"山",   U"湖",   U"江",   U"溪",   U"园区", U"工业",
     U"厂",     U"公司", U"银行", U"府",   U"城",   U"里"});

}  // namespace

const Suffix* suffix_of(std::u32string_view text, std::uint32_t kinds) {
  const Suffix* best = nullptr;
  for (const Suffix& suffix : kSuffixes) {
    if (((suffix.kinds | suffix.also) & kinds) == 0 || !text.starts_with(suffix.text)) continue;
    if (best == nullptr || suffix.text.size() > best->text.size()) best = &suffix;
  }
  return best;
}

bool has_suffix(std::u32string_view text) {
  if (text.empty()) return false;
  constexpr std::u32string_view kFirst = U"村行自社居网街镇乡市区县股有集公";
  return kFirst.find(text.front()) != std::u32string_view::npos && suffix_of(text, ~0U) != nullptr;
}

std::size_t stem_length(std::u32string_view name, UnitKind kind) {
  std::size_t longest = 0;
  for (const Suffix& suffix : kSuffixes) {
    // A community may be called 村, a village 社区: former names keep their old kind.
    const bool fits = ((suffix.kinds | suffix.also) & mask(kind)) != 0;
    if (fits && name.size() > suffix.text.size() && name.ends_with(suffix.text)) {
      longest = std::max(longest, suffix.text.size());
    }
  }
  return name.size() - longest;
}

int rank_of(UnitKind kind) {
  switch (kind) {
    case city:
      return 0;
    case county:
      return 1;
    case township:
      return 2;
    case hamlet:
    case grid:
      return 4;
    default:
      return 3;
  }
}

bool names_something_else(std::u32string_view after, bool with_suffix) {
  // 楼家路 is a road, 楼家村路灯 is a lamp of the village.
  constexpr std::u32string_view kRoadMatter = U"灯面口上边坏断基况段障都不没已被很太又全也";
  if (after.size() > 1 && after.front() == U'路' &&
      kRoadMatter.find(after[1]) != std::u32string_view::npos) {
    return false;
  }
  const auto starts = [&](std::u32string_view word) { return after.starts_with(word); };
  return std::ranges::any_of(kElsewhere, starts) ||
         (!with_suffix && std::ranges::any_of(kElsewhereBare, starts));
}

}  // namespace huiyin
