// facts/reliability.md §5 over real sockets: each attack gets exactly one answer, then the end.
#include "tests/net/server_fixture.h"

namespace huiyin::net::testing {
namespace {

using namespace std::string_literals;

struct AttackCase {
  const char* label;
  std::string bytes;
  int status;
  const char* event;
};

// What a smuggler wants to be taken for a second request.
const std::string kSmuggled = "GET /admin HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(const std::string& headers, const std::string& body) {
  return "POST /x HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body;
}

const AttackCase kAttacks[] = {
    {"length_and_chunked",
     post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + kSmuggled), 400,
     "http.framing"},
    {"gzip_and_length", post("Transfer-Encoding: gzip\r\nContent-Length: 33\r\n", kSmuggled), 400,
     "http.framing"},
    {"gzip_alone", post("Transfer-Encoding: gzip\r\n", kSmuggled), 400, "http.framing"},
    {"identity", post("Transfer-Encoding: identity\r\n", kSmuggled), 400, "http.framing"},
    {"two_lengths", post("Content-Length: 0\r\nContent-Length: 33\r\n", kSmuggled), 400,
     "http.framing"},
    {"equal_lengths", post("Content-Length: 1\r\nContent-Length: 1\r\n", "a" + kSmuggled), 400,
     "http.framing"},
    {"negative_length", post("Content-Length: -1\r\n", kSmuggled), 400, "http.framing"},
    {"chunk_extension",
     post("Transfer-Encoding: chunked\r\n", "1;a=\"\n\"\r\na\r\n0\r\n\r\n" + kSmuggled), 400,
     "http.framing"},
    {"trailer", post("Transfer-Encoding: chunked\r\n", "1\r\na\r\n0\r\nX: y\r\n\r\n" + kSmuggled),
     400, "http.framing"},
    {"bad_chunk", post("Transfer-Encoding: chunked\r\n", "zz\r\n" + kSmuggled), 400,
     "http.framing"},
    {"chunk_bare_lf", post("Transfer-Encoding: chunked\r\n", "1\na\n0\n\n" + kSmuggled), 400,
     "http.framing"},
    {"folded", "GET /x HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n" + kSmuggled, 400, "http.syntax"},
    {"no_host", "GET /x HTTP/1.1\r\n\r\n" + kSmuggled, 400, "http.syntax"},
    {"two_hosts", "GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + kSmuggled, 400, "http.syntax"},
    {"bad_host", "GET /x HTTP/1.1\r\nHost: a b\r\n\r\n" + kSmuggled, 400, "http.syntax"},
    {"nul", "GET /x HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"s + kSmuggled, 400, "http.syntax"},
    {"control", "GET /x HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n" + kSmuggled, 400, "http.syntax"},
    {"raw_8_bit", "GET /\xe8\xb7\xaf HTTP/1.1\r\nHost: a\r\n\r\n" + kSmuggled, 400, "http.syntax"},
    {"garbage", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "http.syntax"},
    {"unknown_method", "BREW /x HTTP/1.1\r\nHost: a\r\n\r\n" + kSmuggled, 501, "http.method"},
    {"trace", "TRACE /x HTTP/1.1\r\nHost: a\r\n\r\n" + kSmuggled, 405, "http.method"},
    {"connect", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n" + kSmuggled, 405, "http.method"},
    {"http_2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http.method"},
    {"long_target", "GET /" + std::string(5000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414,
     "http.limit"},
    {"endless_target", "GET /" + std::string(30000, 'a'), 414, "http.limit"},
    {"endless_header", "GET / HTTP/1.1\r\nX: " + std::string(30000, 'a'), 431, "http.limit"},
    {"announced_too_large", post("Content-Length: 300000\r\n", ""), 413, "http.limit"},
    {"chunks_too_large",
     post("Transfer-Encoding: chunked\r\n", "40000\r\n" + std::string(0x40000, 'a') + "\r\n1\r\n"),
     413, "http.limit"},
    {"compressed", post("Content-Encoding: gzip\r\nContent-Length: 1\r\n", "a"), 415, "http.type"},
    {"expects_more", post("Expect: a-pony\r\nContent-Length: 1\r\n", "a"), 417, "http.syntax"},
};

class Attack : public ServerTest, public ::testing::WithParamInterface<AttackCase> {};

TEST_P(Attack, GetsOneAnswerAndTheEnd) {
  start_echo();
  const auto reply = exchange(GetParam().bytes);
  EXPECT_EQ(status_of(reply), GetParam().status) << reply;
  EXPECT_EQ(count_answers(reply), 1) << reply;
  EXPECT_NE(reply.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(reply.find("/admin"), std::string::npos) << "the smuggled request was served";
  EXPECT_TRUE(logged(GetParam().event));
  const auto counters = server_->counters();
  EXPECT_EQ(counters.requests, 0U);
  EXPECT_EQ(counters.refused_framing + counters.refused_limit, 1U);
  if (GetParam().status == 405) {
    EXPECT_NE(reply.find("Allow: GET"), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(Server, Attack, ::testing::ValuesIn(kAttacks),
                         [](const auto& info) { return std::string{info.param.label}; });

using ServerLimits = ServerTest;

TEST_F(ServerLimits, SlowHeaderGets408HoweverItTrickles) {
  options_.limits.header = 100ms;
  start_echo();
  const auto begin = std::chrono::steady_clock::now();
  auto socket = connect();
  std::thread trickle{[&socket] {
    for (int i = 0; i < 100 && socket.send("GET / HTTP/1.1\r\nX: y"); ++i) {
      std::this_thread::sleep_for(20ms);
      if (!socket.send("a")) return;
      if (std::chrono::milliseconds{i * 20} > 400ms) return;
    }
  }};
  const auto reply = socket.read_all();
  const auto took = std::chrono::steady_clock::now() - begin;
  trickle.join();
  // The second copy of the request line is a header without colon: refused only when complete.
  EXPECT_EQ(status_of(reply), 408) << reply;
  EXPECT_EQ(count_answers(reply), 1);
  EXPECT_GE(took, 95ms);
  EXPECT_LT(took, 1500ms);
  EXPECT_TRUE(logged("http.timeout"));
  EXPECT_EQ(server_->counters().timeouts, 1U);
}

TEST_F(ServerLimits, SlowBodyGets408) {
  options_.limits.body = 100ms;
  start_echo();
  auto socket = connect();
  socket.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  const auto reply = socket.read_response();
  EXPECT_EQ(status_of(reply), 408);
  EXPECT_EQ(server_->counters().timeouts, 1U);
  EXPECT_EQ(server_->counters().requests, 0U);
}

TEST_F(ServerLimits, SilentConnectionIsClosedWithoutAnswer) {
  options_.limits.header = 60ms;
  start_echo();
  EXPECT_EQ(connect().read_all(), "");
  EXPECT_TRUE(eventually([this] { return server_->counters().timeouts == 1; }));
}

TEST_F(ServerLimits, IdleConnectionIsClosedAfterItsTimeAndUncounted) {
  options_.limits.idle = 60ms;
  start_echo();
  auto socket = connect();
  socket.send(kGet);
  EXPECT_EQ(status_of(socket.read_response()), 200);
  EXPECT_EQ(socket.read_all(), "");
  EXPECT_EQ(server_->counters().timeouts, 0U);
  EXPECT_TRUE(eventually([this] { return server_->counters().open == 0; }));
}

TEST_F(ServerLimits, PeerThatDoesNotReadIsGivenUp) {
  options_.limits.write = 100ms;
  options_.limits.slowest_reader = 1 << 30;
  WrittenFlag written;
  start([&written](HttpRequest, Respond respond) {
    respond(answer_text(std::string(64 << 20, 'a'), written.callback()));
  });
  auto socket = connect();
  socket.send(kGet);
  ASSERT_TRUE(written.told());
  EXPECT_FALSE(written.future.get());
  EXPECT_TRUE(eventually([this] { return server_->counters().open == 0; }));
  EXPECT_EQ(server_->counters().timeouts, 1U);
}

TEST_F(ServerLimits, ALargeBodyMayTakeLonger) {
  options_.limits.write = 50ms;
  options_.limits.slowest_reader = 16 << 20;  // 64 MiB: four more seconds
  constexpr std::size_t kSize = 64 << 20;
  start([](HttpRequest, Respond respond) { respond(answer_text(std::string(kSize, 'a'))); });
  auto socket = connect();
  socket.send(kGet);
  std::this_thread::sleep_for(150ms);
  EXPECT_EQ(body_of(socket.read_response()).size(), kSize);
  EXPECT_EQ(server_->counters().timeouts, 0U);
}

TEST_F(ServerLimits, BodyOfExactlyTheLimitPasses) {
  options_.limits.body_bytes = 100'000;
  start([](HttpRequest request, Respond respond) {
    respond(answer_text(std::to_string(request.body.size())));
  });
  auto socket = connect();
  socket.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" +
              std::string(100'000, 'a'));
  EXPECT_EQ(body_of(socket.read_response()), "100000");
  socket.send("POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n186a0\r\n" +
              std::string(100'000, 'a') + "\r\n0\r\n\r\n");
  EXPECT_EQ(body_of(socket.read_response()), "100000");
}

TEST_F(ServerLimits, NewConnectionTakesThePlaceOfTheLongestIdle) {
  options_.limits.connections = 3;
  start_echo();
  auto first = connect();
  ASSERT_TRUE(eventually([this] { return server_->counters().open == 1; }));
  auto second = connect();
  auto third = connect();
  ASSERT_TRUE(eventually([this] { return server_->counters().open == 3; }));
  auto health = connect();
  health.send(kGet);
  EXPECT_EQ(status_of(health.read_response()), 200);
  EXPECT_EQ(first.read_all(), "");
  second.send(kGet);
  EXPECT_EQ(status_of(second.read_response()), 200);
  EXPECT_TRUE(eventually([this] { return server_->counters().open == 3; }));
}

TEST_F(ServerLimits, FullOfBusyConnectionsAnswers503) {
  options_.limits.connections = 1;
  std::promise<Respond> held;
  start([&held](HttpRequest, Respond respond) { held.set_value(std::move(respond)); });
  auto busy = connect();
  busy.send(kGet);
  const auto respond = held.get_future().get();
  auto late = connect();
  const auto reply = late.read_all();
  EXPECT_EQ(status_of(reply), 503);
  EXPECT_NE(reply.find("Retry-After: 1\r\n"), std::string::npos);
  EXPECT_EQ(server_->counters().refused_limit, 1U);
  EXPECT_TRUE(logged("http.limit"));
  respond(answer_text("done"));
  EXPECT_EQ(body_of(busy.read_response()), "done");
}

}  // namespace
}  // namespace huiyin::net::testing
