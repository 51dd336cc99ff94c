// Which bytes we accept as an HTTP request: stricter than Beast, which takes what two parsers may
// read differently (request smuggling). Pure; facts/reliability.md §3 and §5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/net/server.h"

namespace huiyin::net {

// Why a request is refused; the connection is closed after the answer.
struct Refusal {
  int status = 0;           // 0: not refused
  const char* event = "";   // name for the log, see server.h
  const char* reason = "";  // for people; contains nothing of the request

  explicit operator bool() const { return status != 0; }
};

// What a good header block says about the body that follows.
struct Head {
  Refusal refusal;
  bool chunked = false;
  bool expects_continue = false;
  std::uint64_t content_length = 0;
};

// `block` is everything up to and including the empty line.
Head check_head(std::string_view block, const Limits& limits);

// What is wrong already with a header block whose end has not arrived. `seen` bytes at its start
// were checked by an earlier call. Spares us waiting for the end of something that is not HTTP.
Refusal check_partial_head(std::string_view block, std::size_t seen, const Limits& limits);

// No chunked body ends sooner: "0", CRLF, CRLF. Beast 1.81 fails an assertion when it is given less
// of a last chunk at a time.
inline constexpr std::size_t kShortestChunkedEnd = 5;

// Reads along a chunked body: hexadecimal sizes only, no extensions, no trailers.
class ChunkGuard {
 public:
  explicit ChunkGuard(std::size_t body_limit) : limit_{body_limit} {}

  // Takes bytes up to the end of the body and returns how many those were. Stops at a refusal.
  std::size_t feed(std::string_view bytes);

  bool done() const { return state_ == State::done; }
  const Refusal& refusal() const { return refusal_; }

 private:
  enum class State { size, size_cr, data, data_cr, data_lf, last_cr, last_lf, done };

  bool step(char c);  // false: refused
  bool size_known();

  const std::size_t limit_;
  State state_ = State::size;
  unsigned digits_ = 0;
  std::uint64_t chunk_ = 0;  // size being read, then bytes of the chunk still to come
  std::uint64_t total_ = 0;
  Refusal refusal_;
};

}  // namespace huiyin::net
