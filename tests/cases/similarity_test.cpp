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
    // villagers' retellings
    {__LINE__, "村口那盏路灯坏了半个月", "晚上村口路灯不亮，老人摔跤了", true},
    {__LINE__, "自来水没有水三天了", "我们这边停水三天了怎么还不来水", true},
    {__LINE__, "桥头垃圾桶满出来了没人清", "桥头的垃圾桶满了好几天，没人来清", true},
    {__LINE__, "下水道堵了污水冒出来", "下水道堵住，污水都冒到路上了", true},
    {__LINE__, "村道上有个大坑，电瓶车摔了", "村道大坑没填，骑电瓶车很危险", true},
    {__LINE__, "小区电梯坏了，困过人", "小区电梯经常坏，没人修", true},
    {__LINE__, "广场舞音响太大声", "广场舞音响声音太大，影响休息", true},
    {__LINE__, "变压器嗡嗡响，怕出事", "变压器一直嗡嗡响，会不会爆炸", true},
    {__LINE__, "公交车好久不来，等一个小时", "公交车等一个小时都不来", true},
    {__LINE__, "健身器材坏了，小孩玩危险", "文化广场健身器材坏了没人管", true},
    {__LINE__, "电线垂下来碰到晒衣服", "电线垂得很低，碰到衣服了", true},
    {__LINE__, "养猪场臭味很大，开不了窗", "养猪场臭得开不了窗户", true},
    {__LINE__, "河边护栏断了一段", "河边的护栏断了，小孩子危险", true},
    {__LINE__, "村里公厕没人打扫，很脏", "公厕脏得进不去，没人打扫", true},
    {__LINE__, "手机没有信号，打不出电话", "村里手机信号没有，电话打不出去", true},
    {__LINE__, "流浪狗追小孩", "好几只流浪狗追着小孩跑", true},
    // one thing, another trouble
    {__LINE__, "路灯坏了", "路灯太亮照进窗户", false},
    {__LINE__, "路灯坏了", "红绿灯坏了", false},
    {__LINE__, "路灯坏了", "健身器材坏了", false},
    {__LINE__, "路边大树要倒了", "路边电线杆要倒了", false},
    {__LINE__, "桥头垃圾没人清", "桥头栏杆断了", false},
    {__LINE__, "工地半夜施工太吵", "工地灰尘太大", false},
    {__LINE__, "工地拖欠工资", "工地施工太吵", false},
    {__LINE__, "自来水发黄", "自来水停了", false},
    {__LINE__, "河道有死鱼", "河道有人倒垃圾", false},
    {__LINE__, "公厕没人打扫", "公厕水龙头坏了", false},
    {__LINE__, "小区电梯坏了", "小区门禁坏了", false},
    {__LINE__, "小区停车位不够", "小区停车收费太贵", false},
    {__LINE__, "公交车好久不来", "公交车司机骂人", false},
    {__LINE__, "水渠断了没水浇", "水渠里有死猪", false},
    {__LINE__, "变压器嗡嗡响", "变压器被偷了", false},
    {__LINE__, "电线垂下来", "网线垂下来", false},
    {__LINE__, "养老金没到账", "养老金认证怎么弄", false},
    {__LINE__, "村道有个大坑", "村道被人占了堆柴", false},
    {__LINE__, "邻居家养鸡太臭", "邻居家违章搭棚", false},
    {__LINE__, "幼儿园饭菜不好", "幼儿园门口堵车", false},
    // the same in too few common words: told apart rather than taken for one
    {__LINE__, "水渠被施工队挖断，姜地没水浇", "施工把水渠挖断了，姜田浇不到水", false},
    {__LINE__, "工地半夜施工吵得睡不着", "工地夜里施工太吵", false},
    {__LINE__, "河道里很多死鱼，很臭", "河道有死鱼，臭死了", false},
    {__LINE__, "路边大树要倒了", "路边有棵大树快倒了，赶紧来看看", false},
    // nothing to compare
    {__LINE__, "没人管", "没人管", false},
    {__LINE__, "麻烦尽快处理一下", "麻烦尽快处理一下", false},
    {__LINE__, "", "路灯坏了", false},
    {__LINE__, "123", "123", false},
    {__LINE__, "楼家村", "楼家村", false},
    {__LINE__, "\xE8\xB7", "\xFF\xFE", false},
};

double similarity(std::string_view a, std::string_view b,
                  const std::vector<std::string_view>& leave_out = {}) {
  return Trouble{a, leave_out}.similarity(Trouble{b, leave_out});
}

TEST(Similarity, pairs) {
  for (const Pair& pair : kPairs) {
    const double s = similarity(pair.one, pair.other, {"石璜镇", "楼家村"});
    EXPECT_EQ(s >= kSame, pair.same) << pair.line << ": " << s;
    EXPECT_EQ(s, similarity(pair.other, pair.one, {"石璜镇", "楼家村"})) << pair.line;
    EXPECT_GE(s, 0) << pair.line;
    const Trouble one{pair.one, {"石璜镇", "楼家村"}}, other{pair.other, {"石璜镇", "楼家村"}};
    EXPECT_TRUE(s == 0 || (one.may_resemble(pair.other, s) && other.may_resemble(pair.one, s)))
        << pair.line;
    EXPECT_LE(s, 1) << pair.line;
  }
}

TEST(Similarity, what_has_nothing_in_common_is_seen_at_once) {
  EXPECT_FALSE(Trouble{"自来水早上开始发黄"}.may_resemble("公交班车改了线路", 0.5));
  EXPECT_TRUE(Trouble{"停水"}.may_resemble("我家没有水", 0.5));
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
