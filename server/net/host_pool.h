// The client's connections to one (scheme, host, port) and the requests that wait for one.
#pragma once

#include <boost/asio/ip/basic_resolver.hpp>
#include <chrono>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/net/client.h"
#include "server/net/url.h"
#include "server/net/wire.h"

namespace huiyin::net {

class ClientConnection;

using Instant = std::chrono::steady_clock::time_point;

// One request on its way. finish() reports once; what comes later is ignored.
class Job {
 public:
  Job(OutgoingRequest request, Url url, Instant deadline, Client::Callback done);

  bool finished() const { return !done_; }
  void finish(ClientResult result);
  void fail(Fault fault, std::string detail);  // prefixed with scheme, host and port

  OutgoingRequest request;
  const Url url;
  const Instant deadline;
  bool repeated = false;  // was on a connection that proved dead: needs a fresh one

 private:
  Client::Callback done_;
};
using JobPtr = std::shared_ptr<Job>;

// Everything runs on the client's thread.
class HostPool {
 public:
  HostPool(asio::io_context& io, const ClientOptions& options, asio::ssl::context& tls,
           const Url& url, bool public_only);
  ~HostPool();

  void submit(JobPtr job);
  void tick(Instant now);
  void stop();
  bool busy() const { return !by_deadline_.empty() || connections_.size() > idle_.size(); }

  // For its connections.
  asio::io_context& io() { return io_; }
  asio::ssl::context& tls() { return tls_; }
  const ClientOptions& options() const { return options_; }
  const std::vector<Tcp::endpoint>& addresses() const { return addresses_; }
  JobPtr next_job();          // for a connection that has just finished one; may be null
  void put_back(JobPtr job);  // first in line
  void rest(ClientConnection& connection);
  void forget_addresses();  // none of them could be reached
  void enroll(ClientConnection& connection);
  void leave(ClientConnection& connection);

 private:
  JobPtr front();  // first job that nobody has finished, still in the queue; may be null
  void pop_front();
  ClientConnection* fresh_idle();
  bool addresses_known() const;
  void dispatch();
  void resolve();
  bool allowed() const;
  void fail_waiting(Fault fault, const std::string& detail);

  asio::io_context& io_;
  const ClientOptions& options_;
  asio::ssl::context& tls_;
  const std::string host_;
  const std::uint16_t port_;
  const bool public_only_;  // so each of its connections goes to an address that was checked
  bool stopped_ = false;

  std::deque<JobPtr> queue_;
  std::multimap<Instant, JobPtr> by_deadline_;  // the unfinished jobs of queue_

  std::list<ClientConnection*> connections_;
  std::vector<ClientConnection*> idle_;  // last used is last, and used first: the rest may go

  asio::ip::basic_resolver<Tcp, Executor> resolver_;
  std::vector<Tcp::endpoint> addresses_;
  Instant addresses_until_ = Instant::min();
  bool resolving_ = false;
  Instant resolve_deadline_;
};

}  // namespace huiyin::net
