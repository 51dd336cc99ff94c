// Results, outcomes and the words that people read.
#include "server/desk/words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "server/desk/advice.h"
#include "server/desk/facts.h"
#include "server/desk/questions.h"
#include "server/desk/result.h"
#include "tests/fakes/desk_harness.h"

namespace huiyin {
namespace {

using testing::HasSubstr;

TEST(Result, needs_a_fact) {
  struct Row {
    const char* text;
    bool fact;
  };
  for (const Row& row : {
           Row{"抽水机已架好，水已经到姜田", true},
           Row{"换了新灯泡，已亮了。", true},
           Row{"已处理，换了新水泵", true},
           Row{"好了", false},
           Row{"已处理", false},
           Row{"已处理好了已处理好了", false},
           Row{"已经处理完毕，问题解决了", false},
           Row{"换了灯泡", false},
           Row{"。。。。。。。。。。", false},
           Row{"哈哈哈哈哈哈哈哈", false},
           Row{"", false},
           Row{"The pump is running", true},
           Row{"done done done", false},
           Row{"灯 泡 换 了 新 的 亮 了", true},
       })
    EXPECT_EQ(is_fact(row.text, 8), row.fact) << row.text;
}

TEST(Result, outcome_words) {
  struct Row {
    const char* text;
    Outcome outcome;
    const char* rest;
  };
  for (const Row& row : {
           Row{"已解决 水到田了", Outcome::solved, "水到田了"},
           Row{"已解释：路灯属于供电所", Outcome::explained, "路灯属于供电所"},
           Row{"已转其他渠道，请供电所处理", Outcome::referred, "请供电所处理"},
           Row{"已列入计划 明年更换", Outcome::planned, "明年更换"},
           Row{"不予受理。不属于受理范围", Outcome::rejected, "不属于受理范围"},
           Row{"已转告供电所，明天来换", Outcome::none, "已转告供电所，明天来换"},
           Row{"解决办法是换灯泡", Outcome::none, "解决办法是换灯泡"},
           Row{"抽水机已架好", Outcome::none, "抽水机已架好"},
           Row{"路太窄，目前无法解决", Outcome::explained, "路太窄，目前无法解决"},
           Row{"没有解决，已向住户说明", Outcome::explained, "没有解决，已向住户说明"},
           Row{"上次没解决的水管已换好", Outcome::none, "上次没解决的水管已换好"},
           Row{"explained that it is private", Outcome::explained, "that it is private"},
           Row{"已解决", Outcome::solved, ""},
           Row{"", Outcome::none, ""},
       }) {
    const auto read = words::read_outcome(row.text);
    EXPECT_EQ(read.outcome, row.outcome) << row.text;
    EXPECT_EQ(read.rest, row.rest);
  }
}

TEST(Questions, keep_the_whole_command) {
  for (const char* text : {"", "已联系电工 下午来"}) {
    const auto option = questions::pack(Verb::progress, "260326-0001", text);
    const auto command = questions::unpack(option);
    EXPECT_EQ(command.verb, Verb::progress);
    EXPECT_EQ(command.number, "260326-0001");
    EXPECT_EQ(command.argument, text);
    EXPECT_EQ(command.whole, std::string_view{text}.empty());
  }
  EXPECT_EQ(questions::unpack(questions::pack(Verb::status, "", "x")).number, "");
}

TEST(Words, excerpts_cut_between_characters) {
  EXPECT_EQ(excerpt("水渠断了", 4), "水渠断了");
  EXPECT_EQ(excerpt("水渠断了", 3), "水渠断…");
  EXPECT_EQ(excerpt("水渠断了，没水", 5), "水渠断了…") << "no comma before the dots";
  EXPECT_EQ(excerpt("ditch, water", 6), "ditch…");
  EXPECT_EQ(excerpt("一\n二", 5), "一 二");
  EXPECT_EQ(without_stop("好了。。"), "好了");
}

TEST(Words, closed_cases_say_how_they_ended) {
  EXPECT_EQ(words::stage(Stage::closed, Outcome::explained, "zh"), "已解释");
  EXPECT_EQ(words::stage(Stage::archived, Outcome::withdrawn, "en"), "withdrawn");
  for (const auto locale : {"zh", "en"})
    for (std::size_t i = 0; i < EnumNames<Stage>::kNames.size(); ++i)
      EXPECT_NE(words::stage(static_cast<Stage>(i), Outcome::none, locale), "");
}

TEST(Words, every_reason_is_written_in_both_languages) {
  for (int i = 0; i <= static_cast<int>(words::Why::no_option); ++i) {
    const auto zh = words::why(static_cast<words::Why>(i), "zh");
    const auto en = words::why(static_cast<words::Why>(i), "en");
    EXPECT_FALSE(zh.empty()) << i;
    EXPECT_FALSE(en.empty()) << i;
    EXPECT_NE(zh, en);
  }
}

TEST(Words, advice_never_says_that_we_called) {
  Meaning meaning;
  EXPECT_EQ(emergency_advice(meaning, "zh"), "");
  const std::pair<Danger, const char*> numbers[] = {{Danger::fire, "119"},
                                                    {Danger::crime, "12110575"},
                                                    {Danger::medical, "120"},
                                                    {Danger::crash, "122"},
                                                    {Danger::suicide, "12356"}};
  for (const auto& [danger, number] : numbers)
    for (const bool certain : {true, false})
      for (const auto locale : {"zh", "en"}) {
        meaning.danger = danger;
        meaning.danger_certain = certain;
        const auto text = emergency_advice(meaning, locale);
        if (certain || danger != Danger::crime) {
          EXPECT_THAT(text, HasSubstr(number));
        }
        EXPECT_THAT(text, testing::Not(HasSubstr("我们")));
        if (!certain && std::string_view{locale} == "zh") {
          EXPECT_THAT(text, HasSubstr("如"));
        }
      }
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

TEST(Templates, there_is_one_for_each_kind_and_no_other) {
  const std::filesystem::path root = std::filesystem::path{HUIYIN_SOURCE_DIR} / "templates";
  std::size_t expected = 0;
  for (const char* locale : {"zh", "en"})
    for (const auto& kind : kNoticeKinds) {
      const auto path =
          root / locale / std::string{name(kind.audience)} / (std::string{kind.name} + ".mustache");
      const auto text = read_file(path);
      EXPECT_TRUE(std::regex_search(text, std::regex{"^[^\\n]+\\n\\n[^\\n]"})) << path;
      ++expected;
    }
  std::size_t found = 0;
  for (const char* locale : {"zh", "en"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root / locale})
      if (entry.path().extension() == ".mustache") ++found;
  EXPECT_EQ(found, expected);
}

TEST(Templates, no_system_words_no_slogans_no_escaping) {
  const std::filesystem::path root = std::filesystem::path{HUIYIN_SOURCE_DIR} / "templates";
  for (const auto& entry : std::filesystem::recursive_directory_iterator{root}) {
    if (entry.path().extension() != ".mustache") continue;
    const auto text = read_file(entry.path());
    for (const char* word : {"派单", "工单", "流转", "L1", "L2", "系统", "用户", "你", "！"})
      EXPECT_THAT(text, testing::Not(HasSubstr(word))) << entry.path();
    std::smatch match;
    EXPECT_FALSE(std::regex_search(text, match, std::regex{"(^|[^{])\\{\\{[a-z]"}))
        << entry.path() << ": use {{{x}}}, nothing is HTML here";
  }
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// The seed's conversation with typical words: at most 120 characters a push to a reporter.
TEST(Templates, pushes_are_short) {
  fakes::DeskHarness desk;
  const std::vector<std::pair<const char*, const char*>> lines{
      {"甲", "绑定 楼家村"},
      {"甲", "溪东修河道把水渠挖断了，生姜地要浇水，请来看看"},
      {"甲", "催办"},
      {"instructor", "签收"},
      {"instructor", "联系"},
      {"instructor", "进展 已联系施工单位，明天上午架抽水机"},
      {"instructor", "追问 断的是上游还是下游那一段？"},
      {"甲", "查询"},
      {"甲", "上游，靠近石桥"},
      {"instructor", "办结 已解释 水渠四月十日修好，先用抽水机"},
      {"甲", "查询"},
      {"甲", "1"},
      {"甲", "没解决"},
      {"deputy", "退回 这几天在外地"},
      {"甲", "撤回"},
      {"甲", "是"},
      {"甲", "帮助"},
      {"甲", "人工"},
      {"甲", "我的信息"},
      {"甲", "楼家村着火了快来人"},
  };
  std::size_t read = 0;
  for (const auto& [who, text] : lines) {
    const std::string_view w{who};
    const auto decision = w == "instructor" ? desk.say(fakes::people::instructor, text)
                          : w == "deputy"   ? desk.say(fakes::people::deputy, text)
                                            : desk.say(who, text);
    for (const auto& notice : decision.notices) {
      if (notice.audience != Audience::reporter) continue;
      ++read;
      const auto shown = desk.read(notice);
      EXPECT_LE(characters(shown), 121u)
          << notice.kind << ": " << shown;  // with the last line feed
      if (!notice.events.empty()) {         // what every case message carries
        EXPECT_THAT(shown, HasSubstr(notice.facts.at("number"))) << notice.kind;
      }
    }
  }
  EXPECT_GE(read, 18u);
}

}  // namespace
}  // namespace huiyin
