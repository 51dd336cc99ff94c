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
