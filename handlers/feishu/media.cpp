#include "handlers/feishu/media.h"

#include "handlers/config_keys.h"
#include "handlers/feishu/api.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/media_parts.h"

namespace huiyin::feishu {
namespace {

// Files come as what they are; only what went wrong is told in JSON, whatever the status is.
bool is_file(const net::HttpResponse& response) {
  if (response.status != 200) return false;
  auto type = net::find_header(response.headers, "Content-Type");
  type = type.substr(0, type.find(';'));
  return !net::equal_ignoring_case(type, "application/json");
}

}  // namespace

std::string media_id(std::string_view message_id, std::string_view key) {
  return std::string{message_id}.append("/").append(key);
}

std::optional<net::OutgoingRequest> resource_request(const Account& account, const MediaRef& file,
                                                     const Token& token) {
  const auto slash = file.id.find('/');
  if (slash == 0 || slash == std::string::npos || slash + 1 == file.id.size()) return std::nullopt;
  net::OutgoingRequest request;
  request.method = "GET";
  request.url = account.api_base + "/open-apis/im/v1/messages/" +
                percent_encode(file.id.substr(0, slash)) + "/resources/" +
                percent_encode(file.id.substr(slash + 1)) +
                (file.kind == MediaKind::image ? "?type=image" : "?type=file");
  request.headers.emplace_back("Authorization", "Bearer " + token.value);
  return request;
}

MediaAnswer read_resource(const net::HttpResponse& response) {
  if (!is_file(response)) return media_failure(read_outcome(response));
  MediaAnswer answer;
  answer.kind = MediaAnswer::content;
  return answer;
}

}  // namespace huiyin::feishu
