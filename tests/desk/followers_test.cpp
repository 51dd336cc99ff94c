// Whoever reported the same, or asked to hear: every move, and the moves of their own.
#include "server/desk/followers.h"

#include "tests/desk/changed_directory.h"
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

const std::vector<std::string> kRegistered{"owner/card", "reporter/registered"};
const std::vector<std::string> kKnown{"owner/card", "owner/similar", "reporter/registered"};
const std::vector<std::string> kBoth{"reporter/closed", "reporter/closed", "owner/done"};

const std::vector<Line> kTwo{{"甲", "楼家村路灯坏了", kRegistered},
                             {"乙", "楼家村路灯不亮", kKnown}};

std::vector<Line> after_two(std::vector<Line> lines) {
  lines.insert(lines.begin(), kTwo.begin(), kTwo.end());
  return lines;
}

const Talk kTalks[] = {
    {"every_move_reaches_them",
     after_two(
         {{"instructor", "签收 0001", {"reporter/accepted", "reporter/accepted", "owner/done"}},
          {"instructor", "办结 0001 换了新灯泡，已经亮了", kBoth}})},
    {"a_question_goes_to_the_reporter_alone",
     after_two(
         {{"instructor", "签收 0001", {"reporter/accepted", "reporter/accepted", "owner/done"}},
          {"instructor",
           "追问 0001 是哪一盏？",
           {"reporter/question", "reporter/question", "owner/done"}},
          {"乙", "补充 260326-0001 我看是第三盏", {"reporter/supplemented", "owner/supplement"}},
          {"甲", "第三盏", {"reporter/answered", "owner/answer"}}})},
    {"own_report_stands_for_both",
     after_two({{"乙", "查询", {"reporter/status"}, "编号260326-0002"},
                {"乙", "催办", {"reporter/urged", "owner/urge"}, "260326-0002"}})},
    {"by_the_number_of_the_first", after_two({{"乙",
                                               "查询 260326-0001",
                                               {"reporter/status"},
                                               "您关注的编号260326-0001（您的编号260326-0002）"},
                                              {"乙",
                                               "催办 260326-0001",
                                               {"reporter/urged", "reporter/urged", "owner/urge"},
                                               "您关注的“路灯坏了”"}})},
    {"others_find_nothing",
     after_two({{"丙", "查询 260326-0001", {"reporter/not_found"}},
                {"丙", "关注 260326-0001", {"reporter/not_found"}},
                {"丙", "关注 0001", {"reporter/not_found"}},
                {"丙", "取消关注 260326-0001", {"reporter/not_found"}},
                {"丙", "取消关注", {"reporter/not_now"}, "您没有关注别的事项"},
                {"丙", "关注", {"reporter/not_now"}, "请写要关注的编号"}})},
    {"everybody_rates_alone",
     after_two({{"instructor", "办结 0001 换了新灯泡，已经亮了", kBoth},
                {"乙", "1", {"reporter/rated_low", "office/rating", "owner/rating"}, "您评了1分"},
                {"甲", "5", {"reporter/rated", "owner/rating"}, "您评了5分"},
                {"乙", "评价 260326-0001 4", {"reporter/not_now"}, "您已经评价过"},
                {"甲", "4", {"reporter/help"}}})},
    {"a_follower_objects",
     after_two({{"instructor", "办结 0001 换了新灯泡，已经亮了", kBoth},
                {"乙",
                 "没解决 260326-0001 还是不亮",
                 {"reporter/reopened", "reporter/reopened", "owner/reopened", "office/reopened"},
                 "重新办理"},
                {"甲", "查询", {"reporter/status"}, "等待接手"}})},
    {"no_more_of_it", after_two({{"乙", "取消关注", {"reporter/unfollowed"}, "260326-0001"},
                                 {"instructor", "签收 0001", {"reporter/accepted", "owner/done"}},
                                 {"乙", "查询 260326-0001", {"reporter/not_found"}},
                                 {"乙", "关注", {"reporter/followed"}, "260326-0001"},
                                 {"乙", "关注 260326-0001", {"reporter/followed"}},
                                 {"instructor",
                                  "进展 0001 已联系电工",
                                  {"reporter/progress", "reporter/progress", "owner/done"}}})},
    {"one_does_not_unfollow_ones_own",
     after_two({{"甲", "取消关注 260326-0001", {"reporter/not_now"}, "这件事是您反映的"},
                {"甲", "关注 260326-0001", {"reporter/status"}}})},
    {"a_cadre_may_follow_what_he_sees",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"clerk", "关注 260326-0001", {"reporter/followed"}},
      {"officer", "关注 260326-0001", {"reporter/not_found"}}}},
    {"withdrawn_for_himself_only",
     after_two({{"甲", "撤回", {"reporter/confirm_withdraw"}},
                {"甲",
                 "是",
                 {"reporter/withdrawn", "owner/withdrawn"},
                 "还有其他人反映这件事，会继续办理"},
                {"instructor", "签收 0001", {"reporter/accepted", "owner/done"}},
                {"甲", "查询 260326-0001", {"reporter/not_found"}},
                {"乙", "查询 260326-0001", {"reporter/status"}}})},
    {"his_own_is_taken_back_and_the_first_left",
     after_two({{"乙", "撤回 260326-0002", {"reporter/confirm_withdraw"}},
                {"乙", "是", {"reporter/withdrawn", "owner/withdrawn"}, "不再办理"},
                {"instructor", "签收 0001", {"reporter/accepted", "owner/done"}}})},
};

