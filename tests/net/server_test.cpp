#include "server/net/server.h"

#include <sys/resource.h>

#include <atomic>
#include <fstream>
#include <set>

#include "tests/net/server_fixture.h"

namespace huiyin::net::testing {
namespace {

using ServerBasics = ServerTest;

TEST_F(ServerBasics, KeepsTheConnectionAndAnswersInOrder) {
  start_echo();
  auto socket = connect();
  socket.send(
      "POST /1?q=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
      "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n" +
      kGet);
  EXPECT_EQ(body_of(socket.read_response()), "POST /1?q=1 one");
  EXPECT_EQ(body_of(socket.read_response()), "POST /2 two");
  EXPECT_EQ(body_of(socket.read_response()), "GET /x ");
  const auto counters = server_->counters();
  EXPECT_EQ(counters.requests, 3U);
  EXPECT_EQ(counters.accepted, 1U);
  EXPECT_EQ(counters.open, 1U);
}

TEST_F(ServerBasics, PipelinedRequestsWaitForSlowAnswers) {
  std::vector<std::thread> workers;
  std::mutex mutex;
  start([&](HttpRequest request, Respond respond) {
    const std::lock_guard lock{mutex};
    workers.emplace_back([request, respond] {
      std::this_thread::sleep_for(request.target == "/1" ? 40ms : 0ms);
      respond(answer_text(request.target));
    });
  });
  auto socket = connect();
  socket.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(body_of(socket.read_response()), "/1");
  EXPECT_EQ(body_of(socket.read_response()), "/2");
  for (auto& worker : workers) worker.join();
}

TEST_F(ServerBasics, FillsTheRequest) {
  std::promise<HttpRequest> seen;
  start([&seen](HttpRequest request, Respond respond) {
    seen.set_value(std::move(request));
    respond(answer_text(""));
  });
  EXPECT_TRUE(server_->loopback());
  auto socket = connect();
  socket.send(
      "PUT /clock?x=%20 HTTP/1.1\r\nhost: a:1\r\nX-One: 1\r\nx-two:  2 \r\nContent-Length: "
      "2\r\n\r\nhi");
  socket.read_response();
  const auto request = seen.get_future().get();
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.target, "/clock?x=%20");
  EXPECT_EQ(request.body, "hi");
  EXPECT_EQ(request.peer, "127.0.0.1");
  EXPECT_TRUE(request.loopback_listener);
  EXPECT_FALSE(request.secure);
  const std::vector<Header> expected = {
      {"host", "a:1"}, {"X-One", "1"}, {"x-two", "2"}, {"Content-Length", "2"}};
  EXPECT_EQ(request.headers, expected);
}

TEST_F(ServerBasics, WritesOurHeadersOnceAndTheHandlersToo) {
  start([](HttpRequest, Respond respond) {
    Answer answer = answer_text("hello");
    answer.response.headers.emplace_back("X-Case", "240324-0001");
    answer.response.headers.emplace_back("content-length", "9999");
    answer.response.headers.emplace_back("Connection", "close");
    answer.response.headers.emplace_back("Transfer-Encoding", "chunked");
    respond(std::move(answer));
  });
  auto socket = connect();
  socket.send(kGet);
  const auto reply = socket.read_response();
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 200 OK\r\nDate: "));
  EXPECT_NE(reply.find(" GMT\r\n"), std::string::npos);
  EXPECT_NE(reply.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_NE(reply.find("X-Case: 240324-0001\r\n"), std::string::npos);
  EXPECT_EQ(reply.find("9999"), std::string::npos);
  EXPECT_EQ(reply.find("Connection"), std::string::npos);
  EXPECT_EQ(reply.find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(body_of(reply), "hello");
}

TEST_F(ServerBasics, HeadHasTheLengthButNoBody) {
  start_echo();
  auto socket = connect();
  socket.send("HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
  const auto head = socket.read_response(true);
  EXPECT_NE(head.find("Content-Length: 8\r\n"), std::string::npos);  // "HEAD /x "
  EXPECT_EQ(body_of(socket.read_response()), "GET /x ");
}

TEST_F(ServerBasics, NoContentHasNeitherLengthNorBody) {
  start([](HttpRequest, Respond respond) {
    Answer answer = answer_text("ignored");
    answer.response.status = 204;
    respond(std::move(answer));
  });
  const auto reply = exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_of(reply), 204);
  EXPECT_EQ(reply.find("Content-Length"), std::string::npos);
  EXPECT_EQ(body_of(reply), "");
}

TEST_F(ServerBasics, ClosesWhenAsked) {
  start_echo();
  EXPECT_EQ(status_of(exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")), 200);
  EXPECT_EQ(status_of(exchange("GET / HTTP/1.0\r\n\r\n")), 200);
  auto old = connect();
  old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(old.read_response().find("Connection: keep-alive\r\n"), std::string::npos);
  old.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(status_of(old.read_response()), 200);
}

TEST_F(ServerBasics, AnswersAPeerThatHasClosedItsHalf) {
  start_echo();
  auto socket = connect();
  socket.send(kGet);
  socket.half_close();
  EXPECT_EQ(status_of(socket.read_response()), 200);
}

TEST_F(ServerBasics, SendsContinueBeforeReadingTheBody) {
  start_echo();
  auto socket = connect();
  socket.send("POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(socket.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  socket.send("hi");
  EXPECT_EQ(body_of(socket.read_response()), "POST /x hi");
}

TEST_F(ServerBasics, DoesNotInviteABodyThatIsTooLarge) {
  start_echo();
  const auto reply = exchange(
      "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: "
      "999999999\r\n\r\n");
  EXPECT_EQ(status_of(reply), 413);
}

TEST_F(ServerBasics, AddressesAreCheckedAndNamed) {
  for (const char* address : {"", "127.0.0.1", "localhost:80", "127.0.0.1:", "127.0.0.1:99999",
                              "127.0.0.1:8x", ":8080", "::1"}) {
    options_.address = address;
    try {
      Server::start(options_, [](HttpRequest, Respond) {});
      ADD_FAILURE() << address;
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string{error.what()}.find("'" + std::string{address} + "'"),
                std::string::npos);
    }
  }
}

TEST_F(ServerBasics, SecondServerOnThePortIsRefusedWithAnyNumberOfThreads) {
  for (const unsigned threads : {1U, 2U}) {
    options_.address.clear();
    options_.threads = threads;
    start_echo();
    options_.address = "127.0.0.1:" + std::to_string(server_->port());
    try {
      Server::start(options_, [](HttpRequest, Respond) {});
      ADD_FAILURE() << threads;
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(std::string{error.what()},
                "cannot listen on " + options_.address + ": Address already in use");
    }
    server_.reset();
  }
}

TEST_F(ServerBasics, ListensOnIpv6) {
  options_.address = "[::1]:0";
  try {
    start_echo();
  } catch (const std::runtime_error& error) {
    GTEST_SKIP() << "no IPv6 here: " << error.what();
  }
  EXPECT_TRUE(server_->loopback());
  EXPECT_NE(server_->port(), 0);
}

using ServerHandler = ServerTest;

TEST_F(ServerHandler, ThrowIsA500WithoutDetails) {
  start([](HttpRequest, Respond) { throw std::runtime_error{"password=secret"}; });
  auto socket = connect();
  socket.send(kGet);
  const auto reply = socket.read_response();
  EXPECT_EQ(status_of(reply), 500);
  EXPECT_EQ(reply.find("secret"), std::string::npos);
  EXPECT_TRUE(logged("http.handler"));
  socket.send(kGet);
  EXPECT_EQ(status_of(socket.read_response()), 500);  // the connection lives on
}

TEST_F(ServerHandler, ThrowAfterAnAnswerKeepsTheAnswer) {
  start([](HttpRequest, Respond respond) {
    respond(answer_text("kept"));
    throw 1;
  });
  auto socket = connect();
  socket.send(kGet);
  EXPECT_EQ(body_of(socket.read_response()), "kept");
}

TEST_F(ServerHandler, DroppedRespondIsA500AtOnce) {
  start([](HttpRequest request, Respond respond) {
    if (request.target == "/later")
      std::thread{[respond = std::move(respond)] { std::this_thread::sleep_for(10ms); }}.detach();
  });
  const auto begin = std::chrono::steady_clock::now();
  auto socket = connect();
  socket.send(kGet);
  EXPECT_EQ(status_of(socket.read_response()), 500);
  socket.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(status_of(socket.read_response()), 500);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST_F(ServerHandler, SecondAnswerDoesNothing) {
  std::atomic<int> told = 0;
  start([&told](HttpRequest, Respond respond) {
    respond(answer_text("first"));
    respond(answer_text("second", [&told](bool) { ++told; }));
  });
  auto socket = connect();
  socket.send(kGet);
  EXPECT_EQ(body_of(socket.read_response()), "first");
  socket.send(kGet);
  EXPECT_EQ(body_of(socket.read_response()), "first");
  EXPECT_EQ(told, 0);
}

TEST_F(ServerHandler, TooSlowIs503AndALateAnswerIsToldSo) {
  options_.limits.handler = 80ms;
  std::promise<Respond> held;
  start([&held](HttpRequest request, Respond respond) {
    if (request.target == "/slow") {
      held.set_value(std::move(respond));
    } else {
      respond(answer_text("quick"));
    }
  });
  auto socket = connect();
  socket.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto reply = socket.read_response();
  EXPECT_EQ(status_of(reply), 503);
  EXPECT_NE(reply.find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_EQ(server_->counters().handler_timeouts, 1U);

  WrittenFlag written;
  held.get_future().get()(answer_text("late", written.callback()));
  ASSERT_TRUE(written.told());
  EXPECT_FALSE(written.future.get());
  socket.send(kGet);
  EXPECT_EQ(body_of(socket.read_response()), "quick");  // not "late"
}

TEST_F(ServerHandler, ImpossibleHeaderIsA500AndNotWritten) {
  WrittenFlag written;
  start([&written](HttpRequest, Respond respond) {
    Answer answer = answer_text("x", written.callback());
    answer.response.headers.emplace_back("X", "a\r\nSet-Cookie: b");
    respond(std::move(answer));
  });
  auto socket = connect();
  socket.send(kGet);
  const auto reply = socket.read_response();
  EXPECT_EQ(status_of(reply), 500);
  EXPECT_EQ(reply.find("Set-Cookie"), std::string::npos);
  ASSERT_TRUE(written.told());
  EXPECT_FALSE(written.future.get());
}

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
