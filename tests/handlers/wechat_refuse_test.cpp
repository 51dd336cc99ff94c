// Forged, replayed, truncated, wrong secret, wrong mode, attacks: facts/reliability §5.
#include <gtest/gtest.h>

#include "handlers/digest.h"
#include "tests/handlers/wechat_fixture.h"

namespace huiyin::wechat::test {
namespace {

using namespace std::chrono_literals;

std::string outcome_of(const Decoded& decoded) {
  if (const auto* refused = std::get_if<Refused>(&decoded))
    return std::to_string(refused->status) + " " + std::string{refused->event};
  if (std::holds_alternative<Senseless>(decoded)) return "senseless";
  if (std::holds_alternative<Handshake>(decoded)) return "handshake";
  return "messages";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("the test replaces what is not there");
  return text.replace(at, from.size(), to);
}

struct RefuseCase {
  const char* label;
  const char* configured;
  net::HttpRequest (*request)();
  const char* outcome;
};

net::HttpRequest safe() { return Push{.body = text_xml("沟断了")}.request(); }
net::HttpRequest plain() { return Push{.mode = "plain", .body = text_xml("沟断了")}.request(); }
net::HttpRequest compatible() {
  return Push{.mode = "compatible", .body = text_xml("沟断了")}.request();
}
net::HttpRequest safe_with(std::string_view from, std::string_view to) {
  auto request = safe();
  request.target = replaced(request.target, from, to);
  return request;
}
net::HttpRequest safe_body(std::string body) { return Push{.body = std::move(body)}.request(); }
net::HttpRequest safe_header(std::string name, std::string value) {
  auto request = safe();
  std::erase_if(request.headers, [&](const auto& header) { return header.first == name; });
  request.headers.emplace_back(std::move(name), std::move(value));
  return request;
}
net::HttpRequest outer(std::string body) {
  auto request = safe();
  request.body = std::move(body);
  return request;
}
net::HttpRequest get(std::string target) {
  net::HttpRequest request;
  request.method = "GET";
  request.target = std::move(target);
  return request;
}
std::string verification(std::string_view echo) {
  const Push push;
  return "/hooks/wx?signature=" + push.url_signature() + "&timestamp=" + push.timestamp +
         "&nonce=" + push.nonce + std::string{echo};
}

const RefuseCase kCases[] = {
    {"valid_safe", "safe", safe, "messages"},
    {"valid_compatible", "compatible", compatible, "messages"},
    {"valid_plain", "plain", plain, "messages"},

    // signature of the URL: on every request
    {"no_signature", "safe", [] { return safe_with("?signature=", "?x="); }, "401 auth.reject"},
    {"signature_of_another_nonce", "safe", [] { return safe_with("&nonce=1", "&nonce=2"); },
     "401 auth.reject"},
    {"signature_twice", "safe", [] { return safe_with("&openid=", "&signature=0&openid="); },
     "401 auth.reject"},
    {"timestamp_twice", "safe", [] { return safe_with("&openid=", "&timestamp=1&openid="); },
     "401 auth.reject"},
    {"no_nonce", "safe", [] { return safe_with("&nonce=", "&x="); }, "401 auth.reject"},
    {"plain_without_signature", "plain",
     [] {
       auto request = plain();
       request.target = replaced(request.target, "?signature=", "?x=");
       return request;
     },
     "401 auth.reject"},
    {"plain_with_another_token", "plain",
     [] { return Push{.mode = "plain", .body = text_xml("x"), .token = "othertoken"}.request(); },
     "401 auth.reject"},
    {"timestamp_is_no_number", "plain",
     [] { return Push{.mode = "plain", .body = text_xml("x"), .timestamp = "12x"}.request(); },
     "401 auth.reject"},

    // signature of the message
    {"msg_signature_missing", "safe", [] { return safe_with("&msg_signature=", "&x="); },
     "401 auth.reject"},
    {"msg_signature_twice", "safe",
     [] { return safe_with("&openid=", "&msg_signature=0&openid="); }, "401 auth.reject"},
    {"msg_signature_is_the_urls", "safe",
     [] {
       const Push push{.body = text_xml("x")};
       auto request = push.request();
       request.target = replaced(request.target, push.sealed().signature, push.url_signature());
       return request;
     },
     "401 auth.reject"},
    {"wrong_token", "safe",
     [] { return Push{.body = text_xml("x"), .token = "othertoken"}.request(); },
     "401 auth.reject"},
    {"wrong_aes_key", "safe",
     [] {
       return Push{.body = text_xml("x"), .aes_key = "ah1rO1XfokGGQxONV1jn2pR2Uik8afU3C43ycNWsihs"}
           .request();
     },
     "401 auth.reject"},
    {"another_account", "safe",
     [] { return Push{.body = text_xml("x"), .app_id = "wx0123456789abcdef"}.request(); },
     "401 auth.reject"},
    {"ciphertext_cut", "safe",
     [] {
       auto request = safe();
       request.body = replaced(request.body, "]]></Encrypt>", "");
       request.body =
           request.body.substr(0, request.body.rfind("</xml>") - 24) + "]]></Encrypt></xml>";
       return request;
     },
     "401 auth.reject"},
    {"body_cut", "safe",
     [] {
       auto request = safe();
       request.body.resize(request.body.size() / 2);
       return request;
     },
     "401 auth.reject"},
    {"body_empty", "safe", [] { return outer(""); }, "401 auth.reject"},
    {"encrypt_empty", "safe", [] { return outer("<xml><Encrypt/></xml>"); }, "401 auth.reject"},

    // the request does not choose the mode
    {"plain_push_to_a_safe_account", "safe", plain, "401 auth.reject"},
    {"plain_push_to_a_compatible_account", "compatible", plain, "401 auth.reject"},
    {"plain_body_that_claims_aes", "safe", [] { return outer(text_xml("x")); }, "401 auth.reject"},
    {"compatible_account_without_encrypt", "compatible", [] { return outer(text_xml("x")); },
     "401 auth.reject"},
    {"encrypt_type_removed", "safe", [] { return safe_with("&encrypt_type=aes", ""); },
     "401 auth.reject"},
    {"encrypt_type_raw", "safe", [] { return safe_with("type=aes", "type=raw"); },
     "401 auth.reject"},
    {"safe_push_to_a_plain_account", "plain", safe, "401 auth.reject"},
    {"compatible_push_to_a_plain_account", "plain", compatible, "401 auth.reject"},
    {"safe_push_to_a_compatible_account", "compatible", safe, "messages"},

    // type and method
    {"json_content_type", "safe", [] { return safe_header("Content-Type", "application/json"); },
     "415 http.type"},
    {"json_body", "safe", [] { return outer("{\"Encrypt\":\"x\"}"); }, "415 http.type"},
    {"json_body_plain", "plain",
     [] { return Push{.mode = "plain", .body = "{\"MsgType\":\"text\"}"}.request(); },
     "415 http.type"},
    {"compressed", "safe", [] { return safe_header("Content-Encoding", "gzip"); }, "415 http.type"},
    {"put", "safe",
     [] {
       auto request = safe();
       request.method = "PUT";
       return request;
     },
     "405 http.method"},

    // XML attacks
    {"doctype_outside", "safe",
     [] { return outer("<!DOCTYPE xml><xml><Encrypt>x</Encrypt></xml>"); }, "400 xml.reject"},
    {"doctype_inside", "safe", [] { return safe_body("<!DOCTYPE xml>" + text_xml("x")); },
     "400 xml.reject"},
    {"entity_inside", "safe",
     [] {
       return safe_body("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" +
                        text_xml("]]>&e;<![CDATA["));
     },
     "400 xml.reject"},
    {"doctype_plain", "plain",
     [] { return Push{.mode = "plain", .body = "<!DOCTYPE xml>" + text_xml("x")}.request(); },
     "400 xml.reject"},
    {"doctype_as_words", "safe", [] { return safe_body(text_xml("<!DOCTYPE xml>")); }, "messages"},

    // authentic but senseless
    {"words_instead_of_xml", "safe", [] { return safe_body("hello"); }, "senseless"},
    {"empty_message", "safe", [] { return safe_body(""); }, "senseless"},
    {"broken_xml", "safe", [] { return safe_body("<xml><MsgType>text</MsgType>"); }, "senseless"},
    {"broken_xml_plain", "plain",
     [] { return Push{.mode = "plain", .body = "<xml><MsgType>"}.request(); }, "senseless"},
    {"not_utf8", "safe", [] { return safe_body(text_xml("\xB9\xB5\xB6\xCF")); }, "senseless"},
    {"deep", "safe",
     [] {
       std::string deep;
       for (int i = 0; i < 20; ++i) deep += "<a>";
       for (int i = 0; i < 20; ++i) deep += "</a>";
       return safe_body(xml("<MsgType>text</MsgType>" + deep));
     },
     "senseless"},
    {"many_elements", "safe",
     [] {
       std::string many;
       for (int i = 0; i < 100; ++i) many += "<a/>";
       return safe_body(xml("<MsgType>text</MsgType>" + many));
     },
     "senseless"},
    {"no_sender", "safe",
     [] { return safe_body("<xml><MsgType>text</MsgType><MsgId>1</MsgId></xml>"); }, "senseless"},
    {"no_type", "safe", [] { return safe_body(xml("<MsgId>1</MsgId>")); }, "senseless"},
    {"endless_sender", "safe",
     [] { return safe_body(xml("<MsgType>text</MsgType>", std::string(5000, 'o'))); }, "senseless"},
    {"location_of_words", "safe",
     [] {
       return safe_body(
           xml("<MsgType>location</MsgType><Location_X>north</Location_X>"
               "<Location_Y>1</Location_Y><MsgId>1</MsgId>"));
     },
     "senseless"},
    {"location_off_the_globe", "safe",
     [] {
       return safe_body(
           xml("<MsgType>location</MsgType><Location_X>120.8</Location_X>"
               "<Location_Y>29.5</Location_Y><MsgId>1</MsgId>"));
     },
     "senseless"},
    {"image_of_nothing", "safe",
     [] { return safe_body(xml("<MsgType>image</MsgType><MsgId>1</MsgId>")); }, "senseless"},

    // URL verification: plain in every mode
    {"verify", "safe", [] { return get(verification("&echostr=42")); }, "handshake"},
    {"verify_plain", "plain", [] { return get(verification("&echostr=42")); }, "handshake"},
    {"verify_compatible", "compatible", [] { return get(verification("&echostr=42")); },
     "handshake"},
    {"verify_forged", "safe",
     [] { return get(replaced(verification("&echostr=42"), "nonce=1", "nonce=2")); },
     "401 auth.reject"},
    {"verify_unsigned", "plain", [] { return get("/hooks/wx?echostr=42"); }, "401 auth.reject"},
    {"verify_nothing", "safe", [] { return get(verification("")); }, "400 http.syntax"},
    {"verify_twice", "safe", [] { return get(verification("&echostr=1&echostr=2")); },
     "400 http.syntax"},
};

class Refuse : public testing::TestWithParam<RefuseCase> {};
TEST_P(Refuse, Answers) {
  const auto channel = make_channel(config(GetParam().configured));
  EXPECT_EQ(outcome_of(channel->decode(GetParam().request(), kNow)), GetParam().outcome);
}
INSTANTIATE_TEST_SUITE_P(Wechat, Refuse, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string{info.param.label}; });

TEST(WechatVerify, AnswersExactlyTheEchostr) {
  const auto channel = make_channel(config("safe"));
  for (const auto& [sent, echoed] : std::vector<std::pair<std::string, std::string>>{
           {"5128307741960837415", "5128307741960837415"},
           {"a%2Bb%3D+c", "a+b= c"},
           {"%3Cscript%3E", "<script>"}}) {
    const auto decoded = channel->decode(get(verification("&echostr=" + sent)), kNow);
    const auto& response = std::get<Handshake>(decoded).response;
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, echoed);
    EXPECT_EQ(net::find_header(response.headers, "Content-Type"), "text/plain");
    EXPECT_EQ(net::find_header(response.headers, "X-Content-Type-Options"), "nosniff");
  }
}

