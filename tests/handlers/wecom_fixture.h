// Pushes as the platform makes them, by hand, so that every part can be made wrong.
#pragma once

#include <array>
#include <string>

#include "handlers/channel.h"
#include "handlers/config_keys.h"
#include "handlers/tencent_crypto.h"
#include "handlers/wecom/wecom.h"

namespace huiyin::wecom::test {

inline constexpr std::string_view kToken = "huiyinWecom2026";
inline constexpr std::string_view kAesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C";
inline constexpr std::string_view kCorp = "ww8c41d20be97f6a35";
inline constexpr std::string_view kCadre = "ZhangWei";
inline constexpr std::int64_t kSecond = 1774314600;  // 2026-03-24 09:10 in Shanghai
inline constexpr Instant kNow{std::chrono::seconds{kSecond + 2}};
inline constexpr std::array<unsigned char, 16> kRandom{1, 2,  3,  4,  5,  6,  7,  8,
                                                       9, 10, 11, 12, 13, 14, 15, 16};

inline ChannelConfig app_config() {
  ChannelConfig config;
  config.name = "wecom";
  config.platform = "wecom";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"corp_id", std::string{kCorp}},
                 {"agent_id", "1000002"},
                 {"secret", "played-secret"},
                 {"token", std::string{kToken}},
                 {"aes_key", std::string{kAesKey}}};
  return config;
}
inline ChannelConfig robot_config() {
  ChannelConfig config;
  config.name = "robot";
  config.platform = "wecom-robot";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"token", std::string{kToken}}, {"aes_key", std::string{kAesKey}}};
  return config;
}

inline ChannelConfig kf_config() {
  ChannelConfig config;
  config.name = "kf";
  config.platform = "wecom-kf";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"corp_id", std::string{kCorp}},
                 {"secret", "played-kf-secret"},
                 {"open_kfid", "wkA"},
                 {"token", std::string{kToken}},
                 {"aes_key", std::string{kAesKey}}};
  return config;
}

// "<xml>" with the receiver, the sender, the time, `rest` and the agent.
inline std::string xml(std::string_view rest, std::string_view from = kCadre,
                       std::int64_t created = kSecond) {
  return "<xml><ToUserName><![CDATA[" + std::string{kCorp} +
         "]]></ToUserName><FromUserName><![CDATA[" + std::string{from} +
         "]]></FromUserName><CreateTime>" + std::to_string(created) + "</CreateTime>" +
         std::string{rest} + "<AgentID>1000002</AgentID></xml>";
}
inline std::string text_xml(std::string_view content, std::string_view id = "1234567890123456") {
  return xml("<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[" + std::string{content} +
             "]]></Content><MsgId>" + std::string{id} + "</MsgId>");
}

struct Push {
  std::string body{};  // decrypted
  bool json = false;   // a robot's
  std::string receive_id{kCorp};
  std::string timestamp = std::to_string(kSecond + 1), nonce = "1372623149";
  std::string token{kToken}, aes_key{kAesKey};

  tencent::Sealed sealed() const {
    return tencent::Envelope{token, aes_key, json ? std::string{} : receive_id}.seal(
        body, timestamp, nonce, kRandom);
  }
  std::string query() const {
    return "?msg_signature=" + sealed().signature + "&timestamp=" + timestamp + "&nonce=" + nonce;
  }
  net::HttpRequest request() const {
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/hooks/wecom" + query();
    request.headers = {{"Content-Type", json ? "application/json" : "text/xml"}};
    const auto encrypt = sealed().encrypt;
    request.body = json ? "{\"encrypt\":\"" + encrypt + "\"}"
                        : "<xml><AgentID><![CDATA[1000002]]></AgentID><Encrypt><![CDATA[" +
                              encrypt + "]]></Encrypt><ToUserName><![CDATA[" + std::string{kCorp} +
                              "]]></ToUserName></xml>";
    return request;
  }
  // GET with the sealed body as echostr.
  net::HttpRequest verification(bool escaped = true) const {
    net::HttpRequest request;
    request.method = "GET";
    const auto echo = sealed().encrypt;
    request.target =
        "/hooks/wecom" + query() + "&echostr=" + (escaped ? percent_encode(echo) : echo);
    return request;
  }
};

inline std::string outcome_of(const Decoded& decoded) {
  if (const auto* refused = std::get_if<Refused>(&decoded))
    return std::to_string(refused->status) + " " + std::string{refused->event};
  if (std::holds_alternative<Senseless>(decoded)) return "senseless";
  if (std::holds_alternative<Handshake>(decoded)) return "handshake";
  return "messages";
}

}  // namespace huiyin::wecom::test
