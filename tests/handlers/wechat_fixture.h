// Pushes as the platform makes them, by hand, so that every part can be made wrong.
#pragma once

#include <array>
#include <string>

#include "handlers/channel.h"
#include "handlers/tencent_crypto.h"
#include "handlers/wechat/wechat.h"

namespace huiyin::wechat::test {

inline constexpr std::string_view kToken = "huiyinToken2026";
inline constexpr std::string_view kAesKey = "ydcy2qa7f58KEq8eqCoVStqfooJVXQGvLvfRzbxQfVD";
inline constexpr std::string_view kAppId = "wxb3f27d0c9e514a86";
inline constexpr std::string_view kUs = "gh_5d1f0a97c3e2";
inline constexpr std::string_view kFarmer = "oT7Kx5JqVn2mYbR8cWd4LhZs0aQe";
inline constexpr std::int64_t kSecond = 1774314600;  // 2026-03-24 09:10 in Shanghai
inline constexpr Instant kNow{std::chrono::seconds{kSecond + 2}};

inline ChannelConfig config(std::string mode) {
  ChannelConfig config;
  config.name = "wx";
  config.platform = "wechat";
  config.api_base = std::string{kDefaultApiBase};
  config.keys = {{"app_id", std::string{kAppId}},
                 {"app_secret", "0123456789abcdef0123456789abcdef"},
                 {"token", std::string{kToken}},
                 {"aes_key", std::string{kAesKey}},
                 {"mode", std::move(mode)}};
  return config;
}

// "<xml>" with the sender, the time and `rest`.
inline std::string xml(std::string_view rest, std::string_view from = kFarmer,
                       std::int64_t created = kSecond) {
  return "<xml><ToUserName><![CDATA[" + std::string{kUs} +
         "]]></ToUserName><FromUserName><![CDATA[" + std::string{from} +
         "]]></FromUserName><CreateTime>" + std::to_string(created) + "</CreateTime>" +
         std::string{rest} + "</xml>";
}
inline std::string text_xml(std::string_view content, std::string_view id = "24867561245678901") {
  return xml("<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[" + std::string{content} +
             "]]></Content><MsgId>" + std::string{id} + "</MsgId>");
}

struct Push {
  std::string mode = "safe";
  std::string body{};  // message XML
  std::string timestamp = std::to_string(kSecond + 1), nonce = "1062497198";
  std::string token{kToken}, aes_key{kAesKey}, app_id{kAppId};

  std::string url_signature() const { return tencent::signature(token, timestamp, nonce); }
  tencent::Sealed sealed() const {
    std::array<unsigned char, 16> random;
    for (std::size_t i = 0; i < random.size(); ++i)
      random[i] = static_cast<unsigned char>(i * 11 + nonce.size());
    return tencent::Envelope{token, aes_key, app_id}.seal(body, timestamp, nonce, random);
  }

  net::HttpRequest request() const {
    net::HttpRequest request;
    request.method = "POST";
    request.target = "/hooks/wx?signature=" + url_signature() + "&timestamp=" + timestamp +
                     "&nonce=" + nonce + "&openid=" + std::string{kFarmer};
    request.headers = {{"User-Agent", "Mozilla/4.0"}, {"Content-Type", "text/xml"}};
    request.body = body;
    if (mode == "plain") return request;
    const auto envelope = sealed();
    request.target += "&encrypt_type=aes&msg_signature=" + envelope.signature;
    const auto encrypt = "<Encrypt><![CDATA[" + envelope.encrypt + "]]></Encrypt></xml>";
    request.body = mode == "compatible" ? body.substr(0, body.rfind("</xml>")) + encrypt
                                        : "<xml><ToUserName><![CDATA[" + std::string{kUs} +
                                              "]]></ToUserName>" + encrypt;
    return request;
  }
};

}  // namespace huiyin::wechat::test
