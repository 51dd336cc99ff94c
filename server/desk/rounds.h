// Tasks that come again: every owner is still entitled (P1), every unit is covered.
#pragma once

#include <optional>
#include <string_view>

#include "server/desk/turn.h"

namespace huiyin {

namespace rounds {
// Somebody left, went on leave or came back: his open cases go to the next in line.
inline constexpr std::string_view kOwners = "owners";
// The brief of a working day: which units have nobody, to the township offices.
inline constexpr std::string_view kCoverage = "coverage";
inline constexpr std::string_view kAll[] = {kOwners, kCoverage};

// When it is due next; `last` as stored, never done: at the epoch. Done more than a day after
// `now`, by a clock that was wrong, counts as never: nobody would look for who has left until that
// day comes. Empty: nothing is to come. Pure, asked by the timers between the rounds.
std::optional<Instant> due(const RoundDone& last, const Directory& directory, const Policy& policy,
                           Instant now);
}  // namespace rounds

void round_due(Turn& turn, const Round& round);

}  // namespace huiyin