TEST(WechatSenseless, KeepsTheDecryptedBodyAndNoPersonalReason) {
  const auto channel = make_channel(config("safe"));
  const auto decoded = channel->decode(safe_body("<xml>沟断了"), kNow);
  const auto& senseless = std::get<Senseless>(decoded);
  EXPECT_EQ(senseless.raw, "<xml>沟断了");
  EXPECT_EQ(senseless.reason, "broken XML");
}

TEST(WechatPlain, ClaimsTheNonceForThisBody) {
  const auto channel = make_channel(config("plain"));
  const auto claim = [&](const std::string& body) {
    const Push push{.mode = "plain", .body = body};
    return *std::get<std::vector<Message>>(channel->decode(push.request(), kNow))[0].nonce;
  };
  const auto first = claim(text_xml("a"));
  EXPECT_EQ(first.nonce, std::to_string(kSecond + 1) + ":1062497198");
  EXPECT_EQ(first.body_hash, sha256_hex({text_xml("a")}));
  // The same signed URL with another body: the batch sees it by the hash.
  EXPECT_EQ(claim(text_xml("b")).nonce, first.nonce);
  EXPECT_NE(claim(text_xml("b")).body_hash, first.body_hash);
}

TEST(WechatPlain, SenselessBodiesClaimItToo) {
  const auto decoded = [](const char* mode, const std::string& body) {
    const Push push{.mode = mode, .body = body};
    return std::get<Senseless>(make_channel(config(mode))->decode(push.request(), kNow));
  };
  for (const auto& body : {std::string{"hello"}, xml("<MsgId>1</MsgId>"),
                           xml("<MsgType>image</MsgType><MsgId>1</MsgId>")}) {
    const auto claim = decoded("plain", body).nonce;
    ASSERT_TRUE(claim) << body;
    EXPECT_EQ(claim->nonce, std::to_string(kSecond + 1) + ":1062497198");
    EXPECT_EQ(claim->body_hash, sha256_hex({body}));
    EXPECT_FALSE(decoded("safe", body).nonce);  // the signature covers the body
  }
}

