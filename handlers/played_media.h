// The files behind the media ids of a played platform: small, and really what they say they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/cases/case.h"
#include "server/cases/message.h"
#include "server/net/http.h"

namespace huiyin {

// image: a PNG of eight pixels; voice: an AMR of one frame; video: the frame of an MP4. An id gives
// the same bytes each time, another id gives others.
net::HttpResponse played_file(MediaKind kind, std::string_view id);

// Which kind of file comes with such a message; none with most.
std::optional<MediaKind> played_media_kind(MessageKind kind);

}  // namespace huiyin
