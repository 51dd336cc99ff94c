#include "server/ops/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <thread>
#include <vector>

namespace huiyin {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

// Value of one series as printed; empty when it is not there.
std::string value_of(const std::string& exposed, const std::string& series) {
  std::istringstream lines{exposed};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(series + " ")) return line.substr(series.size() + 1);
  return {};
}

TEST(Metrics, CountsWhatHappens) {
  Metrics metrics;
  metrics.received("wechat", "text");
  metrics.received("wechat", "text");
  metrics.received("console", "image");
  metrics.refused("wechat", "auth.reject");
  metrics.duplicate("wechat");
  metrics.quarantined("wechat");
  metrics.sent("wechat", "delivered");
  metrics.sent("wechat", "retry");
  const std::string text = metrics.expose();
  EXPECT_EQ(value_of(text, R"(huiyin_received_total{channel="wechat",kind="text"})"), "2");
  EXPECT_EQ(value_of(text, R"(huiyin_received_total{channel="console",kind="image"})"), "1");
  EXPECT_EQ(value_of(text, R"(huiyin_refused_total{channel="wechat",reason="auth.reject"})"), "1");
  EXPECT_EQ(value_of(text, R"(huiyin_duplicates_total{channel="wechat"})"), "1");
  EXPECT_EQ(value_of(text, R"(huiyin_quarantined_total{channel="wechat"})"), "1");
  EXPECT_EQ(value_of(text, R"(huiyin_notices_total{channel="wechat",outcome="delivered"})"), "1");
  EXPECT_EQ(value_of(text, R"(huiyin_notices_total{channel="wechat",outcome="retry"})"), "1");
  EXPECT_EQ(metrics.received_total(), 3U);
}

TEST(Metrics, ObservesBatches) {
  Metrics metrics;
  metrics.committed(64, 1, 3ms);
  metrics.committed(1, 3, 20ms);
  const std::string text = metrics.expose();
  EXPECT_EQ(value_of(text, "huiyin_committed_total"), "65");
  EXPECT_EQ(value_of(text, "huiyin_batches_total"), "2");
  EXPECT_EQ(value_of(text, "huiyin_batch_retries_total"), "2");
  EXPECT_EQ(value_of(text, "huiyin_commit_seconds_count"), "2");
  EXPECT_EQ(value_of(text, R"(huiyin_commit_seconds_bucket{le="0.002"})"), "0");
  EXPECT_EQ(value_of(text, R"(huiyin_commit_seconds_bucket{le="0.004"})"), "1");
  EXPECT_EQ(value_of(text, R"(huiyin_commit_seconds_bucket{le="+Inf"})"), "2");
  EXPECT_EQ(value_of(text, R"(huiyin_batch_inputs_bucket{le="1"})"), "1");
  EXPECT_EQ(value_of(text, R"(huiyin_batch_inputs_bucket{le="64"})"), "2");
}

TEST(Metrics, ShowsWhatWasLookedUp) {
  Metrics metrics;
  metrics.set_stored({.due = 1, .held = 2, .dead = 3, .quarantined = 4, .open_cases = 5});
  metrics.set_waiting(6);
  std::string text = metrics.expose();
  EXPECT_EQ(value_of(text, "huiyin_notices_due"), "1");
  EXPECT_EQ(value_of(text, "huiyin_notices_held"), "2");
  EXPECT_EQ(value_of(text, "huiyin_notices_dead"), "3");
  EXPECT_EQ(value_of(text, "huiyin_quarantine_rows"), "4");
  EXPECT_EQ(value_of(text, "huiyin_open_cases"), "5");
  EXPECT_EQ(value_of(text, "huiyin_inbox_waiting"), "6");
  metrics.set_waiting(0);
  EXPECT_EQ(value_of(metrics.expose(), "huiyin_inbox_waiting"), "0");
}

TEST(Metrics, CountsDelivery) {
  Metrics metrics;
  metrics.retrying("wechat");
  metrics.echo_owed("wechat");
  metrics.echo_owed("wechat");
  metrics.echo_delivered("wechat", true);
  metrics.echo_delivered("wechat", false);
  metrics.media("wechat", "done");
  metrics.breaker("wechat", true);
  const std::string text = metrics.expose();
  EXPECT_EQ(value_of(text, R"(huiyin_notice_retries_total{channel="wechat"})"), "1");
  EXPECT_EQ(value_of(text, R"(huiyin_echoes_owed_total{channel="wechat"})"), "2");
  EXPECT_EQ(value_of(text, R"(huiyin_echoes_delivered_total{channel="wechat",in_time="yes"})"),
            "1");
  EXPECT_EQ(value_of(text, R"(huiyin_echoes_delivered_total{channel="wechat",in_time="no"})"), "1");
  EXPECT_EQ(value_of(text, R"(huiyin_media_total{channel="wechat",outcome="done"})"), "1");
  EXPECT_EQ(value_of(text, R"(huiyin_breaker_open{channel="wechat"})"), "1");
  metrics.breaker("wechat", false);
  EXPECT_EQ(value_of(metrics.expose(), R"(huiyin_breaker_open{channel="wechat"})"), "0");
}

