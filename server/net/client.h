// The calling side: pooled HTTP(S) connections with certificate checks and deadlines.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/net/http.h"

namespace huiyin::net {

struct ClientOptions {
  std::size_t connections_per_host = 64;  // more requests wait in order
  std::size_t waiting_per_host = 100000;  // beyond: Fault::overloaded at once
  std::size_t response_bytes = 1024 * 1024;
  std::chrono::milliseconds connect{5000};  // resolve + connect + TLS handshake
  std::chrono::milliseconds idle{30000};    // a pooled connection is closed after this
  std::string ca_file;                      // extra trust anchors (PEM); empty: system store only
};

enum class Fault {
  none,        // `response` is complete
  refused,     // resolve, connect or TLS failed: the peer cannot have seen the request
  unknown,     // failed after the first byte was written: the peer may have acted on it
  overloaded,  // queue full, deadline over before a connection was free, or client stopped:
               // nothing was sent
};

// How `detail` ends in two cases that a caller may want to tell from the rest.
inline constexpr std::string_view kNotPublic = "address is not public";  // with Fault::refused
inline constexpr std::string_view kTooLarge = "response is too large";   // with Fault::unknown

struct ClientResult {
  Fault fault = Fault::none;
  HttpResponse response;
  std::string detail;  // cause in words, never the URL's query or a header
};

// Thread-safe. The callback runs on the client's own thread, exactly once for each send, and must
// not block. `deadline` bounds the whole exchange including the wait for a connection.
// A request that fails on a reused connection before any response byte came is repeated once on a
// fresh connection only when the write itself failed. Redirects are not followed.
// `public_only`: every address of the name must be public, the connection goes to one of those that
// were looked at, and no connection is shared with requests that do not ask for it.
class Client {
 public:
  using Callback = std::function<void(ClientResult)>;

  // Throws std::runtime_error when `ca_file` cannot be read.
  static std::unique_ptr<Client> create(ClientOptions options);
  // Cancels what is in flight (Fault::unknown or overloaded) and joins. Waits for a name look-up
  // under way: the system's resolver cannot be interrupted.
  virtual ~Client() = default;

  virtual void send(OutgoingRequest request, std::chrono::steady_clock::time_point deadline,
                    Callback done) = 0;
  // Runs `work` on the client's thread after `delay`. For retries: no second timer thread needed.
  virtual void after(std::chrono::milliseconds delay, std::function<void()> work) = 0;
};

}  // namespace huiyin::net
