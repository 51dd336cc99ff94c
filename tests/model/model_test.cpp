// A randomised model of the county: many people, any words, duplicates, two processes, restarts,
// moving clocks, through the real decide() and a real database. After every step the promises are
// checked on everything that is stored. A walk that breaks one is made shorter before it is shown,
// and belongs into kFound from then on.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/model/world.h"

namespace huiyin::model {
namespace {

using Steps = std::vector<Step>;

const char* const kResidents[] = {"甲", "乙", "丙", "丁", "戊"};
const char* const kStaff[] = {"楼建平",   "楼建平",      "张小燕",     "竺文",       "竺文",
                              "钱伟",     "骆明",        "陈静",       "陈静",       "周县长",
                              "吴市办",   "郑市长",      "水利联络员", "人社联络员", "供水站长",
                              "网格小楼", "市水利联络员"};

const char* const kReports[] = {"楼家村路灯坏了，晚上看不见路",
                                "楼家村的路灯坏了晚上看不见",
                                "楼家村沟渠断水，田里没法浇",
                                "楼家村水渠断水了田里浇不了",
                                "石璜镇新胜村垃圾没有人收",
                                "云帆纺织用工困难，招不到人",
                                "着火了快来人啊，楼家村祠堂",
                                "楼家村停水了",
                                "有人在溪里偷排污水，楼家村",
                                "楼家村有人违建",
                                "我要投诉楼家村村主任乱收费",
                                "投诉石璜镇政府不作为",
                                "举报楼家村有人赌博，别说是我",
                                "匿名 楼家村垃圾乱倒",
                                "建议楼家村多装几盏灯",
                                "表扬楼家村驻村指导员",
                                "石璜镇的路坏了",
                                "楼家村和新胜村之间的路塌了",
                                "路灯坏了",
                                "欠薪，云帆纺织三个月没发工资",
                                "楼家一网格下水道堵了"};
const char* const kResidentSays[] = {"查询",
                                     "催办 {n}",
                                     "撤回 {n}",
                                     "是",
                                     "不",
                                     "没解决 {n} 还是老样子",
                                     "没解决",
                                     "评价 {n} 5",
                                     "评价 {n} 1",
                                     "5",
                                     "1",
                                     "2",
                                     "谢谢",
                                     "补充 {n} 就在村口那一盏",
                                     "我电话13812345678",
                                     "楼家村",
                                     "绑定 楼家村",
                                     "匿名",
                                     "保密",
                                     "退订",
                                     "我的信息",
                                     "删除我的信息",
                                     "关注 {n}",
                                     "取消关注 {n}",
                                     "查询 {n}",
                                     "english",
                                     "中文",
                                     "好的",
                                     "没解决，投诉指导员不作为"};
const char* const kStaffSays[] = {"签收 {n}",
                                  "签收 {n}",
                                  "签收 {n}",
                                  "退回 {n} 不在本村范围",
                                  "联系 {n}",
                                  "进展 {n} 已请电工明天来看",
                                  "进展 {n} 协调未果，施工方不同意",
                                  "追问 {n} 是哪一盏灯？",
                                  "办结 {n} 换了新灯泡，已经亮了",
                                  "办结 {n} 已解决 水已抽到田里，浇上了",
                                  "办结 {n} 已列入计划 明年统一更换线路",
                                  "办结 {n} 不予受理 已由法院判决，请按判决执行",
                                  "上报 {n} 要几个部门一起办，协调未果",
                                  "上报 {n} 超出权限",
                                  "0",
                                  "1",
                                  "转办 {n} 楼家村 请接着办",
                                  "转办 {n} 张小燕 她熟悉情况",
                                  "协办 {n} 供水站 请帮忙抽水",
                                  "延期 {n} 5个工作日 等材料",
                                  "挂账 {n} 2026-05-20 等汛期过后施工",
                                  "销账 {n}",
                                  "并件 {n} {m}",
                                  "拆件 {n}",
                                  "待办",
                                  "帮助 {n}",
                                  "查询 {n}",
                                  "分流 {n} 楼家村",
                                  "分流 {n} 水利局",
                                  "交办 {n} 人社局",
                                  "下派 {n} 村里能办",
                                  "裁定 {n} 楼家村",
                                  "批准 {n}",
                                  "批准 {n}",
                                  "驳回 {n} 请再想想办法",
                                  "督办 {n} 请抓紧",
                                  "提请认领 {n}",
                                  "无效 {n} 内容重复且无法核实",
                                  "难事",
                                  "认领 {n} 水利局",
                                  "认领 {n} 市水利局",
                                  "批示 {n} 请水利局牵头尽快办好",
                                  "指定 {n} 水利局",
                                  "覆盖",
                                  "重办 {n} 请再核实",
                                  "支援 楼家村 骆明",
                                  "请假 今天 4月3日 张小燕",
                                  "请假 取消",
                                  "移交 张小燕",
                                  "补充 {n} 已经到现场看过",
                                  "已电话告知 {n}",
                                  "签收 {n}\n进展 {n} 明天去看看现场",
                                  "收到",
                                  "补录 楼家村 王大伯家路灯不亮"};
const char* const kWaits[] = {"3", "40", "310", "1500", "4400", "12000", "24000"};

template <std::size_t N>
std::string any(std::mt19937& random, const char* const (&from)[N]) {
  return from[random() % N];
}

Steps walk(unsigned seed, std::size_t length) {
  std::mt19937 random{seed};
  Steps steps;
  for (std::size_t i = 0; i < length; ++i) {
    Step step;
    const auto roll = random() % 40;
    step.number = static_cast<unsigned>(random() % 100'000);
    if (roll < 4) {
      step.who = any(random, kResidents), step.text = any(random, kReports);
    } else if (roll < 9) {
      step.who = any(random, kResidents), step.text = any(random, kResidentSays);
    } else if (roll < 28) {
      step.kind = Step::act;
      step.number = static_cast<unsigned>(random());
    } else if (roll < 34) {
      step.who = any(random, kStaff), step.text = any(random, kStaffSays);
    } else if (roll < 37) {
      step.kind = Step::clock, step.text = any(random, kWaits);
    } else if (roll == 37) {
      step.kind = Step::again;
    } else if (roll == 38) {
      step.kind = Step::both;
      step.who = any(random, kResidents), step.text = any(random, kReports);
    } else {
      step.kind = random() % 3 ? Step::again : Step::restart;
    }
    steps.push_back(std::move(step));
  }
  return steps;
}

using Moves = std::map<Move, int>;

// What breaks, and after how many steps; empty: nothing. `moves` counts what was done.
std::pair<std::string, std::size_t> run(const fakes::Engine& engine, const Steps& steps,
                                        Moves* moves = nullptr) {
  World world{engine};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    world.take(steps[i]);
    if (auto broken = world.broken(); !broken.empty()) return {std::move(broken), i + 1};
  }
  if (moves)
    for (const auto& [move, times] : world.moves()) (*moves)[move] += times;
  return {};
}

// Leaves out whatever is not needed to break the same promise.
Steps shrink(const fakes::Engine& engine, Steps steps) {
  int runs = 60;
  for (std::size_t part = std::max<std::size_t>(1, steps.size() / 2); part > 0; part /= 2)
    for (std::size_t from = 0; from + part <= steps.size() && runs > 0;) {
      Steps fewer = steps;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(from),
                  fewer.begin() + static_cast<std::ptrdiff_t>(from + part));
      --runs;
      const auto [broken, after] = run(engine, fewer);
      if (broken.empty()) {
        from += part;
        continue;
      }
      fewer.resize(after);
      steps = std::move(fewer);
    }
  return steps;
}

void expect_kept(const fakes::Engine& engine, const Steps& steps, const std::string& label,
                 Moves* moves = nullptr) {
  const auto [broken, after] = run(engine, steps, moves);
  if (broken.empty()) return;
  Steps shorter = steps;
  shorter.resize(after);
  std::string shown;
  for (const Step& step : shrink(engine, std::move(shorter))) shown += "\n  " + show(step);
  ADD_FAILURE() << label << ": " << broken << "\nsteps that suffice:" << shown;
}

std::size_t from_environment(const char* name, std::size_t otherwise) {
  const char* value = std::getenv(name);
  return value ? std::strtoul(value, nullptr, 10) : otherwise;
}

class Model : public testing::TestWithParam<fakes::Engine> {};
INSTANTIATE_TEST_SUITE_P(Engines, Model, testing::ValuesIn(fakes::engines()), fakes::engine_name);

// HUIYIN_MODEL_WALKS and HUIYIN_MODEL_SEED walk further than every run does.
TEST_P(Model, KeepsThePromises) {
  const auto walks = from_environment("HUIYIN_MODEL_WALKS", 4);
  const auto first = from_environment("HUIYIN_MODEL_SEED", 1);
  constexpr std::size_t kLength = 150;
  Moves moves;
  for (std::size_t i = 0; i < walks && !HasFailure(); ++i)
    expect_kept(GetParam(), walk(static_cast<unsigned>(first + i), kLength),
                "seed " + std::to_string(first + i), &moves);
  std::cout << walks << " walks of " << kLength << " steps:";
  for (const auto& [move, times] : moves) std::cout << ' ' << name(move) << ' ' << times;
  std::cout << '\n';
  // The walks go somewhere: up, down and sideways.
  EXPECT_GE(moves.size(), 22u);
}

struct Found {
  const char* label;
  Steps steps;
};
// Walks that once broke a promise, shortened.
const std::vector<Found>& found() {
  static const std::vector<Found> kFound{
      {"one report, signed and closed",
       {{Step::say, "甲", "楼家村路灯坏了，晚上看不见路", 0},
        {Step::say, "楼建平", "签收 {n}", 0},
        {Step::again, "", "", 0},
        {Step::say, "楼建平", "办结 {n} 换了新灯泡，已经亮了", 0},
        {Step::say, "甲", "5", 0},
        {Step::clock, "", "24000", 0}}},
      // Seed 429: the only clerk of the city gave back what nobody else could have.
      {"the last office returns a case",
       {{Step::say, "乙", "路灯坏了", 0},
        {Step::clock, "", "40", 0},
        {Step::say, "吴市办", "退回 {n} 不知道在哪里", 0},
        {Step::clock, "", "1500", 0}}},
  };
  return kFound;
}

TEST_P(Model, FoundBefore) {
  for (const Found& one : found()) expect_kept(GetParam(), one.steps, one.label);
}

}  // namespace
}  // namespace huiyin::model
