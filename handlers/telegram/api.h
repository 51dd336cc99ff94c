// Calls of the Bot API and what their answers mean.
#pragma once

#include "handlers/channel.h"
#include "handlers/telegram/account.h"

namespace huiyin::telegram {

// sendMessage, or editMessageText when the notice replaces a card that was sent. Never with a
// parse_mode: residents' words would be read as markup. The token is part of the URL.
net::OutgoingRequest message_request(const Account& account, const Notice& notice);

// The answer to a webhook whose button was pressed, so that it stops spinning.
net::HttpResponse answer_button(const std::string& query_id);

// error_code and description → outcome; also HTTP errors and bodies that cannot be read.
SendOutcome read_outcome(const net::HttpResponse& response);

}  // namespace huiyin::telegram
