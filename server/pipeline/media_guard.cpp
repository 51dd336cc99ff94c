#include "server/pipeline/media_guard.h"

#include <algorithm>
#include <stdexcept>

#include "server/net/http.h"
#include "server/net/url.h"

namespace huiyin {
namespace {

bool below(std::string_view host, std::string_view domain) {
  if (domain.starts_with('.')) domain.remove_prefix(1);
  if (domain.empty() || host.size() < domain.size()) return false;
  const std::size_t rest = host.size() - domain.size();
  return net::equal_ignoring_case(host.substr(rest), domain) &&
         (rest == 0 || host[rest - 1] == '.');
}

bool same_origin(const net::Url& one, std::string_view api_base) try {
  const net::Url base = net::parse_url(api_base);
  return one.secure == base.secure && one.port == base.port &&
         net::equal_ignoring_case(one.host, base.host);
} catch (const std::invalid_argument&) {
  return false;
}

}  // namespace

MediaHost media_host(std::string_view text, std::string_view api_base,
                     std::span<const std::string> hosts) {
  net::Url url;
  try {
    url = net::parse_url(text);
  } catch (const std::invalid_argument&) {
    return MediaHost::refused;
  }
  if (same_origin(url, api_base)) return MediaHost::own;
  const bool known = std::ranges::any_of(
      hosts, [&url](const std::string& domain) { return below(url.host, domain); });
  return url.secure && url.port == 443 && known ? MediaHost::foreign : MediaHost::refused;
}

}  // namespace huiyin
