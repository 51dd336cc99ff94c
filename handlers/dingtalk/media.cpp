#include "handlers/dingtalk/media.h"

#include <algorithm>

#include "handlers/dingtalk/api.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/media_parts.h"

namespace huiyin::dingtalk {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxAddress = 2048;

net::OutgoingRequest download_request(const Account& account, const MediaRef& file,
                                      const Token& token) {
  json::object body;
  body["downloadCode"] = file.id;
  body["robotCode"] = account.robot_code;
  auto request = post_json(account.api_base + "/v1.0/robot/messageFiles/download", body);
  request.headers.emplace_back("x-acs-dingtalk-access-token", token.value);
  return request;
}

MediaAnswer nothing_usable(std::string code) {
  MediaAnswer answer;
  answer.kind = MediaAnswer::retry;
  answer.code = std::move(code);
  return answer;
}

MediaAnswer read_token_answer(const Account& account, const MediaRef& file,
                              const net::HttpResponse& response) {
  auto token = read_token(response);
  if (token.value.empty()) return nothing_usable(std::move(token.code));
  return media_next(download_request(account, file, Token{std::move(token.value)}));
}

bool is_address(std::string_view url) {
  return url.size() <= kMaxAddress && (url.starts_with("https://") || url.starts_with("http://")) &&
         std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7F && c != '\\'; });
}

// The platform gives signed addresses of its storage in clear http; its servers speak TLS as well,
// and the signature does not cover the scheme. Query and escapes stay as they are, or it breaks.
MediaAnswer read_address(const Account& account, const net::HttpResponse& response) {
  const auto answer = parse_json_object(response.body);
  auto url = response.status == 200 && answer ? json_string(*answer, "downloadUrl") : std::string{};
  if (url.empty()) {
    auto outcome = read_outcome(response);
    return outcome.kind == SendOutcome::delivered ? nothing_usable("no_download_url")
                                                  : media_failure(std::move(outcome));
  }
  if (!is_address(url)) return nothing_usable("bad_download_url");
  if (url.starts_with("http://") && !url.starts_with(account.api_base + "/")) url.insert(4, "s");
  net::OutgoingRequest request;
  request.method = "GET";
  request.url = std::move(url);
  return media_next(std::move(request));
}

// The address may be over when it is asked; the next attempt gets a new one.
MediaAnswer read_file(const net::HttpResponse& response) {
  if (response.status != 200) return nothing_usable("http_" + std::to_string(response.status));
  MediaAnswer answer;
  answer.kind = MediaAnswer::content;
  return answer;
}

}  // namespace

std::optional<net::OutgoingRequest> file_request(const Account& account, const MediaRef& file,
                                                 const Token& token) {
  if (file.id.empty()) return std::nullopt;
  return account.way == Way::notice ? robot_token_request(account)
                                    : download_request(account, file, token);
}

MediaAnswer read_file_answer(const Account& account, const MediaRef& file, int step,
                             const net::HttpResponse& response) {
  if (account.way == Way::robot) ++step;  // it has its token already
  if (step == 0) return read_token_answer(account, file, response);
  auto answer = step == 1 ? read_address(account, response) : read_file(response);
  // A token of our own asking is asked for anew with each attempt.
  if (account.way == Way::notice && answer.kind == MediaAnswer::token_expired)
    answer.kind = MediaAnswer::retry;
  return answer;
}

}  // namespace huiyin::dingtalk
