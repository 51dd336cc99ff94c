#include "server/net/framing.h"

#include <algorithm>
#include <array>

namespace huiyin::net {
namespace {

constexpr const char* kFraming = "http.framing";
constexpr const char* kSyntax = "http.syntax";
constexpr const char* kLimit = "http.limit";
constexpr const char* kMethod = "http.method";
constexpr const char* kType = "http.type";

// facts/reliability.md §2: a chunk line is at most 64 bytes; 16 hexadecimal digits fill 64 bits.
constexpr unsigned kSizeDigits = 16;
// Longer than any registered method: what has no space by then is not a request line.
constexpr std::size_t kMethodBytes = 32;
constexpr std::size_t kLengthDigits = 18;  // fits 64 bits without an overflow check

constexpr std::array<std::string_view, 7> kMethods = {"GET",    "HEAD",    "POST", "PUT",
                                                      "DELETE", "OPTIONS", "PATCH"};

Head refuse(int status, const char* event, const char* reason) {
  Head head;
  head.refusal = {status, event, reason};
  return head;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return (c | 32) >= 'a' && (c | 32) <= 'z'; }

// Byte classes in one table look-up: this runs over every byte that arrives.
enum : unsigned char { kToken = 1, kTargetByte = 2, kValueByte = 4, kHostByte = 8 };

constexpr std::array<unsigned char, 256> kClass = [] {
  std::array<unsigned char, 256> table{};
  for (int i = 0; i < 256; ++i) {
    const char c = static_cast<char>(i);
    unsigned char bits = 0;
    const bool alnum = i < 128 && (is_digit(c) || is_alpha(c));
    if (alnum || (c != 0 && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos))
      bits |= kToken;
    if (i > 0x20 && i < 0x7f && c != '#') bits |= kTargetByte;
    if (c == '\t' || (i >= 0x20 && i != 0x7f)) bits |= kValueByte;
    if (alnum || c == '-' || c == '.' || c == '_') bits |= kHostByte;
    table[static_cast<std::size_t>(i)] = bits;
  }
  return table;
}();

bool all(std::string_view text, unsigned char bit) {
  return std::all_of(text.begin(), text.end(),
                     [bit](char c) { return kClass[static_cast<unsigned char>(c)] & bit; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool valid_host(std::string_view host) {
  std::string_view port;
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    const auto literal = host.substr(1, end - 1);
    if (literal.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos)
      return false;
    port = host.substr(end + 1);
  } else {
    const auto colon = host.find(':');
    const auto name = host.substr(0, colon);
    if (name.empty() || name.size() > 255 || !all(name, kHostByte)) return false;
    port = colon == std::string_view::npos ? std::string_view{} : host.substr(colon);
  }
  if (port.empty()) return true;
  if (port.front() != ':' || port.size() > 6) return false;
  return std::all_of(port.begin() + 1, port.end(), is_digit);
}

// Method, target and version; sets `http_1_1`.
Refusal check_request_line(std::string_view line, const Limits& limits, bool& http_1_1) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return {400, kSyntax, "request line is not METHOD TARGET VERSION"};
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);

  if (method.empty() || !all(method, kToken)) return {400, kSyntax, "method is not a token"};
  if (target.size() > limits.target_bytes) return {414, kLimit, "target is too long"};
  const bool is_version = version.size() == 8 && version.starts_with("HTTP/") &&
                          is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
  if (!is_version) return {400, kSyntax, "version is not HTTP/x.y"};
  http_1_1 = version == "HTTP/1.1";
  if (!http_1_1 && version != "HTTP/1.0") return {505, kMethod, "only HTTP/1.0 and 1.1"};
  if (method == "TRACE" || method == "CONNECT") return {405, kMethod, "method is not allowed"};
  if (std::find(kMethods.begin(), kMethods.end(), method) == kMethods.end())
    return {501, kMethod, "method is not known"};
  if (!target.starts_with('/') || !all(target, kTargetByte))
    return {400, kSyntax, "target is not an ASCII path"};
  return {};
}

// Collects the fields that decide where the request ends.
struct Fields {
  std::size_t count = 0, hosts = 0, lengths = 0, encodings = 0;
  std::string_view length, encoding;

  Refusal take(std::string_view line, const Limits& limits, Head& head) {
    if (++count > limits.header_fields) return {431, kLimit, "too many header fields"};
    if (line.front() == ' ' || line.front() == '\t') return {400, kSyntax, "folded header line"};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return {400, kSyntax, "header without name"};
    const auto name = line.substr(0, colon);
    const auto value = trim(line.substr(colon + 1));
    if (!all(name, kToken)) return {400, kSyntax, "header name is not a token"};
    if (!all(value, kValueByte)) return {400, kSyntax, "control byte in a header"};

    if (equal_ignoring_case(name, "Host")) {
      ++hosts;
      if (!valid_host(value)) return {400, kSyntax, "Host is not host[:port]"};
    } else if (equal_ignoring_case(name, "Content-Length")) {
      ++lengths;
      length = value;
    } else if (equal_ignoring_case(name, "Transfer-Encoding")) {
      ++encodings;
      encoding = value;
    } else if (equal_ignoring_case(name, "Content-Encoding")) {
      if (!equal_ignoring_case(value, "identity"))
        return {415, kType, "Content-Encoding is not supported"};
    } else if (equal_ignoring_case(name, "Expect")) {
      if (!equal_ignoring_case(value, "100-continue"))
        return {417, kSyntax, "Expect is not 100-continue"};
      head.expects_continue = true;
    }
    return {};
  }
};

Refusal decide_framing(const Fields& fields, bool http_1_1, const Limits& limits, Head& head) {
  if (fields.hosts > 1) return {400, kSyntax, "more than one Host"};
  if (fields.hosts == 0 && http_1_1) return {400, kSyntax, "Host is missing"};
  if (fields.encodings > 0) {
    if (!http_1_1) return {400, kFraming, "Transfer-Encoding in HTTP/1.0"};
    if (fields.lengths > 0) return {400, kFraming, "Content-Length with Transfer-Encoding"};
    if (fields.encodings > 1 || !equal_ignoring_case(fields.encoding, "chunked"))
      return {400, kFraming, "Transfer-Encoding is not exactly chunked"};
    head.chunked = true;
  }
  if (fields.lengths > 1) return {400, kFraming, "more than one Content-Length"};
  if (fields.lengths == 1) {
    const auto digits = fields.length;
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit))
      return {400, kFraming, "Content-Length is not a number"};
    if (digits.size() > kLengthDigits) return {413, kLimit, "body is too large"};
    for (const char c : digits)
      head.content_length = head.content_length * 10 + static_cast<unsigned>(c - '0');
    if (head.content_length > limits.body_bytes) return {413, kLimit, "body is too large"};
  }
  // RFC 9110 §10.1.1: a 1.0 client does not understand an interim answer.
  if (!http_1_1) head.expects_continue = false;
  return {};
}

