#include "server/app/routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <thread>

#include "server/app/errands.h"

namespace huiyin {
namespace {

net::Handler says(const std::string& text) {
  return at_once([text](const net::HttpRequest&) { return net::HttpResponse::text(200, text); });
}

struct RouteCase {
  const char* label;
  const char* method;
  const char* target;
  int status;
  const char* body;
  const char* allow;
};
class RoutesTest : public testing::TestWithParam<RouteCase> {};

TEST_P(RoutesTest, answers) {
  const RouteCase& want = GetParam();
  const Routes routes{{{"/hooks/", "*", says("hook")},
                       {"/healthz", "GET", says("ok")},
                       {"/clock", "PUT", says("t")}}};
  net::HttpRequest request;
  request.method = want.method;
  request.target = want.target;
  net::HttpResponse response;
  int answers = 0;
  routes(request, [&](net::Answer answer) {
    response = std::move(answer.response);
    ++answers;
  });
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(response.status, want.status);
  EXPECT_THAT(response.body, testing::HasSubstr(want.body));
  EXPECT_EQ(net::find_header(response.headers, "Allow"), want.allow);
}

const RouteCase kRoutes[] = {
    {"exact", "GET", "/healthz", 200, "ok", ""},
    {"with_query", "GET", "/healthz?x=1", 200, "ok", ""},
    {"head_where_get_is", "HEAD", "/healthz", 200, "", ""},
    {"other_method", "POST", "/healthz", 405, "", "GET"},
    {"no_head_where_put_is", "HEAD", "/clock", 405, "", "PUT"},
    {"prefix", "DELETE", "/hooks/wechat", 200, "hook", ""},
    {"prefix_itself", "POST", "/hooks/", 200, "hook", ""},
    {"not_the_prefix", "POST", "/hooks", 404, "", ""},
    {"longer", "GET", "/healthz/x", 404, "", ""},
    {"case_matters", "GET", "/Healthz", 404, "", ""},
    {"unknown", "GET", "/", 404, "", ""},
};
INSTANTIATE_TEST_SUITE_P(Routes, RoutesTest, testing::ValuesIn(kRoutes),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Errands, run_in_order_on_another_thread_and_are_finished) {
  std::vector<int> order;
  std::thread::id where;
  {
    Errands errands;
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(errands.post([&, i] {
        order.push_back(i);
        where = std::this_thread::get_id();
      }));
    }
  }
  ASSERT_EQ(order.size(), 20u);
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_NE(where, std::this_thread::get_id());
}

TEST(Errands, refuse_when_too_much_waits_and_after_the_end) {
  Errands errands;
  std::promise<void> go;
  const std::shared_future<void> gone = go.get_future().share();
  std::promise<void> begun;
  EXPECT_TRUE(errands.post([&] {
    begun.set_value();
    gone.wait();
  }));
  begun.get_future().wait();
  for (std::size_t i = 0; i < Errands::kWaiting; ++i) EXPECT_TRUE(errands.post([] {}));
  EXPECT_FALSE(errands.post([] { FAIL() << "was refused"; }));
  go.set_value();
  errands.stop();
  EXPECT_FALSE(errands.post([] { FAIL() << "after the end"; }));
}

}  // namespace
}  // namespace huiyin
