#include "server/desk/queues.h"

#include <algorithm>

#include "server/desk/roles.h"

namespace huiyin {

std::vector<Wait> waits_of(const Turn& turn, const Case& c) {
  std::vector<Wait> waits;
  if (!is_open(c.stage) || c.stage == Stage::draft) return waits;
  const UnitCode office = office_unit(turn, c);
  if (c.stage == Stage::registered || c.stage == Stage::pending_triage)
    waits.push_back({office, WaitKind::triage});
  if (c.stage == Stage::pending_claim) {
    waits.push_back({office, WaitKind::claim});
    // Nobody claimed it in time: the city lists it as well.
    const UnitCode city = turn.directory.office_at(office, Level::city);
    if (c.listed_at >= c.stage_at && c.listed_at != Instant{} && city != office)
      waits.push_back({city, WaitKind::claim});
  } else if (c.listed_at != Instant{}) {
    waits.push_back({office, WaitKind::hard});
  }
  if (c.request.kind != RequestKind::none)
    waits.push_back({upper_unit(turn, c), WaitKind::approval});
  std::ranges::sort(waits);
  return waits;
}

}  // namespace huiyin
