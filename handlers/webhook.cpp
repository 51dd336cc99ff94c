#include "handlers/webhook.h"

namespace huiyin {

std::string_view single_header(const net::HttpRequest& request, std::string_view name) {
  const std::string_view* found = nullptr;
  std::string_view value;
  for (const auto& [given, text] : request.headers) {
    if (!net::equal_ignoring_case(given, name)) continue;
    if (found) return {};
    value = text;
    found = &value;
  }
  return value;
}

bool has_type(const net::HttpRequest& request, std::string_view type) {
  const auto encoding = net::find_header(request.headers, "Content-Encoding");
  if (!encoding.empty() && !net::equal_ignoring_case(encoding, "identity")) return false;
  auto given = single_header(request, "Content-Type");
  given = given.substr(0, given.find(';'));
  while (given.ends_with(' ')) given.remove_suffix(1);
  return net::equal_ignoring_case(given, type);
}

}  // namespace huiyin
