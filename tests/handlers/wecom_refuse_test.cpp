// Forged, replayed, truncated, wrong secret, attacks: facts/reliability §5. Application and robot.
#include <gtest/gtest.h>

#include "tests/handlers/wecom_fixture.h"

namespace huiyin::wecom::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kJsonText =
    R"({"msgid":"m1","aibotid":"b","chattype":"single","from":{"userid":"ZhangWei"},)"
    R"("msgtype":"text","text":{"content":"沟断了"}})";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("the test replaces what is not there");
  return text.replace(at, from.size(), to);
}
net::HttpRequest good() { return Push{.body = text_xml("沟断了")}.request(); }
net::HttpRequest good_robot() {
  return Push{.body = std::string{kJsonText}, .json = true}.request();
}
net::HttpRequest target(std::string_view from, std::string_view to) {
  auto request = good();
  request.target = replaced(request.target, from, to);
  return request;
}
net::HttpRequest outer(std::string body) {
  auto request = good();
  request.body = std::move(body);
  return request;
}
net::HttpRequest inner(std::string body) { return Push{.body = std::move(body)}.request(); }
net::HttpRequest robot_inner(std::string body) {
  return Push{.body = std::move(body), .json = true}.request();
}

struct RefuseCase {
  const char* label;
  bool robot;
  net::HttpRequest (*request)();
  const char* outcome;
};

