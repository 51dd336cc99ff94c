#include "server/app/play_script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace huiyin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kPersons =
    "person 姜农 = wechat:oFarmer1\n"
    "person 姜农邻居 = wechat:oFarmer2\n"
    "person cadre = console:lou-jia\n";

PlayScript parse(const std::string& body) { return parse_play(kPersons + body, "s.play"); }

template <class T>
const T& at(const PlayScript& script, std::size_t index) {
  return std::get<T>(script.statements.at(index).what);
}

TEST(PlayScript, reads_persons_and_lines) {
  const PlayScript script = parse("# a comment\n\n姜农: 渠道断水了\n");
  ASSERT_EQ(script.persons.size(), 3u);
  EXPECT_EQ(script.persons[0].name, "姜农");
  EXPECT_EQ(script.persons[0].channel, "wechat");
  EXPECT_EQ(script.persons[0].user, "oFarmer1");
  ASSERT_EQ(script.statements.size(), 1u);
  EXPECT_EQ(script.statements[0].line, 6);
  EXPECT_EQ(at<Say>(script, 0).person, "姜农");
  EXPECT_EQ(at<Say>(script, 0).kind, MessageKind::text);
  EXPECT_THAT(at<Say>(script, 0).text.pieces, ElementsAre("渠道断水了"));
}

TEST(PlayScript, each_way_has_its_accounts) {
  const char* text =
      "person 姜农 = wechat:o1 or telegram:581\nperson 村医 = line:U1 or feishu:ou1\n"
      "person cadre = console:lou-jia\n姜农: 断水了\n";
  const PlayScript first = parse_play(text, "s.play");
  EXPECT_EQ(first.ways, 2u);
  EXPECT_EQ(first.persons[0].channel, "wechat");
  EXPECT_EQ(first.persons[1].user, "U1");
  const PlayScript second = parse_play(text, "s.play", 2);
  EXPECT_EQ(second.persons[0].channel, "telegram");
  EXPECT_EQ(second.persons[0].user, "581");
  EXPECT_EQ(second.persons[1].channel, "feishu");
  EXPECT_EQ(second.persons[2].user, "lou-jia");
  EXPECT_THROW(parse_play(text, "s.play", 3), ScriptError);
  EXPECT_THROW(parse_play(text, "s.play", 0), ScriptError);
  EXPECT_EQ(parse("姜农: 断水了\n").ways, 1u);
}

TEST(PlayScript, the_longest_name_is_meant) {
  const PlayScript script = parse("姜农邻居：我也是\n姜农邻居 < 已登记\n");
  EXPECT_EQ(at<Say>(script, 0).person, "姜农邻居");
  EXPECT_EQ(at<Expect>(script, 1).person, "姜农邻居");
}

struct DeedCase {
  const char* label;
  const char* line;
  MessageKind kind;
  const char* text;
  const char* scene;
  const char* media;
};
class Deed : public testing::TestWithParam<DeedCase> {};

TEST_P(Deed, is_read) {
  const DeedCase& want = GetParam();
  const PlayScript script = parse(want.line);
  const Say& say = at<Say>(script, 0);
  EXPECT_EQ(say.kind, want.kind);
  EXPECT_EQ(fill(say.text, {}), want.text);
  EXPECT_EQ(say.scene, want.scene);
  EXPECT_EQ(say.media_id, want.media);
}

