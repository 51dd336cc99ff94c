// Deadlines, queues and the end of the client.
#include <atomic>
#include <mutex>
#include <thread>

#include "tests/net/client_fixture.h"

namespace huiyin::net::testing {
namespace {

using ClientLimits = ClientTest;

TEST_F(ClientLimits, DeadlineInTheExchangeIsUnknown) {
  RawServer server{[](RawSocket& socket, int) {
    read_request(socket);
    socket.send("HTTP/1.1 200 OK\r\n");
    while (socket.send("X: y\r\n") && !socket.read_some().empty()) {
    }
  }};
  const auto begin = std::chrono::steady_clock::now();
  const auto result = wait(post(server.url(), "", 80ms));
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(result.fault, Fault::unknown);
  EXPECT_GE(took, 79ms);
  EXPECT_LT(took, 1s);
}

TEST_F(ClientLimits, DeadlineWhileWaitingIsOverloadedAndNothingWasSent) {
  options_.connections_per_host = 1;
  std::atomic<int> requests = 0;
  std::promise<void> finish;
  auto finished = finish.get_future().share();
  RawServer server{[&](RawSocket& socket, int) {
    for (auto request = read_request(socket); !request.empty(); request = read_request(socket)) {
      ++requests;
      finished.wait();
      socket.send(ok("x"));
    }
  }};
  auto first = post(server.url());
  auto second = post(server.url(), "", 60ms);
  EXPECT_EQ(wait(std::move(second)).fault, Fault::overloaded);
  finish.set_value();
  EXPECT_EQ(wait(std::move(first)).fault, Fault::none);
  EXPECT_EQ(wait(post(server.url())).fault, Fault::none);
  EXPECT_EQ(requests, 2);
  client_.reset();
}

TEST_F(ClientLimits, DeadlineThatHasPassedSendsNothing) {
  RawServer server{echo};
  EXPECT_EQ(wait(post(server.url(), "", -1ms)).fault, Fault::overloaded);
  EXPECT_EQ(server.accepted(), 0);
}

TEST_F(ClientLimits, QueueIsBounded) {
  options_.connections_per_host = 1;
  options_.waiting_per_host = 2;
  std::promise<void> finish;
  auto finished = finish.get_future().share();
  RawServer server{[&](RawSocket& socket, int number) {
    finished.wait();
    echo(socket, number);
  }};
  std::vector<std::future<ClientResult>> results;
  for (int i = 0; i < 5; ++i) results.push_back(post(server.url(), std::to_string(i)));
  for (int i = 3; i < 5; ++i)
    EXPECT_EQ(wait(std::move(results[static_cast<std::size_t>(i)])).fault, Fault::overloaded);
  finish.set_value();
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(wait(std::move(results[static_cast<std::size_t>(i)])).response.body,
              std::to_string(i));
  client_.reset();
}

TEST_F(ClientLimits, QueueIsBoundedWhileTheNameIsLookedUp) {
  options_.waiting_per_host = 2;
  RawServer server{echo};
  const auto url = "http://localhost:" + std::to_string(server.port()) + "/";
  create();
  std::vector<std::future<ClientResult>> results;
  std::promise<void> sent;
  // On the client's thread they arrive together, before the look-up can have an end.
  client_->after(0ms, [&] {
    for (int i = 0; i < 4; ++i) results.push_back(post(url));
    sent.set_value();
  });
  sent.get_future().wait();
  const std::vector<Fault> expected = {Fault::none, Fault::none, Fault::overloaded,
                                       Fault::overloaded};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_EQ(wait(std::move(results[i])).fault, expected[i]) << i;
  client_.reset();
}

TEST_F(ClientLimits, WaitingRequestsGoInOrder) {
  options_.connections_per_host = 1;
  std::mutex mutex;
  std::vector<std::string> order;
  RawServer server{[&](RawSocket& socket, int) {
    for (auto request = read_request(socket); !request.empty(); request = read_request(socket)) {
      {
        const std::lock_guard lock{mutex};
        order.push_back(body_of(request));
      }
      socket.send(ok(""));
    }
  }};
  std::vector<std::future<ClientResult>> results;
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back(std::to_string(i));
    results.push_back(post(server.url(), expected.back()));
  }
  for (auto& result : results) EXPECT_EQ(wait(std::move(result)).fault, Fault::none);
  EXPECT_EQ(order, expected);
  client_.reset();
}

TEST_F(ClientLimits, ManyRequestsShareFewConnections) {
  options_.connections_per_host = 4;
  RawServer server{echo};
  std::vector<std::future<ClientResult>> results;
  for (int i = 0; i < 500; ++i) results.push_back(post(server.url(), std::to_string(i)));
  for (int i = 0; i < 500; ++i)
    EXPECT_EQ(wait(std::move(results[static_cast<std::size_t>(i)])).response.body,
              std::to_string(i));
  EXPECT_LE(server.accepted(), 4);
  client_.reset();
}

TEST_F(ClientLimits, IdleConnectionsAreClosed) {
  options_.idle = 50ms;
  std::promise<void> closed;
  RawServer server{[&closed](RawSocket& socket, int number) {
    echo(socket, number);
    closed.set_value();
  }};
  EXPECT_EQ(wait(post(server.url(), "x")).response.body, "x");
  EXPECT_EQ(closed.get_future().wait_for(3s), std::future_status::ready);
}

TEST_F(ClientLimits, ConnectThatIsNotAnsweredIsRefusedInTime) {
  options_.connect = 80ms;
  const FullListener listener;
  const auto begin = std::chrono::steady_clock::now();
  const auto result =
      wait(post("http://127.0.0.1:" + std::to_string(listener.port()) + "/", "", 3s));
  EXPECT_EQ(result.fault, Fault::refused);
  EXPECT_NE(result.detail.find("timed out"), std::string::npos) << result.detail;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(ClientLimits, DestructorCancelsAndTellsEveryone) {
  options_.connections_per_host = 1;
  std::promise<void> received;
  RawServer server{[&received](RawSocket& socket, int) {
    read_request(socket);
    received.set_value();
    socket.read_some();
  }};
  auto running = post(server.url());
  auto waiting = post(server.url());
  received.get_future().wait();
  std::atomic<int> ran = 0;
  client_->after(1h, [&ran] { ++ran; });
  client_.reset();
  EXPECT_EQ(wait(std::move(running)).fault, Fault::unknown);
  EXPECT_EQ(wait(std::move(waiting)).fault, Fault::overloaded);
  EXPECT_EQ(ran, 0);
}

TEST_F(ClientLimits, ARequestMayAllowALargerOrSmallerAnswer) {
  options_.response_bytes = 1000;
  RawServer server{[](RawSocket& socket, int) {
    while (!read_request(socket).empty()) socket.send(ok(std::string(5000, 'a')));
  }};
  struct Row {
    std::size_t allowed;
    bool good;
  };
  for (const Row row : {Row{5000, true}, Row{0, false}, Row{4999, false}, Row{5001, true}}) {
    OutgoingRequest request;
    request.url = server.url();
    request.response_bytes = row.allowed;
    const auto result = wait(send(std::move(request)));
    EXPECT_EQ(result.fault, row.good ? Fault::none : Fault::unknown) << row.allowed;
    EXPECT_EQ(result.response.body.size(), row.good ? 5000U : 0U) << row.allowed;
    EXPECT_EQ(result.detail.ends_with(kTooLarge), !row.good) << result.detail;
  }
  client_.reset();
}

TEST_F(ClientLimits, PublicOnlyNeverReachesThisMachine) {
  RawServer server{echo};
  const std::string port = std::to_string(server.port());
  // An ordinary request leaves an idle connection behind, which must not be shared.
  EXPECT_EQ(wait(post("http://localhost:" + port + "/", "a")).fault, Fault::none);
  EXPECT_EQ(server.accepted(), 1);
  for (const std::string host : {"localhost", "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0",
                                 "10.0.0.1", "169.254.169.254"}) {
    OutgoingRequest request;
    request.url = "http://" + host + ":" + port + "/";
    request.public_only = true;
    const auto result = wait(send(std::move(request)));
    EXPECT_EQ(result.fault, Fault::refused) << host;
    EXPECT_TRUE(result.detail.ends_with(kNotPublic)) << result.detail;
  }
  EXPECT_EQ(server.accepted(), 1);
  EXPECT_EQ(wait(post("http://localhost:" + port + "/", "b")).response.body, "b");
  EXPECT_EQ(server.accepted(), 1) << "the ordinary connection is still of use";
  client_.reset();
}

TEST_F(ClientLimits, CallbacksMaySendAgainAndThrow) {
  RawServer server{echo};
  create();
  std::promise<std::string> done;
  OutgoingRequest request;
  request.url = server.url();
  request.body = "second";
  const auto deadline = std::chrono::steady_clock::now() + 3s;
  client_->send(request, deadline, [&](const ClientResult&) {
    client_->send(request, deadline,
                  [&](const ClientResult& result) { done.set_value(result.response.body); });
    throw std::runtime_error{"ours"};
  });
  EXPECT_EQ(done.get_future().get(), "second");
  client_.reset();
}

TEST_F(ClientLimits, AfterRunsOnTheClientsThreadInItsTime) {
  create();
  std::promise<std::thread::id> soon;
  std::promise<std::thread::id> later;
  const auto begin = std::chrono::steady_clock::now();
  client_->after(40ms, [&] { later.set_value(std::this_thread::get_id()); });
  client_->after(0ms, [&] { soon.set_value(std::this_thread::get_id()); });
  const auto first = soon.get_future().get();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 40ms);
  EXPECT_EQ(later.get_future().get(), first);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 40ms);
  EXPECT_NE(first, std::this_thread::get_id());
}

}  // namespace
}  // namespace huiyin::net::testing
