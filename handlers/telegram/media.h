// Photos, voice and videos: getFile tells the path, then the file itself. Facts: page "getFile".
// Both addresses hold the bot's token.
#pragma once

#include <optional>

#include "handlers/channel.h"
#include "handlers/telegram/account.h"

namespace huiyin::telegram {

std::optional<net::OutgoingRequest> file_request(const Account& account, const MediaRef& file);
MediaAnswer read_file_answer(const Account& account, int step, const net::HttpResponse& response);

}  // namespace huiyin::telegram
