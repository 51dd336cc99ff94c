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
    units.back().topics = list(row["topics"]);
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

std::string codes(const std::vector<const Unit*>& units) {
  std::string line;
  for (const Unit* unit : units) line += unit->code.raw() + " ";
  return line;
}

const Instant kThursday = parse_rfc3339("2026-03-26T10:00:00+08:00").value();

TEST(Seed, EveryDepartmentAndPartnerHasSubjectsAndSomebodyToAnswer) {
  const auto directory = seed();
  int departments = 0, partners = 0;
  for (const Unit& unit : directory->units()) {
    if (unit.kind != UnitKind::department && unit.kind != UnitKind::partner) continue;
    (unit.kind == UnitKind::department ? departments : partners) += 1;
    EXPECT_FALSE(unit.topics.empty()) << unit.name;
    for (const std::string& topic : unit.topics)
      EXPECT_TRUE(fakes::vocabulary().topics.contains(topic)) << unit.name << " " << topic;
    EXPECT_EQ(directory->owner_for(unit.code, kThursday).role, DutyRole::contact) << unit.name;
  }
  EXPECT_GE(departments, 10);
  EXPECT_GE(partners, 3);
}

TEST(Seed, EveryOfficeIsMannedAndTheUpperOnesHaveLeaders) {
  const auto directory = seed();
  for (const Unit& unit : directory->units()) {
    const bool upper = unit.kind == UnitKind::county || unit.kind == UnitKind::city;
    if (!upper && unit.kind != UnitKind::township) continue;
    EXPECT_FALSE(directory->holders_at(unit.code, DutyRole::clerk, kThursday).empty()) << unit.name;
    if (upper) {
      EXPECT_FALSE(directory->holders_at(unit.code, DutyRole::leader, kThursday).empty())
          << unit.name;
    }
  }
  EXPECT_TRUE(directory->gaps(kThursday).empty());
}

// An enterprise's matter from its officer to the city: offices, departments and partners on the
// way.
TEST(Seed, AnEnterpriseMatterCanClimbAllFourLevels) {
  const auto directory = seed();
  const UnitCode enterprise{"ent-shili"};
  EXPECT_EQ(directory->owner_for(enterprise, kThursday).role, DutyRole::stationed_cadre);
  EXPECT_EQ(directory->office_at(enterprise, Level::township), UnitCode{"330683105"});
  EXPECT_EQ(directory->office_at(enterprise, Level::county), UnitCode{"330683"});
  EXPECT_EQ(directory->office_at(enterprise, Level::city), UnitCode{"3306"});
  EXPECT_EQ(codes(directory->partners_for("economy", enterprise, kThursday)), "gj-bank ");
  EXPECT_EQ(codes(directory->departments_for("economy", enterprise, kThursday)),
            "330683-jxj 3306-jxj ");
  EXPECT_EQ(codes(directory->departments_for("labour_security", enterprise, kThursday)),
            "330683-rsj 3306-rsj ");
  EXPECT_EQ(codes(directory->departments_for("construction", enterprise, kThursday)),
            "330683105-zfd 330683-zfj ");
  EXPECT_EQ(codes(directory->named("水利局", kThursday)), "330683-slj ");
  EXPECT_EQ(codes(directory->named("市经信局", kThursday)), "3306-jxj ");
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