// Every CR is followed by LF, every LF preceded by CR, and no NUL.
Refusal check_line_ends(std::string_view block, std::size_t from) {
  for (std::size_t i = from; i < block.size(); ++i) {
    const char c = block[i];
    if (static_cast<unsigned char>(c) > '\r') continue;
    if (c == '\n') {
      if (i == 0 || block[i - 1] != '\r') return {400, kSyntax, "line feed without return"};
    } else if (c == '\r') {
      if (i + 1 < block.size() && block[i + 1] != '\n')
        return {400, kSyntax, "return without line feed"};
    } else if (c != '\t') {
      return {400, kSyntax, "control byte in the header"};
    }
  }
  return {};
}

}  // namespace

Head check_head(std::string_view block, const Limits& limits) {
  if (block.size() > limits.header_bytes) return refuse(431, kLimit, "header is too large");
  if (const auto refusal = check_line_ends(block, 0)) {
    return refuse(refusal.status, refusal.event, refusal.reason);
  }
  Head head;
  Fields fields;
  bool http_1_1 = false;
  bool request_line = true;
  while (!head.refusal) {
    const auto end = block.find("\r\n");
    if (end == std::string_view::npos) return refuse(400, kSyntax, "header has no end");
    const auto line = block.substr(0, end);
    block.remove_prefix(end + 2);
    if (request_line) {
      head.refusal = check_request_line(line, limits, http_1_1);
      request_line = false;
    } else if (!line.empty()) {
      head.refusal = fields.take(line, limits, head);
    } else {
      head.refusal = decide_framing(fields, http_1_1, limits, head);
      break;
    }
  }
  return head;
}

Refusal check_partial_head(std::string_view block, std::size_t seen, const Limits& limits) {
  // One byte back: a pair of CR and LF may have been cut by the network.
  if (const auto refusal = check_line_ends(block, seen == 0 ? 0 : seen - 1)) return refusal;
  const auto line = block.substr(0, block.find('\r'));
  const auto space = line.substr(0, kMethodBytes + 1).find(' ');
  if (space == std::string_view::npos && line.size() > kMethodBytes)
    return {400, kSyntax, "method is too long"};
  const bool line_complete = line.size() < block.size();
  if (!line_complete && line.size() > limits.target_bytes + kMethodBytes)
    return {414, kLimit, "target is too long"};
  if (block.size() >= limits.header_bytes) return {431, kLimit, "header is too large"};
  return {};
}

std::size_t ChunkGuard::feed(std::string_view bytes) {
  std::size_t at = 0;
  while (at < bytes.size() && state_ != State::done && !refusal_) {
    if (state_ == State::data) {
      const auto part = std::min<std::uint64_t>(chunk_, bytes.size() - at);
      chunk_ -= part;
      at += static_cast<std::size_t>(part);
      if (chunk_ == 0) state_ = State::data_cr;
    } else if (step(bytes[at])) {
      ++at;
    } else if (!refusal_) {
      refusal_ = {400, kFraming, "chunk is malformed, or has an extension or a trailer"};
    }
  }
  return at;
}

bool ChunkGuard::step(char c) {
  switch (state_) {
    case State::size: {
      if (c == '\r' && digits_ > 0) {
        state_ = State::size_cr;
        return true;
      }
      const char low = static_cast<char>(c | 32);
      const bool letter = low >= 'a' && low <= 'f';
      if ((!is_digit(c) && !letter) || ++digits_ > kSizeDigits) return false;
      chunk_ = chunk_ * 16 + static_cast<unsigned>(letter ? low - 'a' + 10 : c - '0');
      return true;
    }
    case State::size_cr:
      return c == '\n' && size_known();
    case State::data_cr:
      state_ = State::data_lf;
      return c == '\r';
    case State::data_lf:
      state_ = State::size;
      digits_ = 0;
      chunk_ = 0;
      return c == '\n';
    case State::last_cr:
      state_ = State::last_lf;
      return c == '\r';
    case State::last_lf:
      state_ = State::done;
      return c == '\n';
    case State::data:
    case State::done:
      break;
  }
  return false;
}

bool ChunkGuard::size_known() {
  if (chunk_ > limit_ - total_) {
    refusal_ = {413, kLimit, "body is too large"};
    return false;
  }
  total_ += chunk_;
  state_ = chunk_ == 0 ? State::last_cr : State::data;
  return true;
}

}  // namespace huiyin::net
