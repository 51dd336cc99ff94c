#include "handlers/tencent_media.h"

#include "handlers/config_keys.h"
#include "handlers/http_parts.h"
#include "handlers/json.h"
#include "handlers/media_parts.h"

namespace huiyin::tencent {
namespace {

net::OutgoingRequest get(std::string url) {
  net::OutgoingRequest request;
  request.method = "GET";
  request.url = std::move(url);
  return request;
}

// Addresses are told as http://, their hosts serve https as well. Only a played API stays plain.
std::string secure(std::string url, std::string_view api_base) {
  constexpr std::string_view plain = "http://";
  if (url.starts_with(plain) && !url.starts_with(std::string{api_base} + "/"))
    url.replace(0, plain.size(), "https://");
  return url;
}

bool has_address(const MediaRef& media) {
  return media.kind == MediaKind::image && !media.url.empty();
}

MediaAnswer answer(MediaAnswer::Kind kind, std::string code) {
  MediaAnswer answer;
  answer.kind = kind;
  answer.code = std::move(code);
  return answer;
}

MediaAnswer follow(std::string url, std::string_view api_base) {
  return media_next(get(secure(std::move(url), api_base)));
}

// A file is never JSON: no picture, voice or film begins with a brace.
std::optional<boost::json::object> told_in_json(const net::HttpResponse& response) {
  if (!response.body.starts_with('{')) return std::nullopt;
  return parse_json_object(response.body);
}

std::string video_address(const boost::json::object& body) {
  for (const char* name : {"video_url", "down_url"})
    if (auto url = json_string(body, name); !url.empty()) return url;
  return {};
}

// What the API refused. A picture may lie open in the CDN all the same.
MediaAnswer refusal(std::string_view api_base, const MediaRef& media, SendOutcome outcome) {
  if (outcome.kind != SendOutcome::token_expired && has_address(media))
    return follow(media.url, api_base);
  return media_failure(std::move(outcome));
}

}  // namespace

std::optional<net::OutgoingRequest> media_request(std::string_view api_base, const MediaRef& media,
                                                  const Token& token) {
  if (!media.id.empty())
    return get(std::string{api_base} + "/cgi-bin/media/get?access_token=" +
               percent_encode(token.value) + "&media_id=" + percent_encode(media.id));
  if (has_address(media)) return get(secure(media.url, api_base));
  return std::nullopt;
}

MediaAnswer read_media(std::string_view api_base, const MediaRef& media, int step,
                       const net::HttpResponse& response, ReadOutcome read_outcome) {
  const bool by_api = step == 0 && !media.id.empty();
  if (by_api) {
    if (response.status != 200) return refusal(api_base, media, read_outcome(response));
    if (const auto body = told_in_json(response)) {
      if (auto url = video_address(*body); !url.empty()) return follow(std::move(url), api_base);
      return refusal(api_base, media, read_outcome(response));
    }
  } else if (response.status != 200) {
    // The CDN knows no token: what it does not give away, it never will.
    const bool passing = response.status >= 500 || response.status == 429;
    return answer(passing ? MediaAnswer::retry : MediaAnswer::gone, http_failure(response).code);
  }
  if (response.body.empty()) return answer(MediaAnswer::retry, "empty");
  return answer(MediaAnswer::content, {});
}

}  // namespace huiyin::tencent