TEST(WechatPlain, ClaimsThatWouldNotFitAreRefused) {
  const auto channel = make_channel(config("plain"));
  const Push push{.mode = "plain", .body = text_xml("a"), .nonce = std::string(65, '1')};
  EXPECT_EQ(outcome_of(channel->decode(push.request(), kNow)), "401 auth.reject");
}

TEST(WechatWindow, PlainPushesAreRefusedOutside) {
  const auto channel = make_channel(config("plain"));
  const auto request = plain();  // signed at kSecond + 1
  const Instant signed_at{std::chrono::seconds{kSecond + 1}};
  for (const auto& [difference, outcome] : {std::pair{0s, "messages"},
                                            {300s, "messages"},
                                            {-300s, "messages"},
                                            {301s, "401 auth.replay"},
                                            {-301s, "401 auth.replay"},
                                            {31536000s, "401 auth.replay"}})
    EXPECT_EQ(outcome_of(channel->decode(request, signed_at + difference)), outcome)
        << difference.count();
}

TEST(WechatWindow, ASafeAccountTakesLateResendsUnlessConfigured) {
  const Instant late = kNow + 24h;
  EXPECT_EQ(outcome_of(make_channel(config("safe"))->decode(safe(), late)), "messages");
  auto narrow = config("safe");
  narrow.keys["window_seconds"] = "600";
  EXPECT_EQ(outcome_of(make_channel(narrow)->decode(safe(), kNow + 590s)), "messages");
  EXPECT_EQ(outcome_of(make_channel(narrow)->decode(safe(), late)), "401 auth.replay");
}

