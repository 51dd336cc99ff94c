// What reporters say, in the handbook's order of reading (§3), and what they hear.
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

const std::vector<std::string> kRegistered{"owner/card", "reporter/registered"};
const std::vector<std::string> kOffice{"office/card", "reporter/registered"};

const Talk kTalks[] = {
    // ---- where is it
    {"no_place_is_asked_once_then_known",
     {{"甲", "水渠断了，地里没法浇", {"reporter/ask_place"}, "水渠断了"},
      {"甲", "石璜镇楼家村", kRegistered, "260326-0001"},
      {"甲", "查询", {"reporter/status"}, "石璜镇楼家村驻村指导员"}}},
    {"who_says_where_he_is_from_answers_too",
     {{"甲", "水渠断了，地里没法浇", {"reporter/ask_place"}},
      {"甲", "我是楼家村的", kRegistered, "“水渠断了，地里没法浇”已登记"},
      {"clock", "+11", {}},
      {"甲", "路灯坏了很久没人修", kRegistered, "按您绑定的石璜镇楼家村登记"}}},
    {"two_questions_at_most",
     {{"甲", "路灯坏了很久没人修", {"reporter/ask_place"}},
      {"甲", "就是我家门口那条路上", {"reporter/ask_place"}},
      {"甲", "说过了就在门口", kOffice, "请再告诉我们具体位置"}}},
    {"no_answer_goes_to_the_widest_desk",
     {{"甲", "路灯坏了很久没人修", {"reporter/ask_place"}},
      {"clock", "+29", {}},
      {"clock", "+2", kOffice},
      {"甲", "查询", {"reporter/status"}, "260326-0001"}}},
    {"bound_place_is_used_and_said",
     {{"甲", "绑定 楼家村", {"reporter/bound"}, "石璜镇楼家村"},
      {"甲", "路灯坏了很久没人修", kRegistered, "按您绑定的石璜镇楼家村登记，不对请回复村名"}}},
    {"bound_place_was_wrong",
     {{"甲", "绑定 楼家村", {"reporter/bound"}},
      {"甲", "路灯坏了很久没人修", kRegistered},
      {"甲",
       "石璜镇新胜村",
       {"reporter/dispatched", "office/card", "owner/taken_over"},
       "石璜镇三服务办公室"}}},
    {"a_bare_place_binds",
     {{"甲", "石璜镇楼家村", {"reporter/bound"}, "这里由石璜镇楼家村驻村指导员负责"}}},
    {"homonyms_are_offered_never_guessed",
     {{"甲", "新胜村路灯坏了", {"reporter/which_place"}, "1. 石璜镇新胜村\n2. 黄泽镇新胜村"},
      {"甲", "3", {"reporter/not_now"}, "列表中的一个数字"},
      {"甲", "2", {"office/card", "reporter/registered"}, "黄泽镇新胜村"}}},
    {"homonyms_also_when_bound",
     {{"甲", "绑定 石璜镇新胜村", {"reporter/bound"}},
      {"甲", "新胜村路灯坏了", {"reporter/which_place"}, "1. 石璜镇新胜村"}}},
    {"homonym_answered_with_the_township",
     {{"甲", "新胜村路灯坏了", {"reporter/which_place"}},
      {"甲", "黄泽镇新胜村", kOffice, "黄泽镇新胜村"}}},
    {"homonym_unanswered_goes_to_the_common_area",
     {{"甲", "新胜村路灯坏了", {"reporter/which_place"}}, {"clock", "+31", kOffice, "嵊州市"}}},
    {"bind_homonym",
     {{"甲", "绑定 新胜村", {"reporter/which_place"}},
      {"甲", "1", {"reporter/bound"}, "石璜镇新胜村"}}},
    {"bind_without_place",
     {{"甲", "绑定", {"reporter/ask_place"}, "请回复您所在的镇街"},
      {"甲", "楼家村", {"reporter/bound"}}}},

    // ---- photo first
    {"photo_then_words",
     {{"photo:甲", "", {"reporter/ask_problem"}, "请问照片里是什么问题、在哪里？"},
      {"甲", "楼家村路灯坏了", kRegistered, "“路灯坏了”已登记，收到1张照片"}}},
    {"photo_then_nothing",
     {{"photo:甲", "", {"reporter/ask_problem"}}, {"clock", "+11", kOffice, "[图片]"}}},
    {"photo_then_words_then_place",
     {{"photo:甲", "", {"reporter/ask_problem"}},
      {"甲", "路灯坏了很久没人修", {"reporter/ask_place"}},
      {"photo:甲", "", {"reporter/supplemented"}, "请再回答上面的问题"},
      {"甲", "楼家村", kRegistered}}},
    {"photo_of_a_bound_person",
     {{"甲", "绑定 楼家村", {"reporter/bound"}},
      {"photo:甲", "", {"reporter/ask_problem"}},
      {"甲", "路灯坏了很久没人修", kRegistered, "石璜镇楼家村"}}},

    // ---- new or more
    {"photo_after_words_is_more",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"photo:甲", "", {"reporter/supplemented", "owner/supplement"}, "已记入编号260326-0001"}}},
    {"words_within_ten_minutes_are_more",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"clock", "+9", {}},
      {"甲", "一到晚上什么都看不见", {"reporter/supplemented", "owner/supplement"}}}},
    {"words_after_ten_minutes_are_new",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"clock", "+11", {}},
      {"甲", "楼家村垃圾没有人收", kRegistered, "260326-0002"}}},
    {"another_place_is_new",
     {{"甲", "楼家村路灯坏了", kRegistered}, {"甲", "石璜镇新胜村路灯也坏了", kOffice}}},
    {"another_topic_is_new",
     {{"甲", "楼家村路灯坏了", kRegistered}, {"甲", "楼家村垃圾没有人收", kRegistered}}},
    {"another_kind_said_openly_is_new",
     {{"甲", "楼家村停水了，家里没水", kRegistered},
      {"甲", "建议楼家村早点通知停水", kRegistered, "260326-0002"},
      {"甲", "我要投诉自来水公司，楼家村停水不通知", kRegistered, "260326-0003"}}},
    {"the_same_kind_is_more",
     {{"甲", "我要投诉物业，楼家村楼道没人打扫", kRegistered},
      {"甲", "投诉好几次了都没有回音", {"reporter/supplemented", "owner/supplement"}}}},
    {"a_telephone_number_is_more",
     {{"甲", "楼家村停水了，家里没水", kRegistered},
      {"甲", "我电话13812345678", {"reporter/supplemented", "owner/supplement"}},
      {"甲", "13812345678", {"reporter/supplemented", "owner/supplement"}},
      {"甲", "8栋302", {"reporter/supplemented", "owner/supplement"}},
      {"甲", "姓楼", {"reporter/supplemented", "owner/supplement"}},
      {"甲", "谢谢", {"reporter/thanks"}},
      {"clock", "+11", {}},
      {"甲", "9栋101", {"reporter/help"}},
      {"甲", "8栋302", {"reporter/supplemented", "owner/supplement"}},  // said twice is said once
      {"甲", "我电话13812345678", {"reporter/supplemented", "owner/supplement"}}}},
    {"when_will_it_be_mended",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "什么时候能修好", {"reporter/status"}, "4月2日前答复您"},
      {"甲", "几时能好", {"reporter/status"}}}},
    {"said_twice_is_said_once",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"clock",
       "+361",
       {"owner/accept_half", "owner/accept_over", "owner/accept_over", "office/overdue"}},
      {"甲", "楼家村路灯坏了", {"reporter/supplemented", "owner/supplement"}}}},
    {"number_and_words_are_more",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"clock", "+20", {}},
      {"甲", "编号260326-0001 现在整条路都黑了", {"reporter/supplemented", "owner/supplement"}}}},
    {"supplement_word",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"clock", "+20", {}},
      {"甲", "补充：是村口第三盏", {"reporter/supplemented", "owner/supplement"}}}},

    // ---- about those who would get it (handbook §4, §6)
    {"about_the_village_goes_to_the_township",
     {{"甲", "楼家村停水了，家里没水", kRegistered},
      {"甲", "我要投诉村主任王某乱收费，楼家村的", kOffice, "石璜镇三服务办公室"},
      {"instructor", "查询 260326-0002", {"owner/not_found"}},
      {"instructor", "待办", {"owner/todo"}, "您手上有1件"},
      {"clerk", "签收 260326-0002", {"owner/refused"}},  // it waits for the office to decide (T20)
      {"clerk",
       "办结 260326-0002 已请纪检部门核实，退还了收费",
       {"reporter/closed", "owner/done"}}}},
    {"about_the_township_goes_to_the_county",
     {{"甲", "投诉石璜镇政府不作为，办证拖了半年", kOffice, "嵊州市三服务办公室"},
      {"clerk", "查询 260326-0001", {"owner/not_found"}},
      {"county", "办结 260326-0001 已请纪检部门核实，证已办好", {"reporter/closed", "owner/done"}},
      {"甲", "没解决", {"reporter/reopened", "owner/reopened"}, "嵊州市三服务办公室"}}},
    {"about_the_village_asked_where",
     {{"甲", "举报村书记优亲厚友", {"reporter/ask_place"}},
      {"甲", "楼家村", kOffice, "石璜镇三服务办公室"}}},
    {"about_the_village_and_never_down_again",
     {{"甲", "我要投诉楼家村村委乱收费", kOffice},
      {"clerk", "退回 今天不当班", {"owner/refused"}},
      {"instructor", "签收", {"owner/refused"}}}},
    {"what_is_said_about_a_cadre_is_no_answer_to_him",
     {{"甲", "楼家村停水了，家里没水", kRegistered},
      {"instructor", "追问 哪几户没水？", {"reporter/question", "owner/done"}},
      {"甲", "投诉楼家村村主任，问了也不管", kOffice, "260326-0002"},
      {"甲", "村口那几户", {"reporter/answered", "owner/answer"}}}},
    {"nor_a_supplement_by_number",
     {{"甲", "楼家村停水了，家里没水", kRegistered},
      {"甲", "补充 260326-0001 楼家村村主任乱收费", kOffice, "260326-0002"},
      {"甲", "260326-0001 楼家村村干部说不交钱就停水，我要举报", kOffice, "260326-0003"}}},
    {"praise_of_a_cadre_goes_to_him", {{"甲", "表扬楼家村驻村指导员，办事认真", kRegistered}}},

    // ---- courtesy
    {"thanks_do_nothing",
     {{"甲", "谢谢", {"reporter/thanks"}},
      {"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "好的", {"reporter/thanks"}},
      {"甲", "收到", {"reporter/thanks"}}}},
    {"thanks_do_not_answer_where",
     {{"甲", "路灯坏了很久没人修", {"reporter/ask_place"}},
      {"甲", "好的", {"reporter/thanks"}},
      {"甲", "楼家村", kRegistered}}},

    // ---- status
    {"status_of_nothing", {{"甲", "查询", {"reporter/no_cases"}}}},
    {"status_of_several",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "楼家村垃圾没有人收", kRegistered},
      {"甲", "查询", {"reporter/status_list"}, "您有2件事在办"},
      {"甲", "0002", {"reporter/status"}, "260326-0002"},
      {"甲", "查询 260326-0001", {"reporter/status"}, "260326-0001"}}},
    {"others_numbers_are_not_found",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"乙", "查询 260326-0001", {"reporter/not_found"}, "没有找到编号260326-0001"},
      {"乙", "0001", {"reporter/not_found"}},
      {"乙", "260326-0001", {"reporter/not_found"}},
      {"乙", "催办 260326-0001", {"reporter/not_found"}},
      {"乙", "撤回 260326-0001", {"reporter/not_found"}},
      {"乙", "没解决 260326-0001", {"reporter/not_found"}},
      {"乙", "查询 260326-0009", {"reporter/not_found"}}}},

    // ---- urge
    {"third_urge_reaches_the_office",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "催办", {"reporter/urged", "owner/urge"}, "3月26日登记，由石璜镇楼家村驻村指导员办理"},
      {"甲", "没人管", {"reporter/urged", "owner/urge"}},
      {"甲", "催", {"reporter/urged", "owner/urge", "office/urge"}}}},
    {"urge_which",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "楼家村垃圾没有人收", kRegistered},
      {"甲", "催办", {"reporter/which_case"}, "1. 260326-0002"},
      {"甲", "2", {"reporter/urged", "owner/urge"}, "260326-0001"}}},
    {"urge_nothing", {{"甲", "催办", {"reporter/no_cases"}}}},
    {"urge_of_what_was_never_reported_is_new",
     {{"甲", "没人管，楼家村路灯坏了三天", kRegistered, "260326-0001"}}},
    {"urge_of_something_else_is_new",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "没人管，楼家村垃圾堆成山了", kRegistered, "260326-0002"},
      {"甲", "没人来，楼家村路灯还是不亮", {"reporter/urged", "owner/urge"}, "260326-0001"}}},

    // ---- withdraw
    {"withdraw_is_confirmed_once",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "撤回", {"reporter/confirm_withdraw"}, "确定撤回编号260326-0001"},
      {"甲", "是", {"reporter/withdrawn", "owner/withdrawn"}},
      {"甲", "查询", {"reporter/status"}, "已撤回"}}},
    {"withdraw_not",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "算了", {"reporter/confirm_withdraw"}},
      {"甲", "不", {"reporter/kept"}, "没有撤回"}}},
    {"withdraw_draft",
     {{"甲", "路灯坏了很久没人修", {"reporter/ask_place"}},
      {"甲", "不用了", {"reporter/confirm_withdraw"}},
      {"甲", "是的", {"reporter/withdrawn"}},
      {"clock", "+60", {}}}},
    {"stale_yes_withdraws_nothing",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "撤回", {"reporter/confirm_withdraw"}},
      {"clock", "+40", {}},
      {"甲", "是", {"reporter/help"}}}},

    // ---- not solved, long after
    {"not_solved_again_is_about_the_new_case",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
      {"clock", "+23040", {}},
      {"甲", "没解决", {"owner/card", "reporter/too_late"}, "260411-0002"},
      {"甲", "没解决", {"reporter/status"}, "260411-0002"},
      {"甲", "没解决，灯又不亮了", {"reporter/supplemented", "owner/supplement"}, "260411-0002"},
      {"甲", "没解决 260326-0001", {"reporter/status"}, "260411-0002"},
      {"instructor", "办结 换了整盏路灯，已经亮了", {"reporter/closed", "owner/done"}},
      {"甲", "没解决", {"reporter/reopened", "owner/reopened", "office/reopened"}, "260411-0002"}}},
    {"not_solved_is_not_about_what_was_filed_long_ago",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
      {"clock", "+23040", {}},
      {"甲", "楼家村垃圾没有人收", kRegistered, "260411-0002"},
      {"甲", "还没解决", {"reporter/status"}, "260411-0002"},
      {"甲", "没解决，楼家村路灯又不亮了", {"owner/card", "reporter/too_late"}, "260411-0003"}}},

    // ---- dangers
    {"fire_advice_first",
     {{"甲",
       "楼家村着火了快来人",
       {"owner/card", "owner/card", "office/card", "office/card", "reporter/registered"},
       "请立即拨打119"}}},
    {"fire_somewhere",
     {{"甲", "着火了快来人啊", {"office/card", "reporter/registered"}, "请再告诉我们具体位置"}}},
    {"cries_for_help_are_one_case",
     {{"甲",
       "楼家村着火了快来人",
       {"owner/card", "owner/card", "office/card", "office/card", "reporter/registered"}},
      {"甲",
       "着火了火很大快点来",
       {"reporter/supplemented", "owner/supplement"},
       "请立即拨打119"}}},
    {"fire_while_we_asked_something",
     {{"甲", "路灯坏了很久没人修", {"reporter/ask_place"}},
      {"甲", "着火了快来人啊", {"office/card", "reporter/registered"}, "请立即拨打119"},
      {"甲",
       "楼家村",
       {"reporter/dispatched", "owner/card", "owner/card", "office/card", "office/card",
        "owner/taken_over"}},
      {"clock",
       "+31",
       {"owner/accept_half", "office/unaccepted", "owner/accept_over", "owner/accept_over",
        "office/overdue", "office/unaccepted", "office/card", "reporter/registered"}}}},
    {"fear_without_a_place",
     {{"甲", "怕着火", {"reporter/ask_place"}, "如正在发生，请立即拨打119"}}},
    {"danger_comes_before_a_command",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "催办，着火了", {"office/card", "reporter/registered"}, "请立即拨打119"},
      {"甲",
       "补充：着火了火很大",
       {"reporter/supplemented", "owner/supplement"},
       "已记入编号260326-0002"},
      {"甲", "催", {"reporter/which_case"}}}},
    {"danger_that_nobody_came_for",
     {{"甲", "没人来，着火了", {"office/card", "reporter/registered"}, "请立即拨打119"}}},
    {"danger_in_a_whole_command_gets_advice_only",
     {{"甲", "楼家村路灯坏了", kRegistered},
      {"甲", "取消，没有着火", {"reporter/advice", "reporter/confirm_withdraw"}}}},
    {"fear_of_fire_is_conditional",
     {{"甲", "楼家村电线老化，怕着火", kRegistered, "如正在发生，请立即拨打119"}}},

    // ---- about the person
    {"language",
     {{"甲", "english", {"reporter/language"}, "From now on"},
      {"甲", "楼家村路灯坏了", kRegistered, "answer by 2 Apr"},
      {"甲", "中文", {"reporter/language"}, "今后用中文"}}},
    {"privacy", {{"甲", "我的信息", {"reporter/privacy"}, "反映的0件事"}}},
    {"human",
     {{"甲", "人工", {"reporter/human"}, "12345"},
      {"甲", "绑定 楼家村", {"reporter/bound"}},
      {"甲", "找人", {"reporter/human"}, "0575-80000105"}}},
    {"help", {{"甲", "帮助", {"reporter/help"}, "直接发来"}}},
    {"a_wish_for_confidence_is_kept",
     {{"甲", "楼家村路灯坏了，别说是我", kRegistered, "会为您保密"}}},
    {"codes_of_a_later_time", {{"甲", "绑定 K7M2Q9", {"reporter/not_now"}, "绑定码"}}},
    {"follow_with_scene",
     {{"follow:甲", "unit:lj", {"reporter/welcome"}, "已记下您在石璜镇楼家村"},
      {"甲", "路灯坏了很久没人修", kRegistered}}},
    {"follow_without_scene",
     {{"follow:甲", "", {"reporter/welcome"}, "请先回复您所在的村或社区名"},
      {"甲", "楼家村", {"reporter/bound"}}}},
    {"a_report_is_no_answer_to_where_one_lives",
     {{"follow:甲", "", {"reporter/welcome"}}, {"甲", "楼家村路灯坏了", kRegistered}}},
    {"scan_with_bare_code", {{"scan:甲", "lj", {"reporter/bound"}}}},
    {"scan_of_nowhere", {{"scan:甲", "unit:nowhere", {"reporter/help"}}}},
};