const DeedCase kDeeds[] = {
    {"photo", "姜农 [photo M-1]", MessageKind::image, "", "", "M-1"},
    {"voice", "姜农 [voice V]", MessageKind::voice, "", "", "V"},
    {"video", "姜农 [video V]", MessageKind::video, "", "", "V"},
    {"file", "姜农 [file 表 1.xls]", MessageKind::file, "表 1.xls", "", ""},
    {"link", "姜农 [link 一篇 文章]", MessageKind::link, "一篇 文章", "", ""},
    {"menu", "姜农 [menu 查询]", MessageKind::menu, "查询", "", ""},
    {"scan", "姜农 [scan lou-jia]", MessageKind::scan, "", "lou-jia", ""},
    {"follow", "姜农 [follow]", MessageKind::follow, "", "", ""},
    {"follow_scene", "姜农 [follow lou-jia]", MessageKind::follow, "", "lou-jia", ""},
    {"unfollow", "姜农 [unfollow]", MessageKind::unfollow, "", "", ""},
    {"escapes", "姜农: 一\\n二\\{三\\\\", MessageKind::text, "一\n二{三\\", "", ""},
    {"continued", "姜农: 一\\\n   二\\\n三", MessageKind::text, "一二三", "", ""},
};
INSTANTIATE_TEST_SUITE_P(PlayScript, Deed, testing::ValuesIn(kDeeds),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(PlayScript, position_has_coordinates_and_label) {
  const PlayScript script = parse("姜农 [position 29.5,120.8 楼家村 村口]");
  const Say& say = at<Say>(script, 0);
  ASSERT_TRUE(say.position);
  EXPECT_DOUBLE_EQ(say.position->latitude, 29.5);
  EXPECT_DOUBLE_EQ(say.position->longitude, 120.8);
  EXPECT_EQ(say.position->label, "楼家村 村口");
}

TEST(PlayScript, expectations_take_or_look_again) {
  const PlayScript script = parse(
      "姜农 < 已登记\n"
      "  < 编号{n}\n"
      "  <! 派单\n"
      "姜农 & 楼家村\n"
      "姜农 <! L2\n"
      "姜农 -\n"
      "姜农: 查询 {n}\n");
  EXPECT_TRUE(at<Expect>(script, 0).next);
  for (const std::size_t i : {1u, 2u, 3u, 4u}) EXPECT_FALSE(at<Expect>(script, i).next) << i;
  EXPECT_FALSE(at<Expect>(script, 1).absent);
  EXPECT_TRUE(at<Expect>(script, 2).absent);
  EXPECT_FALSE(at<Expect>(script, 3).absent);
  EXPECT_TRUE(at<Expect>(script, 4).absent);
  EXPECT_EQ(at<Silence>(script, 5).person, "姜农");
  EXPECT_EQ(fill(at<Say>(script, 6).text, {{"n", "260326-0001"}}), "查询 260326-0001");
}

TEST(PlayScript, the_rest_of_the_language) {
  const PlayScript script = parse(
      "clock 2026-03-26T09:10:00+08:00\nclock +90m\ninject wechat 45015\ninject wechat 500 3\n"
      "姜农: 一\n姜农 [again]\ncadre [press 签收]\nignore rest\n");
  EXPECT_EQ(at<SetClock>(script, 0).move.to, parse_rfc3339("2026-03-26T09:10:00+08:00"));
  EXPECT_EQ(at<SetClock>(script, 1).move.step, std::chrono::minutes{90});
  EXPECT_EQ(at<Inject>(script, 2).times, 1);
  EXPECT_EQ(at<Inject>(script, 3).fault, "500");
  EXPECT_EQ(at<Inject>(script, 3).times, 3);
  EXPECT_EQ(at<Again>(script, 5).person, "姜农");
  EXPECT_EQ(at<Press>(script, 6).label, "签收");
  at<IgnoreRest>(script, 7);
}

struct BadScript {
  const char* label;
  const char* body;  // after the three persons
  int line;
  const char* says;
};
class Bad : public testing::TestWithParam<BadScript> {};

TEST_P(Bad, is_refused_with_its_line) {
  const BadScript& bad = GetParam();
  try {
    parse(bad.body);
    FAIL() << "accepted";
  } catch (const ScriptError& error) {
    EXPECT_THAT(error.what(), StartsWith("s.play:" + std::to_string(bad.line) + ": "));
    EXPECT_THAT(error.what(), HasSubstr(bad.says));
  }
}

const BadScript kBad[] = {
    {"nothing", "", 3, "nothing happens"},
    {"unknown_person", "李四: 你好\n", 4, "unknown statement or person"},
    {"same_name", "person 姜农 = console:x\n", 4, "is there already"},
    {"same_account", "person 甲 = wechat:oFarmer1\n", 4, "is 姜农 already"},
    {"no_user", "person 甲 = wechat:\n", 4, "CHANNEL:USER"},
    {"two_accounts_without_or", "person 甲 = wechat:x line:y\n", 4, "or CHANNEL:USER"},
    {"or_what", "person 甲 = wechat:x or\n", 4, "CHANNEL:USER"},
    {"the_same_twice", "person 甲 = wechat:x or wechat:x\n", 4, "is 甲 already"},
    {"fewer_ways", "person 甲 = a:x or b:x or c:x\nperson 乙 = a:y or b:y\n", 5, "others: 3"},
    {"no_equals", "person 甲 wechat:x\n", 4, "= CHANNEL:USER"},
    {"reserved_name", "person clock = wechat:x\n", 4, "cannot be a name"},
    {"bad_clock", "clock tomorrow\n", 4, "RFC 3339"},
    {"bad_step", "clock +5 weeks\n", 4, "RFC 3339"},
    {"backward_step", "clock -5m\n", 4, "RFC 3339"},
    {"inject_alone", "inject wechat\n", 4, "inject CHANNEL FAULT"},
    {"inject_never", "inject wechat 500 0\n", 4, "once or more"},
    {"inject_word", "inject wechat 500 often\n", 4, "is a number"},
    {"ignore_what", "ignore all\n", 4, "rest"},
    {"says_nothing", "姜农:\n", 4, "says nothing"},
    {"no_verb", "姜农 what\n", 4, "comes one of"},
    {"unknown_deed", "姜农 [dance]\n", 4, "allowed: [photo M]"},
    {"open_bracket", "姜农 [photo M\n", 4, "\"]\""},
    {"photo_of_nothing", "姜农 [photo]\n", 4, "incomplete"},
    {"bad_position", "姜农 [position 29.5;120.8 x]\n", 4, "LATITUDE,LONGITUDE"},
    {"far_position", "姜农 [position 129.5,120.8 x]\n", 4, "-90..90"},
    {"word_position", "姜农 [position here,120.8 x]\n", 4, "latitude is a number"},
    {"again_before", "姜农 [again]\n", 4, "has said nothing"},
    {"unknown_name", "姜农: 查询 {n}\n", 4, "{n} is not known"},
    {"capture_absent", "姜农 < x\n姜农 <! {n}\n", 5, "{n} is not known"},
    {"open_brace", "姜农 < {n\n", 4, "ends in"},
    {"bad_escape", "姜农 < \\x\n", 4, "backslash"},
    {"look_before_seeing", "姜农 & x\n", 4, "seen nothing yet"},
    {"expect_nothing", "姜农 <\n", 4, "what shall"},
    {"indent_alone", "姜农: x\n  < y\n", 5, "there is none"},
    {"indent_other", "姜农 < x\n  : y\n", 5, "begins with"},
    {"counts_continued_lines", "姜农: 一\\\n二\n李四: x\n", 6, "unknown statement"},
};
INSTANTIATE_TEST_SUITE_P(PlayScript, Bad, testing::ValuesIn(kBad),
                         [](const auto& info) { return std::string{info.param.label}; });

Pattern pattern(const std::string& text) {
  return at<Expect>(parse("姜农 < " + text + "\n"), 0).fragment;
}

TEST(Fragment, captures_numbers_and_codes) {
  Captures known;
  EXPECT_TRUE(find_fragment("您反映的事已登记，编号260326-0001，由…", pattern("编号{n}，"), known));
  EXPECT_EQ(known.at("n"), "260326-0001");
  EXPECT_TRUE(find_fragment("绑定码NK8KMVR9，", pattern("绑定码{c}，"), known));
  EXPECT_EQ(known.at("c"), "NK8KMVR9");
}

TEST(Fragment, a_known_name_must_match) {
  Captures known{{"n", "260326-0001"}};
  EXPECT_TRUE(find_fragment("编号260326-0001", pattern("编号{n}"), known));
  EXPECT_FALSE(find_fragment("编号260326-0002", pattern("编号{n}"), known));
}

TEST(Fragment, nothing_is_captured_when_the_whole_does_not_match) {
  Captures known;
  EXPECT_FALSE(find_fragment("编号12。", pattern("编号{n}，"), known));
  EXPECT_TRUE(known.empty());
  EXPECT_FALSE(find_fragment("编号，", pattern("编号{n}，"), known));
}

TEST(Fragment, the_first_place_that_fits_wins) {
  Captures known;
  EXPECT_TRUE(find_fragment("编号x 编号7-8", pattern("编号{n}"), known));
  EXPECT_EQ(known.at("n"), "7-8");
}

}  // namespace
}  // namespace huiyin
