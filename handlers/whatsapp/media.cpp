#include "handlers/whatsapp/media.h"

#include "handlers/config_keys.h"
#include "handlers/json.h"
#include "handlers/media_parts.h"
#include "handlers/whatsapp/api.h"
#include "handlers/whatsapp/whatsapp.h"

namespace huiyin::whatsapp {
namespace {

net::OutgoingRequest get(const Account& account, std::string url) {
  net::OutgoingRequest request;
  request.method = "GET";
  request.url = std::move(url);
  // The host of the files turns away whoever does not say what they are.
  request.headers = {{"Authorization", "Bearer " + account.access_token}, {"User-Agent", "Huiyin"}};
  return request;
}

MediaAnswer read_address(const Account& account, const net::HttpResponse& response) {
  const auto body = parse_json_object(response.body);
  auto url = response.status == 200 && body ? json_string(*body, "url") : std::string{};
  if (url.empty()) return media_failure(read_outcome(response));
  if (!url.starts_with("https://" + std::string{kFilesHost} + "/") &&
      !url.starts_with(account.api_base + "/")) {
    MediaAnswer answer;
    answer.code = "foreign_host";
    return answer;
  }
  return media_next(get(account, std::move(url)));
}

}  // namespace

net::OutgoingRequest address_request(const Account& account, const std::string& media_id) {
  return get(account, account.api_base + "/" + account.api_version + "/" +
                          percent_encode(media_id) + "?phone_number_id=" + account.phone_number_id);
}

MediaAnswer read_media(const Account& account, int step, const net::HttpResponse& response) {
  if (step == 0) return read_address(account, response);
  MediaAnswer answer;
  // An address that is too old is asked for anew by the next attempt.
  answer.kind =
      response.status == 200 && !response.body.empty() ? MediaAnswer::content : MediaAnswer::retry;
  if (answer.kind == MediaAnswer::retry) answer.code = "http_" + std::to_string(response.status);
  return answer;
}

}  // namespace huiyin::whatsapp
