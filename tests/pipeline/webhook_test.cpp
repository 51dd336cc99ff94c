#include "server/pipeline/webhook.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/fakes/test_database.h"
#include "tests/pipeline/faulty_store.h"
#include "tests/pipeline/rig.h"

namespace huiyin {
namespace {

constexpr const char* kLamp = "东浦村村口的路灯坏了，晚上老人走路看不见";

class WebhookTest : public testing::Test {
 protected:
  WebhookTest() : database_{fakes::Engine{"sqlite", 1}} {
    const auto store = store::open(database_.url());
    store->migrate();
    import_rig_directory(*store);
    Rig::Options options;
    options.open = [this] { return make_faulty(store::open(database_.url()), faults_); };
    rig_ = std::make_unique<Rig>(database_.url(), std::move(options));
    parts_ = std::make_unique<WebhookParts>(
        WebhookParts{rig_->channels, *rig_->current, *rig_->inbox, *rig_->outbox, rig_->clock,
                     rig_->monitor, [](auto, auto, auto, auto done) { done(std::nullopt); }});
  }

  net::Answer call(const std::string& method, const std::string& target,
                   const std::string& body = {}) {
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    auto promise = std::make_shared<std::promise<net::Answer>>();
    auto answer = promise->get_future();
    handle_webhook(*parts_, request,
                   [promise](net::Answer a) { promise->set_value(std::move(a)); });
    return answer.get();
  }
  store::Counts counts() { return store::open(database_.url())->counts(); }

  fakes::TestDatabase database_;
  Faults faults_;
  std::unique_ptr<Rig> rig_;
  std::unique_ptr<WebhookParts> parts_;
};

struct Row {
  const char* label;
  const char* method;
  const char* target;
  const char* body;
  int status;
};

TEST_F(WebhookTest, AnswersByTheTable) {
  const Row rows[] = {
      {"message", "POST", "/hooks/test?user=a&id=1", kLamp, 200},
      {"its resend", "POST", "/hooks/test?user=a&id=1", kLamp, 200},
      {"no such channel", "POST", "/hooks/other", kLamp, 404},
      {"no channel", "POST", "/hooks/", kLamp, 404},
      {"other path", "POST", "/test", kLamp, 404},
      {"other method", "DELETE", "/hooks/test", "", 405},
      {"forged", "POST", "/hooks/test", "forged", 401},
      {"senseless", "POST", "/hooks/test", "senseless", 200},
      {"senseless again", "POST", "/hooks/test", "senseless", 200},
  };
  for (const auto& row : rows)
    EXPECT_EQ(call(row.method, row.target, row.body).response.status, row.status) << row.label;
  EXPECT_EQ(counts().open_cases, 1);
  EXPECT_EQ(counts().quarantined, 1) << "one row for the same senseless body";
}

// Whoever saw one address of an unsigned channel can send one body with it, sense or none.
TEST_F(WebhookTest, SenselessBodiesClaimTheirNonceToo) {
  const Row rows[] = {
      {"first", "POST", "/hooks/test?nonce=n1", "senseless 1", 200},
      {"its resend", "POST", "/hooks/test?nonce=n1", "senseless 1", 200},
      {"another body", "POST", "/hooks/test?nonce=n1", "senseless 2", 401},
      {"another nonce", "POST", "/hooks/test?nonce=n2", "senseless 2", 200},
  };
  for (const auto& row : rows)
    EXPECT_EQ(call(row.method, row.target, row.body).response.status, row.status) << row.label;
  EXPECT_EQ(counts().quarantined, 2);
}

TEST_F(WebhookTest, ReplyRidesAndItsFateIsReported) {
  auto answer = call("POST", "/hooks/test?user=farmer&id=1", kLamp);
  EXPECT_NE(answer.response.body.find("260326-"), std::string::npos) << answer.response.body;
  ASSERT_TRUE(answer.on_written);
  answer.on_written(true);
  ASSERT_TRUE(rig_->settle());
  EXPECT_EQ(counts().notices_due, 0);
  EXPECT_TRUE(rig_->sent_to("farmer").empty());
}

TEST_F(WebhookTest, NothingIsAcknowledgedThatIsNotStored) {
  faults_.away = 2;
  for (int i = 0; i < 2; ++i) {
    const auto answer = call("POST", "/hooks/test?user=farmer&id=1", kLamp);
    EXPECT_EQ(answer.response.status, 503);
    EXPECT_EQ(net::find_header(answer.response.headers, "Retry-After"), "2");
  }
  EXPECT_EQ(counts().open_cases, 0);
  EXPECT_EQ(call("POST", "/hooks/test?user=farmer&id=1", kLamp).response.status, 200);
  EXPECT_EQ(counts().open_cases, 1);
}

TEST_F(WebhookTest, ReplyThatCannotBeWrittenStopsNothing) {
  EXPECT_EQ(call("POST", "/hooks/test?user=farmer&id=1", "unanswerable").response.status, 500);
  EXPECT_EQ(counts().quarantined, 0) << "it is committed";
  EXPECT_EQ(rig_->monitor.count("http.acknowledge"), 1);
  EXPECT_EQ(call("POST", "/hooks/test?user=farmer&id=2", kLamp).response.status, 200);
}

TEST_F(WebhookTest, TextsOfRefusalsSayNothing) {
  EXPECT_EQ(call("POST", "/hooks/test", "forged").response.body, "refused\n");
  EXPECT_EQ(call("POST", "/hooks/none?secret=abc", "x").response.body.find("abc"),
            std::string::npos);
}

}  // namespace
}  // namespace huiyin
