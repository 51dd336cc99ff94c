// Photos, voice and videos of a message: one GET with the tenant token. Facts: page
// "获取消息中的资源文件".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "handlers/channel.h"
#include "handlers/feishu/account.h"

namespace huiyin::feishu {

// A key alone opens nothing: "om_5ce6d5/img_v2_041b" names the message with it.
std::string media_id(std::string_view message_id, std::string_view key);

std::optional<net::OutgoingRequest> resource_request(const Account& account, const MediaRef& file,
                                                     const Token& token);
MediaAnswer read_resource(const net::HttpResponse& response);

}  // namespace huiyin::feishu
