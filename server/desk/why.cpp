// Reasons given when something is not possible: what is, never whose fault it is.
#include "server/desk/words.h"

namespace huiyin::words {
namespace {

struct Reason {
  Why why;
  std::string_view zh, en;
};

constexpr auto kReasons = std::to_array<Reason>({
    {Why::not_your_move, "这件事现在不能这样办理。", "This cannot be done with the case now."},
    {Why::not_yours, "这件事不由您办理，可以查看，需要时请联系办理人。",
     "Somebody else handles this case. You can read it; please talk to them if needed."},
    {Why::accepted_already, "这件事已经签收。", "This case has been accepted already."},
    {Why::return_signed, "签收以后不能再退回，需要协助请联系三服务办公室。",
     "Once accepted it cannot be returned. If you need help, please call the office."},
    {Why::waiting, "还在等反映人回复。", "We are still waiting for the reporter's reply."},
    {Why::no_candidate, "您手上没有可以这样办理的事项。", "None of your cases can take this now."},
    {Why::reason_missing, "退回请写明原因，例如：不在本村范围。",
     "Please give the reason for returning it, for example: outside our village."},
    {Why::return_too_late, "退回的时限已过，请继续办理；需要协助请联系三服务办公室。",
     "The time for returning it is over. Please carry on, or call the office for help."},
    {Why::returned_twice, "这件事已退回两次，承办单位由三服务办公室确定，请先办理。",
     "It was returned twice; the office decides who handles it. Please carry on until then."},
    {Why::question_missing, "请写明要问的问题，例如：追问 水沟断在哪一段？",
     "Please write the question, for example: ask Which part of the ditch is cut?"},
    {Why::progress_missing, "请写明进展，例如：进展 已联系施工单位，明天架抽水机。",
     "Please write what happened, for example: progress The works office sets up a pump tomorrow."},
    {Why::result_missing, "结果请写明做了什么，不少于8个字，例如：办结 抽水机已架好，水已到田。",
     "Please write what was done, at least 8 characters, for example: close The pump is running, "
     "the fields have water."},
    {Why::outcome_approval,
     "“已列入计划”和“不予受理”要经上一级同意，目前还不能在这里提交，请先联系三服务办公室，事项继续"
     "由"
     "您办理。",
     "\"Planned\" and \"not accepted\" need approval one level up, which cannot be asked for here "
     "yet. Please call the office; the case stays with you."},
    {Why::not_offered, "这项操作这里还办不了。", "This cannot be done here yet."},
    {Why::office_decides,
     "这要由三服务办公室或领导来定。要换人办，请回复“转办”或“退回”，并写明原因。",
     "That is for the office or a leader to decide. For another owner, please reply: transfer or "
     "return, with the reason."},
    {Why::entry_missing, "请写明谁、在哪里、什么事，例如：补录 楼家村 王大伯家门口路灯不亮。",
     "Please write who, where and what, for example: enter for 楼家村 street lamp is out."},
    {Why::daily_limit, "今天登记的事项已较多，请明天再发；急事请拨打12345。",
     "Many cases were registered for you today. Please write again tomorrow; if it cannot wait, "
     "call 12345."},
    {Why::closed_already, "这件事已有结果。没解决请回复“没解决”。",
     "This case has a result. If it is not solved, reply \"not solved\"."},
    {Why::closed_for_owner, "这件事已办结。", "This case is closed."},
    {Why::archived_already, "这件事已归档，不再接收评价。有新情况请直接发来。",
     "This case is filed and can no longer be rated. If something is new, just write."},
    {Why::safety, "这件事关系到安全，还要继续核实处理；今后不再显示您的姓名，结果会告诉您。",
     "This is a matter of safety, so work on it goes on, but without your name. You will hear the "
     "result."},
    {Why::rated_already, "您已经评价过这件事，谢谢。",
     "You have rated this case already. Thank you."},
    {Why::withdrawn_already, "这件事已按您的意思撤回。需要办理请重新发来。",
     "This case was withdrawn as you wished. If you need it after all, please write again."},
    {Why::code_unknown,
     "绑定码不对，或已过期。请用已绑定的账号发来“绑定账号”，取新的绑定码；要登记所在地，请回复村、"
     "社区名。",
     "This code is wrong or over. Send \"bind account\" from an account that is bound to get a new "
     "one. To tell where you live, reply with the name of your village."},
    {Why::code_own, "绑定码要从另一个账号发来，这个账号已经是您的。",
     "Please send the code from the other account; this one is yours already."},
    {Why::code_duty,
     "这个账号已用于工作，不能再绑定给别人。要添加您的其他账号，请在这里发“绑定账号”取绑定码。",
     "This account is used for duties and cannot be bound to somebody else. To add another account "
     "of yours, send \"bind account\" here."},
    {Why::code_limit, "绑定码错了多次，请过一小时再试。",
     "Too many wrong codes. Please try again in an hour."},
    {Why::erase_staff,
     "您的信息由所在单位登记，用于排班和联系，要更正或删除请联系单位或三服务办公室。",
     "Your data are kept by your unit for duty and contact. To correct or delete them, please ask "
     "your unit or the office."},
    {Why::not_erased, "好的，没有删除，一切照旧。", "All right, nothing was deleted."},
    {Why::place_unknown, "没有找到这个地方，请回复镇街和村、社区名，例如：石璜镇楼家村。",
     "This place was not found. Please reply with the township and village, for example "
     "石璜镇楼家村."},
    {Why::place_outside, "这里办理的是本地事项，外地的事请拨打当地12345。",
     "Only local matters are handled here. For other places please call 12345 there."},
    {Why::rating_missing, "请回复1到5的数字：5非常满意，1非常不满意。",
     "Please reply with a number from 1 to 5: 5 very satisfied, 1 very dissatisfied."},
    {Why::no_option, "请回复列表中的一个数字。", "Please reply with one of the numbers listed."},
    {Why::nothing_asked, "这件事现在没有等待同意的申请。",
     "Nothing waits for approval in this case now."},
    {Why::own_request, "自己提出的申请要由上一级办公室决定。",
     "What you asked for yourself is decided one level up."},
    {Why::asked_already, "这件事已有一项申请在等上一级答复，请等答复后再提。",
     "One question about this case is open already. Please wait for the answer."},
    {Why::refusal_reason, "请写明不同意的原因，例如：材料还不齐，先补齐。",
     "Please say why not, for example: papers are missing."},
    {Why::escalate_reason, "上报请写明原因，例如：超出本村权限，需要水利部门。",
     "Please give the reason, for example: beyond our powers, the water bureau is needed."},
    {Why::at_top, "已经是最高一级，不能再上报。", "This is the highest level already."},
    {Why::transfer_reason, "转办请写明原因，例如：地点在新胜村。",
     "Please give the reason, for example: the place is in another village."},
    {Why::target_missing, "请写明单位或姓名，例如：转办 261123-0042 新胜村 地点在新胜村。",
     "Please name the unit or person."},
    {Why::target_unknown, "没有找到这个单位或姓名，请核对名称；要到上一级请用“上报”。",
     "No such unit or person was found. Please check the name; to go one level up, use "
     "\"escalate\"."},
    {Why::other_level, "只能转给同一级的单位；要到上一级，请用“上报”。",
     "Only units of the same level can take it. To go one level up, use \"escalate\"."},
    {Why::has_it_already, "对方已经在办这件事。", "They have this case already."},
    {Why::cannot_have, "这件事不能交给对方，请换一个单位或人。",
     "This case cannot be given to them. Please choose another unit or person."},
    {Why::reason_wanted, "请写明原因，例如：配件下周才到。",
     "Please give the reason, for example: the part arrives next week."},
    {Why::extend_date, "延期请写明日期和原因，例如：延期 261123-0042 12月5日 配件下周才到。",
     "Please give date and reason, for example: extend 261123-0042 12-5 the part arrives next "
     "week."},
    {Why::suspend_date, "挂账请写明再看的日期和原因，例如：挂账 261123-0042 3月1日 等春季修渠。",
     "Please give the review date and the reason, for example: suspend 261123-0042 3-1 works start "
     "in spring."},
    {Why::date_past, "这个日期已经过了，请写今后的日期。",
     "This date is over. Please write a later one."},
    {Why::no_due, "这件事没有答复期限，不用延期。", "This case has no due date to extend."},
    {Why::extend_late, "答复期限已过，不能再延期，请尽快办理并写明进展。",
     "The due date is over and cannot be extended. Please carry on and write progress."},
    {Why::extend_before, "新的日期要晚于原来的答复日期。",
     "The new date must be later than the present one."},
    {Why::extend_too_long, "延得太久了，请写近一些的日期；眼下办不了的可以挂账。",
     "That is too long. Please write a nearer date; what cannot be done now can be put on hold."},
    {Why::extended_already, "在这一级已经延期过一次，不能再延。",
     "It was extended once at this level already."},
    {Why::suspend_too_long, "再看的日期太远了，请写近一些的日期。",
     "The review date is too far away. Please write a nearer one."},
    {Why::ruled, "承办单位已由三服务办公室裁定，请办理。",
     "The office has decided who handles this case. Please carry on."},
    {Why::merge_number, "请写两个编号，例如：并件 261123-0042 261123-0040。",
     "Please write both numbers, for example: merge 261123-0042 261123-0040."},
    {Why::merge_unknown, "没有找到要并入的编号，请核对。",
     "The number to join with was not found. Please check it."},
    {Why::leave_how,
     "请写起止日期和代理人，例如：请假 12月5日 12月8日 张小燕；提前回来：请假 取消。",
     "Please write from, to and deputy, for example: leave 12-5 12-8 张小燕; back early: leave "
     "cancel."},
    {Why::leave_deputy, "没有找到这位代理人，请写干部名单里的姓名，不能是自己。",
     "This deputy was not found. Please name a colleague of the list, not yourself."},
    {Why::leave_deputy_away, "代理人那几天也请假，请换一位。",
     "The deputy is away then too. Please name somebody else."},
    {Why::leave_none, "您现在没有登记请假。", "No leave of yours is recorded."},
    {Why::leave_dates, "请假的止日要在今天以后，也不早于起日。",
     "The leave must end after today and not before it begins."},
    {Why::hand_over_how, "请写接手人的姓名，例如：移交 全部 张小燕。",
     "Please write who takes over, for example: hand over 张小燕."},
    {Why::hand_over_cannot, "对方不在这些事项的单位任职，不能接手，请换一位。",
     "They do not serve in the unit of these cases. Please name somebody else."},
    {Why::hand_over_none, "您手上没有可移交的事项。", "You have no open cases to hand over."},
    {Why::merge_itself, "两个编号是同一件，请核对。",
     "Both numbers are the same case. Please check them."},
    {Why::merge_closed, "其中一件已办结，不能并件。",
     "One of the two is closed; they cannot be joined."},
    {Why::merge_apart, "这两件不能并在一起，请分开办理。",
     "These two cannot be joined. Please handle them apart."},
    {Why::not_merged, "这件事没有并入别的事项。", "This case was not joined with another."},
    {Why::not_of_office, "这件事现在不用您办公室决定。",
     "Your office has nothing to decide in this case now."},
    {Why::rule_later, "退回两次以后才用“裁定”，现在请用“分流”。",
     "\"Rule\" is for what was returned twice. Please use \"assign\" now."},
    {Why::reason_office, "请写明原因或意见。", "Please write the reason, or what should be done."},
    {Why::down_not_allowed, "这件事不能交回下面办理，请分流给部门或由办公室办理。",
     "This case cannot go down a level. Please assign it to a department or handle it at the "
     "office."},
    {Why::down_nobody, "还没有确定在哪个村或社区，请用“分流 编号 单位”。",
     "The village is not known yet. Please use \"assign number unit\"."},
    {Why::no_leader, "名单里还没有可以牵头的领导，请分流给部门办理。",
     "No leader is listed who could lead it. Please assign it to a department."},
    {Why::lead_missing, "请写明牵头部门，例如：认领 261123-0042 水利局。",
     "Please name the department that does the work, for example: claim 261123-0042 水利局."},
    {Why::led_already, "这件事已有领导牵头，不用再认领；要换承办单位请回复“指定 编号 部门”。",
     "A leader leads this case already. To change the department, please reply: appoint number "
     "department."},
    {Why::lead_not_yet, "这件事还没有领导牵头，请回复“认领 编号 部门”。",
     "No leader leads this case yet. Please reply: claim number department."},
    {Why::close_above, "“已列入计划”和“不予受理”要上一级同意，请先分流，由承办人办结时提出。",
     "\"Planned\" and \"not accepted\" need approval one level up. Please assign it; its owner can "
     "ask when closing."},
    {Why::support_missing, "请写明单位和姓名，例如：支援 楼家村 张小燕 到 12月5日。",
     "Please name the unit and the helper, for example: support 楼家村 张小燕 until 12-5."},
    {Why::support_date, "支援的止日要在今天以后。", "The support must end after today."},
    {Why::follow_number, "请写要关注的编号，例如：关注 261123-0042。",
     "Please write the number, for example: follow 261123-0042."},
    {Why::follows_nothing, "您没有关注别的事项。", "You follow no other case."},
    {Why::reports_it, "这件事是您反映的，进展会告诉您；不想办了请回复“撤回”。",
     "This is your own report, so you hear of it. If you no longer want it, reply \"withdraw\"."},
});

}  // namespace

std::string why(Why why, std::string_view locale) {
  for (const auto& reason : kReasons)
    if (reason.why == why) return std::string{locale == "en" ? reason.en : reason.zh};
  return {};
}

}  // namespace huiyin::words
