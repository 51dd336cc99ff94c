// What becomes of answers and connections when one of the sides goes.
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <list>
#include <thread>

#include "tests/net/server_fixture.h"

namespace huiyin::net::testing {
namespace {

using ServerWritten = ServerTest;

TEST_F(ServerWritten, IsTrueWhenTheBytesAreOut) {
  WrittenFlag written;
  start(
      [&written](HttpRequest, Respond respond) { respond(answer_text("x", written.callback())); });
  auto socket = connect();
  socket.send(kGet);
  EXPECT_EQ(status_of(socket.read_response()), 200);
  ASSERT_TRUE(written.told());
  EXPECT_TRUE(written.future.get());
}

// Each way of losing the peer before the answer is there.
TEST_F(ServerWritten, IsFalseWhenThePeerHasGone) {
  for (const bool politely : {true, false}) {
    std::promise<Respond> held;
    start([&held](HttpRequest, Respond respond) { held.set_value(std::move(respond)); });
    auto socket = connect();
    socket.send(kGet);
    const auto respond = held.get_future().get();
    politely ? socket.close() : socket.reset();
    std::this_thread::sleep_for(20ms);  // for the loopback interface
    WrittenFlag written;
    respond(answer_text("x", written.callback()));
    ASSERT_TRUE(written.told());
    EXPECT_FALSE(written.future.get()) << politely;
  }
}

TEST_F(ServerWritten, IsFalseWhenTheServerHasGone) {
  std::promise<Respond> held;
  start([&held](HttpRequest, Respond respond) { held.set_value(std::move(respond)); });
  auto socket = connect();
  socket.send(kGet);
  const auto respond = held.get_future().get();
  server_.reset();
  EXPECT_EQ(socket.read_all(), "");
  WrittenFlag written;
  respond(answer_text("x", written.callback()));
  ASSERT_TRUE(written.told());
  EXPECT_FALSE(written.future.get());
}

TEST_F(ServerWritten, ThrowingCallbackHurtsNobody) {
  start([](HttpRequest, Respond respond) { respond(answer_text("x", [](bool) { throw 1; })); });
  auto socket = connect();
  for (int i = 0; i < 2; ++i) {
    socket.send(kGet);
    EXPECT_EQ(status_of(socket.read_response()), 200);
  }
  EXPECT_TRUE(eventually([] { return logged("http.callback"); }));
}

using ServerLife = ServerTest;

TEST_F(ServerLife, ManyThreadsAnswerManyConnections) {
  options_.threads = 2;
  std::mutex mutex;
  std::vector<std::pair<std::string, Respond>> queue;
  std::atomic<bool> stop = false;
  std::atomic<int> written = 0;
  start([&](HttpRequest request, Respond respond) {
    const std::lock_guard lock{mutex};
    queue.emplace_back(request.body, std::move(respond));
  });
  // Like the inbox: takes whatever has come and answers all of it.
  std::thread worker{[&] {
    while (!stop) {
      std::vector<std::pair<std::string, Respond>> batch;
      {
        const std::lock_guard lock{mutex};
        batch.swap(queue);
      }
      for (auto& [body, respond] : batch)
        respond(answer_text(body, [&written](bool ok) { written += ok; }));
      std::this_thread::yield();
    }
  }};
  constexpr int kClients = 8;
  constexpr int kRequests = 50;
  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  for (int c = 0; c < kClients; ++c) {
    clients.emplace_back([&, c] {
      auto socket = connect();
      for (int i = 0; i < kRequests; ++i) {
        const auto body = std::to_string(c) + "-" + std::to_string(i);
        socket.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
        right += body_of(socket.read_response()) == body;
      }
    });
  }
  for (auto& client : clients) client.join();
  stop = true;
  worker.join();
  EXPECT_EQ(right, kClients * kRequests);
  EXPECT_TRUE(eventually([&] { return written == kClients * kRequests; }));
  EXPECT_TRUE(eventually([this] { return server_->counters().open == 0; }));
}

TEST_F(ServerLife, DrainFinishesWhatRunsAndClosesTheRest) {
  std::promise<Respond> held;
  start([&held](HttpRequest request, Respond respond) {
    if (request.target == "/slow") {
      held.set_value(std::move(respond));
    } else {
      respond(answer_text("quick"));
    }
  });
  auto idle = connect();
  idle.send(kGet);
  EXPECT_EQ(status_of(idle.read_response()), 200);
  auto running = connect();
  running.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto respond = held.get_future().get();

  const auto port = server_->port();
  auto drained = std::async(std::launch::async, [this] { server_->drain(5s); });
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_TRUE(eventually([port] { return !RawSocket{port}.connected(); }));
  EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout);
  WrittenFlag written;
  respond(answer_text("finished", written.callback()));
  const auto reply = running.read_all();
  EXPECT_EQ(body_of(reply), "finished");
  EXPECT_NE(reply.find("Connection: close\r\n"), std::string::npos);
  running.close();
  EXPECT_EQ(drained.wait_for(3s), std::future_status::ready);
  ASSERT_TRUE(written.told());
  EXPECT_TRUE(written.future.get());
  EXPECT_EQ(server_->counters().open, 0U);
}

TEST_F(ServerLife, DrainEndsWithItsGrace) {
  std::promise<Respond> held;
  start([&held](HttpRequest, Respond respond) { held.set_value(std::move(respond)); });
  auto running = connect();
  running.send(kGet);
  const auto respond = held.get_future().get();
  const auto begin = std::chrono::steady_clock::now();
  server_->drain(100ms);
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, 99ms);
  EXPECT_LT(took, 1s);
  EXPECT_EQ(running.read_all(), "");
  WrittenFlag written;
  respond(answer_text("late", written.callback()));
  ASSERT_TRUE(written.told());
  EXPECT_FALSE(written.future.get());
}