class ReporterTalks : public Talks {};
TEST_P(ReporterTalks, go_as_written) {
  fakes::DeskHarness desk;
  play(desk, GetParam().lines);
}
INSTANTIATE_TEST_SUITE_P(All, ReporterTalks, testing::ValuesIn(kTalks), label);

// ---- what a table cannot show -------------------------------------------------------------------

TEST(Reporter, purpose_is_stated_once) {
  fakes::DeskHarness desk;
  auto first = desk.say("甲", "楼家村路灯坏了");
  EXPECT_THAT(desk.read(first.notices.back()), testing::HasSubstr("您的信息只用于办理您反映的事"));
  EXPECT_TRUE(desk.set.person(desk.resident("甲"))->informed);
  desk.now += std::chrono::minutes{11};
  auto second = desk.say("甲", "楼家村垃圾没有人收");
  EXPECT_THAT(desk.read(second.notices.back()), testing::Not(testing::HasSubstr("您的信息")));
}

TEST(Reporter, ten_cases_a_day_but_never_for_emergencies) {
  fakes::DeskHarness desk;
  for (int i = 0; i < 10; ++i) {
    auto said = desk.say("甲", "楼家村第" + std::to_string(i) + "号路灯坏了");
    EXPECT_EQ(desk.kinds(said).back(), "reporter/registered");
    desk.now += std::chrono::minutes{11};
  }
  EXPECT_THAT(desk.kinds(desk.say("甲", "楼家村又有路灯不亮")),
              testing::ElementsAre("reporter/not_now"));
  EXPECT_EQ(desk.kinds(desk.say("甲", "楼家村着火了快来人")).back(), "reporter/registered");
  EXPECT_EQ(desk.kinds(desk.say("乙", "楼家村又有路灯不亮")).back(), "reporter/registered");
  desk.now = fakes::at("2026-03-27T08:00:00+08:00");
  EXPECT_EQ(desk.kinds(desk.say("甲", "楼家村又有路灯不亮")).back(), "reporter/registered");
}

