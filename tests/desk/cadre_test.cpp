// What those who handle cases may say, and what follows.
#include "tests/desk/conversation.h"

namespace huiyin::conversation {
namespace {

const Line kLamp{"甲", "楼家村路灯坏了", {"owner/card", "reporter/registered"}};
const Line kRubbish{"甲", "楼家村垃圾没有人收", {"owner/card", "reporter/registered"}};
const Line kSigned{"instructor", "签收", {"reporter/accepted", "owner/done"}};
const Line kClosed{"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}};

const Talk kTalks[] = {
    // ---- accepting
    {"received_accepts_the_only_card",
     {kLamp, {"instructor", "收到", {"reporter/accepted", "owner/done"}, "签收"}}},
    {"received_means_nothing_with_two_cards",
     {kLamp, kRubbish, {"instructor", "收到", {"reporter/thanks"}}}},
    {"received_means_nothing_without_card",
     {kLamp, kSigned, {"instructor", "好的", {"reporter/thanks"}}}},
    {"received_of_a_resident_means_nothing", {kLamp, {"甲", "收到", {"reporter/thanks"}}}},
    {"accept_which",
     {kLamp,
      kRubbish,
      {"instructor", "签收", {"owner/which_case"}, "1. 260326-0001"},
      {"instructor", "2", {"reporter/accepted", "owner/done"}, "260326-0002"},
      {"instructor", "签收", {"reporter/accepted", "owner/done"}, "260326-0001"}}},
    {"accept_twice_tells_the_state",
     {kLamp, kSigned, {"instructor", "签收 260326-0001", {"owner/refused"}, "已经签收"}}},
    {"accept_nothing", {{"instructor", "签收", {"owner/refused"}, "没有可以这样办理的事项"}}},
    {"accept_by_last_digits",
     {kLamp, kRubbish, {"instructor", "签收 0002", {"reporter/accepted", "owner/done"}}}},
    {"strangers_find_nothing",
     {kLamp,
      {"officer", "签收 260326-0001", {"owner/not_found"}, "没有找到编号260326-0001"},
      {"officer", "查询 260326-0001", {"owner/not_found"}},
      {"officer", "办结 260326-0001 灯泡已经换好了", {"owner/not_found"}},
      {"officer", "签收 260326-0099", {"owner/not_found"}}}},

    // ---- deputies and offices
    {"a_deputy_acts_for_the_owner",
     {kLamp,
      {"deputy", "签收", {"reporter/accepted", "owner/done"}},
      {"deputy", "进展 已联系电工来看", {"reporter/progress", "owner/done"}},
      {"instructor", "办结 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}}}},
    {"a_deputy_sees_the_list", {kLamp, {"deputy", "待办", {"owner/todo"}, "您手上有1件"}}},
    {"the_office_sees_but_does_not_act",
     {kLamp,
      {"clerk", "查询 260326-0001", {"office/card"}, "石璜镇楼家村：路灯坏了"},
      {"clerk", "签收 260326-0001", {"owner/refused"}, "现在等待接手"}}},
    {"the_office_handles_what_it_owns",
     {{"乙", "石璜镇新胜村路灯坏了", {"office/card", "reporter/registered"}},
      {"clerk", "签收", {"reporter/accepted", "owner/done"}},
      {"clerk", "办结 已请供电所换灯泡", {"reporter/closed", "owner/done"}}}},

    // ---- returning
    {"return_needs_a_reason",
     {kLamp,
      {"instructor", "退回", {"owner/refused"}, "退回请写明原因"},
      {"instructor", "不在本村范围", {"reporter/returned", "owner/done", "office/card"}}}},
    // 退回 leaves the case with the office until it says who handles it (T4).
    {"return_goes_to_the_office",
     {kLamp,
      {"instructor",
       "退回 这几天在外地",
       {"reporter/returned", "owner/done", "office/card"},
       "石璜镇三服务办公室"},
      {"甲", "查询", {"reporter/status"}, "石璜镇三服务办公室"},
      {"clerk", "签收 260326-0001", {"owner/refused"}, "不能这样办理"}}},
    {"the_desk_returns_to_the_next_clerk",
     {{"乙", "石璜镇新胜村路灯坏了", {"office/card", "reporter/registered"}},
      {"clerk", "退回 今天不当班", {"reporter/returned", "owner/done", "office/card"}}}},
    {"return_only_before_signing",
     {kLamp,
      kSigned,
      {"instructor", "退回 260326-0001 不归我", {"owner/refused"}, "签收以后不能再退回"}}},
    {"the_only_case_tells_why_it_cannot_be_returned",
     {kLamp,
      kSigned,
      {"instructor", "退回", {"owner/refused"}, "编号260326-0001，现在办理中"},
      {"instructor", "签收", {"owner/refused"}, "已经签收"},
      {"instructor", "追问 是哪一盏路灯？", {"reporter/question", "owner/done"}},
      {"instructor", "进展 已联系电工来看", {"owner/refused"}, "还在等反映人回复"},
      {"甲", "村口第三盏", {"reporter/answered", "owner/answer"}},
      kClosed,
      {"instructor", "退回", {"owner/refused"}, "没有可以这样办理的事项"}}},
    {"after_returning_an_old_button_says_who_has_it",
     {kLamp,
      {"instructor", "退回 不在本村范围", {"reporter/returned", "owner/done", "office/card"}},
      {"instructor", "签收 260326-0001", {"owner/taken_over"}, "现由石璜镇三服务办公室办理"},
      {"officer", "签收 260326-0001", {"owner/not_found"}}}},
    {"return_within_one_working_day",
     {kLamp,
      {"clock",
       "2026-03-27T17:30:00+08:00",
       {"owner/accept_half", "owner/accept_over", "owner/accept_over", "office/overdue"}},
      {"instructor", "退回 不在本村范围", {"reporter/returned", "owner/done", "office/card"}}}},
    {"return_too_late",
     {kLamp,
      {"clock",
       "2026-03-30T08:31:00+08:00",
       {"owner/accept_half", "owner/accept_over", "owner/accept_over", "office/overdue",
        "owner/contact_over"}},
      {"instructor", "退回 不在本村范围", {"owner/refused"}, "退回的时限已过"}}},

    // ---- working
    {"contact",
     {kLamp,
      kSigned,
      {"instructor", "联系", {"reporter/contacted", "owner/done"}, "联系"},
      {"instructor", "已联系 260326-0001", {"reporter/contacted", "owner/done"}}}},
    {"progress_without_words_asks_for_them",
     {kLamp,
      kSigned,
      {"instructor", "进展 260326-0001", {"owner/refused"}, "请写明进展"},
      {"instructor", "已联系电工，下午来修", {"reporter/progress", "owner/done"}}}},
    {"received_is_no_answer_to_a_question_for_words",
     {kLamp,
      {"instructor", "办结", {"owner/refused"}},
      {"instructor", "收到", {"reporter/thanks"}},
      {"instructor", "换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}}}},
    {"asked_words_do_not_swallow_a_command",
     {kLamp,
      kSigned,
      {"instructor", "进展", {"owner/refused"}},
      {"instructor", "待办", {"owner/todo"}}}},
    {"work_signs_for_the_card",
     {kLamp, {"instructor", "进展 已联系电工，下午来修", {"reporter/progress", "owner/done"}}}},
    {"progress_which",
     {kLamp,
      kRubbish,
      {"instructor", "进展 已联系人来处理", {"owner/which_case"}},
      {"instructor", "1", {"reporter/progress", "owner/done"}, "260326-0001"}}},
    {"ask_and_answer",
     {kLamp,
      kSigned,
      {"instructor",
       "追问 是哪一盏路灯？",
       {"reporter/question", "owner/done"},
       "收到后接着办理；到3月31日没有回复，就先按现有情况办理"},
      {"甲", "查询", {"reporter/status"}, "等您回答：是哪一盏路灯？"},
      {"甲", "村口第三盏", {"reporter/answered", "owner/answer"}, "谢谢"},
      kClosed}},
    {"ask_without_question", {kLamp, kSigned, {"instructor", "追问", {"owner/refused"}}}},
    {"thanks_are_no_answer",
     {kLamp,
      kSigned,
      {"instructor", "追问 是哪一盏路灯？", {"reporter/question", "owner/done"}},
      {"甲", "谢谢", {"reporter/thanks"}},
      {"photo:甲", "", {"reporter/answered", "owner/answer"}}}},
    {"no_advice_to_who_reports_what_was_done",
     {kLamp, {"instructor", "进展 着火的电线已经换掉", {"reporter/progress", "owner/done"}}}},
    {"told_is_for_the_file",
     {kLamp, kSigned, {"instructor", "已告知 260326-0001 电话里说了", {"owner/told"}}}},
    {"note_of_the_office",
     {kLamp, {"clerk", "补充 260326-0001 供电所说明天来", {"owner/done", "owner/supplement"}}}},

    // ---- closing
    {"result_needs_a_fact",
     {kLamp,
      kSigned,
      {"instructor", "办结 好了", {"owner/refused"}, "不少于8个字"},
      {"instructor", "已处理好了已处理", {"owner/refused"}},
      {"instructor", "换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}}}},
    {"explained_is_not_solved",
     {kLamp,
      kSigned,
      {"instructor",
       "办结 已解释 路灯属于供电所，下月统一更换",
       {"reporter/closed", "owner/done"},
       "已解释"},
      {"甲", "查询", {"reporter/status"}, "已解释"}}},
    {"referred_names_another_channel",
     {kLamp,
      kSigned,
      {"instructor",
       "办结 已转其他渠道：请供电所处理，电话95598",
       {"reporter/closed", "owner/done"}}}},
    {"planned_and_rejected_need_approval",
     {kLamp,
      kSigned,
      {"instructor",
       "办结 已列入计划 明年统一更换路灯",
       {"office/request", "owner/done"},
       "已请石璜镇三服务办公室同意"},
      kClosed}},
    {"closed_is_closed",
     {kLamp,
      kSigned,
      kClosed,
      {"instructor", "办结 260326-0001 又去看了一遍还亮着", {"owner/refused"}, "已办结"},
      {"instructor", "进展 260326-0001 又去看了一遍", {"owner/refused"}},
      {"instructor", "待办", {"owner/todo"}, "没有待办"}}},
    {"closing_says_so",
     {kLamp,
      {"instructor",
       "办结 换了新灯泡，已经亮了",
       {"reporter/closed", "owner/done"},
       "编号260326-0001已办结，结果：已解决。"},
      {"甲", "查询", {"reporter/status"}, "已办结，结果：已解决。换了新灯泡，已经亮了。"}}},

    {"what_was_not_solved_is_not_called_solved",
     {kLamp,
      kSigned,
      {"instructor",
       "办结 线路老化，目前无法解决，已向住户说明",
       {"reporter/closed", "owner/done"}},
      {"甲", "查询", {"reporter/status"}, "结果：已解释"}}},

    // ---- after closing
    {"low_rating_is_called_back",
     {kLamp,
      kSigned,
      kClosed,
      {"甲",
       "1",
       {"reporter/rated_low", "office/rating", "owner/rating"},
       "石璜镇三服务办公室会在3月27日前与您联系"},
      {"甲", "1", {"reporter/help"}}}},
    {"rating_in_words",
     {kLamp,
      kSigned,
      kClosed,
      {"甲", "非常满意", {"reporter/rated", "owner/rating"}, "您评了5分（非常满意）。"}}},
    {"a_middling_rating_may_still_reopen",
     {kLamp,
      kSigned,
      kClosed,
      {"甲",
       "3",
       {"reporter/rated", "owner/rating"},
       "您评了3分（基本满意）。没解决请回复‘没解决’"}}},
    {"rating_with_number",
     {kLamp,
      kSigned,
      kClosed,
      {"甲", "评价 260326-0001 4", {"reporter/rated", "owner/rating"}},
      {"甲", "评价 260326-0001 5", {"reporter/not_now"}, "已经评价过"}}},
    {"a_choice_comes_before_a_rating",
     {kLamp,
      kSigned,
      kClosed,
      {"甲", "楼家村垃圾没有人收", {"owner/card", "reporter/registered"}},
      {"甲", "石璜镇新胜村道路坑洼", {"office/card", "reporter/registered"}},
      {"甲", "催办", {"reporter/which_case"}},
      {"甲", "1", {"reporter/urged", "owner/urge"}},
      {"甲", "1", {"reporter/rated_low", "office/rating", "owner/rating"}}}},
    {"rating_which",
     {kLamp,
      kRubbish,
      {"instructor", "办结 0001 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
      {"instructor", "办结 0002 垃圾已经清运干净", {"reporter/closed", "owner/done"}},
      {"甲", "评价 4", {"reporter/which_case"}},
      {"甲", "1", {"reporter/rated", "owner/rating"}, "您评了4"},
      {"甲", "满意", {"reporter/rated", "owner/rating"}, "您评了4"}}},
    {"rating_of_what_is_open",
     {kLamp, {"甲", "评价 260326-0001 5", {"reporter/not_now"}, "不能这样办理"}}},
    {"grades_without_context_tell_the_state",
     {{"甲", "不满意", {"reporter/no_cases"}}, kLamp, {"甲", "不满意", {"reporter/status"}}}},
    {"digits_without_context", {kLamp, {"甲", "5", {"reporter/help"}}}},
    {"reopen_goes_to_who_had_it",
     {kLamp,
      kSigned,
      kClosed,
      {"甲",
       "没解决",
       {"reporter/reopened", "owner/reopened", "office/reopened"},
       "重新办理，由石璜镇楼家村驻村指导员负责"},
      {"instructor", "签收", {"reporter/accepted", "owner/done"}},
      kClosed,
      {"甲", "又坏了，今晚又不亮", {"reporter/reopened", "office/reopened", "owner/taken_over"}}}},
    {"about_the_cadre_in_a_reopening",
     {kLamp,
      kSigned,
      kClosed,
      {"甲", "没解决，投诉指导员不作为", {"reporter/reopened", "office/reopened"}}}},
    {"reopen_after_fifteen_days_is_a_new_case",
     {kLamp,
      kSigned,
      kClosed,
      {"clock", "2026-04-11T10:00:00+08:00", {}},
      {"甲", "没解决", {"owner/card", "reporter/too_late"}, "编号260326-0001办结已久"}}},
    {"reopen_speaks_of_what_was_answered",
     {kLamp,
      kRubbish,
      {"instructor", "签收 0001", {"reporter/accepted", "owner/done"}},
      {"instructor", "办结 0001 换了新灯泡，已经亮了", {"reporter/closed", "owner/done"}},
      {"甲",
       "没解决，垃圾桶边上还是黑的",
       {"reporter/reopened", "owner/reopened", "office/reopened"},
       "“路灯坏了”"}}},
    {"not_solved_while_open_is_more",
     {kLamp,
      {"甲", "没解决 260326-0001 晚上又停了", {"reporter/supplemented", "owner/supplement"}},
      {"clock", "+20", {}},
      {"甲", "还没解决，今晚还是不亮", {"reporter/supplemented", "owner/supplement"}}}},
    {"reopen_while_open_tells_the_state",
     {kLamp, {"甲", "还是老样子", {"reporter/status"}, "等待接手"}}},
    {"broken_again_of_something_new",
     {{"甲", "又坏了，楼家村村口的路灯", {"owner/card", "reporter/registered"}}}},
    {"withdrawn_is_not_reopened",
     {kLamp,
      {"甲", "撤回", {"reporter/confirm_withdraw"}},
      {"甲", "是", {"reporter/withdrawn", "owner/withdrawn"}},
      {"甲", "没解决 260326-0001", {"reporter/not_now"}, "重新发来"},
      {"甲", "撤回 260326-0001", {"reporter/not_now"}}}},

    // ---- lists and help
    {"lists",
     {kLamp,
      kRubbish,
      {"instructor", "待办", {"owner/todo"}, "您手上有2件"},
      {"instructor", "分流 0001 水利局", {"owner/refused"}, "由三服务办公室或领导来定"},
      {"instructor", "帮助", {"owner/help"}, "签收 261123-0042"},
      {"instructor", "职责", {"owner/duties"}, "石璜镇楼家村驻村指导员"},
      {"instructor", "查询 0001", {"owner/card"}}}},
    {"what_may_be_done_with_a_case",
     {kLamp,
      kSigned,
      {"instructor", "帮助 260326-0001", {"owner/moves"}, "您可以回复：进展"},
      {"officer", "帮助 260326-0001", {"owner/not_found"}}}},

    // ---- 上报 (T8)
    {"the_partners_nearby_come_first",
     {kLamp,
      kSigned,
      {"instructor", "上报 260326-0001 超出本村权限", {"owner/partners"}, "1. 供水站"},
      {"instructor",
       "0",
       {"reporter/escalated", "owner/done", "office/card"},
       "由石璜镇三服务办公室办理"},
      {"instructor", "进展 260326-0001 又去看了", {"owner/taken_over"}},
      {"甲", "查询", {"reporter/status"}, "石璜镇三服务办公室"}}},
    {"a_partner_helps",
     {kLamp,
      kSigned,
      {"instructor", "上报 260326-0001 超出本村权限", {"owner/partners"}},
      {"instructor", "1", {"owner/done", "owner/co_card"}, "已请石璜镇供水站协助"},
      {"partner", "补充 260326-0001 我们有梯子，下午过去", {"owner/done", "owner/supplement"}},
      {"partner", "进展 260326-0001 换好了", {"owner/refused"}},
      {"instructor",
       "办结 供水站帮忙换了灯泡",
       {"owner/closed", "reporter/closed", "owner/done"}}}},
    {"the_partners_are_shown_once",
     {kLamp,
      kSigned,
      {"instructor", "上报 260326-0001 超出本村权限", {"owner/partners"}},
      {"clock", "+40", {}},
      {"instructor",
       "上报 260326-0001 超出本村权限",
       {"reporter/escalated", "owner/done", "office/card"}}}},
    {"without_a_partner_it_goes_up_at_once",
     {kRubbish,
      {"instructor",
       "上报 260326-0001 需要几个部门一起",
       {"reporter/escalated", "owner/done", "office/card"}}}},
    {"going_up_wants_a_reason",
     {kRubbish,
      {"instructor", "上报", {"owner/refused"}, "上报请写明原因"},
      {"instructor", "超出本村权限", {"reporter/escalated", "owner/done", "office/card"}}}},
    {"what_is_closed_or_elsewhere_does_not_go_up",
     {kLamp,
      kSigned,
      {"officer", "上报 260326-0001 超出权限", {"owner/not_found"}},
      {"instructor", "追问 是哪一盏路灯？", {"reporter/question", "owner/done"}},
      {"instructor", "上报 260326-0001 超出权限", {"owner/refused"}, "还在等反映人回复"},
      {"甲", "村口第三盏", {"reporter/answered", "owner/answer"}},
      kClosed,
      {"instructor", "上报 260326-0001 超出权限", {"owner/refused"}, "已办结"}}},
    {"two_deadlocks_suggest_it",
     {kLamp,
      kSigned,
      {"instructor", "进展 协调未果，供电所不同意", {"reporter/progress", "owner/done"}},
      {"instructor",
       "进展 又谈了一次，协调不下来",
       {"reporter/progress", "owner/done"},
       "可以请上一级出面：上报 260326-0001"}}},

    // ---- 转办
    {"to_others_of_the_same_level",
     {kLamp,
      kSigned,
      {"instructor",
       "转办 260326-0001 云帆纺织 灯在厂区门口",
       {"reporter/dispatched", "owner/done", "owner/card"}},
      {"officer", "办结 换了新灯泡，已经亮了", {"owner/closed", "reporter/closed", "owner/done"}}}},
    {"to_a_person",
     {kLamp,
      {"instructor",
       "转办 260326-0001 张小燕 这几天她在村里",
       {"reporter/dispatched", "owner/done", "owner/card"}},
      {"deputy", "签收", {"reporter/accepted", "owner/done"}}}},
    {"transfer_wants_a_target_and_a_reason",
     {kLamp,
      {"instructor", "转办 260326-0001", {"owner/refused"}, "请写明单位或姓名"},
      {"instructor", "转办 260326-0001 云帆纺织", {"owner/refused"}, "转办请写明原因"},
      {"instructor", "转办 260326-0001 月亮村 地点在那边", {"owner/refused"}, "没有找到"},
      {"instructor", "转办 260326-0001 水利局 归水利局管", {"owner/refused"}},
      {"instructor", "转办 260326-0001 楼家村 还是我来", {"owner/refused"}, "已经在办"},
      {"officer", "转办 260326-0001 云帆纺织 我来办", {"owner/not_found"}}}},

    // ---- 协办
    {"helpers",
     {kLamp,
      {"instructor",
       "协办 260326-0001 供水站 请带梯子来",
       {"owner/done", "owner/co_card"},
       "已请石璜镇供水站协助"},
      {"instructor", "协办 260326-0001 供水站", {"owner/refused"}, "已经在办"},
      {"instructor", "协办 260326-0001 水利局", {"owner/done", "owner/co_card"}},
      {"instructor", "协办 260326-0001 楼家村", {"owner/refused"}, "已经在办"},
      {"instructor", "协办 260326-0001 月亮站", {"owner/refused"}, "没有找到"},
      {"instructor", "协办 260326-0001", {"owner/refused"}, "请写明单位或姓名"},
      {"officer", "协办 260326-0001 供水站", {"owner/not_found"}},
      {"partner", "查询 260326-0001", {"owner/card"}},
      {"partner", "签收 260326-0001", {"owner/refused"}, "不由您办理"}}},

    // ---- several lines
    {"several_lines_are_several_moves",
     {kLamp,
      kRubbish,
      {"instructor",
       "签收 260326-0001\n进展 260326-0001 已联系电工来看\n退回 260326-0001 不归我\n签收 "
       "0002\n待办",
       {"reporter/accepted", "owner/done", "reporter/progress", "owner/done", "owner/refused",
        "reporter/accepted", "owner/done", "owner/todo"}},
      {"甲", "查询 260326-0002", {"reporter/status"}, "办理中"}}},

    {"in_english",
     {{"instructor", "english", {"reporter/language"}},
      {"amy", "english", {"reporter/language"}},
      {"amy", "楼家村路灯坏了", {"owner/card", "reporter/registered"}, "answer by 2 Apr"},
      {"amy", "status", {"reporter/status"}, "waiting to be taken up"},
      {"amy", "urge", {"reporter/urged", "owner/urge"}, "They have been reminded"},
      {"instructor", "accept", {"reporter/accepted", "owner/done"}, "is recorded"},
      {"instructor",
       "progress The works office brings a lamp",
       {"reporter/progress", "owner/done"}},
      {"instructor", "close done", {"owner/refused"}, "at least 8 characters"},
      {"instructor", "todo", {"owner/todo"}, "You have 1"},
      {"instructor", "close solved: a new lamp is up", {"reporter/closed", "owner/done"}},
      {"amy", "status", {"reporter/status"}, "solved"},
      {"amy", "not solved", {"reporter/reopened", "owner/reopened", "office/reopened"}},
      {"amy", "withdraw", {"reporter/confirm_withdraw"}, "Reply yes or no"},
      {"amy", "yes", {"reporter/withdrawn", "owner/withdrawn"}},
      {"amy", "human", {"reporter/human"}, "12345"},
      {"amy", "thanks", {"reporter/thanks"}}}},

    // ---- cadres are people too
    {"plain_text_of_a_cadre_is_a_report",
     {{"officer", "楼家村路灯坏了", {"owner/card", "reporter/registered"}},
      {"officer", "催办", {"reporter/urged", "owner/urge"}},
      {"instructor", "签收", {"reporter/accepted", "owner/done"}}}},
    {"entering_for_somebody",
     {{"officer", "补录 楼家村 王大伯家门口路灯不亮", {"owner/card", "reporter/registered"}},
      {"officer", "补录", {"owner/refused"}, "请写明谁"}}},
    {"good_is_the_answer_to_our_question",
     {{"instructor", "楼家村老人家屋顶漏雨严重", {"owner/card", "reporter/registered"}},
      {"instructor", "撤回 0001", {"reporter/confirm_withdraw"}},
      {"instructor", "好的", {"reporter/withdrawn", "owner/withdrawn"}}}},
    {"a_cadre_reports_at_home",
     {{"instructor", "楼家村老人家屋顶漏雨严重", {"owner/card", "reporter/registered"}},
      {"instructor", "签收", {"reporter/accepted", "owner/done"}}}},
};

class CadreTalks : public Talks {};
TEST_P(CadreTalks, go_as_written) {
  fakes::DeskHarness desk;
  play(desk, GetParam().lines);
}
INSTANTIATE_TEST_SUITE_P(All, CadreTalks, testing::ValuesIn(kTalks), label);

TEST(Cadre, hears_why_it_is_not_solved) {
  for (const char* says :
       {"没解决，晚上又停了", "没解决 晚上又停了", "没解决晚上又停了", "还是没解决，晚上又停了",
        "没解决 260326-0001 晚上又停了", "260326-0001 没解决，晚上又停了"}) {
    fakes::DeskHarness desk;
    play(desk, {{"甲", "楼家村停水了", {"owner/card", "reporter/registered"}},
                {"instructor", "办结 水管接好了，已经来水", {"reporter/closed", "owner/done"}}});
    auto again = desk.without_edits(desk.say("甲", says));
    ASSERT_EQ(again.notices.size(), 3u) << says;
    for (const std::size_t told : {1u, 2u}) {
      EXPECT_EQ(again.notices[told].facts["reason"], "晚上又停了") << says;
      EXPECT_THAT(desk.read(again.notices[told]), testing::HasSubstr("没解决：晚上又停了"));
    }
    EXPECT_EQ(again.events.back().text, "晚上又停了") << says;
    EXPECT_EQ(desk.only_case().text, "楼家村停水了\n晚上又停了") << says;
  }
}

TEST(Cadre, does_not_read_what_is_said_about_him) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned, kClosed});
  auto again = desk.say("甲", "没解决，投诉指导员不作为");
  // It goes up, away from him: his own card says nothing any more.
  const std::vector<std::string> kinds{"reporter/reopened", "office/reopened"};
  EXPECT_EQ(desk.kinds(again), kinds);
  EXPECT_EQ(again.notices[1].to, fakes::people::clerk);
  EXPECT_EQ(again.notices[1].facts.at("reason"), "投诉指导员不作为");
  EXPECT_TRUE(fakes::DeskHarness::to(again, fakes::people::instructor).empty());
  EXPECT_EQ(desk.only_case().level, Level::township);
  EXPECT_EQ(desk.only_case().concerned_unit, UnitCode{"lj"});
  EXPECT_EQ(again.events.back().text, "投诉指导员不作为");
}

TEST(Cadre, work_on_an_unsigned_card_is_two_moves_and_one_notice) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  auto done = desk.say(fakes::people::instructor, "进展 已联系电工，下午来修");
  ASSERT_EQ(done.events.size(), 2u);
  EXPECT_EQ(done.events[0].move, Move::accept);
  EXPECT_EQ(done.events[1].move, Move::progress);
  EXPECT_EQ(done.notices[0].events.size(), 2u);
}

TEST(Cadre, buttons_are_the_moves_that_are_possible_now) {
  fakes::DeskHarness desk;
  auto said = desk.say("甲", "楼家村路灯坏了");
  const std::vector<Button> expected{{"签收", "签收 260326-0001"},
                                     {"退回", "退回 260326-0001"},
                                     {"联系", "联系 260326-0001"},
                                     {"协办", "协办 260326-0001"},
                                     {"转办", "转办 260326-0001"}};
  EXPECT_EQ(said.notices[0].buttons, expected);
  auto done = desk.say(fakes::people::instructor, said.notices[0].buttons[0].command);
  const std::vector<Button> next{{"进展", "进展 260326-0001"}, {"追问", "追问 260326-0001"},
                                 {"办结", "办结 260326-0001"}, {"联系", "联系 260326-0001"},
                                 {"上报", "上报 260326-0001"}, {"协办", "协办 260326-0001"}};
  EXPECT_EQ(done.notices.back().buttons, next);
}

// 补录: the case says where it comes from, and whoever entered it is asked to pass on what he
// hears.
TEST(Cadre, what_is_entered_for_others_says_so) {
  fakes::DeskHarness desk;
  const auto entered = desk.say(fakes::people::officer, "补录 楼家村 王大伯家门口路灯不亮");
  ASSERT_EQ(entered.events.front().case_id, desk.only_case().id);
  EXPECT_EQ(entered.events.front().detail, "entered");
  EXPECT_EQ(entered.events.front().actor, fakes::people::officer);
  const auto told = desk.to(entered, fakes::people::officer);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_TRUE(told[0]->facts.contains("entered"));
  EXPECT_TRUE(desk.read(*told[0]).find("请转告反映人") != std::string::npos);
  // As many as there are: the limit of a day is for those who report for themselves.
  for (int i = 0; i < desk.policy.cases_per_day; ++i)
    desk.say(fakes::people::officer,
             "补录 石璜镇新胜村 " + std::to_string(i + 1) + "号门口路灯不亮");
  EXPECT_EQ(desk.set.cases().size(), 1u + static_cast<unsigned>(desk.policy.cases_per_day));
}

// T4: who gives it back never keeps it; the office has it and decides.
TEST(Cadre, a_returned_case_waits_at_the_office) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  desk.say(fakes::people::deputy, "退回 不在本村范围");  // speaks for the owner too
  const Case& c = desk.only_case();
  EXPECT_EQ(c.stage, Stage::registered);
  EXPECT_EQ(c.owner, fakes::people::clerk);
  EXPECT_EQ(c.owner_unit, UnitCode{"sh"});
  EXPECT_EQ(c.returns, 1);
  EXPECT_EQ(c.accept_due, Instant{});
  ASSERT_EQ(c.waits.size(), 1u);
  EXPECT_EQ(c.waits.front(), (Wait{UnitCode{"sh"}, WaitKind::triage}));
}

// A case somewhere else, as another process would load it.
void put_case(fakes::DeskHarness& desk, const std::function<void(Case&)>& change) {
  fakes::DeskHarness first;
  play(first, {kRubbish});
  Case c = first.only_case();
  change(c);
  c.version = 1;
  desk.resident("甲");
  desk.set.put_loaded(c);
}

TEST(Cadre, a_third_return_and_a_ruled_case_are_refused) {
  for (const bool ruled : {true, false}) {
    fakes::DeskHarness desk;
    put_case(desk, [&](Case& c) {
      c.ruled = ruled;
      c.returns = ruled ? 0 : 2;
    });
    const auto said = desk.say(fakes::people::instructor, "退回 260326-0001 不在本村范围");
    EXPECT_THAT(desk.kinds(said), testing::ElementsAre("owner/refused"));
    EXPECT_THAT(desk.read(said.notices.front()), testing::HasSubstr(ruled ? "裁定" : "已退回两次"));
  }
}

TEST(Cadre, goes_up_one_level_at_a_time) {
  using namespace fakes::people;
  struct Row {
    Level level;
    PersonId owner;
    const char* unit;
    PersonId next;  // none: there is no level above
    const char* to;
  };
  const Row rows[] = {
      {Level::frontline, instructor, "lj", clerk, "sh"},
      {Level::township, clerk, "sh", county_clerk, "sz"},
      {Level::county, water, "slj", city_clerk, "sx"},
      {Level::county, county_clerk, "sz", city_clerk, "sx"},
      {Level::city, city_water, "sslj", PersonId{}, ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string{row.unit} + " " + std::to_string(static_cast<int>(row.level)));
    fakes::DeskHarness desk;
    put_case(desk, [&](Case& c) {
      c.level = row.level;
      c.owner = row.owner;
      c.owner_unit = UnitCode{row.unit};
      c.stage = Stage::in_progress;
      c.accept_due = {};
    });
    const auto said = desk.say(row.owner, "上报 260326-0001 超出权限，几个部门协调未果");
    const Case& c = desk.only_case();
    if (!row.next) {
      EXPECT_THAT(desk.kinds(said), testing::ElementsAre("owner/refused"));
      EXPECT_EQ(c.stage, Stage::in_progress);
      continue;
    }
    EXPECT_THAT(desk.kinds(said),
                testing::ElementsAre("reporter/escalated", "owner/done", "office/card"));
    EXPECT_EQ(c.stage, Stage::pending_triage);
    EXPECT_EQ(static_cast<int>(c.level), static_cast<int>(row.level) + 1);
    EXPECT_EQ(c.owner, row.next);
    EXPECT_EQ(c.owner_unit, UnitCode{row.to});
    ASSERT_EQ(c.parties.size(), 1u);
    EXPECT_EQ(c.parties.front().person, row.owner);
    EXPECT_EQ(c.parties.front().kind, PartyKind::watcher);
    EXPECT_EQ(said.events.back().detail, "power departments coordination");
    EXPECT_EQ(said.notices.front().facts.at("reason"), "超出权限，几个部门协调未果");
  }
}

TEST(Cadre, a_line_of_another_office_is_answered) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  const auto said = desk.say(fakes::people::instructor, "签收 260326-0001\n批准 260326-0001");
  EXPECT_THAT(desk.kinds(said),
              testing::ElementsAre("reporter/accepted", "owner/done", "owner/refused"));
}

TEST(Cadre, lines_see_what_the_line_before_did) {
  fakes::DeskHarness desk;
  play(desk, {kLamp});
  const auto said = desk.say(fakes::people::instructor,
                             "签收 260326-0001\n追问 260326-0001 是哪一盏路灯？\n"
                             "进展 260326-0001 已联系电工来看");
  EXPECT_THAT(desk.kinds(said),
              testing::ElementsAre("reporter/accepted", "owner/done", "reporter/question",
                                   "owner/done", "owner/refused"));
  ASSERT_EQ(said.cases.size(), 1u);  // one row, written once
  EXPECT_EQ(said.cases.front().stage, Stage::awaiting_reporter);
  EXPECT_EQ(said.events.size(), 2u);
}

TEST(Cadre, the_pause_moves_the_due_date) {
  fakes::DeskHarness desk;
  play(desk, {kLamp, kSigned});
  const Instant due = desk.only_case().due_at;
  EXPECT_EQ(due, fakes::at("2026-04-02T17:30:00+08:00"));
  play(desk, {{"instructor", "追问 是哪一盏路灯？", {"reporter/question", "owner/done"}},
              {"clock", "2026-03-27T09:10:00+08:00", {}},
              {"甲", "村口第三盏", {"reporter/answered", "owner/answer"}}});
  // One working day stood still: 09:10 to 09:10 is 6 h 30 min of 7 h.
  EXPECT_EQ(desk.only_case().due_at, fakes::at("2026-04-03T17:30:00+08:00"));
  EXPECT_EQ(desk.only_case().paused_at, Instant{});
}

TEST(Cadre, english_readers_get_english_names) {
  fakes::DeskHarness desk;
  desk.say("amy", "english");
  auto said = desk.say("amy", "楼家村路灯坏了");
  EXPECT_THAT(desk.read(said.notices.back()),
              testing::HasSubstr("village instructor of 石璜镇楼家村"));
  desk.say(fakes::people::instructor, "签收");
  auto closed = desk.say(fakes::people::instructor, "办结 已解释 路灯属于供电所，下月更换");
  EXPECT_THAT(desk.read(closed.notices[0]), testing::HasSubstr(": explained. 路灯"));
  EXPECT_THAT(desk.read(closed.notices[1]), testing::HasSubstr("已记录"));
}

TEST(Cadre, rows_are_asked_for_sparingly) {
  fakes::DeskHarness first;
  play(first, {kLamp});
  fakes::DeskHarness desk;  // another process: only what round one preloads
  Case loaded = first.only_case();
  loaded.version = 1;
  desk.set.put_loaded(loaded);
  desk.now = first.now;
  desk.load = [&](const Need& need, WorkingSet& set) {
    for (const PersonId id : need.persons) set.put_loaded(*first.set.person(id));
  };
  play(desk, {kSigned});
  EXPECT_EQ(desk.rounds, 1);
  EXPECT_TRUE(desk.needs.persons.contains(loaded.reporter));
  EXPECT_TRUE(desk.needs.history.empty());
}

}  // namespace
}  // namespace huiyin::conversation
