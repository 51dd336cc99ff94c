// Files that people send to WeChat and WeCom: the call "media/get", which both have, and what its
// answers mean (wechat.md section 11, wecom.md section 2).
#pragma once

#include <optional>
#include <string_view>

#include "handlers/channel.h"

namespace huiyin::tencent {

// How the platform's API answers are read: read_outcome() of either platform.
using ReadOutcome = SendOutcome (*)(const net::HttpResponse&);

// GET …/cgi-bin/media/get by the media id, good for three days; without one a picture's address in
// the CDN, which needs no token. Empty when there is neither.
std::optional<net::OutgoingRequest> media_request(std::string_view api_base, const MediaRef& media,
                                                  const Token& token);

// Errors come as JSON with status 200, and so does the address of a video. A picture that the API
// does not give (an unverified account may not ask) is taken from its address.
MediaAnswer read_media(std::string_view api_base, const MediaRef& media, int step,
                       const net::HttpResponse& response, ReadOutcome read_outcome);

}  // namespace huiyin::tencent
