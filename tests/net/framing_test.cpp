#include "server/net/framing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "server/net/request_reader.h"

namespace huiyin::net {
namespace {

using namespace std::string_literals;

struct HeadCase {
  const char* label;
  std::string block;
  int status;  // 0: accepted
  const char* event;
};

std::string get(const std::string& headers) { return "GET / HTTP/1.1\r\n" + headers + "\r\n"; }
std::string post(const std::string& headers) {
  return "POST /hooks/wx HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
}
std::string line(const std::string& request_line) { return request_line + "\r\nHost: a\r\n\r\n"; }
std::string many_fields(int count) {
  std::string all = "Host: a\r\n";
  for (int i = 1; i < count; ++i) all += "X-" + std::to_string(i) + ": v\r\n";
  return all;
}

const HeadCase kHeads[] = {
    {"plain_get", get("Host: a\r\n"), 0, ""},
    {"host_with_port", get("Host: huiyin.example:8080\r\n"), 0, ""},
    {"host_v6", get("Host: [::1]:8080\r\n"), 0, ""},
    {"http_1_0_without_host", "GET / HTTP/1.0\r\n\r\n", 0, ""},
    {"query", line("POST /hooks/wx?a=%E8&b={{7*7}}%00 HTTP/1.1"), 0, ""},
    {"every_method_put", line("PUT /clock HTTP/1.1"), 0, ""},
    {"every_method_options", line("OPTIONS /x HTTP/1.1"), 0, ""},
    {"eight_bit_value", get("Host: a\r\nX: \xe8\xb7\xaf\r\n"), 0, ""},
    {"empty_value", get("Host: a\r\nX:\r\n"), 0, ""},
    {"tab_in_value", get("Host: a\r\nX: a\tb\r\n"), 0, ""},
    {"length", post("Content-Length: 5\r\n"), 0, ""},
    {"length_with_spaces", post("Content-Length: \t 5 \t\r\n"), 0, ""},
    {"chunked", post("Transfer-Encoding: chunked\r\n"), 0, ""},
    {"chunked_upper", post("Transfer-Encoding: CHUNKED\r\n"), 0, ""},
    {"identity_content", post("Content-Encoding: identity\r\n"), 0, ""},
    {"expect", post("Expect: 100-continue\r\nContent-Length: 5\r\n"), 0, ""},
    {"hundred_fields", get(many_fields(100)), 0, ""},

    {"length_and_chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400,
     "http.framing"},
    {"chunked_and_length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400,
     "http.framing"},
    {"gzip_and_length", post("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"), 400,
     "http.framing"},
    {"gzip", post("Transfer-Encoding: gzip\r\n"), 400, "http.framing"},
    {"identity", post("Transfer-Encoding: identity\r\n"), 400, "http.framing"},
    {"empty_encoding", post("Transfer-Encoding:\r\n"), 400, "http.framing"},
    {"gzip_then_chunked", post("Transfer-Encoding: gzip, chunked\r\n"), 400, "http.framing"},
    {"chunked_then_identity", post("Transfer-Encoding: chunked, identity\r\n"), 400,
     "http.framing"},
    {"chunked_twice_in_one", post("Transfer-Encoding: chunked, chunked\r\n"), 400, "http.framing"},
    {"two_encodings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400,
     "http.framing"},
    {"second_encoding_hidden", post("Transfer-Encoding: chunked\r\ntransfer-encoding: x\r\n"), 400,
     "http.framing"},
    {"quoted_chunked", post("Transfer-Encoding: \"chunked\"\r\n"), 400, "http.framing"},
    {"xchunked", post("Transfer-Encoding: xchunked\r\n"), 400, "http.framing"},
    {"chunked_vertical_tab", post("Transfer-Encoding: \x0b"s + "chunked\r\n"), 400, "http.syntax"},
    {"space_before_colon", post("Transfer-Encoding : chunked\r\n"), 400, "http.syntax"},
    {"chunked_http_1_0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
     "http.framing"},
    {"two_lengths_equal", post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400, "http.framing"},
    {"two_lengths", post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400, "http.framing"},
    {"length_list", post("Content-Length: 5, 5\r\n"), 400, "http.framing"},
    {"length_plus", post("Content-Length: +5\r\n"), 400, "http.framing"},
    {"length_minus", post("Content-Length: -5\r\n"), 400, "http.framing"},
    {"length_hex", post("Content-Length: 0x5\r\n"), 400, "http.framing"},
    {"length_empty", post("Content-Length: \r\n"), 400, "http.framing"},
    {"length_inner_space", post("Content-Length: 1 2\r\n"), 400, "http.framing"},
    {"length_overflow", post("Content-Length: 18446744073709551617\r\n"), 413, "http.limit"},
    {"length_too_large", post("Content-Length: 262145\r\n"), 413, "http.limit"},

    {"no_host", get(""), 400, "http.syntax"},
    {"two_hosts", get("Host: a\r\nHost: a\r\n"), 400, "http.syntax"},
    {"two_hosts_1_0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400, "http.syntax"},
    {"empty_host", get("Host: \r\n"), 400, "http.syntax"},
    {"host_with_path", get("Host: a/b\r\n"), 400, "http.syntax"},
    {"host_with_user", get("Host: u@a\r\n"), 400, "http.syntax"},
    {"host_with_space", get("Host: a b\r\n"), 400, "http.syntax"},
    {"host_list", get("Host: a, b\r\n"), 400, "http.syntax"},
    {"host_bad_port", get("Host: a:80x\r\n"), 400, "http.syntax"},
    {"host_open_bracket", get("Host: [::1\r\n"), 400, "http.syntax"},
    {"host_eight_bit", get("Host: \xe8\xb7\xaf\r\n"), 400, "http.syntax"},

    {"folded", get("Host: a\r\nX: a\r\n b\r\n"), 400, "http.syntax"},
    {"folded_tab", get("Host: a\r\nX: a\r\n\tb\r\n"), 400, "http.syntax"},
    {"folded_first", get(" Host: a\r\n"), 400, "http.syntax"},
    {"nul_in_value", get("Host: a\r\nX: a\0b\r\n"s), 400, "http.syntax"},
    {"nul_in_name", get("Host: a\r\nX\0: b\r\n"s), 400, "http.syntax"},
    {"nul_in_target", line("GET /a\0b HTTP/1.1"s), 400, "http.syntax"},
    {"escape_in_value", get("Host: a\r\nX: \x1b[31m\r\n"), 400, "http.syntax"},
    {"delete_in_value", get("Host: a\r\nX: \x7f\r\n"), 400, "http.syntax"},
    {"bare_lf", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "http.syntax"},
    {"bare_lf_in_value", get("Host: a\r\nX: a\nY: b\r\n"), 400, "http.syntax"},
    {"bare_cr_in_value", get("Host: a\r\nX: a\rY: b\r\n"), 400, "http.syntax"},
    {"name_missing", get("Host: a\r\n: b\r\n"), 400, "http.syntax"},
    {"colon_missing", get("Host: a\r\nX\r\n"), 400, "http.syntax"},
    {"eight_bit_name", get("Host: a\r\n\xe8: b\r\n"), 400, "http.syntax"},
    {"eight_bit_target", line("GET /\xe8\xb7\xaf HTTP/1.1"), 400, "http.syntax"},
    {"fragment", line("GET /a#b HTTP/1.1"), 400, "http.syntax"},
    {"absolute_target", line("GET http://a/ HTTP/1.1"), 400, "http.syntax"},
    {"asterisk_target", line("OPTIONS * HTTP/1.1"), 400, "http.syntax"},
    {"empty_target", line("GET  HTTP/1.1"), 400, "http.syntax"},
    {"two_spaces", line("GET  / HTTP/1.1"), 400, "http.syntax"},
    {"space_in_target", line("GET /a b HTTP/1.1"), 400, "http.syntax"},
    {"tab_separated", line("GET\t/\tHTTP/1.1"), 400, "http.syntax"},
    {"leading_empty_line", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400, "http.syntax"},
    {"empty_block", "\r\n\r\n", 400, "http.syntax"},
    {"http_0_9", "GET /\r\n\r\n", 400, "http.syntax"},
    {"version_lower", line("GET / http/1.1"), 400, "http.syntax"},
    {"version_word", line("GET / HTTP/1.x"), 400, "http.syntax"},
    {"version_long", line("GET / HTTP/1.10"), 400, "http.syntax"},
    {"version_2", line("GET / HTTP/2.0"), 505, "http.method"},
    {"version_1_2", line("GET / HTTP/1.2"), 505, "http.method"},
    {"http_2_preface", "PRI * HTTP/2.0\r\n\r\n", 505, "http.method"},
    {"trace", line("TRACE / HTTP/1.1"), 405, "http.method"},
    {"connect", line("CONNECT a:443 HTTP/1.1"), 405, "http.method"},
    {"unknown_method", line("BREW /pot HTTP/1.1"), 501, "http.method"},
    {"lower_method", line("get / HTTP/1.1"), 501, "http.method"},
    {"method_not_token", line("GE(T / HTTP/1.1"), 400, "http.syntax"},

    {"long_target", line("GET /" + std::string(4096, 'a') + " HTTP/1.1"), 414, "http.limit"},
    {"fields_101", get(many_fields(101)), 431, "http.limit"},
    {"large_block", get("Host: a\r\nX: " + std::string(8192, 'a') + "\r\n"), 431, "http.limit"},
    {"gzip_content", post("Content-Encoding: gzip\r\nContent-Length: 5\r\n"), 415, "http.type"},
    {"empty_content_encoding", post("Content-Encoding:\r\n"), 415, "http.type"},
    {"other_expectation", post("Expect: 200-ok\r\n"), 417, "http.syntax"},
};

class HeadCheck : public testing::TestWithParam<HeadCase> {};

TEST_P(HeadCheck, AcceptsOrNamesTheFault) {
  const auto head = check_head(GetParam().block, Limits{});
  EXPECT_EQ(head.refusal.status, GetParam().status) << head.refusal.reason;
  EXPECT_STREQ(head.refusal.event, GetParam().event);
}

// The reader gives the same verdict however the bytes were cut by the network.
TEST_P(HeadCheck, ReaderAgreesByteByByte) {
  const Limits limits;
  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, GetParam().block.size()}) {
    RequestReader reader{limits};
    auto state = RequestReader::State::empty;
    for (std::size_t at = 0; at < GetParam().block.size(); at += step) {
      const auto part = std::string_view{GetParam().block}.substr(at, step);
      for (std::size_t used = 0; used < part.size();) {
        const auto room = reader.space();
        const auto n = std::min(room.size(), part.size() - used);
        std::copy_n(part.data() + used, n, room.data());
        reader.commit(n);
        used += n;
      }
      state = reader.advance();
      if (state == RequestReader::State::refused) break;
    }
    if (GetParam().status == 0) {
      EXPECT_TRUE(state == RequestReader::State::complete || state == RequestReader::State::body);
    } else {
      ASSERT_EQ(state, RequestReader::State::refused) << "step " << step;
      EXPECT_EQ(reader.refusal().status, GetParam().status) << "step " << step;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Framing, HeadCheck, testing::ValuesIn(kHeads),
                         [](const auto& info) { return std::string{info.param.label}; });

struct ChunkCase {
  const char* label;
  std::string bytes;
  int status;  // 0: complete body
  std::string body;
};

const ChunkCase kChunks[] = {
    {"one", "5\r\nhello\r\n0\r\n\r\n", 0, "hello"},
    {"two", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", 0, "hello world"},
    {"empty", "0\r\n\r\n", 0, ""},
    {"upper_hex", "A\r\n0123456789\r\n0\r\n\r\n", 0, "0123456789"},
    {"lower_hex", "a\r\n0123456789\r\n0\r\n\r\n", 0, "0123456789"},
    {"leading_zeros", "00005\r\nhello\r\n000\r\n\r\n", 0, "hello"},
    {"crlf_in_data", "4\r\n\r\n\r\n\r\n0\r\n\r\n", 0, "\r\n\r\n"},
    {"extension", "5;a=b\r\nhello\r\n0\r\n\r\n", 400, ""},
    {"extension_on_last", "5\r\nhello\r\n0;a\r\n\r\n", 400, ""},
    {"trailer", "5\r\nhello\r\n0\r\nX: y\r\n\r\n", 400, ""},
    {"space_after_size", "5 \r\nhello\r\n0\r\n\r\n", 400, ""},
    {"space_before_size", " 5\r\nhello\r\n0\r\n\r\n", 400, ""},
    {"prefix_0x", "0x5\r\nhello\r\n0\r\n\r\n", 400, ""},
    {"minus", "-5\r\nhello\r\n0\r\n\r\n", 400, ""},
    {"no_size", "\r\nhello\r\n0\r\n\r\n", 400, ""},
    {"bare_lf", "5\nhello\r\n0\r\n\r\n", 400, ""},
    {"bare_lf_after_data", "5\r\nhello\n0\r\n\r\n", 400, ""},
    {"data_too_long", "5\r\nhello!\r\n0\r\n\r\n", 400, ""},
    {"size_too_long", "00000000000000005\r\nhello\r\n0\r\n\r\n", 400, ""},
    {"overflow", "FFFFFFFFFFFFFFFF\r\n", 413, ""},
    {"over_limit", "41\r\n", 413, ""},
    {"over_limit_in_sum", "3f\r\n" + std::string(63, 'a') + "\r\n2\r\n", 413, ""},
    {"at_limit", "40\r\n" + std::string(64, 'a') + "\r\n0\r\n\r\n", 0, std::string(64, 'a')},
};

class Chunks : public testing::TestWithParam<ChunkCase> {};

TEST_P(Chunks, AreReadStrictlyHoweverTheyArrive) {
  Limits limits;
  limits.body_bytes = 64;
  const std::string bytes =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + GetParam().bytes;
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, std::size_t{4}, bytes.size()}) {
    RequestReader reader{limits};
    auto state = RequestReader::State::empty;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      const auto part = std::string_view{bytes}.substr(at, step);
      std::copy_n(part.data(), part.size(), reader.space().data());
      reader.commit(part.size());
      state = reader.advance();
      if (state == RequestReader::State::refused) break;
    }
    if (GetParam().status == 0) {
      ASSERT_EQ(state, RequestReader::State::complete) << "step " << step;
      EXPECT_EQ(reader.take().body, GetParam().body);
      EXPECT_EQ(reader.advance(), RequestReader::State::empty);
    } else {
      ASSERT_EQ(state, RequestReader::State::refused) << "step " << step;
      EXPECT_EQ(reader.refusal().status, GetParam().status) << "step " << step;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Framing, Chunks, testing::ValuesIn(kChunks),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(ChunkGuard, StopsAtTheEndOfTheBody) {
  ChunkGuard guard{100};
  const std::string_view bytes = "1\r\na\r\n0\r\n\r\nGET /next";
  EXPECT_EQ(guard.feed(bytes), bytes.find("GET"));
  EXPECT_TRUE(guard.done());
  EXPECT_EQ(guard.feed("more"), 0U);
}

void feed(RequestReader& reader, std::string_view bytes) {
  ASSERT_LE(bytes.size(), reader.space().size());
  std::copy_n(bytes.data(), bytes.size(), reader.space().data());
  reader.commit(bytes.size());
}

TEST(RequestReader, GivesPipelinedRequestsInOrder) {
  const Limits limits;
  RequestReader reader{limits};
  feed(reader,
       "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\none"
       "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n0\r\n\r\n"
       "GET /3 HTTP/1.0\r\n\r\nGET");
  ASSERT_EQ(reader.advance(), RequestReader::State::complete);
  auto request = reader.take();
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/1");
  EXPECT_EQ(request.body, "one");
  EXPECT_EQ(find_header(request.headers, "host"), "a");
  EXPECT_TRUE(reader.keep_alive());
  ASSERT_EQ(reader.advance(), RequestReader::State::complete);
  EXPECT_EQ(reader.take().body, "two");
  ASSERT_EQ(reader.advance(), RequestReader::State::complete);
  EXPECT_EQ(reader.take().target, "/3");
  EXPECT_FALSE(reader.keep_alive());
  EXPECT_TRUE(reader.http_1_0());
  EXPECT_EQ(reader.advance(), RequestReader::State::head);
}

TEST(RequestReader, OwesAContinueOnceAndOnlyWithoutBody) {
  const Limits limits;
  const std::string head =
      "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
  RequestReader patient{limits};
  feed(patient, head);
  ASSERT_EQ(patient.advance(), RequestReader::State::body);
  EXPECT_TRUE(patient.owes_continue());
  EXPECT_FALSE(patient.owes_continue());

  RequestReader hasty{limits};
  feed(hasty, head + "ab");
  ASSERT_EQ(hasty.advance(), RequestReader::State::body);
  EXPECT_FALSE(hasty.owes_continue());
}

struct EarlyCase {
  const char* label;
  std::string begin;  // without the end of the header block
  int status;
};

const EarlyCase kEarly[] = {
    {"tls_hello_on_plain_port", "\x16\x03\x01\x02"s, 400},
    {"bare_lf", "GET / HTTP/1.1\n", 400},
    {"endless_method", std::string(40, 'G'), 400},
    {"endless_target", "GET /" + std::string(4200, 'a'), 414},
    {"endless_header", "GET / HTTP/1.1\r\nX: " + std::string(8200, 'a'), 431},
    {"nul", "GET /\0"s, 400},
};

TEST(RequestReader, DoesNotWaitForTheEndOfWhatIsWrong) {
  const Limits limits;
  for (const auto& row : kEarly) {
    RequestReader reader{limits};
    auto state = RequestReader::State::empty;
    for (std::size_t at = 0; at < row.begin.size() && state != RequestReader::State::refused;) {
      const auto room = reader.space();
      const auto n = std::min({room.size(), row.begin.size() - at, std::size_t{1000}});
      std::copy_n(row.begin.data() + at, n, room.data());
      reader.commit(n);
      at += n;
      state = reader.advance();
    }
    EXPECT_EQ(state, RequestReader::State::refused) << row.label;
    EXPECT_EQ(reader.refusal().status, row.status) << row.label;
  }
}

// What came of a stream of bytes: the requests, then the status of a refusal (0: none).
struct Reading {
  std::vector<std::string> requests;
  int status = 0;
  friend bool operator==(const Reading&, const Reading&) = default;
};

template <class NextSize>
Reading read_all(std::string_view bytes, const Limits& limits, NextSize next_size) {
  Reading reading;
  RequestReader reader{limits};
  while (!bytes.empty()) {
    const auto room = reader.space();
    const auto n = std::min({room.size(), bytes.size(), next_size()});
    std::copy_n(bytes.data(), n, room.data());
    bytes.remove_prefix(n);
    reader.commit(n);
    auto state = reader.advance();
    for (; state == RequestReader::State::complete; state = reader.advance()) {
      const auto request = reader.take();
      reading.requests.push_back(request.method + " " + request.target + " " + request.body);
    }
    if (state == RequestReader::State::refused) {
      reading.status = reader.refusal().status;
      return reading;
    }
  }
  return reading;
}

// Random damage to good streams: whatever the network's pieces, the reading is the same. A
// difference would be a way to smuggle.
TEST(RequestReader, ReadsDamagedStreamsTheSameHoweverTheyAreCut) {
  Limits limits;
  limits.body_bytes = 200;
  const std::string seeds[] = {
      "POST /a?b=c HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get("Host: b\r\n"),
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n0\r\n\r\n" +
          get("Host: b\r\n"),
      get("Host: a\r\nConnection: keep-alive\r\nExpect: 100-continue\r\n") +
          "GET / HTTP/1.0\r\n\r\n",
  };
  const std::string spice = "\r\n\0 \t:;,0159afAF/HTP\x80\xff"s;
  std::mt19937 random{20260324};
  const auto below = [&random](std::size_t n) { return random() % n; };
  int whole = 0;
  int refused = 0;
  for (int round = 0; round < 6'000; ++round) {
    auto bytes = seeds[below(std::size(seeds))];
    for (auto edits = below(4); edits > 0; --edits) {
      const auto at = below(bytes.size());
      const char byte = spice[below(spice.size())];
      switch (below(3)) {
        case 0:
          bytes[at] = byte;
          break;
        case 1:
          bytes.insert(at, 1, byte);
          break;
        default:
          bytes.erase(at, 1 + below(3));
      }
    }
    const auto at_once = read_all(bytes, limits, [] { return std::size_t{1} << 20; });
    const auto in_pieces = read_all(bytes, limits, [&] { return 1 + below(9); });
    const auto by_byte = read_all(bytes, limits, [] { return std::size_t{1}; });
    ASSERT_EQ(at_once.requests, in_pieces.requests) << ::testing::PrintToString(bytes);
    ASSERT_EQ(at_once.requests, by_byte.requests) << ::testing::PrintToString(bytes);
    // Which of several faults is found first may depend on the pieces, that one is found may not.
    ASSERT_EQ(at_once.status != 0, in_pieces.status != 0) << ::testing::PrintToString(bytes);
    ASSERT_EQ(at_once.status != 0, by_byte.status != 0) << ::testing::PrintToString(bytes);
    whole += at_once.status == 0;
    refused += at_once.status != 0;
  }
  EXPECT_GT(whole, 500);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace huiyin::net
