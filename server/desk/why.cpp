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
    {Why::not_offered, "这项操作目前还不能在这里办理，请联系三服务办公室。",
     "This cannot be done here yet. Please call the office."},
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
    {Why::safety, "这件事关系到安全，我们会继续核实处理，结果会告诉您。",
     "This is a matter of safety. It will still be checked, and you will hear the result."},
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
    {Why::not_anonymous,
     "这里还不能匿名或保密登记，内容没有登记。需要保密请拨打12345；愿意实名请去掉这句话再发一次。",
     "Anonymous or confidential reports cannot be taken here yet; nothing was registered. Call "
     "12345 "
     "for that, or send it again without this wish."},
    {Why::place_unknown, "没有找到这个地方，请回复镇街和村、社区名，例如：石璜镇楼家村。",
     "This place was not found. Please reply with the township and village, for example "
     "石璜镇楼家村."},
    {Why::place_outside, "这里办理的是本地事项，外地的事请拨打当地12345。",
     "Only local matters are handled here. For other places please call 12345 there."},
    {Why::rating_missing, "请回复1到5的数字：5非常满意，1非常不满意。",
     "Please reply with a number from 1 to 5: 5 very satisfied, 1 very dissatisfied."},
    {Why::no_option, "请回复列表中的一个数字。", "Please reply with one of the numbers listed."},
});

}  // namespace

std::string why(Why why, std::string_view locale) {
  for (const auto& reason : kReasons)
    if (reason.why == why) return std::string{locale == "en" ? reason.en : reason.zh};
  return {};
}

}  // namespace huiyin::words
