// Bytes of one connection → requests, one after the other. No sockets: whoever has bytes may feed
// it. Each byte is checked (framing.h) before Beast's parser sees it.
#pragma once

#include <memory>
#include <span>

#include "server/net/framing.h"
#include "server/net/http.h"

namespace huiyin::net {

class RequestReader {
 public:
  explicit RequestReader(const Limits& limits);  // `limits` outlives the reader
  ~RequestReader();

  enum class State {
    empty,     // between requests, not a byte of the next one is here
    head,      // a header block has begun
    body,      // the header block is good, the body has not ended
    complete,  // take() gives the request
    refused,   // refusal() says why; the connection has no future
  };

  // Where the next bytes from the socket go; then say how many there were.
  std::span<char> space();
  void commit(std::size_t bytes);
  // Goes as far as the bytes allow.
  State advance();

  const Refusal& refusal() const { return refusal_; }
  // True once for a request whose sender waits for "100 Continue" and none of whose body is here.
  bool owes_continue();
  // Of the request that take() gave last.
  bool keep_alive() const { return keep_alive_; }
  bool http_1_0() const { return http_1_0_; }
  // Peer, listener and TLS are left for the caller to fill.
  HttpRequest take();

 private:
  struct Parts;  // keeps Beast out of this header

  State refuse(const Refusal& refusal);
  State advance_head();
  State advance_body();

  const Limits& limits_;
  std::unique_ptr<Parts> parts_;
  State state_ = State::empty;
  Refusal refusal_;
  Head head_;
  std::size_t scanned_ = 0;  // bytes of an incomplete header block that were looked at
  std::size_t guarded_ = 0;  // bytes at the front of the buffer that Beast may see
  bool keep_alive_ = false;
  bool http_1_0_ = false;
};

}  // namespace huiyin::net
