// config/deadlines.toml and config/holidays.toml. Like all readers here: never throws for what a
// file holds, all problems at once, keys that are left out have the handbook's figures.
#pragma once

#include <string>
#include <string_view>

#include "server/cases/calendar.h"
#include "server/ops/problem.h"

namespace huiyin {

struct LoadedClocks {
  Clocks clocks;
  Problems problems;
};
LoadedClocks load_clocks(const std::string& path);
LoadedClocks read_clocks(std::string_view toml, const std::string& name);

struct LoadedCalendar {
  WorkingCalendar calendar;
  Problems problems;
};
LoadedCalendar load_calendar(const std::string& path);
LoadedCalendar read_calendar(std::string_view toml, const std::string& name);

}  // namespace huiyin
