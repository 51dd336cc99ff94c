// Who serves where, and who is away. Rows of the directory that conversations may change too.
#pragma once

#include <array>
#include <string>

#include "server/cases/ids.h"
#include "server/cases/names.h"
#include "server/cases/time.h"

namespace huiyin {

enum class DutyRole {
  stationed_cadre,
  liaison,
  grid_worker,
  deputy,
  clerk,
  leader,
  contact,
  part_time_member,
  helper,
};
template <>
struct EnumNames<DutyRole> {
  static constexpr std::array<std::string_view, 9> kNames{
      "stationed_cadre", "liaison", "grid_worker",      "deputy", "clerk",
      "leader",          "contact", "part_time_member", "helper"};
};

// Who serves where, from when to when. Priority 1 is asked first, then the smaller person id.
struct Duty {
  UnitCode unit;
  PersonId person;
  int priority = 1;
  DutyRole role = DutyRole::stationed_cadre;
  Instant from, to;   // epoch: open; `to` is exclusive
  std::string hours;  // duty roster of hours.h "08:30-17:30 Mon-Fri"; empty: always
};

// 请假: from `from` to `to` (exclusive) the deputy has whatever the person has.
struct Leave {
  PersonId person;
  Instant from, to;
  PersonId deputy;  // none: as if nobody served there
  friend bool operator==(const Leave&, const Leave&) = default;
};

}  // namespace huiyin
