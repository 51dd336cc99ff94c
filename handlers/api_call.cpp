#include "handlers/api_call.h"

#include <algorithm>
#include <charconv>

#include "handlers/config_keys.h"

namespace huiyin {

using namespace std::chrono_literals;

net::OutgoingRequest post_json(std::string url, const boost::json::object& body) {
  net::OutgoingRequest request;
  request.url = std::move(url);
  request.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  request.body = boost::json::serialize(body);
  return request;
}

std::chrono::milliseconds retry_after(const net::HttpResponse& response) {
  const auto text = net::find_header(response.headers, "Retry-After");
  int seconds = 0;
  if (is_digits(text) && text.size() < 6)
    std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds{std::min(seconds, 3600)};
}

std::string http_code(int status) { return "http_" + std::to_string(status); }

SendOutcome http_failure(const net::HttpResponse& response) {
  SendOutcome outcome;
  outcome.code = http_code(response.status);
  if (response.status == 429 || response.status == 503) {
    outcome.kind = SendOutcome::retry;
    outcome.retry_after = retry_after(response);
  } else if (response.status >= 300 && response.status < 500) {
    outcome.kind = SendOutcome::retry;  // wrong address, a proxy's page
    outcome.retry_after = 60s;
  } else {
    outcome.kind = SendOutcome::unknown;  // 500, 502, 504: it may have been acted on
  }
  return outcome;
}

}  // namespace huiyin
