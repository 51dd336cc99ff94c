// Plain HTTP values. Everything outside server/net sees these and never Beast.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace huiyin::net {

using Header = std::pair<std::string, std::string>;

bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII

// Case-insensitive (ASCII) look-up; empty when absent. The view lives as long as `headers`.
std::string_view find_header(const std::vector<Header>& headers, std::string_view name);

struct HttpRequest {
  std::string method;           // upper case
  std::string target;           // origin form as received: path[?query], at most 4 KiB
  std::vector<Header> headers;  // in order of arrival
  std::string body;
  std::string peer;                // ip address of the connection's other end, for logs
  bool loopback_listener = false;  // the listener it came through is bound to a loopback address
  bool secure = false;             // came over TLS

  std::string_view path() const;   // target up to '?'
  std::string_view query() const;  // target after '?', undecoded; empty when none
};

// Percent-decodes query parameter `name`; "+" is a space. Empty when absent or badly encoded.
// A parameter given twice counts as absent: no signature scheme of ours repeats one.
std::string query_parameter(std::string_view query, std::string_view name);

struct HttpResponse {
  int status = 200;
  std::vector<Header> headers;  // Content-Length, Date, Connection are net's business
  std::string body;

  static HttpResponse text(int status, std::string body,
                           std::string_view type = "text/plain; charset=utf-8");
};

// A request that we send.
struct OutgoingRequest {
  std::string method = "POST";
  std::string url;  // absolute, http:// or https://
  std::vector<Header> headers;
  std::string body;
  // The name must resolve to public addresses only: not private, loopback, link-local or the like.
  bool public_only = false;
  std::size_t response_bytes = 0;  // largest answer; 0: the client's
};

}  // namespace huiyin::net
