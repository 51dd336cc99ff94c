#include "server/net/server.h"

#include <atomic>
#include <thread>

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

TEST_F(ServerBasics, ListensOnIpv6OrSaysWhyNot) {
  options_.address = "[::1]:0";
  try {
    start_echo();
    EXPECT_TRUE(server_->loopback());
    EXPECT_NE(server_->port(), 0);
  } catch (const std::runtime_error& error) {  // a machine without IPv6
    EXPECT_TRUE(std::string{error.what()}.starts_with("cannot listen on [::1]:0: "));
  }
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

}  // namespace
}  // namespace huiyin::net::testing
