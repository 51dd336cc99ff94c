// What JSON platforms share in reading webhook requests and the answers of their APIs.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "handlers/channel.h"

namespace huiyin {

// Empty when absent or given more than once: two signatures are none.
std::string_view single_header(const net::HttpRequest& request, std::string_view name);

// An uncompressed body that is not declared to be something other than JSON.
bool has_json_type(const net::HttpRequest& request);

// POST with `body` as raw UTF-8.
net::OutgoingRequest post_json(std::string url, const boost::json::object& body);

// What a status without a readable body means. 429 and 503: retry, with Retry-After (seconds, at
// most an hour). Others from 300 to 499: not delivered, slow retry. The rest: unknown.
SendOutcome http_failure(const net::HttpResponse& response);

// Seconds in the header `name`, at most an hour; zero when absent or no number.
std::chrono::milliseconds seconds_header(const net::HttpResponse& response, std::string_view name);

// The object under `name`; an empty one when absent or of another type.
const boost::json::object& json_child(const boost::json::object& object, std::string_view name);
// A string, or an integer written out: platforms send ids and times either way. Empty otherwise.
std::string json_text(const boost::json::object& object, std::string_view name);

// Decimal milliseconds since 1970; epoch when it is no such number.
Instant instant_of_milliseconds(std::string_view text);

}  // namespace huiyin
