#include "server/desk/rounds.h"

namespace huiyin {

std::optional<Instant> rounds::due(const RoundDone& /*last*/, const Directory& /*directory*/,
                                   const Policy& /*policy*/) {
  return std::nullopt;
}

void round_due(Turn& /*turn*/, const Round& /*round*/) {}

}  // namespace huiyin
