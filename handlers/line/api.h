// Calls of the Messaging API and what their answers mean.
#pragma once

#include <string>

#include "handlers/channel.h"
#include "handlers/line/account.h"

namespace huiyin::line {

// A reply while the notice has a reply token (costs nothing), else a push (counts against the
// monthly quota). Text first, with all commands as words; then buttons by fours.
net::OutgoingRequest message_request(const Account& account, const Notice& notice);

// X-Line-Retry-Key of a notice: a UUID that is the same in every attempt, so that a repeat of an
// unknown outcome is shown once (24 hours). Replies may not carry one.
std::string retry_key(const Notice& notice);

// "Get content": the file of an image, audio or video message. Files live some days only.
net::OutgoingRequest content_request(const Account& account, const std::string& message_id);
MediaAnswer read_content(const net::HttpResponse& response);

// Status, message and headers → outcome.
SendOutcome read_outcome(const net::HttpResponse& response);

}  // namespace huiyin::line
