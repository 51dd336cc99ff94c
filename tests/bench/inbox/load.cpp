#include "tests/bench/inbox/load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ctime>
#include <memory>
#include <stdexcept>

namespace huiyin::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLastAnswers = std::chrono::seconds{10};
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

double thread_cpu() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Complete when it returns the body's first and last position; {0, 0}: more bytes are needed.
struct Parsed {
  int status = 0;
  std::size_t body = 0, end = 0;
};
Parsed parse(const std::string& in) {
  Parsed out;
  const auto head = in.find("\r\n\r\n");
  if (head == std::string::npos) return out;
  const auto length = in.find("Content-Length: ");
  std::size_t size = 0;
  if (length < head) std::from_chars(in.data() + length + 16, in.data() + head, size);
  if (in.size() < head + 4 + size) return out;
  std::from_chars(in.data() + 9, in.data() + 12, out.status);  // "HTTP/1.1 200"
  out.body = head + 4;
  out.end = out.body + size;
  return out;
}

class Connection {
 public:
  Connection(const LoadOptions& options, int poll) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    inet_pton(AF_INET, options.host.c_str(), &address.sin_addr);
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error{std::string{"cannot connect: "} + std::strerror(errno)};
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    fcntl(socket_, F_SETFL, O_NONBLOCK);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = this;
    epoll_ctl(poll, EPOLL_CTL_ADD, socket_, &event);
  }
  ~Connection() { close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // A request is far smaller than the socket's buffer, so it goes out whole.
  bool send(std::size_t index, const std::string& bytes) {
    request = index;
    sent_at = Clock::now();
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  // False when the server closed.
  bool receive() {
    char bytes[8192];
    const auto size = recv(socket_, bytes, sizeof bytes, 0);
    if (size > 0) in.append(bytes, static_cast<std::size_t>(size));
    return size > 0 || (size < 0 && errno == EAGAIN);
  }

  void leave(int poll) const { epoll_ctl(poll, EPOLL_CTL_DEL, socket_, nullptr); }

  std::size_t request = kNone;  // outstanding
  Clock::time_point sent_at{};
  std::string in;

 private:
  int socket_;
};

}  // namespace

double LoadResult::per_second() const {
  return seconds > 0 ? static_cast<double>(microseconds.size()) / seconds : 0;
}

double LoadResult::percentile(double share) const {
  if (microseconds.empty()) return 0;
  auto sorted = microseconds;
  std::ranges::sort(sorted);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1));
  return sorted[at] / 1000.0;
}

LoadResult fire(const LoadOptions& options, std::span<const std::string> requests,
                const std::function<bool(std::size_t, const std::string&)>& good) {
  LoadResult result;
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  std::vector<std::unique_ptr<Connection>> connections;
  for (unsigned i = 0; i < options.connections; ++i)
    connections.push_back(std::make_unique<Connection>(options, poll));

  const double cpu = thread_cpu();
  const auto measure_from = Clock::now() + options.warm_up;
  const auto stop_at = measure_from + options.duration;
  std::size_t outstanding = 0;
  Clock::time_point last = measure_from;

  const auto failed = [&](const std::string& why) {
    if (result.failed++ == 0) result.first_failure = why;
  };
  const auto send_next = [&](Connection& connection) {
    connection.request = kNone;
    if (Clock::now() >= stop_at || result.sent == requests.size()) return;
    const auto index = result.sent++;
    if (connection.send(index, requests[index])) {
      ++outstanding;
    } else {
      connection.request = kNone;
      failed(std::string{"cannot send: "} + std::strerror(errno));
    }
  };
  const auto answered = [&](Connection& connection) {
    const auto parsed = parse(connection.in);
    if (parsed.end == 0) return;
    const auto now = Clock::now();
    --outstanding;
    const auto body = connection.in.substr(parsed.body, parsed.end - parsed.body);
    if (parsed.status != 200)
      failed("status " + std::to_string(parsed.status));
    else if (!good(connection.request, body))
      failed("200 without the expected body");
    else
      ++result.answered;
    if (connection.sent_at >= measure_from) {
      const auto took = now - connection.sent_at;
      result.microseconds.push_back(static_cast<std::uint32_t>(
          std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
      last = now;
    }
    connection.in.erase(0, parsed.end);
    send_next(connection);
  };

  for (auto& connection : connections) send_next(*connection);
  std::vector<epoll_event> events(options.connections);
  while (outstanding > 0 && Clock::now() < stop_at + kLastAnswers) {
    const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 100);
    for (int i = 0; i < ready; ++i) {
      auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
      if (connection.receive()) {
        answered(connection);
        continue;
      }
      connection.leave(poll);
      if (connection.request != kNone) {
        --outstanding;
        failed("the server closed the connection");
        connection.request = kNone;
      }
    }
  }
  for (; outstanding > 0; --outstanding) failed("no answer");
  close(poll);
  result.seconds = std::chrono::duration<double>(last - measure_from).count();
  result.own_cpu_seconds = thread_cpu() - cpu;
  return result;
}

}  // namespace huiyin::bench
