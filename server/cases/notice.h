// What people are told. desk writes drafts (facts), pipeline renders them from templates/ and picks
// the account; handlers render the result the best way their platform can.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "server/cases/case.h"
#include "server/cases/ids.h"
#include "server/cases/names.h"
#include "server/cases/time.h"

namespace huiyin {

enum class Audience { reporter, owner, office, leader };
template <>
struct EnumNames<Audience> {
  static constexpr std::array<std::string_view, 4> kNames{"reporter", "owner", "office", "leader"};
};

struct Button {
  std::string label;    // what is shown: 签收
  std::string command;  // what pressing it says: "签收 261123-0042"
  friend bool operator==(const Button&, const Button&) = default;
};

// Before rendering. templates/<locale>/<audience>/<kind>.mustache must exist for every (kind,
// audience) that desk can write: see kNoticeKinds.
struct NoticeDraft {
  std::string kind;  // one of kNoticeKinds
  Audience audience = Audience::reporter;
  PersonId to;
  AccountId account;            // preferred account; none: the person's preferred one
  CaseId about;                 // none for help, greetings, lists
  std::vector<EventId> events;  // the moves that this notice tells of; empty for plain answers
  bool answers_input = false;   // may ride on the response to the message being decided
  bool urgent = false;          // leaves whatever the hour
  bool muted = false;           // the person asked for quiet: recorded as told, not sent (P2)
  bool everywhere = false;      // emergency: to all accounts of the person at once (handbook §8)
  Instant not_before;           // waits for this hour (quiet hours, morning brief); epoch: goes now
  // The card (its first notice) that shall change instead of a new message: nobody is alarmed.
  NoticeId edits;
  std::vector<CaseMedia> media;              // shown as signed links
  std::map<std::string, std::string> facts;  // template variables, plain text, already masked
  // Repeated sections of the template: name -> rows of variables.
  std::map<std::string, std::vector<std::map<std::string, std::string>>> lists;
  std::vector<Button> buttons;
};

// After rendering; what a handler encodes.
struct Notice {
  NoticeId id;
  std::string channel, recipient;  // recipient: platform user id
  std::string kind;
  std::string case_number;  // empty when about no case
  std::string title;        // one line
  std::string text;         // plain UTF-8, lines separated by \n
  std::vector<Button> buttons;
  std::string link;      // absolute URL or empty
  std::string replaces;  // platform id of an earlier copy that shall change instead of a new one
  std::string reply_address;  // Message::reply_address of the recipient, good until reply_until;
  Instant reply_until;        // both in memory only: what is sent later goes by the usual way
  std::map<std::string, std::string> fields;  // for platforms with fixed fields: number place
                                              // status owner due result
};

struct NoticeKind {
  std::string_view name;
  Audience audience;
  bool echo;          // tells the reporter of a move (counts for P2)
  bool card = false;  // shows a case with its moves: changes with it where a platform can do that
};

// Every notice there is. desk may not invent others; the template test walks this table.
inline constexpr auto kNoticeKinds = std::to_array<NoticeKind>({
    // moves, told to reporter and followers
    {"registered", Audience::reporter, true},    // T1 (+T2 at once): number, understood, who, when
    {"dispatched", Audience::reporter, true},    // new owner later than T1
    {"accepted", Audience::reporter, true},      // T3
    {"returned", Audience::reporter, true},      // T4, without blame
    {"question", Audience::reporter, true},      // T5
    {"going_on", Audience::reporter, true},      // T6 after timeout
    {"progress", Audience::reporter, true},      // T7
    {"closed", Audience::reporter, true},        // T15: closing echo
    {"reopened", Audience::reporter, true},      // T16
    {"withdrawn", Audience::reporter, true},     // T17
    {"urged", Audience::reporter, true},         // 催办: facts
    {"contacted", Audience::reporter, true},     // 联系: first contact recorded
    {"silence", Audience::reporter, true},       // P3: facts-only progress note
    {"escalated", Audience::reporter, true},     // T8: which level has it now and why
    {"claim_wanted", Audience::reporter, true},  // T11
    {"claimed", Audience::reporter, true},       // T12: which leader's office leads, by when
    {"suspended", Audience::reporter, true},     // T13: reason, review date
    {"resumed", Audience::reporter, true},       // T14
    {"merged", Audience::reporter, true},        // T18: parent number; updates will follow
    {"unmerged", Audience::reporter, true},      // handled by itself again
    {"extended", Audience::reporter, true},      // the new date
    {"late", Audience::reporter, true},          // past its date: said before they ask
    // answers to the reporter
    {"supplemented", Audience::reporter, false},
    {"answered", Audience::reporter, false},  // thanks, passed to the owner
    {"rated", Audience::reporter, false},
    {"rated_low", Audience::reporter, false},  // who calls back by when
    {"status", Audience::reporter, false},
    {"status_list", Audience::reporter, false},
    {"no_cases", Audience::reporter, false},
    {"not_found", Audience::reporter, false},
    {"not_now", Audience::reporter, false},  // the move is not possible now, and why
    {"too_late", Audience::reporter, true},  // reopening after 15 days: T1+T2 of a new linked case
    {"confirm_withdraw", Audience::reporter, false},
    {"kept", Audience::reporter, false},        // withdrawal not confirmed
    {"which_case", Audience::reporter, false},  // numbered choice
    {"ask_place", Audience::reporter, false},
    {"which_place", Audience::reporter, false},  // numbered choice
    {"ask_problem", Audience::reporter, false},  // photo, voice or position first
    {"unreadable", Audience::reporter, false},   // a file or sticker: how to say it instead
    {"bound", Audience::reporter, false},
    {"welcome", Audience::reporter, false},
    {"help", Audience::reporter, false},
    {"thanks", Audience::reporter, false},
    {"language", Audience::reporter, false},
    {"muted", Audience::reporter, false},
    {"human", Audience::reporter, false},         // who to telephone
    {"privacy", Audience::reporter, false},       // what we hold, how to have it deleted
    {"privacy_mode", Audience::reporter, false},  // 匿名, 保密: what nobody will know from now on
    {"confirm_erase", Audience::reporter, false},  // 删除我的信息: sure?
    {"erased", Audience::reporter, false},
    {"followed", Audience::reporter, false},
    {"unfollowed", Audience::reporter, false},
    {"advice", Audience::reporter, false},  // emergency numbers, when no case follows
    // owner (cadre)
    {"card", Audience::owner, false, true},  // T2: the case, due date, moves
    {"done", Audience::owner, false},        // "your move is recorded", state as it is now
    {"supplement", Audience::owner, false},
    {"answer", Audience::owner, false},  // the reporter's answer to 追问
    {"answer_timeout", Audience::owner, false},
    {"urge", Audience::owner, false},
    {"rating", Audience::owner, false},
    {"reopened", Audience::owner, false, true},
    {"withdrawn", Audience::owner, false},
    {"accept_half", Audience::owner, false},  // half of the acceptance time is over
    {"accept_over", Audience::owner, false},
    {"due_tomorrow", Audience::owner, false},
    {"due_now", Audience::owner, false},
    {"overdue", Audience::owner, false},
    {"silence", Audience::owner, false},  // P3: please write progress
    {"refused", Audience::owner, false},  // move not possible: reason and what is possible
    {"todo", Audience::owner, false},     // 待办
    {"which_case", Audience::owner, false},
    {"not_found", Audience::owner, false},
    {"help", Audience::owner, false},
    {"duties", Audience::owner, false},  // 职责
    {"bound", Audience::owner, false},
    {"taken_over", Audience::owner, false},  // somebody else has the case now
    {"telephone", Audience::owner, false},   // the reporter heard nothing: please telephone (P2)
    {"told", Audience::owner, false},        // 已电话告知 is recorded
    {"bind_code", Audience::owner, false},   // one-time code for another account
    {"preferred", Audience::owner, false},   // this account gets the pushes from now on
    {"closed", Audience::owner, false},      // to those who helped or had it before: how it ended
    {"co_card", Audience::owner, false, true},  // 协办: the case, for whom they help
    {"approved", Audience::owner, false},       // what was asked one level up: yes
    {"rejected", Audience::owner, false},       // 驳回: no, and why
    {"supervised", Audience::owner, false},     // 督办
    {"instructed", Audience::owner, false},     // 批示
    {"contact_over", Audience::owner, false},   // nobody spoke with the reporter in time
    {"similar", Audience::owner, false},        // looks like a case that is there: 并件?
    {"partners", Audience::owner, false},       // before 上报: who could help here
    {"resumed", Audience::owner, false},
    {"moves", Audience::owner, false},        // 帮助 with a number: what may be done now
    {"leave", Audience::owner, false},        // 请假 is recorded
    {"stand_in", Audience::owner, false},     // to the deputy: from when, for whom
    {"handed_over", Audience::owner, false},  // to both: how many cases
    {"support", Audience::owner, false},      // 支援: to the helper and to those he helps
    {"queue", Audience::owner, false},        // 待办 of an office: what it has to decide
    {"coverage", Audience::owner, false},     // 覆盖: units without anybody
    {"hard_list", Audience::owner, false},    // 难事
    {"brief", Audience::owner, false},        // 08:30: what came since, in one message
    {"which_unit", Audience::owner, false},   // numbered choice of units or people
    // office
    {"card", Audience::office, false, true},     // a case to decide on, or without an owner below
    {"request", Audience::office, false, true},  // an approval is wanted
    {"triage_over", Audience::office, false},
    {"unclaimed", Audience::office, false},  // no leader took it in time
    {"claimed", Audience::office, false},
    {"suspended", Audience::office, false},  // until when
    {"instructed", Audience::office, false},
    {"hard", Audience::office, false},        // 30 working days: for the weekly meeting
    {"unaccepted", Audience::office, false},  // an emergency that nobody took in 10 minutes
    {"gaps", Audience::office, false},        // daily: units without anybody
    {"audit", Audience::office, false},       // daily, to the admin: promises that are broken
    // leaders
    {"card", Audience::leader, false, true},  // to be claimed, or led
    {"unclaimed", Audience::leader, false},
    {"returned", Audience::office, false, true},
    {"overdue", Audience::office, false},
    {"urge", Audience::office, false},    // third 催办
    {"rating", Audience::office, false},  // bad rating
    {"reopened", Audience::office, false, true},
});

}  // namespace huiyin
