// Known answers: a few of our own, made with the openssl command line, and the shared vectors.
#include <gtest/gtest.h>

#include "handlers/base64.h"
#include "handlers/digest.h"
#include "tests/handlers/feishu_fixture.h"
#include "tests/handlers/im_vectors.h"

namespace huiyin::feishu::test {
namespace {

using huiyin::test::each_vector;
using huiyin::test::im_vectors;

TEST(FeishuKnownAnswers, SignatureIsAPlainHashOverTheRawBody) {
  // printf '%s' '1774314601' '794461985' 'key2026' '{ "encrypt" : "AA==" }' | openssl dgst -sha256
  EXPECT_EQ(event_signature("1774314601", "794461985", "key2026", "{ \"encrypt\" : \"AA==\" }"),
            "f733ce3109275c6f0958b19d89fa76a3041e20fd5fc5bb40ec8dd867014f9742");
  EXPECT_EQ(legacy_card_signature("1774314601", "794461985", "token2026", "{\"action\":{}}"),
            "4f3567d0a9db8331effa1c61746184abf6a16890");
}

TEST(FeishuKnownAnswers, Decryption) {
  // key: printf key2026 | openssl dgst -sha256; iv 000102…0f; openssl enc -aes-256-cbc
  const Cipher cipher{"key2026"};
  constexpr std::string_view encrypted =
      "AAECAwQFBgcICQoLDA0OD/e8cYEguzGCVvT4OwaZS8sDo8Neqma8V8Ip3cZQbzOt";
  EXPECT_EQ(cipher.open(encrypted), "{\"text\":\"生姜缺水😀\"}");
  std::array<unsigned char, 16> iv;
  for (std::size_t i = 0; i < iv.size(); ++i) iv[i] = static_cast<unsigned char>(i);
  EXPECT_EQ(cipher.seal("{\"text\":\"生姜缺水😀\"}", iv), encrypted);
  EXPECT_FALSE(Cipher{"key2027"}.open(encrypted));
}

TEST(FeishuCipher, EveryLengthComesBackWhole) {
  const Cipher cipher{kKey};
  for (std::size_t size = 0; size <= 66; ++size) {
    const std::string plain(size, 'm');
    ASSERT_EQ(cipher.open(cipher.seal(plain, std::array<unsigned char, 16>{})), plain) << size;
  }
}

// ---- the project's shared vectors
// ------------------------------------------------------------------

class FeishuSharedVectors : public testing::Test {
 protected:
  void SetUp() override {
    if (!im_vectors()) GTEST_SKIP() << "im_crypto_vectors.json is not here: 0 cases ran";
  }
};

ChannelConfig with(const std::string& key, const std::string& token) {
  auto config = test::config(key.empty() ? "plain" : "encrypted");
  config.keys["verification_token"] = token;
  if (!key.empty()) config.keys["encrypt_key"] = key;
  return config;
}

std::string raw_body(const boost::json::object& vector) {
  return decode_base64(json_string(vector, "raw_body_b64")).value();
}

TEST_F(FeishuSharedVectors, Signatures) {
  const int ran = each_vector("feishu_signature", [](const boost::json::object& vector) {
    SCOPED_TRACE(json_string(vector, "id"));
    const bool right = equal_constant_time(
        event_signature(json_string(vector, "timestamp"), json_string(vector, "nonce"),
                        json_string(vector, "encrypt_key"), raw_body(vector)),
        json_string(vector, "signature"));
    EXPECT_EQ(right, json_string(vector, "expect") == "accept");
  });
  EXPECT_GT(ran, 0);
}

TEST_F(FeishuSharedVectors, Decryption) {
  const int ran = each_vector("feishu_decrypt", [](const boost::json::object& vector) {
    SCOPED_TRACE(json_string(vector, "id"));
    const auto plain =
        Cipher{json_string(vector, "encrypt_key")}.open(json_string(vector, "encrypt"));
    EXPECT_EQ(plain.has_value(), json_string(vector, "expect") == "accept");
    if (plain) {
      EXPECT_EQ(*plain, json_string(vector, "plaintext"));
    }
  });
  EXPECT_GT(ran, 0);
}

TEST_F(FeishuSharedVectors, WholeRequests) {
  const int ran = each_vector("feishu_request", [](const boost::json::object& vector) {
    SCOPED_TRACE(json_string(vector, "id") + ": " + json_string(vector, "why"));
    const auto& settings = *json_object(vector, "config");
    auto made =
        with(json_string(settings, "encrypt_key"), json_string(settings, "verification_token"));
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/hooks/fs";
    for (const auto& header : *json_object(vector, "headers"))
      request.headers.emplace_back(std::string{header.key()},
                                   std::string{header.value().as_string()});
    request.body = raw_body(vector);
    const auto expect = json_string(vector, "expect");
    // The vectors' applications have ids of their own.
    const auto in_clear = settings.at("encrypt_key").as_string().empty()
                              ? request.body
                              : Cipher{json_string(settings, "encrypt_key")}
                                    .open(json_string(*parse_json_object(request.body), "encrypt"))
                                    .value_or("");
    if (const auto body = parse_json_object(in_clear))
      if (const auto* header = json_object(*body, "header"))
        if (const auto app = json_string(*header, "app_id"); !app.empty())
          made.keys["app_id"] = app;
    const auto decoded = make_channel(made)->decode(request, kNow);
    if (expect == "challenge") {
      ASSERT_EQ(outcome_of(decoded), "handshake");
      const auto& response = std::get<Handshake>(decoded).response;
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(boost::json::parse(response.body), vector.at("response_json"));
    } else if (expect == "event") {
      EXPECT_EQ(outcome_of(decoded), "messages");
    } else {
      EXPECT_EQ(outcome_of(decoded), "401 auth.reject");
    }
  });
  EXPECT_GT(ran, 0);
}

TEST_F(FeishuSharedVectors, OldCardCallbacks) {
  const int ran = each_vector("feishu_card_legacy_sign", [](const boost::json::object& vector) {
    SCOPED_TRACE(json_string(vector, "id"));
    auto made = with("", json_string(vector, "verification_token"));
    made.keys["legacy_cards"] = "on";
    net::HttpRequest request;
    request.method = "POST";
    request.headers = {{"X-Lark-Request-Timestamp", json_string(vector, "timestamp")},
                       {"X-Lark-Request-Nonce", json_string(vector, "nonce")},
                       {"X-Lark-Signature", json_string(vector, "signature")}};
    request.body = raw_body(vector);
    // Accepted is what gets as far as its content, which is not a command of ours.
    EXPECT_EQ(outcome_of(make_channel(made)->decode(request, kNow)),
              json_string(vector, "expect") == "accept" ? "senseless" : "401 auth.reject");
  });
  EXPECT_GT(ran, 0);
}

TEST_F(FeishuSharedVectors, CustomRobots) {
  const int ran = each_vector("feishu_custom_bot_sign", [](const boost::json::object& vector) {
    EXPECT_EQ(custom_robot_sign(json_string(vector, "timestamp"), json_string(vector, "secret")),
              json_string(vector, "expect_sign"));
  });
  EXPECT_GT(ran, 0);
}

}  // namespace
}  // namespace huiyin::feishu::test