// ---- damage of every kind to good requests: never a crash, never accepted
// -------------------------

std::vector<net::HttpRequest> good_requests() {
  return {safe(), compatible(),
          safe_body(xml("<MsgType>event</MsgType><Event>SCAN</Event><EventKey>1</EventKey>")),
          safe_body(text_xml(std::string(700, 'x') + "😀"))};
}
// Encrypt, as far as the signature covers it, is where damage must always show.
std::pair<std::size_t, std::size_t> encrypted_part(const std::string& body) {
  const auto from = body.find("<Encrypt><![CDATA[") + 18;
  return {from, body.find("]]></Encrypt>") - from};
}

TEST(WechatDamage, CutBodiesAreNeverAccepted) {
  for (const char* mode : {"safe", "compatible"}) {
    const auto channel = make_channel(config(mode));
    for (const auto& good : good_requests())
      for (std::size_t size = 0; size < good.body.size(); ++size) {
        auto request = good;
        request.body.resize(size);
        ASSERT_NE(outcome_of(channel->decode(request, kNow)), "messages") << mode << " " << size;
      }
  }
}

TEST(WechatDamage, FlippedBitsOfTheCiphertextAreNeverAccepted) {
  const auto channel = make_channel(config("safe"));
  for (const auto& good : good_requests()) {
    const auto [from, size] = encrypted_part(good.body);
    for (std::size_t i = 0; i < size; ++i)
      for (int bit = 0; bit < 8; ++bit) {
        auto request = good;
        request.body[from + i] = static_cast<char>(request.body[from + i] ^ (1 << bit));
        ASSERT_NE(outcome_of(channel->decode(request, kNow)), "messages") << i << " " << bit;
      }
  }
}

