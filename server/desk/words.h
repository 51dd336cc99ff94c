// Names of states, roles, outcomes and moves as people read them, in both languages. Templates hold
// the sentences; what varies inside a sentence comes from here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/cases/directory.h"
#include "server/cases/transitions.h"
#include "server/intake/meaning.h"

namespace huiyin::words {

// `locale` is "zh" or "en"; anything else reads as "zh".
std::string stage(Stage stage, Outcome outcome, std::string_view locale);
std::string outcome(Outcome outcome, std::string_view locale);
// What an office has to do about a case in its queue: "等分流".
std::string wait(WaitKind kind, std::string_view locale);
std::string urgency(Urgency urgency, std::string_view locale);  // empty for normal
std::string grade(int grade, std::string_view locale);          // 1..5: "非常满意" for 5
std::string case_type(CaseType type, std::string_view locale);

// "驻村指导员", by role and kind of the unit served.
std::string role(DutyRole role, UnitKind kind, std::string_view locale);
// "石璜镇楼家村驻村指导员", the office as "石璜镇三服务办公室". `place` is the unit's full name.
std::string role_at(DutyRole role, UnitKind kind, std::string_view place, std::string_view locale);

// "签收": button label, and the word that the server understands when it comes back.
std::string_view verb(Verb verb, std::string_view locale);
// Which verb asks for this move; Verb::none for moves that nobody can type.
Verb verb_for(Move move);
// "签收 261123-0042"; always in Chinese, since the vocabulary has these words in any setting.
std::string command(Verb verb, std::string_view number);

// Sentences that fill {{{reason}}}: why something is not possible, what to do instead.
enum class Why {
  not_your_move,     // the case is not in a state for that
  not_yours,         // somebody else handles it; you oversee it
  accepted_already,  // 签收 again
  return_signed,     // 退回 after 签收
  waiting,           // the reporter was asked something
  no_candidate,      // none of your cases waits for that
  reason_missing,    // 退回 without a reason
  return_too_late,   // more than the days allowed after dispatch
  returned_twice,    // the office decides
  question_missing,  // 追问 without a question
  progress_missing,  // 进展 without a text
  result_missing,    // 办结 without a fact
  outcome_approval,  // planned, rejected: approval one level up
  not_offered,       // a verb that is not open here yet
  entry_missing,     // 补录 without a text
  daily_limit,       // too many new cases today
  closed_already,    // the case is closed
  closed_for_owner,  // the same, to those who handled it
  archived_already,  // too late to rate
  safety,            // withdrawal of a matter of safety
  rated_already,
  withdrawn_already,
  code_unknown,     // one-time code that fits nobody, or is over
  code_own,         // sent from the account that got it
  code_duty,        // sent from the account of somebody on duty
  code_limit,       // too many wrong ones
  erase_staff,      // 删除我的信息 by somebody of the directory
  not_erased,       // 删除我的信息, and then 不
  place_unknown,    // 绑定 with a name that is nowhere
  place_outside,    // outside the area served
  rating_missing,   // 评价 without a grade
  no_option,        // a number that is not in the list
  nothing_asked,    // 批准 when no question is open
  own_request,      // 批准 of what one asked oneself
  asked_already,    // one question at a time
  refusal_reason,   // 驳回 without a reason
  escalate_reason,  // 上报 without one
  at_top,           // 上报 from the highest level
  transfer_reason,
  target_missing,  // 转办, 协办 without unit or person
  target_unknown,
  other_level,     // 转办 to another level
  has_it_already,  // the target has the case, or helps with it
  cannot_have,     // the target may not have this case
  reason_wanted,   // 延期, 挂账 without a reason
  extend_date,     // 延期 without a date
  suspend_date,    // 挂账 without a date
  date_past,
  no_due,         // 延期 of what has no date
  extend_late,    // 延期 after the date
  extend_before,  // 延期 to an earlier date
  extend_too_long,
  extended_already,  // once per level
  suspend_too_long,
  ruled,          // 退回 after 裁定
  merge_number,   // 并件 without a second number
  merge_unknown,  // 并件 with a number that nobody knows here
  leave_how,      // 请假 alone
  leave_deputy,   // 请假 with a name that is not in the directory
  leave_deputy_away,
  leave_none,   // 请假 取消 without a leave
  leave_dates,  // the end before the beginning, or over
  hand_over_how,
  hand_over_cannot,
  hand_over_none,
  merge_itself,      // 并件 A A
  merge_closed,      // one of the two is closed
  merge_apart,       // about other people: joined, they would hear of it
  not_merged,        // 拆件 of what was not joined
  not_of_office,     // the office has not to decide that now
  rule_later,        // 裁定 before two returns
  reason_office,     // 下派, 无效, 批示 without words
  down_not_allowed,  // 下派 to those it is about, or what needs a licence
  down_nobody,       // 下派: no village is known, or it is the lowest level
  no_leader,         // 提请认领 where no leader serves
  lead_missing,      // 认领, 指定 without a department
  lead_not_yet,      // 指定 before 认领
  led_already,       // 认领 after another leader's
  office_decides,    // 分流, 认领 ... by who is no office and no leader
  close_above,       // planned, rejected: not by who decides here
  support_missing,   // 支援 without unit and name
  support_date,      // 支援 with an end that is over
  follow_number,     // 关注 without a number, nothing is offered
  follows_nothing,   // 取消关注
  reports_it,        // 取消关注 of one's own report
};
std::string why(Why why, std::string_view locale);

// "[图片]": what stands in a case's text for a picture, a voice message ...; empty for words.
std::string_view media(MessageKind kind);
// Stands behind the mark of a voice message that came without words.
inline constexpr std::string_view kNoTranscript = "没有转成文字";
// "2张照片、1段语音"
std::string files(const std::vector<CaseMedia>& files, std::string_view locale);

// The other ways when a matter was not solved here, by topic (handbook §10).
std::string other_channel(std::string_view topic, std::string_view locale);

// "已解决 ..." -> outcome and the rest. Outcome::none when the text does not begin with such a
// word; explained when it says that nothing was solved (P5).
struct OutcomeWord {
  Outcome outcome = Outcome::none;
  std::string rest;
};
OutcomeWord read_outcome(std::string_view text);

}  // namespace huiyin::words
