// The seed's story: a ditch is cut, the ginger needs water.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/fakes/desk_harness.h"

namespace huiyin {
namespace {

using fakes::DeskHarness;
using testing::ElementsAre;
using testing::HasSubstr;
namespace people = fakes::people;

TEST(Story, the_ginger_gets_its_water) {
  DeskHarness desk;
  const auto farmer = desk.resident("farmer");

  auto said = desk.say("farmer", "石璜镇楼家村溪东自然村，修河道把水渠挖断了，生姜地要浇水");
  ASSERT_THAT(desk.kinds(said), ElementsAre("owner/card", "reporter/registered"));
  const std::string number = desk.only_case().number;
  EXPECT_EQ(number, "260326-0001");
  EXPECT_EQ(desk.only_case().owner, people::instructor);
  EXPECT_EQ(desk.only_case().place, "石璜镇楼家村溪东自然村");
  EXPECT_EQ(said.notices[0].to, people::instructor);
  EXPECT_TRUE(said.notices[1].answers_input);
  EXPECT_EQ(said.notices[1].events.size(), 2u);
  const auto registered = desk.read(said.notices[1]);
  for (const char* part : {"260326-0001", "石璜镇楼家村溪东自然村", "石璜镇楼家村驻村指导员",
                           "4月2日前答复您", "您的信息只用于"})
    EXPECT_THAT(registered, HasSubstr(part));

  desk.now += std::chrono::minutes{20};
  auto accepted = desk.say(people::instructor, "签收 " + number);
  EXPECT_THAT(desk.kinds(accepted), ElementsAre("reporter/accepted", "owner/done"));
  EXPECT_EQ(accepted.notices[0].to, farmer);
  EXPECT_FALSE(accepted.notices[0].answers_input);

  auto progress = desk.say(people::instructor, "进展 已联系施工单位，明天架抽水机");
  EXPECT_THAT(desk.kinds(progress), ElementsAre("reporter/progress", "owner/done"));
  EXPECT_THAT(desk.read(progress.notices[0]), HasSubstr("明天架抽水机"));

  auto closed = desk.say(people::instructor, "办结 " + number + " 抽水机已架好，水已经到姜田");
  EXPECT_THAT(desk.kinds(closed), ElementsAre("reporter/closed", "owner/done"));
  EXPECT_THAT(desk.read(closed.notices[0]), HasSubstr("已解决。抽水机已架好，水已经到姜田。"));
  EXPECT_THAT(desk.read(closed.notices[0]),
              HasSubstr("回复1-5评价（5非常满意，1非常不满意）；没解决请回复‘没解决’"));
  EXPECT_EQ(desk.only_case().outcome, Outcome::solved);

  auto status = desk.say("farmer", "查询");
  EXPECT_THAT(desk.kinds(status), ElementsAre("reporter/status"));
  auto rated = desk.say("farmer", "5");
  EXPECT_THAT(desk.kinds(rated), ElementsAre("reporter/rated", "owner/rating"));
  EXPECT_EQ(desk.only_case().rating, 5);
  auto thanks = desk.say("farmer", "谢谢");
  EXPECT_THAT(desk.kinds(thanks), ElementsAre("reporter/thanks"));
  EXPECT_EQ(desk.only_case().stage, Stage::closed);
}

}  // namespace
}  // namespace huiyin
