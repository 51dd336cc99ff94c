// One connection of the client: connects for its first request and stays as long as it is of use.
#pragma once

#include <memory>
#include <string>

#include "server/net/host_pool.h"
#include "server/net/response_reader.h"
#include "server/net/wire.h"

namespace huiyin::net {

// Lives on the client's thread. Its coroutine owns it; the pool only lists it.
class ClientConnection : public std::enable_shared_from_this<ClientConnection> {
 public:
  static void start(HostPool& pool, JobPtr first);
  ClientConnection(HostPool& pool, JobPtr first);
  ~ClientConnection();

  void give(JobPtr job);  // to an idle one
  bool stale() { return wire_.stale(); }
  void tick(Instant now);
  void close();
  void stop();  // as close(), and its request fails

 private:
  enum class Phase { connecting, securing, exchanging, idle };

  Task<void> serve();
  Task<bool> connect();
  Task<bool> exchange();
  Task<void> rest();

  void enter(Phase phase, Instant deadline);
  void fail(Fault fault, const std::string& detail);

  HostPool& pool_;
  Wire wire_;
  ResponseReader reader_;
  Timer wake_;  // never expires; cancelled when a job comes
  JobPtr job_;
  bool reused_ = false;
  bool closed_ = false;
  bool expired_ = false;
  Phase phase_ = Phase::connecting;
  Instant deadline_;
  std::string head_;  // kept for its memory
};

}  // namespace huiyin::net
