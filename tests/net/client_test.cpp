#include "server/net/client.h"

#include <atomic>

#include "server/net/url.h"
#include "tests/net/client_fixture.h"

namespace huiyin::net::testing {
namespace {

TEST_F(ClientTest, SendsWhatItIsGivenAndReadsTheAnswer) {
  std::promise<std::string> seen;
  RawServer server{[&seen](RawSocket& socket, int) {
    seen.set_value(read_request(socket));
    socket.send("HTTP/1.1 201 Created\r\nX-One: 1\r\nContent-Length: 2\r\n\r\nhi");
    socket.read_some();
  }};
  OutgoingRequest request;
  request.method = "PUT";
  request.url = server.url("/cgi-bin/send?access_token=T%20");
  request.headers = {{"Content-Type", "application/json"}, {"Content-Length", "999"}};
  request.body = "{}";
  const auto result = wait(send(request));
  EXPECT_EQ(result.fault, Fault::none) << result.detail;
  EXPECT_EQ(result.response.status, 201);
  EXPECT_EQ(result.response.body, "hi");
  EXPECT_EQ(find_header(result.response.headers, "x-one"), "1");
  EXPECT_EQ(seen.get_future().get(),
            "PUT /cgi-bin/send?access_token=T%20 HTTP/1.1\r\nHost: 127.0.0.1:" +
                std::to_string(server.port()) +
                "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  client_.reset();
}

struct ResponseCase {
  const char* label;
  std::string bytes;  // then the server closes
  Fault fault;
  std::string body;
};

const ResponseCase kResponses[] = {
    {"length", ok("hello"), Fault::none, "hello"},
    {"chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
     Fault::none, "hello"},
    {"empty_chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", Fault::none,
     ""},
    {"until_the_end", "HTTP/1.1 200 OK\r\n\r\nhello", Fault::none, "hello"},
    {"http_1_0", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", Fault::none, "hello"},
    {"interim_first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + ok("x"),
     Fault::none, "x"},
    {"no_content", "HTTP/1.1 204 No Content\r\n\r\n", Fault::none, ""},
    {"redirect_is_not_followed",
     "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
     Fault::none, ""},
    {"server_error", "HTTP/1.1 500 No\r\nContent-Length: 4\r\n\r\noops", Fault::none, "oops"},
    {"nothing", "", Fault::unknown, ""},
    {"half_a_head", "HTTP/1.1 200 OK\r\nContent-", Fault::unknown, ""},
    {"half_a_body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", Fault::unknown, ""},
    {"half_a_chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
     Fault::unknown, ""},
    {"not_http", "SSH-2.0-OpenSSH_9.2\r\n\r\n", Fault::unknown, ""},
    {"too_large", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'a'),
     Fault::unknown, ""},
    {"too_large_chunked",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'a') +
         "\r\n0\r\n\r\n",
     Fault::unknown, ""},
    {"too_large_until_the_end", "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'a'), Fault::unknown,
     ""},
    {"endless_header", "HTTP/1.1 200 OK\r\nX: " + std::string(50'000, 'a'), Fault::unknown, ""},
    {"only_interim", "HTTP/1.1 101 Switching Protocols\r\n\r\n", Fault::unknown, ""},
};

class ClientResponse : public ClientTest, public ::testing::WithParamInterface<ResponseCase> {};

TEST_P(ClientResponse, IsReadOrIsUnknown) {
  options_.response_bytes = 1000;
  std::atomic<int> requests = 0;
  RawServer server{[&requests](RawSocket& socket, int) {
    if (read_request(socket).empty()) return;
    ++requests;
    socket.send(GetParam().bytes);
  }};
  const auto result = wait(post(server.url("/?access_token=secret")));
  EXPECT_EQ(result.fault, GetParam().fault) << result.detail;
  EXPECT_EQ(result.response.body, GetParam().body);
  EXPECT_EQ(result.detail.empty(), GetParam().fault == Fault::none);
  EXPECT_EQ(result.detail.find("secret"), std::string::npos);
  EXPECT_EQ(requests, 1) << "an unknown outcome is not repeated by the client";
}

INSTANTIATE_TEST_SUITE_P(Net, ClientResponse, ::testing::ValuesIn(kResponses),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST_F(ClientTest, ChunkedResponseMayArriveByteByByte) {
  RawServer server{[](RawSocket& socket, int) {
    read_request(socket);
    for (const char c :
         std::string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
      socket.send(std::string_view{&c, 1});
      std::this_thread::sleep_for(1ms);
    }
    socket.read_some();
  }};
  EXPECT_EQ(wait(post(server.url())).fault, Fault::none);
  client_.reset();
}

TEST_F(ClientTest, HeadResponseHasNoBody) {
  RawServer server{[](RawSocket& socket, int) {
    read_request(socket);
    socket.send("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n");
    read_request(socket);
  }};
  OutgoingRequest request;
  request.method = "HEAD";
  request.url = server.url();
  const auto result = wait(send(request));
  EXPECT_EQ(result.fault, Fault::none) << result.detail;
  EXPECT_EQ(result.response.body, "");
  client_.reset();
}

TEST_F(ClientTest, NobodyListeningIsRefused) {
  const auto result =
      wait(post("http://127.0.0.1:" + std::to_string(unused_port()) + "/a?token=secret"));
  EXPECT_EQ(result.fault, Fault::refused);
  EXPECT_NE(result.detail.find("connect: Connection refused"), std::string::npos) << result.detail;
  EXPECT_EQ(result.detail.find("secret"), std::string::npos);
}

TEST_F(ClientTest, UnknownNameIsRefused) {
  const auto result = wait(post("http://no-such-host.invalid/"));
  EXPECT_EQ(result.fault, Fault::refused);
  EXPECT_NE(result.detail.find("resolve: "), std::string::npos) << result.detail;
}

TEST_F(ClientTest, NamesAreResolved) {
  RawServer server{echo};
  const auto url = "http://localhost:" + std::to_string(server.port()) + "/";
  EXPECT_EQ(wait(post(url, "a")).response.body, "a");
  EXPECT_EQ(wait(post(url, "b")).response.body, "b");
  EXPECT_EQ(server.accepted(), 1);
  client_.reset();
}

struct UrlCase {
  const char* label;
  const char* url;
  const char* authority;  // null: refused
  const char* target;
};

const UrlCase kUrls[] = {
    {"plain", "http://a.example/b?c=d", "a.example", "/b?c=d"},
    {"no_path", "https://a.example", "a.example", "/"},
    {"query_without_path", "https://a.example?x=1", "a.example", "/?x=1"},
    {"port", "http://a.example:8080/", "a.example:8080", "/"},
    {"usual_port", "https://a.example:443/", "a.example", "/"},
    {"v6", "http://[::1]:8080/", "[::1]:8080", "/"},
    {"upper_scheme", "HTTPS://a.example/", "a.example", "/"},
    {"empty", "", nullptr, ""},
    {"relative", "/cgi-bin/token", nullptr, ""},
    {"ftp", "ftp://a/", nullptr, ""},
    {"user", "http://user:secret@a/", nullptr, ""},
    {"fragment", "http://a/#secret", nullptr, ""},
    {"line_break", "http://a/?x=1\r\nX: secret", nullptr, ""},
    {"space", "http://a/b c", nullptr, ""},
    {"raw_chinese", "http://a/路灯?secret", nullptr, ""},
    {"port_zero", "http://a:0/", nullptr, ""},
    {"port_too_large", "http://a:70000/", nullptr, ""},
    {"no_host", "http:///x", nullptr, ""},
};

TEST_F(ClientTest, UrlsAreCheckedWithoutRepeatingThem) {
  for (const auto& row : kUrls) {
    try {
      const auto url = parse_url(row.url);
      ASSERT_NE(row.authority, nullptr) << row.label;
      EXPECT_EQ(url.authority, row.authority) << row.label;
      EXPECT_EQ(url.target, row.target) << row.label;
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(row.authority, nullptr) << row.label << ": " << error.what();
      const auto result = wait(post(row.url));
      EXPECT_EQ(result.fault, Fault::refused) << row.label;
      EXPECT_EQ(result.detail, error.what()) << row.label;
      EXPECT_EQ(result.detail.find("secret"), std::string::npos) << row.label;
    }
  }
}

TEST_F(ClientTest, HeaderThatBreaksOutOfItsLineIsRefused) {
  RawServer server{echo};
  OutgoingRequest request;
  request.url = server.url();
  request.headers = {{"X", "a\r\nY: secret"}};
  const auto result = wait(send(request));
  EXPECT_EQ(result.fault, Fault::refused);
  EXPECT_EQ(result.detail.find("secret"), std::string::npos);
  EXPECT_EQ(wait(post(server.url(), "next")).response.body, "next");
  client_.reset();
}

TEST_F(ClientTest, ReusesItsConnections) {
  RawServer server{echo};
  for (int i = 0; i < 20; ++i) {
    const auto body = std::to_string(i);
    EXPECT_EQ(wait(post(server.url(), body)).response.body, body);
  }
  EXPECT_EQ(server.accepted(), 1);
  client_.reset();
}

TEST_F(ClientTest, DoesNotReuseWhatTheServerCloses) {
  RawServer server{[](RawSocket& socket, int) {
    read_request(socket);
    socket.send(ok("x", "Connection: close\r\n"));
  }};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(wait(post(server.url())).fault, Fault::none);
  EXPECT_EQ(server.accepted(), 3);
}

// The usual race of keep-alive: the server closes an idle connection without a word.
TEST_F(ClientTest, NoticesThatAnIdleConnectionWasClosed) {
  std::promise<void> closed;
  RawServer server{[&closed](RawSocket& socket, int number) {
    read_request(socket);
    socket.send(ok(std::to_string(number)));
    if (number == 0) {
      socket.close();
      closed.set_value();
    } else {
      read_request(socket);
    }
  }};
  EXPECT_EQ(wait(post(server.url())).response.body, "0");
  closed.get_future().wait();
  std::this_thread::sleep_for(20ms);  // for the loopback interface
  const auto result = wait(post(server.url()));
  EXPECT_EQ(result.fault, Fault::none) << result.detail;
  EXPECT_EQ(result.response.body, "1");
  client_.reset();
}

TEST_F(ClientTest, UnaskedBytesMakeAConnectionUnusable) {
  RawServer server{[](RawSocket& socket, int number) {
    while (!read_request(socket).empty()) {
      socket.send(ok(std::to_string(number)));
      if (number == 0) socket.send(ok("poison"));
    }
  }};
  EXPECT_EQ(wait(post(server.url())).response.body, "0");
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(wait(post(server.url())).response.body, "1");
  client_.reset();
}

// The server reads the second request and closes: it may have acted on it.
TEST_F(ClientTest, LossAfterWritingOnAReusedConnectionIsUnknownAndNotRepeated) {
  std::atomic<int> requests = 0;
  RawServer server{[&requests](RawSocket& socket, int) {
    for (int i = 0; i < 2; ++i) {
      if (read_request(socket).empty()) return;
      ++requests;
      if (i == 0) socket.send(ok("x"));
    }
  }};
  EXPECT_EQ(wait(post(server.url())).fault, Fault::none);
  EXPECT_EQ(wait(post(server.url())).fault, Fault::unknown);
  EXPECT_EQ(requests, 2);
}

// The server resets while a large request is on its way: the write fails, so it did not see the
// whole of it, and a fresh connection may carry it.
TEST_F(ClientTest, FailedWriteOnAReusedConnectionIsRepeatedOnce) {
  const std::string large(32 << 20, 'a');
  std::atomic<bool> repeated_fails = false;
  std::atomic<int> cut = 0;
  RawServer server{[&](RawSocket& socket, int number) {
    if (number == 0) {
      read_request(socket);
      socket.send(ok("first"));
      socket.read_some();  // the beginning of the large one
      ++cut;
      socket.reset();
    } else if (repeated_fails) {
      socket.read_some();
      ++cut;
      socket.reset();
    } else {
      socket.send(ok(std::to_string(read_request(socket).size())));
    }
  }};
  EXPECT_EQ(wait(post(server.url(), "small")).response.body, "first");
  const auto result = wait(post(server.url(), large, 7s));
  EXPECT_EQ(result.fault, Fault::none) << result.detail;
  EXPECT_GT(std::stoul(result.response.body), large.size());
  EXPECT_EQ(cut, 1);
  client_.reset();
}

TEST_F(ClientTest, FailedWriteOnAFreshConnectionIsUnknown) {
  std::atomic<int> connections = 0;
  RawServer server{[&](RawSocket& socket, int) {
    ++connections;
    socket.read_some();
    socket.reset();
  }};
  const auto result = wait(post(server.url(), std::string(32 << 20, 'a')));
  EXPECT_EQ(result.fault, Fault::unknown) << result.detail;
  EXPECT_EQ(connections, 1);
}

}  // namespace
}  // namespace huiyin::net::testing
