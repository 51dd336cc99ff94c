// One accepted connection: request, handler, answer, and again.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "server/net/mailbox.h"
#include "server/net/request_reader.h"
#include "server/net/wire.h"

namespace huiyin::net {

class Loop;

// Lives on its loop's thread. Its coroutine owns it; the loop only lists it. Each phase has one
// deadline for all of it; the loop's tick, not a timer of its own, tells when that is over.
class Connection : public Receiver, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Loop& loop, Socket socket, std::string peer);
  ~Connection() override;

  static Task<void> run(std::shared_ptr<Connection> self, std::shared_ptr<asio::ssl::context> tls);

  const std::string& peer() const { return peer_; }
  void tick(std::chrono::steady_clock::time_point now);
  // At once, whatever it is doing.
  void close();
  // Closes it when it is between requests and none has arrived.
  void close_if_idle();
  bool deliver(std::uint64_t request, Answer& answer) override;

 private:
  friend class Loop;
  enum class Phase { handshake, fresh, header, body, handler, writing, idle, lingering };

  Task<bool> shake_hands(asio::ssl::context& tls);
  Task<void> serve();
  Task<bool> serve_one();
  Task<RequestReader::State> receive();
  Task<Answer> ask_handler(HttpRequest& request);
  Task<bool> send(Answer& answer, bool keep_alive, bool with_body);
  Task<bool> send_refusal(Refusal refusal);

  void enter(Phase phase, std::chrono::milliseconds limit);
  void follow(RequestReader::State state);
  void call_handler(HttpRequest& request);
  Refusal timed_out();

  Loop& loop_;
  Wire wire_;
  RequestReader reader_;
  const std::string peer_;
  Timer wake_;  // never expires; cancelled when the answer has come

  Phase phase_ = Phase::fresh;
  std::chrono::steady_clock::time_point deadline_;
  bool expired_ = false;
  bool closed_ = false;

  std::uint64_t request_ = 0;  // number of the request that the handler has
  std::optional<Answer> answer_;
  std::string head_;  // kept for its memory

  // The loop's business.
  std::list<Connection*>::iterator place_;
  bool listed_idle_ = false;
};

}  // namespace huiyin::net
