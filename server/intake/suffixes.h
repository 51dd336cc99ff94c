// 村, 村委会, 社区, 镇 ...: what turns a stem into the name of a unit of some kind.
#pragma once

#include <cstdint>
#include <string_view>

#include "server/cases/directory.h"

namespace huiyin {

constexpr std::uint32_t mask(UnitKind kind) { return 1U << static_cast<unsigned>(kind); }

struct Suffix {
  std::u32string_view text;
  std::uint32_t kinds;  // said of these
  std::uint32_t also;   // and, when no such unit is known, of these: 村 of a community
};

// The longest suffix at the start of `text` that fits one of `kinds`; nullptr when there is none.
const Suffix* suffix_of(std::u32string_view text, std::uint32_t kinds);
// True when some suffix stands at the start of `text`.
bool has_suffix(std::u32string_view text);
// Length of `name` without the suffix of its kind; the whole length when it has none.
std::size_t stem_length(std::u32string_view name, UnitKind kind);

// 0 city .. 4 hamlet and grid. Departments and partners are no places.
int rank_of(UnitKind kind);

// Roads, shops and buildings carry names of villages: 楼家路, 楼家饭店.
bool names_something_else(std::u32string_view after, bool with_suffix);

}  // namespace huiyin
