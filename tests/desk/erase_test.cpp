// 删除我的信息 (handbook §11).
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::DeskHarness;
using testing::HasSubstr;
using testing::Not;
namespace people = fakes::people;

TEST(Erase, leaves_the_matter_and_nobody_in_it) {
  DeskHarness desk;
  Person person = *desk.set.person(desk.resident("甲"));
  person.name = "王大伯";
  person.phone = "13812345678";
  person.bound_unit = UnitCode{"lj"};
  Decision known;
  known.persons.push_back(person);
  desk.set.fold(known);
  desk.load = [&](const Need&, WorkingSet&) {};
  desk.say("甲", "楼家村路灯坏了，王大伯家门口，电话13812345678");
  desk.say(people::instructor, "办结 王大伯13812345678已告知，灯已换好");
  desk.now += std::chrono::hours{1};
  desk.say("甲", "云帆纺织门口的井盖没了，找王大伯");
  const auto asked = desk.say("甲", "删除我的信息");
  EXPECT_THAT(desk.kinds(asked), testing::ElementsAre("reporter/confirm_erase"));
  EXPECT_THAT(desk.read(asked.notices[0]), HasSubstr("2件事"));
  const auto gone = desk.say("甲", "是");
  EXPECT_THAT(desk.kinds(gone), testing::Contains("reporter/erased"));
  ASSERT_TRUE(gone.erasure);
  EXPECT_EQ(gone.erasure->cases.size(), 2u);
  const Person& after = *desk.set.person(person.id);
  EXPECT_TRUE(after.name.empty() && after.phone.empty() && !after.bound_unit);
  EXPECT_EQ(after.erased_at, desk.now);
  for (const auto& [id, row] : desk.set.cases()) {
    const Case& c = row.row;
    EXPECT_EQ(c.privacy, Privacy::anonymous);
    EXPECT_TRUE(c.reporter);  // an open case still answers there
    for (const std::string& text : {c.text, c.result, c.place}) {
      EXPECT_THAT(text, Not(HasSubstr("王大伯")));
      EXPECT_THAT(text, Not(HasSubstr("13812345678")));
    }
    EXPECT_FALSE(c.text.empty());  // the case is kept for statistics
    EXPECT_EQ(
        std::ranges::count_if(
            gone.events, [&](const Event& e) { return e.case_id == id && e.move == Move::redact; }),
        1);
  }
  EXPECT_FALSE(gone.erasure->events.empty());
  for (const auto& [event, text] : gone.erasure->events) {
    EXPECT_THAT(text, Not(HasSubstr("王大伯")));
    EXPECT_THAT(text, Not(HasSubstr("13812345678")));
  }
  // Whoever handles the open one still answers, to nobody known.
  const auto told = desk.say(people::officer, "进展 已联系施工单位，明天装井盖");
  EXPECT_EQ(desk.to(told, person.id).size(), 1u);
  const auto mine = desk.say("甲", "我的信息");
  EXPECT_FALSE(mine.notices.at(0).facts.contains("name"));
}

// What he wrote to a neighbour's matter goes too; the neighbour's own words stay.
TEST(Erase, reaches_what_was_added_to_the_matter_of_another) {
  DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了，我电话13900001111");
  desk.say("乙", "楼家村路灯不亮");
  desk.say("乙", "补充 260326-0001 第三盏，可以打我电话13812345678");
  const std::string before = desk.case_of("260326-0001").text;
  ASSERT_THAT(before, HasSubstr("13812345678"));
  desk.say("乙", "删除我的信息");
  const auto gone = desk.say("乙", "是");
  ASSERT_TRUE(gone.erasure);
  const Case& first = desk.case_of("260326-0001");
  EXPECT_THAT(first.text, Not(HasSubstr("13812345678")));
  EXPECT_THAT(first.text, HasSubstr("13900001111"));
  EXPECT_THAT(first.text, HasSubstr("第三盏"));
  EXPECT_EQ(first.privacy, Privacy::named);
  EXPECT_TRUE(std::ranges::any_of(gone.erasure->events, [](const auto& event) {
    return event.second.find("第三盏") != std::string::npos;
  }));
  for (const Event& event : desk.set.history(first.id))
    EXPECT_THAT(event.text, Not(HasSubstr("13812345678")));
}

class EraseTalks : public Talks {};
TEST_P(EraseTalks, go_as_written) {
  DeskHarness desk;
  play(desk, GetParam().lines);
}
const Talk kTalks[] = {
    {"not_meant",
     {{"甲", "删除我的信息", {"reporter/confirm_erase"}, "不能恢复"},
      {"甲", "不", {"reporter/not_now"}, "没有删除"}}},
    {"a_late_yes_is_no_answer",
     {{"甲", "删除我的信息", {"reporter/confirm_erase"}},
      {"clock", "+45", {}},
      {"甲", "是", {"reporter/help"}}}},
    {"staff_ask_their_unit", {{"instructor", "删除我的信息", {"reporter/not_now"}, "所在单位"}}},
    {"how_to", {{"甲", "我的信息", {"reporter/privacy"}, "删除我的信息"}}},
};
INSTANTIATE_TEST_SUITE_P(All, EraseTalks, testing::ValuesIn(kTalks), label);

}  // namespace
}  // namespace huiyin::conversation