const RefuseCase kCases[] = {
    {"valid", false, good, "messages"},
    {"valid_robot", true, good_robot, "messages"},
    {"valid_without_agent", false,
     [] {
       auto request = good();
       request.body = replaced(request.body, "<AgentID><![CDATA[1000002]]></AgentID>", "");
       return request;
     },
     "messages"},

    {"no_signature", false, [] { return target("?msg_signature=", "?x="); }, "401 auth.reject"},
    {"empty_signature", false,
     [] {
       const Push push{.body = text_xml("沟断了")};
       return target(push.sealed().signature, "");
     },
     "401 auth.reject"},
    {"signature_twice", false, [] { return target("&nonce=", "&msg_signature=0&nonce="); },
     "401 auth.reject"},
    {"signature_of_another_nonce", false, [] { return target("&nonce=1", "&nonce=2"); },
     "401 auth.reject"},
    {"signature_of_another_time", false, [] { return target("&timestamp=1", "&timestamp=2"); },
     "401 auth.reject"},
    {"timestamp_is_no_number", false,
     [] { return Push{.body = text_xml("x"), .timestamp = "1x"}.request(); }, "401 auth.reject"},
    {"no_nonce", false, [] { return target("&nonce=", "&x="); }, "401 auth.reject"},
    {"signature_without_the_body", false,
     [] {
       const Push push{.body = text_xml("沟断了")};
       return target(push.sealed().signature,
                     tencent::signature(push.token, push.timestamp, push.nonce));
     },
     "401 auth.reject"},
    {"wrong_token", false, [] { return Push{.body = text_xml("x"), .token = "other"}.request(); },
     "401 auth.reject"},
    {"wrong_aes_key", false,
     [] {
       return Push{.body = text_xml("x"), .aes_key = "ah1rO1XfokGGQxONV1jn2pR2Uik8afU3C43ycNWsihs"}
           .request();
     },
     "401 auth.reject"},
    {"another_corp", false,
     [] { return Push{.body = text_xml("x"), .receive_id = "ww0000000000000000"}.request(); },
     "401 auth.reject"},
    {"a_robots_frame", false,
     [] { return Push{.body = text_xml("x"), .receive_id = ""}.request(); }, "401 auth.reject"},
    {"an_applications_frame_to_a_robot", true,
     [] {
       auto request = good_robot();
       const Push push{.body = std::string{kJsonText}};
       request.target = "/hooks/robot" + push.query();
       request.body = "{\"encrypt\":\"" + push.sealed().encrypt + "\"}";
       return request;
     },
     "401 auth.reject"},
    {"body_of_another_push", false,
     [] { return outer(Push{.body = text_xml("y")}.request().body); }, "401 auth.reject"},
    {"body_cut", false,
     [] {
       auto request = good();
       request.body.resize(request.body.size() / 2);
       return request;
     },
     "401 auth.reject"},
    {"robot_body_cut", true,
     [] {
       auto request = good_robot();
       request.body.resize(request.body.size() / 2);
       return request;
     },
     "401 auth.reject"},
    {"body_empty", false, [] { return outer(""); }, "401 auth.reject"},
    {"encrypt_empty", false, [] { return outer("<xml><Encrypt/></xml>"); }, "401 auth.reject"},
    {"plain_message", false, [] { return outer(text_xml("x")); }, "401 auth.reject"},
    {"json_to_the_application", false, good_robot, "401 auth.reject"},
    {"xml_to_the_robot", true, good, "401 auth.reject"},
    {"robot_encrypt_is_no_text", true,
     [] {
       auto request = good_robot();
       request.body = "{\"encrypt\":1}";
       return request;
     },
     "401 auth.reject"},
    {"compressed", false,
     [] {
       auto request = good();
       request.headers.emplace_back("Content-Encoding", "gzip");
       return request;
     },
     "415 http.type"},
    {"put", false,
     [] {
       auto request = good();
       request.method = "PUT";
       return request;
     },
     "405 http.method"},

    {"doctype_outside", false,
     [] { return outer("<!DOCTYPE xml><xml><Encrypt>x</Encrypt></xml>"); }, "400 xml.reject"},
    {"entity_inside", false,
     [] {
       return inner("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" + text_xml("x"));
     },
     "400 xml.reject"},

    {"words_instead_of_xml", false, [] { return inner("hello"); }, "senseless"},
    {"empty_message", false, [] { return inner(""); }, "senseless"},
    {"not_utf8", false, [] { return inner(text_xml("\xB9\xB5")); }, "senseless"},
    {"no_sender", false,
     [] { return inner("<xml><ToUserName>a</ToUserName><MsgType>text</MsgType></xml>"); },
     "senseless"},
    {"no_type", false, [] { return inner(xml("<MsgId>1</MsgId>")); }, "senseless"},
    {"endless_sender", false,
     [] { return inner(xml("<MsgType>text</MsgType>", std::string(5000, 'o'))); }, "senseless"},
    {"location_off_the_globe", false,
     [] {
       return inner(
           xml("<MsgType>location</MsgType><Location_X>120.8</Location_X>"
               "<Location_Y>29.5</Location_Y><MsgId>1</MsgId>"));
     },
     "senseless"},
    {"image_of_nothing", false,
     [] { return inner(xml("<MsgType>image</MsgType><MsgId>1</MsgId>")); }, "senseless"},
    {"click_on_nothing", false,
     [] {
       return inner(
           xml("<MsgType>event</MsgType><Event>template_card_event</Event>"
               "<EventKey>x</EventKey>"));
     },
     "senseless"},
    {"robot_words", true, [] { return robot_inner("hello"); }, "senseless"},
    {"robot_list", true, [] { return robot_inner("[]"); }, "senseless"},
    {"robot_no_sender", true, [] { return robot_inner(R"({"msgtype":"text"})"); }, "senseless"},
    {"robot_image_of_nothing", true,
     [] { return robot_inner(R"({"from":{"userid":"a"},"msgtype":"image","image":{}})"); },
     "senseless"},
    {"robot_deep", true, [] { return robot_inner(std::string(100, '[') + std::string(100, ']')); },
     "senseless"},

    {"verify", false, [] { return Push{.body = "5966"}.verification(); }, "handshake"},
    {"verify_unescaped", false, [] { return Push{.body = "5966"}.verification(false); },
     "handshake"},
    {"verify_robot", true, [] { return Push{.body = "5966", .json = true}.verification(); },
     "handshake"},
    {"verify_forged", false,
     [] {
       auto request = Push{.body = "5966"}.verification();
       request.target = replaced(request.target, "&nonce=1", "&nonce=2");
       return request;
     },
     "401 auth.reject"},
    {"verify_another_corp", false,
     [] { return Push{.body = "5966", .receive_id = "ww0"}.verification(); }, "401 auth.reject"},
    {"verify_nothing", false,
     [] {
       auto request = Push{.body = "5966"}.verification();
       request.target.resize(request.target.find("&echostr="));
       return request;
     },
     "401 auth.reject"},
    {"verify_unsigned", false,
     [] {
       auto request = Push{.body = "5966"}.verification();
       request.target = "/hooks/wecom?echostr=5966";
       return request;
     },
     "401 auth.reject"},
};

class WecomRefuse : public testing::TestWithParam<RefuseCase> {};
TEST_P(WecomRefuse, Answers) {
  const auto channel = GetParam().robot ? make_robot(robot_config()) : make_app(app_config());
  EXPECT_EQ(outcome_of(channel->decode(GetParam().request(), kNow)), GetParam().outcome);
}
INSTANTIATE_TEST_SUITE_P(Wecom, WecomRefuse, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string{info.param.label}; });

