#include "handlers/http_parts.h"

#include <algorithm>
#include <charconv>

#include "handlers/config_keys.h"
#include "handlers/json.h"

namespace huiyin {

using namespace std::chrono_literals;
namespace json = boost::json;

std::string_view single_header(const net::HttpRequest& request, std::string_view name) {
  const auto same = [&](const net::Header& header) {
    return net::equal_ignoring_case(header.first, name);
  };
  if (std::ranges::count_if(request.headers, same) != 1) return {};
  return net::find_header(request.headers, name);
}

bool has_json_type(const net::HttpRequest& request) {
  const auto encoding = net::find_header(request.headers, "Content-Encoding");
  if (!encoding.empty() && !net::equal_ignoring_case(encoding, "identity")) return false;
  auto type = net::find_header(request.headers, "Content-Type");
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return type.empty() || net::equal_ignoring_case(type, "application/json");
}

net::OutgoingRequest post_json(std::string url, const json::object& body) {
  net::OutgoingRequest request;
  request.url = std::move(url);
  request.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
  request.body = json::serialize(body);
  return request;
}

std::chrono::milliseconds seconds_header(const net::HttpResponse& response, std::string_view name) {
  const auto text = net::find_header(response.headers, name);
  int seconds = 0;
  if (is_digits(text) && text.size() < 6)
    std::from_chars(text.data(), text.data() + text.size(), seconds);
  return std::chrono::seconds{std::min(seconds, 3600)};
}

SendOutcome http_failure(const net::HttpResponse& response) {
  SendOutcome outcome;
  outcome.code = "http_" + std::to_string(response.status);
  if (response.status == 429 || response.status == 503) {
    outcome.kind = SendOutcome::retry;
    outcome.retry_after = seconds_header(response, "Retry-After");
  } else if (response.status >= 300 && response.status < 500) {
    outcome.kind = SendOutcome::retry;  // certainly not delivered: wrong address, a proxy's page
    outcome.retry_after = 60s;
  }
  return outcome;
}

const json::object& json_child(const json::object& object, std::string_view name) {
  static const json::object none;
  const auto* value = object.if_contains({name.data(), name.size()});
  const auto* child = value ? value->if_object() : nullptr;
  return child ? *child : none;
}

std::string json_text(const json::object& object, std::string_view name) {
  if (const auto number = json_integer(object, name)) return std::to_string(*number);
  return json_string(object, name);
}

Instant instant_of_milliseconds(std::string_view text) {
  std::int64_t value = 0;
  if (!is_digits(text) || text.size() > 14) return {};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return Instant{std::chrono::milliseconds{value}};
}

}  // namespace huiyin