TEST(Reporter, personal_data_is_masked_for_all_but_owner_and_office) {
  fakes::DeskHarness desk;
  auto said = desk.say("甲", "楼家村13812345678路灯坏");
  ASSERT_EQ(said.notices.size(), 2u);
  EXPECT_THAT(said.notices[0].facts.at("text"), testing::HasSubstr("13812345678"));
  EXPECT_THAT(said.notices[1].facts.at("text"), testing::HasSubstr("138****5678"));
  auto progress = desk.say(fakes::people::instructor, "进展 已请电工13912345678来修");
  EXPECT_THAT(progress.notices[0].facts.at("progress"), testing::HasSubstr("139****5678"));
}

TEST(Reporter, the_place_is_named_once) {
  struct Row {
    const char* says;
    const char* shown;
  };
  for (const Row& row : {
           Row{"石璜镇楼家村溪东自然村，河道施工把水渠挖断了", "河道施工把水渠挖断了"},
           Row{"楼家村：路灯坏了很久没人修", "路灯坏了很久没人修"},
           Row{"石璜镇楼家村的路灯坏了很久没人修", "路灯坏了很久没人修"},
           Row{"嵊州市石璜镇楼家村路灯坏了很久", "路灯坏了很久"},
           Row{"石璜镇楼家村到镇上的公路断了，没法走", "石璜镇楼家村到镇上的公路断了，没法走"},
           Row{"石璜镇楼家村的确停水了", "石璜镇楼家村的确停水了"},
           Row{"楼家村路灯坏了", "路灯坏了"},
           Row{"楼家村里的路灯坏了", "楼家村里的路灯坏了"},
           Row{"路灯坏了，在楼家村", "路灯坏了，在楼家村"},
       }) {
    fakes::DeskHarness desk;
    const auto said = desk.say("甲", row.says);
    ASSERT_EQ(desk.kinds(said), kRegistered) << row.says;
    for (const auto& notice : said.notices)
      EXPECT_EQ(notice.facts.at("text"), row.shown) << notice.kind;
  }
}

