// Requests as the platform makes them, by hand, so that every part can be made wrong.
#pragma once

#include <array>
#include <string>

#include "handlers/channel.h"
#include "handlers/dingtalk/dingtalk.h"
#include "handlers/dingtalk/sign.h"
#include "handlers/tencent_crypto.h"

namespace huiyin::dingtalk::test {

inline constexpr std::string_view kAppKey = "dinghxy0gnrqkyng4gy8";
inline constexpr std::string_view kSecret = "020lZefOn2FdD4Uogxt_A0HLvb8EycPiXMCVljhJnKXzXB7jiBaS3";
inline constexpr std::string_view kCardSecret = "gSiEmEZjTBzh4WUAXVWTP4nf";
inline constexpr std::string_view kEventToken = "WWwFSSaQEn3f";
inline constexpr std::string_view kAesKey = "DQ4iqhd76J4y2InxsO7EmX9N8SqF5MDUI7WTu40w3za";
inline constexpr std::string_view kCorp = "ding0011223344556677";
inline constexpr std::string_view kCadre = "manager4220";
inline constexpr std::int64_t kMilli = 1774314600123;  // 2026-03-24 09:10 in Shanghai
inline constexpr Instant kNow{std::chrono::milliseconds{kMilli + 250}};

inline ChannelConfig config() {
  ChannelConfig config;
  config.name = "dt";
  config.platform = "dingtalk";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"app_key", std::string{kAppKey}},
                 {"app_secret", std::string{kSecret}},
                 {"corp_id", std::string{kCorp}},
                 {"token", std::string{kEventToken}},
                 {"aes_key", std::string{kAesKey}}};
  return config;
}
inline ChannelConfig with_cards() {
  auto with = config();
  with.keys["card_template_id"] = "b0c2.schema";
  with.keys["card_route_key"] = "huiyin";
  with.keys["card_secret"] = std::string{kCardSecret};
  return with;
}
inline ChannelConfig with_notices() {
  auto with = config();
  with.keys["send"] = "notice";
  with.keys["agent_id"] = "2801234567";
  return with;
}

inline constexpr std::string_view kWebhook =
    "https://oapi.dingtalk.com/robot/sendBySession?session=6d69c0f3";

// Page "消息发送与接收类型"; `rest` begins with the message type.
struct Robot {
  std::string rest = R"("msgtype":"text","text":{"content":"沟断了"})";
  std::string id = "msgABC==", staff{kCadre}, conversation = "1", webhook{kWebhook};
  std::string robot{kAppKey}, corp{kCorp};
  std::int64_t expires = kMilli + 5'400'000;

  std::string body() const {
    return R"({"conversationId":"cid6KeBBLoveMJOGXoYKF5x7EeiodoA==","atUsers":[{"dingtalkId":)"
           R"("$:LWCP_v1:$1"}],"chatbotCorpId":")" +
           corp + R"(","chatbotUserId":"$:LWCP_v1:$2","msgId":")" + id +
           R"(","senderNick":"杨","isAdmin":true,)" +
           (staff.empty() ? std::string{} : R"("senderStaffId":")" + staff + "\",") +
           R"("senderId":"$:LWCP_v1:$Ff09","sessionWebhookExpiredTime":)" +
           std::to_string(expires) + R"(,"createAt":)" + std::to_string(kMilli) +
           R"(,"senderCorpId":")" + corp + R"(","conversationType":")" + conversation +
           R"(","sessionWebhook":")" + webhook + R"(","robotCode":")" + robot + "\"," + rest + "}";
  }
};
inline std::string said(std::string rest) { return Robot{.rest = std::move(rest)}.body(); }
inline std::string text_body(std::string_view text = "沟断了") {
  return said(R"("msgtype":"text","text":{"content":")" + std::string{text} + "\"}");
}

inline net::HttpRequest post(std::string body) {
  net::HttpRequest request;
  request.method = "POST";
  request.target = "/hooks/dt";
  request.headers = {{"Content-Type", "application/json; charset=utf-8"}};
  request.body = std::move(body);
  return request;
}
inline net::HttpRequest robot_request(std::string body, std::int64_t at = kMilli,
                                      std::string_view secret = kSecret) {
  auto request = post(std::move(body));
  request.headers.emplace_back("timestamp", std::to_string(at));
  request.headers.emplace_back("sign", robot_sign(std::to_string(at), secret));
  return request;
}

inline std::string card_body(std::string_view params = R"({\"command\":\"签收 260324-0001\"})",
                             std::string_view corp = kCorp) {
  return R"({"type":"actionCallback","outTrackId":"hy-7-abc","corpId":")" + std::string{corp} +
         R"(","userId":")" + std::string{kCadre} +
         R"(","content":"{\"cardPrivateData\":{\"actionIds\":[\"b1\"],\"params\":)" +
         std::string{params} + R"(}}"})";
}
inline net::HttpRequest card_request(std::string body, std::int64_t at = kMilli,
                                     std::string_view secret = kCardSecret) {
  auto request = post(std::move(body));
  request.headers.emplace_back("x-ddpaas-signature-timestamp", std::to_string(at));
  request.headers.emplace_back("x-ddpaas-signature", card_sign(std::to_string(at), secret));
  return request;
}

struct EventPush {
  std::string body = R"({"EventType":"check_url"})";
  std::string token{kEventToken}, aes_key{kAesKey}, owner{kAppKey};
  std::string timestamp = std::to_string(kMilli), nonce = "lpwEfhfG";

  net::HttpRequest request(const char* name = "msg_signature") const {
    const auto sealed = tencent::Envelope{token, aes_key, owner}.seal(
        body, timestamp, nonce, std::array<unsigned char, 16>{7});
    auto request = post(R"({"encrypt":")" + sealed.encrypt + "\"}");
    request.target += std::string{"?"} + name + "=" + sealed.signature + "&timestamp=" + timestamp +
                      "&nonce=" + nonce;
    return request;
  }
};

inline std::string outcome_of(const Decoded& decoded) {
  if (const auto* refused = std::get_if<Refused>(&decoded))
    return std::to_string(refused->status) + " " + std::string{refused->event};
  if (std::holds_alternative<Senseless>(decoded)) return "senseless";
  if (std::holds_alternative<Handshake>(decoded)) return "handshake";
  return std::get<std::vector<Message>>(decoded).empty() ? "nothing" : "messages";
}

}  // namespace huiyin::dingtalk::test
