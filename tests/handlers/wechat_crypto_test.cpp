#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "handlers/json.h"
#include "handlers/tencent_crypto.h"

namespace huiyin::tencent {
namespace {

using Bytes16 = std::array<unsigned char, 16>;

Bytes16 from_hex(std::string_view hex) {
  Bytes16 bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] =
        static_cast<unsigned char>(std::stoi(std::string{hex.substr(2 * i, 2)}, nullptr, 16));
  return bytes;
}

// ---- known answers made with the openssl command line, independent of this program
// -----------------

struct Known {
  const char* label;
  const char *token, *aes_key, *receive_id, *timestamp, *nonce, *random, *message, *encrypt,
      *signature;
};

constexpr const char* kKey = "vN3kPq8Zr5TyWc1Lm7XbHs2DfGj4Ue9Ao0Iw6Kt+/Q5";  // with stray bits
constexpr const char* kId = "wx00112233445566aa";

const Known kKnown[] = {
    {"plain_words", "ginger2026", kKey, kId, "1790000000", "8461",
     "000102030405060708090a0b0c0d0e0f", "<xml><Content><![CDATA[生姜缺水]]></Content></xml>",
     "MSSC/dt4Jg7jumNrQ/N2F+rlQ+20r6OB6wfzr4D15el+1dP+cJr8fG6lMHnoUa1RKeeyDGW8xO5J/"
     "00hRec78ZmXA/4D/pcI2OTXieJN7xK5O0E9blvkVtYhXF2kwQIK",
     "95a37112f1b51c9714fdd1d7041a11ebd1421044"},
    {"whole_block_of_padding", "ginger2026", kKey, kId, "1790000001", "n0",
     "fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0", "水水水xxxxxxxxxxxxxxxxx",
     "36O+UewVUG0/yHWSLQUcDo9+Xv5967ip5X3XuNuyy2MUsHUYSQJORMGEyl7YBeCKHDcIhcsAYALRYotyer4VNKvOpdV/"
     "G+ofN4BVzL0Zpp4KEwBpy43ZkT758ZLAvcxh",
     "a6bd2391a92ec2fc8d20a0e2d129d300c26c358d"},
    {"padding_of_17", "ginger2026", kKey, kId, "1790000002", "n1",
     "00000000000000000000000000000000", "😀yyyyy",
     "JJLvI7p9ThRmYISmAcDL6ADCzZblLelsz3HmCYEl7FemNM9Z3DryMDUb+VKwAVpvDCkj5JV+m3argZdJLwfQ3w==",
     "65b2632e0788e372df3d079efdb742eb4ac3d55f"},
    {"empty_message_and_id", "tok", "000000000000000000000000000000000000000000h", "", "1", "z",
     "ffffffffffffffffffffffffffffffff", "",
     "fw2xdXDg30aImhJOHVEW8TP5i3QUpnHIkRJJjsJlItE=", "ab5ab7d55f6529bdc1fbb64b3f54a7d0de7b1be3"},
};

class KnownAnswer : public testing::TestWithParam<Known> {};

TEST_P(KnownAnswer, OpensAndSealsToTheSameBytes) {
  const auto& known = GetParam();
  const Envelope envelope{known.token, known.aes_key, known.receive_id};
  const auto opened = envelope.open(known.timestamp, known.nonce, known.encrypt, known.signature);
  EXPECT_EQ(opened.fault, Fault::none);
  EXPECT_EQ(opened.message, known.message);
  const auto sealed =
      envelope.seal(known.message, known.timestamp, known.nonce, from_hex(known.random));
  EXPECT_EQ(sealed.encrypt, known.encrypt);
  EXPECT_EQ(sealed.signature, known.signature);
}
INSTANTIATE_TEST_SUITE_P(Envelope, KnownAnswer, testing::ValuesIn(kKnown),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(Envelope, EveryLengthComesBackWhole) {
  const Envelope envelope{"tok", kKey, kId};
  for (std::size_t size = 0; size <= 130; ++size) {
    const std::string message(size, 'm');
    const auto sealed = envelope.seal(message, "1", "n", Bytes16{});
    const auto opened = envelope.open("1", "n", sealed.encrypt, sealed.signature);
    ASSERT_EQ(opened.fault, Fault::none) << size;
    ASSERT_EQ(opened.message, message) << size;
  }
}

TEST(Envelope, KeyMustHave43Symbols) {
  for (const char* key : {"", "short", "vN3kPq8Zr5TyWc1Lm7XbHs2DfGj4Ue9Ao0Iw6Kt+/Q",
                          "vN3kPq8Zr5TyWc1Lm7XbHs2DfGj4Ue9Ao0Iw6Kt+/Q5=",
                          "vN3kPq8Zr5TyWc1Lm7XbHs2DfGj4Ue9Ao0Iw6Kt!/Q5",
                          "vN3kPq8Zr5TyWc1Lm7XbHs2DfGj4Ue9Ao0Iw6Kt+/Q="}) {
    try {
      const Envelope envelope{"tok", key, kId};
      ADD_FAILURE() << "accepted a key of " << std::string_view{key}.size();
    } catch (const std::invalid_argument& error) {
      EXPECT_EQ(std::string{error.what()}.find("aes_key: "), 0u);
      if (*key) {
        EXPECT_EQ(std::string{error.what()}.find(key), std::string::npos);
      }
    }
  }
}

TEST(Envelope, NothingIsOpenedWithoutTheRightSignature) {
  const auto& known = kKnown[0];
  const Envelope envelope{known.token, known.aes_key, known.receive_id};
  std::string upper = known.signature;
  for (auto& c : upper) c = static_cast<char>(std::toupper(c));
  for (const std::string& given :
       {std::string{}, upper, std::string{known.signature}.substr(1),
        std::string{known.signature} + "0", signature(known.token, known.timestamp, known.nonce)})
    EXPECT_EQ(envelope.open(known.timestamp, known.nonce, known.encrypt, given).fault,
              Fault::bad_signature);
  EXPECT_EQ(envelope.open("1790000009", known.nonce, known.encrypt, known.signature).fault,
            Fault::bad_signature);
}

// ---- the project's shared vectors, where they are present
// --------------------------------------------

std::string shared_vectors() {
  const char* given = std::getenv("HUIYIN_SHARED_DATA");
  const std::string folder = given ? given : HUIYIN_SOURCE_DIR "/../shared/data";
  std::ifstream file{folder + "/wechat_crypto_vectors.json", std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::string_view vector_name(Fault fault) {
  constexpr std::string_view names[] = {
      "none",        "bad_signature", "bad_base64",    "bad_ciphertext_length",
      "bad_padding", "bad_msg_len",   "bad_receive_id"};
  return names[static_cast<int>(fault)];
}

struct Vector {
  explicit Vector(const boost::json::value& value) : object{value.as_object()} {}
  std::string operator[](std::string_view name) const { return json_string(object, name); }
  Opened open() const {
    const Envelope envelope{(*this)["token"], (*this)["encoding_aes_key"], (*this)["receive_id"]};
    return envelope.open((*this)["timestamp"], (*this)["nonce"], (*this)["encrypt"],
                         (*this)["msg_signature"]);
  }
  const boost::json::object& object;
};

TEST(SharedVectors, AllAreJudgedAsTheySay) {
  const auto text = shared_vectors();
  if (text.empty()) GTEST_SKIP() << "wechat_crypto_vectors.json is not here: 0 cases ran";
  const auto vectors = parse_json_object(text);
  ASSERT_TRUE(vectors);

  int accepted = 0, refused = 0, either = 0;
  for (const auto& value : vectors->at("accept").as_array()) {
    const Vector vector{value};
    SCOPED_TRACE(vector["name"]);
    EXPECT_EQ(signature(vector["token"], vector["timestamp"], vector["nonce"]),
              vector["url_signature"]);
    const auto opened = vector.open();
    EXPECT_EQ(vector_name(opened.fault), "none");
    EXPECT_EQ(opened.message, vector["plaintext"]);
    const Envelope envelope{vector["token"], vector["encoding_aes_key"], vector["receive_id"]};
    const auto sealed = envelope.seal(vector["plaintext"], vector["timestamp"], vector["nonce"],
                                      from_hex(vector["random_hex"]));
    EXPECT_EQ(sealed.encrypt, vector["encrypt"]);
    EXPECT_EQ(sealed.signature, vector["msg_signature"]);
    ++accepted;
  }
  for (const auto& value : vectors->at("reject").as_array()) {
    const Vector vector{value};
    SCOPED_TRACE(vector["name"]);
    if (vector["expect"] == "bad_key") {
      EXPECT_THROW(vector.open(), std::invalid_argument);
    } else {
      const auto opened = vector.open();
      EXPECT_NE(opened.fault, Fault::none);
      if (vector["expect"] != "reject") {
        EXPECT_EQ(vector_name(opened.fault), vector["expect"]);
      }
      EXPECT_TRUE(opened.message.empty());
    }
    ++refused;
  }
  for (const auto& value : vectors->at("either").as_array()) {
    const Vector vector{value};
    SCOPED_TRACE(vector["name"]);
    const auto opened = vector.open();
    if (opened.fault == Fault::none) {
      EXPECT_EQ(opened.message, vector["plaintext"]);
    }
    ++either;
  }
  std::cout << "shared vectors: " << accepted << " accept, " << refused << " reject, " << either
            << " either\n";
  EXPECT_GT(accepted, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace huiyin::tencent
