#include "server/store/url.h"

#include <charconv>
#include <stdexcept>
#include <string_view>

namespace huiyin::store {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::invalid_argument{
      "store url: " + what +
      " (expected sqlite:PATH or mysql://USER:PASSWORD@HOST:PORT/DATABASE[?socket=PATH])"};
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decode(std::string_view text, const char* part) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
    if (high < 0 || low < 0) fail(std::string{"broken percent sign in the "} + part);
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// Cuts `text` at the first `mark` and returns what follows; empty when there is none.
std::string_view cut(std::string_view& text, char mark) {
  const auto at = text.find(mark);
  if (at == text.npos) return {};
  const auto rest = text.substr(at + 1);
  text = text.substr(0, at);
  return rest;
}

void read_options(Url& url, std::string_view query) {
  while (!query.empty()) {
    auto name = query;
    query = cut(name, '&');
    const std::string value = decode(cut(name, '='), "options");
    if (name == "socket") {
      url.socket = value;
    } else if (name == "ca") {
      url.ca_file = value;
      url.tls = true;
    } else if (name == "tls") {
      if (value != "on" && value != "off") fail("option tls must be on or off");
      url.tls = value == "on" || !url.ca_file.empty();
    } else {
      fail("unknown option '" + std::string{name} + "', known are socket, tls, ca");
    }
  }
}

void read_host(Url& url, std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == text.npos) fail("missing ] after the IPv6 address");
    url.host = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (!text.empty() && text.front() != ':') fail("unexpected text after ]");
    if (!text.empty()) port = text.substr(1);
  } else {
    port = cut(text, ':');
    url.host = text;
  }
  if (port.empty()) return;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
  if (error != std::errc{} || end != port.data() + port.size() || url.port < 1 || url.port > 65535)
    fail("the port must be a number from 1 to 65535");
}

}  // namespace

Url parse_url(const std::string& text) {
  Url url;
  std::string_view rest = text;
  if (rest.starts_with("sqlite:")) {
    url.path = rest.substr(7);
    if (url.path.empty()) fail("sqlite without a path");
    return url;
  }
  if (!rest.starts_with("mysql://")) fail("unknown engine");
  url.engine = Url::mysql;
  rest.remove_prefix(8);
  const auto query = cut(rest, '?');
  // A password may hold a raw '@' or '/': the last '@' separates, then the first '/'.
  const auto at = rest.rfind('@');
  if (at == rest.npos) fail("no user before @");
  auto login = rest.substr(0, at);
  auto place = rest.substr(at + 1);
  url.password = decode(cut(login, ':'), "password");
  url.user = decode(login, "user");
  url.database = decode(cut(place, '/'), "database");
  read_host(url, place);
  read_options(url, query);
  if (url.user.empty()) fail("no user");
  if (url.database.empty()) fail("no database");
  if (url.host.empty() && url.socket.empty()) fail("no host and no socket");
  return url;
}

}  // namespace huiyin::store
