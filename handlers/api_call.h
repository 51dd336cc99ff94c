// What calls to the platforms' HTTP interfaces have in common.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <string>

#include "handlers/channel.h"

namespace huiyin {

// Boost.JSON writes UTF-8 as it is, which some platforms need.
net::OutgoingRequest post_json(std::string url, const boost::json::object& body);

// The header Retry-After in seconds, at most an hour; zero when there is none.
std::chrono::milliseconds retry_after(const net::HttpResponse& response);

std::string http_code(int status);  // "http_502"

// What a status means that comes from something on the way, or whose body cannot be read: throttled
// (429, 503), certainly not delivered (3xx, 4xx), else unknown.
SendOutcome http_failure(const net::HttpResponse& response);

}  // namespace huiyin
