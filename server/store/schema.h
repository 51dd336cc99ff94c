// Numbered migrations. Internal to server/store.
#pragma once

#include <cstdint>

namespace huiyin::store {

class Connection;

// Brings the schema to the newest version. Safe to run again, from several processes at once, and
// after a run that was cut short: every statement may be repeated.
void migrate(Connection& connection);
// True when all migrations of this program have been applied (or newer ones as well).
bool schema_current(Connection& connection);

// First value of sequence "id": lower ones are for rows that the program knows by number.
inline constexpr std::int64_t kFirstId = 1000;

}  // namespace huiyin::store
