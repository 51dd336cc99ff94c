// Import and load of units, people and duties.
#include "tests/store/engine.h"
#include "tests/store/samples.h"

namespace huiyin::store {
namespace {

using Logins = std::vector<std::pair<std::string, std::string>>;
using People = std::vector<std::pair<Person, Logins>>;

Unit unit(const std::string& code, UnitKind kind, const std::string& parent) {
  Unit u;
  u.code = UnitCode{code};
  u.name = "名" + code;
  u.kind = kind;
  u.parent = UnitCode{parent};
  return u;
}
std::pair<Person, Logins> person(const std::string& code, const std::string& name, Logins logins) {
  Person p;
  p.code = code;
  p.name = name;
  p.phone = "0575";
  return {p, std::move(logins)};
}

class DirectoryStore : public StoreTest {
 protected:
  std::vector<Unit> units_{unit("t1", UnitKind::township, ""), unit("v1", UnitKind::village, "t1"),
                           unit("h1", UnitKind::hamlet, "v1")};
  People people_{person("wang", "王𠮷", {{"wx", "oW"}, {"console", "wang"}}),
                 person("li", "李", {{"wx", "oL"}})};
  std::vector<std::vector<std::string>> specialities_{{"water", "a|b"}, {}};
  std::vector<Store::DutyImport> duties_{{UnitCode{"v1"}, "wang", 1, DutyRole::stationed_cadre,
                                          at(0), at(99999), "08:30-17:30 Mon-Fri"},
                                         {UnitCode{"t1"}, "li", 2, DutyRole::clerk, {}, {}, ""}};
};

TEST_P(DirectoryStore, EmptyOne) {
  const auto directory = store_->load_directory();
  EXPECT_EQ(directory->version(), 0);
  EXPECT_TRUE(directory->units().empty());
}

TEST_P(DirectoryStore, ImportTwiceChangesNothing) {
  EXPECT_EQ(store_->import_units(units_), 3u);
  EXPECT_EQ(store_->import_people(people_, specialities_), 5u);  // two people, three accounts
  EXPECT_EQ(store_->import_duties(duties_), 2u);
  EXPECT_EQ(store_->directory_version(), 3);
  const auto next_id = number("SELECT next FROM sequences WHERE name='id'");
  EXPECT_EQ(store_->import_units(units_), 0u);
  EXPECT_EQ(store_->import_people(people_, specialities_), 0u);
  EXPECT_EQ(store_->import_duties(duties_), 0u);
  EXPECT_EQ(store_->directory_version(), 3);
  EXPECT_EQ(number("SELECT next FROM sequences WHERE name='id'"), next_id);
}

TEST_P(DirectoryStore, LoadsWhatWasImported) {
  units_[1].aliases = {"楼家", "a|b\\c"};
  units_[1].former_names = {"老楼家"};
  units_[1].topics = {"water"};
  units_[1].latitude = 29.5937251;
  units_[1].longitude = 120.8;
  units_[1].valid_from = at(-5);
  units_[1].valid_to = at(5);
  units_[1].phone = "0575-1";
  store_->import_units(units_);
  store_->import_people(people_, specialities_);
  store_->import_duties(duties_);
  store_account(*store_, 2001, "oResident");

  const auto directory = store_->load_directory();
  EXPECT_EQ(directory->version(), 3);
  ASSERT_EQ(directory->units().size(), 3u);
  const auto* v1 = directory->unit(UnitCode{"v1"});
  ASSERT_NE(v1, nullptr);
  EXPECT_EQ(v1->name, "名v1");
  EXPECT_EQ(v1->kind, UnitKind::village);
  EXPECT_EQ(v1->parent, UnitCode{"t1"});
  EXPECT_EQ(v1->aliases, units_[1].aliases);
  EXPECT_EQ(v1->former_names, units_[1].former_names);
  EXPECT_EQ(v1->topics, units_[1].topics);
  EXPECT_EQ(v1->latitude, 29.5937251);
  EXPECT_EQ(v1->longitude, 120.8);
  EXPECT_EQ(v1->valid_from, at(-5));
  EXPECT_EQ(v1->valid_to, at(5));
  EXPECT_EQ(v1->phone, "0575-1");
  EXPECT_EQ(directory->unit(UnitCode{"h1"})->latitude, std::nullopt);

  // Thursday, 10:00 in Shanghai.
  const auto owner = directory->owner_for(UnitCode{"h1"}, at(7200));
  EXPECT_EQ(owner.unit, UnitCode{"v1"});
  const auto* wang = directory->person(owner.person);
  ASSERT_NE(wang, nullptr);
  EXPECT_EQ(wang->name, "王𠮷");
  EXPECT_EQ(wang->code, "wang");
  EXPECT_EQ(directory->accounts_of(owner.person).size(), 2u);
  ASSERT_EQ(directory->duties().size(), 2u);
  const auto duties = directory->duties_of(owner.person, at(7200));
  ASSERT_EQ(duties.size(), 1u);
  EXPECT_EQ(duties[0].hours, "08:30-17:30 Mon-Fri");
  EXPECT_EQ(duties[0].to, at(99999));
  EXPECT_EQ(directory->person(PersonId{2001}), nullptr);  // residents are not in it
}

TEST_P(DirectoryStore, OnlyDifferencesAreWritten) {
  store_->import_units(units_);
  store_->import_people(people_, specialities_);
  store_->import_duties(duties_);
  units_[2].name = "溪东";
  units_.push_back(unit("h2", UnitKind::hamlet, "v1"));
  EXPECT_EQ(store_->import_units(units_), 2u);
  people_[1].first.phone = "0575-2";
  people_[0].second.emplace_back("wx", "oW2");
  EXPECT_EQ(store_->import_people(people_, specialities_), 2u);
  specialities_[1] = {"ginger"};
  EXPECT_EQ(store_->import_people(people_, specialities_), 1u);
  EXPECT_EQ(text("SELECT specialities FROM people WHERE code='li'"), "ginger");
  duties_[0].hours = "";
  EXPECT_EQ(store_->import_duties(duties_), 1u);
  const auto directory = store_->load_directory();
  EXPECT_EQ(directory->version(), 7);
  EXPECT_EQ(directory->units().size(), 4u);
  EXPECT_EQ(directory->unit(UnitCode{"h1"})->name, "溪东");
  EXPECT_EQ(directory->duties().size(), 2u);
}

// Somebody wrote before the office entered them: the account follows, what they reported stays.
TEST_P(DirectoryStore, KnownAccountIsBoundToTheImportedPerson) {
  const auto account = store_account(*store_, 2001, "oW");
  store_->import_people(people_, specialities_);
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts WHERE channel='wx' AND user='oW'"), 1);
  const auto wang = number("SELECT person FROM people WHERE code='wang'");
  EXPECT_NE(wang, 2001);
  EXPECT_EQ(number("SELECT person FROM accounts WHERE id=" + std::to_string(account.id.raw())),
            wang);
  EXPECT_EQ(store_->import_people(people_, specialities_), 0u);
}

TEST_P(DirectoryStore, SamePersonOnTwoLinesOfOneFile) {
  people_.push_back(person("wang", "王𠮷", {{"wx", "oW"}, {"wx", "oW3"}}));
  specialities_.push_back(specialities_[0]);
  store_->import_people(people_, specialities_);
  EXPECT_EQ(number("SELECT COUNT(*) FROM persons WHERE code='wang'"), 1);
  EXPECT_EQ(number("SELECT COUNT(*) FROM accounts WHERE user='oW'"), 1);
  EXPECT_EQ(number("SELECT COUNT(DISTINCT person) FROM accounts WHERE user LIKE 'oW%'"), 1);
}

TEST_P(DirectoryStore, DutyOfAnUnknownPersonChangesNothing) {
  store_->import_units(units_);
  store_->import_people(people_, specialities_);
  duties_[1].person_code = "nobody";
  EXPECT_THROW(store_->import_duties(duties_), std::invalid_argument);
  EXPECT_EQ(number("SELECT COUNT(*) FROM duties"), 0);
  EXPECT_EQ(store_->directory_version(), 2);
}

TEST_P(DirectoryStore, TooLongCodeChangesNothing) {
  units_.push_back(unit(std::string(65, 'u'), UnitKind::hamlet, "v1"));
  EXPECT_EQ(trouble_of([&] { store_->import_units(units_); }), Trouble::poison);
  EXPECT_EQ(number("SELECT COUNT(*) FROM units"), 0);
  EXPECT_EQ(store_->directory_version(), 0);
}

TEST_P(DirectoryStore, IdsWithASpaceAtTheEndAreRefused) {
  units_[1].code = UnitCode{"v1 "};
  EXPECT_EQ(trouble_of([&] { store_->import_units(units_); }), Trouble::poison);
  people_[0].second[0].second = "oW ";
  EXPECT_EQ(trouble_of([&] { store_->import_people(people_, specialities_); }), Trouble::poison);
  EXPECT_EQ(number("SELECT COUNT(*) FROM people"), 0);
}

TEST_P(DirectoryStore, ThousandsOfUnits) {
  for (int i = 0; i < 9000; ++i)  // more than a page
    units_.push_back(unit("g" + std::to_string(i), UnitKind::grid, "v1"));
  EXPECT_EQ(store_->import_units(units_), units_.size());
  EXPECT_EQ(store_->import_units(units_), 0u);
  EXPECT_EQ(store_->load_directory()->units().size(), units_.size());
}

HUIYIN_ON_BOTH_ENGINES(DirectoryStore);

}  // namespace
}  // namespace huiyin::store
