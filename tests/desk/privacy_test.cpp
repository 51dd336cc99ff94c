// Who may know who reported it (handbook §11).
#include "tests/desk/changed_directory.h"
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

using fakes::DeskHarness;
using testing::HasSubstr;
using testing::Not;
namespace people = fakes::people;

void name_reporter(DeskHarness& desk) {
  Person person = *desk.set.person(desk.resident("甲"));
  person.name = "王大伯";
  person.phone = "13812345678";
  Decision known;
  known.persons.push_back(person);
  desk.set.fold(known);
}

struct Mode {
  const char* label;
  std::vector<const char*> says;
  Privacy privacy;
  bool owner_knows, office_knows;
};

class Modes : public testing::TestWithParam<Mode> {};
INSTANTIATE_TEST_SUITE_P(
    All, Modes,
    testing::Values(
        Mode{"named", {"楼家村路灯坏了"}, Privacy::named, true, true},
        Mode{"violation", {"举报楼家村有人赌博"}, Privacy::confidential, false, true},
        Mode{"about_people", {"投诉楼家村小店服务员骂人"}, Privacy::confidential, false, true},
        Mode{"said_in_it", {"楼家村路灯坏了，别说是我"}, Privacy::confidential, false, true},
        Mode{"said_first", {"匿名", "楼家村路灯坏了"}, Privacy::anonymous, false, false},
        Mode{"said_after", {"楼家村路灯坏了", "匿名"}, Privacy::anonymous, false, false},
        Mode{"said_with_more",
             {"楼家村路灯坏了", "灯杆也歪了，不要透露我的姓名"},
             Privacy::confidential,
             false,
             true},
        Mode{"said_before_the_place",
             {"路灯坏了没人修", "保密", "楼家村"},
             Privacy::confidential,
             false,
             true}),
    [](const auto& info) { return std::string{info.param.label}; });

TEST_P(Modes, show_the_reporter_to_whom_they_may) {
  const Mode& mode = GetParam();
  DeskHarness desk;
  name_reporter(desk);
  Decision last;
  for (const char* line : mode.says) last = desk.say("甲", line);
  ASSERT_EQ(desk.set.cases().size(), 1u);
  EXPECT_EQ(desk.only_case().privacy, mode.privacy);
  EXPECT_TRUE(last.notices.back().to == desk.only_case().reporter || !last.notices.empty());
  for (const auto& [who, knows] : {std::pair{people::instructor, mode.owner_knows},
                                   std::pair{people::clerk, mode.office_knows}}) {
    const auto seen = desk.say(who, "查询 " + desk.only_case().number);
    const std::string text = desk.read(seen.notices.at(0));
    EXPECT_EQ(text.find("王大伯") != std::string::npos, knows) << text;
    EXPECT_EQ(text.find("13812345678") != std::string::npos, knows) << text;
    EXPECT_EQ(seen.views.size(), knows ? 1u : 0u);  // each view is logged
  }
}

TEST(Privacy, words_of_anonymous_people_are_masked_for_all) {
  DeskHarness desk;
  name_reporter(desk);
  const auto decision =
      desk.say("甲", "匿名：楼家村路灯坏了，我叫王大伯，电话一三八一二三四五六七八");
  for (const auto& notice : decision.notices) {
    EXPECT_THAT(desk.read(notice), Not(HasSubstr("王大伯"))) << notice.kind;
    EXPECT_THAT(desk.read(notice), Not(HasSubstr("二三四"))) << notice.kind;
  }
  EXPECT_THAT(desk.read(*desk.to(decision, desk.only_case().reporter).at(0)),
              HasSubstr("谁也看不到您是谁"));
}

TEST(Privacy, followers_never_read_the_reporters_name) {
  DeskHarness desk;
  name_reporter(desk);
  desk.say("甲", "楼家村自来水又黄又浑");
  desk.now += std::chrono::minutes{20};
  desk.say("乙", "楼家村自来水又黄又浑");
  const auto told =
      desk.say(people::instructor, "进展 260326-0001 已到王大伯家看过，电话13812345678联系");
  const auto followers = desk.to(told, desk.resident("乙"));
  ASSERT_EQ(followers.size(), 1u);
  EXPECT_THAT(desk.read(*followers[0]), Not(HasSubstr("王大伯")));
  EXPECT_THAT(desk.read(*followers[0]), Not(HasSubstr("13812345678")));
}

TEST(Privacy, nobody_is_asked_to_telephone_the_anonymous) {
  DeskHarness desk;
  desk.say("甲", "匿名：楼家村路灯坏了");
  const Unheard unheard{NoticeId{77}, desk.only_case().id, desk.only_case().reporter, "registered"};
  const auto decision = desk.decide_on(unheard);
  EXPECT_TRUE(decision.notices.empty());
  EXPECT_EQ(desk.only_case().calls, 0);
  EXPECT_EQ(decision.asked.size(), 1u);
}

// A wish is a move like any other: it finds a case with an owner.
TEST(Privacy, a_wish_after_the_owner_left) {
  DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了");
  desk.directory = without(*desk.directory, {people::instructor});
  const auto decision = desk.say("甲", "匿名");
  EXPECT_EQ(desk.only_case().owner, people::deputy);
  EXPECT_THAT(desk.kinds(DeskHarness::without_edits(decision)),
              testing::IsSupersetOf({"reporter/dispatched", "reporter/privacy_mode"}));
}

TEST(Privacy, the_purpose_is_told_once) {
  DeskHarness desk;
  const auto first = desk.say("甲", "保密");
  EXPECT_TRUE(first.notices.at(0).facts.contains("purpose"));
  const auto second = desk.say("甲", "楼家村路灯坏了");
  for (const auto& notice : second.notices) EXPECT_FALSE(notice.facts.contains("purpose"));
  EXPECT_EQ(desk.set.person(desk.resident("甲"))->privacy, Privacy::named);  // used
}

}  // namespace
}  // namespace huiyin::conversation
