// One network thread of a server: accepts, lists its connections, ends what takes too long.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "server/net/connection.h"
#include "server/net/mailbox.h"
#include "server/net/tally.h"
#include "server/net/tls.h"
#include "server/net/wire.h"

namespace huiyin::net {

using Acceptor = asio::basic_socket_acceptor<Tcp, Executor>;

// What all loops of a server share.
struct Service {
  Limits limits;
  Handler handler;
  bool loopback = false;
  CurrentTls tls;
  Tally tally;
  std::atomic<bool> draining{false};
};

class Loop {
 public:
  // Binds. With `share_port` other loops may bind the same port. Throws
  // boost::system::system_error.
  Loop(Service& service, const Tcp::endpoint& endpoint, bool share_port);
  ~Loop();  // closes everything at once and joins

  void start();
  std::uint16_t port() const { return port_; }
  // Stops accepting and closes idle connections; `done` is called when that is so.
  void drain(std::function<void()> done);
  void close_connections();

  // For connections, on the loop's thread.
  Service& service() { return service_; }
  const std::shared_ptr<Mailbox>& mailbox() const { return mailbox_; }
  Executor executor() { return io_.get_executor(); }
  const std::string& date() const { return date_; }
  void list(Connection& connection);
  void list_as(Connection& connection, bool idle);
  void unlist(Connection& connection);

 private:
  Task<void> accept();
  Task<void> keep_time();
  void admit(Socket socket);
  bool evict_idle();
  void refuse(Socket& socket, const std::string& peer);
  void run();
  void close_all();

  Service& service_;
  asio::io_context io_{1};
  const std::shared_ptr<Mailbox> mailbox_;
  Acceptor acceptor_;
  std::uint16_t port_ = 0;
  Timer tick_;
  Timer pause_;
  bool stopping_ = false;
  std::string date_;
  std::list<Connection*> busy_;
  std::list<Connection*> idle_;  // longest idle first
  std::thread thread_;
};

}  // namespace huiyin::net
