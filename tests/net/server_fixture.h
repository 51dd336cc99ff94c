// A server on a free port with an echo handler and what it logged.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/net/server.h"
#include "tests/net/raw_socket.h"

namespace huiyin::net::testing {

using namespace std::chrono_literals;

inline std::mutex log_mutex;
inline std::vector<std::string> log_events;

inline void collect_log() {
  const std::lock_guard lock{log_mutex};
  log_events.clear();
}

inline bool logged(const std::string& event) {
  const std::lock_guard lock{log_mutex};
  return std::find(log_events.begin(), log_events.end(), event) != log_events.end();
}

class ServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_net_log([](const char* event, const std::string&) {
      const std::lock_guard lock{log_mutex};
      log_events.emplace_back(event);
    });
  }
  void SetUp() override { collect_log(); }

  void start(Handler handler) {
    options_.address = options_.address.empty() ? "127.0.0.1:0" : options_.address;
    server_ = Server::start(options_, std::move(handler));
  }
  void start_echo() {
    start([](HttpRequest request, Respond respond) {
      Answer answer;
      answer.response =
          HttpResponse::text(200, request.method + " " + request.target + " " + request.body);
      respond(std::move(answer));
    });
  }
  RawSocket connect() { return RawSocket{server_->port()}; }
  // The whole reply to `bytes`, until the server closes.
  std::string exchange(std::string_view bytes) {
    auto socket = connect();
    socket.send(bytes);
    return socket.read_all();
  }

  ServerOptions options_;
  std::unique_ptr<Server> server_;
};

// A promise for on_written.
struct WrittenFlag {
  std::shared_ptr<std::promise<bool>> promise = std::make_shared<std::promise<bool>>();
  std::future<bool> future = promise->get_future();

  std::function<void(bool)> callback() const {
    return [promise = promise](bool written) { promise->set_value(written); };
  }
  bool told() { return future.wait_for(5s) == std::future_status::ready; }
};

inline Answer answer_text(std::string text, std::function<void(bool)> on_written = {}) {
  Answer answer;
  answer.response = HttpResponse::text(200, std::move(text));
  answer.on_written = std::move(on_written);
  return answer;
}

inline const std::string kGet = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

}  // namespace huiyin::net::testing