TEST(Reporter, the_summary_is_what_was_first_reported) {
  fakes::DeskHarness desk;
  play(desk, {{"甲", "楼家村停水了\n家里没水", kRegistered},
              {"甲", "是的，就在村委会旁边那几户", {"reporter/supplemented", "owner/supplement"}},
              {"甲", "一共\n五户", {"reporter/supplemented", "owner/supplement"}}});
  auto card = desk.say(fakes::people::instructor, "查询 260326-0001");
  EXPECT_EQ(card.notices[0].facts.at("text"), "停水了 家里没水");
  EXPECT_EQ(card.notices[0].facts.at("more"), "是的，就在村委会旁边那几户；一共 五户");
  EXPECT_THAT(desk.read(card.notices[0]), testing::HasSubstr("补充：是的，就在村委会旁边那几户"));
  auto status = desk.say("甲", "查询");
  EXPECT_EQ(status.notices[0].facts.at("text"), "停水了 家里没水");
  EXPECT_FALSE(status.notices[0].facts.contains("more"));
}

TEST(Reporter, who_reported_a_violation_is_told_to_the_office_only) {
  struct Row {
    const char* says;
    bool named;
  };
  for (const Row& row : {Row{"楼家村路灯坏了", true}, Row{"举报楼家村有人赌博", false},
                         Row{"我要投诉楼家村村委乱收费", true}}) {
    fakes::DeskHarness desk;
    Person person = *desk.set.person(desk.resident("甲"));
    person.name = "王大伯";
    person.phone = "13812345678";
    Decision known;
    known.persons.push_back(person);
    desk.set.fold(known);
    auto said = desk.say("甲", std::string{row.says} + "，我是王大伯13812345678");
    const auto& card = said.notices.at(0);
    EXPECT_EQ(card.facts.contains("reporter"), row.named) << row.says;
    const bool whole = card.facts.at("text").find("13812345678") != std::string::npos;
    EXPECT_EQ(whole, row.named) << row.says;
  }
}

