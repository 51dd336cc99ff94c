#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "server/net/client.h"
#include "tests/net/raw_socket.h"

namespace huiyin::net::testing {

using namespace std::chrono_literals;

class ClientTest : public ::testing::Test {
 protected:
  void create() { client_ = Client::create(options_); }

  std::future<ClientResult> send(OutgoingRequest request, std::chrono::milliseconds limit = 3s) {
    if (!client_) create();
    auto promise = std::make_shared<std::promise<ClientResult>>();
    auto future = promise->get_future();
    client_->send(std::move(request), std::chrono::steady_clock::now() + limit,
                  [promise](ClientResult result) { promise->set_value(std::move(result)); });
    return future;
  }
  std::future<ClientResult> post(const std::string& url, const std::string& body = "",
                                 std::chrono::milliseconds limit = 3s) {
    OutgoingRequest request;
    request.url = url;
    request.body = body;
    return send(std::move(request), limit);
  }
  static ClientResult wait(std::future<ClientResult> future) {
    if (future.wait_for(8s) != std::future_status::ready) {
      ADD_FAILURE() << "no result";
      return {};
    }
    return future.get();
  }

  ClientOptions options_;
  std::unique_ptr<Client> client_;
};

// One request off the socket: head and body by Content-Length; empty when closed.
inline std::string read_request(RawSocket& socket) { return socket.read_response(); }

inline std::string ok(const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 200 OK\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

// Answers each request with its own body.
inline void echo(RawSocket& socket, int) {
  for (auto request = read_request(socket); !request.empty(); request = read_request(socket))
    socket.send(ok(body_of(request)));
}

}  // namespace huiyin::net::testing
