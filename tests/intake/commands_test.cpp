#include <gtest/gtest.h>

#include "tests/intake/samples.h"

namespace huiyin {
namespace {

using samples::said;
using samples::understand;

std::ostream& operator<<(std::ostream& out, const Command& c) {
  return out << verb_name(c.verb) << " [" << c.number << "] '" << c.argument << "'"
             << (c.bare ? " bare" : "") << (c.whole ? " whole" : "");
}

struct CommandCase {
  int line;
  Speaker speaker;
  std::string text;
  Verb verb;
  std::string number, argument;
  bool whole;
};

constexpr auto kR = Speaker::resident;
constexpr auto kC = Speaker::cadre;
constexpr auto kO = Speaker::office;
constexpr auto kL = Speaker::leader;

const CommandCase kCommands[] = {
    // asking
    {__LINE__, kR, "查询", Verb::status, "", "", true},
    {__LINE__, kR, "查詢 261123-0042", Verb::status, "261123-0042", "", true},
    {__LINE__, kR, "请帮我查询一下进度，谢谢", Verb::status, "", "", true},
    {__LINE__, kR, "办得怎么样了？", Verb::status, "", "", true},
    {__LINE__, kR, "什么时候能修好", Verb::status, "", "", true},
    {__LINE__, kR, "请问什么时候来？", Verb::status, "", "", true},
    {__LINE__, kR, "多久能好啊", Verb::status, "", "", true},
    {__LINE__, kR, "几时能好", Verb::status, "", "", true},
    {__LINE__, kR, "路灯什么时候来电的都不知道", Verb::none, "", "", false},
    {__LINE__, kR, "我上次反映的水渠怎么样了", Verb::status, "", "", true},
    {__LINE__, kR, "您好，有消息吗", Verb::status, "", "", true},
    {__LINE__, kR, "怎么还没好", Verb::status, "", "", true},
    {__LINE__, kR, "编号42到哪一步了", Verb::status, "0042", "", true},
    {__LINE__, kR, "２６１１２３－００４２", Verb::status, "261123-0042", "", true},
    {__LINE__, kR, "0042", Verb::status, "0042", "", true},
    {__LINE__, kR, "Status 261123-42", Verb::status, "261123-0042", "", true},
    {__LINE__, kR, "自来水停了三天怎么还没好", Verb::none, "", "", false},
    {__LINE__, kR, "请问怎么申请低保", Verb::none, "", "", false},
    // accounts
    {__LINE__, kR, "绑定账号", Verb::bind_account, "", "", true},
    {__LINE__, kR, "请帮我绑定账号，谢谢", Verb::bind_account, "", "", true},
    {__LINE__, kR, "绑定 K7M2Q9XA", Verb::bind, "", "K7M2Q9XA", false},
    {__LINE__, kR, "首选", Verb::prefer, "", "", true},
    {__LINE__, kR, "首选方案是换灯泡", Verb::none, "", "", false},
    {__LINE__, kC, "绑定账号", Verb::bind_account, "", "", true},
    {__LINE__, kC, "绑定帐号", Verb::bind_account, "", "", true},
    {__LINE__, kC, "首选", Verb::prefer, "", "", true},
    {__LINE__, kO, "绑定账号", Verb::bind_account, "", "", true},
    {__LINE__, kL, "设为首选", Verb::prefer, "", "", true},
    // told by telephone
    {__LINE__, kC, "已电话告知 261123-0042 他知道了", Verb::told, "261123-0042", "他知道了", false},
    {__LINE__, kC, "已电话告知", Verb::told, "", "", true},
    {__LINE__, kC, "已告知 0042", Verb::told, "0042", "", true},
    {__LINE__, kO, "已电话告知 0042", Verb::told, "0042", "", true},
    // taking back, pressing, going on
    {__LINE__, kR, "算了", Verb::withdraw, "", "", true},
    {__LINE__, kR, "不用了，水来了", Verb::withdraw, "", "水来了", false},
    {__LINE__, kR, "撤回261123-0042", Verb::withdraw, "261123-0042", "", true},
    {__LINE__, kR, "261123-0042 取消", Verb::withdraw, "261123-0042", "", true},
    {__LINE__, kR, "取消了公交车老人出门不便", Verb::none, "", "", false},
    {__LINE__, kR, "催一下 0042", Verb::urge, "0042", "", true},
    {__LINE__, kR, "麻烦催办一下", Verb::urge, "", "", true},
    {__LINE__, kR, "催债公司天天上门", Verb::none, "", "", false},
    {__LINE__, kR, "补充：水渠在桥东边", Verb::supplement, "", "水渠在桥东边", false},
    {__LINE__, kR, "补充一下，水渠在桥东边", Verb::supplement, "", "水渠在桥东边", false},
    {__LINE__, kR, "补充 261123-0042 还缺两户", Verb::supplement, "261123-0042", "还缺两户", false},
    {__LINE__, kR, "没解决，水还是没来", Verb::reopen, "", "水还是没来", false},
    {__LINE__, kR, "还是老样子", Verb::reopen, "", "", true},
    {__LINE__, kR, "没解决\n没人来修，水还在漏", Verb::reopen, "", "没人来修，水还在漏", false},
    {__LINE__, kR, "补充：路口那盏\n又坏了一盏", Verb::supplement, "", "路口那盏\n又坏了一盏",
     false},
    {__LINE__, kR, "查询\n催办", Verb::status, "", "", true},
    {__LINE__, kR, "又坏了 编号0042", Verb::reopen, "0042", "", true},
    {__LINE__, kR, "匿名，村干部占了路", Verb::anonymous, "", "村干部占了路", false},
    {__LINE__, kR, "厂里晚上偷排污水，别说是我", Verb::confidential, "", "厂里晚上偷排污水，",
     false},
    {__LINE__, kR, "绑定 楼家村", Verb::bind, "", "楼家村", false},
    {__LINE__, kR, "我是楼家村的", Verb::bind, "", "楼家村", true},
    {__LINE__, kR, "我是楼家村的，路灯坏了", Verb::none, "", "", false},
    {__LINE__, kR, "人工", Verb::human, "", "", true},
    {__LINE__, kR, "人工湖臭了", Verb::none, "", "", false},
    {__LINE__, kR, "退订", Verb::mute, "", "", true},
    {__LINE__, kR, "我的信息", Verb::privacy, "", "", true},
    {__LINE__, kR, "English", Verb::language, "", "", true},
    {__LINE__, kR, "helper needed at the school", Verb::none, "", "", false},
    {__LINE__, kR, "关注食品安全", Verb::none, "", "", false},
    {__LINE__, kR, "收到", Verb::none, "", "", false},
    // rating in words and with a number
    {__LINE__, kR, "非常满意！", Verb::rate, "", "非常满意！", true},
    {__LINE__, kR, "不满意，水还是没来", Verb::rate, "", "不满意，水还是没来", false},
    {__LINE__, kR, "评价 5", Verb::rate, "", "5", true},
    {__LINE__, kR, "261123-0042 5", Verb::rate, "261123-0042", "5", true},
    {__LINE__, kR, "评价261123-0042 满意", Verb::rate, "261123-0042", "满意", true},
    // cadres
    {__LINE__, kC, "签收", Verb::accept, "", "", true},
    {__LINE__, kC, "签收 261123-0042", Verb::accept, "261123-0042", "", true},
    {__LINE__, kC, "签收261123－42", Verb::accept, "261123-0042", "", true},
    {__LINE__, kC, "261123-0042 签收", Verb::accept, "261123-0042", "", true},
    {__LINE__, kC, "第42号 接单", Verb::accept, "0042", "", true},
    {__LINE__, kC, "簽收 0042", Verb::accept, "0042", "", true},
    {__LINE__, kC, "退回 0042 不是我村的", Verb::return_case, "0042", "不是我村的", false},
    {__LINE__, kC, "进展水泵明天架好", Verb::progress, "", "水泵明天架好", false},
    {__LINE__, kC, "进展：水泵明天架好 261123-0042", Verb::progress, "261123-0042", "水泵明天架好",
     false},
    {__LINE__, kC, "进展 与261120-3同一问题，已到现场", Verb::progress, "261120-0003",
     "与261120-3同一问题，已到现场", false},
    {__LINE__, kC, "办结 261123-0042 已解决：水泵已架好，生姜地通水", Verb::close, "261123-0042",
     "已解决：水泵已架好，生姜地通水", false},
    {__LINE__, kC, "办结 261123-0042 已解决：\n水泵已架好", Verb::close, "261123-0042",
     "已解决：\n水泵已架好", false},
    {__LINE__, kC, "签收 0042\n进展 0042 已到现场", Verb::accept, "0042", "", true},
    {__LINE__, kC, "并件 261123-0042 261120-0007", Verb::merge, "261123-0042", "261120-0007",
     false},
    {__LINE__, kC, "done 261123-0042 solved: pump is running", Verb::close, "261123-0042",
     "solved: pump is running", false},
    {__LINE__, kC, "追问 0042 是哪一段渠？", Verb::ask, "0042", "是哪一段渠？", false},
    {__LINE__, kC, "延期 0042 5", Verb::extend, "0042", "5", false},
    {__LINE__, kC, "我们村路灯坏了，请转办", Verb::none, "", "", false},
    {__LINE__, kC, "acceptance letter lost", Verb::none, "", "", false},
    // offices and leaders
    {__LINE__, kO, "分流 261123-0042 楼家村", Verb::triage, "261123-0042", "楼家村", false},
    {__LINE__, kO, "提请认领 0042", Verb::request_claim, "0042", "", true},
    {__LINE__, kL, "认领 0042 由水利局牵头", Verb::claim, "0042", "由水利局牵头", false},
    {__LINE__, kL, "难事", Verb::hard_list, "", "", true},
};

TEST(Commands, AreReadForEachSpeaker) {
  for (const CommandCase& c : kCommands) {
    const Meaning meaning = understand(c.text);
    const Command& found = said(meaning, c.speaker);
    std::ostringstream shown;
    shown << found;
    SCOPED_TRACE("line " + std::to_string(c.line) + ": " + c.text + " -> " + shown.str());
    EXPECT_EQ(found.verb, c.verb);
    EXPECT_EQ(found.number, c.number);
    EXPECT_EQ(found.argument, c.argument);
    EXPECT_EQ(found.whole, c.whole);
    EXPECT_FALSE(found.bare);
  }
}

TEST(Commands, BareAcceptIsTheCadresAlone) {
  for (const char* text : {"收到", "好的。", "收到，谢谢", "OK"}) {
    const Meaning meaning = understand(text);
    EXPECT_EQ(said(meaning, kC).verb, Verb::accept) << text;
    EXPECT_TRUE(said(meaning, kC).bare) << text;
    EXPECT_EQ(said(meaning, kR).verb, Verb::none) << text;
    EXPECT_TRUE(meaning.small_talk) << text;
  }
  EXPECT_EQ(said(understand("收到通知后一直没人来"), kC).verb, Verb::none);
}

struct AnswerCase {
  int line;
  std::string text;
  std::optional<int> digit, grade;
  bool yes, no, small_talk, substance;
};

const auto kNo = std::optional<int>{};
const AnswerCase kAnswers[] = {
    {__LINE__, "5", 5, kNo, false, false, false, false},
    {__LINE__, "５", 5, kNo, false, false, false, false},
    {__LINE__, "三", 3, kNo, false, false, false, false},
    {__LINE__, "第二个", 2, kNo, false, false, false, false},
    {__LINE__, "选2", 2, kNo, false, false, false, false},
    {__LINE__, "5分", 5, kNo, false, false, false, false},
    {__LINE__, "5 谢谢", 5, kNo, false, false, false, false},
    {__LINE__, "0", 0, kNo, false, false, false, false},
    {__LINE__, "100", kNo, kNo, false, false, false, false},
    {__LINE__, "满意", kNo, 4, false, false, false, false},
    {__LINE__, "基本满意吧", kNo, 3, false, false, false, false},
    {__LINE__, "差评", kNo, 1, false, false, false, false},
    {__LINE__, "很不满意，没人来过", kNo, 1, false, false, false, false},
    {__LINE__, "满意的答复没有等到", kNo, kNo, false, false, false, true},
    {__LINE__, "是的", kNo, kNo, true, false, false, false},
    {__LINE__, "对", kNo, kNo, true, false, false, false},
    {__LINE__, "不是", kNo, kNo, false, true, false, false},
    {__LINE__, "不用", kNo, kNo, false, true, false, false},
    {__LINE__, "谢谢！！", kNo, kNo, false, false, true, false},
    {__LINE__, "[微笑][强]", kNo, kNo, false, false, true, false},
    {__LINE__, "/:rose/::)", kNo, kNo, false, false, true, false},
    {__LINE__, "👍🏻🙏", kNo, kNo, false, false, true, false},
    {__LINE__, "谢谢你们[玫瑰]辛苦了", kNo, kNo, false, false, true, false},
    {__LINE__, "你好", kNo, kNo, false, false, true, false},
    {__LINE__, "停水了", kNo, kNo, false, false, false, true},
    {__LINE__, "路灯坏了三天", kNo, kNo, false, false, false, true},
    {__LINE__, "谢谢，还有一件事：路灯坏了", kNo, kNo, false, false, false, true},
    {__LINE__, "啥", kNo, kNo, false, false, false, false},
    {__LINE__, "石璜镇楼家村溪东自然村", kNo, kNo, false, false, false, false},
    {__LINE__, "查询", kNo, kNo, false, false, false, false},
    {__LINE__, "补充：桥也断了", kNo, kNo, false, false, false, true},
    {__LINE__, "the street light is broken", kNo, kNo, false, false, false, true},
    {__LINE__, "13812345678", kNo, kNo, false, false, false, false},
    {__LINE__, "", kNo, kNo, false, false, false, false},
};

TEST(Answers, ShortOnesAreNotTakenForCases) {
  for (const AnswerCase& a : kAnswers) {
    SCOPED_TRACE("line " + std::to_string(a.line) + ": " + a.text);
    const Meaning meaning = understand(a.text);
    EXPECT_EQ(meaning.digit, a.digit);
    EXPECT_EQ(meaning.grade, a.grade);
    EXPECT_EQ(meaning.yes, a.yes);
    EXPECT_EQ(meaning.no, a.no);
    EXPECT_EQ(meaning.small_talk, a.small_talk);
    EXPECT_EQ(meaning.substance, a.substance);
  }
}

TEST(Numbers, OnlyThoseMeantAsCaseNumbers) {
  const std::pair<const char*, std::vector<std::string>> kTable[] = {
      {"261123-0042 和 261120-7 是一件事", {"261123-0042", "261120-0007"}},
      {"并件 0042 0043", {"0042", "0043"}},
      {"我电话13812345678，渠断了", {}},
      {"2026年3月26日停水 1234 户", {}},
      {"催 0042", {"0042"}},
  };
  for (const auto& [text, numbers] : kTable) EXPECT_EQ(understand(text).numbers, numbers) << text;
}

TEST(BindCode, LettersAndDigits) {
  const std::pair<const char*, const char*> kTable[] = {
      {"绑定 K7M2Q9", "K7M2Q9"},
      {"绑定ｋ７ｍ２ｑ９", "K7M2Q9"},
      {"k7m2q9", "K7M2Q9"},
      {"绑定 204817", "204817"},
      {"204817", ""},
      {"绑定 楼家村", ""},
      {"thanks", ""},
      {"浙D12345", ""},
  };
  for (const auto& [text, code] : kTable) EXPECT_EQ(understand(text).bind_code, code) << text;
}

TEST(Verbs, NamesGoBothWays) {
  for (int i = 0; i < static_cast<int>(Verb::count_); ++i) {
    EXPECT_EQ(verb_from_name(verb_name(static_cast<Verb>(i))), static_cast<Verb>(i));
  }
  EXPECT_EQ(verb_name(Verb::return_case), "return");
  EXPECT_EQ(verb_from_name("nonsense"), std::nullopt);
}

struct LinesCase {
  int line;
  Speaker speaker;
  std::string text;
  std::vector<std::string> read;  // "verb [number] argument" of each action
};

const LinesCase kLines[] = {
    {__LINE__, kC, "签收 0042", {"accept [0042] "}},
    {__LINE__, kC, "签收 0042\n进展 0042 已到现场", {"accept [0042] ", "progress [0042] 已到现场"}},
    {__LINE__,
     kC,
     "办结 0042 水泵已架好\n水已到田\n签收 0043\n\n0044 退回 不在本村",
     {"close [0042] 水泵已架好\n水已到田", "accept [0043] ", "return [0044] 不在本村"}},
    // goes on with the words, is no line of its own
    {__LINE__,
     kC,
     "办结 0042 已换灯泡\n联系电话13812345678",
     {"close [0042] 已换灯泡\n联系电话13812345678"}},
    {__LINE__, kC, "路灯坏了\n签收 0042", {"none [] "}},
    {__LINE__, kC, "收到\n好的", {"none [] "}},
    {__LINE__,
     kO,
     "分流 261123-0042 水利局\n驳回 261123-0043 材料不齐\n提请认领 261123-0044\n签收 0045",
     {"triage [261123-0042] 水利局", "reject [261123-0043] 材料不齐",
      "request_claim [261123-0044] ", "accept [0045] "}},
    // the lines of an office end a cadre's word too: people have several duties
    {__LINE__, kC, "进展 0042 已到现场\n批准 0043", {"progress [0042] 已到现场", "none [] "}},
    {__LINE__,
     kO,
     "进展 0042 已到现场\n批准 0043",
     {"progress [0042] 已到现场", "approve [0043] "}},
    {__LINE__,
     kL,
     "批示 0042 抓紧\n认领 0043 水利局",
     {"instruct [0042] 抓紧", "claim [0043] 水利局"}},
};

// As the desk reads it: the highest duty that knows the word.
std::string read_as(const std::array<Command, 4>& commands, Speaker speaker) {
  for (int as = static_cast<int>(speaker); as > 0; --as) {
    const Command& c = commands.at(static_cast<std::size_t>(as));
    if (c.verb != Verb::none && !c.bare)
      return std::string{verb_name(c.verb)} + " [" + c.number + "] " + c.argument;
  }
  return "none [] ";
}

TEST(Lines, EachCommandIsAnAction) {
  for (const LinesCase& l : kLines) {
    SCOPED_TRACE("line " + std::to_string(l.line) + ": " + l.text);
    const Meaning meaning = understand(l.text);
    std::vector<std::string> read{read_as(meaning.command, l.speaker)};
    for (const auto& commands : meaning.more) read.push_back(read_as(commands, l.speaker));
    EXPECT_EQ(read, l.read);
  }
}

TEST(Lines, AtMostTwenty) {
  std::string text = "签收 0001";
  for (int i = 0; i < 30; ++i) text += "\n签收 0002";
  EXPECT_EQ(understand(text).more.size(), 20u);
}

// No word of one speaker may mean two things.
TEST(VocabularyFile, HasEachWordOnce) {
  const Vocabulary vocabulary = fakes::vocabulary();
  for (std::size_t speaker = 0; speaker < 4; ++speaker) {
    std::map<std::string, Verb> seen;
    for (const auto& [verb, words] : vocabulary.commands[speaker]) {
      for (const std::string& word : words) {
        EXPECT_TRUE(seen.emplace(word, verb).second) << word << " as " << verb_name(verb);
      }
    }
    EXPECT_GT(seen.size(), 10U);
  }
}

}  // namespace
}  // namespace huiyin
