// The timers of a case. A case has one pending timer, the earliest; which one follows is a function
// of the case and of the moment up to which timers were served, so nothing else is remembered.
#pragma once

#include <string_view>

#include "server/desk/decide.h"

namespace huiyin {

namespace timers {
inline constexpr std::string_view kDraftPlace = "draft_place";  // no answer where it is
inline constexpr std::string_view kDraftMedia = "draft_media";  // no words to a photo
inline constexpr std::string_view kAcceptHalf = "accept_half";
inline constexpr std::string_view kAcceptOver = "accept_over";
inline constexpr std::string_view kDueTomorrow = "due_tomorrow";
inline constexpr std::string_view kDueNow = "due_now";
inline constexpr std::string_view kOverdue = "overdue";
inline constexpr std::string_view kAnswer = "answer";    // no answer to 追问
inline constexpr std::string_view kSilence = "silence";  // P3
inline constexpr std::string_view kArchive = "archive";
inline constexpr std::string_view kContactOver = "contact_over";  // nobody spoke with the reporter
inline constexpr std::string_view kTriageOver = "triage_over";    // waits for an office
inline constexpr std::string_view kTriageAgain = "triage_again";  // as long again: one level up
inline constexpr std::string_view kApprovalOver = "approval_over";  // waits for the office above
inline constexpr std::string_view kClaimOver = "claim_over";        // waits for a leader
inline constexpr std::string_view kUnclaimed = "unclaimed";         // so long: the city lists it
inline constexpr std::string_view kLadderCounty = "ladder_county";  // emergency, unaccepted
inline constexpr std::string_view kLadderCity = "ladder_city";
inline constexpr std::string_view kReview = "review";      // suspended until then
inline constexpr std::string_view kOverall = "overall";    // listed as 难事
inline constexpr std::string_view kCallback = "callback";  // after a bad rating

// The office is asked by then whether somebody spoke with who rated badly; the earliest stays. Such
// a timer is kept with the case, like those of drafts: the moment of a rating stands nowhere else.
void call_back(Case& c, const Policy& policy, Instant now);
// By when that is: as fast as somebody new is spoken with.
Instant call_back_by(const Policy& policy, Instant now);
// One day after the due date (§5): supervision begins, and the reporter hears the honest line.
Instant overdue_at(const Case& c, const Policy& policy);
}  // namespace timers

struct Timer {
  Instant at{};  // epoch: none
  std::string_view name;
};

// The earliest timer of `c` at or after `from`. Two timers of one case never share an instant:
// each has its own microsecond, so that serving one always moves on to the next. Drafts keep the
// timer that they were given when the question was asked.
Timer next_timer(const Case& c, const Policy& policy, Instant from);

}  // namespace huiyin
