// Who is away, and what is found by name, topic and level.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/cases/directory_fixture.h"

namespace huiyin {
namespace {

using namespace directory_test;

// ---- who is away --------------------------------------------------------------------------------

Directory with_leaves(const std::vector<At>& duties, std::vector<Leave> leaves) {
  std::vector<Duty> rows;
  for (const At& at : duties) {
    Duty duty;
    duty.unit = UnitCode{at.unit};
    duty.person = PersonId{at.person};
    duty.role = at.role;
    duty.priority = at.priority;
    duty.hours = at.hours;
    rows.push_back(duty);
  }
  return Directory{7, units(), rows, {}, {}, std::move(leaves)};
}
Leave away(std::int64_t person, std::int64_t deputy, Instant from = kNow - 24h,
           Instant to = kNow + 24h) {
  return {PersonId{person}, from, to, PersonId{deputy}};
}

struct LeaveCase {
  const char* label;
  std::vector<Leave> leaves;
  std::int64_t stand_in;  // of 11; 0: nobody
  std::int64_t owner;     // of lou-jia
  DutyRole role;
};
const LeaveCase kLeaves[] = {
    {"nobody_is_away", {}, 0, 11, kCadre},
    {"deputy_named", {away(11, 50)}, 50, 50, kDeputy},
    {"deputy_away_too", {away(11, 50), away(50, 51)}, 51, 51, kDeputy},
    {"nobody_named", {away(11, 0)}, 0, 15, kDeputy},
    {"deputys_deputy_not_named", {away(11, 50), away(50, 0)}, 0, 15, kDeputy},
    {"each_names_the_other", {away(11, 50), away(50, 11)}, 0, 15, kDeputy},
    {"three_in_a_circle", {away(11, 50), away(50, 51), away(51, 50)}, 0, 15, kDeputy},
    {"names_himself", {away(11, 11)}, 0, 15, kDeputy},
    {"units_deputy_away_as_well", {away(11, 0), away(15, 0)}, 0, 20, kClerk},
    {"units_deputy_has_a_stand_in", {away(11, 0), away(15, 52)}, 0, 52, kDeputy},
    {"everybody_away", {away(11, 0), away(15, 0), away(20, 0)}, 0, 1, kClerk},
    {"clerks_deputy", {away(11, 0), away(15, 0), away(20, 53)}, 0, 53, kClerk},
    {"over_already", {away(11, 50, kNow - 48h, kNow)}, 0, 11, kCadre},
    {"not_yet", {away(11, 50, kNow + 1us)}, 0, 11, kCadre},
    {"first_moment", {away(11, 50, kNow)}, 50, 50, kDeputy},
    {"last_moment", {away(11, 50, kNow - 48h, kNow + 1us)}, 50, 50, kDeputy},
    {"deputys_leave_begins_later", {away(11, 50), away(50, 51, kNow + 1h)}, 50, 50, kDeputy},
    {"second_leave_of_the_year",
     {away(11, 49, kNow - 96h, kNow - 48h), away(11, 50)},
     50,
     50,
     kDeputy},
};

class OnLeave : public testing::TestWithParam<LeaveCase> {};
TEST_P(OnLeave, TheDeputyHasIt) {
  const auto& given = GetParam();
  const Directory directory = with_leaves(
      {{"lou-jia", 11, kCadre}, {"lou-jia", 15, kDeputy}, {"shi-huang", 20, kClerk}}, given.leaves);
  EXPECT_EQ(directory.stand_in(PersonId{11}, kNow), PersonId{given.stand_in});
  const Assignment owner = directory.owner_for(UnitCode{"xi-dong"}, kNow);
  EXPECT_EQ(owner.person, PersonId{given.owner});
  EXPECT_EQ(owner.role, given.role);
  EXPECT_TRUE(directory.may_own(owner.person, owner.unit, kNow));
  // Whoever is away has nothing.
  for (const Leave& leave : given.leaves)
    if (leave.from <= kNow && kNow < leave.to) {
      EXPECT_TRUE(directory.on_leave(leave.person, kNow));
      EXPECT_NE(owner.person, leave.person);
      EXPECT_FALSE(directory.may_own(leave.person, UnitCode{"lou-jia"}, kNow));
    }
}
INSTANTIATE_TEST_SUITE_P(Directory, OnLeave, testing::ValuesIn(kLeaves),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Directory, MayOwn) {
  const Directory directory = with_leaves({{"lou-jia", 11, kCadre},
                                           {"lou-jia", 12, kCadre, 2, "22:00-23:00"},
                                           {"shi-huang", 20, kClerk},
                                           {"lou-jia", 14, kCadre}},
                                          {away(14, 54)});
  const UnitCode village{"lou-jia"};
  EXPECT_TRUE(directory.may_own(PersonId{11}, village, kNow));
  EXPECT_TRUE(directory.may_own(PersonId{12}, village, kNow)) << "off duty, not gone";
  EXPECT_FALSE(directory.may_own(PersonId{20}, village, kNow)) << "serves above";
  EXPECT_FALSE(directory.may_own(PersonId{11}, UnitCode{"xi-dong"}, kNow)) << "serves above";
  EXPECT_FALSE(directory.may_own(PersonId{14}, village, kNow)) << "is away";
  EXPECT_TRUE(directory.may_own(PersonId{54}, village, kNow)) << "stands in";
  EXPECT_FALSE(directory.may_own(PersonId{54}, village, kNow + 24h)) << "stood in";
  EXPECT_FALSE(directory.may_own(PersonId{}, village, kNow));
  EXPECT_FALSE(directory.may_own(PersonId{11}, UnitCode{"atlantis"}, kNow));
  EXPECT_TRUE(directory.may_own(kDutyDesk, UnitCode{"atlantis"}, kNow));
}

TEST(Directory, HoldersAtAUnitByDayAndByNight) {
  const Directory directory = with_leaves({{"sz", 30, kClerk, 2, "08:00-18:00"},
                                           {"sz", 31, kClerk, 1, "08:00-18:00"},
                                           {"sz", 32, kClerk, 3, "18:00-08:00"},
                                           {"sz", 33, DutyRole::leader, 1, "08:00-18:00"},
                                           {"sx", 40, kClerk}},
                                          {away(31, 55)});
  const auto ids = [&](const char* unit, DutyRole role, Instant at) {
    std::vector<std::int64_t> found;
    for (const Assignment& one : directory.holders_at(UnitCode{unit}, role, at)) {
      EXPECT_EQ(one.unit, UnitCode{unit});
      EXPECT_EQ(one.role, role);
      found.push_back(one.person.raw());
    }
    return found;
  };
  using Ids = std::vector<std::int64_t>;
  EXPECT_EQ(ids("sz", kClerk, kNow), (Ids{55, 30})) << "31 is away, 55 stands in";
  EXPECT_EQ(ids("sz", kClerk, kNow + 12h), (Ids{32}));
  EXPECT_EQ(ids("sz", DutyRole::leader, kNow + 12h), (Ids{33})) << "off duty beats nobody";
  EXPECT_EQ(ids("shi-huang", kClerk, kNow), (Ids{})) << "of exactly this unit";
  EXPECT_EQ(ids("atlantis", kClerk, kNow), (Ids{}));
}

TEST(Directory, OneWhoStandsInForTwoIsNamedOnce) {
  const Directory directory =
      with_leaves({{"sz", 30, kClerk}, {"sz", 31, kClerk}}, {away(30, 55), away(31, 55)});
  EXPECT_EQ(directory.holders_at(UnitCode{"sz"}, kClerk, kNow).size(), 1U);
}

TEST(Directory, AGridsWorkerComesFirstAndADepartmentsContact) {
  const auto owner = [](const Directory& directory, const char* unit) {
    return directory.owner_for(UnitCode{unit}, kNow).person.raw();
  };
  const std::vector<At> duties{
      {"grid-1", 16, DutyRole::grid_worker}, {"bai-yun", 13, kCadre}, {"shi-huang", 20, kClerk},
      {"water", 60, DutyRole::contact},      {"water", 61, kClerk},   {"sz", 30, kClerk}};
  const Directory directory = with_leaves(duties, {});
  EXPECT_EQ(owner(directory, "grid-1"), 16);
  EXPECT_EQ(owner(directory, "bai-yun"), 13) << "a grid worker is no community's cadre";
  EXPECT_EQ(owner(directory, "water"), 60);
  const Directory away_now = with_leaves(duties, {away(16, 0), away(60, 0)});
  EXPECT_EQ(owner(away_now, "grid-1"), 13);
  EXPECT_EQ(owner(away_now, "water"), 61);
}

// ---- levels, names, subjects --------------------------------------------------------------------

TEST(Directory, LevelsAndOffices) {
  const Directory directory = make({});
  const std::pair<const char*, Level> levels[] = {
      {"xi-dong", Level::frontline},  {"lou-jia", Level::frontline}, {"grid-1", Level::frontline},
      {"ginger", Level::frontline},   {"works", Level::township},    {"shi-huang", Level::township},
      {"water", Level::county},       {"sz", Level::county},         {"sx", Level::city},
      {"atlantis", Level::frontline},
  };
  for (const auto& [unit, level] : levels)
    EXPECT_EQ(directory.level_of(UnitCode{unit}), level) << unit;

  struct {
    const char* unit;
    Level level;
    const char* office;
  } const offices[] = {
      {"xi-dong", Level::frontline, "shi-huang"},
      {"xi-dong", Level::township, "shi-huang"},
      {"xi-dong", Level::county, "sz"},
      {"xi-dong", Level::city, "sx"},
      {"works", Level::township, "shi-huang"},
      {"water", Level::township, "sz"},
      {"water", Level::county, "sz"},
      {"sz", Level::frontline, "sz"},
      {"sx", Level::township, "sx"},
      {"atlantis", Level::county, "sx"},
      {"", Level::city, "sx"},
  };
  for (const auto& one : offices)
    EXPECT_EQ(directory.office_at(UnitCode{one.unit}, one.level), UnitCode{one.office})
        << one.unit << " " << static_cast<int>(one.level);
}

TEST(Directory, MissingLevelsAreSteppedOver) {
  // A community directly below the city, a county that is the top of its tree.
  const Directory directory{1,
                            {make_unit("city", "", UnitKind::city, ""),
                             make_unit("zone", "", UnitKind::community, "city"),
                             make_unit("county", "", UnitKind::county, ""),
                             make_unit("village", "", UnitKind::village, "county")},
                            {},
                            {},
                            {}};
  EXPECT_EQ(directory.office_at(UnitCode{"zone"}, Level::township), UnitCode{"city"});
  EXPECT_EQ(directory.office_at(UnitCode{"village"}, Level::city), UnitCode{"county"});
  EXPECT_TRUE((Directory{1, {}, {}, {}, {}}.office_at(UnitCode{"x"}, Level::city)) == UnitCode{});
  EXPECT_EQ(directory.above(UnitCode{"zone"}, UnitKind::county), nullptr);
  EXPECT_EQ(directory.above(UnitCode{"zone"}, UnitKind::community)->code, UnitCode{"zone"});
}

TEST(Directory, NamesOfTodayAndOfBefore) {
  std::vector<Unit> list = units();
  const auto edit = [&](const char* code) -> Unit& {
    return *std::ranges::find(list, UnitCode{code}, &Unit::code);
  };
  edit("lou-jia").former_names = {"楼村", "东楼"};
  edit("lou-jia").aliases = {"楼村"};
  edit("bai-yun").aliases = {"楼家村"};  // whole names first
  Unit old = make_unit("old-lou", "楼家村", UnitKind::village, "shi-huang");
  old.valid_to = kNow;
  list.push_back(old);
  Unit next = make_unit("new-lou", "楼家新村", UnitKind::village, "shi-huang");
  next.valid_from = kNow + 1h;
  list.push_back(next);
  const Directory directory{1, list, {}, {}, {}};
  const auto codes = [&](const char* name, Instant at) {
    std::string found;
    for (const Unit* unit : directory.named(name, at)) found += unit->code.raw() + " ";
    return found;
  };
  EXPECT_EQ(codes("楼家村", kNow), "lou-jia bai-yun ");
  EXPECT_EQ(codes("楼家村", kNow - 1us), "lou-jia old-lou bai-yun ");
  EXPECT_EQ(codes("楼村", kNow), "lou-jia ") << "alias and former name are one";
  EXPECT_EQ(codes("东楼", kNow), "lou-jia ");
  EXPECT_EQ(codes("楼家新村", kNow), "");
  EXPECT_EQ(codes("楼家新村", kNow + 1h), "new-lou ");
  EXPECT_EQ(codes("water", kNow), "water ") << "by code";
  EXPECT_EQ(codes("楼家", kNow), "") << "exactly as written";
  EXPECT_EQ(codes("", kNow), "");
}

TEST(Directory, PeopleByNameAndCode) {
  const auto person = [](std::int64_t id, const char* code, const char* name) {
    Person one;
    one.id = PersonId{id};
    one.code = code;
    one.name = name;
    return one;
  };
  const Directory directory{
      1,
      units(),
      {},
      {person(12, "p12", "楼建平"), person(11, "p11", "楼建平"), person(13, "张", "张")},
      {}};
  using Ids = std::vector<PersonId>;
  EXPECT_EQ(directory.people_named("楼建平"), (Ids{PersonId{11}, PersonId{12}}));
  EXPECT_EQ(directory.people_named("p12"), (Ids{PersonId{12}}));
  EXPECT_EQ(directory.people_named("张"), (Ids{PersonId{13}}));
  EXPECT_EQ(directory.people_named("值班室"), Ids{}) << "the desk of last resort is nobody";
  EXPECT_EQ(directory.people_named(""), Ids{});
}

TEST(Directory, DepartmentsFromBelowUpwardsAndPartnersOfTheTownship) {
  std::vector<Unit> list = units();
  const auto with = [&](Unit unit, std::vector<std::string> topics) {
    unit.topics = std::move(topics);
    list.push_back(std::move(unit));
  };
  with(make_unit("water-2", "水务局", UnitKind::department, "sz"), {"agriculture"});
  with(make_unit("station", "水利站", UnitKind::department, "shi-huang"), {"agriculture", "land"});
  with(make_unit("city-water", "市水利局", UnitKind::department, "sx"), {"agriculture"});
  with(make_unit("labour", "人社局", UnitKind::department, "sz"), {"labour_security"});
  with(make_unit("pumps", "供水站", UnitKind::partner, "lou-jia"), {"agriculture"});
  with(make_unit("bank", "银行", UnitKind::partner, "shi-huang"), {"economy", "agriculture"});
  Unit gone = make_unit("gone", "老水务站", UnitKind::department, "shi-huang");
  gone.valid_to = kNow;
  with(gone, {"agriculture"});
  const Directory directory{1, list, {}, {}, {}};
  const auto codes = [](const std::vector<const Unit*>& found) {
    std::string line;
    for (const Unit* unit : found) line += unit->code.raw() + " ";
    return line;
  };
  const auto departments = [&](const char* topic, const char* unit, Instant at = kNow) {
    return codes(directory.departments_for(topic, UnitCode{unit}, at));
  };
  EXPECT_EQ(departments("agriculture", "xi-dong"), "station water-2 city-water ");
  EXPECT_EQ(departments("agriculture", "xi-dong", kNow - 1us), "station gone water-2 city-water ");
  EXPECT_EQ(departments("labour_security", "lou-jia"), "labour ");
  EXPECT_EQ(departments("labour_security", "sx"), "") << "not what is below";
  EXPECT_EQ(departments("", "lou-jia"), "");
  EXPECT_EQ(departments("health", "lou-jia"), "");
  EXPECT_EQ(codes(directory.partners_for("agriculture", UnitCode{"bai-yun"}, kNow)), "pumps bank ");
  EXPECT_EQ(codes(directory.partners_for("economy", UnitCode{"xi-dong"}, kNow)), "bank ");
  EXPECT_EQ(codes(directory.partners_for("agriculture", UnitCode{"sz"}, kNow)), "");
  EXPECT_EQ(codes(directory.partners_for("agriculture", UnitCode{"atlantis"}, kNow)), "");
}

TEST(Directory, GapsAreUnitsWithoutAnybodyStationed) {
  const auto show = [](const std::vector<Gap>& gaps) {
    std::string line;
    for (const Gap& gap : gaps) line += gap.unit.raw() + (gap.on_leave ? "(leave) " : " ");
    return line;
  };
  EXPECT_EQ(show(make({}).gaps(kNow)), "lou-jia bai-yun ginger ");
  EXPECT_EQ(show(make({{"lou-jia", 11, kCadre, 1, "22:00-23:00"},
                       {"bai-yun", 15, kDeputy},
                       {"ginger", 14, kCadre, 1, "", {}, kNow}})
                     .gaps(kNow)),
            "bai-yun ginger ")
      << "off duty is there; a deputy alone is not enough; ended is ended";
  const std::vector<At> all{
      {"lou-jia", 11, kCadre}, {"bai-yun", 13, kCadre}, {"ginger", 14, kCadre}};
  EXPECT_EQ(show(with_leaves(all, {}).gaps(kNow)), "");
  EXPECT_EQ(show(with_leaves(all, {away(11, 50), away(13, 0)}).gaps(kNow)), "bai-yun(leave) ");
  std::vector<Unit> list = units();
  list.push_back(make_unit("closed", "旧村", UnitKind::village, "shi-huang"));
  list.back().valid_to = kNow;
  EXPECT_EQ(show(Directory{1, list, {}, {}, {}}.gaps(kNow)), "lou-jia bai-yun ginger ");
}

TEST(Directory, TheNextChange) {
  std::vector<Unit> list = units();
  list[0].valid_to = kNow + 5h;
  Duty duty;
  duty.unit = UnitCode{"lou-jia"};
  duty.person = PersonId{11};
  duty.from = kNow - 1h;
  duty.to = kNow + 3h;
  const Directory directory{1, list, {duty}, {}, {}, {away(11, 12, kNow + 1h, kNow + 3h)}};
  std::vector<Instant> changes;
  for (Instant at = kNow - 2h; (at = directory.next_change(at)) != Instant{};)
    changes.push_back(at);
  EXPECT_EQ(changes, (std::vector<Instant>{kNow - 1h, kNow + 1h, kNow + 3h, kNow + 5h}));
  EXPECT_EQ(make({}).next_change(kNow), Instant{});
}

}  // namespace
}  // namespace huiyin
