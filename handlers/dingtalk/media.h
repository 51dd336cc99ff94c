// Photos, voice and videos: a download code becomes an address that holds for a while, behind which
// the file is. Facts: page "获取机器人消息中文件下载链接".
#pragma once

#include <optional>

#include "handlers/channel.h"
#include "handlers/dingtalk/account.h"

namespace huiyin::dingtalk {

// Robots use the channel's own token. A channel that sends work notices holds a token of the older
// API, so the first step is to ask for one of the new.
std::optional<net::OutgoingRequest> file_request(const Account& account, const MediaRef& file,
                                                 const Token& token);
MediaAnswer read_file_answer(const Account& account, const MediaRef& file, int step,
                             const net::HttpResponse& response);

}  // namespace huiyin::dingtalk
