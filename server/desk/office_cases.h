// Which cases offices and leaders decide on: their queues, and whatever lies in their area.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/desk/candidates.h"
#include "server/desk/turn.h"
#include "server/desk/words.h"

namespace huiyin {

// The units at which the speaker is clerk (leader ...), or stands in for one.
std::vector<UnitCode> desks_of(const Turn& turn, DutyRole role);

// Cases that wait at one of `desks`, none that is about the speaker or those he serves with; the
// longest waiting first. Empty while rows are missing.
std::vector<const Case*> queue_of(Turn& turn, const std::vector<UnitCode>& desks);

// By full number: whatever the speaker may see. By the last digits, or without number the only one
// that fits: among the queue, what he has himself, and what he shares.
Found find_decided(Turn& turn, const std::string& number, const std::vector<UnitCode>& desks,
                   const Fits& fits);

// The roles as which an office (leader) decides, without those of an owner or reporter.
Roles deciding_roles(const Turn& turn, const Case& c);
// The row by which the speaker makes the move in one of these roles.
std::optional<Rule> may_decide(const Turn& turn, const Case& c, Move move);

// One case for the command, for which `fits` holds. Null: rows are missing, or the speaker was told
// that it is not found, which one is meant, or `why` it cannot be done now.
const Case* decided_case(Turn& turn, const Command& command, const std::vector<UnitCode>& desks,
                         const Fits& fits, words::Why why);

}  // namespace huiyin
