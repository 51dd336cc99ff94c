#include "server/net/url.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <stdexcept>

namespace huiyin::net {

namespace urls = boost::urls;

std::string Url::pool_key() const {
  return (secure ? "https://" : "http://") + host + ":" + std::to_string(port);
}

Url parse_url(std::string_view text) {
  const auto parsed = urls::parse_uri({text.data(), text.size()});
  if (!parsed) throw std::invalid_argument{"URL is malformed"};
  const urls::url_view url = *parsed;

  Url result;
  if (url.scheme_id() == urls::scheme::https) {
    result.secure = true;
  } else if (url.scheme_id() != urls::scheme::http) {
    throw std::invalid_argument{"URL is neither http nor https"};
  }
  if (url.has_userinfo()) throw std::invalid_argument{"URL has a user name"};
  if (url.has_fragment()) throw std::invalid_argument{"URL has a fragment"};
  if (url.encoded_host().empty()) throw std::invalid_argument{"URL has no host"};
  const std::string bracketed{url.encoded_host()};
  if (bracketed.find('%') != std::string::npos)
    throw std::invalid_argument{"URL has an encoded host"};

  const bool literal_v6 = bracketed.front() == '[';
  result.host = literal_v6 ? bracketed.substr(1, bracketed.size() - 2) : bracketed;
  const std::uint16_t usual = result.secure ? 443 : 80;
  if (url.has_port() && !url.port().empty()) {
    result.port = url.port_number();
    if (result.port == 0) throw std::invalid_argument{"URL has an impossible port"};
  } else {
    result.port = usual;
  }
  result.authority = bracketed;
  if (result.port != usual) result.authority += ":" + std::to_string(result.port);
  result.target = std::string{url.encoded_path()};
  if (result.target.empty()) result.target = "/";
  if (url.has_query()) result.target += "?" + std::string{url.encoded_query()};
  return result;
}

}  // namespace huiyin::net
