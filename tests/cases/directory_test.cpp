#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/cases/directory_fixture.h"

namespace huiyin {
namespace {

using namespace directory_test;

struct OwnerCase {
  const char* label;
  std::vector<At> duties;
  const char* unit;
  std::int64_t person;
  const char* at_unit;
  std::int64_t except = 0;
};
const OwnerCase kOwners[] = {
    {"own_cadre", {{"lou-jia", 11, kCadre}}, "lou-jia", 11, "lou-jia"},
    {"hamlet_goes_to_its_village", {{"lou-jia", 11, kCadre}}, "xi-dong", 11, "lou-jia"},
    {"hamlets_own_cadre_first",
     {{"lou-jia", 11, kCadre}, {"xi-dong", 12, kCadre}},
     "xi-dong",
     12,
     "xi-dong"},
    {"grid_goes_to_its_community", {{"bai-yun", 13, kCadre}}, "grid-1", 13, "bai-yun"},
    {"enterprise_officer",
     {{"ginger", 14, kCadre}, {"lou-jia", 11, kCadre}},
     "ginger",
     14,
     "ginger"},
    {"enterprise_without_officer_is_not_the_villages",
     {{"lou-jia", 11, kCadre}, {"shi-huang", 20, kClerk}},
     "ginger",
     20,
     "shi-huang"},
    {"priority",
     {{"lou-jia", 11, kCadre, 2}, {"lou-jia", 12, kCadre, 1}},
     "lou-jia",
     12,
     "lou-jia"},
    {"same_priority_smaller_id",
     {{"lou-jia", 12, kCadre}, {"lou-jia", 11, kCadre}},
     "lou-jia",
     11,
     "lou-jia"},
    {"liaison_does_not_own",
     {{"lou-jia", 11, DutyRole::liaison}, {"shi-huang", 20, kClerk}},
     "lou-jia",
     20,
     "shi-huang"},
    {"deputy_when_no_cadre",
     {{"lou-jia", 15, kDeputy}, {"shi-huang", 20, kClerk}},
     "lou-jia",
     15,
     "lou-jia"},
    {"village_cadre_before_hamlet_deputy",
     {{"xi-dong", 15, kDeputy}, {"lou-jia", 11, kCadre}},
     "xi-dong",
     11,
     "lou-jia"},
    {"clerk_of_the_township", {{"shi-huang", 20, kClerk}}, "xi-dong", 20, "shi-huang"},
    {"clerk_of_the_county", {{"sz", 30, kClerk}}, "xi-dong", 30, "sz"},
    {"clerk_of_the_city", {{"sx", 40, kClerk}}, "xi-dong", 40, "sx"},
    {"departments_own_clerk",
     {{"works", 21, kClerk}, {"shi-huang", 20, kClerk}},
     "works",
     21,
     "works"},
    {"department_without_clerk", {{"shi-huang", 20, kClerk}}, "works", 20, "shi-huang"},
    {"township_itself_skips_its_villages",
     {{"lou-jia", 11, kCadre}, {"shi-huang", 20, kClerk}},
     "shi-huang",
     20,
     "shi-huang"},
    {"a_neighbours_cadre_is_nobody_here", {{"bai-yun", 13, kCadre}}, "lou-jia", 1, "shi-huang"},
    {"nobody_at_all", {}, "xi-dong", 1, "shi-huang"},
    {"nobody_above_townships", {}, "water", 1, "water"},
    {"unknown_unit_goes_to_the_top", {{"sx", 40, kClerk}}, "atlantis", 40, "sx"},
    {"empty_unit_goes_to_the_top", {{"sx", 40, kClerk}}, "", 40, "sx"},
    {"unknown_unit_and_nobody", {}, "atlantis", 1, "atlantis"},
    {"not_yet_here",
     {{"lou-jia", 11, kCadre, 1, "", kNow + 1us}, {"shi-huang", 20, kClerk}},
     "lou-jia",
     20,
     "shi-huang"},
    {"from_is_included", {{"lou-jia", 11, kCadre, 1, "", kNow}}, "lou-jia", 11, "lou-jia"},
    {"to_is_excluded",
     {{"lou-jia", 11, kCadre, 1, "", {}, kNow}, {"lou-jia", 15, kDeputy}},
     "lou-jia",
     15,
     "lou-jia"},
    {"last_moment", {{"lou-jia", 11, kCadre, 1, "", {}, kNow + 1us}}, "lou-jia", 11, "lou-jia"},
    {"returned_next_cadre",
     {{"lou-jia", 11, kCadre}, {"lou-jia", 12, kCadre, 2}},
     "lou-jia",
     12,
     "lou-jia",
     11},
    {"returned_to_the_office",
     {{"lou-jia", 11, kCadre}, {"shi-huang", 20, kClerk}},
     "lou-jia",
     20,
     "shi-huang",
     11},
    {"returned_by_the_only_one", {{"lou-jia", 11, kCadre}}, "lou-jia", 1, "shi-huang", 11},
    {"clerk_on_duty_before_clerk_off_duty",
     {{"shi-huang", 20, kClerk, 1, "18:00-08:00"}, {"shi-huang", 21, kClerk, 2, "08:00-18:00"}},
     "lou-jia",
     21,
     "shi-huang"},
    {"off_duty_is_better_than_nobody",
     {{"shi-huang", 20, kClerk, 1, "18:00-08:00"}},
     "lou-jia",
     20,
     "shi-huang"},
    {"county_on_duty_before_township_off_duty",
     {{"shi-huang", 20, kClerk, 1, "18:00-08:00"}, {"sz", 30, kClerk}},
     "lou-jia",
     30,
     "sz"},
};

class Owner : public testing::TestWithParam<OwnerCase> {};
TEST_P(Owner, IsExactlyOne) {
  const auto& given = GetParam();
  const Directory directory = make(given.duties);
  const Assignment owner = directory.owner_for(UnitCode{given.unit}, kNow, PersonId{given.except});
  EXPECT_EQ(owner.person, PersonId{given.person});
  EXPECT_EQ(owner.unit, UnitCode{given.at_unit});
  EXPECT_NE(directory.person(owner.person), nullptr);
}
INSTANTIATE_TEST_SUITE_P(Directory, Owner, testing::ValuesIn(kOwners),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Directory, NoUnitIsEverWithoutAnOwnerWhateverTheDuties) {
  // Every subset of six duties, every unit, by day and by night.
  const std::vector<At> all{{"lou-jia", 11, kCadre},
                            {"lou-jia", 15, kDeputy, 1, "", {}, kNow + 1h},
                            {"grid-1", 16, kCadre, 1, "08:30-17:30 Mon-Fri"},
                            {"shi-huang", 20, kClerk, 1, "08:30-17:30 Mon-Fri"},
                            {"sz", 30, kClerk, 1, "", kNow + 2h},
                            {"sx", 40, DutyRole::leader}};
  for (unsigned chosen = 0; chosen < (1U << all.size()); ++chosen) {
    std::vector<At> some;
    for (std::size_t i = 0; i < all.size(); ++i)
      if (chosen & (1U << i)) some.push_back(all[i]);
    const Directory directory = make(some);
    for (const Unit& unit : directory.units())
      for (const auto later : {0h, 3h, 13h}) {
        const Assignment owner = directory.owner_for(unit.code, kNow + later);
        EXPECT_TRUE(owner.person);
        EXPECT_NE(directory.unit(owner.unit), nullptr);
        EXPECT_NE(directory.person(owner.person), nullptr);
      }
  }
}

TEST(Directory, DeputiesActAtTheSameUnitOnly) {
  const Directory directory = make({{"lou-jia", 11, kCadre},
                                    {"lou-jia", 15, kDeputy},
                                    {"lou-jia", 17, kDeputy, 1, "", {}, kNow},
                                    {"bai-yun", 16, kDeputy},
                                    {"lou-jia", 12, kCadre, 2}});
  const Assignment owner = directory.owner_for(UnitCode{"xi-dong"}, kNow);
  EXPECT_TRUE(directory.may_act_for(PersonId{11}, owner, kNow));
  EXPECT_TRUE(directory.may_act_for(PersonId{15}, owner, kNow));
  EXPECT_FALSE(directory.may_act_for(PersonId{17}, owner, kNow)) << "ended";
  EXPECT_FALSE(directory.may_act_for(PersonId{16}, owner, kNow)) << "elsewhere";
  EXPECT_FALSE(directory.may_act_for(PersonId{12}, owner, kNow)) << "a colleague";
  EXPECT_FALSE(directory.may_act_for(PersonId{}, owner, kNow));
  EXPECT_FALSE(directory.may_act_for(PersonId{}, Assignment{}, kNow));
}

TEST(Directory, OfficeIsTheTownshipsClerksByPriority) {
  const Directory directory = make({{"shi-huang", 21, kClerk, 2},
                                    {"shi-huang", 20, kClerk, 1},
                                    {"shi-huang", 22, kClerk, 3, "18:00-08:00"},
                                    {"sz", 30, kClerk},
                                    {"works", 23, kClerk}});
  const auto people = [&](const char* unit, Instant at) {
    std::vector<std::int64_t> found;
    for (const Assignment& a : directory.office_for(UnitCode{unit}, at))
      found.push_back(a.person.raw());
    return found;
  };
  using Ids = std::vector<std::int64_t>;
  EXPECT_EQ(people("xi-dong", kNow), (Ids{20, 21}));
  EXPECT_EQ(people("works", kNow), (Ids{20, 21}))
      << "the office of the township, not the department";
  EXPECT_EQ(people("xi-dong", kNow + 10h), (Ids{20, 21, 22}));
  EXPECT_EQ(people("water", kNow), (Ids{30}));
  EXPECT_EQ(people("atlantis", kNow), (Ids{})) << "nobody at the top";
  EXPECT_TRUE(make({}).office_for(UnitCode{"xi-dong"}, kNow).empty());
  EXPECT_EQ(make({{"shi-huang", 22, kClerk, 3, "18:00-08:00"}})
                .office_for(UnitCode{"lou-jia"}, kNow)
                .size(),
            1U)
      << "off duty is better than nobody";
}

TEST(Directory, Names) {
  const Directory directory = make({});
  EXPECT_EQ(directory.full_name(UnitCode{"xi-dong"}), "石璜镇楼家村溪东自然村");
  EXPECT_EQ(directory.full_name(UnitCode{"lou-jia"}), "石璜镇楼家村");
  EXPECT_EQ(directory.full_name(UnitCode{"shi-huang"}), "石璜镇");
  EXPECT_EQ(directory.full_name(UnitCode{"sz"}), "嵊州市");
  EXPECT_EQ(directory.full_name(UnitCode{"water"}), "水利局");
  EXPECT_EQ(directory.full_name(UnitCode{"works"}), "石璜镇水利站")
      << "the township is not said twice";
  EXPECT_EQ(directory.full_name(UnitCode{"ginger"}), directory.unit(UnitCode{"ginger"})->name)
      << "a firm needs no township";
  EXPECT_EQ(directory.full_name(UnitCode{"atlantis"}), "");
}

TEST(Directory, Tree) {
  const Directory directory = make({});
  EXPECT_EQ(directory.version(), 7);
  EXPECT_EQ(directory.unit(UnitCode{"lou-jia"})->name, "楼家村");
  EXPECT_EQ(directory.unit(UnitCode{""}), nullptr);
  EXPECT_EQ(directory.township_of(UnitCode{"xi-dong"})->code, UnitCode{"shi-huang"});
  EXPECT_EQ(directory.township_of(UnitCode{"shi-huang"})->code, UnitCode{"shi-huang"});
  EXPECT_EQ(directory.township_of(UnitCode{"sz"}), nullptr);
  EXPECT_TRUE(directory.within(UnitCode{"xi-dong"}, UnitCode{"sx"}));
  EXPECT_TRUE(directory.within(UnitCode{"sz"}, UnitCode{"sz"}));
  EXPECT_FALSE(directory.within(UnitCode{"sz"}, UnitCode{"xi-dong"}));
  EXPECT_FALSE(directory.within(UnitCode{"bai-yun"}, UnitCode{"lou-jia"}));
  EXPECT_FALSE(directory.within(UnitCode{"lou-jia"}, UnitCode{"atlantis"}));
  EXPECT_FALSE(directory.within(UnitCode{"atlantis"}, UnitCode{"atlantis"}));
}

TEST(Directory, DutiesOfAPerson) {
  const Directory directory = make({{"lou-jia", 11, kCadre, 1, "08:30-09:00 Sun"},
                                    {"bai-yun", 11, DutyRole::helper, 1, "", kNow + 1h}});
  ASSERT_EQ(directory.duties_of(PersonId{11}, kNow).size(), 1U);
  EXPECT_EQ(directory.duties_of(PersonId{11}, kNow)[0].unit, UnitCode{"lou-jia"});
  EXPECT_EQ(directory.duties_of(PersonId{11}, kNow + 1h).size(), 2U);
  EXPECT_TRUE(directory.duties_of(PersonId{99}, kNow).empty());
  EXPECT_EQ(directory.person(PersonId{11})->name, "P11");
  EXPECT_EQ(directory.person(PersonId{99}), nullptr);
  EXPECT_EQ(directory.people().size(), 2U) << "and the duty desk";
}

TEST(Directory, AccountsPreferredFirst) {
  const auto account = [](std::int64_t id, bool following, Instant last) {
    Account a;
    a.id = AccountId{id};
    a.person = PersonId{11};
    a.following = following;
    a.last_in_at = last;
    return a;
  };
  const Directory directory =
      make({{"lou-jia", 11, kCadre}}, {account(1, false, kNow), account(2, true, {}),
                                       account(3, true, kNow - 1h), account(4, true, kNow)});
  std::vector<std::int64_t> order;
  for (const Account& a : directory.accounts_of(PersonId{11})) order.push_back(a.id.raw());
  EXPECT_EQ(order, (std::vector<std::int64_t>{4, 3, 2, 1}));
  EXPECT_TRUE(directory.accounts_of(PersonId{12}).empty());
}

TEST(Directory, BrokenTreesAreRefusedByName) {
  const auto message = [](std::vector<Unit> list, std::vector<Duty> duties = {}) -> std::string {
    try {
      Directory{1, std::move(list), std::move(duties), {}, {}};
    } catch (const std::invalid_argument& e) {
      return e.what();
    }
    return "accepted";
  };
  constexpr auto kVillage = UnitKind::village;
  EXPECT_EQ(message({make_unit("a", "", kVillage, ""), make_unit("a", "", kVillage, "")}),
            "directory: unit code 'a' is given twice");
  EXPECT_EQ(message({make_unit("a", "", kVillage, "b")}),
            "directory: unit 'a' has an unknown parent 'b'");
  EXPECT_EQ(message({make_unit("a", "", kVillage, "b"), make_unit("b", "", kVillage, "a")}),
            "directory: unit 'a' is above itself");
  EXPECT_EQ(message({make_unit("a", "", kVillage, "a")}), "directory: unit 'a' is above itself");
  Duty duty;
  duty.unit = UnitCode{"x"};
  EXPECT_EQ(message(units(), {duty}), "directory: duty at an unknown unit 'x'");
  duty.unit = UnitCode{"lou-jia"};
  duty.hours = "always";
  EXPECT_EQ(message(units(), {duty}),
            "directory: hours 'always' at unit 'lou-jia': write them as 08:30-17:30 Mon-Fri");
}

// As many units as all of Zhejiang has: anything quadratic would not come to an end.
TEST(Directory, LoadsAWholeProvince) {
  constexpr int kUnits = 100'000, kLookUps = 10'000;
  std::vector<Unit> list;
  list.push_back(make_unit("top", "", UnitKind::city, ""));
  for (int i = 0; i < kUnits; ++i)
    list.push_back(make_unit("unit-" + std::to_string(i), "村" + std::to_string(i % 25'000),
                             UnitKind::village,
                             i < 100 ? "top" : "unit-" + std::to_string(i / 10)));
  const Directory directory{1, std::move(list), {}, {}, {}};
  EXPECT_EQ(directory.units().size(), static_cast<std::size_t>(kUnits) + 1);
  EXPECT_TRUE(directory.within(UnitCode{"unit-" + std::to_string(kUnits - 1)}, UnitCode{"top"}));
  // Walking through all units at each question would not come to an end either.
  std::size_t found = 0;
  for (int i = 0; i < kLookUps; ++i) {
    found += directory.named("村" + std::to_string(i), kNow).size();
    found += directory.people_named("村" + std::to_string(i)).size();
    found += directory.departments_for("land", UnitCode{"unit-" + std::to_string(i)}, kNow).size();
    found += directory.next_change(kNow) == Instant{} ? 0 : 1;
  }
  EXPECT_EQ(found, 4U * kLookUps);
}

}  // namespace
}  // namespace huiyin
