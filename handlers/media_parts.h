// What platforms share in fetching files.
#pragma once

#include "handlers/channel.h"

namespace huiyin {

MediaAnswer media_next(net::OutgoingRequest request);

// What a call that failed means for the file that it was for. Trouble of the channel may be
// repaired while the file is still there, so it is only `retry`.
MediaAnswer media_failure(SendOutcome outcome);

}  // namespace huiyin
