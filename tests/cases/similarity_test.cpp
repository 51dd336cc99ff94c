// Pairs of messages as villagers write them: one matter or two?
#include "server/cases/similarity.h"

#include <gtest/gtest.h>

#include <string>

namespace huiyin {
namespace {

constexpr double kSame = 0.5;  // Policy::same_problem

struct Pair {
  int line;
  const char *one, *other;
  bool same;
};

const Pair kPairs[] = {
    // one problem in other words
    {__LINE__, "路灯坏了", "路灯不亮", true},
    {__LINE__, "路灯坏了", "村口那盏路灯不亮了，晚上走路看不见", true},
    {__LINE__, "路灯坏了好几天", "村里的路灯都不亮", true},
    {__LINE__, "停水了", "我家没水了", true},
    {__LINE__, "楼家村停水了", "石璜镇楼家村我家没有水", true},
    {__LINE__, "垃圾没人收，堆在桥头", "桥头垃圾堆成山了，臭得很", true},
    {__LINE__, "垃圾堆满了没人清", "垃圾桶堆满了，几天没人清运", true},
    {__LINE__, "河里有人倒垃圾，水都黑了", "有人往河里倒垃圾", true},
    {__LINE__, "桥栏杆断了很危险", "桥上的栏杆断了一截，小孩走过危险", true},
    {__LINE__, "自来水发黄有味道", "自来水黄，有怪味道，不敢喝", true},
    {__LINE__, "马路上有个大坑，车子开过去很颠", "马路中间有个大坑没人填", true},
    {__LINE__, "化工厂半夜排污，味道很臭", "化工厂晚上偷偷排污", true},
    {__LINE__, "网络断了，上不了网", "网络断了好久，小孩上不了网课", true},
    {__LINE__, "３号路灯坏了", "3号路灯坏了！！", true},
    {__LINE__, "street lamp broken", "The street lamp is broken again", true},
    // two problems
    {__LINE__, "路灯坏了", "垃圾没人收", false},
    {__LINE__, "路灯坏了", "路坏了", false},
    {__LINE__, "停水了", "停电了", false},
    {__LINE__, "水管漏水", "屋顶漏水", false},
    {__LINE__, "水管爆了，水流了一地", "下水道堵了，污水流了一地", false},
    {__LINE__, "邻居唱歌太吵", "工地施工太吵", false},
    {__LINE__, "桥栏杆断了", "电线杆断了", false},
    {__LINE__, "养老金没有发", "低保没有发", false},
    {__LINE__, "想问一下医保怎么交", "想问一下公租房怎么申请", false},
    {__LINE__, "养猪场味道臭", "厕所味道臭", false},
    {__LINE__, "狗咬人", "狗乱叫", false},
    {__LINE__, "公交车不停站", "公交站牌坏了", false},
    {__LINE__, "楼家村路灯坏了", "楼家村垃圾没有人收", false},
    // nothing to compare
    {__LINE__, "没人管", "没人管", false},
    {__LINE__, "麻烦尽快处理一下", "麻烦尽快处理一下", false},
    {__LINE__, "", "路灯坏了", false},
    {__LINE__, "123", "123", false},
    {__LINE__, "楼家村", "楼家村", false},
    {__LINE__, "\xE8\xB7", "\xFF\xFE", false},
};

TEST(Similarity, pairs) {
  for (const Pair& pair : kPairs) {
    const double s = similarity(pair.one, pair.other, {"石璜镇", "楼家村"});
    EXPECT_EQ(s >= kSame, pair.same) << pair.line << ": " << s;
    EXPECT_EQ(s, similarity(pair.other, pair.one, {"石璜镇", "楼家村"})) << pair.line;
    EXPECT_GE(s, 0) << pair.line;
    EXPECT_LE(s, 1) << pair.line;
  }
}

TEST(Similarity, a_long_story_is_read_from_its_beginning) {
  std::string story = "路灯坏了，";
  for (int i = 0; i < 5000; ++i) story += "我家的情况就是这样子。";
  EXPECT_GT(similarity(story, story), 0.99);
  EXPECT_EQ(similarity(story, "停水"), 0);
}

const Pair kTwice[] = {
    {__LINE__, "楼家村路灯坏了", "楼家村路灯坏了！", true},
    {__LINE__, "楼家村路灯坏了", "楼家村路灯坏了", true},
    {__LINE__, "村口的路灯坏了没人修，晚上很黑", "村口路灯坏了没人修，晚上很黑", true},
    {__LINE__, "村口的路灯坏了没人修，晚上很黑看不见", "村口的路灯坏了没人休，晚上很黑看不见",
     true},
    {__LINE__, "停水了", "停水", true},
    // another house, another lamp
    {__LINE__, "楼家村第1号路灯坏了", "楼家村第2号路灯坏了", false},
    {__LINE__, "楼家村第１号路灯坏了", "楼家村第1号路灯坏了", true},
    {__LINE__, "第三盏路灯坏了", "第四盏路灯坏了", false},
    {__LINE__, "停水", "停电", false},
    {__LINE__, "路灯坏了", "路灯修好了", false},
    {__LINE__, "楼家村路灯坏了", "楼家村垃圾没人收", false},
    {__LINE__, "，，", "。", false},
};

TEST(Similarity, the_same_message_twice) {
  for (const Pair& pair : kTwice) {
    EXPECT_EQ(nearly_identical(pair.one, pair.other), pair.same) << pair.line;
    EXPECT_EQ(nearly_identical(pair.other, pair.one), pair.same) << pair.line;
  }
}

}  // namespace
}  // namespace huiyin
