#include "handlers/wecom/request.h"

#include <algorithm>
#include <optional>

#include "handlers/config_keys.h"
#include "handlers/json.h"
#include "handlers/webhook.h"
#include "handlers/xml.h"

namespace huiyin::wecom {
namespace {

constexpr Refused kForbiddenXml{400, "xml.reject"};
constexpr std::size_t kMaxNonce = 64;

bool is_compressed(const net::HttpRequest& request) {
  const auto encoding = net::find_header(request.headers, "Content-Encoding");
  return !encoding.empty() && !net::equal_ignoring_case(encoding, "identity");
}

std::optional<std::string> open(const tencent::Envelope& envelope, std::string_view query,
                                std::string_view encrypt) {
  const auto timestamp = net::query_parameter(query, "timestamp");
  const auto nonce = net::query_parameter(query, "nonce");
  if (!is_digits(timestamp) || nonce.empty() || nonce.size() > kMaxNonce || encrypt.empty())
    return std::nullopt;
  auto opened =
      envelope.open(timestamp, nonce, encrypt, net::query_parameter(query, "msg_signature"));
  if (opened.fault != tencent::Fault::none) return std::nullopt;
  return std::move(opened.message);
}

std::variant<Opened, Refused, Handshake> verify_url(const tencent::Envelope& envelope,
                                                    std::string_view query) {
  auto echo = net::query_parameter(query, "echostr");
  // Base64 has no blanks: such a one was a plus that the sender did not escape.
  std::ranges::replace(echo, ' ', '+');
  auto message = open(envelope, query, echo);
  if (!message) return kForged;
  Handshake handshake{net::HttpResponse::text(200, std::move(*message), "text/plain")};
  handshake.response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return handshake;
}

}  // namespace

std::variant<Opened, Refused, Handshake> authenticate(const tencent::Envelope& envelope,
                                                      Outer outer,
                                                      const net::HttpRequest& request) {
  if (request.method == "GET") return verify_url(envelope, request.query());
  if (request.method != "POST") return kBadMethod;
  if (is_compressed(request)) return kBadContentType;

  std::string encrypt;
  if (outer == Outer::xml) {
    XmlDocument document;
    if (document.parse(request.body) == XmlFault::forbidden) return kForbiddenXml;
    encrypt = xml_text(document.root().child("Encrypt"));
  } else if (const auto body = parse_json_object(request.body)) {
    encrypt = json_string(*body, "encrypt");
  }
  auto message = open(envelope, request.query(), encrypt);
  if (!message) return kForged;
  return Opened{std::move(*message)};
}

}  // namespace huiyin::wecom
