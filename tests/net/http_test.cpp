#include "server/net/http.h"

#include <gtest/gtest.h>

namespace huiyin::net {
namespace {

struct ParameterCase {
  const char* label;
  std::string query;
  std::string name;
  std::string value;
};

const ParameterCase kParameters[] = {
    {"plain", "signature=abc&nonce=1", "nonce", "1"},
    {"first", "signature=abc&nonce=1", "signature", "abc"},
    {"absent", "signature=abc", "nonce", ""},
    {"empty_query", "", "nonce", ""},
    {"no_value", "nonce", "nonce", ""},
    {"empty_value", "nonce=&a=b", "nonce", ""},
    {"plus_is_space", "q=a+b", "q", "a b"},
    {"percent", "echostr=%2Fa%2B%3d", "echostr", "/a+="},
    {"chinese", "q=%E8%B7%AF%E7%81%AF", "q", "路灯"},
    {"nul_kept", "q=a%00b", "q", std::string{"a\0b", 3}},
    {"encoded_name", "non%63e=5", "nonce", "5"},
    {"cut_escape", "q=ab%2", "q", ""},
    {"bad_escape", "q=%zz", "q", ""},
    {"lone_percent", "q=100%", "q", ""},
    {"twice_is_absent", "nonce=1&nonce=1", "nonce", ""},
    {"twice_by_encoding", "nonce=1&n%6Fnce=2", "nonce", ""},
    {"prefix_is_other_name", "nonce2=1&xnonce=2", "nonce", ""},
    {"case_matters", "Nonce=1", "nonce", ""},
    {"equals_in_value", "a=b=c", "a", "b=c"},
    {"empty_pairs", "&&a=1&&", "a", "1"},
    {"bad_neighbour_is_ignored", "%zz=1&a=2", "a", "2"},
    {"second_badly_encoded", "a=1&a=%", "a", ""},
};

class Parameter : public testing::TestWithParam<ParameterCase> {};

TEST_P(Parameter, IsDecodedStrictly) {
  EXPECT_EQ(query_parameter(GetParam().query, GetParam().name), GetParam().value);
}

INSTANTIATE_TEST_SUITE_P(Http, Parameter, testing::ValuesIn(kParameters),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Http, FindsHeadersWithoutRegardToCase) {
  const std::vector<Header> headers = {{"Content-Type", "text/xml"}, {"X-A", "1"}, {"x-a", "2"}};
  EXPECT_EQ(find_header(headers, "content-TYPE"), "text/xml");
  EXPECT_EQ(find_header(headers, "X-a"), "1");
  EXPECT_EQ(find_header(headers, "X"), "");
  EXPECT_EQ(find_header({}, "X"), "");
}

TEST(Http, SplitsTheTarget) {
  HttpRequest request;
  request.target = "/hooks/wx?a=1?b";
  EXPECT_EQ(request.path(), "/hooks/wx");
  EXPECT_EQ(request.query(), "a=1?b");
  request.target = "/healthz";
  EXPECT_EQ(request.path(), "/healthz");
  EXPECT_EQ(request.query(), "");
  request.target = "/x?";
  EXPECT_EQ(request.path(), "/x");
  EXPECT_EQ(request.query(), "");
}

TEST(Http, TextHasATypeAndNoOtherHeader) {
  const auto response = HttpResponse::text(404, "no");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.body, "no");
  ASSERT_EQ(response.headers.size(), 1U);
  EXPECT_EQ(response.headers[0], (Header{"Content-Type", "text/plain; charset=utf-8"}));
}

}  // namespace
}  // namespace huiyin::net
