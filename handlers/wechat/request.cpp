#include "handlers/wechat/request.h"

#include <charconv>

#include "handlers/config_keys.h"
#include "handlers/digest.h"
#include "handlers/webhook.h"
#include "handlers/xml.h"

namespace huiyin::wechat {
namespace {

constexpr Refused kForbiddenXml{400, "xml.reject"};

// Longest that are kept as a nonce claim; observed are 10 digits each.
constexpr std::size_t kMaxTimestamp = 12;
constexpr std::size_t kMaxNonce = 64;

struct Signed {
  std::string timestamp, nonce;
};

// `signature` of the query, which every request carries in every mode.
std::optional<Signed> check_url(const Account& account, std::string_view query) {
  Signed url{net::query_parameter(query, "timestamp"), net::query_parameter(query, "nonce")};
  const auto given = net::query_parameter(query, "signature");
  if (!is_digits(url.timestamp) || url.timestamp.size() > kMaxTimestamp || url.nonce.empty() ||
      url.nonce.size() > kMaxNonce)
    return std::nullopt;
  if (!equal_constant_time(tencent::signature(account.token, url.timestamp, url.nonce), given))
    return std::nullopt;
  return url;
}

bool inside_window(const Account& account, std::string_view timestamp, Instant now) {
  if (account.window.count() == 0) return true;
  std::int64_t seconds = 0;
  std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
  const Instant sent{std::chrono::seconds{seconds}};
  return now - sent <= account.window && sent - now <= account.window;
}

// JSON pushes can be selected in the console as well; only XML is spoken here.
bool is_xml(const net::HttpRequest& request) {
  const auto encoding = net::find_header(request.headers, "Content-Encoding");
  if (!encoding.empty() && !net::equal_ignoring_case(encoding, "identity")) return false;
  if (net::find_header(request.headers, "Content-Type").find("json") != std::string_view::npos)
    return false;
  const auto first = request.body.find_first_not_of(" \t\r\n");
  return first == std::string::npos || (request.body[first] != '{' && request.body[first] != '[');
}

std::variant<Authentic, Refused, Handshake> accept_plain(const net::HttpRequest& request,
                                                         const Signed& url) {
  const auto type = net::query_parameter(request.query(), "encrypt_type");
  if (!type.empty() && type != "raw") return kForged;
  return Authentic{request.body,
                   NonceClaim{url.timestamp + ":" + url.nonce, sha256_hex({request.body})}};
}

std::variant<Authentic, Refused, Handshake> accept_encrypted(const tencent::Envelope& envelope,
                                                             const net::HttpRequest& request,
                                                             const Signed& url) {
  if (net::query_parameter(request.query(), "encrypt_type") != "aes") return kForged;
  const auto signature = net::query_parameter(request.query(), "msg_signature");
  if (signature.empty()) return kForged;

  XmlDocument outer;
  const auto fault = outer.parse(request.body);
  if (fault == XmlFault::forbidden) return kForbiddenXml;
  if (fault != XmlFault::none) return kForged;  // nothing in it that could be signed
  auto opened =
      envelope.open(url.timestamp, url.nonce, xml_text(outer.root().child("Encrypt")), signature);
  if (opened.fault != tencent::Fault::none) return kForged;
  return Authentic{std::move(opened.message), std::nullopt};
}

// Plain in every mode, safe mode included (WeCom differs). Exactly the echostr, nothing around it.
std::variant<Authentic, Refused, Handshake> verify_url(const net::HttpRequest& request) {
  auto echo = net::query_parameter(request.query(), "echostr");
  if (echo.empty()) return kBadRequest;
  Handshake handshake{net::HttpResponse::text(200, std::move(echo), "text/plain")};
  handshake.response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  return handshake;
}

}  // namespace

std::variant<Authentic, Refused, Handshake> authenticate(const Account& account,
                                                         const net::HttpRequest& request,
                                                         Instant now) {
  const bool is_get = request.method == "GET";
  if (!is_get && request.method != "POST") return kBadMethod;
  const auto url = check_url(account, request.query());
  if (!url) return kForged;
  if (!inside_window(account, url->timestamp, now)) return kReplayed;
  if (is_get) return verify_url(request);
  if (!is_xml(request)) return kBadContentType;
  return account.mode == Mode::plain ? accept_plain(request, *url)
                                     : accept_encrypted(*account.envelope, request, *url);
}

}  // namespace huiyin::wechat