TEST(WechatDamage, FlippedBitsOfTheSignedQueryAreNeverAccepted) {
  const auto channel = make_channel(config("safe"));
  const auto good = safe();
  const auto openid = good.target.find("&openid=");  // the one parameter that nothing depends on
  const auto after = good.target.find('&', openid + 1);
  for (std::size_t i = good.target.find('?') + 1; i < good.target.size(); ++i) {
    if (i >= openid && i <= after) continue;
    for (int bit = 0; bit < 8; ++bit) {
      auto request = good;
      request.target[i] = static_cast<char>(request.target[i] ^ (1 << bit));
      ASSERT_NE(outcome_of(channel->decode(request, kNow)), "messages") << i << " " << bit;
    }
  }
}

TEST(WechatDamage, AuthenticNonsenseNeverCrashes) {
  const auto channel = make_channel(config("safe"));
  const std::string bodies[] = {
      text_xml("沟断了😀"),
      xml("<MsgType>location</MsgType><Location_X>29.5</Location_X><Location_Y>120.8</Location_Y>"),
      xml("<MsgType>event</MsgType><Event>subscribe_msg_sent_event</Event><SubscribeMsgSentEvent>"
          "<List><MsgID>1</MsgID></List></SubscribeMsgSentEvent>")};
  for (const auto& body : bodies) {
    for (std::size_t i = 0; i < body.size(); ++i) {
      auto cut = body.substr(0, i);
      EXPECT_NE(outcome_of(channel->decode(safe_body(cut), kNow)), "messages");
      for (const char byte : {'\0', '<', '>', '&', ']', '\x80', '\xFF', '!'}) {
        auto changed = body;
        changed[i] = byte;
        const auto outcome = outcome_of(channel->decode(safe_body(changed), kNow));
        EXPECT_TRUE(outcome == "messages" || outcome == "senseless" || outcome == "400 xml.reject")
            << outcome;
      }
    }
  }
}

}  // namespace
}  // namespace huiyin::wechat::test
