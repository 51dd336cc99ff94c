// The demo area of config/seed: everybody there can reach somebody.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>

#include "tests/intake/samples.h"

namespace huiyin {
namespace {

using Row = std::map<std::string, std::string>;

std::vector<Row> rows_of(const std::string& table) {
  std::ifstream in{HUIYIN_SOURCE_DIR "/config/seed/" + table + ".tsv"};
  const auto split = [](const std::string& line) {
    std::vector<std::string> fields{""};
    for (const char c : line) {
      if (c == '\t') {
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    return fields;
  };
  std::string line;
  std::getline(in, line);
  const auto header = split(line);
  std::vector<Row> rows;
  while (std::getline(in, line)) {
    const auto fields = split(line);
    EXPECT_EQ(fields.size(), header.size()) << table << ": " << line;
    Row row;
    for (std::size_t i = 0; i < fields.size(); ++i) row[header[i]] = fields[i];
    rows.push_back(row);
  }
  return rows;
}

std::vector<std::string> list(const std::string& cell) {
  std::vector<std::string> words;
  std::istringstream in{cell};
  for (std::string word; std::getline(in, word, '|');) words.push_back(word);
  return words;
}

DirectoryPtr seed() {
  std::vector<Unit> units;
  for (Row& row : rows_of("units")) {
    units.push_back(samples::unit(row["code"], row["name"],
                                  from_name<UnitKind>(row["kind"]).value(), row["parent"],
                                  list(row["former_names"]), list(row["aliases"])));
  }
  std::map<std::string, PersonId> ids;
  std::vector<Person> persons;
  for (Row& row : rows_of("people")) {
    Person person;
    person.id = PersonId{static_cast<std::int64_t>(ids.size()) + 100};
    person.code = row["id"];
    ids[person.code] = person.id;
    persons.push_back(person);
    EXPECT_TRUE(row["accounts"].starts_with("console:")) << row["id"];
    EXPECT_TRUE(row["phone"].starts_with("120")) << "no real mobile number begins with 12";
  }
  std::vector<Duty> duties;
  for (Row& row : rows_of("duties")) {
    Duty duty;
    duty.unit = UnitCode{row["unit"]};
    duty.person = ids.at(row["person"]);
    duty.priority = std::stoi(row["priority"]);
    duty.role = from_name<DutyRole>(row["role"]).value();
    duty.from = parse_rfc3339(row["from"] + "T00:00:00+08:00").value();
    duty.hours = row["hours"];
    duties.push_back(duty);
  }
  return std::make_shared<const Directory>(1, units, duties, persons, std::vector<Account>{});
}

TEST(Seed, EveryFrontlineUnitHasItsOwnCadreAndTheOfficeBehind) {
  const auto directory = seed();
  const Instant at = parse_rfc3339("2026-03-26T03:00:00+08:00").value();  // at night, too
  int checked = 0;
  for (const Unit& unit : directory->units()) {
    const Assignment owner = directory->owner_for(unit.code, at);
    EXPECT_NE(owner.person, kDutyDesk) << unit.name;
    const bool frontline = unit.kind == UnitKind::village || unit.kind == UnitKind::community ||
                           unit.kind == UnitKind::enterprise;
    if (!frontline) continue;
    ++checked;
    EXPECT_EQ(owner.role, DutyRole::stationed_cadre) << unit.name;
    EXPECT_EQ(owner.unit, unit.code) << unit.name;
    const Assignment next = directory->owner_for(unit.code, at, owner.person);
    EXPECT_NE(next.person, kDutyDesk) << unit.name;
    EXPECT_NE(next.person, owner.person) << unit.name;
    EXPECT_FALSE(directory->office_for(unit.code, at).empty()) << unit.name;
  }
  EXPECT_GE(checked, 30);
}

TEST(Seed, TheFarmersMessageIsUnderstood) {
  const auto directory = seed();
  const auto understanding = make_understanding(fakes::vocabulary(), *directory);
  Message message;
  message.text =
      "我是石璜镇楼家村溪东自然村的，河道施工把沟渠挖断了，三十亩生姜等水，再不浇就要旱死了";
  const Meaning meaning = understanding->understand(message);
  ASSERT_EQ(meaning.places.size(), 1U);
  EXPECT_EQ(meaning.places[0].unit, UnitCode{"330683105265-xd"});
  EXPECT_EQ(meaning.place_text, "石璜镇楼家村溪东自然村");
  EXPECT_EQ(meaning.topic, "agriculture");
  EXPECT_EQ(meaning.type, CaseType::help);
  EXPECT_EQ(meaning.danger, Danger::none);
  EXPECT_TRUE(meaning.substance);
  message.text = "联合村路灯坏了";
  EXPECT_EQ(understanding->understand(message).places.size(), 2U) << "two villages of one name";
}

}  // namespace
}  // namespace huiyin
