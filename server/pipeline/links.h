// Signed links to the files of cases: /m/{token}, good for a while, telling nothing about the case.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/cases/ids.h"
#include "server/cases/time.h"

namespace huiyin {

// Immutable, thread-safe.
class MediaLinks {
 public:
  // `public_url` without trailing slash; empty: there are no links. `secret`: at least 32 bytes.
  MediaLinks(std::string public_url, std::string secret, std::chrono::hours lifetime);

  // 32 random bytes in hex.
  static std::string fresh_secret();

  // Empty when there are no links.
  std::string link(MediaId id, Instant now) const;
  // The file that `token` opens; nothing when it is forged or its time is over.
  std::optional<MediaId> open(std::string_view token, Instant now) const;
  // The same for whoever wants to tell the two apart.
  struct Opened {
    enum { forged, over, good } state = forged;
    MediaId id;  // when good
  };
  Opened look(std::string_view token, Instant now) const;

 private:
  std::string signature(std::string_view what) const;

  std::string public_url_, secret_;
  std::chrono::hours lifetime_;
};

}  // namespace huiyin
