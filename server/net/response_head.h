// The bytes before a body. Pure.
#pragma once

#include <string>
#include <string_view>

#include "server/net/http.h"

namespace huiyin::net {

struct ResponseStyle {
  bool keep_alive = true;
  bool http_1_0 = false;  // such a peer must be told that the connection stays
  std::string_view date;  // value of the Date header
};

// Status line and header block. False, with `out` untouched, when a header could break out of its
// line or the status is none: the program's own fault, answer 500 instead.
bool append_response_head(std::string& out, const HttpResponse& response,
                          const ResponseStyle& style);

// Request line and header block; false when a header or the method could break out of its line.
bool append_request_head(std::string& out, const OutgoingRequest& request, std::string_view target,
                         std::string_view authority);

// Whether a response with this status has a body at all.
bool status_has_body(int status);

std::string_view reason_phrase(int status);

// 503 with Retry-After, for whatever is full or too slow.
HttpResponse busy_response();

// Status and reason phrase as text, without any detail.
HttpResponse plain_response(int status);

}  // namespace huiyin::net
