// Bytes of one connection → the response to one request. No sockets.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "server/net/http.h"

namespace huiyin::net {

class ResponseReader {
 public:
  ResponseReader();
  ~ResponseReader();

  // Before each request. `to_head`: a response to HEAD has no body whatever its header says.
  // `body_limit` in bytes; beyond: bad.
  void start(bool to_head, std::size_t body_limit);

  std::span<char> space();
  enum class State { more, complete, bad };
  State commit(std::size_t bytes);
  State finish();  // the peer has closed

  bool got_some() const { return got_some_; }
  const std::string& fault() const { return fault_; }  // when bad
  // After complete: the connection may carry another request.
  bool keep_alive() const { return keep_alive_; }
  HttpResponse take();

 private:
  struct Parts;  // keeps Beast out of this header

  void next_parser();
  State advance();
  State complete(bool at_end);

  std::size_t body_limit_ = 0;
  std::unique_ptr<Parts> parts_;
  bool to_head_ = false;
  bool got_some_ = false;
  bool keep_alive_ = false;
  std::string fault_;
};

}  // namespace huiyin::net