TEST(Metrics, PendingThatHaveLeftShowZero) {
  Metrics metrics;
  metrics.set_pending({{"wechat", {3, 90s}}, {"wecom", {1, -1s}}});
  std::string text = metrics.expose();
  EXPECT_EQ(value_of(text, R"(huiyin_notices_pending{channel="wechat"})"), "3");
  EXPECT_EQ(value_of(text, R"(huiyin_notices_pending_age_seconds{channel="wechat"})"), "90");
  EXPECT_EQ(value_of(text, R"(huiyin_notices_pending_age_seconds{channel="wecom"})"), "0");
  metrics.set_pending({{"wecom", {2, 1s}}});
  text = metrics.expose();
  EXPECT_EQ(value_of(text, R"(huiyin_notices_pending{channel="wechat"})"), "0");
  EXPECT_EQ(value_of(text, R"(huiyin_notices_pending_age_seconds{channel="wechat"})"), "0");
  EXPECT_EQ(value_of(text, R"(huiyin_notices_pending{channel="wecom"})"), "2");
}

TEST(Metrics, TotalsOfOthersOnlyGrow) {
  Metrics metrics;
  Metrics::Connections now;
  now.open = 7;
  now.accepted = 100;
  now.requests = 1000;
  now.refused_framing = 1;
  now.refused_limit = 2;
  now.timeouts = 3;
  now.accept_errors = 4;
  now.handler_timeouts = 5;
  metrics.set_connections(now);
  metrics.set_log(8, 9);
  now.open = 1;
  now.requests = 1500;
  metrics.set_connections(now);
  metrics.set_log(8, 9);
  const std::string text = metrics.expose();
  EXPECT_EQ(value_of(text, "huiyin_connections"), "1");
  EXPECT_EQ(value_of(text, "huiyin_connections_total"), "100");
  EXPECT_EQ(value_of(text, "huiyin_requests_total"), "1500");
  EXPECT_EQ(value_of(text, "huiyin_requests_refused_framing_total"), "1");
  EXPECT_EQ(value_of(text, "huiyin_requests_refused_limit_total"), "2");
  EXPECT_EQ(value_of(text, "huiyin_timeouts_total"), "3");
  EXPECT_EQ(value_of(text, "huiyin_accept_errors_total"), "4");
  EXPECT_EQ(value_of(text, "huiyin_handler_timeouts_total"), "5");
  EXPECT_EQ(value_of(text, "huiyin_log_overruns_total"), "8");
  EXPECT_EQ(value_of(text, "huiyin_log_write_failures_total"), "9");
}

TEST(Metrics, IsPrometheusText) {
  Metrics metrics;
  metrics.received("a\"b\nc\\d", "text");
  const std::string text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("# HELP huiyin_commit_seconds A batch from load to commit.\n"
                              "# TYPE huiyin_commit_seconds histogram\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE huiyin_received_total counter\n"));
  EXPECT_THAT(text, HasSubstr(R"(channel="a\"b\nc\\d")"));
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    EXPECT_TRUE(line.starts_with("# ") || line.starts_with("huiyin_")) << line;
}

TEST(Metrics, StrangeLabelsDoNotFillTheMemory) {
  Metrics metrics;
  for (int i = 0; i < 10'000; ++i) metrics.refused("channel-" + std::to_string(i), "why");
  const std::string text = metrics.expose();
  EXPECT_THAT(text, HasSubstr("channel-255"));
  EXPECT_THAT(text, Not(HasSubstr("channel-256")));
  EXPECT_EQ(value_of(text, R"(huiyin_refused_total{channel="other",reason="other"})"), "9744");
}

TEST(Metrics, ThreadsMayCountAtOnce) {
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&metrics] {
        for (int i = 0; i < 1000; ++i) {
          metrics.received("wechat", "text");
          metrics.committed(1, 1, 1ms);
          if (i % 100 == 0) metrics.expose();
        }
      });
  }
  const std::string text = metrics.expose();
  EXPECT_EQ(value_of(text, R"(huiyin_received_total{channel="wechat",kind="text"})"), "4000");
  EXPECT_EQ(value_of(text, "huiyin_committed_total"), "4000");
}

}  // namespace
}  // namespace huiyin
