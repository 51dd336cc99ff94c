#include "server/net/response_head.h"

#include <algorithm>
#include <array>

namespace huiyin::net {
namespace {

// Written by us alone: a second one from elsewhere would make two readers disagree.
constexpr std::array<std::string_view, 6> kOurHeaders = {
    "Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Date", "Host"};

bool is_ours(std::string_view name) {
  return std::any_of(kOurHeaders.begin(), kOurHeaders.end(),
                     [name](std::string_view ours) { return equal_ignoring_case(name, ours); });
}

bool fits_in_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(),
                                      [](char c) { return c > 0x20 && c < 0x7f && c != ':'; });
}

bool all_fit(const std::vector<Header>& headers) {
  return std::all_of(headers.begin(), headers.end(), [](const Header& header) {
    return is_name(header.first) && fits_in_line(header.second);
  });
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_headers(std::string& out, const std::vector<Header>& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_ours(name)) append_line(out, name, value);
  }
}

}  // namespace

bool status_has_body(int status) { return status >= 200 && status != 204 && status != 304; }

bool append_response_head(std::string& out, const HttpResponse& response,
                          const ResponseStyle& style) {
  if (response.status < 200 || response.status > 599 || !all_fit(response.headers)) return false;
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\n");
  append_line(out, "Date", style.date);
  append_headers(out, response.headers);
  if (status_has_body(response.status))
    append_line(out, "Content-Length", std::to_string(response.body.size()));
  if (!style.keep_alive) {
    append_line(out, "Connection", "close");
  } else if (style.http_1_0) {
    append_line(out, "Connection", "keep-alive");
  }
  out.append("\r\n");
  return true;
}

bool append_request_head(std::string& out, const OutgoingRequest& request, std::string_view target,
                         std::string_view authority) {
  if (!is_name(request.method) || !all_fit(request.headers)) return false;
  out.append(request.method).append(" ").append(target).append(" HTTP/1.1\r\n");
  append_line(out, "Host", authority);
  append_headers(out, request.headers);
  const bool bodiless = request.method == "GET" || request.method == "HEAD";
  if (!bodiless || !request.body.empty())
    append_line(out, "Content-Length", std::to_string(request.body.size()));
  out.append("\r\n");
  return true;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Payload Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Entity";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

HttpResponse plain_response(int status) {
  return HttpResponse::text(
      status, std::to_string(status) + " " + std::string{reason_phrase(status)} + "\n");
}

HttpResponse busy_response() {
  auto response = plain_response(503);
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace huiyin::net