TEST(Reporter, an_office_that_only_watches_reads_masked_words) {
  fakes::DeskHarness desk;
  play(desk, {{"甲", "楼家村13812345678家路灯坏了", kRegistered}});
  for (int i = 0; i < 3; ++i) desk.say("甲", "催办");
  const auto& urged = desk.transcript.back().notices.back();
  ASSERT_EQ(urged.kind, "urge");
  ASSERT_EQ(urged.audience, Audience::office);
  EXPECT_THAT(urged.facts.at("text"), testing::HasSubstr("138****5678"));
  // Who has to call back must know whom.
  desk.say(fakes::people::instructor, "办结 换了新灯泡，已经亮了");
  auto rated = desk.say("甲", "1");
  ASSERT_EQ(desk.kinds(rated).at(1), "office/rating");
  EXPECT_THAT(rated.notices[1].facts.at("text"), testing::HasSubstr("13812345678"));
}

TEST(Reporter, media_ids_are_not_shown) {
  fakes::DeskHarness desk;
  play(desk, {{"photo:甲", "", {"reporter/ask_problem"}},
              {"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}}});
  EXPECT_EQ(desk.only_case().text, "[图片]\n楼家村路灯坏了");
  for (const auto& notice : desk.transcript.back().notices) {
    const bool reporter = notice.audience == Audience::reporter;
    EXPECT_EQ(notice.facts.at("text"), reporter ? "路灯坏了" : "[图片] 路灯坏了");
    EXPECT_EQ(notice.facts.at("brief"), "路灯坏了");
  }
  play(desk, {{"photo:甲", "", {"reporter/supplemented", "owner/supplement"}}});
  EXPECT_EQ(desk.transcript.back().notices[1].facts.at("supplement"), "[图片]");
}

TEST(Reporter, an_answered_question_is_no_progress) {
  fakes::DeskHarness desk;
  play(desk, {{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}}});
  desk.say(fakes::people::instructor, "进展 已联系电工，明天来换");
  desk.say(fakes::people::instructor, "追问 是哪一盏路灯？");
  play(desk, {{"甲", "查询", {"reporter/status"}, "等您回答：是哪一盏路灯？"},
              {"甲", "第三盏", {"reporter/answered", "owner/answer"}},
              {"甲", "查询", {"reporter/status"}, "最近进展：已联系电工，明天来换。"}});
}

TEST(Reporter, muted_people_hear_results_and_questions_only) {
  fakes::DeskHarness desk;
  play(desk, {{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}},
              {"甲", "退订", {"reporter/muted"}},
              {"instructor", "签收", {"owner/done"}},
              {"instructor", "进展 已联系电工来看", {"owner/done"}},
              {"instructor", "追问 是哪一盏路灯？", {"reporter/question", "owner/done"}},
              {"甲", "村口第三盏", {"reporter/answered", "owner/answer"}},
              {"甲", "催办", {"reporter/urged", "owner/urge"}},
              {"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
              {"甲", "石璜镇楼家村垃圾没有人收", {"owner/card", "reporter/registered"}},
              {"instructor", "签收", {"reporter/accepted", "owner/done"}}});
}

TEST(Reporter, a_position_finds_the_nearest_unit_within_three_kilometres) {
  struct Row {
    double latitude, longitude;
    bool near;
  };
  for (const Row& row : {Row{29.6101, 120.7012, true}, Row{29.70, 120.70, false}}) {
    fakes::DeskHarness desk;
    play(desk, {{"甲", "路灯坏了很久没人修", {"reporter/ask_place"}}});
    Message message;
    message.kind = MessageKind::position;
    message.position = Position{row.latitude, row.longitude, ""};
    auto said = desk.send("甲", message);
    EXPECT_EQ(desk.kinds(said).back(), row.near ? "reporter/registered" : "reporter/supplemented");
    EXPECT_EQ(desk.only_case().unit, UnitCode{row.near ? "lj" : ""});
  }
}

TEST(Reporter, praise_has_no_clock) {
  fakes::DeskHarness desk;
  play(desk, {{"甲", "表扬楼家村驻村指导员，办事认真", {"owner/card", "reporter/registered"}}});
  EXPECT_EQ(desk.only_case().type, CaseType::praise);
  EXPECT_EQ(desk.only_case().due_at, Instant{});
  EXPECT_EQ(desk.only_case().next_due_at, Instant{});
}

TEST(Reporter, kinds_of_reporters) {
  fakes::DeskHarness desk;
  desk.say("甲", "楼家村路灯坏了");
  EXPECT_EQ(desk.last_case().reporter_kind, ReporterKind::resident);
  desk.say("乙", "云帆纺织招不到工人，用工困难");
  EXPECT_EQ(desk.last_case().reporter_kind, ReporterKind::enterprise);
  EXPECT_EQ(desk.last_case().owner, fakes::people::officer);
  desk.say(fakes::people::instructor, "楼家村老人家屋顶漏雨严重");
  EXPECT_EQ(desk.last_case().reporter_kind, ReporterKind::grassroots);
}

TEST(Reporter, an_area_is_kept) {
  fakes::DeskHarness desk;
  desk.policy.area = UnitCode{"sh"};
  play(desk, {{"甲", "黄泽镇新胜村路灯坏了", {"reporter/not_now"}, "12345"},
              {"甲", "路灯坏了很久没人修", {"reporter/ask_place"}},
              {"clock", "+31", kOffice}});
  EXPECT_EQ(desk.only_case().owner, fakes::people::clerk);
}

}  // namespace
}  // namespace huiyin::conversation
