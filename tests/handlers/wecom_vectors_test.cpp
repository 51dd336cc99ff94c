// The shared vectors of this framing through the webhook's own door, and one known answer that
// needs no file.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "handlers/config_keys.h"
#include "handlers/json.h"
#include "handlers/wecom/request.h"

namespace huiyin::wecom {
namespace {

struct Vector {
  explicit Vector(const boost::json::value& value) : object{value.as_object()} {}
  std::string operator[](std::string_view name) const { return json_string(object, name); }
  tencent::Envelope envelope() const {
    return {(*this)["token"], (*this)["encoding_aes_key"], (*this)["receive_id"]};
  }
  std::string query() const {
    return "/hooks/wecom?msg_signature=" + percent_encode((*this)["msg_signature"]) +
           "&timestamp=" + percent_encode((*this)["timestamp"]) +
           "&nonce=" + percent_encode((*this)["nonce"]);
  }
  net::HttpRequest post(Outer outer) const {
    net::HttpRequest request;
    request.method = "POST";
    request.target = query();
    boost::json::object body;
    body["encrypt"] = (*this)["encrypt"];
    request.body = outer == Outer::json
                       ? boost::json::serialize(body)
                       : "<xml><Encrypt><![CDATA[" + (*this)["encrypt"] + "]]></Encrypt></xml>";
    return request;
  }
  net::HttpRequest get() const {
    net::HttpRequest request;
    request.method = "GET";
    request.target = query() + "&echostr=" + percent_encode((*this)["encrypt"]);
    return request;
  }
  const boost::json::object& object;
};

std::optional<boost::json::object> shared_vectors() {
  const char* given = std::getenv("HUIYIN_SHARED_DATA");
  const std::string folder = given ? given : HUIYIN_SOURCE_DIR "/../shared/data";
  std::ifstream file{folder + "/wechat_crypto_vectors.json", std::ios::binary};
  return parse_json_object(std::string{std::istreambuf_iterator<char>{file}, {}});
}

TEST(WecomVectors, AreJudgedAsTheySay) {
  const auto vectors = shared_vectors();
  if (!vectors) GTEST_SKIP() << "wechat_crypto_vectors.json is not here: 0 cases ran";
  int opened = 0, refused = 0;
  for (const auto& value : vectors->at("accept").as_array()) {
    const Vector vector{value};
    SCOPED_TRACE(vector["name"]);
    for (const auto outer : {Outer::xml, Outer::json}) {
      const auto result = authenticate(vector.envelope(), outer, vector.post(outer));
      ASSERT_TRUE(std::holds_alternative<Opened>(result));
      EXPECT_EQ(std::get<Opened>(result).message, vector["plaintext"]);
      ++opened;
    }
    const auto result = authenticate(vector.envelope(), Outer::xml, vector.get());
    ASSERT_TRUE(std::holds_alternative<Handshake>(result));
    EXPECT_EQ(std::get<Handshake>(result).response.body, vector["plaintext"]);
    ++opened;
  }
  for (const auto& value : vectors->at("reject").as_array()) {
    const Vector vector{value};
    SCOPED_TRACE(vector["name"]);
    if (vector["expect"] == "bad_key") {
      EXPECT_THROW(vector.envelope(), std::invalid_argument);
      ++refused;
      continue;
    }
    for (const auto& request : {vector.post(Outer::xml), vector.post(Outer::json), vector.get()}) {
      const bool is_json = request.body.starts_with('{');
      const auto result =
          authenticate(vector.envelope(), is_json ? Outer::json : Outer::xml, request);
      ASSERT_TRUE(std::holds_alternative<Refused>(result));
      EXPECT_EQ(std::get<Refused>(result).status, 401);
      ++refused;
    }
  }
  std::cout << "shared vectors through WeCom's door: " << opened << " accept, " << refused
            << " reject\n";
  EXPECT_GT(opened, 0);
  EXPECT_GT(refused, 0);
}

// Made with the openssl command line: tests/handlers/wechat_crypto_test.cpp has its bytes.
TEST(WecomVectors, OneThatNeedsNoFile) {
  const tencent::Envelope envelope{"tok", "000000000000000000000000000000000000000000h", ""};
  net::HttpRequest request;
  request.method = "POST";
  request.target =
      "/hooks/robot?msg_signature=ab5ab7d55f6529bdc1fbb64b3f54a7d0de7b1be3&timestamp=1&nonce=z";
  request.body = R"({"encrypt":"fw2xdXDg30aImhJOHVEW8TP5i3QUpnHIkRJJjsJlItE="})";
  const auto result = authenticate(envelope, Outer::json, request);
  ASSERT_TRUE(std::holds_alternative<Opened>(result));
  EXPECT_EQ(std::get<Opened>(result).message, "");
  request.target += "&nonce=z";
  EXPECT_TRUE(std::holds_alternative<Refused>(authenticate(envelope, Outer::json, request)));
}

}  // namespace
}  // namespace huiyin::wecom
