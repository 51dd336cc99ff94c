#include "server/net/client_connection.h"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>

#include "server/net/net_log.h"
#include "server/net/response_head.h"

namespace huiyin::net {
namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable_t<Executor>{});

}  // namespace

ClientConnection::ClientConnection(HostPool& pool, JobPtr first)
    : pool_{pool},
      wire_{Socket{pool.io().get_executor()}},
      wake_{pool.io().get_executor(), Instant::max()},
      job_{std::move(first)} {
  pool_.enroll(*this);
}

ClientConnection::~ClientConnection() {
  // Only when the coroutine threw: each of its ends has an answer for the job.
  if (job_) fail(phase_ == Phase::exchanging ? Fault::unknown : Fault::refused, "internal fault");
  pool_.leave(*this);
}

void ClientConnection::start(HostPool& pool, JobPtr first) {
  auto self = std::make_shared<ClientConnection>(pool, std::move(first));
  auto coroutine = self->serve();
  // The handler keeps the object until the coroutine has ended.
  asio::co_spawn(pool.io(), std::move(coroutine), [self](std::exception_ptr fault) {
    if (fault) report("http.internal", "");
  });
}

Task<void> ClientConnection::serve() {
  if (!co_await connect()) co_return;
  while (job_ && !closed_) {
    const bool stays = co_await exchange();
    if (!stays || closed_ || wire_.stale()) break;
    reused_ = true;
    job_ = pool_.next_job();
    if (!job_) co_await rest();
  }
  close();
}

Task<bool> ClientConnection::connect() {
  const auto limit =
      std::min(job_->deadline, std::chrono::steady_clock::now() + pool_.options().connect);
  const auto addresses = pool_.addresses();
  error_code error = asio::error::host_not_found;
  std::size_t left = addresses.size();
  for (const auto& address : addresses) {
    // An address that swallows packets must leave time for the next one.
    const auto now = std::chrono::steady_clock::now();
    enter(Phase::connecting, now + (limit - now) / static_cast<int>(left--));
    const auto [failed] = co_await wire_.socket().async_connect(address, kAwait);
    if (closed_) co_return false;
    error = failed;
    if (!error) break;
    if (expired_) error = asio::error::timed_out;
    error_code ignored;  // the next address opens it anew
    wire_.socket().close(ignored);
  }
  if (error) {
    pool_.forget_addresses();
    fail(Fault::refused, "connect: " + error.message());
    co_return false;
  }
  wire_.send_without_delay();
  if (!job_->url.secure) co_return true;

  enter(Phase::securing, limit);
  const auto [failed] = co_await wire_.connect_tls(pool_.tls(), job_->url.host);
  if (closed_) co_return false;
  if (!failed) co_return true;
  std::string cause = wire_.certificate_fault();
  if (cause.empty()) cause = expired_ ? "timed out" : failed.message();
  fail(Fault::refused, "TLS: " + cause);
  co_return false;
}

// False: the connection is of no further use.
Task<bool> ClientConnection::exchange() {
  head_.clear();
  if (!append_request_head(head_, job_->request, job_->url.target, job_->url.authority)) {
    fail(Fault::refused, "a header or the method has a forbidden byte");
    co_return true;
  }
  enter(Phase::exchanging, job_->deadline);
  const std::string& content = job_->request.body;
  const asio::const_buffer head{head_.data(), head_.size()};
  const asio::const_buffer body{content.data(), content.size()};
  // The buffers must outlive the job, which a deadline may take away at any time.
  const JobPtr kept = job_;
  const auto [write_error, written] = co_await wire_.write(head, body);
  if (!job_) co_return false;
  if (write_error) {
    if (reused_ && !job_->repeated) {
      job_->repeated = true;
      pool_.put_back(std::move(job_));
      job_ = nullptr;
      co_return false;
    }
    // A TLS record that was written in part counts as no byte of ours, yet may be followed.
    const bool untouched = written == 0 && !wire_.secure();
    fail(untouched ? Fault::refused : Fault::unknown, "write: " + write_error.message());
    co_return false;
  }

  const std::size_t wanted = kept->request.response_bytes;
  reader_.start(kept->request.method == "HEAD",
                wanted != 0 ? wanted : pool_.options().response_bytes);
  auto state = ResponseReader::State::more;
  while (state == ResponseReader::State::more) {
    const auto space = reader_.space();
    const asio::mutable_buffer into{space.data(), space.size()};
    const auto [read_error, bytes] = co_await wire_.read_some(into);
    if (!job_) co_return false;
    if (read_error == asio::error::eof) {
      state = reader_.finish();
    } else if (read_error) {
      fail(Fault::unknown, "read: " + read_error.message());
      co_return false;
    } else {
      state = reader_.commit(bytes);
    }
  }
  if (state == ResponseReader::State::bad) {
    fail(Fault::unknown, reader_.fault());
    co_return false;
  }
  const bool stays = reader_.keep_alive();
  ClientResult result;
  result.response = reader_.take();
  job_.reset();
  kept->finish(std::move(result));
  co_return stays;
}

Task<void> ClientConnection::rest() {
  enter(Phase::idle, std::chrono::steady_clock::now() + pool_.options().idle);
  pool_.rest(*this);
  while (!job_ && !closed_) co_await wake_.async_wait(kAwait);
}

void ClientConnection::give(JobPtr job) {
  job_ = std::move(job);
  // Not idle any more: its deadline is the request's.
  enter(Phase::exchanging, job_->deadline);
  wake_.cancel();
}

void ClientConnection::enter(Phase phase, Instant deadline) {
  phase_ = phase;
  deadline_ = deadline;
  expired_ = false;
}

void ClientConnection::fail(Fault fault, const std::string& detail) {
  if (!job_) return;
  const auto job = std::exchange(job_, nullptr);
  job->fail(fault, detail);
}

void ClientConnection::tick(Instant now) {
  if (closed_ || now < deadline_) return;
  expired_ = true;
  switch (phase_) {
    case Phase::connecting:
    case Phase::securing:
      wire_.cancel();
      break;
    case Phase::exchanging:
      fail(Fault::unknown, "deadline passed before the response was complete");
      close();
      break;
    case Phase::idle:
      close();
      break;
  }
}

void ClientConnection::close() {
  if (closed_) return;
  closed_ = true;
  wire_.close();
  wake_.cancel();
}

void ClientConnection::stop() {
  fail(phase_ == Phase::exchanging ? Fault::unknown : Fault::overloaded, "client is stopped");
  close();
}

}  // namespace huiyin::net
