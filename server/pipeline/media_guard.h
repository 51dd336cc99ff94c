// Where a file may be fetched from (reliability.md §5). Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace huiyin {

enum class MediaHost {
  own,      // scheme, host and port of the channel's api_base, as configured
  foreign,  // https on port 443, one of the platform's hosts: its address must be public
  refused,
};

// `hosts`: ".example.com" or "example.com": that host and all below it.
MediaHost media_host(std::string_view url, std::string_view api_base,
                     std::span<const std::string> hosts);

}  // namespace huiyin
