// Known answers: a few of our own, made with the openssl command line, and the shared vectors.
#include <gtest/gtest.h>

#include "tests/handlers/dingtalk_fixture.h"
#include "tests/handlers/im_vectors.h"

namespace huiyin::dingtalk::test {
namespace {

using huiyin::test::each_vector;
using huiyin::test::im_vectors;
namespace json = boost::json;

TEST(DingtalkKnownAnswers, Signatures) {
  // printf '1774314600123\nsecret2026' | openssl dgst -sha256 -hmac secret2026 -binary | base64
  EXPECT_EQ(robot_sign("1774314600123", "secret2026"),
            "a8giBKDKDlpxN9Jo7b8zO94w9TmriZgUxE6FpJxRtj8=");
  // printf 1774314600123 | openssl dgst -sha256 -hmac secret2026 -binary | base64
  EXPECT_EQ(card_sign("1774314600123", "secret2026"),
            "++sLhFsRdmW5sl6vtVrVLmV2GEPWQTSn03M75ASsIEk=");
}

class DingtalkSharedVectors : public testing::Test {
 protected:
  void SetUp() override {
    if (!im_vectors()) GTEST_SKIP() << "im_crypto_vectors.json is not here: 0 cases ran";
  }
};

Instant now_of(const json::object& vector) {
  return Instant{std::chrono::milliseconds{json_integer(vector, "now_ms").value()}};
}

TEST_F(DingtalkSharedVectors, RobotCallbacks) {
  EXPECT_GT(
      each_vector("dingtalk_robot_sign",
                  [](const json::object& vector) {
                    SCOPED_TRACE(json_string(vector, "id"));
                    auto made = config();
                    made.keys["app_secret"] = json_string(vector, "app_secret");
                    auto request = post(text_body());
                    request.headers.emplace_back("timestamp", json_string(vector, "timestamp"));
                    request.headers.emplace_back("sign", json_string(vector, "sign"));
                    const auto outcome =
                        outcome_of(make_channel(made)->decode(request, now_of(vector)));
                    if (json_string(vector, "expect") == "accept") {
                      EXPECT_EQ(outcome, "messages");
                    } else {
                      EXPECT_TRUE(outcome == "401 auth.reject" || outcome == "401 auth.replay")
                          << outcome;
                    }
                  }),
      0);
}

TEST_F(DingtalkSharedVectors, CustomRobots) {
  EXPECT_GT(each_vector("dingtalk_custom_robot_url",
                        [](const json::object& vector) {
                          EXPECT_EQ(robot_sign(json_string(vector, "timestamp"),
                                               json_string(vector, "secret")),
                                    json_string(vector, "expect_sign_base64"));
                          EXPECT_EQ(custom_robot_query(json_string(vector, "timestamp"),
                                                       json_string(vector, "secret")),
                                    json_string(vector, "expect_query"));
                        }),
            0);
}

TEST_F(DingtalkSharedVectors, EventCallbacks) {
  EXPECT_GT(
      each_vector("dingtalk_callback_in",
                  [](const json::object& vector) {
                    SCOPED_TRACE(json_string(vector, "id") + ": " + json_string(vector, "why"));
                    const bool accept = json_string(vector, "expect") == "accept";
                    const tencent::Envelope envelope{json_string(vector, "token"),
                                                     json_string(vector, "aes_key"),
                                                     json_string(vector, "owner_key")};
                    const auto opened = envelope.open(
                        json_string(vector, "timestamp"), json_string(vector, "nonce"),
                        json_string(vector, "encrypt"), json_string(vector, "msg_signature"));
                    EXPECT_EQ(opened.fault == tencent::Fault::none, accept);
                    if (accept) {
                      EXPECT_EQ(opened.message, json_string(vector, "plaintext"));
                    }
                    // The same through the channel, under both names of the signature.
                    auto made = config();
                    made.keys["token"] = json_string(vector, "token");
                    made.keys["aes_key"] = json_string(vector, "aes_key");
                    made.keys["owner_key"] = json_string(vector, "owner_key");
                    for (const char* name : {"signature", "msg_signature"}) {
                      json::object outer;
                      outer["encrypt"] = json_string(vector, "encrypt");
                      auto request = post(json::serialize(outer));
                      request.target += std::string{"?"} + name + "=" +
                                        json_string(vector, "msg_signature") +
                                        "&timestamp=" + json_string(vector, "timestamp") +
                                        "&nonce=" + json_string(vector, "nonce");
                      const auto outcome = outcome_of(make_channel(made)->decode(request, kNow));
                      if (accept) {
                        EXPECT_EQ(outcome, json_string(vector, "plaintext").empty() ? "senseless"
                                                                                    : "nothing");
                      } else {
                        EXPECT_EQ(outcome, "401 auth.reject");
                      }
                    }
                  }),
      0);
}

TEST_F(DingtalkSharedVectors, EventAnswers) {
  EXPECT_GT(each_vector("dingtalk_callback_reply",
                        [](const json::object& vector) {
                          const tencent::Envelope envelope{json_string(vector, "token"),
                                                           json_string(vector, "aes_key"),
                                                           json_string(vector, "owner_key")};
                          const auto text = json_string(vector, "random16");
                          std::array<unsigned char, 16> random;
                          std::copy(text.begin(), text.end(), random.begin());
                          const auto sealed = envelope.seal(json_string(vector, "plaintext"),
                                                            json_string(vector, "timestamp"),
                                                            json_string(vector, "nonce"), random);
                          EXPECT_EQ(sealed.encrypt, json_string(vector, "expect_encrypt"));
                          EXPECT_EQ(sealed.signature, json_string(vector, "expect_msg_signature"));
                        }),
            0);
}

TEST_F(DingtalkSharedVectors, CardCallbacks) {
  EXPECT_GT(each_vector("dingtalk_card_sign",
                        [](const json::object& vector) {
                          SCOPED_TRACE(json_string(vector, "id"));
                          auto made = with_cards();
                          made.keys["card_secret"] = json_string(vector, "api_secret");
                          auto request = post(card_body());
                          request.headers.emplace_back("x-ddpaas-signature-timestamp",
                                                       json_string(vector, "timestamp"));
                          request.headers.emplace_back("x-ddpaas-signature",
                                                       json_string(vector, "signature"));
                          EXPECT_EQ(outcome_of(make_channel(made)->decode(request, now_of(vector))),
                                    json_string(vector, "expect") == "accept" ? "messages"
                                                                              : "401 auth.reject");
                        }),
            0);
}

}  // namespace
}  // namespace huiyin::dingtalk::test