// Ciphertexts with plus signs are what breaks in this place: many, so that some have them.
TEST(WecomVerify, AnswersExactlyTheDecryptedEchostr) {
  const auto channel = make_app(app_config());
  bool had_plus = false;
  for (int i = 0; i < 40; ++i) {
    const Push push{.body = std::to_string(6'148'920'117'733'000'000 + i)};
    had_plus = had_plus || push.sealed().encrypt.find('+') != std::string::npos;
    for (const bool escaped : {true, false}) {
      const auto decoded = channel->decode(push.verification(escaped), kNow);
      ASSERT_TRUE(std::holds_alternative<Handshake>(decoded)) << i;
      const auto& response = std::get<Handshake>(decoded).response;
      EXPECT_EQ(response.status, 200);
      EXPECT_EQ(response.body, push.body);
      EXPECT_EQ(net::find_header(response.headers, "Content-Type"), "text/plain");
    }
  }
  EXPECT_TRUE(had_plus);
}

// Resends come late, and a replay is the same message: the key decides, not the clock.
TEST(WecomReplay, GivesTheSameKeyAtAnyTime) {
  const auto channel = make_app(app_config());
  const auto key = [&](Instant now) {
    const auto decoded = channel->decode(good(), now);
    return std::get<std::vector<Message>>(decoded).front().dedupe_key;
  };
  EXPECT_EQ(key(kNow), key(kNow + 240h));
}

TEST(WecomDamage, NoByteOfCiphertextOrSignatureMayChange) {
  for (const bool robot : {false, true}) {
    const auto channel = robot ? make_robot(robot_config()) : make_app(app_config());
    const auto request = robot ? good_robot() : good();
    const auto from = request.body.find(robot ? ":\"" : "<Encrypt><![CDATA[") + (robot ? 2 : 18);
    const auto end = request.body.find(robot ? "\"}" : "]]></Encrypt>");
    for (auto at = from; at < end; at += 7) {
      auto damaged = request;
      damaged.body[at] = damaged.body[at] == 'A' ? 'B' : 'A';
      EXPECT_EQ(outcome_of(channel->decode(damaged, kNow)), "401 auth.reject") << at;
    }
    const auto signature = request.target.find("msg_signature=") + 14;
    for (std::size_t at = signature; at < signature + 40; ++at) {
      auto damaged = request;
      damaged.target[at] = damaged.target[at] == '0' ? '1' : '0';
      EXPECT_EQ(outcome_of(channel->decode(damaged, kNow)), "401 auth.reject") << at;
    }
  }
}

// ---- configuration

struct KeyCase {
  const char* label;
  bool robot;
  const char *key, *value, *complaint;
};
const KeyCase kKeyCases[] = {
    {"no_corp", false, "corp_id", "", "corp_id: "},
    {"corp_with_blank", false, "corp_id", "ww 1", "corp_id: "},
    {"no_secret", false, "secret", "", "secret: "},
    {"no_agent", false, "agent_id", "", "agent_id: "},
    {"agent_is_no_number", false, "agent_id", "one", "agent_id: "},
    {"agent_zero", false, "agent_id", "0", "agent_id: "},
    {"no_token", false, "token", "", "token: "},
    {"long_token", false, "token", "123456789012345678901234567890123", "token: "},
    {"no_key", false, "aes_key", "", "aes_key: "},
    {"short_key", false, "aes_key", "short", "aes_key: "},
    {"odd_format", false, "format", "html", "format: "},
    {"robot_no_token", true, "token", "", "token: "},
    {"robot_no_key", true, "aes_key", "", "aes_key: "},
};
class WecomKeys : public testing::TestWithParam<KeyCase> {};
TEST_P(WecomKeys, AreNamedAndNeverQuoted) {
  const auto& row = GetParam();
  auto config = row.robot ? robot_config() : app_config();
  config.keys[row.key] = row.value;
  try {
    row.robot ? make_robot(config) : make_app(config);
    ADD_FAILURE() << "accepted";
  } catch (const std::invalid_argument& error) {
    const std::string what = error.what();
    EXPECT_TRUE(what.starts_with(row.complaint)) << what;
    if (*row.value && row.value != std::string{"0"}) {
      EXPECT_EQ(what.find(row.value), std::string::npos) << what;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Wecom, WecomKeys, testing::ValuesIn(kKeyCases),
                         [](const auto& info) { return std::string{info.param.label}; });

}  // namespace
}  // namespace huiyin::wecom::test