class FollowerTalks : public Talks {};
TEST_P(FollowerTalks, go_as_written) {
  fakes::DeskHarness desk;
  play(desk, GetParam().lines);
}
INSTANTIATE_TEST_SUITE_P(All, FollowerTalks, testing::ValuesIn(kTalks), label);

TEST(Followers, ratings_are_kept_apart) {
  fakes::DeskHarness desk;
  play(desk, kTwo);
  desk.say(fakes::people::instructor, "办结 0001 换了新灯泡，已经亮了");
  auto low = desk.say("乙", "2");
  desk.say("甲", "5");
  const Case& first = desk.case_of("260326-0001");
  EXPECT_EQ(first.rating, 5);
  ASSERT_NE(following(first, desk.resident("乙")), nullptr);
  EXPECT_EQ(following(first, desk.resident("乙"))->rating, 2);
  for (const auto& notice : low.notices)
    if (notice.kind == "rating") {
      EXPECT_FALSE(notice.facts.contains("reporter"));
      EXPECT_THAT(desk.read(notice), testing::HasSubstr("另一位关注的人（编号260326-0002）"));
    }
}

TEST(Followers, who_takes_his_place) {
  fakes::DeskHarness desk;
  play(desk, kTwo);
  desk.say("丙", "楼家村路灯都坏了");
  desk.say("甲", "撤回 260326-0001");
  auto said = desk.say("甲", "是");
  const Case& first = desk.case_of("260326-0001");
  EXPECT_EQ(first.reporter, desk.resident("乙"));
  EXPECT_TRUE(is_open(first.stage));
  EXPECT_EQ(following(first, desk.resident("乙")), nullptr);
  EXPECT_NE(following(first, desk.resident("丙")), nullptr);
  EXPECT_TRUE(said.notices.front().events.empty());
  ASSERT_EQ(said.events.size(), 1u);
  EXPECT_EQ(said.events[0].detail, "reporter " + std::to_string(desk.resident("甲").raw()));
}

TEST(Followers, a_joined_report_speaks_for_the_whole) {
  fakes::DeskHarness desk;
  play(desk, kTwo);
  desk.say(fakes::people::clerk, "并件 260326-0002 260326-0001");
  ASSERT_EQ(desk.case_of("260326-0002").outcome, Outcome::merged);
  play(desk, {{"乙", "查询 260326-0002", {"reporter/status"}, "编号260326-0001"},
              {"乙", "查询", {"reporter/status"}, "编号260326-0001（您的编号260326-0002）"},
              {"乙", "催办", {"reporter/urged", "reporter/urged", "owner/urge"}},
              {"乙", "没解决，第三盏也坏了", {"reporter/supplemented", "owner/supplement"}},
              {"instructor", "办结 0001 换了新灯泡，已经亮了", kBoth},
              {"乙",
               "没解决 260326-0002",
               {"reporter/reopened", "reporter/reopened", "owner/reopened", "office/reopened"}},
              {"乙", "撤回 260326-0002", {"reporter/confirm_withdraw"}},
              {"乙", "是", {"reporter/withdrawn"}, "编号260326-0002"},
              {"instructor", "签收 0001", {"reporter/accepted", "owner/done"}}});
  EXPECT_EQ(desk.case_of("260326-0002").outcome, Outcome::merged);
}

TEST(Withdraw, matters_of_safety_stay_open_without_the_name) {
  for (const char* says : {"楼家村着火了快来人", "楼家村电线掉下来漏电"}) {
    fakes::DeskHarness desk;
    desk.say("甲", says);
    auto asked = desk.say("甲", "撤回");
    ASSERT_EQ(asked.notices.back().kind, "confirm_withdraw") << says;
    EXPECT_THAT(desk.read(asked.notices.back()), testing::HasSubstr("关系到安全"));
    auto said = desk.say("甲", "是");
    EXPECT_TRUE(is_open(desk.only_case().stage)) << says;
    EXPECT_EQ(desk.only_case().privacy, Privacy::anonymous);
    EXPECT_THAT(desk.read(*desk.to(said, desk.resident("甲")).front()),
                testing::HasSubstr("今后不再显示您的姓名"));
    EXPECT_THAT(desk.kinds(said), testing::Contains("owner/withdrawn"));
    auto again = desk.say("甲", "撤回");
    desk.say("甲", "是");
    EXPECT_TRUE(is_open(desk.only_case().stage));
  }
}

// The owner has left as well: whoever goes on hears who has it now, each once.
TEST(Followers, who_goes_on_hears_of_a_new_owner_too) {
  fakes::DeskHarness desk;
  play(desk, kTwo);
  desk.say("丙", "楼家村路灯不亮了");
  desk.directory = without(*desk.directory, {fakes::people::instructor});
  desk.say("甲", "撤回 260326-0001");
  const auto decision = desk.say("甲", "是");
  ASSERT_EQ(desk.case_of("260326-0001").reporter, desk.resident("乙"));
  EXPECT_EQ(desk.case_of("260326-0001").owner, fakes::people::deputy);
  const auto heard = [&](const char* who) {
    std::vector<std::string> kinds;
    for (const auto* notice : fakes::DeskHarness::to(decision, desk.resident(who)))
      kinds.push_back(std::string{notice->kind});
    return kinds;
  };
  EXPECT_EQ(heard("甲"), std::vector<std::string>{"withdrawn"});
  EXPECT_EQ(heard("乙"), std::vector<std::string>{"dispatched"});
  EXPECT_EQ(heard("丙"), std::vector<std::string>{"dispatched"});
}

}  // namespace
}  // namespace huiyin::conversation
