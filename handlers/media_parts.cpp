#include "handlers/media_parts.h"

namespace huiyin {

MediaAnswer media_next(net::OutgoingRequest request) {
  MediaAnswer answer;
  answer.kind = MediaAnswer::next;
  answer.request = std::move(request);
  return answer;
}

MediaAnswer media_failure(SendOutcome outcome) {
  MediaAnswer answer;
  answer.code = std::move(outcome.code);
  switch (outcome.kind) {
    case SendOutcome::token_expired:
      answer.kind = MediaAnswer::token_expired;
      break;
    case SendOutcome::refused:
    case SendOutcome::unreachable:
      answer.kind = MediaAnswer::gone;
      break;
    default:
      answer.kind = MediaAnswer::retry;
  }
  return answer;
}

}  // namespace huiyin
