// A random walk: several people, any words, the clock moves. The harness checks the promises after
// every step; here they are counted over the whole walk as well.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <span>

#include "tests/fakes/desk_harness.h"

namespace huiyin {
namespace {

namespace people = fakes::people;

constexpr int kSteps = 300;

const char* const kReporterSays[] = {"楼家村路灯坏了",
                                     "水渠断了，地里没法浇",
                                     "石璜镇新胜村垃圾没有人收",
                                     "新胜村路灯坏了",
                                     "着火了快来人啊",
                                     "楼家村停水了",
                                     "表扬楼家村驻村指导员，办事认真",
                                     "云帆纺织用工困难",
                                     "查询",
                                     "催办",
                                     "撤回",
                                     "是",
                                     "不",
                                     "没解决",
                                     "又坏了，还是不亮",
                                     "1",
                                     "2",
                                     "3",
                                     "5",
                                     "9",
                                     "满意",
                                     "差评",
                                     "谢谢",
                                     "好的",
                                     "收到",
                                     "人工",
                                     "帮助",
                                     "我的信息",
                                     "退订",
                                     "english",
                                     "中文",
                                     "绑定 楼家村",
                                     "绑定 新胜村",
                                     "绑定",
                                     "楼家村",
                                     "石璜镇",
                                     "黄泽镇新胜村",
                                     "补充：在村口",
                                     "0001",
                                     "0002",
                                     "查询 260326-0001",
                                     "撤回 260326-0002",
                                     "评价 260326-0001 4",
                                     "匿名",
                                     "楼家村路灯坏了，别说是我",
                                     "",
                                     "？？？",
                                     "编号260326-0003 现在更严重了",
                                     "取消",
                                     "怕着火",
                                     "我要投诉楼家村村主任乱收费",
                                     "举报楼家村有人偷排污水",
                                     "投诉石璜镇政府不作为",
                                     "投诉指导员，问了也不管",
                                     "没解决，投诉指导员不作为",
                                     "没解决，晚上又停了",
                                     "补充：村干部乱收费",
                                     "我电话13812345678",
                                     "8栋302",
                                     "建议楼家村多装几盏灯",
                                     "什么时候能修好",
                                     "没人管，楼家村路灯坏了三天",
                                     "没人来，着火了",
                                     "补充：路口那盏\n又坏了一盏\n撤回",
                                     "没解决\n没人来修，水还在漏",
                                     "差评，灯还是不亮",
                                     "😀😀",
                                     "\n \n",
                                     "第9999号",
                                     "260326-00001 怎么样了",
                                     "\xff\xfe 路灯",
                                     "撤回，不用修了",
                                     "绑定账号",
                                     "绑定 ABCD2345",
                                     "EFGH2345",
                                     "首选"};
const char* const kCadreSays[] = {"签收",
                                  "收到",
                                  "好的",
                                  "退回 不在本村范围",
                                  "退回",
                                  "联系",
                                  "进展 已联系人来处理",
                                  "进展",
                                  "追问 是哪一盏路灯？",
                                  "追问",
                                  "办结 换了新灯泡，已经亮了",
                                  "办结 好了",
                                  "办结",
                                  "办结 已解释 路灯属于供电所，下月更换",
                                  "办结 已列入计划 明年统一更换",
                                  "待办",
                                  "帮助",
                                  "职责",
                                  "补录 楼家村 王大伯家路灯不亮",
                                  "已告知",
                                  "1",
                                  "2",
                                  "3",
                                  "查询",
                                  "催办",
                                  "上报 太难了",
                                  "签收 260326-0001",
                                  "进展 0002 明天去看看现场",
                                  "办结 0003 已经请人修好了水渠",
                                  "谢谢",
                                  "已经通知电工明天来换",
                                  "楼家村老人家屋顶漏雨严重",
                                  "退回 260326-0004 不归我管",
                                  "签收 0001\n进展 0001 明天去看看现场",
                                  "办结 线路太旧，目前无法解决，已向住户说明",
                                  "补充 0002 已经到现场看过",
                                  "转办 0001 新胜村",
                                  "请假 3月27日 3月30日",
                                  "难事",
                                  "没解决 0001",
                                  "已电话告知",
                                  "已电话告知 0001 他知道了",
                                  "绑定账号",
                                  "首选",
                                  "关注",
                                  "取消关注",
                                  "撤回",
                                  "删除我的信息",
                                  "不",
                                  "匿名",
                                  "退订",
                                  "延期 0001 3天 等配件到货",
                                  "挂账 0001 5月20日 等汛期过后再修",
                                  "销账",
                                  "协办 0001 供水站 请派人看看",
                                  "上报 0002 超出权限，需要多个部门协调",
                                  "0",
                                  "并件 0001 0002",
                                  "移交 张小燕",
                                  "移交 全部 钱伟",
                                  "请假 2天 钱伟",
                                  "请假 3天 张小燕",
                                  "请假 1天 陈静",
                                  "请假 取消"};
const char* const kOfficeSays[] = {"分流 楼家村",
                                   "分流 水利局 请去看看",
                                   "分流 新胜村",
                                   "交办 人社局",
                                   "下派 请先由村里办理",
                                   "下派",
                                   "裁定 楼家村 就由你村办理",
                                   "批准",
                                   "批准 同意",
                                   "驳回 理由不充分",
                                   "驳回",
                                   "督办 请加快办理",
                                   "提请认领",
                                   "无效 广告",
                                   "无效",
                                   "上报 超出权限",
                                   "办结 已协调施工单位架好抽水机",
                                   "办结 不予受理 不属于本级职责范围",
                                   "并件 0002 0001",
                                   "拆件 0002",
                                   "待办",
                                   "覆盖",
                                   "支援 楼家村 骆明 到5月1日",
                                   "支援",
                                   "分流 0001 楼家村\n批准 0002\n下派 0003 先由村里看看",
                                   "重办 0001 请再看看",
                                   "帮助",
                                   "例会"};
const char* const kLeaderSays[] = {"难事",
                                   "待办",
                                   "认领 水利局",
                                   "认领 水利局、人社局 三天内拿出办法",
                                   "认领",
                                   "指定 人社局",
                                   "批示 请尽快解决群众用水",
                                   "批示",
                                   "督办",
                                   "办结 已协调两部门修好水渠",
                                   "办结 不予受理 不属于本级职责范围",
                                   "帮助"};

std::string pick(std::mt19937& random, std::span<const char* const> from) {
  return from[random() % from.size()];
}

// Half of what is said is about a case that exists, by somebody who may know it.
struct Words {
  PersonId who;
  std::string text;
};

Words about_a_case(std::mt19937& random, const fakes::DeskHarness& desk) {
  std::vector<const Case*> cases;
  for (const auto& [id, row] : desk.set.cases())
    if (row.row.stage != Stage::archived || random() % 4 == 0) cases.push_back(&row.row);
  if (cases.empty()) return {people::clerk, "待办"};
  const Case& c = *cases[random() % cases.size()];
  struct Saying {
    const char *verb, *words;
  };
  constexpr Saying kOwner[] = {{"签收 ", ""},
                               {"签收 ", ""},
                               {"进展 ", " 已请电工换了新灯泡"},
                               {"进展 ", " 与施工单位协调未果"},
                               {"追问 ", " 是哪一段？"},
                               {"办结 ", " 已请电工换了新灯泡"},
                               {"办结 ", " 不予受理 不属于本级职责范围"},
                               {"联系 ", ""},
                               {"退回 ", " 不归本村管理"},
                               {"延期 ", " 3天 等配件到货"},
                               {"挂账 ", " 20天 等汛期过后再修"},
                               {"销账 ", ""},
                               {"上报 ", " 超出权限，需要多个部门协调"},
                               {"上报 ", " 协调未果"},
                               {"协办 ", " 水利局 请来看看"},
                               {"转办 ", " 人社局 属于人社局职责"},
                               {"转办 ", " 张小燕 由她来办"}};
  constexpr Saying kOffice[] = {{"分流 ", " 楼家村"},
                                {"分流 ", " 水利局 请去看看"},
                                {"分流 ", " 钱伟"},
                                {"交办 ", " 市水利局"},
                                {"下派 ", " 请先由下面办理"},
                                {"裁定 ", " 楼家村"},
                                {"批准 ", ""},
                                {"批准 ", ""},
                                {"驳回 ", " 理由不充分"},
                                {"督办 ", " 请加快"},
                                {"提请认领 ", ""},
                                {"上报 ", " 超出权限"},
                                {"办结 ", " 已协调施工单位架好抽水机"},
                                {"办结 ", " 已列入计划 明年统一修复水渠"},
                                {"无效 ", " 广告信息"},
                                {"拆件 ", ""},
                                {"重办 ", " 请再看看"},
                                {"签收 ", ""},
                                {"查询 ", ""},
                                {"帮助 ", ""}};
  constexpr Saying kLeader[] = {{"认领 ", " 水利局"}, {"认领 ", " 水利局 人社局 请抓紧"},
                                {"指定 ", " 人社局"}, {"批示 ", " 请尽快解决"},
                                {"督办 ", ""},        {"办结 ", " 已协调两部门修好水渠"},
                                {"查询 ", ""}};
  const char* const reporter_says[] = {"查询 ", "催办 ", "撤回 ", "没解决 ",
                                       "评价 ", "补充 ", "关注 ", "取消关注 "};
  const auto one_of = [&](std::span<const Saying> from) {
    const Saying& saying = from[random() % from.size()];
    return saying.verb + c.number + saying.words;
  };
  const auto who = random() % 8;
  if (who < 3 && c.owner && c.owner != kDutyDesk) {
    const bool stands_in = c.owner == people::instructor && random() % 4 == 0;
    return {stands_in ? people::deputy : c.owner, one_of(kOwner)};
  }
  if (who < 5) {
    const PersonId clerks[] = {people::clerk, people::second_clerk, people::county_clerk,
                               people::city_clerk};
    const PersonId clerk = clerks[random() % 4];
    const Case& other = *cases[random() % cases.size()];
    if (random() % 8 == 0) return {clerk, "并件 " + c.number + " " + other.number};
    return {clerk, one_of(kOffice)};
  }
  if (who == 5)
    return {random() % 2 ? people::county_leader : people::city_leader, one_of(kLeader)};
  if (random() % 6 == 0) {
    const Case& other = *cases[random() % cases.size()];
    if (other.owner && other.owner != kDutyDesk)
      return {other.owner, "并件 " + other.number + " " + c.number};
  }
  const std::string verb = reporter_says[random() % std::size(reporter_says)];
  const std::string tail = verb == "评价 "   ? " " + std::to_string(1 + random() % 5)
                           : verb == "补充 " ? " 还有一段也是这样"
                                             : "";
  return {c.reporter, verb + c.number + tail};
}

// An echo of some case reached nobody.
std::string nobody_heard(std::mt19937& random, fakes::DeskHarness& desk, std::int64_t notice) {
  std::vector<const Case*> cases;
  for (const auto& [id, row] : desk.set.cases())
    if (row.row.stage != Stage::draft) cases.push_back(&row.row);
  if (cases.empty()) return "nobody to hear";
  const Case c = *cases[random() % cases.size()];
  const auto decision =
      desk.decide_on(Unheard{NoticeId{notice}, c.id, c.reporter, std::string{"closed"}});
  EXPECT_EQ(decision.asked, std::vector{NoticeId{notice}});
  // Nobody knows whom to call when the reporter is not known: it waits for his next message.
  const int calls_then = c.privacy == Privacy::anonymous ? c.calls : std::max(c.calls, 1);
  EXPECT_EQ(desk.set.find_case(c.id)->calls, calls_then);
  std::size_t calls = 0;
  for (const auto& told : decision.notices) calls += told.kind == "telephone" ? 1 : 0;
  EXPECT_LE(calls, c.calls == 0 ? 1u : 0u);
  return "unheard " + c.number;
}

// Some code that was given is sent from elsewhere: perhaps over, perhaps used.
std::string code_of(std::mt19937& random, const fakes::DeskHarness& desk) {
  std::vector<std::string> codes;
  for (const auto& decision : desk.transcript)
    for (const auto& code : decision.codes) codes.push_back(code.code);
  return codes.empty() ? "绑定账号" : "绑定 " + codes[random() % codes.size()];
}

// The same county after `now`, without one of those who serve there, or with everybody.
DirectoryPtr after(const Directory& now, const Directory& full, PersonId gone) {
  auto duties = full.duties();
  std::erase_if(duties, [&](const Duty& duty) { return duty.person == gone; });
  std::vector<Person> persons;
  for (const auto& [id, person] : full.people())
    if (id != kDutyDesk) persons.push_back(person);
  return std::make_shared<const Directory>(now.version() + 1, full.units(), std::move(duties),
                                           std::move(persons), std::vector<Account>{});
}

// P1 after the round, whoever has left meanwhile.
void everybody_has_an_owner(fakes::DeskHarness& desk) {
  desk.serve_rounds();
  for (const auto& [id, row] : desk.set.cases()) {
    const Case& c = row.row;
    if (!is_open(c.stage) || c.stage == Stage::draft || c.owner == kDutyDesk) continue;
    EXPECT_TRUE(desk.directory->may_own(c.owner, c.owner_unit, desk.now)) << c.number;
  }
}

class Walk : public testing::TestWithParam<unsigned> {};

TEST_P(Walk, keeps_the_promises) {
  std::mt19937 random{GetParam()};
  fakes::DeskHarness desk;
  const PersonId cadres[] = {people::instructor,   people::deputy,        people::clerk,
                             people::second_clerk, people::officer,       people::county_clerk,
                             people::water,        people::labour,        people::city_water,
                             people::city_clerk,   people::county_leader, people::partner};
  const PersonId offices[] = {people::clerk, people::second_clerk, people::county_clerk,
                              people::city_clerk};
  const PersonId leaders[] = {people::county_leader, people::city_leader};
  const char* const residents[] = {"甲", "乙", "丙"};
  const auto everybody = desk.directory;
  std::string said;
  for (int step = 0; step < kSteps && !testing::Test::HasFailure(); ++step) {
    if (random() % 25 == 0) {
      const PersonId gone = random() % 2 ? PersonId{} : cadres[random() % std::size(cadres)];
      desk.directory = after(*desk.directory, *everybody, gone);
      if (random() % 2) desk.serve_rounds();
    }
    const auto roll = random() % 32;
    if (roll == 30) {
      said = nobody_heard(random, desk, 5000 + step);
    } else if (roll == 31) {
      said = code_of(random, desk);
      desk.say(residents[random() % 3], said);
    } else if (roll >= 20) {
      const auto words = about_a_case(random, desk);
      said = words.text;
      desk.say(words.who, said);
    } else if (roll < 9) {
      said = pick(random, kReporterSays);
      Message message;
      message.text = said;
      if (random() % 40 == 0)
        for (int i = 0; i < 900; ++i) message.text += "，一直没有修好";
      if (random() % 12 == 0) {
        message.kind = random() % 2 ? MessageKind::image : MessageKind::voice;
        if (random() % 4) message.media_id = "MEDIA-" + std::to_string(step);
        if (random() % 2) message.text.clear();
      }
      desk.send(residents[random() % 3], message);
    } else if (roll < 13) {
      said = pick(random, kCadreSays);
      desk.say(cadres[random() % std::size(cadres)], said);
    } else if (roll < 16) {
      said = pick(random, kOfficeSays);
      desk.say(offices[random() % std::size(offices)], said);
    } else if (roll == 16) {
      said = pick(random, kLeaderSays);
      desk.say(leaders[random() % std::size(leaders)], said);
    } else {
      const std::chrono::minutes waits[] = {std::chrono::minutes{3}, std::chrono::minutes{40},
                                            std::chrono::hours{5}, std::chrono::hours{24 * 4},
                                            std::chrono::hours{24 * 16}};
      const auto then = desk.now + waits[random() % 5];
      said = "clock";
      if (random() % 2)
        desk.pass_until(then);
      else
        desk.jump_to(then);
      if (random() % 2) everybody_has_an_owner(desk);
    }
    if (testing::Test::HasFailure())
      ADD_FAILURE() << "seed " << GetParam() << ", step " << step << ": " << said;
  }
  // The walk goes somewhere: many kinds of moves and notices.
  std::set<Move> moved;
  for (const auto& event : desk.set.new_events()) moved.insert(event.move);
  EXPECT_GE(moved.size(), 15u);

  // P2 over the whole walk: every echo event was told by exactly one notice to its reporter (who
  // may be another one since, when the account was bound, or the first took his report back), and
  // by at most one to each follower; by none to anybody else.
  std::map<EventId, std::map<PersonId, int>> told;
  std::map<EventId, PersonId> reporter_of;
  std::map<CaseId, Case> cases;
  for (const auto& decision : desk.transcript) {
    for (const auto& c : decision.cases) cases[c.id] = c;
    for (const auto& event : decision.events) reporter_of[event.id] = cases[event.case_id].reporter;
    for (const auto& notice : decision.notices)
      for (const EventId event : notice.events) {
        ++told[event][notice.to];
        const Case& c = cases[notice.about];
        EXPECT_TRUE(notice.to == c.reporter ||
                    std::ranges::any_of(c.parties, [&](const Party& party) {
                      return party.kind == PartyKind::follower && party.person == notice.to;
                    }));
      }
  }
  std::size_t echoes = 0;
  for (const auto& event : desk.set.new_events()) {
    echoes += event.echo ? 1 : 0;
    EXPECT_EQ(told[event.id][reporter_of[event.id]], event.echo ? 1 : 0) << name(event.move);
    for (const auto& [person, times] : told[event.id]) EXPECT_LE(times, event.echo ? 1 : 0);
  }
  EXPECT_GT(echoes, 0u);
  EXPECT_EQ(told.size(), desk.set.new_events().size());
  // Every file that was ordered is in exactly one case, and every file of a case was ordered.
  std::map<MediaId, CaseId> ordered;
  for (const auto& decision : desk.transcript)
    for (const auto& order : decision.media) {
      EXPECT_TRUE(ordered.emplace(order.id, order.about).second);
    }
  std::size_t files = 0;
  for (const auto& [id, row] : desk.set.cases())
    for (const auto& file : row.row.media) {
      ++files;
      EXPECT_EQ(ordered[file.id], id);
    }
  EXPECT_EQ(files, ordered.size());
  // Stages are a chain: what one event leads to, the next one comes from.
  std::map<CaseId, Stage> stage;
  for (const auto& event : desk.set.new_events()) {
    const auto [at, first] = stage.emplace(event.case_id, Stage::draft);
    EXPECT_EQ(at->second, event.from);
    at->second = event.to;
  }
  for (const auto& [id, row] : desk.set.cases())
    if (stage.contains(id)) {
      EXPECT_EQ(stage[id], row.row.stage);
    }
}
// HUIYIN_WALKS=2000 walks longer when somebody looks for trouble.
unsigned walks() {
  const char* wanted = std::getenv("HUIYIN_WALKS");
  return wanted ? static_cast<unsigned>(std::stoul(wanted)) : 40;
}
INSTANTIATE_TEST_SUITE_P(Seeds, Walk, testing::Range(1u, 1 + walks()));

}  // namespace
}  // namespace huiyin
