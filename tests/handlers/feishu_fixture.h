// Events as the platform makes them, by hand, so that every part can be made wrong.
#pragma once

#include <array>
#include <string>

#include "handlers/channel.h"
#include "handlers/feishu/envelope.h"
#include "handlers/feishu/feishu.h"

namespace huiyin::feishu::test {

inline constexpr std::string_view kAppId = "cli_a5ca35a685b0x26e";
inline constexpr std::string_view kAppSecret = "baBqE5um9LbFGDy3X7LcfxQX1sqpXlwy";
inline constexpr std::string_view kToken = "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV";
inline constexpr std::string_view kKey = "kudryavka-encrypt-key-2026";
inline constexpr std::string_view kFarmer = "ou_84aad35d084aa403a838cf73ee18467";
inline constexpr std::string_view kMessageId = "om_5ce6d572455d361153b7cb51da133945";
inline constexpr std::int64_t kMilli = 1774314600123;  // 2026-03-24 09:10 in Shanghai
inline constexpr Instant kNow{std::chrono::milliseconds{kMilli + 2000}};

inline ChannelConfig config(std::string mode = "encrypted") {
  ChannelConfig config;
  config.name = "fs";
  config.platform = "feishu";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"app_id", std::string{kAppId}},
                 {"app_secret", std::string{kAppSecret}},
                 {"verification_token", std::string{kToken}},
                 {"mode", mode}};
  if (mode == "encrypted") config.keys["encrypt_key"] = std::string{kKey};
  return config;
}

// Page "事件结构": schema 2.0.
inline std::string event(std::string_view type, std::string_view inner,
                         std::string_view id = "5e3702a84e847582be8db7fb73283c02",
                         std::string_view token = kToken, std::string_view app = kAppId) {
  return R"({"schema":"2.0","header":{"event_id":")" + std::string{id} + R"(","event_type":")" +
         std::string{type} + R"(","create_time":")" + std::to_string(kMilli) + R"(","token":")" +
         std::string{token} + R"(","app_id":")" + std::string{app} +
         R"(","tenant_key":"2ca1d211f64f6438"},"event":)" + std::string{inner} + "}";
}

inline std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

// Page "接收消息": `content` is JSON inside a string.
inline std::string spoken(std::string_view type, std::string_view content,
                          std::string_view chat = "p2p", std::string_view mentions = "[]",
                          std::string_view message_id = kMessageId, std::string_view user = kFarmer,
                          std::string_view sender_type = "user") {
  return R"({"sender":{"sender_id":{"union_id":"on_8ed6aa67826108097d9ee143816345",)"
         R"("user_id":null,"open_id":")" +
         std::string{user} + R"("},"sender_type":")" + std::string{sender_type} +
         R"(","tenant_key":"736588c9260f175e"},"message":{"message_id":")" +
         std::string{message_id} + R"(","create_time":")" + std::to_string(kMilli - 500) +
         R"(","update_time":")" + std::to_string(kMilli - 500) +
         R"(","chat_id":"oc_5ce6d572455d361153b7xx51da133945","chat_type":")" + std::string{chat} +
         R"(","message_type":")" + std::string{type} + R"(","content":)" + quoted(content) +
         R"(,"mentions":)" + std::string{mentions} + R"(,"user_agent":"Mozilla/5.0"}})";
}
inline std::string said(std::string_view type, std::string_view content) {
  return event("im.message.receive_v1", spoken(type, content));
}
inline std::string text_event(std::string_view text = "沟断了") {
  return said("text", R"({"text":)" + quoted(text) + "}");
}

// Page "卡片回传交互".
inline std::string pressed(std::string_view value = R"({"command":"签收 260324-0001"})",
                           std::string_view event_id = "f7984f25108f8137722bb63cee927e66") {
  return event("card.action.trigger",
               R"({"operator":{"tenant_key":"736588c9260f175d","user_id":"867xxxx","open_id":")" +
                   std::string{kFarmer} +
                   R"(","union_id":"on_1"},"token":"c-295ee57216a5dc9de90fefd0aadb4b1d7dxxxx",)"
                   R"("action":{"value":)" +
                   std::string{value} +
                   R"(,"tag":"button","timezone":"Asia/Shanghai"},"host":"im_message","context":)"
                   R"({"open_message_id":"om_card","open_chat_id":"oc_1"}})",
               event_id);
}

struct Push {
  std::string body = text_event();
  bool encrypted = true;
  std::string key{kKey};
  std::string timestamp = "1774314601", nonce = "794461985";

  std::string encrypt() const {
    std::array<unsigned char, 16> iv;
    for (std::size_t i = 0; i < iv.size(); ++i)
      iv[i] = static_cast<unsigned char>(i * 11 + nonce.size());
    return Cipher{key}.seal(body, iv);
  }
  net::HttpRequest unsigned_request() const {
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/hooks/fs";
    request.headers = {{"Content-Type", "application/json;charset=utf-8"}};
    request.body = encrypted ? R"({"encrypt":")" + encrypt() + "\"}" : body;
    return request;
  }
  net::HttpRequest request() const {
    auto request = unsigned_request();
    if (encrypted) sign(request);
    return request;
  }
  void sign(net::HttpRequest& request) const {
    request.headers.emplace_back("X-Lark-Request-Timestamp", timestamp);
    request.headers.emplace_back("X-Lark-Request-Nonce", nonce);
    request.headers.emplace_back("X-Lark-Signature",
                                 event_signature(timestamp, nonce, key, request.body));
  }
};

inline std::string outcome_of(const Decoded& decoded) {
  if (const auto* refused = std::get_if<Refused>(&decoded))
    return std::to_string(refused->status) + " " + std::string{refused->event};
  if (std::holds_alternative<Senseless>(decoded)) return "senseless";
  if (std::holds_alternative<Handshake>(decoded)) return "handshake";
  return std::get<std::vector<Message>>(decoded).empty() ? "nothing" : "messages";
}

}  // namespace huiyin::feishu::test
