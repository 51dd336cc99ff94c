// "Download media": the id gives an address that is good for five minutes, the address the file.
#pragma once

#include <optional>
#include <string>

#include "handlers/channel.h"
#include "handlers/whatsapp/account.h"

namespace huiyin::whatsapp {

net::OutgoingRequest address_request(const Account& account, const std::string& media_id);
// Of the address (`step` 0), then of the file. The token goes to Meta's own hosts only.
MediaAnswer read_media(const Account& account, int step, const net::HttpResponse& response);

}  // namespace huiyin::whatsapp
