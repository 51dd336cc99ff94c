#include "server/net/host_pool.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>

#include "server/net/client_connection.h"
#include "server/net/net_log.h"
#include "server/net/public_address.h"

namespace huiyin::net {
namespace {

// Shorter than any change of address that matters, long enough to spare a look-up per connection.
constexpr std::chrono::seconds kAddressesKept{30};

}  // namespace

Job::Job(OutgoingRequest request_, Url url_, Instant deadline_, Client::Callback done)
    : request{std::move(request_)},
      url{std::move(url_)},
      deadline{deadline_},
      done_{std::move(done)} {}

void Job::finish(ClientResult result) {
  if (!done_) return;
  const auto done = std::move(done_);
  done_ = nullptr;
  try {
    done(std::move(result));
  } catch (...) {
    // The exchange itself is over; the others' must go on.
    report("http.callback", "");
  }
}

void Job::fail(Fault fault, std::string detail) {
  ClientResult result;
  result.fault = fault;
  result.detail = url.pool_key() + ": " + detail;
  finish(std::move(result));
}

HostPool::HostPool(asio::io_context& io, const ClientOptions& options, asio::ssl::context& tls,
                   const Url& url, bool public_only)
    : io_{io},
      options_{options},
      tls_{tls},
      host_{url.host},
      port_{url.port},
      public_only_{public_only},
      resolver_{io.get_executor()} {
  error_code not_literal;
  const auto address = asio::ip::make_address(host_, not_literal);
  if (!not_literal) {
    addresses_.emplace_back(address, port_);
    addresses_until_ = Instant::max();
  }
}

HostPool::~HostPool() = default;

void HostPool::submit(JobPtr job) {
  if (stopped_) return job->fail(Fault::overloaded, "client is stopped");
  if (job->deadline <= std::chrono::steady_clock::now())
    return job->fail(Fault::overloaded, "deadline had passed before sending");
  const bool all_in_use = idle_.empty() && connections_.size() >= options_.connections_per_host;
  const bool must_wait = all_in_use || resolving_;
  if (must_wait && by_deadline_.size() >= options_.waiting_per_host)
    return job->fail(Fault::overloaded, "too many requests are waiting");
  by_deadline_.emplace(job->deadline, job);
  queue_.push_back(std::move(job));
  dispatch();
}

void HostPool::put_back(JobPtr job) {
  if (stopped_) return job->fail(Fault::overloaded, "client is stopped");
  by_deadline_.emplace(job->deadline, job);
  queue_.push_front(std::move(job));
}

JobPtr HostPool::front() {
  while (!queue_.empty() && queue_.front()->finished()) queue_.pop_front();
  return queue_.empty() ? nullptr : queue_.front();
}

void HostPool::pop_front() {
  const auto& job = queue_.front();
  auto [it, end] = by_deadline_.equal_range(job->deadline);
  it = std::find_if(it, end, [&job](const auto& entry) { return entry.second == job; });
  if (it != end) by_deadline_.erase(it);
  queue_.pop_front();
}

JobPtr HostPool::next_job() {
  auto job = front();
  if (!job || job->repeated) return nullptr;
  pop_front();
  return job;
}

void HostPool::rest(ClientConnection& connection) { idle_.push_back(&connection); }

// An idle connection that the peer has not closed meanwhile; out of the list of the idle.
ClientConnection* HostPool::fresh_idle() {
  while (!idle_.empty()) {
    auto* connection = idle_.back();
    idle_.pop_back();
    if (!connection->stale()) return connection;
    connection->close();
  }
  return nullptr;
}

bool HostPool::addresses_known() const {
  return !addresses_.empty() && std::chrono::steady_clock::now() < addresses_until_;
}

void HostPool::forget_addresses() {
  if (addresses_until_ != Instant::max()) addresses_until_ = Instant::min();
}

void HostPool::dispatch() {
  while (const auto job = front()) {
    if (!job->repeated) {
      if (auto* connection = fresh_idle()) {
        pop_front();
        connection->give(job);
        continue;
      }
    }
    if (connections_.size() >= options_.connections_per_host) {
      // Only a fresh connection will do: make room for it. leave() comes back here.
      if (auto* connection = fresh_idle()) connection->close();
      return;
    }
    if (!addresses_known()) return resolve();
    if (!allowed()) return fail_waiting(Fault::refused, std::string{kNotPublic});  // a literal
    pop_front();
    ClientConnection::start(*this, job);
  }
}

void HostPool::enroll(ClientConnection& connection) { connections_.push_back(&connection); }

void HostPool::leave(ClientConnection& connection) {
  std::erase(idle_, &connection);
  connections_.remove(&connection);
  if (!stopped_) dispatch();
}

void HostPool::resolve() {
  if (resolving_) return;
  resolving_ = true;
  resolve_deadline_ = std::chrono::steady_clock::now() + options_.connect;
  resolver_.async_resolve(host_, std::to_string(port_), asio::ip::resolver_base::numeric_service,
                          [this](const error_code& error, const auto& results) {
                            resolving_ = false;
                            if (stopped_) return;
                            if (error)
                              return fail_waiting(Fault::refused, "resolve: " + error.message());
                            addresses_.clear();
                            for (const auto& entry : results)
                              addresses_.push_back(entry.endpoint());
                            if (!allowed()) {
                              addresses_.clear();
                              return fail_waiting(Fault::refused, std::string{kNotPublic});
                            }
                            addresses_until_ = std::chrono::steady_clock::now() + kAddressesKept;
                            dispatch();
                          });
}

// One address that is not public is enough to refuse the name: nobody needs such a name, and the
// order of addresses is the name server's.
bool HostPool::allowed() const {
  return !public_only_ || std::ranges::all_of(addresses_, [](const Tcp::endpoint& endpoint) {
    return is_public(endpoint.address());
  });
}

void HostPool::fail_waiting(Fault fault, const std::string& detail) {
  // A callback may send again: those are not ours to fail.
  const auto waiting = std::exchange(queue_, {});
  by_deadline_.clear();
  for (const auto& job : waiting) job->fail(fault, detail);
}

void HostPool::tick(Instant now) {
  while (!by_deadline_.empty() && by_deadline_.begin()->first <= now) {
    const auto job = by_deadline_.begin()->second;
    by_deadline_.erase(by_deadline_.begin());
    job->fail(Fault::overloaded, "deadline passed while waiting for a connection");
  }
  // The resolver's thread cannot be interrupted; whoever waits for it is told.
  if (resolving_ && now >= resolve_deadline_) fail_waiting(Fault::refused, "resolve: timed out");
  for (auto it = connections_.begin(); it != connections_.end();) (*it++)->tick(now);
}

void HostPool::stop() {
  stopped_ = true;
  resolver_.cancel();
  fail_waiting(Fault::overloaded, "client is stopped");
  for (auto it = connections_.begin(); it != connections_.end();) (*it++)->stop();
}

}  // namespace huiyin::net
