// Calls of the Web API and what their answers mean.
#pragma once

#include "handlers/channel.h"
#include "handlers/slack/account.h"

namespace huiyin::slack {

// chat.postMessage, or chat.update when the notice replaces a card that was sent.
net::OutgoingRequest message_request(const Account& account, const Notice& notice);

// The file at `url_private`; nothing when that is another host's: the token goes nowhere else.
std::optional<net::OutgoingRequest> file_request(const Account& account, const std::string& url);
MediaAnswer read_file(const net::HttpResponse& response);

// "ok" and "error" inside the 200 body → outcome; also HTTP errors and bodies that cannot be read.
SendOutcome read_outcome(const net::HttpResponse& response);

}  // namespace huiyin::slack