// A connection that was promised to stay, but had its answer written only after the idle ones were
// closed, must not hold the drain up until its grace is over.
TEST_F(ServerLife, DrainClosesWhatBecomesIdleLater) {
  const std::string large(16 << 20, 'x');
  start([&large](HttpRequest, Respond respond) { respond(answer_text(large)); });
  auto slow = connect();
  slow.send(kGet);
  const auto begun = slow.read_some();
  EXPECT_EQ(begun.find("Connection: close"), std::string::npos);

  const auto port = server_->port();
  const auto begin = std::chrono::steady_clock::now();
  auto drained = std::async(std::launch::async, [this] { server_->drain(4s); });
  EXPECT_TRUE(eventually([port] { return !RawSocket{port}.connected(); }));
  EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout);
  EXPECT_GT(begun.size() + slow.read_all().size(), large.size());
  slow.close();
  drained.wait();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST_F(ServerLife, DestructorDoesNotWaitForAnyone) {
  options_.threads = 2;
  std::mutex mutex;
  std::vector<Respond> held;
  start([&](HttpRequest request, Respond respond) {
    const std::lock_guard lock{mutex};
    if (request.target == "/x") held.push_back(std::move(respond));
  });
  auto running = connect();
  running.send(kGet);
  auto half = connect();
  half.send("POST /y HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  auto silent = connect();
  ASSERT_TRUE(eventually([&] {
    const std::lock_guard lock{mutex};
    return held.size() == 1 && server_->counters().open == 3;
  }));
  const auto begin = std::chrono::steady_clock::now();
  server_.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(ServerLife, DestructorDoesNotWaitForThoseWhoComeWhileItRuns) {
  for (int round = 0; round < 15; ++round) {
    start_echo();
    std::atomic<bool> stop = false;
    std::list<RawSocket> silent;
    std::thread comer{[&, port = server_->port()] {
      while (!stop) silent.emplace_back(port);
    }};
    EXPECT_TRUE(eventually([this] { return server_->counters().accepted > 5; }));
    auto gone = std::async(std::launch::async, [this] { server_.reset(); });
    std::this_thread::sleep_for(2ms);
    stop = true;
    comer.join();
    const auto outcome = gone.wait_for(1s);
    silent.clear();  // so that it ends in any case
    gone.wait();
    ASSERT_EQ(outcome, std::future_status::ready) << "round " << round;
  }
}

TEST_F(ServerLife, SurvivesWithoutFreeDescriptors) {
  start_echo();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  auto waiting = connect();
  waiting.send(kGet);
  ASSERT_EQ(status_of(waiting.read_response()), 200);

  // One descriptor for the client below; none is left for the server to accept it with.
  const int next = dup(0);
  ASSERT_GE(next, 0);
  ::close(next);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(next) + 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  auto starved = connect();
  const bool reached = starved.connected();
  starved.send(kGet);
  const bool counted = eventually([this] { return server_->counters().accept_errors > 0; });
  waiting.send(kGet);
  const auto meanwhile = waiting.read_response();
  setrlimit(RLIMIT_NOFILE, &before);

  EXPECT_TRUE(reached);
  EXPECT_TRUE(counted);
  EXPECT_EQ(status_of(meanwhile), 200) << "open connections work on";
  EXPECT_EQ(status_of(starved.read_response()), 200) << "accepted after the pause";
  EXPECT_TRUE(logged("http.accept"));
  EXPECT_LT(server_->counters().accept_errors, 100U) << "no busy loop";
}

}  // namespace
}  // namespace huiyin::net::testing
