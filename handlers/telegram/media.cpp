#include "handlers/telegram/media.h"

#include <algorithm>
#include <string_view>

#include "handlers/config_keys.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/media_parts.h"
#include "handlers/telegram/api.h"

namespace huiyin::telegram {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxPath = 256;

bool is_name(std::string_view part) {
  return !part.empty() && part != "." && part != ".." && std::ranges::all_of(part, [](char c) {
    return c == '_' || c == '-' || c == '.' || is_alphanumeric({&c, 1});
  });
}

// "photos/file_3.jpg". A server started with --local answers with a path on its own disk.
bool is_path(std::string_view path) {
  if (path.empty() || path.size() > kMaxPath) return false;
  while (true) {
    const auto slash = path.find('/');
    if (!is_name(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

MediaAnswer read_path(const Account& account, const net::HttpResponse& response) {
  auto outcome = read_outcome(response);
  if (outcome.kind != SendOutcome::delivered) return media_failure(std::move(outcome));
  const auto answer = parse_json_object(response.body).value_or(json::object{});
  const auto path = json_string(json_child(answer, "result"), "file_path");
  if (!is_path(path)) {
    MediaAnswer none;
    none.code = path.empty() ? "no_file_path" : "local_file_path";
    none.kind = path.empty() ? MediaAnswer::retry : MediaAnswer::gone;
    return none;
  }
  net::OutgoingRequest request;
  request.method = "GET";
  request.url = account.api_base + "/file/bot" + account.token + "/" + path;
  return media_next(std::move(request));
}

}  // namespace

std::optional<net::OutgoingRequest> file_request(const Account& account, const MediaRef& file) {
  if (file.id.empty()) return std::nullopt;
  json::object body;
  body["file_id"] = file.id;
  return post_json(account.api_base + "/bot" + account.token + "/getFile", body);
}

MediaAnswer read_file_answer(const Account& account, int step, const net::HttpResponse& response) {
  if (step == 0) return read_path(account, response);
  MediaAnswer answer;
  // A path holds for about an hour; whatever else is wrong with it, the next attempt asks anew.
  answer.kind = response.status == 200 ? MediaAnswer::content : MediaAnswer::retry;
  if (response.status != 200) answer.code = "http_" + std::to_string(response.status);
  return answer;
}

}  // namespace huiyin::telegram
