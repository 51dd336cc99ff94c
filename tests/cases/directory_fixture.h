// The seed's place and people for tests of the directory.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "server/cases/directory.h"

namespace huiyin::directory_test {

using namespace std::chrono_literals;

inline Instant on(std::chrono::year_month_day date, std::chrono::minutes time = 10h) {
  return from_shanghai(std::chrono::local_days{date} + time);
}
inline const Instant kNow = on(2026y / 3 / 26);  // a Thursday, 10:00

inline Unit make_unit(std::string code, std::string name, UnitKind kind, std::string parent) {
  Unit u;
  u.code = UnitCode{std::move(code)};
  u.name = std::move(name);
  u.kind = kind;
  u.parent = UnitCode{std::move(parent)};
  return u;
}

// The seed's place, one unit of each kind that matters.
inline std::vector<Unit> units() {
  return {
      make_unit("xi-dong", "溪东自然村", UnitKind::hamlet, "lou-jia"),  // children may come first
      make_unit("sx", "绍兴市", UnitKind::city, ""),
      make_unit("sz", "嵊州市", UnitKind::county, "sx"),
      make_unit("shi-huang", "石璜镇", UnitKind::township, "sz"),
      make_unit("lou-jia", "楼家村", UnitKind::village, "shi-huang"),
      make_unit("bai-yun", "白云社区", UnitKind::community, "shi-huang"),
      make_unit("grid-1", "第一网格", UnitKind::grid, "bai-yun"),
      make_unit("works", "石璜镇水利站", UnitKind::department, "shi-huang"),
      make_unit("ginger", "溪东生姜合作社", UnitKind::enterprise, "lou-jia"),
      make_unit("water", "水利局", UnitKind::department, "sz"),
  };
}

struct At {
  const char* unit;
  std::int64_t person;
  DutyRole role;
  int priority = 1;
  const char* hours = "";
  Instant from = {}, to = {};
};

inline Directory make(const std::vector<At>& duties, std::vector<Account> accounts = {}) {
  std::vector<Duty> rows;
  std::vector<Person> persons;
  for (const At& at : duties) {
    Duty duty;
    duty.unit = UnitCode{at.unit};
    duty.person = PersonId{at.person};
    duty.role = at.role;
    duty.priority = at.priority;
    duty.hours = at.hours;
    duty.from = at.from;
    duty.to = at.to;
    rows.push_back(duty);
    Person person;
    person.id = duty.person;
    person.name = "P" + std::to_string(at.person);
    persons.push_back(person);
  }
  return Directory{7, units(), rows, persons, std::move(accounts)};
}

inline constexpr auto kCadre = DutyRole::stationed_cadre;
inline constexpr auto kDeputy = DutyRole::deputy;
inline constexpr auto kClerk = DutyRole::clerk;

}  // namespace huiyin::directory_test
